//! One shared loan paid out by another: a refinance within the order, a loan that is split into a fixed and a variable part. Nobody paid and
//! nobody borrowed; neither side is a repayment.
//!
//! What a new loan pays to the customer, who then repays the old one, is seen where repayments are added up, not here.

use std::sync::Arc;

use super::transfers::LOOKS;
use super::{Ledger, Marks};
use crate::analysis::days::between;
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::Ruleset;
use crate::money::Cents;

/// What is paid out is larger than instalments are.
const LARGE: Cents = Cents::new(500_000);
/// Days between the one loan's debit and the other's credit.
const DAYS: i64 = 3;
/// By so many hundredths of it what was drawn may differ from what was paid out: interest up to the day, a fee.
const TOLERANCE: i128 = 1;

/// Marks both sides; what arrives on the old loan is a transfer.
pub(super) fn relabel(ledger: &mut Ledger<'_>, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let is_loan = |row: usize| ledger.accounts[ledger.rows[row].account].is_loan();
    let moved = ledger.pairing.pairs.iter().filter(|pair| is_loan(pair.debit) && is_loan(pair.credit));
    let mut both: Vec<usize> = moved.flat_map(|pair| [pair.debit, pair.credit]).collect();
    let may_be = |row: &usize| {
        let of = &ledger.rows[*row];
        is_loan(*row) && of.pair.is_none() && of.day.is_some() && !of.marks.any(Marks::UNPAIRABLE.or(Marks::DEBT_COST))
    };
    let (paid_out, drawn): (Vec<usize>, Vec<usize>) =
        (0..ledger.rows.len()).filter(may_be).partition(|&row| ledger.rows[row].amount.is_positive());
    let mut taken = vec![false; drawn.len()];
    let rule: Arc<str> = "refinance".into();
    for credit in paid_out.into_iter().filter(|&row| ledger.rows[row].amount >= LARGE) {
        let gap = |debit: usize| ledger.rows[credit].day.zip(ledger.rows[debit].day).map_or(i64::MAX, |(a, b)| between(a, b));
        let from = drawn.partition_point(|&debit| gap(debit) < -DAYS);
        let near = drawn[from..].iter().enumerate().take(LOOKS).take_while(|(_, debit)| gap(**debit) <= DAYS);
        let free = near.filter(|(at, debit)| !taken[from + at] && ledger.rows[**debit].account != ledger.rows[credit].account);
        let parts: Vec<usize> = free.map(|(at, _)| from + at).collect();
        let sum: Cents = parts.iter().map(|&at| ledger.rows[drawn[at]].amount).sum();
        let received = ledger.rows[credit].amount;
        if parts.is_empty() || (received + sum).abs().get() * 100 > received.get() * TOLERANCE {
            continue;
        }
        for at in parts {
            taken[at] = true;
            both.push(drawn[at]);
        }
        both.push(credit);
        let category = ruleset.known().internal_transfer;
        verdicts[credit] = Verdict { category, confidence: 900, layer: Layer::Ledger, rule: Arc::clone(&rule), ..verdicts[credit].clone() };
    }
    for row in both {
        ledger.rows[row].marks.add(Marks::REFINANCE);
    }
}
