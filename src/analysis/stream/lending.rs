//! Lenders that no rule names, told by what they do: money in, then equal debits to the same party that pay it back.
//!
//! A name is not a product either: a lender that is known for small loans lends large ones too, and its rows are then another kind's.
//! People are not lenders here: a debit that reads as a transfer to somebody repays nothing.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::Streams;
use crate::analysis::days::between;
use crate::analysis::label::narrative::Channel;
use crate::analysis::label::{Layer, Narratives, Verdict};
use crate::analysis::ledger::{Ledger, Marks, party_words};
use crate::analysis::ruleset::{Category, Known, Ruleset};
use crate::money::Cents;

/// What is lent is not pocket money.
const LEAST_LENT: Cents = Cents::new(50_00);
/// Days from the money to the first debit that pays it back.
const FIRST_DEBIT: std::ops::RangeInclusive<i64> = 1..=45;
/// Days from an advance on wages to the debit that takes it back.
const ADVANCE: i64 = 35;
/// An advance comes back with a fee of so many hundredths at most.
const ADVANCE_FEE: i128 = 12;
/// What small loans cost at the most: a fifth, and 4 % a month for a year; in hundredths.
const MOST_REPAID: i128 = 168;
/// Debits from which instalments are told.
const FEWEST: usize = 3;
/// Longest run of equal instalments of a loan of a year.
const A_YEAR: i64 = 365 + 31;
/// Days without a debit to a party before it lends: who was paid before gives back.
const QUIET: i64 = 60;
/// Sure enough for a total, not as sure as a name.
const CONFIDENCE: u16 = 850;
/// Words of a name have so many letters.
const SHORTEST: usize = 3;
/// Words of a name by which rows are put together: what stands behind them is a memo.
const NAME_WORDS: usize = 2;
/// A run of equal instalments this long that began before the data and goes on after them is one of more than a year.
const OPEN_ENDED: i64 = 300;

/// One row of a party that may lend.
#[derive(Clone, Copy)]
struct Event {
    row: usize,
    day: Date,
    amount: Cents,
    is_returned: bool,
}

/// What the rows of a party, or of one of its loans, are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    repayment: Category,
    proceeds: Category,
}

/// Labels the rows of lenders by what they do.
pub(super) fn relabel(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], streams: &mut Streams, ruleset: &Ruleset) {
    let look = Look { ledger, narratives, ruleset, kinds: kinds(ruleset.known()) };
    let rule: Arc<str> = "stream:money-in-and-paid-back".into();
    let mut changed: Vec<usize> = Vec::new();
    for events in look.parties(verdicts, streams) {
        for (row, category) in look.judge(&events, verdicts) {
            let verdict = &mut verdicts[row];
            if verdict.category == category {
                continue;
            }
            let merchant = verdict.merchant.clone();
            let matched = narratives[row].text.as_str().into();
            *verdict = Verdict { category, confidence: CONFIDENCE, layer: Layer::Stream, rule: Arc::clone(&rule), matched, merchant };
            changed.push(row);
        }
    }
    for row in changed {
        if let Some(number) = streams.of_row[row] {
            let stream = &mut streams.all[number as usize];
            stream.category = verdicts[stream.rows.last().copied().unwrap_or(row)].category;
        }
    }
}

/// The kinds of lending: small loans, wage advances, larger loans.
fn kinds(known: &Known) -> [Kind; 3] {
    [
        Kind { repayment: known.sacc_repayment, proceeds: known.sacc_proceeds },
        Kind { repayment: known.wage_advance_repayment, proceeds: known.wage_advance_proceeds },
        Kind { repayment: known.personal_loan_repayment, proceeds: known.loan_proceeds },
    ]
}

struct Look<'l, 'a> {
    ledger: &'l Ledger<'a>,
    narratives: &'l Narratives,
    ruleset: &'l Ruleset,
    kinds: [Kind; 3],
}

impl Look<'_, '_> {
    /// The rows of each party that may lend, in the ledger's order; parties by their first row of money in or of a small loan.
    fn parties(&self, verdicts: &[Verdict], streams: &Streams) -> Vec<Vec<Event>> {
        let may_lend: Vec<usize> = (0..self.ledger.rows.len()).filter(|&row| self.may_lend(row, &verdicts[row])).collect();
        let is_income = |row: usize| streams.of(row).is_some_and(|stream| stream.is_income);
        // Only looked up, never walked.
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for &row in &may_lend {
            let is_credit = self.ledger.rows[row].amount.is_positive() && !is_income(row);
            if is_credit || verdicts[row].category == self.kinds[0].repayment {
                let party = self.party(row, &verdicts[row]);
                let next = numbers.len();
                if !party.is_empty() {
                    numbers.entry(party).or_insert(next);
                }
            }
        }
        let mut parties: Vec<Vec<Event>> = vec![Vec::new(); numbers.len()];
        for &row in may_lend.iter().filter(|_| !numbers.is_empty()) {
            if let Some(&number) = numbers.get(&self.party(row, &verdicts[row])) {
                parties[number].extend(self.event(row));
            }
        }
        parties.retain(|events| events.iter().any(|event| event.amount.is_negative()));
        parties
    }

    fn event(&self, row: usize) -> Option<Event> {
        let of = &self.ledger.rows[row];
        Some(Event { row, day: of.day?, amount: of.amount, is_returned: of.marks.any(Marks::RETURNED) })
    }

    /// A row without a better explanation, or one of a lender; no purchase, no transfer to somebody, nothing that came through another.
    fn may_lend(&self, row: usize, verdict: &Verdict) -> bool {
        let (of, narrative, known) = (&self.ledger.rows[row], &self.narratives[row], self.ruleset.known());
        let is_purchase = matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm)
            || of.transaction().merchant_category_code.is_some();
        if !of.is_counted() || of.pair.is_some() || is_purchase || narrative.intermediary.is_some() {
            return false;
        }
        let lends = self.kinds.iter().any(|kind| kind.repayment == verdict.category || kind.proceeds == verdict.category);
        let open = if of.amount.is_positive() {
            [known.uncategorised_credit, known.other_credit, known.transfer_in].contains(&verdict.category)
        } else {
            [known.uncategorised, known.other_loan_repayment].contains(&verdict.category)
        };
        lends || open
    }

    /// The lender as the rules name it, else the first words that could be its name; empty where there are none.
    fn party(&self, row: usize, verdict: &Verdict) -> String {
        if let Some(merchant) = &verdict.merchant {
            return (**merchant).to_owned();
        }
        let words: Vec<&str> = party_words(&self.narratives[row]).filter(|word| word.len() >= SHORTEST).take(NAME_WORDS).collect();
        words.join(" ")
    }

    /// The category of each row of a party that is told by what it does.
    fn judge(&self, events: &[Event], verdicts: &[Verdict]) -> Vec<(usize, Category)> {
        let loans = loans(events);
        let is_of = |kind: &&Kind| events.iter().any(|event| [kind.repayment, kind.proceeds].contains(&verdicts[event.row].category));
        let named = self.kinds.iter().find(is_of).copied();
        let advances = || loans.iter().filter(|loan| is_advance(loan)).count() >= 2;
        let kind = named.or_else(|| advances().then_some(self.kinds[1])).or_else(|| {
            // A loan may follow a loan; who was paid before any of them gives back.
            let begins_with_money = loans.first().is_some_and(|loan| loan[0].amount.is_positive());
            let before = |number: usize| number.checked_sub(1).and_then(|before| loans[before].last());
            let is_quiet =
                |number: usize| begins_with_money || before(number).is_none_or(|last| between(last.day, loans[number][0].day) > QUIET);
            (0..loans.len()).filter(|&number| is_quiet(number)).find_map(|number| self.unknown(loans[number]))
        });
        let Some(kind) = kind else { return Vec::new() };
        // Who lent once lends: its other loans need not show as much.
        let mut found = Vec::new();
        for loan in loans {
            if let Some(kind) = self.known(kind, loan, verdicts, named.is_some()) {
                found.extend(loan.iter().map(|event| (event.row, if event.amount.is_negative() { kind.repayment } else { kind.proceeds })));
            }
        }
        found
    }

    /// The kind of one loan of a known lender: larger than a small loan when its money or its length says so.
    fn known(&self, kind: Kind, loan: &[Event], verdicts: &[Verdict], is_named: bool) -> Option<Kind> {
        let [small, _, large] = self.kinds;
        // A loan of a lender that the rules know, whose every repayment they name otherwise, keeps that name.
        let other = self.ruleset.known().other_loan_repayment;
        if is_named && loan.iter().all(|event| event.amount.is_positive() || verdicts[event.row].category == other) {
            return None;
        }
        let limit = self.ruleset.profile().commitments.small_amount_limit;
        let lent: Cents = loan.iter().filter(|event| event.amount.is_positive()).map(|event| event.amount).sum();
        let repaid = repayments(loan);
        let sum: Cents = repaid.iter().map(|event| event.amount.abs()).sum();
        let days = repaid.first().zip(repaid.last()).map_or(0, |(first, last)| between(first.day, last.day));
        let is_long = days > A_YEAR || (days > OPEN_ENDED && self.is_open_ended(&repaid));
        let is_long = are_equal(&repaid) && (is_long || sum.get() * 100 > limit.get() * MOST_REPAID);
        if kind == small && (lent > limit || is_long) { Some(large) } else { Some(kind) }
    }

    /// Repaid from the first days of the data to the last.
    fn is_open_ended(&self, repaid: &[&Event]) -> bool {
        let (Some((first, last)), Some(gap)) = (repaid.first().zip(repaid.last()), usual_gap(repaid)) else { return false };
        let window = self.ledger.usable(self.ledger.rows[last.row].account);
        window.is_some_and(|window| between(window.from, first.day) <= gap + 3 && between(last.day, window.to) <= gap + 3)
    }

    /// The kind of a loan of a party that no rule names: small or large by its money.
    fn unknown(&self, loan: &[Event]) -> Option<Kind> {
        let [small, _, large] = self.kinds;
        let lent = loan.first().filter(|first| first.amount >= LEAST_LENT)?;
        let repaid = repayments(loan);
        let first = repaid.first()?;
        let sum: Cents = repaid.iter().map(|event| event.amount.abs()).sum();
        let is_small = lent.amount <= self.ruleset.profile().commitments.small_amount_limit;
        let years = if is_small { 1 } else { 7 };
        let gap = usual_gap(&repaid)?;
        let slots = i128::from(365 * years / gap);
        let can_repay = first.amount.abs().get() * slots >= lent.amount.get();
        let fits = loan.iter().filter(|event| event.amount.is_positive()).count() == 1
            && FIRST_DEBIT.contains(&between(lent.day, first.day))
            && repaid.len() >= FEWEST
            && are_equal(&repaid)
            && first.amount.abs().get() * 2 <= lent.amount.get()
            && sum.get() * 100 <= lent.amount.get() * MOST_REPAID
            && can_repay;
        fits.then_some(if is_small { small } else { large })
    }
}

/// A party's loans: each begins with money in. What was paid before the first is a loan of its own.
fn loans(events: &[Event]) -> Vec<&[Event]> {
    let mut loans = Vec::new();
    let mut from = 0;
    for at in 1..=events.len() {
        let begins = events
            .get(at)
            .is_none_or(|next| next.amount.is_positive() && (events[at - 1].amount.is_negative() || next.day > events[at - 1].day));
        if begins {
            loans.push(&events[from..at]);
            from = at;
        }
    }
    loans
}

fn repayments(loan: &[Event]) -> Vec<&Event> {
    loan.iter().filter(|event| event.amount.is_negative() && !event.is_returned).collect()
}

/// One credit, one debit within a month of about the same amount.
fn is_advance(loan: &&[Event]) -> bool {
    let (credits, debits) = (loan.iter().filter(|event| event.amount.is_positive()), repayments(loan));
    let credits: Vec<&Event> = credits.collect();
    let ([lent], [back]) = (&credits[..], &debits[..]) else { return false };
    let fee = back.amount.abs() - lent.amount;
    (0..=ADVANCE).contains(&between(lent.day, back.day)) && !fee.is_negative() && fee.get() * 100 <= lent.amount.get() * ADVANCE_FEE
}

/// All within 5 % of the first but the last, which is what is left.
fn are_equal(repaid: &[&Event]) -> bool {
    let Some((first, rest)) = repaid.split_first() else { return false };
    let equal = |event: &&&Event| (event.amount - first.amount).abs().get() * 20 <= first.amount.abs().get();
    rest.len() + 1 >= FEWEST && rest.iter().filter(equal).count() + 1 >= rest.len()
}

/// The middle gap between repayments, when two in three keep it.
fn usual_gap(repaid: &[&Event]) -> Option<i64> {
    let mut gaps: Vec<i64> = repaid.windows(2).map(|pair| between(pair[0].day, pair[1].day)).collect();
    gaps.sort_unstable();
    let middle = gaps.get(gaps.len() / 2).copied().filter(|gap| *gap >= 6)?;
    let kept = gaps.iter().filter(|gap| (**gap - middle).abs() <= 4 || (**gap - 2 * middle).abs() <= 5).count();
    (kept * 3 >= gaps.len() * 2).then_some(middle)
}
