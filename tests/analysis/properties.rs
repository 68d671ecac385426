//! What holds for every payload.

use cdr_insights::submission::{Account, ProductCategory, Submission, Transaction};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::support::*;

const TEXTS: [&str; 12] = [
    "WOOLWORTHS 1234 SYDNEY",
    "SALARY ACME PTY LTD",
    "Transfer to xx5678 CommBank app",
    "Transfer from xx1234 CommBank app",
    "INTERNET TRANSFER",
    "Direct Debit 123456 GYM",
    "CAFE NERO NEWTOWN",
    "BPAY PLATINUM VISA",
    "PAYMENT RECEIVED THANK YOU",
    "AUTHORISATION COLES EXPRESS",
    "INTEREST CHARGED",
    "DEPOSIT",
];

fn accounts() -> Vec<Account> {
    let numbered = |account: Account, digits: &str| Account { masked_number: Some(format!("xxxx {digits}").into()), ..account };
    vec![
        numbered(account("1"), "1234"),
        numbered(account("2"), "5678"),
        numbered(Account { data_from: None, ..product("3", ProductCategory::CredAndChrgCards) }, "4321"),
        account("4-apart"),
    ]
}

prop_compose! {
    fn any_row()(
        account in 0..3_usize, day in 1..29_u8, month in 1..7_u8, cents in select(vec![50_000_i128, 12_345, 550, 8_437, 0]), debit in any::<bool>(),
        text in select(TEXTS.to_vec()), id in proptest::option::weighted(0.7, 0..1_000_u32), pending in proptest::bool::weighted(0.1),
        foreign in proptest::bool::weighted(0.05),
    ) -> Transaction {
        let plain = row(&format!("2026-{month:02}-{day:02}"), if debit { -cents } else { cents }, text).account(account);
        let plain = if pending { plain.pending() } else { plain };
        let plain = if foreign { plain.currency("USD") } else { plain };
        // One id never names two different rows: the payload would be refused.
        match id {
            Some(id) => {
                let id = format!("{id}-{account}-{month}-{day}-{cents}-{debit}-{text}-{foreign}");
                plain.id(&id)
            }
            None => plain,
        }
    }
}

fn any_rows() -> impl Strategy<Value = Vec<Transaction>> {
    proptest::collection::vec(any_row(), 0..40)
}

fn of(rows: Vec<Transaction>) -> Submission {
    single(accounts(), rows)
}

/// Sum and count of both directions.
fn totals(value: &Value) -> [i128; 4] {
    let number = |side: &str| i128::from(value[side]["numberOfTransactions"].as_u64().expect("a number"));
    [cents(&value["credit"]["sumAmount"]), cents(&value["debit"]["sumAmount"]), number("credit"), number("debit")]
}

fn add<'a>(values: impl Iterator<Item = &'a Value>) -> [i128; 4] {
    values.map(totals).fold([0; 4], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2], sum[3] + one[3]])
}

fn summary(report: &Value) -> Value {
    report["combinedSummary"].clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_rows_changes_nothing(rows in any_rows(), swaps in proptest::collection::vec(any::<(Index, Index)>(), 0..60)) {
        let mut shuffled = rows.clone();
        if !rows.is_empty() {
            for (a, b) in swaps {
                shuffled.swap(a.index(rows.len()), b.index(rows.len()));
            }
        }
        prop_assert_eq!(bytes(&of(rows)), bytes(&of(shuffled)));
    }

    #[test]
    fn the_same_payload_gives_the_same_bytes(rows in any_rows()) {
        prop_assert_eq!(bytes(&of(rows.clone())), bytes(&of(rows)));
    }

    #[test]
    fn groups_and_categories_add_up_to_the_totals(rows in any_rows()) {
        let report = report(&of(rows));
        let total = totals(&report["combinedSummary"]["combinedTotalSummary"]);
        let groups = report["combinedSummary"]["combinedCategoryGroupSummary"]["combinedCategoryGroups"].as_array().expect("a list");
        prop_assert_eq!(add(groups.iter()), total);
        for group in groups {
            prop_assert_eq!(add(group["categories"].as_array().expect("a list").iter()), totals(group));
        }
        prop_assert_eq!(i128::from(counted(&report)), total[2] + total[3]);
    }

    #[test]
    fn the_totals_are_those_of_the_rows_without_an_excluding_flag(rows in any_rows()) {
        let report = report(&of(rows));
        let told = ["debtRepayment", "debtCost", "possibleDuplicate", "signContradictsType", "repeated", "wasPending", "returned", "refinance"];
        let in_figures = |row: &&Value| flags(row).iter().all(|flag| told.contains(flag));
        let amounts = report["transactions"].as_array().expect("a list").iter().filter(in_figures).map(|row| cents(&row["amount"]));
        let (mut credit, mut debit) = (0, 0);
        for amount in amounts {
            if amount < 0 { debit += amount } else { credit += amount }
        }
        let total = totals(&report["combinedSummary"]["combinedTotalSummary"]);
        prop_assert_eq!([credit, debit], [total[0], total[1]]);
    }

    #[test]
    fn an_unrelated_row_adds_itself_and_nothing_else(rows in any_rows(), cents in -99_999..-10_000_i128) {
        let before = totals(&report(&of(rows.clone()))["combinedSummary"]["combinedTotalSummary"]);
        let mut more = rows;
        // Odd cents that no other row has.
        let amount = cents / 1_000 * 1_000 - 1;
        more.push(row("2026-09-09", amount, "WOOLWORTHS 1234 SYDNEY").account(3).id("unrelated"));
        let after = totals(&report(&of(more))["combinedSummary"]["combinedTotalSummary"]);
        prop_assert_eq!(after, [before[0], before[1] + amount, before[2], before[3] + 1]);
    }

    #[test]
    fn a_pending_or_foreign_row_changes_no_total(rows in any_rows(), pending in any::<bool>()) {
        let before = summary(&report(&of(rows.clone())));
        let mut more = rows;
        let apart = row("2026-09-09", -7_531, "UNRELATED").account(3).id("unrelated");
        more.push(if pending { apart.pending() } else { apart.currency("EUR") });
        let mut after = summary(&report(&of(more)));
        // Coverage may be assumed from the row: sums are what must not move.
        let (mut before, groups) = (before, "combinedCategoryGroupSummary");
        strip_monthly(&mut before[groups]);
        strip_monthly(&mut after[groups]);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn customers_apart_add_up_to_customers_together(a in any_rows(), b in any_rows()) {
        let alone = |rows: &[Transaction]| totals(&report(&of(rows.to_vec()))["combinedSummary"]["combinedTotalSummary"]);
        let (of_a, of_b) = (alone(&a), alone(&b));
        let second = accounts().into_iter().map(|account| Account { account_id: format!("b{}", account.account_id).into(), ..account });
        let both = submission(vec![customer("c1", "Alex Citizen", accounts(), a), customer("c2", "Sam Other", second.collect(), b)]);
        let together = report(&both);
        // Few rows never make two accounts one; transfers between the two stay in the totals.
        let same = together["combinedSummary"]["combinedNumberOfAccounts"] == 8;
        if same {
            let total = totals(&together["combinedSummary"]["combinedTotalSummary"]);
            prop_assert_eq!(total, [of_a[0] + of_b[0], of_a[1] + of_b[1], of_a[2] + of_b[2], of_a[3] + of_b[3]]);
        }
    }

    #[test]
    fn the_rows_of_each_transfer_add_up_to_nothing(rows in any_rows()) {
        let report = report(&of(rows));
        let mut pairs = std::collections::BTreeMap::<String, Vec<i128>>::new();
        for row in report["transactions"].as_array().expect("a list") {
            if let Some(id) = row.get("transferPairId").and_then(Value::as_str) {
                pairs.entry(id.to_owned()).or_default().push(cents(&row["amount"]));
            }
        }
        for amounts in pairs.values() {
            prop_assert!((2..=5).contains(&amounts.len()));
            prop_assert_eq!(amounts.iter().sum::<i128>(), 0);
        }
    }
}

fn strip_monthly(summary: &mut Value) {
    for group in summary["combinedCategoryGroups"].as_array_mut().expect("a list") {
        for category in group["categories"].as_array_mut().expect("a list") {
            let category = category.as_object_mut().expect("an object");
            category.remove("monthlyAverage");
            category.remove("evidence");
        }
    }
}
