//! The rules that hold for every field of a report, each by a test that fails when it is broken.
//!
//! | rule | held here by | and by |
//! |---|---|---|
//! | 1 money | `figure_rules::every_amount_has_two_decimals`, `figure_rules::only_the_published_part_has_negative_debits` | `document::totals_and_averages_are_exact` |
//! | 2 null is not 0 | `figure_rules::what_is_null_says_why_and_what_has_a_reason_is_null`, `figure_rules::looked_for_and_not_found_is_zero` | `expenses`, `income`, `commitments`: too few days, none found |
//! | 3 the days there are | `figure_rules::a_window_longer_than_the_days_is_null` | `tricky::forty_days_have_no_ninety`, `document::a_monthly_figure_divides_by_the_days_there_are` |
//! | 4 evidence | `figure_rules::every_figure_names_its_formula` | `document::every_formula_named_stands_in_the_documentation`, `explanations` |
//! | 5 deterministic | `a_report_is_the_same_beside_another`, `rows_after_as_of_are_in_no_block` | `explanations`: order, bytes; `balances::rows_outside_the_period_move_the_balance_too` |
//! | 6 applicants | `consents_of_one_applicant_are_one`, `a_joint_account_is_whole_for_each_and_once_together` | `accounts`, `transfers::between_two_applicants_a_transfer_is_the_households` |
//! | 7 currency, ownership | `what_is_not_theirs_or_not_in_dollars_is_in_no_block`, `term_deposits_are_no_buffer` | `counting` |
//! | 8 pending | `holds_are_in_no_block` | `counting::a_pending_row_names_the_posted_row_that_it_became` |
//! | 9 refunds are net | `a_refund_is_in_no_income_and_nets_every_block` | `refunds`, `expenses::a_refund_nets_its_category_and_is_no_income` |
//! | 10 outgoings | `what_nobody_can_name_is_spent_once` | `affordability` |
//! | 11 debts once | `what_a_shared_loan_costs_is_in_the_groups_and_in_no_spending` | `affordability::a_shared_card_is_spent_once`, `cash_flow`, `transfers`, `commitments` |

use cdr_insights::submission::{Account, Order, Ownership, ProductCategory, Submission, Transaction};
use serde_json::Value;

use crate::cash_flow::pays;
use crate::households::{list, scopes};
use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";

/// A year of a household: pay, rent, food, a friend, betting, a refund, a bill that failed.
pub(crate) fn life() -> Vec<Transaction> {
    let mut rows = pays(300_000);
    for month in ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"] {
        rows.push(row(&format!("{month}-03"), -60_000, FOOD));
        rows.push(row(&format!("{month}-05"), -180_000, "RENT RAY WHITE 40012"));
        rows.push(row(&format!("{month}-06"), -4_000, "SPORTSBET"));
        rows.push(row(&format!("{month}-07"), -5_000, "Osko Payment To Jo Nguyen"));
    }
    rows
}

pub(crate) fn known(mut submission: Submission, balances: &[(usize, i128)]) -> Submission {
    submission.customers[0].balances = balances.iter().map(|&(account, cents)| balance(account, cents)).collect();
    submission
}

/// The blocks of figures, combined and of each applicant; not the lists of rows and accounts.
fn blocks(report: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for (at, scope) in scopes(report).into_iter().enumerate() {
        for block in ["income", "expenses", "commitments", "cashFlow", "affordability"] {
            out.push((format!("{at} {block}"), scope[block].clone()));
        }
    }
    out.extend(["riskIndicators", "recurring", "combinedSummary"].map(|block| (block.to_owned(), report[block].clone())));
    out
}

/// Holds the blocks of two reports to each other, but for the numbers of accounts.
fn same_blocks(one: &Value, other: &Value) {
    for ((name, mut one), (_, mut other)) in blocks(one).into_iter().zip(blocks(other)) {
        for block in [&mut one, &mut other] {
            if let Some(summary) = block.as_object_mut() {
                summary.retain(|member, _| !["combinedNumberOfAccounts", "combinedNumberOfInstitutions"].contains(&member.as_str()));
            }
        }
        assert_eq!(one, other, "{name}");
    }
}

#[test]
fn a_report_is_the_same_beside_another() {
    let other = customer("c2", "Sam Other", vec![account("other")], vec![row("2026-03-03", -60_000, FOOD)]);
    let mut both = submission(vec![customer("c1", "Alex Citizen", vec![account("everyday")], life()), other]);
    both.orders = [vec![0], vec![1]].map(|customers| Order { order_id: None, customers, declared: None }).into();
    assert_eq!(whole(&both)["insightsHeader"]["reports"][0], report(&everyday(life())));
}

#[test]
fn rows_after_as_of_are_in_no_block() {
    let mut later = life();
    later.push(row("2026-11-24", -90_000, "SPORTSBET"));
    later.push(row("2026-11-25", 900_000, "SALARY ACME PTY LTD"));
    same_blocks(&report(&everyday(life())), &report(&everyday(later)));
}

#[test]
fn consents_of_one_applicant_are_one() {
    let numbered = |id: &str, digits: &str| Account { masked_number: Some(format!("xxxx {digits}").into()), ..account(id) };
    let mut rows = life();
    rows.push(row("2026-03-10", -50_037, "TRANSFER TO XX5678 SAVINGS").id("out"));
    let mut second =
        customer("c2", "Alex Citizen", vec![numbered("b", "5678")], vec![row("2026-03-10", 50_037, "TRANSFER FROM XX1234").id("in")]);
    let first = customer("c1", "Alex Citizen", vec![numbered("a", "1234")], rows);
    let apart = report(&submission(vec![first.clone(), second.clone()]));
    second.applicant_id = "c1".into();
    let one = report(&submission(vec![first, second]));
    assert_eq!((&apart["reportHeader"]["applicationType"], list(&apart["applicants"]).len()), (&Value::from("JOINT"), 2));
    assert_eq!((&one["reportHeader"]["applicationType"], list(&one["applicants"]).len()), (&Value::from("SINGLE"), 1));
    assert_eq!(by_id(&one, "out")["transferScope"], "OWN");
    for block in ["income", "expenses", "commitments", "balances", "cashFlow", "affordability"] {
        assert_eq!(one["applicants"][0][block], one[block], "{block}: of a single applicant both are one");
    }
}

#[test]
fn a_joint_account_is_whole_for_each_and_once_together() {
    let joint = || Account {
        ownership: Ownership::TwoParty,
        bsb: Some("062-000".into()),
        account_number: Some("12345678".into()),
        ..account("joint")
    };
    let couple =
        submission(vec![customer("c1", "Alex Citizen", vec![joint()], life()), customer("c2", "Sam Citizen", vec![joint()], life())]);
    let report = report(&couple);
    assert_eq!(report["combinedSummary"]["combinedNumberOfAccounts"], 1);
    let total = |scope: &Value| cents(&scope["expenses"]["total"]["meanMonth"]);
    let out = |scope: &Value| cents(&scope["cashFlow"]["months"][0]["out"]);
    for applicant in list(&report["applicants"]) {
        assert_eq!((total(applicant), out(applicant)), (total(&report), out(&report)));
    }
    assert!(total(&report) > 0);
}

#[test]
fn what_is_not_theirs_or_not_in_dollars_is_in_no_block() {
    let others = |rows: &[Transaction]| {
        let mut all = life();
        all.extend(rows.iter().cloned());
        all
    };
    let base = report(&everyday(life()));
    let strange = |at: usize| {
        vec![
            row("2026-03-08", 500_000, "SALARY OTHER EMPLOYER PTY LTD").account(at),
            row("2026-03-09", -70_000, "SPORTSBET").account(at),
            row("2026-04-09", -7_000, FOOD).account(at),
            row("2026-04-10", -90_000, "Wdl ATM CBA ATM NEWTOWN").account(at),
        ]
    };
    let foreign: Vec<Transaction> = strange(0).into_iter().map(|row| row.currency("EUR")).collect();
    same_blocks(&base, &report(&everyday(others(&foreign))));
    let trust = product("trust", ProductCategory::RegulatedTrustAccounts);
    let not_owned = Account { is_owned: false, ..product("card", ProductCategory::CredAndChrgCards) };
    for apart in [trust, not_owned] {
        let with = report(&known(single(vec![account("everyday"), apart.clone()], others(&strange(1))), &[(1, 9_000_000)]));
        same_blocks(&base, &with);
        assert_eq!(list(&with["accounts"]).len(), 2, "{} is listed", apart.account_id);
        assert!(list(&with["transactions"]).len() == life().len() + 4);
        let buffers = list(&with["balances"]["combined"]["accountIds"]);
        assert!(!buffers.contains(&Value::from(&*apart.account_id)), "{buffers:?}");
    }
}

#[test]
fn term_deposits_are_no_buffer() {
    let deposit = product("deposit", ProductCategory::TermDeposits);
    let with = report(&known(single(vec![account("everyday"), deposit], life()), &[(0, 100_000), (1, 9_000_000)]));
    let without = report(&known(everyday(life()), &[(0, 100_000)]));
    assert_eq!(with["balances"]["combined"], without["balances"]["combined"]);
    assert_eq!(list(&with["balances"]["accounts"]).len(), 2, "it has a balance all the same");
}

#[test]
fn holds_are_in_no_block() {
    let mut with = life();
    with.push(row("2026-11-20", -70_000, "SPORTSBET").pending());
    with.push(row("2026-11-20", 700_000, "SALARY ACME PTY LTD").pending());
    with.push(row("2026-11-20", -7_000, "AUTHORISATION COLES EXPRESS 2145"));
    let (before, after) = (report(&everyday(life())), report(&everyday(with)));
    same_blocks(&before, &after);
    assert_eq!(list(&after["transactions"]).len(), list(&before["transactions"]).len() + 3);
}

#[test]
fn a_refund_is_in_no_income_and_nets_every_block() {
    let mut with = life();
    with.push(row("2026-03-11", -250_000, "KMART 1042 MARION SA AUS Card xx8812").id("bought"));
    with.push(row("2026-03-18", 250_000, "REFUND KMART MARION SA AUS Card xx8812").id("back"));
    let (before, after) = (report(&everyday(life())), report(&everyday(with)));
    assert_eq!(by_id(&after, "back")["refundOf"], "bought");
    assert_eq!(by_id(&after, "back")["category"], by_id(&after, "bought")["category"]);
    assert_eq!(before["income"], after["income"]);
    assert_eq!(before["expenses"]["total"], after["expenses"]["total"]);
    assert_eq!(before["affordability"]["outgoings"], after["affordability"]["outgoings"]);
    let march =
        |report: &Value| list(&report["cashFlow"]["months"]).iter().find(|month| month["month"] == "2026-03").expect("March").clone();
    assert_eq!(march(&before), march(&after));
    let large = list(&after["riskIndicators"]).iter().find(|indicator| indicator["code"] == "LARGE_CREDIT").expect("it is listed");
    assert_eq!(large["count"], 0);
}

#[test]
fn what_nobody_can_name_is_spent_once() {
    let mut rows = life();
    rows.push(row("2026-03-12", -110_000, "QZXV 88120"));
    let (before, after) = (report(&everyday(life())), report(&everyday(rows)));
    let moved = |figure: &str| cents(&after["affordability"][figure]) - cents(&before["affordability"][figure]);
    // 1,100.00 over eleven complete months.
    assert_eq!((moved("outgoings"), moved("unexplained"), moved("observedMonthlySurplus")), (10_000, 10_000, -10_000));
}

#[test]
fn what_a_shared_loan_costs_is_in_the_groups_and_in_no_spending() {
    let loan = Account { masked_number: Some("xxxx 9012".into()), ..product("loan", ProductCategory::ResidentialMortgages) };
    let accounts = || vec![Account { masked_number: Some("xxxx 1234".into()), ..account("everyday") }, loan.clone()];
    let plain = report(&single(accounts(), life()));
    let mut rows = life();
    rows.push(row("2026-03-31", -190_000, "INTEREST CHARGED").account(1).id("interest"));
    let with = report(&single(accounts(), rows));
    assert_eq!(flags(by_id(&with, "interest")), ["debtCost"]);
    let debit = |report: &Value| cents(&report["combinedSummary"]["combinedTotalSummary"]["debit"]["sumAmount"]);
    assert_eq!(debit(&plain) - debit(&with), 190_000);
    assert_eq!(cents(&category(&with, "INTEREST_CHARGED")["debit"]["sumAmount"]), -190_000);
    for block in ["expenses", "cashFlow", "affordability"] {
        assert_eq!(plain[block], with[block], "{block}");
    }
}
