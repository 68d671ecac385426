//! `smallAmountCredit`: loans that look like small amount credit contracts, and what is due on them. Counts and figures; whether a rule is
//! met is not for this report to say.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{Evidence, Id};
use super::super::scope::{Entry, Role, Scope};
use super::super::window::{Calendar, median};
use super::due::Due;
use super::level::rhythm;
use super::looked;
use super::payments::{self, Payment};
use super::protected::{self, Caveat, ProtectedEarnings};
use crate::analysis::days::{Window, between};
use crate::analysis::exact::Day;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::Cadence;
use crate::money::Cents;

/// A small amount credit contract runs for a year at most (National Credit Act, section 5).
const YEAR: i64 = 365;
/// Establishment fee of a fifth: what is repaid at the least, in tenths of what was lent (National Credit Code, section 31A).
const LEAST_REPAID: i128 = 12;
/// With the monthly fee of 4 % over a year: what is repaid at the most, in hundredths.
const MOST_REPAID: i128 = 168;

/// What a loan looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Assessment {
    /// Small proceeds, equal instalments, repaid within a year.
    Likely,
    /// A lender of small amounts, but the rows do not show enough of the loan.
    Unknown,
    /// Too large or too long.
    Other,
}

/// One loan, as far as its rows show it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Loan {
    lender: Box<str>,
    pub(super) assessment: Assessment,
    active: bool,
    in_last90_days: Option<bool>,
    proceeds: Option<Cents>,
    proceeds_date: Option<Day>,
    instalment: Option<Cents>,
    cadence: Option<Cadence>,
    repaid: Cents,
    repayments: usize,
    returned: usize,
    first_date: Day,
    last_date: Day,
    transaction_ids: Vec<Id>,
    #[serde(skip)]
    pub(super) paid: Vec<Payment>,
}

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SmallAmountCredit {
    likely: Option<usize>,
    unknown: Option<usize>,
    lenders: Vec<Box<str>>,
    loans: Vec<Loan>,
    repayments_due: Option<Cents>,
    protected_earnings: ProtectedEarnings,
    caveats: Vec<Caveat>,
    evidence: SmallAmountEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SmallAmountEvidence {
    likely: Evidence,
    unknown: Evidence,
    repayments_due: Evidence,
    protected_earnings: Evidence,
}

/// Finds the loans and draws the block.
pub(super) fn draw(context: &Context<'_>, scope: &Scope) -> SmallAmountCredit {
    let lenders = lenders(context, scope);
    let rows: Vec<usize> = lenders.values().flatten().map(|entry| entry.row).collect();
    let calendar = looked::calendar(context, scope, rows);
    let mut loans: Vec<Loan> = Vec::new();
    for (lender, events) in &lenders {
        let found = loans_of(context, lender, events, &calendar);
        let is_known = events.iter().any(|entry| is_small_lender(context, entry.category));
        // A lender that is not known for small loans counts only where the loan itself looks like one.
        loans.extend(found.into_iter().filter(|loan| is_known || loan.assessment == Assessment::Likely));
    }
    let lately = |assessment| {
        let count = loans.iter().filter(|loan| loan.in_last90_days == Some(true) && loan.assessment == assessment).count();
        looked::last_ninety(&calendar).map(|_| count)
    };
    let active: Vec<&Loan> = loans.iter().filter(|loan| loan.active && loan.assessment != Assessment::Other).collect();
    let due: Vec<Due> = active.iter().filter_map(|loan| Due::of(&loan.paid)).collect();
    let is_unknown = active.iter().any(|loan| loan.paid.is_empty());
    let mut names: Vec<Box<str>> = loans.iter().map(|loan| loan.lender.clone()).collect();
    names.dedup();
    let (protected_earnings, of_income) = protected::draw(context, scope, &due);
    let due_evidence = looked::evidence(&calendar, "smallAmountRepaymentsDue").flagged(protected::INSTALMENT_UNKNOWN, is_unknown);
    SmallAmountCredit {
        likely: lately(Assessment::Likely),
        unknown: lately(Assessment::Unknown),
        lenders: names,
        repayments_due: looked::last_ninety(&calendar).and_then(|_| due.iter().map(Due::monthly).sum()),
        protected_earnings,
        caveats: protected::caveats(context, scope),
        evidence: SmallAmountEvidence {
            likely: looked::evidence(&calendar, "smallAmountLoans"),
            unknown: looked::evidence(&calendar, "smallAmountLoans"),
            repayments_due: due_evidence,
            protected_earnings: of_income.flagged(protected::INSTALMENT_UNKNOWN, is_unknown),
        },
        loans,
    }
}

fn is_small_lender(context: &Context<'_>, category: Category) -> bool {
    let known = context.ruleset.known();
    [known.sacc_proceeds, known.sacc_repayment].contains(&category)
}

/// What each lender paid out and was paid, in the ledger's order. By name; rows that name nobody by what they say.
fn lenders<'s>(context: &Context<'_>, scope: &'s Scope) -> BTreeMap<String, Vec<&'s Entry>> {
    let known = context.ruleset.known();
    let relevant =
        [known.sacc_proceeds, known.sacc_repayment, known.loan_proceeds, known.personal_loan_repayment, known.other_loan_repayment];
    let mut found: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in scope.entries.iter().filter(|entry| relevant.contains(&entry.category)) {
        let row = &context.ledger.rows[entry.row];
        if row.pair.is_some() || context.ledger.accounts[row.account].is_loan() {
            continue;
        }
        found.entry(payments::lender(context, entry.row, entry.category)).or_default().push(entry);
    }
    let limit = context.ruleset.profile().commitments.small_amount_limit;
    found.retain(|_, events| {
        events.iter().any(|entry| is_small_lender(context, entry.category))
            || events.iter().any(|entry| entry.amount.is_positive() && entry.amount <= limit)
    });
    found
}

/// One lender's loans: each begins with its proceeds and takes the repayments up to the next.
fn loans_of(context: &Context<'_>, lender: &str, events: &[&Entry], calendar: &Calendar) -> Vec<Loan> {
    let mut loans = Vec::new();
    let mut from = 0;
    for at in 1..=events.len() {
        let begins = events.get(at).is_none_or(|next| {
            // Two payments of one day are one loan.
            next.amount.is_positive() && !(events[at - 1].amount.is_positive() && events[at - 1].day == next.day)
        });
        if begins {
            loans.push(loan(context, lender, &events[from..at], calendar));
            from = at;
        }
    }
    loans
}

fn loan(context: &Context<'_>, lender: &str, events: &[&Entry], calendar: &Calendar) -> Loan {
    let returned = events.iter().filter(|entry| entry.role == Role::Apart).count();
    let paid: Vec<Payment> = events
        .iter()
        .filter(|entry| entry.amount.is_negative() && entry.role != Role::Apart)
        .map(|entry| Payment { row: entry.row, day: entry.day, amount: entry.amount.abs() })
        .collect();
    let received: Vec<&&Entry> = events.iter().filter(|entry| entry.amount.is_positive()).collect();
    let proceeds = received.first().map(|_| received.iter().map(|entry| entry.amount).sum::<Cents>());
    let amounts: Vec<Cents> = paid.iter().map(|payment| payment.amount).collect();
    let instalment = median(&amounts);
    let gaps: Vec<i64> = paid.windows(2).map(|pair| between(pair[0].day, pair[1].day)).collect();
    let cadence = rhythm(&gaps);
    let (first, last) = (events[0].day, events[events.len() - 1].day);
    let window = calendar.common.window;
    let wait = cadence.and_then(Cadence::days).unwrap_or(30);
    Loan {
        lender: lender.into(),
        assessment: assess(context, proceeds, &paid, instalment, cadence, between(first, last)),
        active: window.is_some_and(|window| between(last, window.to) * 2 <= wait * 3),
        in_last90_days: looked::last_ninety(calendar).map(|ninety| Window { from: first, to: last }.intersect(ninety).is_some()),
        proceeds,
        proceeds_date: received.first().map(|entry| Day(entry.day)),
        instalment,
        cadence,
        repaid: amounts.iter().copied().sum(),
        repayments: paid.len(),
        returned,
        first_date: Day(first),
        last_date: Day(last),
        transaction_ids: context.ids_of(events.iter().map(|entry| entry.row)),
        paid,
    }
}

fn assess(
    context: &Context<'_>,
    proceeds: Option<Cents>,
    paid: &[Payment],
    instalment: Option<Cents>,
    cadence: Option<Cadence>,
    days: i64,
) -> Assessment {
    let limit = context.ruleset.profile().commitments.small_amount_limit;
    let repaid: Cents = paid.iter().map(|payment| payment.amount).sum();
    let most = limit.get() * MOST_REPAID / 100;
    if proceeds.is_some_and(|proceeds| proceeds > limit) || days > YEAR + 31 || repaid.get() > most {
        return Assessment::Other;
    }
    let Some(((proceeds, instalment), days)) = proceeds.zip(instalment).zip(cadence.and_then(Cadence::days)) else {
        return Assessment::Unknown;
    };
    let is_equal = |payment: &&Payment| (payment.amount - instalment).abs().get() * 20 <= instalment.get();
    let equal = paid.iter().filter(is_equal).count();
    // The last instalment is what is left.
    let are_equal = paid.len() >= 2 && equal >= 2 && equal + 1 >= paid.len();
    let in_a_year = instalment.get() * i128::from(YEAR / days) * 10 >= proceeds.get() * LEAST_REPAID;
    match (are_equal, in_a_year) {
        (true, true) => Assessment::Likely,
        (true, false) => Assessment::Other,
        (false, _) => Assessment::Unknown,
    }
}
