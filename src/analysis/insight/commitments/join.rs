//! Debts counted once where the rows do not meet: a shared account whose own rows were not shared is paid by rows that name a lender, and
//! a repayment whose other half is missing still pays the loan.
//!
//! The work is bounded: an account looks at [`LOOKS`] lenders at most.

use super::super::context::Context;
use super::super::scope::Scope;
use super::payments::{Flow, Payments, is_debt};
use super::terms;
use crate::analysis::ledger::LedgerAccount;
use crate::money::Cents;

/// Most lenders that one account is compared with.
const LOOKS: usize = 256;
/// Words of lenders' and products' names that tell none from another. Sorted.
const COMMON: [&str; 31] = [
    "ACCOUNT",
    "AND",
    "AUSTRALIA",
    "AUSTRALIAN",
    "AUTO",
    "BANK",
    "BANKING",
    "BUSINESS",
    "CAR",
    "CARD",
    "CREDIT",
    "FINANCE",
    "FINANCIAL",
    "FIXED",
    "GROUP",
    "HOME",
    "LIMITED",
    "LOAN",
    "LOANS",
    "LTD",
    "MORTGAGE",
    "MUTUAL",
    "PAYMENT",
    "PAYMENTS",
    "PERSONAL",
    "PTY",
    "RATE",
    "REPAYMENT",
    "SERVICES",
    "THE",
    "VARIABLE",
];

/// Gives each shared debt the rows that pay it and do not reach it: the lender's where no row does, strays where some do.
pub(super) fn join(context: &Context<'_>, scope: &Scope, payments: &mut Payments) {
    for (number, account) in context.ledger.accounts.iter().enumerate() {
        if !is_debt(account) || !account.is_owned || !scope.accounts[number] {
            continue;
        }
        let flow = match payments.shared[number].last() {
            Some(last) => stray(context, account, last.amount, &payments.flows),
            None => payer(context, account, &payments.flows),
        };
        let Some(flow) = flow else { continue };
        let flow = &mut payments.flows[flow];
        payments.shared[number].append(&mut flow.payments);
        payments.shared[number].sort_unstable_by_key(|payment| (payment.day, payment.row));
        payments.returned[number].append(&mut flow.returned);
    }
    payments.flows.retain(|flow| !flow.payments.is_empty());
}

/// The lender that most likely is this account: by name and instalment, by name, by an instalment equal to the cent.
fn payer(context: &Context<'_>, account: &LedgerAccount<'_>, flows: &[Flow]) -> Option<usize> {
    let known = context.ruleset.known();
    let product = account.first().product_category;
    let instalment = account.first().loan.as_ref().and_then(terms::instalment);
    let own = own_words(account);
    let is_free = |flow: &Flow| flow.account.is_none() && !flow.payments.is_empty();
    let candidates = flows.iter().enumerate().filter(|(_, flow)| is_free(flow) && terms::may_repay(flow.category, product, known));
    let scored = candidates.take(LOOKS).filter_map(|(at, flow)| {
        let is_namesake = distinctive(&flow.name).any(|word| own.contains(&word));
        let is_instalment = instalment.zip(flow.payments.last()).is_some_and(|(due, last)| is_near(due, last.amount, flow.is_named));
        let score = 2 * u8::from(is_namesake) + u8::from(is_instalment);
        (score > 0).then_some((std::cmp::Reverse(score), at))
    });
    scored.min().map(|(_, at)| at)
}

/// Rows that name nobody and pay the very amount that a loan is paid with: their other halves did not come, or came too late.
fn stray(context: &Context<'_>, account: &LedgerAccount<'_>, usual: Cents, flows: &[Flow]) -> Option<usize> {
    let known = context.ruleset.known();
    // Words of one kind of loan may stand in the rows of another; the very amount does not.
    let loans = [known.mortgage_repayment, known.personal_loan_repayment, known.vehicle_loan_repayment, known.other_loan_repayment];
    let is_stray = |flow: &Flow| {
        let is_free = flow.account.is_none() && !flow.is_named && loans.contains(&flow.category);
        is_free && !flow.payments.is_empty() && flow.payments.iter().all(|payment| payment.amount == usual)
    };
    if account.is_loan() { flows.iter().take(LOOKS).position(is_stray) } else { None }
}

/// A lender that the rules name is another one unless the amounts agree to the cent; rows that name nobody may differ by 1 %.
fn is_near(due: Cents, paid: Cents, is_named: bool) -> bool {
    let distance = (due - paid).abs();
    if is_named { distance.is_zero() } else { distance.get() * 100 <= due.get() }
}

fn own_words(account: &LedgerAccount<'_>) -> Vec<String> {
    let first = account.first();
    let names = [&first.institution_name, &first.display_name, &first.product_name];
    names.into_iter().flatten().flat_map(|name| distinctive(name).collect::<Vec<_>>()).collect()
}

fn distinctive(name: &str) -> impl Iterator<Item = String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 3).map(str::to_ascii_uppercase);
    words.filter(|word| COMMON.binary_search(&word.as_str()).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(COMMON.is_sorted());
        assert_eq!(distinctive("Great Southern Bank Home Loan").collect::<Vec<_>>(), ["GREAT", "SOUTHERN"]);
    }
}
