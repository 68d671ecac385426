//! What living costs a month: each figure by a payload that was reckoned by hand.

use cdr_insights::submission::{Account, Declared, Ownership, ProductCategory, Submission, Transaction, TransactionType};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";
/// The complete months of the account of `support`, whose coverage is 23 November 2025 to 22 November 2026.
const MONTHS: [&str; 11] =
    ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];
const FIGURES: [&str; 5] = ["meanMonth", "medianMonth", "last3Months", "last12Months", "annualisedLumpy"];

pub(crate) fn expenses(submission: &Submission) -> Value {
    report(submission)["expenses"].take()
}

pub(crate) fn of<'a>(expenses: &'a Value, category: &str) -> &'a Value {
    let categories = expenses["byCategory"].as_array().expect("a list");
    categories.iter().find(|of| of["category"] == category).unwrap_or(&Value::Null)
}

/// The figures of an element in cents; -1 for null, which none of these payloads yields by itself.
fn figures(element: &Value) -> [i128; 5] {
    FIGURES.map(|figure| if element[figure].is_null() { -1 } else { cents(&element[figure]) })
}

fn reason<'a>(element: &'a Value, figure: &str) -> &'a str {
    element["evidence"][figure]["reason"].as_str().unwrap_or_default()
}

/// Food for 100.00, 110.00 … 200.00 in the complete months, and for 50.00 in November on either side.
fn year_of_food() -> Vec<Transaction> {
    let months = MONTHS.iter().zip(0..).map(|(month, at)| row(&format!("{month}-10"), -10_000 - 1_000 * at, FOOD));
    months.chain([row("2025-11-25", -5_000, FOOD), row("2026-11-10", -5_000, FOOD)]).collect()
}

fn short(from: &str) -> Account {
    Account { data_from: Some(day(from)), ..account("everyday") }
}

#[test]
fn the_five_figures_of_a_category() {
    let expenses = expenses(&everyday(year_of_food()));
    // Mean 165,000 ÷ 11; the middle month; (18,000 + 19,000 + 20,000) ÷ 3; (165,000 + 10,000) ÷ 12 over the last 365 days.
    assert_eq!(figures(of(&expenses, "GROCERIES")), [15_000, 15_000, 19_000, 14_583, 15_000]);
    assert_eq!(of(&expenses, "GROCERIES")["transactionIds"].as_array().expect("a list").len(), 13);
    assert_eq!(of(&expenses, "GROCERIES")["evidence"]["last12Months"]["flags"], json!(["last365Days"]));
    assert_eq!(figures(&expenses["total"]), [15_000, 15_000, 19_000, 14_583, 15_000]);
}

#[test]
fn twelve_complete_months_are_the_last_twelve() {
    let long = Account { data_from: Some(day("2025-10-15")), ..account("everyday") };
    let rows = vec![row("2025-11-25", -1_200, FOOD), row("2025-10-25", -999, FOOD), row("2026-11-10", -9_999, FOOD)];
    let expenses = expenses(&single(vec![long], rows));
    assert_eq!(cents(&of(&expenses, "GROCERIES")["last12Months"]), 100, "November 2025 to October 2026");
    assert_eq!(of(&expenses, "GROCERIES")["evidence"]["last12Months"]["flags"], json!([]));
}

#[test]
fn an_empty_month_is_a_month() {
    let rows = vec![row("2026-03-10", -11_000, FOOD), row("2026-04-10", -22_000, FOOD)];
    let food = of(&expenses(&everyday(rows)), "GROCERIES").clone();
    assert_eq!((cents(&food["meanMonth"]), cents(&food["medianMonth"]), cents(&food["last3Months"])), (3_000, 0, 0));
}

#[test]
fn a_refund_nets_its_category_and_is_no_income() {
    let rows = vec![
        row("2026-03-02", -33_000, "KMART 1042 MARION SA AUS Card xx8812").id("bought"),
        row("2026-03-20", 22_000, "REFUND KMART MARION SA AUS Card xx8812").id("back"),
    ];
    let expenses = expenses(&everyday(rows));
    assert_eq!(cents(&of(&expenses, "DEPARTMENT_STORE")["meanMonth"]), 1_000, "110.00 over 11 months");
    assert_eq!(of(&expenses, "DEPARTMENT_STORE")["transactionIds"], json!(["bought", "back"]));
    assert_eq!(cents(&expenses["total"]["annualisedLumpy"]), 1_000);
}

#[test]
fn every_split_adds_up_to_the_cent() {
    let household = cdr_insights::submission::parse(
        include_bytes!("../../src/demo/household.json"),
        &cdr_insights::submission::ReadContext {
            now: "2026-11-22T00:00:00Z".parse().expect("an instant"),
            time_zone: jiff::tz::TimeZone::UTC,
        },
    )
    .expect("the household is a payload");
    let report = report(&household);
    let of_applicants = report["applicants"].as_array().expect("a list").iter().map(|applicant| &applicant["expenses"]);
    for expenses in of_applicants.chain([&report["expenses"]]) {
        assert!(expenses["byCategory"].as_array().expect("a list").len() > 10);
        adds_up(expenses);
    }
}

/// Holds every split of a block to its total.
fn adds_up(expenses: &Value) {
    let sum = |list: &str, figure: &str| -> i128 {
        let elements = expenses[list].as_array().expect("a list").iter();
        elements.map(|element| if element[figure].is_null() { 0 } else { cents(&element[figure]) }).sum()
    };
    for figure in ["meanMonth", "last3Months", "last12Months", "annualisedLumpy"] {
        let total = &expenses["total"][figure];
        for list in ["byCategory", "byGroup", "byLixi"] {
            assert_eq!(sum(list, figure), if total.is_null() { 0 } else { cents(total) }, "{list} {figure}");
        }
    }
    if expenses["essential"].is_null() {
        assert!(expenses["total"]["annualisedLumpy"].is_null() && expenses["fixed"].is_null() && expenses["hemCovered"].is_null());
        return;
    }
    let parts = |members: &[&str]| members.iter().map(|member| cents(&expenses[*member])).sum::<i128>();
    assert_eq!(parts(&["essential", "discretionary", "unclassified"]), cents(&expenses["total"]["annualisedLumpy"]));
    assert_eq!(parts(&["fixed", "flexible"]), cents(&expenses["total"]["annualisedLumpy"]));
    let categories = |list: &str| {
        let elements = expenses[list].as_array().expect("a list").iter();
        let mut codes: Vec<&str> = elements
            .flat_map(|element| element["categories"].as_array().expect("a list"))
            .map(|code| code.as_str().expect("a code"))
            .collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(categories("byGroup"), categories("byLixi"), "each category is in one group and one LIXI category");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_rows_add_up(
        rows in proptest::collection::vec(
            (1..12_u8, 1..29_u8, 1..90_000_i128, select(vec![FOOD, "AGL ENERGY", "NETFLIX", "AAMI INSURANCE", "CAFE NERO", "CITY COUNCIL RATES", "XQZ"])),
            0..60,
        ),
        from in select(vec!["2025-11-23", "2026-03-05", "2026-08-24", "2026-10-14", "2026-11-01"]),
    ) {
        let row = |(month, day, amount, text): (u8, u8, i128, &str)| row(&format!("2026-{month:02}-{day:02}"), -amount, text);
        adds_up(&expenses(&single(vec![short(from)], rows.into_iter().map(row).collect())));
    }
}

#[test]
fn a_yearly_bill_is_a_twelfth_a_month() {
    let mut rows = year_of_food();
    rows.push(row("2026-02-03", -120_000, "AAMI INSURANCE").id("policy"));
    let insurance = of(&expenses(&everyday(rows)), "GENERAL_INSURANCE").clone();
    assert_eq!((cents(&insurance["annualisedLumpy"]), cents(&insurance["meanMonth"])), (10_000, 10_909));
    let evidence = &insurance["evidence"]["annualisedLumpy"];
    assert_eq!((&evidence["flags"], &evidence["transactionIds"]), (&json!(["lumpyBills"]), &json!(["policy"])));
}

#[test]
fn a_bill_outside_the_complete_months_counts_too() {
    // 20 November 2026 lies in no complete month.
    let insurance = of(&expenses(&everyday(vec![row("2026-11-20", -120_000, "AAMI INSURANCE")])), "GENERAL_INSURANCE").clone();
    assert_eq!((cents(&insurance["annualisedLumpy"]), cents(&insurance["meanMonth"])), (10_000, 0));
}

#[test]
fn four_bills_a_year_are_lumpy_and_five_are_not() {
    let bills = |dates: &[&str]| {
        let rows = dates.iter().map(|date| row(date, -30_000, "CITY COUNCIL RATES")).collect();
        let rates = of(&expenses(&everyday(rows)), "COUNCIL_RATES").clone();
        (cents(&rates["annualisedLumpy"]), cents(&rates["meanMonth"]))
    };
    assert_eq!(bills(&["2026-02-01", "2026-05-01", "2026-08-01", "2026-10-31"]), (10_000, 10_909));
    assert_eq!(
        bills(&["2025-11-25", "2026-02-20", "2026-05-20", "2026-08-20", "2026-11-20"]),
        (10_000, 8_182),
        "the fifth is of the next year"
    );
    assert_eq!(bills(&["2026-02-01", "2026-03-01", "2026-05-01", "2026-08-01", "2026-10-01"]), (13_636, 13_636));
}

#[test]
fn one_bill_in_ninety_days_counts_at_the_usual_rate_of_its_category() {
    // 25 August to 22 November.
    let rows = vec![
        row("2026-09-10", -30_000, "CITY COUNCIL RATES"),
        row("2026-09-11", -24_000, "SERVICE NSW REGO RENEWAL").kind(TransactionType::Payment),
        row("2026-09-12", -12_000, FOOD),
    ];
    let expenses = expenses(&single(vec![short("2026-08-25")], rows));
    let rates = of(&expenses, "COUNCIL_RATES");
    assert_eq!((cents(&rates["annualisedLumpy"]), cents(&rates["meanMonth"])), (10_000, 10_146), "300.00 × 4 ÷ 12; × 30.4375 ÷ 90");
    assert_eq!(rates["evidence"]["annualisedLumpy"]["flags"], json!(["shortWindow", "lumpyBills", "defaultCadence"]));
    assert!(rates["annualisedRange"].is_null());
    let registration = of(&expenses, "VEHICLE_COSTS");
    assert_eq!((cents(&registration["annualisedRange"]["low"]), cents(&registration["annualisedRange"]["high"])), (2_000, 8_000));
    assert_eq!(cents(&registration["annualisedLumpy"]), 8_000, "outgoings are not understated");
    let food = of(&expenses, "GROCERIES");
    assert_eq!(cents(&food["annualisedLumpy"]), cents(&food["meanMonth"]), "a shop sends no bills");
}

#[test]
fn a_rate_that_the_days_contradict_is_not_taken() {
    // Half a year without another bill: these rates do not come by the quarter.
    let rates =
        of(&expenses(&single(vec![short("2026-01-25")], vec![row("2026-05-10", -30_000, "CITY COUNCIL RATES")])), "COUNCIL_RATES").clone();
    assert_eq!(cents(&rates["annualisedLumpy"]), 3_024, "300.00 × 30.4375 ÷ 302");
    assert_eq!(rates["evidence"]["annualisedLumpy"]["flags"], json!(["lumpyBills"]));
}

#[test]
fn forty_days_give_a_mean_and_say_why_the_rest_is_missing() {
    let expenses = expenses(&single(vec![short("2026-10-14")], vec![row("2026-10-20", -8_000, FOOD)]));
    let food = of(&expenses, "GROCERIES");
    assert_eq!(cents(&food["meanMonth"]), 6_088, "80.00 × 30.4375 ÷ 40");
    assert_eq!(food["evidence"]["meanMonth"]["flags"], json!(["shortWindow"]));
    for figure in ["medianMonth", "last3Months", "last12Months"] {
        assert!(food[figure].is_null() && expenses["total"][figure].is_null(), "{figure}");
        assert_eq!(reason(food, figure), "COVERAGE_TOO_SHORT");
        assert_eq!(food["evidence"][figure]["accountIds"], json!(["everyday"]));
    }
    for member in ["flexibleP20", "flexibleP80", "missingEssentials"] {
        assert!(expenses[member].is_null(), "{member}");
        assert_eq!(reason(&expenses, member), "COVERAGE_TOO_SHORT");
    }
}

#[test]
fn too_few_days_for_a_month_give_nothing_and_not_zero() {
    let expenses = expenses(&single(vec![short("2026-11-01")], vec![row("2026-11-02", -8_000, FOOD)]));
    assert!(FIGURES.iter().all(|figure| of(&expenses, "GROCERIES")[figure].is_null()));
    for member in ["essential", "discretionary", "unclassified", "fixed", "flexible", "hemCovered"] {
        assert!(expenses[member].is_null(), "{member}");
        assert_eq!(reason(&expenses, member), "COVERAGE_TOO_SHORT");
    }
}

#[test]
fn looked_and_found_none_is_zero() {
    let expenses = expenses(&everyday(vec![row("2026-03-02", 500_000, "SALARY ACME PTY LTD")]));
    assert_eq!(figures(&expenses["total"]), [0, 0, 0, 0, 0]);
    assert_eq!(cents(&expenses["essential"]), 0);
    assert_eq!(expenses["byCategory"], json!([]));
    // A home loan alone says nothing of what is spent.
    let alone = single(vec![product("loan", ProductCategory::ResidentialMortgages)], vec![row("2026-03-02", -200_000, "INTEREST CHARGED")]);
    assert!(self::expenses(&alone)["essential"].is_null());
}

#[test]
fn figures_of_two_accounts_speak_of_the_days_that_both_have() {
    let accounts = vec![account("long"), Account { data_from: Some(day("2026-09-24")), ..account("short") }];
    let rows = vec![row("2026-03-02", -9_999, FOOD), row("2026-10-02", -6_000, "NETFLIX").account(1).id("in")];
    let expenses = expenses(&single(accounts, rows));
    assert_eq!(cents(&expenses["total"]["meanMonth"]), 3_044, "60.00 × 30.4375 ÷ 60");
    assert_eq!(of(&expenses, "STREAMING")["transactionIds"], json!(["in"]));
    assert!(of(&expenses, "GROCERIES").is_null(), "its row lies outside");
}

#[test]
fn what_is_no_living_expense_is_not_in_it() {
    let loan = product("loan", ProductCategory::ResidentialMortgages);
    let rows = vec![
        row("2026-03-02", -11_000, FOOD),
        row("2026-03-03", -50_000, "TRANSFER TO XX5678 SAVINGS").id("out"),
        row("2026-03-03", 50_000, "TRANSFER FROM XX1234 EVERYDAY").account(1).id("in"),
        row("2026-03-04", -10_000, "SPORTSBET"),
        row("2026-03-05", -20_000, "Wdl ATM CBA ATM NEWTOWN"),
        row("2026-03-06", -30_000, "COINSPOT"),
        row("2026-03-07", -40_000, "PAYMENT TO AFTERPAY").kind(TransactionType::Payment),
        row("2026-03-08", -50_100, "Osko Payment To Jo Nguyen"),
        row("2026-03-09", -5_000, "DIRECT DEBIT 20914 NETFLIX").kind(TransactionType::DirectDebit),
        row("2026-03-11", 5_000, "DIRECT DEBIT DISHONOUR NETFLIX"),
        row("2026-03-12", -70_000, "INTEREST CHARGED").account(2),
        row("2026-03-13", -8_000, FOOD).pending(),
        row("2026-03-14", -8_000, FOOD).currency("USD"),
    ];
    let numbered = |id: &str, number: &str| Account { masked_number: Some(format!("xxxx {number}").into()), ..account(id) };
    let expenses = expenses(&single(vec![numbered("everyday", "1234"), numbered("savings", "5678"), loan], rows));
    assert_eq!(cents(&expenses["total"]["meanMonth"]), 1_000, "{:#}", expenses["byCategory"]);
}

#[test]
fn the_benchmark_stands_beside_what_it_covers() {
    let mut submission = everyday(year_of_food());
    assert_eq!((&expenses(&submission)["hemBenchmark"], reason(&expenses(&submission), "hemBenchmark")), (&Value::Null, "NOT_DECLARED"));
    submission.customers[0].transactions.push(row("2026-03-02", -22_000, "RAY WHITE RENT"));
    submission.orders[0].declared = Some(Declared { hem_benchmark: Some(cdr_insights::money::Cents::new(250_000)), ..Declared::default() });
    let expenses = expenses(&submission);
    assert_eq!((cents(&expenses["hemBenchmark"]), cents(&expenses["hemCovered"])), (250_000, 15_000), "rent is not covered");
    assert_eq!(cents(&expenses["essential"]), 17_000);
}

#[test]
fn an_essential_that_no_row_pays_is_missing_for_reasons_that_the_rows_allow() {
    let missing = |rows: Vec<Transaction>| expenses(&everyday(rows))["missingEssentials"].take();
    let names = |missing: &Value| -> Vec<String> {
        missing.as_array().expect("a list").iter().map(|of| of["essential"].as_str().expect("a code").to_owned()).collect()
    };
    let none = missing(vec![row("2026-03-02", -2_000, "CAFE NERO NEWTOWN")]);
    assert_eq!(names(&none), ["GROCERIES", "TELEPHONE", "UTILITIES", "RENT_OR_MORTGAGE"]);
    assert!(none.as_array().expect("a list").iter().all(|of| of["possibleReasons"] == json!(["PARTNER"])), "{none}");
    let paid = [
        row("2026-03-02", -2_000, FOOD),
        row("2026-03-03", -6_000, "TELSTRA"),
        row("2026-03-04", -9_000, "AGL ENERGY"),
        row("2026-03-05", -60_000, "RAY WHITE RENT"),
    ];
    assert_eq!(missing(paid.to_vec()), json!([]));
    let with = |others: Vec<Transaction>| missing(paid[..3].iter().cloned().chain(others).collect())[0]["possibleReasons"].take();
    assert_eq!(with(vec![row("2026-03-05", -60_000, "Osko Payment To Jo Nguyen")]), json!(["BOARD", "PARTNER"]));
    assert_eq!(with(vec![row("2026-03-05", 60_000, "CENTRELINK JOBSEEKER")]), json!(["CENTREPAY", "PARTNER"]));
    assert_eq!(with(vec![row("2026-03-05", -60_000, "CITY COUNCIL RATES")]), json!(["PARTNER", "OWNED_OUTRIGHT"]));
    assert_eq!(with(vec![row("2026-03-05", -60_000, "AMERICAN EXPRESS PAYMENT")]), json!(["PARTNER", "UNSHARED_ACCOUNT"]));
}

#[test]
fn bills_of_the_quarter_need_a_quarter() {
    let expenses = expenses(&single(vec![short("2026-09-10")], vec![row("2026-10-20", -8_000, FOOD)]));
    let missing = expenses["missingEssentials"].as_array().expect("a list");
    assert!(missing.iter().all(|of| of["essential"] != "UTILITIES") && missing.len() == 2, "{missing:?}");
    assert_eq!(expenses["evidence"]["missingEssentials"]["flags"], json!(["utilitiesNotJudged"]));
}

#[test]
fn a_joint_account_counts_once_together_and_in_full_for_each() {
    let joint = |id: &str| Account {
        bsb: Some("062000".into()),
        account_number: Some("12345678".into()),
        ownership: Ownership::TwoParty,
        ..account(id)
    };
    let own = |id: &str| account(id);
    let of_a = vec![row("2026-03-02", -11_000, FOOD), row("2026-03-04", -22_000, FOOD).account(1)];
    let of_b = vec![row("2026-03-02", -11_000, FOOD), row("2026-03-05", -44_000, FOOD).account(1)];
    let couple = submission(vec![
        customer("c1", "Alex Citizen", vec![joint("a"), own("a2")], of_a),
        customer("c2", "Sam Other", vec![joint("b"), own("b2")], of_b),
    ]);
    let report = report(&couple);
    let mean = |block: &Value| cents(&block["expenses"]["total"]["meanMonth"]);
    assert_eq!(mean(&report), 7_000, "(110.00 + 220.00 + 440.00) ÷ 11");
    let applicants: Vec<i128> = report["applicants"].as_array().expect("a list").iter().map(mean).collect();
    assert_eq!(applicants, [3_000, 5_000]);
}

#[test]
fn recurring_payments_are_fixed_and_the_rest_is_flexible() {
    let mut rows = year_of_food();
    rows.extend(MONTHS.iter().chain(&["2026-11"]).map(|month| row(&format!("{month}-03"), -1_699, "NETFLIX")));
    // A bill of the quarter in a stream of its own.
    rows.extend(["2025-12-08", "2026-03-08", "2026-06-08", "2026-09-08"].map(|date| row(date, -30_000, "CITY COUNCIL RATES")));
    let expenses = expenses(&everyday(rows));
    assert_eq!((cents(&expenses["fixed"]), cents(&expenses["flexible"])), (1_699 + 10_000, 15_000));
    assert_eq!(expenses["evidence"]["fixed"]["streamIds"].as_array().expect("a list").len(), 2);
    // The third and the ninth of 100.00, 110.00 … 200.00.
    assert_eq!((cents(&expenses["flexibleP20"]), cents(&expenses["flexibleP80"])), (12_000, 18_000));
}

#[test]
fn lumpy_bills_outside_streams_are_spread_over_the_flexible_months() {
    let mut rows = year_of_food();
    rows.push(row("2026-10-08", -120_000, "AAMI INSURANCE"));
    let expenses = expenses(&everyday(rows));
    assert_eq!((cents(&expenses["flexibleP20"]), cents(&expenses["flexibleP80"])), (22_000, 28_000), "a twelfth in each month");
}

#[test]
fn without_the_rows_it_names_a_category_is_gone_and_the_others_stand() {
    let mut rows = year_of_food();
    rows.extend(MONTHS.iter().map(|month| row(&format!("{month}-03"), -1_699, "NETFLIX")));
    rows.push(row("2026-02-03", -120_000, "AAMI INSURANCE"));
    rows.push(row("2026-03-02", -33_000, "KMART 1042 MARION SA AUS Card xx8812"));
    rows.push(row("2026-03-20", 22_000, "REFUND KMART MARION SA AUS Card xx8812"));
    let rows: Vec<Transaction> = rows.into_iter().zip(0..).map(|(row, at)| row.id(&format!("t{at}"))).collect();
    let before = expenses(&everyday(rows.clone()));
    let categories = before["byCategory"].as_array().expect("a list");
    assert_eq!(categories.len(), 4);
    for category in categories {
        let named: Vec<&str> =
            category["transactionIds"].as_array().expect("a list").iter().map(|id| id.as_str().expect("an id")).collect();
        let left = rows.iter().filter(|row| !named.contains(&row.transaction_id.as_deref().expect("an id"))).cloned().collect();
        let after = expenses(&everyday(left));
        let others: Vec<&Value> = categories.iter().filter(|other| other["category"] != category["category"]).collect();
        assert_eq!(after["byCategory"].as_array().expect("a list").iter().collect::<Vec<_>>(), others);
    }
}
