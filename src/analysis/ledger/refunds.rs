//! Refunds: money back from a merchant, with the purchase that it gives back, so that the purchase's category is netted. A refund whose
//! purchase is not found stays a refund.
//!
//! The purchase has the refund's party, lies at most [`DAYS`] days before it on the same account or card, and still has that much left
//! to give back; one of the very amount comes first, then the nearest. What an insurer or Medicare pays back names the provider instead,
//! and may arrive on another account. Winnings are no refunds. The work is bounded: a refund looks at [`LOOKS`] purchases at most for the
//! amount, and at as many for a part.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::links::Link;
use super::party::{FIRST_WORDS, Party, core};
use super::transfers::LOOKS;
use super::{Ledger, Marks, content};
use crate::analysis::days::between;
use crate::analysis::label::narrative::Narrative;
use crate::analysis::label::{Layer, Narratives, Verdict};
use crate::analysis::ruleset::{Kind, Ruleset};
use crate::submission::{Transaction, TransactionType};

/// Days from a purchase to its refund.
const DAYS: i64 = 180;
/// Shorter words begin no provider's name that a claim is told by.
const PROVIDER_WORD: usize = 5;
/// Buckets that are no names: a fee that is given back, and interest.
const FEE: &str = "fee";
const INTEREST: &str = "interest";

/// What a credit may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// A refund, whole or in part.
    Refund,
    /// Money from where money was spent, which nothing calls a refund: only of the very amount.
    Guess,
    /// A fee or interest that the bank gives back: of the very amount.
    Charge(&'static str),
    /// What an insurer or Medicare pays.
    Claim,
}

/// A credit that may be a refund.
struct Credit {
    row: usize,
    day: Date,
    class: Class,
    party: Party,
    /// The words by which its purchases are looked up.
    buckets: Vec<String>,
}

/// Purchases by the first word of a name: by amount and day, and by day.
#[derive(Default)]
struct Bucket {
    by_amount: Vec<(i64, Date, usize)>,
    by_day: Vec<(Date, usize)>,
}

/// An empty bucket for each word that some credit asks for, filled later.
struct Buckets {
    /// Only looked up.
    numbers: HashMap<String, usize>,
    all: Vec<Bucket>,
}

impl Buckets {
    fn of(credits: &[Credit]) -> Self {
        let mut numbers = HashMap::new();
        for word in credits.iter().flat_map(|credit| &credit.buckets) {
            let next = numbers.len();
            numbers.entry(word.clone()).or_insert(next);
        }
        let all = (0..numbers.len()).map(|_| Bucket::default()).collect();
        Self { numbers, all }
    }

    fn get(&self, word: &str) -> Option<&Bucket> {
        self.numbers.get(word).map(|&number| &self.all[number])
    }

    fn get_mut(&mut self, word: &str) -> Option<&mut Bucket> {
        self.numbers.get(word).map(|&number| &mut self.all[number])
    }
}

/// What the pass reads.
struct Reading<'c, 'l> {
    ledger: &'c Ledger<'l>,
    narratives: &'c Narratives,
    verdicts: &'c [Verdict],
    ruleset: &'c Ruleset,
}

/// Links refunds to purchases and gives each its purchase's category.
pub(super) fn link(ledger: &mut Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let reading = Reading { ledger, narratives, verdicts, ruleset };
    let links = reading.find();
    let rule: Arc<str> = "refund-of-purchase".into();
    for link in &links {
        let (refund, purchase) = (&verdicts[link.credit], &verdicts[link.debit]);
        let is_whole = (ledger.rows[link.credit].amount + ledger.rows[link.debit].amount).is_zero();
        verdicts[link.credit] = Verdict {
            category: purchase.category,
            confidence: purchase.confidence.min(if is_whole { 975 } else { 950 }),
            layer: Layer::Ledger,
            rule: Arc::clone(&rule),
            matched: Arc::clone(&refund.matched),
            merchant: purchase.merchant.clone().or_else(|| refund.merchant.clone()),
        };
    }
    ledger.links.refunds = links;
}

impl Reading<'_, '_> {
    fn find(&self) -> Vec<Link> {
        let ledger = self.ledger;
        let credits: Vec<Credit> = (0..ledger.rows.len()).filter_map(|row| self.credit(row)).collect();
        let mut buckets = Buckets::of(&credits);
        if let Some(last) = credits.last().map(|credit| credit.day) {
            self.fill(&mut buckets, credits[0].day, last);
        }
        // What of each purchase was given back.
        let mut returned: BTreeMap<usize, i64> = BTreeMap::new();
        let mut links = Vec::new();
        for credit in &credits {
            let found = credit.buckets.iter().filter_map(|word| buckets.get(word));
            let best = found.filter_map(|bucket| self.purchase(credit, bucket, &returned)).max();
            if let Some((.., debit)) = best {
                *returned.entry(debit).or_insert(0) += content::short(ledger.rows[credit.row].amount);
                links.push(Link { credit: credit.row, debit });
            }
        }
        links
    }

    /// Reads a credit, if it may be a refund.
    fn credit(&self, row: usize) -> Option<Credit> {
        let of = &self.ledger.rows[row];
        let known = self.ruleset.known();
        let is_free = !of.marks.any(Marks::UNPAIRABLE) && of.pair.is_none() && self.ledger.links.reversal_of(row).is_none();
        if !of.amount.is_positive() || !is_free {
            return None;
        }
        let (verdict, narrative, transaction) = (&self.verdicts[row], &self.narratives[row], of.transaction());
        let says = |words: &[&str]| narrative.folded.split(' ').any(|word| words.contains(&word));
        if is_moved(transaction, narrative) && !says(&["REFUND", "REFUNDED", "RFND"]) {
            return None;
        }
        let class = match verdict.category {
            category if category == known.refund && (of.kind == TransactionType::Fee || says(&["FEE", "FEES"])) => Class::Charge(FEE),
            category if category == known.refund && says(&["INTEREST"]) => Class::Charge(INTEREST),
            category if category == known.refund => Class::Refund,
            category if [known.medicare_rebate, known.insurance_claim].contains(&category) => Class::Claim,
            category if self.ruleset.kind(category) == Kind::Expense && category != known.uncategorised => Class::Refund,
            category if [known.uncategorised_credit, known.other_credit].contains(&category) => Class::Guess,
            _ => return None,
        };
        let party = Party::of(transaction, narrative, verdict);
        let buckets = match class {
            Class::Charge(charge) => vec![charge.to_owned()],
            Class::Claim => provider_words(&narrative.folded),
            Class::Refund | Class::Guess => party.first_words().map(str::to_owned).collect(),
        };
        Some(Credit { row, day: of.day?, class, party, buckets })
    }

    /// Puts the purchases that a refund between two days may be of into their buckets.
    fn fill(&self, buckets: &mut Buckets, first: Date, last: Date) {
        let mut upper = String::new();
        for (row, of) in self.ledger.rows.iter().enumerate() {
            let Some(day) = of.day.filter(|day| *day <= last && between(*day, first) <= DAYS) else { continue };
            if !self.is_purchase(row) {
                continue;
            }
            let mut put = |word: &str| {
                if let Some(bucket) = buckets.get_mut(word).filter(|bucket| bucket.by_day.last() != Some(&(day, row))) {
                    bucket.by_day.push((day, row));
                    bucket.by_amount.push((content::short(of.amount.abs()), day, row));
                }
            };
            if let Some(charge) = self.charge(row) {
                put(charge);
                continue;
            }
            core(&self.narratives[row]).take(FIRST_WORDS).for_each(&mut put);
            let transaction = of.transaction();
            let names = [self.verdicts[row].merchant.as_deref(), transaction.merchant_name.as_deref(), transaction.biller_name.as_deref()];
            for name in names.into_iter().flatten() {
                let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
                if let Some(word) = { words }.find(|word| !word.eq_ignore_ascii_case("THE")) {
                    upper.clear();
                    upper.push_str(word);
                    upper.make_ascii_uppercase();
                    put(&upper);
                }
            }
        }
        for bucket in &mut buckets.all {
            bucket.by_amount.sort_unstable();
        }
    }

    /// True for money out that a merchant, a lender or the bank may give back.
    fn is_purchase(&self, row: usize) -> bool {
        let of = &self.ledger.rows[row];
        let kind = self.ruleset.kind(self.verdicts[row].category);
        let is_free = of.pair.is_none() && !of.marks.any(Marks::UNPAIRABLE) && !is_moved(of.transaction(), &self.narratives[row]);
        of.amount.is_negative() && is_free && matches!(kind, Kind::Expense | Kind::Commitment)
    }

    fn charge(&self, row: usize) -> Option<&'static str> {
        let known = self.ruleset.known();
        let category = self.verdicts[row].category;
        let is_fee = [known.bank_fee, known.dishonour_fee, known.overdrawn_fee].contains(&category);
        if is_fee { Some(FEE) } else { (category == known.interest_charged).then_some(INTEREST) }
    }

    /// The purchase of a bucket that a credit refunds: whether it has the very amount, its day, and it.
    fn purchase(&self, credit: &Credit, bucket: &Bucket, returned: &BTreeMap<usize, i64>) -> Option<(bool, Date, usize)> {
        let amount = content::short(self.ledger.rows[credit.row].amount);
        let fits = |day: Date, row: usize| {
            let left = content::short(self.ledger.rows[row].amount.abs()) - returned.get(&row).copied().unwrap_or(0);
            between(day, credit.day) <= DAYS && left >= amount && self.is_of(credit, row)
        };
        let end = bucket.by_amount.partition_point(|(of, day, _)| (*of, *day) <= (amount, credit.day));
        let same = bucket.by_amount[..end].iter().rev().take(LOOKS).take_while(|(of, ..)| *of == amount);
        if let Some((_, day, row)) = { same }.find(|(_, day, row)| fits(*day, *row)) {
            return Some((true, *day, *row));
        }
        if !matches!(credit.class, Class::Refund | Class::Claim) {
            return None;
        }
        // Of several, one of the same shop: more of its words are the refund's.
        let end = bucket.by_day.partition_point(|(day, _)| *day <= credit.day);
        let before = bucket.by_day[..end].iter().rev().take(LOOKS).filter(|(day, row)| fits(*day, *row));
        before.max_by_key(|(day, row)| (self.shared_words(credit.row, *row), *day, *row)).map(|&(day, row)| (false, day, row))
    }

    fn shared_words(&self, a: usize, b: usize) -> usize {
        let theirs: Vec<&str> = self.narratives[b].folded.split(' ').collect();
        let telling = |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        self.narratives[a].folded.split(' ').filter(telling).filter(|word| theirs.contains(word)).count()
    }

    /// True where a purchase may be the one that a credit gives back, but for day and amount.
    fn is_of(&self, credit: &Credit, row: usize) -> bool {
        let (back, paid) = (&self.ledger.rows[credit.row], &self.ledger.rows[row]);
        let cards = &self.narratives[credit.row].number_suffixes;
        let same_place = back.account == paid.account || cards.iter().any(|card| self.narratives[row].number_suffixes.contains(card));
        if let Class::Charge(_) = credit.class {
            return back.account == paid.account;
        }
        let verdict = &self.verdicts[row];
        let purchase = Party::of(paid.transaction(), &self.narratives[row], verdict);
        if credit.class != Class::Claim {
            let is_whole = (back.amount + paid.amount).is_zero();
            return same_place && (credit.party.is_same(&purchase) || (is_whole && credit.party.shares_two_words(&purchase)));
        }
        let known = self.ruleset.known();
        let is_premium = [known.health_insurance, known.general_insurance, known.life_insurance].contains(&verdict.category);
        let is_health = self.ruleset.group(verdict.category) == self.ruleset.group(known.medical);
        let may_be_claimed = if self.verdicts[credit.row].category == known.medicare_rebate { is_health } else { !is_premium };
        may_be_claimed && !is_premium && purchase.is_named_in(&self.narratives[credit.row].folded, PROVIDER_WORD)
    }
}

/// Money that was moved between accounts bought nothing, whatever its memo says.
fn is_moved(row: &Transaction, narrative: &Narrative) -> bool {
    super::evidence::is_moved(row, narrative, narrative.folded.split(' '))
}

/// The words of a claim that could begin a provider's name.
fn provider_words(folded: &str) -> Vec<String> {
    let is_one = |word: &&str| word.len() >= PROVIDER_WORD && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut found: Vec<String> = folded.split(' ').filter(is_one).map(str::to_owned).collect();
    found.sort_unstable();
    found.dedup();
    found
}
