//! Accounts whose holder seems to send amounts with the sign turned, and rows whose type contradicts their sign.
//!
//! Two things tell: rows that must be debits and are credits, and balances that chain only with every sign turned.

use jiff::civil::Date;

use super::accounts::pointer;
use super::{Ledger, LedgerAccount, Marks};
use crate::analysis::label::Narratives;
use crate::analysis::label::narrative::{Channel, Narrative};
use crate::money::Cents;
use crate::submission::{Currency, Transaction, TransactionType, Warning};

/// Fewer credits than this that must be debits are refunds.
const TELLING_ROWS: usize = 3;
/// By as much a loan may be overpaid.
const OVERPAID: Cents = Cents::new(100_000);

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
    let movements = ledger.movements();
    for (index, account) in ledger.accounts.iter_mut().enumerate() {
        let (rows, positive) = telling[index];
        let by_rows = positive >= TELLING_ROWS && positive * 2 > rows;
        account.sign_suspect = by_rows || chains_only_turned(account, &movements[index]);
        if account.sign_suspect {
            let detail = if by_rows {
                format!("{positive} of {rows} fees, interest charges and purchases are positive: the account is in no figure")
            } else {
                "the balances chain only with every sign turned: the account is in no figure".to_owned()
            };
            ledger.warnings.push(Warning { code: "SIGN_SUSPECT", detail, pointer: pointer(ledger.submission, &account.views[0]) });
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

/// True where two balances of the account differ by what was posted between them with its sign turned, or where a loan would have been
/// overpaid before its repayments and owed no more than was lent with their signs turned.
fn chains_only_turned(account: &LedgerAccount<'_>, movements: &[(Date, Cents)]) -> bool {
    let given = account.views.iter().filter_map(|view| view.balance).filter(|balance| balance.currency == Currency::AUD);
    let mut read: Vec<(Date, Cents)> = given.clone().filter_map(|balance| Some((balance.at?.day, balance.current))).collect();
    read.sort_unstable();
    let after = |day: Date| movements.partition_point(|(on, _)| *on <= day);
    let steps = read.windows(2).filter(|pair| pair[0].0 < pair[1].0).map(|pair| {
        let net: Cents = movements[after(pair[0].0)..after(pair[1].0)].iter().map(|(_, sum)| *sum).sum();
        (pair[1].1 - pair[0].1, net)
    });
    let steps: Vec<(Cents, Cents)> = steps.filter(|(_, net)| !net.is_zero()).collect();
    if !steps.is_empty() {
        return steps.iter().all(|(step, net)| *step == -*net);
    }
    let original = account.first().loan.as_ref().and_then(|loan| loan.original_amount).filter(|_| account.is_loan());
    let Some((balance, original)) = { given }.next().zip(original) else { return false };
    let (mut plain, mut turned) = (balance.current, balance.current);
    let (mut highest, mut turned_lowest, mut turned_highest) = (plain, turned, turned);
    for (_, sum) in movements.iter().rev() {
        plain -= *sum;
        turned += *sum;
        highest = highest.max(plain);
        turned_lowest = turned_lowest.min(turned);
        turned_highest = turned_highest.max(turned);
    }
    balance.current <= Cents::ZERO && highest > OVERPAID && turned_highest <= OVERPAID && turned_lowest >= -(original + OVERPAID)
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
