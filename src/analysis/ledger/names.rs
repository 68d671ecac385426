//! What the order's accounts, their institutions and its people are called, and whom the words of a row therefore mean.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::vocabulary::COMMON_NAMES;
use super::{Ledger, LedgerAccount};
use crate::analysis::ruleset::words;

/// So many accounts may bear a word or four digits that name an account.
const MOST_NAMED: usize = 32;

/// The names of an order.
pub(super) struct Names<'l> {
    pub(super) accounts: &'l [LedgerAccount<'l>],
    by_word: BTreeMap<String, Vec<usize>>,
    /// Whole names of several words, by their first: of some, such as Access Account, no single word tells.
    by_phrase: BTreeMap<String, Vec<(Vec<String>, usize)>>,
    /// Every word of an account's name, telling or not.
    own_words: BTreeSet<String>,
    providers: BTreeMap<String, Vec<usize>>,
    by_last_four: BTreeMap<[u8; 4], Vec<usize>>,
    people: Vec<Person>,
    /// The accounts of each provider asked for: the same merchants come again and again. Only looked up, never walked.
    asked: HashMap<Box<str>, Arc<[usize]>>,
}

/// An applicant's name.
struct Person {
    applicant: usize,
    given: Vec<String>,
    surname: String,
}

impl<'l> Names<'l> {
    pub(super) fn of(ledger: &'l Ledger<'_>) -> Self {
        let mut names = Self {
            accounts: &ledger.accounts,
            by_word: BTreeMap::new(),
            by_phrase: BTreeMap::new(),
            own_words: BTreeSet::new(),
            providers: BTreeMap::new(),
            by_last_four: BTreeMap::new(),
            people: people(ledger),
            asked: HashMap::new(),
        };
        for index in 0..ledger.accounts.len() {
            names.add(index);
        }
        // A name that a crowd of accounts bears tells none from another. It is still no stranger's.
        for named in names.by_word.values_mut().chain(names.by_last_four.values_mut()).filter(|named| named.len() > MOST_NAMED) {
            named.clear();
        }
        for named in names.by_phrase.values_mut().filter(|named| named.len() > MOST_NAMED) {
            named.clear();
        }
        names
    }

    fn add(&mut self, index: usize) {
        let account = &self.accounts[index];
        for four in account.last_four() {
            push_last(self.by_last_four.entry(four).or_default(), index);
        }
        for view in &account.views {
            let own = [&view.account.nickname, &view.account.display_name, &view.account.product_name];
            for name in own.into_iter().flatten() {
                let words: Vec<String> = words_of(name).collect();
                for word in words.iter().filter(|word| word.len() >= 4 && !COMMON_NAMES.contains(&&***word)) {
                    push_last(self.by_word.entry(word.clone()).or_default(), index);
                    push_last(self.providers.entry(word.clone()).or_default(), index);
                }
                self.own_words.extend(words.iter().cloned());
                if words.len() > 1 {
                    push_last(self.by_phrase.entry(words[0].clone()).or_default(), (words, index));
                }
            }
            for word in view.account.institution_name.iter().flat_map(|name| institution_words(name)) {
                push_last(self.providers.entry(word).or_default(), index);
            }
        }
    }

    /// The accounts that end with four digits; `None` where none does.
    pub(super) fn ending_with(&self, four: [u8; 4]) -> Option<&[usize]> {
        self.by_last_four.get(&four).map(Vec::as_slice)
    }

    /// The accounts that the words from one on name.
    pub(super) fn named_by<'s>(&'s self, words: &'s [&str]) -> impl Iterator<Item = usize> + 's {
        let by_word = words.first().and_then(|word| self.by_word.get(*word)).into_iter().flatten().copied();
        let phrases = words.first().and_then(|word| self.by_phrase.get(*word)).into_iter().flatten();
        let is_said = move |phrase: &[String]| words.len() >= phrase.len() && phrase.iter().zip(words).all(|(a, b)| a == b);
        by_word.chain(phrases.filter(move |(phrase, _)| is_said(phrase)).map(|(_, account)| *account))
    }

    /// True for a word of an account's, an institution's or a person's name: it is no stranger's.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.own_words.contains(word)
            || self.providers.contains_key(word)
            || self.people.iter().any(|person| person.surname == word || person.given.iter().any(|given| given == word))
    }

    /// The applicants that some words name, by a given name, else by the surname that they may share; and whether a given name stands
    /// before another applicant's surname: that is somebody else.
    pub(super) fn people_in(&self, words: &[&str]) -> (Vec<usize>, bool) {
        let is_surname = |word: &str| self.people.iter().any(|person| person.surname == word);
        let (mut named, mut is_other, mut is_whole) = (Vec::new(), false, false);
        for person in &self.people {
            let given = words.iter().enumerate().filter(|(_, word)| word.len() >= 3 && person.given.iter().any(|given| given == *word));
            let after: Vec<&str> = given.map(|(at, _)| words.get(at + 1).copied().unwrap_or_default()).collect();
            let is_anothers = |word: &&str| is_surname(word) && *word != person.surname;
            if after.iter().any(|word| !is_anothers(word)) {
                named.push(person.applicant);
            }
            is_other |= after.iter().any(is_anothers);
            is_whole |= after.contains(&person.surname.as_str());
        }
        if named.is_empty() && !is_other {
            let is_named = |person: &&Person| person.surname.len() >= 3 && words.contains(&person.surname.as_str());
            named.extend(self.people.iter().filter(is_named).map(|person| person.applicant));
        }
        (named, is_other && !is_whole)
    }

    /// The accounts that a provider's name may mean.
    pub(super) fn accounts_of(&mut self, name: &str) -> Arc<[usize]> {
        if let Some(known) = self.asked.get(name) {
            return Arc::clone(known);
        }
        let words = institution_words(name);
        let accounts: BTreeSet<usize> = words.iter().filter_map(|word| self.providers.get(word)).flatten().copied().collect();
        let accounts: Arc<[usize]> = accounts.into_iter().collect();
        self.asked.insert(name.into(), Arc::clone(&accounts));
        accounts
    }
}

fn people(ledger: &Ledger<'_>) -> Vec<Person> {
    let person = |(applicant, name): (usize, &str)| {
        let folded = words::fold(words::readable(name));
        let mut given: Vec<String> = words::words(&folded).map(str::to_owned).collect();
        let surname = given.pop()?;
        Some(Person { applicant, given, surname })
    };
    ledger.applicants.iter().enumerate().filter_map(|(at, applicant)| Some((at, applicant.name?))).filter_map(person).collect()
}

/// Adds to a list that is filled in order.
fn push_last<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if list.last() != Some(&value) {
        list.push(value);
    }
}

/// Upper-case words of letters.
pub(super) fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase)
}

/// What an institution may be called: its telling words, their first four letters (CommBank is the Commonwealth Bank) and its initials.
fn institution_words(name: &str) -> Vec<String> {
    let all: Vec<String> = words_of(name).collect();
    let initials: String =
        all.iter().filter(|word| !matches!(&***word, "OF" | "AND" | "THE")).filter_map(|word| word.chars().next()).collect();
    let mut words: Vec<String> = Vec::new();
    if initials.len() >= 3 {
        words.push(initials);
    }
    for word in all.into_iter().filter(|word| word.len() >= 3 && !COMMON_NAMES.contains(&&**word)) {
        if word.len() > 4 {
            words.push(format!("{}*", &word[..4]));
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_institution_is_known_by_its_words_its_beginning_and_its_initials() {
        assert_eq!(institution_words("Commonwealth Bank of Australia"), ["CBA", "COMM*", "COMMONWEALTH"]);
        assert!(institution_words("CommBank").contains(&"COMM*".to_owned()));
        assert_eq!(institution_words("ANZ"), ["ANZ"]);
    }
}
