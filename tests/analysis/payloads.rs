//! Whole payloads: the bundled household and the Data Standards' mock files, from their bytes to the document.

use cdr_insights::analysis::label::narrative::Narrative;
use cdr_insights::analysis::label::{label, read};
use cdr_insights::analysis::ledger::Ledger;
use cdr_insights::submission::{ReadContext, Submission, parse};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::mock_files;
use crate::support::*;

fn payloads() -> Vec<(&'static str, Vec<u8>)> {
    let household = include_bytes!("../../src/demo/household.json").to_vec();
    let mock = |name: &'static str| (name, serde_json::to_vec(&mock_files::wrapped(name)).expect("it is JSON"));
    vec![("household", household), mock(mock_files::NAMES[0]), mock(mock_files::NAMES[1])]
}

fn parsed(name: &str, body: &[u8]) -> Submission {
    let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("an instant");
    let context = ReadContext { now, time_zone: TimeZone::get("Australia/Sydney").expect("bundled") };
    parse(body, &context).unwrap_or_else(|rejection| panic!("{name}: {rejection:?}"))
}

#[test]
fn each_gives_the_same_bytes_again_and_its_groups_add_up() {
    for (name, body) in payloads() {
        let (first, again) = (bytes(&parsed(name, &body)), bytes(&parsed(name, &body)));
        assert!(first == again, "{name}");
        let document: Value = serde_json::from_slice(&first).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document["meta"]["status"], "COMPLETED", "{name}");
        for report in document["insightsHeader"]["reports"].as_array().expect("a list") {
            let summary = &report["combinedSummary"];
            assert!(counted(report) > 0, "{name}");
            for side in ["credit", "debit"] {
                let groups = summary["combinedCategoryGroupSummary"]["combinedCategoryGroups"].as_array().expect("a list");
                let sum: i128 = groups.iter().map(|group| cents(&group[side]["sumAmount"])).sum();
                assert_eq!(sum, cents(&summary["combinedTotalSummary"][side]["sumAmount"]), "{name} {side}");
            }
        }
    }
}

#[test]
fn rows_read_together_are_labelled_as_each_by_itself() {
    for (name, body) in payloads() {
        let submission = parsed(name, &body);
        let ledger = Ledger::open(&submission, &submission.orders[0], AS_OF);
        let (narratives, verdicts) = read(ledger.rows.iter().map(|row| (row.transaction(), ledger.account_of(row))), &RULES);
        for (at, row) in ledger.rows.iter().enumerate() {
            let narrative = Narrative::new(&row.transaction().description, &RULES);
            assert_eq!(narratives[at], narrative, "{name}");
            assert_eq!(verdicts[at], label(row.transaction(), ledger.account_of(row), &narrative, &RULES), "{name}: {}", narrative.folded);
        }
    }
}

#[test]
fn the_household_is_what_its_generator_says() {
    let report = report(&parsed("household", &payloads()[0].1));
    // Rows and cents of the counted rows of a category, by sign, as `household.py --facts` prints them.
    for (code, side, rows, sum) in [
        ("SALARY", "credit", 38, 13_444_515),
        ("GOV_FAMILY", "credit", 26, 489_804),
        ("TAX_REFUND", "credit", 1, 168_420),
        ("INVESTMENT_INCOME", "credit", 2, 19_765),
        ("MEDICARE_REBATE", "credit", 4, 17_690),
        ("INTEREST_INCOME", "credit", 12, 36_034),
        ("MORTGAGE_REPAYMENT", "debit", 12, -3_744_000),
        ("INTEREST_CHARGED", "debit", 14, -2_647_281),
        ("BNPL_REPAYMENT", "debit", 16, -44_963),
        ("GAMBLING", "debit", 12, -35_000),
        ("GAMBLING_WINNINGS", "credit", 1, 11_800),
        ("LOTTERY", "debit", 5, -9_300),
        ("CASH_WITHDRAWAL", "debit", 16, -200_000),
        ("HEALTH_INSURANCE", "debit", 12, -509_160),
        ("TRANSFER_OUT", "debit", 13, -186_000),
    ] {
        let figures = &category(&report, code)[side];
        assert_eq!((figures["numberOfTransactions"].as_u64(), cents(&figures["sumAmount"])), (Some(rows), sum), "{code}");
    }
    // Own transfers, card repayments and the loan's side of the mortgage: 66 pairs within, 12 from the mortgage.
    let paired = report["transactions"].as_array().expect("a list").iter().filter(|row| row.get("transferPairId").is_some()).count();
    assert_eq!(paired, 2 * (27 + 12 + 14 + 12 + 1 + 12));
    assert_eq!(report["dataQuality"]["pending"].as_array().expect("a list").iter().filter(|hold| !hold["twinOf"].is_null()).count(), 3);
    assert_eq!(report["combinedSummary"]["combinedNumberOfAccounts"], 7);
}
