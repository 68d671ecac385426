//! Accounts whose holder seems to send amounts with the sign turned, and rows whose type contradicts their sign.

use super::accounts::pointer;
use super::{Ledger, Marks};
use crate::analysis::label::Narratives;
use crate::analysis::label::narrative::{Channel, Narrative};
use crate::submission::{Transaction, TransactionType, Warning};

/// Fewer credits than this that must be debits are refunds.
const TELLING_ROWS: usize = 3;

/// Marks the rows of suspect accounts, and those that contradict themselves.
pub(super) fn judge(ledger: &mut Ledger<'_>, narratives: &Narratives) {
    // Rows that must be debits, and how many of them are credits.
    let mut telling = vec![(0_usize, 0_usize); ledger.accounts.len()];
    let mut contradictions = vec![0_usize; ledger.accounts.len()];
    for (at, row) in ledger.rows.iter_mut().enumerate() {
        let narrative = &narratives[at];
        let account = &ledger.accounts[row.account];
        let transaction = row.transaction();
        let (amount, contradicts) = (transaction.amount, contradicts(transaction));
        if !row.marks.any(Marks::DUPLICATE)
            && !row.marks.any(Marks::HOLD)
            && is_spend(transaction, narrative, account.is_revolving() || account.is_loan())
        {
            telling[row.account].0 += 1;
            telling[row.account].1 += usize::from(amount.is_positive());
        }
        if contradicts {
            row.marks.add(Marks::SIGN_CONTRADICTS_TYPE);
            contradictions[row.account] += 1;
        }
    }
    for (index, account) in ledger.accounts.iter_mut().enumerate() {
        let (rows, positive) = telling[index];
        account.sign_suspect = positive >= TELLING_ROWS && positive * 2 > rows;
        if account.sign_suspect {
            ledger.warnings.push(Warning {
                code: "SIGN_SUSPECT",
                detail: format!("{positive} of {rows} fees, interest charges and purchases are positive: the account is in no figure"),
                pointer: pointer(ledger.submission, &account.views[0]),
            });
        } else if contradictions[index] > 0 {
            ledger.warnings.push(Warning {
                code: "SIGN_CONTRADICTS_TYPE",
                detail: format!("{} rows have a type that contradicts their sign; the sign is believed", contradictions[index]),
                pointer: pointer(ledger.submission, &account.views[0]),
            });
        }
    }
    for row in &mut ledger.rows {
        if ledger.accounts[row.account].sign_suspect {
            row.marks.add(Marks::SIGN_SUSPECT);
        }
    }
}

/// A row that takes money from the customer whatever its sign says. A merchant's name or a card's channel tells only on a debt: some holders
/// name the employer of a salary as the merchant, and a shop's takings read EFTPOS.
fn is_spend(row: &Transaction, narrative: &Narrative, on_debt: bool) -> bool {
    let charged = matches!(row.kind, TransactionType::Fee | TransactionType::InterestCharged);
    let by_card = row.merchant_name.is_some() || matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos);
    charged || row.merchant_category_code.is_some() || (on_debt && by_card)
}

fn contradicts(row: &Transaction) -> bool {
    use TransactionType::{DirectDebit, Fee, InterestCharged, InterestPaid, TransferIncoming, TransferOutgoing};
    match row.kind {
        Fee | InterestCharged | DirectDebit | TransferOutgoing => row.amount.is_positive(),
        InterestPaid | TransferIncoming => row.amount.is_negative(),
        _ => false,
    }
}
