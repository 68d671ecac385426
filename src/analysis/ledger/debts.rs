//! Debts that were shared, counted once: what arrives on one without its other half, and what one costs.

use std::sync::Arc;

use super::{Ledger, Marks};
use crate::analysis::label::Narratives;
use crate::analysis::label::narrative::Channel;
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::{Kind, Ruleset};
use crate::submission::TransactionType;

/// Labels a payment to a shared debt whose other half is not in the payload, and marks interest and fees on loans.
pub(super) fn relabel(ledger: &mut Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let known = ruleset.known();
    let rule: Arc<str> = "debt-payment-without-partner".into();
    let costs = [known.interest_charged, known.bank_fee, known.dishonour_fee, known.overdrawn_fee];
    for (at, row) in ledger.rows.iter_mut().enumerate() {
        let account = &ledger.accounts[row.account];
        if row.marks.any(Marks::UNPAIRABLE) || !(account.is_loan() || account.is_revolving()) {
            continue;
        }
        let transaction = row.transaction();
        let verdict = &mut verdicts[at];
        if transaction.amount.is_negative() {
            let charged = matches!(transaction.kind, TransactionType::Fee | TransactionType::InterestCharged);
            if account.is_loan() && (charged || costs.contains(&verdict.category)) {
                row.marks.add(Marks::DEBT_COST);
            }
            continue;
        }
        let narrative = &narratives[at];
        let from_merchant = transaction.merchant_name.is_some()
            || transaction.merchant_category_code.is_some()
            || matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos);
        let reads_as_payment = narrative.says_transfer_from
            || matches!(transaction.kind, TransactionType::TransferIncoming | TransactionType::Payment)
            || narrative
                .folded
                .split(' ')
                .any(|word| matches!(word, "PAYMENT" | "REPAYMENT" | "PMT" | "TRANSFER" | "TFR" | "BPAY" | "THANKYOU"));
        let unexplained = match ruleset.kind(verdict.category) {
            Kind::Transfer | Kind::Person | Kind::Commitment => true,
            Kind::Credit => {
                [known.uncategorised_credit, known.other_credit].contains(&verdict.category) && (account.is_loan() || reads_as_payment)
            }
            Kind::Income | Kind::Expense | Kind::Risk => false,
        };
        let known_already = verdict.category == known.debt_payment_received;
        if row.pair.is_none() && !known_already && transaction.amount.is_positive() && unexplained && !from_merchant && !narrative.failure {
            verdict.category = known.debt_payment_received;
            verdict.confidence = 950;
            verdict.layer = Layer::Ledger;
            verdict.rule = Arc::clone(&rule);
            verdict.matched = "".into();
        }
    }
}
