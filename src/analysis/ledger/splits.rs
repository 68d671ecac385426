//! Own transfers that left as one sum and arrived as several, or the other way round: a payment to two accounts at once, a sum beyond the
//! limit of one payment.
//!
//! Sums of a few amounts are easily met by chance, so that each part needs the evidence of a whole transfer, only one choice of parts may
//! fit, and debts are left out. The work is bounded: a row looks at [`LOOKS`] others and adds up [`PARTS`] of at most [`MOST`].

use super::evidence::{Clue, Words, is_moved, may_pair};
use super::names::Names;
use super::transfers::{LOOKS, Pair, Pairing, basis, scope};
use super::{Ledger, Row};
use crate::analysis::days::between;
use crate::analysis::label::Narratives;
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::Narrative;
use crate::analysis::ruleset::{Kind, Ruleset};

/// Parts of one sum.
const PARTS: std::ops::RangeInclusive<usize> = 2..=4;
/// Rows that could be parts: with more of them some sum fits by chance.
const MOST: usize = 10;
/// Days from money out to money in.
const DAYS: std::ops::RangeInclusive<i64> = 0..=1;
/// What each part's words must say.
const POINTS: i64 = 2;

/// A row that is in no pair and reads like a transfer, with what it says.
struct Loose {
    row: usize,
    account: usize,
    clue: Clue,
}

/// Adds the sums of the rows that are in no pair yet.
pub(super) fn find(
    ledger: &Ledger<'_>,
    names: &mut Names<'_>,
    (narratives, verdicts): (&Narratives, &[Verdict]),
    ruleset: &Ruleset,
    pairing: &mut Pairing,
) {
    let mut taken = vec![false; ledger.rows.len()];
    for pair in &pairing.pairs {
        (taken[pair.debit], taken[pair.credit]) = (true, true);
    }
    let is_loose = |row: usize| {
        let of = &ledger.rows[row];
        let account = &ledger.accounts[of.account];
        !taken[row]
            && may_pair(ledger, row)
            && !(account.is_loan() || account.is_revolving())
            && reads_as_transfer(of, &narratives[row], &verdicts[row], ruleset)
    };
    let mut loose: Vec<Loose> = Vec::new();
    for row in (0..ledger.rows.len()).filter(|&row| is_loose(row)) {
        let of = &ledger.rows[row];
        let clue = names.clue(of.transaction(), of.account, &narratives[row], &verdicts[row], ruleset);
        loose.extend(clue.map(|clue| Loose { row, account: of.account, clue }));
    }
    // A debit of several credits first, then a credit of several debits; each in the ledger's order.
    for sum_is_debit in [true, false] {
        for whole in loose.iter().filter(|one| is_debit(ledger, one) == sum_is_debit) {
            if taken[whole.row] {
                continue;
            }
            let candidates = candidates(ledger, names, whole, &loose, &taken, pairing);
            let Some(parts) = only_sum(ledger, whole, &candidates) else { continue };
            let transfer = pairing.pairs.last().map_or(0, |pair| pair.transfer + 1);
            taken[whole.row] = true;
            for (part, words) in parts {
                taken[part.row] = true;
                let (debit, credit) = if sum_is_debit { (whole, part) } else { (part, whole) };
                pairing.pairs.push(Pair {
                    transfer,
                    debit: debit.row,
                    credit: credit.row,
                    scope: scope(&ledger.accounts[debit.account], &ledger.accounts[credit.account]),
                    basis: basis(words),
                });
            }
        }
    }
}

fn reads_as_transfer(row: &Row<'_>, narrative: &Narrative, verdict: &Verdict, ruleset: &Ruleset) -> bool {
    is_moved(row.transaction(), narrative, narrative.folded.split(' '))
        || matches!(ruleset.kind(verdict.category), Kind::Transfer | Kind::Person)
}

fn is_debit(ledger: &Ledger<'_>, one: &Loose) -> bool {
    ledger.rows[one.row].amount.is_negative()
}

/// The rows of other accounts that could be parts of a sum, in the ledger's order.
fn candidates<'l>(
    ledger: &Ledger<'_>,
    names: &Names<'_>,
    whole: &Loose,
    loose: &'l [Loose],
    taken: &[bool],
    pairing: &mut Pairing,
) -> Vec<(&'l Loose, Words)> {
    let day = |one: &Loose| ledger.rows[one.row].day.expect("a row that may pair has a day");
    let amount = |one: &Loose| ledger.rows[one.row].amount;
    let sum_is_debit = is_debit(ledger, whole);
    let gap = |part: &Loose| if sum_is_debit { between(day(whole), day(part)) } else { between(day(part), day(whole)) };
    let (first, last) = if sum_is_debit { (*DAYS.start(), *DAYS.end()) } else { (-*DAYS.end(), -*DAYS.start()) };
    let start = loose.partition_point(|part| between(day(whole), day(part)) < first);
    let near = loose[start..].iter().take_while(|part| between(day(whole), day(part)) <= last);
    let mut found = Vec::new();
    for part in near.take(LOOKS) {
        let fits = part.account != whole.account
            && !taken[part.row]
            && is_debit(ledger, part) != sum_is_debit
            && amount(part).abs() < amount(whole).abs()
            && DAYS.contains(&gap(part));
        pairing.looked += u64::from(fits);
        let (debit, credit) = if sum_is_debit { (whole, part) } else { (part, whole) };
        let words = if fits { names.compare((&debit.clue, debit.account), (&credit.clue, credit.account)) } else { None };
        found.extend(words.filter(|words| words.points >= POINTS).map(|words| (part, words)));
    }
    found
}

/// The one choice of parts that adds up to the whole; `None` where there are several, or too many to try.
fn only_sum<'l>(ledger: &Ledger<'_>, whole: &Loose, candidates: &[(&'l Loose, Words)]) -> Option<Vec<(&'l Loose, Words)>> {
    if candidates.len() > MOST {
        return None;
    }
    let amount = |one: &Loose| ledger.rows[one.row].amount;
    let mut fitting = (0_u32..1 << candidates.len()).filter(|chosen| {
        let parts = (0..candidates.len()).filter(|at| chosen & (1 << at) != 0);
        usize::try_from(chosen.count_ones()).is_ok_and(|count| PARTS.contains(&count))
            && parts.map(|at| amount(candidates[at].0)).fold(amount(whole), |left, part| left + part).is_zero()
    });
    let chosen = fitting.next()?;
    fitting.next().is_none().then(|| (0..candidates.len()).filter(|at| chosen & (1 << at) != 0).map(|at| candidates[at]).collect())
}
