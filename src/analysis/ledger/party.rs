//! Whom a row names: the other party's names as words, without the words of banks, so that two rows of one party can be told.

use super::vocabulary::{FAILURE_WORDS, REFUND_WORDS, TRANSFER_WORDS};
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::Narrative;
use crate::submission::Transaction;

/// A word that a field's width may have cut has at least so many letters left.
const CUT_OFF: usize = 4;

/// Words of a name by which its rows are looked up.
pub(super) const FIRST_WORDS: usize = 3;

/// The names that a row gives its other party: the words of its core, its merchant, biller, payer and payee.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Party {
    names: Vec<Vec<String>>,
}

impl Party {
    /// Reads a row.
    pub(super) fn of(row: &Transaction, narrative: &Narrative, verdict: &Verdict) -> Self {
        let extended = row.extended.as_deref();
        let fields = [
            verdict.merchant.as_deref(),
            row.merchant_name.as_deref(),
            row.biller_name.as_deref(),
            extended.and_then(|extended| extended.payer.as_deref()),
            extended.and_then(|extended| extended.payee.as_deref()),
        ];
        let mut party = Self::default();
        party.add(core(narrative).map(str::to_owned).collect());
        for field in fields.into_iter().flatten() {
            party.add(words_of(field).collect());
        }
        if party.is_empty() {
            // A name that is also a place was taken for one: REFUND KOGAN.
            party.add(words_of(&narrative.folded).filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic())).collect());
        }
        party
    }

    fn add(&mut self, name: Vec<String>) {
        if !name.is_empty() && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// True where it names nobody.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The first words of each name.
    pub(super) fn first_words(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flat_map(|name| name.iter().take(FIRST_WORDS)).map(String::as_str)
    }

    /// True where some word of a name stands in a name of the other too.
    pub(super) fn shares_word(&self, other: &Self) -> bool {
        let words = |party: &Self| party.names.iter().flatten().filter(|word| word.len() >= 3).cloned().collect::<Vec<_>>();
        let theirs = words(other);
        words(self).iter().any(|word| theirs.iter().any(|their| is_word(word, their)))
    }

    /// True where two telling words of a name stand in a name of the other too: what stands before them is the bank's.
    pub(super) fn shares_two_words(&self, other: &Self) -> bool {
        let shared = |name: &Vec<String>, their: &Vec<String>| {
            name.iter().filter(|word| word.len() >= CUT_OFF && their.iter().any(|their| is_word(word, their))).count() >= 2
        };
        self.names.iter().any(|name| other.names.iter().any(|their| shared(name, their)))
    }

    /// True where one of its names begins a name of the other, or the other way round: `KMART` is `KMART MARION`.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.names.iter().any(|name| other.names.iter().any(|their| is_name(name, their)))
    }

    /// True where some words spell out one of its names, by as many as two words; names that begin with a shorter word are not told so.
    pub(super) fn is_named_in(&self, folded: &str, shortest: usize) -> bool {
        let padded = format!(" {folded} ");
        let named = self.names.iter().filter(|name| name[0].len() >= shortest);
        named.map(|name| format!(" {} ", name[..name.len().min(2)].join(" "))).any(|name| padded.contains(&name))
    }
}

/// The words of the core that could be a name, in order.
pub(in crate::analysis) fn core(narrative: &Narrative) -> impl Iterator<Item = &str> {
    narrative.text.split(' ').filter(|word| names_somebody(word)).skip_while(|word| *word == "THE")
}

fn words_of(name: &str) -> impl Iterator<Item = String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase);
    words.filter(|word| names_somebody(word)).skip_while(|word| word == "THE")
}

fn names_somebody(word: &str) -> bool {
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    has_letter && [TRANSFER_WORDS, FAILURE_WORDS, REFUND_WORDS].iter().all(|words| words.binary_search(&word).is_err())
}

/// One word, which a field's width may have cut in one of the two.
fn is_word(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    a == b || (short.len() >= CUT_OFF && long.starts_with(short))
}

fn is_name(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (last, before) = short.split_last().expect("names are not empty");
    let enough = short.len() > 1 || last.len() >= 3 || long.len() == 1;
    enough && long.starts_with(before) && is_word(last, &long[before.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(names: &[&str]) -> Party {
        Party { names: names.iter().map(|name| words_of(name).collect()).collect() }
    }

    #[test]
    fn a_name_may_have_a_place_behind_it_or_its_end_cut_off() {
        for (a, b) in [("KMART", "Kmart Marion"), ("THE ICONIC", "ICONIC SYDNEY"), ("CHEMIST WAREH", "Chemist Warehouse"), ("BP", "BP")] {
            assert!(party(&[a]).is_same(&party(&[b])), "{a} and {b}");
        }
        for (a, b) in [("BP", "BP CONNECT"), ("COLES", "COTTON ON"), ("JB HI FI", "JB SPORTS"), ("TAB", "TABLE TENNIS")] {
            assert!(!party(&[a]).is_same(&party(&[b])), "{a} and {b}");
        }
    }

    #[test]
    fn words_of_banks_name_nobody() {
        assert_eq!(words_of("DIRECT DEBIT RETURNED REFER TO CUSTOMER").count(), 0);
        assert_eq!(words_of("REFUND PURCHASE").count(), 0);
        assert!(party(&["RETURN AFTERPAY"]).shares_word(&party(&["AFTERPAY AUSTRALIA"])));
        assert!(!party(&["RETURN AFTERPAY"]).shares_word(&party(&["RETURN ZIP"])));
    }
}
