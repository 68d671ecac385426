//! What single words say about the other side of a payment: a given name, a surname, a relative, a company, or what people write to
//! each other.

use std::collections::HashMap;

use super::RulesError;
use super::files::Files;
use super::table::Table;
use super::words;

/// What a word may be; several at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits(u8);

impl Traits {
    /// A given name: EMMA.
    pub(crate) const GIVEN: Self = Self(1);
    /// A surname, or a name or trade that is also one: COLES.
    pub(crate) const SURNAME: Self = Self(2);
    /// A relative or a friend: MUM.
    pub(crate) const KIN: Self = Self(4);
    /// Stands before a person's name: MRS.
    pub(crate) const TITLE: Self = Self(8);
    /// No person's name has it: HOLDINGS.
    pub(crate) const COMPANY: Self = Self(16);
    /// What people write to each other: DINNER.
    pub(crate) const MESSAGE: Self = Self(32);
    /// A brand's name that is also an ordinary word: TARGET.
    pub(crate) const ORDINARY: Self = Self(64);
    /// What people and banks call an account: SAVER.
    pub(crate) const ACCOUNT: Self = Self(128);

    /// True where the word may be any of these.
    pub(crate) const fn any(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }

    /// Both together.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The words: only ever asked, never listed, so their order does not matter.
#[derive(Debug)]
pub(super) struct People(HashMap<Box<str>, Traits>);

impl People {
    pub(super) fn read(files: &Files) -> Result<Self, RulesError> {
        let mut people = Self(HashMap::with_capacity(4096));
        for (file, traits) in
            [("given_names.tsv", Traits::GIVEN), ("surnames.tsv", Traits::SURNAME), ("ordinary_words.tsv", Traits::ORDINARY)]
        {
            for row in Table::new(file, files.text(file)).rows_under(["word"])? {
                let row = row?;
                people.add(row.cells[0], traits).map_err(|problem| row.wrong(problem))?;
            }
        }
        for row in Table::new("party_words.tsv", files.text("party_words.tsv")).rows_under(["word", "kind"])? {
            let row = row?;
            let [word, kind] = row.cells;
            let traits = match kind {
                "KIN" => Traits::KIN,
                "TITLE" => Traits::TITLE,
                "COMPANY" => Traits::COMPANY,
                "MESSAGE" => Traits::MESSAGE,
                "ACCOUNT" => Traits::ACCOUNT,
                _ => return Err(row.wrong(format!("{kind} is none of KIN, TITLE, COMPANY, MESSAGE and ACCOUNT"))),
            };
            people.add(word, traits).map_err(|problem| row.wrong(problem))?;
        }
        Ok(people)
    }

    fn add(&mut self, word: &str, traits: Traits) -> Result<(), String> {
        if words::canonical(word) != word || word.is_empty() || word.contains(' ') {
            return Err(format!("{word} is not one upper-case word"));
        }
        let held = self.0.entry(word.into()).or_default();
        if held.any(traits) {
            return Err(format!("{word} stands twice"));
        }
        *held = held.or(traits);
        Ok(())
    }

    pub(super) fn traits(&self, word: &str) -> Traits {
        self.0.get(word).copied().unwrap_or_default()
    }
}
