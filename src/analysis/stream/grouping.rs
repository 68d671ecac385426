//! Rows of one counterparty: by account, direction and key.
//!
//! The key is the merchant that a rule names (money out), else the payer, payee, biller or merchant of a field, else the words of the
//! narrative that name the other party. The initiating institution's number is no part of it: many payers share one, and one payer may
//! come to have several.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::calendar::{month_of, ordinal};
use super::fit::Item;
use super::traits::{is_company_form, is_word_of_pay};
use crate::analysis::label::{Narratives, Verdict};
use crate::analysis::ledger::content::short;
use crate::analysis::ledger::{Ledger, Marks, Row, TRANSFER_WORDS};
use crate::analysis::ruleset::{Category, Kind, Nature, Ruleset, Traits, words};
use crate::submission::Transaction;

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A rule names the merchant, or a field names the payee, biller or merchant.
    Named,
    /// A field names the payer.
    Payer,
    /// The words of the narrative.
    Words,
}

/// What the rows of a group have in common.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) source: Source,
    /// Upper-case words that name somebody; where none does, the category of the row.
    pub(super) text: Box<str>,
}

impl Key {
    /// The first two words: texts that begin alike may be one counterparty's.
    fn beginning(&self) -> &str {
        self.text.match_indices(' ').nth(1).map_or(&self.text, |(end, _)| &self.text[..end])
    }
}

/// Rows of one account, direction and key, by day.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) account: usize,
    pub(super) is_credit: bool,
    /// Index into [`Groups::keys`].
    pub(super) key: usize,
    /// What its rows say that they are, of credits: pay and expenses paid back come from one employer.
    pub(super) said: Option<Category>,
    pub(super) items: Vec<Item>,
}

/// The groups of a ledger.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) keys: Vec<Key>,
    /// By first row.
    pub(super) all: Vec<Group>,
    /// Numbers of groups of one account and direction whose keys begin alike, by first row.
    pub(super) families: Vec<Vec<usize>>,
}

/// Width from which a narrative may have been cut where a word ends.
const CUT_WIDTH: usize = 18;
/// Letters that a cut key has at least.
const CUT_LEAST: usize = 8;

/// Confidence below which a refund is a guess.
const GUESSED: u16 = 850;

const UNREAD: u32 = u32::MAX;
const AMBIGUOUS: u32 = u32::MAX - 1;
const NAMELESS: u32 = u32::MAX - 2;

/// Puts the rows that may be in streams into groups.
pub(super) fn groups(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &[Verdict], ruleset: &Ruleset) -> Groups {
    let mut keys = Keys::new(ledger, narratives, ruleset);
    let chosen: Vec<(usize, u32)> = (ledger.rows.iter().enumerate())
        .filter(|(at, row)| may_recur(*at, row, &verdicts[*at], ledger, ruleset))
        .filter_map(|(at, row)| Some((at, keys.of(at, row, &verdicts[at])?)))
        .collect();
    let same = keys.same();
    let mut of: HashMap<(usize, bool, u32, Option<Category>), usize> = HashMap::new();
    let mut all: Vec<Group> = Vec::new();
    for (at, key) in chosen {
        let row = &ledger.rows[at];
        let (is_credit, key) = (row.amount.is_positive(), same[key as usize]);
        let said = if is_credit { said(verdicts[at].category, ruleset) } else { None };
        let group = *of.entry((row.account, is_credit, key, said)).or_insert(all.len());
        if group == all.len() {
            all.push(Group { account: row.account, is_credit, key: key as usize, said, items: Vec::new() });
        }
        all[group].items.extend(item(at, row));
    }
    let families = families(&keys.all, &all);
    Groups { keys: keys.all, all, families }
}

/// What a row says that it is; `None` where it says nothing of a kind.
pub(super) fn said(category: Category, ruleset: &Ruleset) -> Option<Category> {
    let known = ruleset.known();
    let of_credits = [known.uncategorised_credit, known.other_credit, known.transfer_in, known.other_income, known.refund];
    let of_debits = [known.uncategorised, known.transfer_out];
    (!of_credits.contains(&category) && !of_debits.contains(&category)).then_some(category)
}

fn families(keys: &[Key], groups: &[Group]) -> Vec<Vec<usize>> {
    let mut of: HashMap<(usize, bool, &str), usize> = HashMap::new();
    let mut families: Vec<Vec<usize>> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let family = *of.entry((group.account, group.is_credit, keys[group.key].beginning())).or_insert(families.len());
        if family == families.len() {
            families.push(Vec::new());
        }
        families[family].push(number);
    }
    families
}

/// A row as its rhythm sees it; `None` without a day.
pub(super) fn item(at: usize, row: &Row<'_>) -> Option<Item> {
    let day = row.day?;
    Some(Item {
        row: at,
        day: ordinal(day),
        month: month_of(day),
        day_of_month: day.day().unsigned_abs(),
        amount: short(row.amount.abs()),
        returned: row.marks.any(Marks::RETURNED),
    })
}

/// True for a row that may be in a stream: counted, not between own accounts but for the paying side of a loan, not on a loan.
fn may_recur(at: usize, row: &Row<'_>, verdict: &Verdict, ledger: &Ledger<'_>, ruleset: &Ruleset) -> bool {
    let is_never = ruleset.nature(verdict.category) == Nature::Never && !is_guessed_refund(verdict, ruleset);
    if !row.is_counted() || row.amount.is_zero() || row.day.is_none() || is_never {
        return false;
    }
    let account = &ledger.accounts[row.account];
    let is_credit = row.amount.is_positive();
    if account.is_loan() || (is_credit && (account.is_revolving() || ledger.links.refund_of(at).is_some())) {
        return false;
    }
    row.pair.is_none() || (!is_credit && ruleset.kind(verdict.category) == Kind::Commitment)
}

/// True for money from a shop that is a refund by the shop's name alone: shops pay wages too.
pub(super) fn is_guessed_refund(verdict: &Verdict, ruleset: &Ruleset) -> bool {
    verdict.category == ruleset.known().refund && verdict.confidence < GUESSED && verdict.rule.starts_with("money-back:")
}

/// The distinct keys while they are read.
struct Keys<'n> {
    ledger: &'n Ledger<'n>,
    narratives: &'n Narratives,
    ruleset: &'n Ruleset,
    all: Vec<Key>,
    by_text: HashMap<Box<str>, u32>,
    by_name: HashMap<&'n str, u32>,
    /// For each description the key of its words.
    of_words: Vec<u32>,
    /// Words that the order's own accounts go by.
    own: HashSet<String>,
    /// For the key of some words the one that a field gives beside them.
    named_as: BTreeMap<u32, u32>,
}

impl<'n> Keys<'n> {
    fn new(ledger: &'n Ledger<'n>, narratives: &'n Narratives, ruleset: &'n Ruleset) -> Self {
        let of_words = vec![UNREAD; narratives.distinct()];
        let (by_text, by_name) = (HashMap::new(), HashMap::new());
        let own = own_words(ledger);
        Self { ledger, narratives, ruleset, all: Vec::new(), by_text, by_name, of_words, own, named_as: BTreeMap::new() }
    }

    /// The key of a row; `None` where its words name nobody but own accounts.
    fn of(&mut self, at: usize, row: &'n Row<'_>, verdict: &'n Verdict) -> Option<u32> {
        let (known, is_credit) = (self.ruleset.known(), row.amount.is_positive());
        let code = self.ruleset.code(verdict.category);
        if let Some(pair) = row.pair {
            // A loan that is shared: whatever the text says, it goes there.
            let pair = &self.ledger.pairing.pairs[pair];
            let debt = self.ledger.rows[if is_credit { pair.debit } else { pair.credit }].account;
            return Some(self.text(&format!("{code} {debt}"), Source::Words));
        }
        // What the bank itself takes and gives it writes as it likes.
        if [known.bank_fee, known.interest_income].contains(&verdict.category) {
            return Some(self.text(code, Source::Words));
        }
        if let Some(merchant) = verdict.merchant.as_deref().filter(|_| !is_credit) {
            let named = self.name(merchant, Source::Named);
            if named != NAMELESS {
                return Some(named);
            }
        }
        let narrative = &self.narratives[at];
        let words = self.words(at);
        // A facilitator's field names the facilitator; the words behind it name who was paid.
        let field = if narrative.intermediary.is_some() { None } else { field(row.transaction(), is_credit) };
        match (field.map(|(field, source)| self.name(field, source)).filter(|named| *named != NAMELESS), words) {
            (Some(named), words) => {
                if words != NAMELESS && narrative.has_party() && named != words {
                    let known = self.named_as.entry(words).or_insert(named);
                    if *known != named {
                        *known = AMBIGUOUS;
                    }
                }
                Some(named)
            }
            (None, NAMELESS) => match narrative.number_suffixes.first() {
                Some(suffix) => Some(self.text(&format!("{code} {}", String::from_utf8_lossy(suffix)), Source::Words)),
                None if self.is_of_transfers(verdict.category) => None,
                None => Some(self.text(code, Source::Words)),
            },
            (None, words) if self.is_of_transfers(verdict.category) && self.names_own(words) => None,
            (None, words) => Some(words),
        }
    }

    fn is_of_transfers(&self, category: Category) -> bool {
        let is_unsaid = said(category, self.ruleset).is_none();
        is_unsaid || matches!(self.ruleset.kind(category), Kind::Person | Kind::Transfer)
    }

    fn names_own(&self, key: u32) -> bool {
        self.all[key as usize].text.split(' ').all(|word| self.own.contains(word))
    }

    fn words(&mut self, at: usize) -> u32 {
        let number = self.narratives.number(at);
        if self.of_words[number] == UNREAD {
            let telling = telling(&self.narratives[at].text, self.ruleset);
            self.of_words[number] = if telling.is_empty() { NAMELESS } else { self.text(&telling, Source::Words) };
        }
        self.of_words[number]
    }

    fn name(&mut self, name: &'n str, source: Source) -> u32 {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        let telling = telling(&words::canonical(words::readable(name)), self.ruleset);
        let key = if telling.is_empty() { NAMELESS } else { self.text(&telling, source) };
        self.by_name.insert(name, key);
        key
    }

    fn text(&mut self, text: &str, source: Source) -> u32 {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let key = u32::try_from(self.all.len()).expect("fewer rows than that");
        self.by_text.insert(text.into(), key);
        self.all.push(Key { source, text: text.into() });
        key
    }

    /// For each key the one that stands for it: words for the field that was given beside them, a cut text for the whole one.
    fn same(&self) -> Vec<u32> {
        let mut same: Vec<u32> = (0..u32::try_from(self.all.len()).expect("fewer rows than that")).collect();
        let mut by_text = same.clone();
        by_text.sort_unstable_by(|a, b| self.all[*a as usize].text.cmp(&self.all[*b as usize].text));
        for pair in by_text.windows(2) {
            if is_cut(&self.all[pair[0] as usize].text, &self.all[pair[1] as usize].text) {
                same[pair[1] as usize] = same[pair[0] as usize];
            }
        }
        for (&words, &named) in &self.named_as {
            if named != AMBIGUOUS && same[words as usize] == words && same[named as usize] == named {
                same[words as usize] = named;
            }
        }
        // What was cut follows where its whole text went.
        for key in 0..same.len() {
            same[key] = same[same[key] as usize];
        }
        same
    }
}

/// True where the first of two neighbours in order is the beginning of the second, cut by the width of a field.
fn is_cut(short: &str, long: &str) -> bool {
    let Some(rest) = long.strip_prefix(short) else { return false };
    short.len() >= CUT_LEAST && (!rest.starts_with(' ') || short.len() >= CUT_WIDTH)
}

/// The field that names the other party.
fn field(row: &Transaction, is_credit: bool) -> Option<(&str, Source)> {
    let extended = row.extended.as_deref();
    if is_credit {
        return extended.and_then(|extended| extended.payer.as_deref()).map(|payer| (payer, Source::Payer));
    }
    let payee = extended.and_then(|extended| extended.payee.as_deref());
    row.biller_name.as_deref().or(row.merchant_name.as_deref()).or(payee).map(|payee| (payee, Source::Named))
}

/// The words that name somebody: none that banks write around a payment, of pay, of dates and forms, nor numbers; of a person none that
/// people write to each other.
fn telling(words: &str, ruleset: &Ruleset) -> String {
    let names = |word: &&str| {
        word.len() > 1
            && !word.bytes().any(|byte| byte.is_ascii_digit())
            && !is_of_payments(word)
            && !is_word_of_pay(word)
            && !is_company_form(word)
    };
    let is_person = |word: &str| ruleset.traits(word).any(Traits::GIVEN.or(Traits::KIN).or(Traits::TITLE));
    let is_message = |word: &&str| ruleset.traits(word).any(Traits::MESSAGE);
    let mut text = String::with_capacity(words.len());
    let mut list = words.split(' ').filter(names).peekable();
    if list.peek().is_some_and(|first| is_person(first)) {
        join(&mut text, list.filter(|word| !is_message(word)));
    } else {
        join(&mut text, list);
    }
    text
}

/// The words of the own accounts' names.
fn own_words(ledger: &Ledger<'_>) -> HashSet<String> {
    let views = ledger.accounts.iter().flat_map(|account| &account.views).map(|view| view.account);
    let names = views.flat_map(|account| [&account.display_name, &account.nickname, &account.product_name, &account.institution_name]);
    names.flatten().flat_map(|name| words::canonical(words::readable(name)).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn join<'w>(text: &mut String, words: impl Iterator<Item = &'w str>) {
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// True for a word that stands around a payment: how it moved, what day it is of.
fn is_of_payments(word: &str) -> bool {
    TRANSFER_WORDS.binary_search(&word).is_ok() || AROUND.binary_search(&word).is_ok()
}

/// Words beside [`TRANSFER_WORDS`] that banks and payers write around a name. Sorted.
const AROUND: [&str; 49] = [
    "APR",
    "APRIL",
    "AT",
    "AUG",
    "AUGUST",
    "BILL",
    "BILLER",
    "CR",
    "DATE",
    "DEC",
    "DECEMBER",
    "DR",
    "EFT",
    "ENTRY",
    "EXT",
    "EXTERNAL",
    "FEB",
    "FEBRUARY",
    "FOR",
    "FORWARD",
    "FRI",
    "IN",
    "INV",
    "INVOICE",
    "JAN",
    "JANUARY",
    "JUL",
    "JULY",
    "JUN",
    "JUNE",
    "MAR",
    "MARCH",
    "MON",
    "NOV",
    "NOVEMBER",
    "NUMBER",
    "OCT",
    "OCTOBER",
    "ON",
    "PAID",
    "PHONE",
    "PURCHASE",
    "REQUEST",
    "SEP",
    "SEPT",
    "SEPTEMBER",
    "THU",
    "TUE",
    "WED",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(AROUND.is_sorted());
    }
}
