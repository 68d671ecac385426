//! `transactions[]`: every row of the order, counted or not, with its category and what that rests on.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::analysis::exact::{Day, Fraction};
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ledger::{Ledger, Marks, Pair, Row, Scope, content};
use crate::analysis::ruleset::Ruleset;
use crate::analysis::stream::Streams;
use crate::money::Cents;
use crate::submission::{Currency, Submission, Transaction};

/// A row of a report. The texts stay in the submission.
#[derive(Clone, Debug)]
pub(super) struct ReportRow {
    customer: usize,
    index: usize,
    merged: Option<Box<Transaction>>,
    made_id: Option<Box<str>>,
    day: Option<Day>,
    marks: Marks,
    pair: Option<(Box<str>, Scope)>,
    stream: Option<Arc<str>>,
    reversal_of: Option<Box<str>>,
    refund_of: Option<Box<str>>,
    verdict: Verdict,
}

/// Rows with the texts they point to, written one by one.
pub(super) struct RowsView<'a> {
    pub(super) rows: &'a [ReportRow],
    pub(super) submission: &'a Submission,
    pub(super) ruleset: &'a Ruleset,
}

impl Serialize for RowsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| row.view(self.submission, self.ruleset)))
    }
}

/// A row as it is written.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct RowView<'a> {
    transaction_id: &'a str,
    account_id: &'a str,
    customer_id: &'a str,
    date: Option<Day>,
    amount: Cents,
    /// Only where it is not Australian dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    description: &'a str,
    merchant: Option<&'a str>,
    category: &'a str,
    category_group: &'a str,
    confidence: Fraction<3>,
    evidence: RowEvidence<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_pair_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_scope: Option<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversal_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_of: Option<&'a str>,
    flags: Marks,
}

#[derive(serde::Serialize)]
struct RowEvidence<'a> {
    layer: Layer,
    rule: &'a str,
    matched: &'a str,
}

/// The id of the row that another undoes or gives back, where there is one.
type Link = Option<Box<str>>;

/// The rows of a settled ledger, in its order.
pub(super) fn rows(ledger: Ledger<'_>, verdicts: Vec<Verdict>, streams: &Streams) -> Vec<ReportRow> {
    let pairs = pair_ids(&ledger);
    let id_of = |row: usize| -> Box<str> { ledger.rows[row].id().into() };
    let links: Vec<(Link, Link)> =
        (0..ledger.rows.len()).map(|row| (ledger.links.reversal_of(row).map(id_of), ledger.links.refund_of(row).map(id_of))).collect();
    (ledger.rows.into_iter().zip(verdicts).zip(links).enumerate())
        .map(|(at, ((row, verdict), (reversal_of, refund_of)))| ReportRow {
            customer: row.customer,
            index: row.index,
            merged: row.merged,
            made_id: row.made_id,
            day: row.day.map(Day),
            marks: row.marks,
            pair: row.pair.map(|pair| pairs[pair].clone()),
            stream: streams.of(at).map(|stream| Arc::clone(&stream.id)),
            reversal_of,
            refund_of,
            verdict,
        })
        .collect()
}

/// For each pair the id of its transfer, and whose accounts it lies between.
fn pair_ids(ledger: &Ledger<'_>) -> Vec<(Box<str>, Scope)> {
    let transfers = ledger.pairing.pairs.chunk_by(|a, b| a.transfer == b.transfer);
    transfers.flat_map(|pairs| pairs.iter().map(|pair| (pair_id(ledger, pairs), pair.scope))).collect()
}

/// An id that all rows of a transfer share and no other has; it does not change with the rows around them.
fn pair_id(ledger: &Ledger<'_>, pairs: &[Pair]) -> Box<str> {
    let mut hash = Sha256::new();
    let mut rows: Vec<usize> = pairs.iter().map(|pair| pair.debit).chain(pairs.iter().map(|pair| pair.credit)).collect();
    rows.dedup();
    for row in rows {
        let of: &Row<'_> = &ledger.rows[row];
        for text in [&*ledger.submission.customers[of.customer].customer_id, &*ledger.account_of(of).account_id, of.id()] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    let mut id = String::with_capacity(32);
    content::push_hex(&mut id, &hash.finalize()[..16]);
    id.into()
}

impl ReportRow {
    /// The row with its texts, from the submission that it came from.
    fn view<'a>(&'a self, submission: &'a Submission, ruleset: &'a Ruleset) -> RowView<'a> {
        let customer = &submission.customers[self.customer];
        let row = self.merged.as_deref().unwrap_or(&customer.transactions[self.index]);
        let Verdict { category, confidence, layer, rule, matched, merchant } = &self.verdict;
        RowView {
            transaction_id: row.transaction_id.as_deref().or(self.made_id.as_deref()).expect("rows without an id are given one"),
            account_id: &customer.accounts[row.account].account_id,
            customer_id: &customer.customer_id,
            date: self.day,
            amount: row.amount,
            currency: Some(row.currency).filter(|currency| *currency != Currency::AUD),
            description: &row.description,
            merchant: merchant.as_deref().or(row.merchant_name.as_deref()),
            category: ruleset.code(*category),
            category_group: ruleset.group_code(ruleset.group(*category)),
            confidence: Fraction::units(i128::from(*confidence)),
            evidence: RowEvidence { layer: *layer, rule, matched },
            stream_id: self.stream.as_deref(),
            transfer_pair_id: self.pair.as_ref().map(|(id, _)| &**id),
            transfer_scope: self.pair.as_ref().map(|(_, scope)| *scope),
            reversal_of: self.reversal_of.as_deref(),
            refund_of: self.refund_of.as_deref(),
            flags: self.marks,
        }
    }
}
