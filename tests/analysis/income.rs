//! Income: what is a stream of it, what goes on, what is assessed, and what only looks like it.

use cdr_insights::submission::{Account, Extended, Ownership, Submission, Transaction};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

use crate::support::*;

/// Credits every so many days, the first on `from`.
fn every(days: i64, from: &str, count: usize, cents: i128, text: &str) -> Vec<Transaction> {
    let first: Date = day(from);
    (0..count).map(|at| row(&(first + (days * i64::try_from(at).expect("few")).days()).to_string(), cents, text)).collect()
}

/// Credits on a day of each month.
fn monthly(from: &str, count: i32, cents: i128, text: &str) -> Vec<Transaction> {
    let first: Date = day(from);
    (0..count).map(|at| row(&(first + at.months()).to_string(), cents, text)).collect()
}

/// Fortnightly on Thursdays up to the report's day: 26 pays.
fn fortnightly(cents: i128, text: &str) -> Vec<Transaction> {
    every(14, "2025-12-04", 26, cents, text)
}

fn streams(block: &Value) -> &Vec<Value> {
    block["income"]["streams"].as_array().expect("a list")
}

/// The streams of a category.
fn of<'a>(block: &'a Value, category: &str) -> Vec<&'a Value> {
    streams(block).iter().filter(|stream| stream["category"] == category).collect()
}

/// The only stream of a category.
fn only<'a>(block: &'a Value, category: &str) -> &'a Value {
    let found = of(block, category);
    assert_eq!(found.len(), 1, "{category}: {:#}", block["income"]["streams"]);
    found[0]
}

/// Of the salaries, by payer.
fn attributions(block: &Value) -> Vec<&str> {
    let mut salaries = of(block, "SALARY");
    salaries.sort_by_key(|stream| stream["payer"].as_str());
    salaries.iter().map(|stream| stream["attribution"].as_str().expect("a word")).collect()
}

fn ongoing(block: &Value) -> i128 {
    cents(&block["income"]["totals"]["ongoingMonth"])
}

fn assessed(block: &Value) -> i128 {
    cents(&block["income"]["assessedMonthly"]["amount"])
}

fn reason<'a>(block: &'a Value, member: &str) -> &'a str {
    block["income"]["evidence"][member]["reason"].as_str().unwrap_or("")
}

fn joint(id: &str) -> Account {
    Account { ownership: Ownership::TwoParty, ..account(id) }
}

fn declared(name: &str, employer: &str, rows: Vec<Transaction>) -> Submission {
    let mut submission = everyday(rows);
    submission.customers[0].name = Some(name.into());
    submission.customers[0].declared_employer = Some(employer.into());
    submission
}

#[test]
fn a_fortnightly_salary_is_a_stream_and_goes_on() {
    let report = report(&everyday(fortnightly(261_537, "Direct Credit 301500 HARTWELL ENGINEERING SALARY 44120")));
    let salary = only(&report, "SALARY");
    assert_eq!(
        (&salary["cadence"], &salary["status"], &salary["attribution"]),
        (&"FORTNIGHTLY".into(), &"ACTIVE".into(), &"APPLICANT".into())
    );
    assert_eq!(salary["occurrences"], 26);
    assert_eq!(cents(&salary["monthlyEquivalent"]), 566_664, "× 26 ÷ 12");
    assert_eq!(cents(&salary["annualEquivalent"]), 261_537 * 26);
    assert_eq!((ongoing(&report), assessed(&report)), (566_664, 566_664));
    assert_eq!(salary["missedDates"], Value::Array(Vec::new()));
    assert_eq!(report["income"]["evidence"]["ongoingMonth"]["streamIds"][0], salary["streamId"]);
    assert!(
        rows(&report, "Direct Credit 301500 HARTWELL ENGINEERING SALARY 44120").iter().all(|row| row["streamId"] == salary["streamId"])
    );
}

#[test]
fn an_employer_that_is_a_shop_pays_salary() {
    let mut all = every(7, "2026-05-06", 29, 104_218, "WOOLWORTHS WAGES 00123");
    all.extend(every(7, "2026-05-08", 28, -8_310, "WOOLWORTHS 1204 PARRAMATTA NSW"));
    let report = report(&everyday(all));
    assert_eq!(only(&report, "SALARY")["cadence"], "WEEKLY");
    assert_eq!(category(&report, "GROCERIES")["debit"]["numberOfTransactions"], 28);
}

#[test]
fn a_shop_that_says_nothing_of_wages_pays_on_its_day() {
    let amounts = [184_222, 184_222, 191_077, 184_222, 184_222, 187_660, 184_222, 184_222, 184_222, 184_222, 184_222, 184_222];
    let pays = amounts.iter().zip(fortnightly(1, "Direct Credit 421520 BUNNINGS GROUP LIMITED"));
    let all = pays.map(|(cents, pay)| Transaction { amount: cdr_insights::money::Cents::new(*cents), ..pay }).collect();
    let report = report(&everyday(all));
    let salary = only(&report, "SALARY");
    assert!(salary["confidence"].as_f64().expect("a number") < 0.95, "an honest confidence");
    let row = &rows(&report, "Direct Credit 421520 BUNNINGS GROUP LIMITED")[0];
    assert_eq!((&row["evidence"]["layer"], &row["evidence"]["rule"]), (&"STREAM".into(), &"stream:pay-rhythm".into()));
}

#[test]
fn an_unknown_employer_is_told_by_the_rhythm() {
    let report = report(&everyday(fortnightly(198_744, "DIRECT CREDIT 445221 QUANDAMOOKA FREIGHT PTY LTD")));
    assert_eq!(only(&report, "SALARY")["cadence"], "FORTNIGHTLY");
    assert_eq!(ongoing(&report), 430_612);
}

#[test]
fn a_month_with_three_pays_is_no_change() {
    let report = report(&everyday(fortnightly(200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY")));
    assert_eq!(report["income"]["salaryChange"]["changed"], false);
    let salary = only(&report, "SALARY");
    assert_eq!((&salary["stableMonths"], &salary["secureMonths"]), (&11.into(), &11.into()), "December to October");
    assert_eq!(salary["outliers"], Value::Array(Vec::new()));
}

#[test]
fn a_rise_of_five_dollars_makes_no_outliers() {
    let text = "Direct Credit 301500 HARTWELL ENGINEERING SALARY";
    let mut all = every(14, "2025-12-04", 20, 200_000, text);
    all.extend(every(14, "2026-09-10", 6, 200_500, text));
    let report = report(&everyday(all));
    let salary = only(&report, "SALARY");
    assert_eq!(salary["outliers"], Value::Array(Vec::new()));
    assert_eq!(report["income"]["salaryChange"]["changed"], false);
    assert_eq!(cents(&salary["monthlyEquivalent"]), 434_417, "the median of the last six");
}

#[test]
fn a_rise_counts_after_three_pays_and_a_fall_at_once() {
    let text = "Direct Credit 301500 HARTWELL ENGINEERING SALARY";
    let with = |last: usize, level: i128| {
        let mut all = every(14, "2025-12-04", 26 - last, 200_000, text);
        let from = all.last().and_then(Transaction::day).expect("a day") + 14.days();
        all.extend(every(14, &from.to_string(), last, level, text));
        let report = report(&everyday(all));
        (cents(&only(&report, "SALARY")["monthlyEquivalent"]), report["income"]["salaryChange"]["changes"].clone())
    };
    assert_eq!(with(3, 230_000).0, 498_333);
    assert_eq!(with(2, 230_000).0, 433_333, "two pays are no rise yet");
    let (after, changes) = with(2, 150_000);
    assert_eq!(after, 325_000);
    assert_eq!((&changes[0]["kind"], changes.as_array().map(Vec::len)), (&"LEVEL_DOWN".into(), Some(1)));
}

#[test]
fn a_job_that_ended_brings_nothing_and_a_new_one_does() {
    let mut all = every(14, "2025-12-04", 20, 200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.extend(every(14, "2026-10-02", 4, 251_033, "Direct Credit 771200 BRAMLEY FOODS WAGES"));
    let report = report(&everyday(all));
    let salaries = of(&report, "SALARY");
    assert_eq!(salaries.len(), 2, "another employer is another stream");
    assert_eq!((&salaries[0]["status"], &salaries[1]["status"]), (&"ENDED".into(), &"NEW".into()));
    assert_eq!(ongoing(&report), 543_905);
    let kinds: Vec<&Value> =
        report["income"]["salaryChange"]["changes"].as_array().expect("a list").iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, ["NEW"], "the old job ended more than sixty days ago");
}

#[test]
fn an_employer_whose_text_changed_goes_on() {
    let mut all = every(14, "2025-12-04", 13, 200_047, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.extend(every(14, "2026-06-04", 13, 200_047, "DIRECT CREDIT 998001 KEYPAY 7741 PAYRUN"));
    let report = report(&everyday(all));
    assert_eq!(only(&report, "SALARY")["occurrences"], 26);
    assert_eq!(report["income"]["salaryChange"]["changed"], false);
}

#[test]
fn two_jobs_are_two_streams() {
    let mut all = fortnightly(200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.extend(every(7, "2025-12-01", 51, 32_111, "Direct Credit 771200 BRAMLEY FOODS WAGES"));
    let report = report(&everyday(all));
    assert_eq!(of(&report, "SALARY").len(), 2);
    assert_eq!(ongoing(&report), 433_333 + 139_148);
}

#[test]
fn a_bonus_is_not_ongoing() {
    let mut all = fortnightly(200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.push(row("2026-09-24", 900_000, "Direct Credit 301500 HARTWELL ENGINEERING ANNUAL BONUS"));
    let report = report(&everyday(all));
    assert_eq!(ongoing(&report), 433_333);
    assert_eq!(only(&report, "SALARY")["stableMonths"], 11);
}

#[test]
fn centrelink_before_christmas_keeps_its_rhythm() {
    // Paid on the Tuesday before instead of Friday 25 December 2025, and an advance between two pays.
    let mut all: Vec<Transaction> = every(14, "2025-11-28", 26, 78_260, "Direct Credit 301500 CENTRELINK JOBSEEKER 204581234A");
    all[2] = row("2025-12-23", 78_260, "Direct Credit 301500 CENTRELINK JOBSEEKER 204581234A");
    all[2].posted = Some(on("2025-12-23"));
    all.push(row("2026-05-06", 125_000, "Direct Credit 301500 CENTRELINK JOBSEEKER 204581234A"));
    let report = report(&everyday(all));
    let benefit = only(&report, "GOV_JOBSEEKER");
    assert_eq!((&benefit["cadence"], cents(&benefit["monthlyEquivalent"])), (&"FORTNIGHTLY".into(), 169_563));
    assert_eq!(benefit["outliers"].as_array().map(Vec::len), Some(1), "the advance");
    assert_eq!((ongoing(&report), assessed(&report)), (169_563, 0), "JobSeeker is not assessed");
    let flags = &report["income"]["evidence"]["assessedMonthly"]["flags"];
    assert_eq!(flags[0], "governmentIncomeAfterDeductions");
    assert_eq!(report["income"]["totals"]["governmentShare"], 1.0);
}

#[test]
fn pensions_take_their_haircut() {
    let report = report(&everyday(fortnightly(111_680, "Direct Credit 301500 CENTRELINK AGE PENSION 204581234A")));
    assert_eq!((ongoing(&report), assessed(&report)), (241_973, 193_578));
    let haircut = &report["income"]["assessedMonthly"]["haircuts"][0];
    assert_eq!((&haircut["category"], haircut["haircut"].as_f64()), (&"GOV_PENSION".into(), Some(0.2)));
}

#[test]
fn packaged_pay_is_salary_and_packaging() {
    let mut all = fortnightly(180_000, "Direct Credit 301500 ALPINE HEALTH SALARY");
    all.extend(fortnightly(61_152, "Direct Credit 301511 MAXXIA PTY LTD"));
    let report = report(&everyday(all));
    assert_eq!(only(&report, "SALARY_PACKAGING")["cadence"], "FORTNIGHTLY");
    assert_eq!(ongoing(&report), 390_000 + 132_496);
}

#[test]
fn casual_pay_is_its_lowest_mean() {
    let amounts = [32_155, 81_200, 12_090, 64_418, 99_002, 45_331, 71_117, 20_655, 88_740, 51_009];
    let pays = every(7, "2025-12-04", 51, 1, "Direct Credit 771200 SEABREEZE MOTEL CASUAL PAY");
    let all =
        pays.into_iter().enumerate().map(|(at, pay)| Transaction { amount: cdr_insights::money::Cents::new(amounts[at % 10]), ..pay });
    let report = report(&everyday(all.collect()));
    let salary = only(&report, "SALARY");
    assert_eq!(salary["cadence"], "IRREGULAR");
    let month = |from: &str, to: &str| -> i128 {
        let listed = report["transactions"].as_array().expect("a list").iter();
        listed.filter(|row| (from..=to).contains(&row["date"].as_str().expect("a date"))).map(|row| cents(&row["amount"])).sum()
    };
    let three = (month("2026-08-01", "2026-10-31") + 1) / 3;
    let six = (month("2026-05-01", "2026-10-31") + 3) / 6;
    assert_eq!(cents(&salary["monthlyEquivalent"]), three.min(six));
}

#[test]
fn gig_pay_is_irregular_income() {
    let amounts = [41_230, 18_765, 63_001, 9_940, 52_318, 30_021];
    let pays = every(7, "2025-12-02", 51, 1, "DIRECT CREDIT RASIER PACIFIC UBER 88231");
    let all = pays.into_iter().enumerate().map(|(at, pay)| Transaction { amount: cdr_insights::money::Cents::new(amounts[at % 6]), ..pay });
    let report = report(&everyday(all.collect()));
    assert_eq!(only(&report, "GIG_INCOME")["cadence"], "IRREGULAR");
    assert!(assessed(&report) < ongoing(&report), "a fifth is left out");
}

#[test]
fn the_receipts_of_a_sole_trader_are_turnover() {
    let customers = ["M KOWALSKI", "BAYSIDE CAFE PTY LTD", "J NGUYEN", "STONE RIDGE FENCING", "T OCONNOR", "HILLTOP JOINERY"];
    let all = (0..24).map(|at| {
        let date = (day("2025-12-10") + i64::try_from(at * 14).expect("few").days()).to_string();
        // One customer comes each time, the others once.
        let payer = if at % 2 == 0 { "QUANDAMOOKA BUILDERS".to_owned() } else { format!("{} {at}", customers[at / 2 % 6]) };
        let text = format!("Osko Payment From {payer} INV {} - Receipt 2209{at:02}", 1_041 + at);
        row(&date, 35_000 + 7_313 * i128::try_from(at % 5).expect("few"), &text)
    });
    let report = report(&everyday(all.collect()));
    let receipts = of(&report, "BUSINESS_INCOME");
    assert!(receipts.len() >= 2 && receipts.iter().all(|stream| stream["origin"] == "CUSTOMERS"), "{receipts:#?}");
    assert_eq!(receipts.iter().map(|stream| stream["occurrences"].as_u64().expect("a number")).sum::<u64>(), 24);
    assert_eq!(assessed(&report), 0, "turnover before costs is shown, never counted");
    assert!(ongoing(&report) > 0);
}

#[test]
fn a_partners_pay_on_a_joint_account_is_not_assessed() {
    let mut all = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY A CITIZEN");
    all.extend(fortnightly(190_000, "Direct Credit 771200 BRAMLEY FOODS SALARY J CITIZEN"));
    let report = report(&single(vec![joint("both")], all));
    assert_eq!(attributions(&report), ["OTHER_HOLDER", "APPLICANT"]);
    assert_eq!((assessed(&report), ongoing(&report)), (455_000, 455_000));
    assert_eq!(report["income"]["assessedMonthly"]["leftOut"][0]["reason"], "JOINT_ACCOUNT_UNATTRIBUTED");
    assert!(cents(&report["income"]["totals"]["meanMonth"]) > 800_000, "what came in is no question of whose it is");
}

#[test]
fn pay_that_names_nobody_on_a_joint_account_is_not_assessed() {
    let all = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    let alone = report(&single(vec![joint("both")], all.clone()));
    assert_eq!(only(&alone, "SALARY")["attribution"], "UNKNOWN");
    assert_eq!((assessed(&alone), ongoing(&alone)), (0, 455_000), "shown as going on, not assessed");
    // Beside the applicant's own account with a pay, it is as likely the other holder's.
    let mut both = all;
    both.extend(fortnightly(150_000, "Direct Credit 555100 ORCHARD LOGISTICS SALARY").into_iter().map(|row| row.account(1)));
    let beside = report(&single(vec![joint("a-both"), account("b-own")], both));
    assert_eq!((assessed(&beside), ongoing(&beside)), (325_000, 325_000));
    assert_eq!(beside["income"]["evidence"]["ongoingMonth"]["flags"][0], "streamsLeftOut");
}

#[test]
fn the_payee_of_a_fast_payment_says_whose_pay_it_is() {
    let paid_to = |payee: &str, row: Transaction| {
        let extended = Extended { payee: Some(payee.into()), ..Extended::default() };
        Transaction { extended: Some(Box::new(extended)), ..row }
    };
    let mine = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY").into_iter().map(|row| paid_to("Alex Citizen", row));
    let theirs = fortnightly(190_000, "Direct Credit 771200 BRAMLEY FOODS SALARY").into_iter().map(|row| paid_to("Jordan Miller", row));
    let report = report(&single(vec![joint("both")], mine.chain(theirs).collect()));
    assert_eq!(attributions(&report), ["OTHER_HOLDER", "APPLICANT"]);
}

#[test]
fn two_applicants_on_one_account_have_it_in_full_and_their_own_names() {
    let numbered = |id: &str| Account { bsb: Some("062000".into()), account_number: Some("12345678".into()), ..joint(id) };
    let mut all = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY ALEX CITIZEN");
    all.extend(fortnightly(190_000, "Direct Credit 771200 BRAMLEY FOODS SALARY JORDAN MILLER"));
    all.extend(fortnightly(20_000, "Direct Credit 301500 CENTRELINK FTB 204581234A"));
    let customers = vec![
        customer("c1", "Alex Citizen", vec![numbered("one")], all.clone()),
        customer("c2", "Jordan Miller", vec![numbered("two")], all),
    ];
    let report = report(&submission(customers));
    assert_eq!((ongoing(&report), of(&report, "SALARY").len()), (455_000 + 411_667 + 43_333, 2));
    let [alex, jordan] = [&report["applicants"][0], &report["applicants"][1]];
    assert_eq!((ongoing(alex), ongoing(jordan)), (455_000 + 43_333, 411_667 + 43_333), "the benefit names nobody: in full for each");
    assert_eq!(attributions(alex), ["OTHER_HOLDER", "APPLICANT"]);
    let mut named: Vec<&str> = of(&report, "SALARY").iter().map(|stream| stream["applicantId"].as_str().expect("an id")).collect();
    named.sort_unstable();
    assert_eq!(named, ["c1", "c2"]);
}

#[test]
fn applicants_who_pay_each_other_earn_nothing_by_it() {
    let out = fortnightly(-50_000, "TRANSFER TO JORDAN MILLER HOUSEKEEPING");
    let back = fortnightly(50_000, "TRANSFER FROM ALEX CITIZEN HOUSEKEEPING");
    let mut own = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    own.extend(out);
    let customers =
        vec![customer("c1", "Alex Citizen", vec![account("one")], own), customer("c2", "Jordan Miller", vec![account("two")], back)];
    let report = report(&submission(customers));
    assert_eq!(ongoing(&report), 455_000);
    assert!(streams(&report["applicants"][1]).is_empty(), "a person's money is no income");
}

#[test]
fn pay_from_a_company_of_ones_own_is_turnover() {
    let report = report(&everyday(fortnightly(250_000, "Direct Credit 301500 CITIZEN CONSULTING PTY LTD SALARY")));
    let own = only(&report, "BUSINESS_INCOME");
    assert_eq!(own["origin"], "OWN_COMPANY");
    assert_eq!(assessed(&report), 0);
    let trust = self::report(&everyday(fortnightly(250_000, "Direct Credit 301500 CITIZEN FAMILY TRUST")));
    assert_eq!((only(&trust, "TRUST_DISTRIBUTION")["origin"].as_str(), assessed(&trust)), (Some("OWN_COMPANY"), 0));
}

/// Regular credits that are no income, each with the text of an everyday statement.
#[test]
fn what_only_looks_like_income_is_none() {
    let all = [
        "Osko Payment From JORDAN MILLER - Receipt 220914",
        "Direct Credit 301500 MYBUDGET PTY LTD",
        "Direct Credit 301500 FOX SYMES LIVING ALLOWANCE",
        "DEPOSIT INSOLVENCY TRUSTEE ALLOWANCE 558210",
        "Direct Credit 301500 HARTWELL ENGINEERING EXPENSE REIMBURSEMENT",
        "Direct Credit 301500 NDIA PAYMENT 9920132 44120",
        "Osko Payment From T NGUYEN BOARD - Receipt 220914",
        "CASH DEPOSIT PARRAMATTA BRANCH",
        "Direct Credit 301500 BEFOREPAY 44120",
        "Direct Credit 301500 SPORTSBET 44120",
        "DEPOSIT ATO 00812345678 558210",
        "MCARE BENEFITS 448213007 BGLF",
        "Transfer from A CITIZEN savings",
        "LOAN REDRAW 44120",
    ];
    for text in all {
        let report = report(&everyday(fortnightly(40_000, text)));
        assert!(streams(&report).is_empty(), "{text}: {:#}", report["income"]["streams"]);
        assert_eq!((ongoing(&report), assessed(&report)), (0, 0), "{text}");
    }
}

#[test]
fn cash_and_friends_are_possible_income_at_most() {
    let mut all = fortnightly(40_000, "CASH DEPOSIT PARRAMATTA BRANCH");
    all.extend(every(7, "2025-12-01", 51, 22_000, "Osko Payment From JORDAN MILLER - Receipt 220914"));
    let report = report(&everyday(all));
    let possible = report["income"]["possibleIncome"].as_array().expect("a list");
    let mut reasons: Vec<&str> = possible.iter().map(|one| one["reason"].as_str().expect("a reason")).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["CASH", "PERSON"]);
    assert_eq!(ongoing(&report), 0);
}

#[test]
fn rent_received_is_no_salary_and_a_flatmates_share_is_none() {
    let agent = report(&everyday(monthly("2025-12-02", 12, 212_450, "Direct Credit 301500 BAYVIEW REALTY RENTAL INCOME 44120")));
    assert_eq!((only(&agent, "RENTAL_INCOME")["cadence"].as_str(), of(&agent, "SALARY").len()), (Some("MONTHLY"), 0));
    assert_eq!(assessed(&agent), 169_960);
    let mut shared = every(7, "2025-12-01", 51, 25_000, "Osko Payment From JORDAN MILLER RENT - Receipt 220914");
    shared.extend(every(14, "2025-12-02", 25, -110_000, "PAYMENT TO RENT 4 ELM ST 7741205"));
    let shared = report(&everyday(shared));
    assert!(streams(&shared).is_empty(), "{:#}", shared["income"]["streams"]);
}

#[test]
fn savings_swept_back_and_forth_are_no_income() {
    let numbered = |id: &str, digits: &str| Account { masked_number: Some(format!("xxxx {digits}").into()), ..account(id) };
    let mut all = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.extend(fortnightly(-40_037, "Transfer to xx5678 CommBank app"));
    all.extend(fortnightly(40_037, "Transfer from xx1234 CommBank app").into_iter().map(|row| row.account(1)));
    let report = report(&single(vec![numbered("1", "1234"), numbered("2", "5678")], all));
    assert_eq!((streams(&report).len(), ongoing(&report)), (1, 455_000));
}

#[test]
fn dividends_come_twice_a_year() {
    let all = vec![
        row("2026-03-27", 41_200, "Direct Credit 458106 TLS ITM DIV 001288412"),
        row("2026-09-25", 43_800, "Direct Credit 458106 TLS FNL DIV 001288412"),
    ];
    let report = report(&everyday(all));
    assert!(only(&report, "INVESTMENT_INCOME")["occurrences"] == 2);
}

#[test]
fn forty_days_say_what_they_can_and_no_more() {
    let short = Account { data_from: Some(day("2026-10-14")), ..account("everyday") };
    let report =
        report(&single(vec![short.clone()], every(14, "2026-10-15", 3, 200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY")));
    assert_eq!(ongoing(&report), 433_333, "streams follow their own rule");
    for (member, value) in [
        ("medianMonth", &report["income"]["totals"]["medianMonth"]),
        ("financialYearToDate", &report["income"]["totals"]["financialYearToDate"]),
    ] {
        assert!(value.is_null(), "{member}");
        assert_eq!(reason(&report, member), "COVERAGE_TOO_SHORT");
    }
    assert!(report["income"]["salaryChange"]["changed"].is_null());
    assert_eq!(reason(&report, "salaryChange"), "COVERAGE_TOO_SHORT");
    let none = self::report(&single(vec![short], vec![row("2026-10-20", -4_500, "EFTPOS MERCHANT SYDNEY")]));
    assert!(none["income"]["totals"]["ongoingMonth"].is_null() && none["income"]["assessedMonthly"]["amount"].is_null());
}

#[test]
fn a_year_without_income_is_zero() {
    let report =
        report(&everyday(vec![row("2026-10-20", -4_500, "EFTPOS MERCHANT SYDNEY"), row("2026-10-21", 100, "CREDIT INTEREST PAID")]));
    assert_eq!((ongoing(&report), assessed(&report)), (0, 0));
}

#[test]
fn the_declared_employer_is_looked_for_among_the_payers() {
    let pays = || fortnightly(200_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY 44120");
    let result = |employer: &str| {
        let report = report(&declared("Alex Citizen", employer, pays()));
        report["income"]["employerMatch"]["result"].as_str().expect("a word").to_owned()
    };
    assert_eq!(result("Hartwell Engineering Pty Ltd"), "EXACT");
    assert_eq!(result("Hartwell Engineering Northern"), "PARTIAL");
    assert_eq!(result("Bramley Foods"), "NONE");
    let report = report(&everyday(pays()));
    assert_eq!(report["income"]["employerMatch"]["result"], "NOT_DECLARED");
}

#[test]
fn a_fixed_round_pay_beside_another_is_a_part_of_it() {
    let mut all = fortnightly(50_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    all.extend(fortnightly(158_731, "Direct Credit 301500 HARTWELL ENGINEERING SALARY").into_iter().map(|row| row.account(1)));
    let report = report(&single(vec![account("1"), account("2")], all));
    let split = &report["income"]["salarySplit"];
    assert_eq!((split.as_array().map(Vec::len), cents(&split[0]["amount"])), (Some(1), 50_000));
    assert!(split[0]["restStreamId"].is_string());
    assert_eq!(ongoing(&report), 108_333 + 343_917);
}

#[test]
fn double_pay_before_leave_does_not_end_the_job() {
    let text = "Direct Credit 301500 HARTWELL ENGINEERING SALARY";
    let mut all = fortnightly(200_000, text);
    let last = all.len() - 1;
    // The pays of 5 and 19 November came together on 22 October with that day's own.
    all.truncate(last - 1);
    all[last - 2] = row("2026-10-22", 600_000, text);
    let report = report(&everyday(all));
    let salary = only(&report, "SALARY");
    assert_ne!(salary["status"], "ENDED", "{salary:#}");
    assert_eq!(ongoing(&report), 433_333);
}

#[test]
fn removing_the_rows_of_a_stream_removes_it() {
    let salary = fortnightly(210_000, "Direct Credit 301500 HARTWELL ENGINEERING SALARY");
    let pension = fortnightly(111_680, "Direct Credit 301500 CENTRELINK AGE PENSION 204581234A");
    let both = report(&everyday([salary.clone(), pension.clone()].concat()));
    let left = report(&everyday(pension));
    assert!(of(&left, "SALARY").is_empty());
    assert_eq!(ongoing(&both) - ongoing(&left), 455_000);
}
