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
    // Rows and sum of the counted rows of a category, by sign, as `household.py --facts` prints them.
    for (code, side, rows, sum) in [
        ("SALARY", "credit", 38, 134_445_15),
        ("GOV_FAMILY", "credit", 26, 4_898_04),
        ("TAX_REFUND", "credit", 1, 1_684_20),
        ("INVESTMENT_INCOME", "credit", 2, 197_65),
        ("MEDICARE_REBATE", "credit", 4, 176_90),
        ("INTEREST_INCOME", "credit", 12, 360_34),
        ("MORTGAGE_REPAYMENT", "debit", 12, -37_440_00),
        ("INTEREST_CHARGED", "debit", 14, -26_472_81),
        ("BNPL_REPAYMENT", "debit", 16, -449_63),
        ("GAMBLING", "debit", 12, -350_00),
        ("GAMBLING_WINNINGS", "credit", 1, 118_00),
        ("LOTTERY", "debit", 5, -93_00),
        ("CASH_WITHDRAWAL", "debit", 16, -2_000_00),
        ("HEALTH_INSURANCE", "debit", 12, -5_091_60),
        ("TRANSFER_OUT", "debit", 13, -1_860_00),
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
