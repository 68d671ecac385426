//! Payments that failed. A returned payment is two rows: the debit, and within five business days the credit that gives it back; a fee
//! may follow as a third, and the same debit may be tried again. A credit that was not good is taken back likewise.
//!
//! The later row says so in failure words, or it is the direct debit, BPAY payment or cheque itself with its sign turned. The earlier
//! one has equal cents on the same account; party and reference decide between several. The work is bounded: a row looks at [`LOOKS`]
//! others at most.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::links::{Follow, Link, Links};
use super::matching::{self, Edge};
use super::party::Party;
use super::transfers::LOOKS;
use super::{Ledger, Marks, content};
use crate::analysis::days::{between, is_business_day, plus};
use crate::analysis::label::narrative::Channel;
use crate::analysis::label::{Layer, Narratives, Verdict};
use crate::analysis::ruleset::{Kind, Ruleset};
use crate::submission::TransactionType;

/// Business days within which a payment comes back.
const RETURN_DAYS: u32 = 5;
/// Days after a reversal within which its fee is charged.
const FEE_DAYS: std::ops::RangeInclusive<i64> = -1..=5;
/// Days after a reversal within which the debit is tried again.
const AGAIN_DAYS: std::ops::RangeInclusive<i64> = 0..=15;

/// Many payments are whole multiples of this.
const ROUND: i128 = 5_00;

/// How a row says that it undoes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// In words: returned, dishonoured, reversal.
    Words,
    /// In words, but it reads like something else too: only with the party or the reference of the other.
    Named,
    /// It is a payment of that kind with its sign turned.
    Form(Form),
}

/// Payments that can come back without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    DirectDebit,
    Bpay,
    Cheque,
}

/// What the pass reads.
struct Reading<'c, 'l> {
    ledger: &'c Ledger<'l>,
    narratives: &'c Narratives,
    verdicts: &'c [Verdict],
    ruleset: &'c Ruleset,
}

/// A row of an amount that some row undoes.
struct Member {
    row: usize,
    day: Date,
    is_credit: bool,
    says: Option<Says>,
    form: Option<Form>,
    is_card: bool,
    party: Party,
}

/// Links what came back, marks what failed, and labels the rows that undo.
pub(super) fn link(ledger: &mut Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let links = find(&Reading { ledger, narratives, verdicts, ruleset });
    let rule: Arc<str> = "reversal".into();
    let undone = links.reversals.iter().map(|link| (link.credit, link.debit));
    let undone: Vec<(usize, usize)> = undone.chain(links.taken_back.iter().map(|link| (link.debit, link.credit))).collect();
    for (later, earlier) in undone {
        ledger.rows[earlier].marks.add(Marks::RETURNED);
        let merchant = verdicts[earlier].merchant.clone().or_else(|| verdicts[later].merchant.clone());
        verdicts[later] = Verdict {
            category: ruleset.known().reversal,
            confidence: 985,
            layer: Layer::Ledger,
            rule: Arc::clone(&rule),
            matched: "".into(),
            merchant,
        };
    }
    ledger.links = links;
}

fn find(reading: &Reading<'_, '_>) -> Links {
    let ledger = reading.ledger;
    let key = |row: usize| (ledger.rows[row].account, content::short(ledger.rows[row].amount.abs()));
    let undoing: Vec<usize> = (0..ledger.rows.len()).filter(|&row| reading.says(row).is_some()).collect();
    // Only looked up: the groups stand in the order of their first undoing row.
    let mut numbers: HashMap<(usize, i64), usize> = HashMap::new();
    for &row in &undoing {
        let next = numbers.len();
        numbers.entry(key(row)).or_insert(next);
    }
    let mut groups: Vec<Vec<Member>> = numbers.iter().map(|_| Vec::new()).collect();
    if !groups.is_empty() {
        for row in (0..ledger.rows.len()).filter(|&row| reading.may_link(row)) {
            if let Some(&group) = numbers.get(&key(row)) {
                groups[group].extend(reading.member(row));
            }
        }
    }
    let mut links = Links::default();
    for group in &groups {
        let back = reading.undone(group, true);
        let failed: BTreeSet<usize> = back.iter().map(|(_, earlier)| *earlier).collect();
        for &(later, earlier) in &back {
            links.reversals.push(Link { credit: group[later].row, debit: group[earlier].row });
            links.tried_again.extend(tried_again(group, later, earlier, &failed));
        }
        let linked: BTreeSet<usize> = back.iter().flat_map(|(later, earlier)| [*later, *earlier]).collect();
        let taken =
            reading.undone(group, false).into_iter().filter(|(later, earlier)| !linked.contains(later) && !linked.contains(earlier));
        links.taken_back.extend(taken.map(|(later, earlier)| Link { credit: group[earlier].row, debit: group[later].row }));
    }
    links.reversals.sort_unstable();
    links.taken_back.sort_unstable_by_key(|link| link.debit);
    links.tried_again.sort_unstable();
    // Two failures may be tried again by one debit only.
    links.tried_again.dedup_by_key(|follow| follow.row);
    links.fees = fees(reading, &links.reversals);
    links
}

impl Reading<'_, '_> {
    /// True for a row that could have failed, or could undo one.
    fn may_link(&self, row: usize) -> bool {
        let of = &self.ledger.rows[row];
        !of.marks.any(Marks::UNPAIRABLE) && of.day.is_some() && !of.amount.is_zero()
    }

    fn says(&self, row: usize) -> Option<Says> {
        let (of, narrative, verdict) = (&self.ledger.rows[row], &self.narratives[row], &self.verdicts[row]);
        let known = self.ruleset.known();
        if !self.may_link(row) || self.is_charge(row) {
            return None;
        }
        let fails = narrative.failure || begins_as_failure(&narrative.folded);
        if of.amount.is_negative() {
            return fails.then_some(Says::Words);
        }
        if verdict.category == known.reversal {
            return Some(Says::Words);
        }
        let unexplained = [known.refund, known.uncategorised_credit, known.other_credit, known.transfer_in].contains(&verdict.category)
            || matches!(self.ruleset.kind(verdict.category), Kind::Expense | Kind::Commitment | Kind::Risk);
        if fails {
            let is_plain = unexplained && verdict.category != known.refund && verdict.merchant.is_none();
            return Some(if is_plain { Says::Words } else { Says::Named });
        }
        self.form(row).filter(|_| unexplained).map(Says::Form)
    }

    /// Fees and interest do not fail; that they are given back is a refund.
    fn is_charge(&self, row: usize) -> bool {
        let known = self.ruleset.known();
        let charges = [known.bank_fee, known.dishonour_fee, known.overdrawn_fee, known.interest_charged, known.interest_income];
        let kind = self.ledger.rows[row].kind;
        charges.contains(&self.verdicts[row].category)
            || matches!(kind, TransactionType::Fee | TransactionType::InterestCharged | TransactionType::InterestPaid)
    }

    fn form(&self, row: usize) -> Option<Form> {
        let (of, narrative) = (&self.ledger.rows[row], &self.narratives[row]);
        if narrative.channel == Channel::DirectDebit || of.kind == TransactionType::DirectDebit {
            return Some(Form::DirectDebit);
        }
        if narrative.channel == Channel::Bpay || of.transaction().biller_code.is_some() {
            return Some(Form::Bpay);
        }
        narrative.folded.split(' ').any(|word| matches!(word, "CHEQUE" | "CHQ")).then_some(Form::Cheque)
    }

    fn member(&self, row: usize) -> Option<Member> {
        if self.is_charge(row) {
            return None;
        }
        let of = &self.ledger.rows[row];
        let transaction = of.transaction();
        let narrative = &self.narratives[row];
        Some(Member {
            row,
            day: of.day?,
            is_credit: of.amount.is_positive(),
            says: self.says(row),
            form: self.form(row),
            is_card: transaction.merchant_category_code.is_some()
                || matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm),
            party: Party::of(transaction, narrative, &self.verdicts[row]),
        })
    }

    /// The rows of one sign that undo rows of the other: later and earlier, by the later one's place in the group.
    fn undone(&self, group: &[Member], by_credit: bool) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        for (at, later) in group.iter().enumerate().filter(|(_, later)| later.is_credit == by_credit) {
            let Some(says) = later.says else { continue };
            let first = self.earliest(later.day);
            let from = group.partition_point(|member| member.day < first);
            let to = group.partition_point(|member| member.day <= later.day);
            let candidates = group[from..to].iter().enumerate().rev().filter(|(_, earlier)| earlier.is_credit != by_credit);
            for (offset, earlier) in candidates.take(LOOKS) {
                if let Some(points) = self.points(later, says, earlier) {
                    let score = 10 * (points + 6) - between(earlier.day, later.day).min(9);
                    edges.push(Edge { debit: from + offset, credit: at, score, candidate: 0 });
                }
            }
        }
        let mut undone: Vec<(usize, usize)> = matching::assign(&edges).into_iter().map(|edge| (edge.credit, edge.debit)).collect();
        undone.sort_unstable();
        undone
    }

    /// What speaks for the one undoing the other; `None` when it cannot.
    fn points(&self, later: &Member, says: Says, earlier: &Member) -> Option<i64> {
        let (a, b) = (self.ledger.rows[later.row].transaction(), self.ledger.rows[earlier.row].transaction());
        let shares = |a: &Option<Box<str>>, b: &Option<Box<str>>| a.is_some() && a == b;
        let same_reference = shares(&a.crn, &b.crn)
            || (self.narratives[later.row].references.iter()).any(|reference| self.narratives[earlier.row].references.contains(reference));
        let same_party = later.party.shares_word(&earlier.party) || shares(&a.biller_code, &b.biller_code);
        let is_other = !same_party && !later.party.is_empty() && !earlier.party.is_empty();
        let mut points = 0;
        points += if same_reference { 4 } else { 0 };
        points += if same_party { 3 } else { 0 };
        points += i64::from(earlier.form.is_some());
        points -= if is_other { 4 } else { 0 };
        points -= i64::from(earlier.is_card);
        let enough = match says {
            // Another name may be the bank's that sent it back; a round sum is then as likely another payment.
            Says::Words => !is_other || a.amount.get() % ROUND != 0,
            Says::Named => same_party || same_reference,
            Says::Form(form) => {
                let is_party = later.party.is_same(&earlier.party) || (same_reference && later.party.is_empty());
                earlier.form == Some(form) && earlier.says.is_none() && is_party
            }
        };
        enough.then_some(points)
    }

    /// The first day of the business days before a day.
    fn earliest(&self, day: Date) -> Date {
        let (mut first, mut left) = (day, RETURN_DAYS);
        while left > 0 {
            first = plus(first, -1);
            left -= u32::from(is_business_day(first, self.ruleset));
        }
        first
    }
}

/// Some banks print the failure as a short word before everything else: `DISH TELSTRA`. Elsewhere in a text it may be a name.
fn begins_as_failure(folded: &str) -> bool {
    let mut words = folded.split(' ');
    matches!(words.next(), Some("DISH" | "DISHON" | "RTD" | "RTN" | "RETN")) && words.next().is_some()
}

/// The next debit of a failed payment's amount and party.
fn tried_again(group: &[Member], reversal: usize, failed: usize, all_failed: &BTreeSet<usize>) -> Option<Follow> {
    let (back, first) = (&group[reversal], &group[failed]);
    let is_same = |next: &Member| next.party.is_same(&first.party) || (next.party.is_empty() && first.party.is_empty());
    let from = group.partition_point(|member| between(back.day, member.day) < *AGAIN_DAYS.start());
    let later = group.iter().enumerate().skip(from.max(failed + 1)).take(LOOKS);
    let mut later = later.take_while(|(_, next)| AGAIN_DAYS.contains(&between(back.day, next.day)));
    let is_next = |(at, next): &(usize, &Member)| {
        // On the day of the reversal another debit of that amount is a second payment unless it fails too.
        let after = next.day > back.day || all_failed.contains(at);
        !next.is_credit && *at != failed && after && next.day > first.day && is_same(next)
    };
    later.find(is_next).map(|(_, next)| Follow { row: next.row, failed: first.row })
}

/// The fee of each failed payment: on its account, on the days around its reversal, the nearest first.
fn fees(reading: &Reading<'_, '_>, reversals: &[Link]) -> Vec<Follow> {
    let ledger = reading.ledger;
    let place = |row: usize| Some((ledger.rows[row].account, ledger.rows[row].day?));
    let mut failures: Vec<((usize, Date), usize)> = reversals.iter().filter_map(|link| Some((place(link.credit)?, link.debit))).collect();
    failures.sort_unstable();
    let mut taken = vec![false; failures.len()];
    let is_fee = |row: &usize| reading.verdicts[*row].category == reading.ruleset.known().dishonour_fee && reading.may_link(*row);
    let mut fees = Vec::new();
    if failures.is_empty() {
        return fees;
    }
    for row in (0..ledger.rows.len()).filter(is_fee).filter(|&row| ledger.rows[row].amount.is_negative()) {
        let Some((account, day)) = place(row) else { continue };
        let from = failures.partition_point(|((of, on), _)| (*of, plus(*on, *FEE_DAYS.end())) < (account, day));
        let near = failures[from..].iter().enumerate().take(LOOKS);
        let near = near.take_while(|(_, ((of, on), _))| *of == account && FEE_DAYS.contains(&between(*on, day)));
        let nearest = near.filter(|(at, _)| !taken[from + at]).min_by_key(|(at, ((_, on), _))| (between(*on, day).abs(), *at));
        if let Some((at, (_, failed))) = nearest {
            taken[from + at] = true;
            fees.push(Follow { row, failed: *failed });
        }
    }
    fees
}
