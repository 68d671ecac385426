//! What a product allows its balance to be, and what its terms say it was: the only things that one balance can be checked against.

use jiff::civil::Date;

use super::super::days::between;
use super::super::ledger::LedgerAccount;
use crate::money::Cents;
use crate::submission::{Balance, ProductCategory};

/// A deposit account without a limit may be overdrawn by as much before its balances are doubted: a debit that is honoured, a fee.
const OVERDRAWN: Cents = Cents::new(100_000);
/// Beyond a limit banks go by so many hundredths of it, and by so much more.
const BEYOND: (i128, Cents) = (110, Cents::new(10_000));
/// By as much a debt may be overpaid.
const OVERPAID: Cents = Cents::new(100_000);
/// Days since the statement whose closing balance is due.
const STATEMENT_DAYS: i64 = 62;

/// The lowest and highest balances that a product allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    lowest: Option<Cents>,
    highest: Option<Cents>,
    /// They come from a limit that the payload gives.
    pub(super) is_told: bool,
}

impl Bounds {
    /// The bounds of an account. A limit that is not given may show in what is available.
    pub(super) fn of(account: &LedgerAccount<'_>, balance: &Balance, pending: Cents) -> Self {
        let first = account.first();
        let beyond = |limit: Cents| -(limit.mul_div(BEYOND.0, 100).expect("100 is not 0") + BEYOND.1);
        let shown = balance.available.map(|available| available - balance.current - pending);
        let limit = balance.credit_limit.into_iter().chain(shown).max().filter(|limit| limit.is_positive());
        let is_told = balance.credit_limit.is_some_and(Cents::is_positive);
        if account.is_loan() {
            let original = first.loan.as_ref().and_then(|loan| loan.original_amount).filter(|amount| amount.is_positive());
            return Self { lowest: original.map(beyond), highest: Some(OVERPAID), is_told: false };
        }
        if first.product_category.is_debt() {
            let highest = if first.product_category == ProductCategory::Overdrafts { None } else { limit };
            return Self { lowest: limit.map(beyond), highest, is_told };
        }
        Self { lowest: Some(limit.map_or(-OVERDRAWN, beyond)), highest: None, is_told }
    }

    /// True where none of the balances lies outside.
    pub(super) fn allow(self, mut balances: impl Iterator<Item = Cents>) -> bool {
        balances.all(|balance| self.lowest.is_none_or(|lowest| balance >= lowest) && self.highest.is_none_or(|highest| balance <= highest))
    }
}

/// True where a card's amount due is the closing balance of a recent statement, to the cent.
pub(super) fn is_statement(account: &LedgerAccount<'_>, chain: &[(Date, Cents)]) -> bool {
    let Some((last, _)) = chain.last() else { return false };
    let due = account.first().credit_card.as_ref().and_then(|card| card.payment_due).filter(|due| due.is_positive());
    let mut recent = chain.iter().rev().take_while(|(day, _)| between(*day, *last) <= STATEMENT_DAYS);
    due.is_some_and(|due| recent.any(|(_, balance)| *balance == -due))
}

/// True where the balance before the account's first movement was nothing, to the cent: it was opened then, and no row is missing since.
pub(super) fn began_at_nothing(chain: &[(Date, Cents)], first_movement: Option<(Date, Cents)>) -> bool {
    first_movement.is_some_and(|(day, sum)| {
        let at = chain.partition_point(|(on, _)| *on < day);
        at > 0 && at < chain.len() && chain[at - 1].1.is_zero() && !sum.is_zero()
    })
}
