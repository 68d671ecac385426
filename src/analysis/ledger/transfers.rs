//! Own transfers: a debit of one own account and the credit of another that are the same money.
//!
//! Candidates have equal cents and opposite sign, in different accounts of the order, the credit −1 to +4 days after the debit. Words, the
//! rarity of the amount and the gap score each; the assignment with the highest score stands. The work is bounded: a row looks at
//! [`LOOKS`] others at most, whatever the payload. What is left may be a sum of several: `splits`.

use std::sync::Arc;

use jiff::civil::Date;

use super::evidence::{Clue, Words, may_pair};
use super::matching::{self, Edge};
use super::names::Names;
use super::{Ledger, LedgerAccount, Marks, content, splits};
use crate::analysis::days::between;
use crate::analysis::label::Narratives;
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::{Category, Known, Ruleset};
use crate::money::Cents;
use crate::submission::ProductCategory;

/// Most credits that one debit is compared with.
pub const LOOKS: usize = 64;
/// The days of the credit after the debit, nearest first.
const GAPS: [i64; 6] = [0, 1, -1, 2, 3, 4];

/// What was paired, and the work it took.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    /// By amount, then by the debit's place in the ledger; after those the parts of sums.
    pub pairs: Vec<Pair>,
    /// Credits that debits were compared with.
    pub looked: u64,
    /// Some rows had more candidates than they may look at.
    pub limited: bool,
}

/// Two rows of one transfer. Where one row is the sum of several there is a pair for each of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Number of the transfer; pairs of one transfer stand together.
    pub transfer: usize,
    /// Index of the row that the money left.
    pub debit: usize,
    /// Index of the row where it arrived.
    pub credit: usize,
    /// Whose accounts they are.
    pub scope: Scope,
    /// What the pair rests on.
    pub basis: Basis,
}

/// Whose accounts a transfer lies between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Accounts that one applicant holds.
    Own,
    /// Accounts of two applicants.
    Household,
}

/// What a pair rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// One row gives the other account's number.
    Number,
    /// Both rows give one receipt.
    Receipt,
    /// Names, memos and words of transfers.
    Words,
    /// An odd amount that only these two rows have.
    Amount,
}

impl Basis {
    /// The rule of the label, and its confidence in thousandths.
    #[must_use]
    pub const fn rule(self) -> (&'static str, u16) {
        match self {
            Self::Number => ("own-transfer:account-number", 995),
            Self::Receipt => ("own-transfer:receipt", 995),
            Self::Words => ("own-transfer:words", 980),
            Self::Amount => ("own-transfer:amount", 930),
        }
    }
}

/// A row that may be half of a transfer.
struct Half {
    row: usize,
    account: usize,
    day: Date,
    clue: Clue,
}

/// A candidate edge before it is judged.
struct Candidate {
    debit: usize,
    credit: usize,
    gap: i64,
    words: Words,
    /// One customer's accounts at one institution: money is there at once.
    at_once: bool,
}

/// Finds the own transfers of a ledger whose rows are labelled.
pub(super) fn pair(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &[Verdict], ruleset: &Ruleset) -> Pairing {
    let mut pairing = Pairing::default();
    if ledger.accounts.len() < 2 {
        return pairing;
    }
    let mut names = Names::of(ledger);
    let mut rows: Vec<(i64, bool, usize)> = (0..ledger.rows.len())
        .filter(|&row| may_pair(ledger, row))
        .map(|row| {
            let amount = ledger.rows[row].amount;
            (content::short(amount.abs()), amount.is_positive(), row)
        })
        .collect();
    // Rows stand by day: each half of an amount is in order of days.
    rows.sort_unstable();
    for alike in rows.chunk_by(|a, b| a.0 == b.0) {
        let (out, into) = alike.split_at(alike.partition_point(|(_, is_credit, _)| !is_credit));
        let (out, into) = within_reach(ledger, out, into);
        if out.is_empty() || into.is_empty() {
            continue;
        }
        let mut halves = |rows: Vec<usize>| -> Vec<Half> {
            rows.into_iter()
                .filter_map(|row| {
                    let of = &ledger.rows[row];
                    let clue = names.clue(of.transaction(), of.account, &narratives[row], &verdicts[row], ruleset)?;
                    Some(Half { row, account: of.account, day: of.day?, clue })
                })
                .collect()
        };
        let (debits, credits) = (halves(out), halves(into));
        let candidates = candidates(ledger, &names, (&debits, &credits), &mut pairing);
        for edge in matching::assign(&judge(Cents::new(i128::from(alike[0].0)), &candidates, debits.len(), credits.len())) {
            let (debit, credit) = (&debits[edge.debit], &credits[edge.credit]);
            pairing.pairs.push(Pair {
                transfer: pairing.pairs.len(),
                debit: debit.row,
                credit: credit.row,
                scope: scope(&ledger.accounts[debit.account], &ledger.accounts[credit.account]),
                basis: basis(candidates[edge.candidate].words),
            });
        }
    }
    splits::find(ledger, &mut names, (narratives, verdicts), ruleset, &mut pairing);
    pairing
}

/// The rows that have one of opposite sign in another account near them: the others need not be read. A crowd is taken whole.
fn within_reach(ledger: &Ledger<'_>, out: &[(i64, bool, usize)], into: &[(i64, bool, usize)]) -> (Vec<usize>, Vec<usize>) {
    let place = |(.., row): &(i64, bool, usize)| ledger.rows[*row].day.map(|day| (day, ledger.rows[*row].account));
    let of = |rows: &[(i64, bool, usize)]| -> Vec<usize> { rows.iter().map(|(.., row)| *row).collect() };
    if out.len() > LOOKS || into.len() > LOOKS {
        return (of(out), of(into));
    }
    let meet = |debit: &(i64, bool, usize), credit: &(i64, bool, usize)| {
        let Some(((paid, from), (received, to))) = place(debit).zip(place(credit)) else { return false };
        from != to && (GAPS[2]..=GAPS[5]).contains(&between(paid, received))
    };
    let debits = out.iter().filter(|debit| into.iter().any(|credit| meet(debit, credit)));
    let credits = into.iter().filter(|credit| out.iter().any(|debit| meet(debit, credit)));
    (debits.map(|(.., row)| *row).collect(), credits.map(|(.., row)| *row).collect())
}

/// Every debit with the credits near it. With more than [`LOOKS`] of them a debit starts at its own rank among the debits of its day, so
/// that crowds of equal amounts still meet one to one.
fn candidates(ledger: &Ledger<'_>, names: &Names<'_>, (debits, credits): (&[Half], &[Half]), pairing: &mut Pairing) -> Vec<Candidate> {
    let customer = |half: &Half| ledger.rows[half.row].customer;
    let mut found = Vec::new();
    let mut rank = 0;
    for (number, debit) in debits.iter().enumerate() {
        rank = if number > 0 && debits[number - 1].day == debit.day { rank + 1 } else { 0 };
        let mut left = LOOKS;
        for gap in GAPS {
            let start = credits.partition_point(|credit| between(debit.day, credit.day) < gap);
            let length = credits[start..].partition_point(|credit| between(debit.day, credit.day) == gap);
            pairing.limited |= length > left;
            for step in 0..length.min(left) {
                let at = start + (rank + step) % length;
                let credit = &credits[at];
                pairing.looked += 1;
                if credit.account != debit.account
                    && let Some(words) = names.compare((&debit.clue, debit.account), (&credit.clue, credit.account))
                {
                    found.push(Candidate { debit: number, credit: at, gap, words, at_once: customer(debit) == customer(credit) });
                }
            }
            left -= length.min(left);
        }
    }
    found
}

/// Keeps the candidates with enough evidence, each with its score.
fn judge(amount: Cents, candidates: &[Candidate], debits: usize, credits: usize) -> Vec<Edge> {
    let (mut of_debit, mut of_credit) = (vec![0_usize; debits], vec![0_usize; credits]);
    for candidate in candidates {
        of_debit[candidate.debit] += 1;
        of_credit[candidate.credit] += 1;
    }
    // People choose whole tens of dollars: such an amount says nothing, odd cents say much.
    let is_round = amount.get() % 10_00 == 0;
    let rarity = if amount.get() % 1_00 != 0 { 2 } else { i64::from(!is_round) };
    let mut edges = Vec::new();
    for (candidate, Candidate { debit, credit, gap, words, at_once }) in candidates.iter().enumerate() {
        let only = of_debit[*debit] == 1 && of_credit[*credit] == 1;
        let sum = words.points + rarity + i64::from(only);
        if words.points >= 2 || (!is_round && words.points >= 0 && sum >= 3) {
            // A credit before its debit is the rarest; between two banks two days more cost less than any word weighs.
            let cost = if *gap < 0 { 8 } else { *gap * if *at_once { 8 } else { 3 } };
            edges.push(Edge { debit: *debit, credit: *credit, score: 10 * sum - cost, candidate });
        }
    }
    edges
}

pub(super) fn basis(words: Words) -> Basis {
    match words {
        Words { number: true, .. } => Basis::Number,
        Words { receipt: true, .. } => Basis::Receipt,
        Words { points: 2.., .. } => Basis::Words,
        _ => Basis::Amount,
    }
}

pub(super) fn scope(a: &LedgerAccount<'_>, b: &LedgerAccount<'_>) -> Scope {
    if a.applicants.iter().any(|applicant| b.applicants.contains(applicant)) { Scope::Own } else { Scope::Household }
}

/// Labels the rows of the pairs. Money to a shared card is a transfer on both sides: its purchases are the spend. Money to a shared
/// loan is the commitment on the paying side, and a transfer where it arrives. What a loan paid out keeps its name where it arrives.
pub(super) fn relabel(ledger: &mut Ledger<'_>, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let known = ruleset.known();
    let rules: Vec<(Basis, Arc<str>)> =
        [Basis::Number, Basis::Receipt, Basis::Words, Basis::Amount].into_iter().map(|basis| (basis, Arc::from(basis.rule().0))).collect();
    let internal = |basis: Basis, category: Category| Verdict {
        category,
        confidence: basis.rule().1,
        layer: Layer::Ledger,
        rule: rules.iter().find(|(known, _)| *known == basis).map(|(_, rule)| Arc::clone(rule)).expect("every basis has a rule"),
        matched: "".into(),
        merchant: None,
    };
    for (number, pair) in ledger.pairing.pairs.iter().enumerate() {
        let (from, to) = (&ledger.accounts[ledger.rows[pair.debit].account], &ledger.accounts[ledger.rows[pair.credit].account]);
        let paid =
            if to.is_loan() && !from.is_loan() { repayment(verdicts[pair.debit].category, to, ruleset) } else { known.internal_transfer };
        let received = verdicts[pair.credit].category;
        let drawn = from.is_loan() && [known.loan_proceeds, known.redraw].contains(&received);
        if verdicts[pair.debit].category != paid || paid == known.internal_transfer {
            verdicts[pair.debit] = internal(pair.basis, paid);
        }
        if !drawn {
            verdicts[pair.credit] = internal(pair.basis, known.internal_transfer);
        }
        for row in [pair.debit, pair.credit] {
            ledger.rows[row].pair = Some(number);
            if to.is_revolving() || to.is_loan() {
                ledger.rows[row].marks.add(Marks::DEBT_REPAYMENT);
            }
        }
    }
}

/// The commitment that a payment to a loan is: what the loan is, or the narrower kind that the row names.
fn repayment(said: Category, loan: &LedgerAccount<'_>, ruleset: &Ruleset) -> Category {
    let known: &Known = ruleset.known();
    let (of_product, narrower): (Category, &[Category]) = match loan.first().product_category {
        ProductCategory::ResidentialMortgages => (known.mortgage_repayment, &[]),
        ProductCategory::PersLoans => (
            known.personal_loan_repayment,
            &[known.vehicle_loan_repayment, known.student_loan_repayment, known.sacc_repayment, known.wage_advance_repayment],
        ),
        ProductCategory::Leases => (known.consumer_lease, &[known.vehicle_loan_repayment]),
        _ => (known.other_loan_repayment, &[known.vehicle_loan_repayment]),
    };
    if narrower.contains(&said) { said } else { of_product }
}
