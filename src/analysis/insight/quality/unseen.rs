//! `dataQuality.unseenAccounts[]`: the customer's own accounts, cards and loans that transfers and repayments name and the payload does not
//! hold, and `spendCoverage`: how much of the income stays where it can be seen.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{Evidence, Id};
use super::super::scope::{Entry, Role, Scope};
use super::super::window::{Calendar, common_window};
use crate::analysis::exact::Fraction;
use crate::analysis::ledger::{LedgerAccount, party_words};
use crate::money::Cents;

/// No row is income.
const NO_INCOME: &str = "NO_INCOME";
/// Words of a name by which rows of one party are put together: what stands behind them is a memo or a place.
const NAME_WORDS: usize = 2;

/// An account that is not in the payload.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnseenAccount {
    kind: Kind,
    /// What the rows call it: a company, `xx` and the last four digits, or the words of the narrative.
    label: Box<str>,
    /// Money to it, without sign.
    out: Cents,
    /// Money from it.
    #[serde(rename = "in")]
    into: Cents,
    count: usize,
    transaction_ids: Vec<Id>,
    /// Its rows, in the ledger's order.
    #[serde(skip)]
    rows: Vec<usize>,
}

/// What it seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    /// A deposit account or a wallet.
    Account,
    /// A credit card.
    Card,
    /// A loan.
    Loan,
}

impl UnseenAccount {
    /// Its rows, in the ledger's order.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// True where money that goes there may be spent there: not on a loan.
    fn may_be_spent_from(&self) -> bool {
        self.kind != Kind::Loan
    }
}

/// The unseen accounts of a scope, by kind and label.
pub(in crate::analysis::insight) fn unseen(context: &Context<'_>, scope: &Scope) -> Vec<UnseenAccount> {
    let mut found: BTreeMap<(Kind, Box<str>), UnseenAccount> = BTreeMap::new();
    let own: BTreeSet<[u8; 4]> = context.ledger.accounts.iter().flat_map(LedgerAccount::last_four).collect();
    for entry in &scope.entries {
        let Some(kind) = kind(context, entry) else { continue };
        let label = label(context, entry, &own);
        let account = found.entry((kind, label.clone())).or_insert_with(|| UnseenAccount {
            kind,
            label,
            out: Cents::ZERO,
            into: Cents::ZERO,
            count: 0,
            transaction_ids: Vec::new(),
            rows: Vec::new(),
        });
        let sum = if entry.amount.is_negative() { &mut account.out } else { &mut account.into };
        *sum += entry.amount.abs();
        account.count += 1;
        account.rows.push(entry.row);
        account.transaction_ids.push(context.ids[entry.row].clone());
    }
    found.into_values().collect()
}

fn kind(context: &Context<'_>, entry: &Entry) -> Option<Kind> {
    let known = context.ruleset.known();
    let row = &context.ledger.rows[entry.row];
    if row.pair.is_some() || (entry.role == Role::Apart && entry.category != known.debt_payment_received) {
        return None;
    }
    let loans = [
        known.mortgage_repayment,
        known.personal_loan_repayment,
        known.vehicle_loan_repayment,
        known.student_loan_repayment,
        known.other_loan_repayment,
    ];
    match entry.category {
        category if [known.own_account_elsewhere, known.debt_payment_received].contains(&category) => Some(Kind::Account),
        category if category == known.credit_card_repayment && entry.amount.is_negative() => Some(Kind::Card),
        category if loans.contains(&category) && entry.amount.is_negative() => Some(Kind::Loan),
        _ => None,
    }
}

fn label(context: &Context<'_>, entry: &Entry, own: &BTreeSet<[u8; 4]>) -> Box<str> {
    let (ledger, narrative) = (context.ledger, &context.narratives[entry.row]);
    if let Some(merchant) = &context.verdicts[entry.row].merchant {
        return (&**merchant).into();
    }
    if let Some(four) = narrative.number_suffixes.iter().find(|four| !own.contains(*four)) {
        return format!("xx{}", String::from_utf8_lossy(four)).into();
    }
    if entry.category == context.ruleset.known().debt_payment_received {
        return format!("pays {}", ledger.accounts[ledger.rows[entry.row].account].name).into();
    }
    let words: Vec<&str> = party_words(narrative).take(NAME_WORDS).collect();
    if words.is_empty() { narrative.text.as_str().into() } else { words.join(" ").into() }
}

/// The share of the income that does not leave to unseen accounts and cards: `1 − max(0, out − in) ÷ income`, over the days that the
/// accounts with such rows and with income have in common.
pub(in crate::analysis::insight) fn spend_coverage(
    context: &Context<'_>,
    scope: &Scope,
    unseen: &[UnseenAccount],
) -> (Option<Fraction<4>>, Evidence) {
    let ledger = context.ledger;
    let known = context.ruleset.known();
    // What arrives on a shared debt from elsewhere was never here.
    let leaves = |row: &usize| context.verdicts[*row].category != known.debt_payment_received;
    let spent = unseen.iter().filter(|account| account.may_be_spent_from());
    let mut rows: Vec<usize> = spent.flat_map(|account| account.rows.iter().copied()).filter(leaves).collect();
    rows.sort_unstable();
    let mut carries = vec![false; ledger.accounts.len()];
    for row in scope.of_roles(&[Role::Income]).map(|entry| entry.row).chain(rows.iter().copied()) {
        carries[ledger.rows[row].account] = true;
    }
    let calendar = Calendar::of(common_window(ledger, |account| carries[account]));
    let income = calendar.series(scope.of_roles(&[Role::Income]).map(|entry| (entry.day, entry.amount))).total;
    let of_rows = rows.iter().filter_map(|&row| Some((ledger.rows[row].day?, ledger.rows[row].amount)));
    let left = -calendar.series(of_rows).total.get();
    let mut evidence = calendar.evidence("spendCoverage").from_rows(context.ids_of(rows));
    if evidence.reason.is_none() && !income.is_positive() {
        evidence.reason = Some(NO_INCOME);
    }
    let stays = (income.get() - left.max(0)).max(0);
    let share = evidence.reason.is_none().then(|| Fraction::of(stays, income.get())).flatten();
    (share, evidence)
}
