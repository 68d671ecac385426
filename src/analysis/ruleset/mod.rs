//! The rules: data files, read once, compiled into one automaton. Embedded in the binary, overridable by a directory.

mod brands;
mod channels;
mod confidence;
mod facilitators;
mod facts;
mod files;
mod lexicon;
mod people;
mod profile;
mod recurrence;
mod rule;
mod table;
mod taxonomy;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use confidence::Confidence;
use facilitators::Facilitators;
use facts::Facts;
use files::Files;
use lexicon::Lexicon;
use people::People;
use recurrence::Recurrence;
use taxonomy::Taxonomy;

pub use channels::Channel;
pub(crate) use channels::{Channels, Lead, Party};
pub(crate) use confidence::{Class, Witness, Witnesses};
pub use facts::Region;
pub(crate) use facts::{MccPrior, Places};
pub(crate) use lexicon::Hit;
pub(crate) use people::Traits;
pub use profile::{AffordabilityProfile, BillsAYear, CommitmentsProfile, ExpensesProfile, Profile, RiskProfile};
pub(crate) use recurrence::Nature;
pub use rule::Example;
pub(crate) use rule::{Direction, Need, Rule, Source, Way};
pub use taxonomy::{Category, Group, Kind, Known, Necessity};

/// Everything the engine knows about the world.
#[derive(Debug)]
pub struct Ruleset {
    version: Box<str>,
    taxonomy: Taxonomy,
    profile: Profile,
    facts: Facts,
    people: People,
    confidence: Confidence,
    recurrence: Recurrence,
    channels: Channels,
    facilitators: Facilitators,
    lexicon: Lexicon,
    /// Merchants that some line pays for cryptocurrency.
    crypto_merchants: BTreeSet<Arc<str>>,
    examples: Vec<Example>,
}

/// Why a rules directory cannot be used: file, line, problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {problem}", if *line == 0 { String::new() } else { format!(", line {line}") })]
pub struct RulesError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl Ruleset {
    /// The rules in the binary.
    ///
    /// # Panics
    /// Never: a test reads every embedded file.
    #[must_use]
    pub fn embedded() -> Self {
        Self::read(&Files::embedded()).expect("the embedded rules are tested")
    }

    /// The rules in the binary, with each file that the directory holds in place of the embedded one of that name, and with the
    /// files that it adds to the folders `cues`, `names` and `phrases`.
    ///
    /// # Errors
    /// A file that cannot be read or does not fit, or that is not a rule file.
    pub fn with_directory(directory: &Path) -> Result<Self, RulesError> {
        let mut files = Files::embedded();
        files.overlay(directory)?;
        Self::read(&files)
    }

    fn read(files: &Files) -> Result<Self, RulesError> {
        let mut taxonomy = Taxonomy::read("taxonomy.toml", files.text("taxonomy.toml"))?;
        let profile = Profile::read("profile.toml", files.text("profile.toml"), &mut taxonomy)?;
        let facts = Facts::read(files, &taxonomy)?;
        let people = People::read(files)?;
        let confidence = Confidence::read("confidence.tsv", files.text("confidence.tsv"))?;
        let recurrence = Recurrence::read(files, &taxonomy)?;
        let mut lines = brands::read(files, &taxonomy)?;
        let mut examples = Vec::new();
        for (name, file) in files.rules() {
            let (read, shown) = rule::read(name, file, &taxonomy)?;
            lines.extend(read);
            examples.extend(shown);
        }
        let channels = Channels::read(files.text("channels.tsv"))?;
        let facilitators = Facilitators::read(files.text("facilitators.tsv"))?;
        let sells_crypto = |line: &&rule::Line| line.rule.category == taxonomy.known.crypto;
        let crypto_merchants = lines.iter().filter(sells_crypto).filter_map(|line| line.rule.merchant.clone()).collect();
        let lexicon = Lexicon::build(lines)?;
        Ok(Self {
            version: files.version(),
            taxonomy,
            profile,
            facts,
            people,
            confidence,
            recurrence,
            channels,
            facilitators,
            lexicon,
            crypto_merchants,
            examples,
        })
    }

    /// SHA-256 over the files in use, hex: `rulesVersion` of the report.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `taxonomyVersion` of the report.
    #[must_use]
    pub fn taxonomy_version(&self) -> &str {
        &self.taxonomy.version
    }

    /// The operator's choices.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The categories that code names.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.taxonomy.known
    }

    /// The category of a code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<Category> {
        self.taxonomy.category(code)
    }

    /// Every category, in taxonomy order.
    pub fn categories(&self) -> impl ExactSizeIterator<Item = Category> + use<> {
        (0..self.taxonomy.category_count()).map(Category)
    }

    /// Every group, in taxonomy order.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = Group> + use<> {
        (0..self.taxonomy.group_count()).map(Group)
    }

    /// The code of a category: `GROCERIES`.
    #[must_use]
    pub fn code(&self, category: Category) -> &str {
        &self.taxonomy.entry(category).code
    }

    /// The name of a category: `Groceries`.
    #[must_use]
    pub fn name(&self, category: Category) -> &str {
        &self.taxonomy.entry(category).name
    }

    /// The group of a category.
    #[must_use]
    pub fn group(&self, category: Category) -> Group {
        self.taxonomy.entry(category).group
    }

    /// The code of a group: `HOUSING`.
    #[must_use]
    pub fn group_code(&self, group: Group) -> &str {
        &self.taxonomy.groups[usize::from(group.0)].code
    }

    /// The name of a group: `Housing`.
    #[must_use]
    pub fn group_name(&self, group: Group) -> &str {
        &self.taxonomy.groups[usize::from(group.0)].name
    }

    /// What the money of a category is to the report.
    #[must_use]
    pub fn kind(&self, category: Category) -> Kind {
        self.taxonomy.entry(category).kind
    }

    /// How far a household could do without it.
    #[must_use]
    pub fn necessity(&self, category: Category) -> Necessity {
        self.taxonomy.entry(category).necessity
    }

    /// The LIXI living-expense category or liability type that it reports under.
    #[must_use]
    pub fn lixi(&self, category: Category) -> Option<&str> {
        Some(&*self.taxonomy.entry(category).lixi).filter(|lixi| !lixi.is_empty())
    }

    /// True where the Household Expenditure Measure covers it.
    #[must_use]
    pub fn hem(&self, category: Category) -> bool {
        self.taxonomy.entry(category).hem
    }

    /// The categories that a narrative alone often cannot tell from this one.
    #[must_use]
    pub fn ambiguous_with(&self, category: Category) -> &[Category] {
        &self.taxonomy.entry(category).ambiguous_with
    }

    /// What a merchant category code is called.
    #[must_use]
    pub fn merchant_category_name(&self, code: u16) -> Option<&str> {
        self.facts.mcc_name(code)
    }

    /// The bank of a BSB, by its first two or three digits.
    #[must_use]
    pub fn bank_of_bsb(&self, bsb: &str) -> Option<&str> {
        self.facts.bank(bsb)
    }

    /// True on a public holiday of a state or territory; without one, on a day that is one everywhere.
    #[must_use]
    pub fn is_public_holiday(&self, day: Date, region: Option<Region>) -> bool {
        self.facts.is_holiday(day, region)
    }

    /// The public holidays from one day to another, ascending, each with the states and territories that have it: one bit each.
    pub(crate) fn public_holidays(&self, from: Date, to: Date) -> impl Iterator<Item = (Date, u8)> + '_ {
        self.facts.holidays(from, to)
    }

    /// How far the payments of a category come again.
    pub(crate) fn nature(&self, category: Category) -> Nature {
        self.recurrence.of(category).0
    }

    /// True where two payments, a cadence apart, are enough to tell a stream of a category.
    pub(crate) fn two_are_enough(&self, category: Category) -> bool {
        self.recurrence.of(category).1
    }

    /// True for a merchant, as the rules name it, that sells cryptocurrency.
    #[must_use]
    pub fn is_crypto_merchant(&self, name: &str) -> bool {
        self.crypto_merchants.contains(name)
    }

    /// What each hand-written line says it does, in file order.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// How many rules the automaton holds.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.lexicon.len()
    }

    pub(crate) fn traits(&self, word: &str) -> Traits {
        self.people.traits(word)
    }

    pub(crate) fn mcc_prior(&self, code: u16) -> Option<MccPrior> {
        self.facts.mcc(code)
    }

    pub(crate) fn confidence(&self) -> &Confidence {
        &self.confidence
    }

    pub(crate) fn channels(&self) -> &Channels {
        &self.channels
    }

    pub(crate) fn facilitators(&self) -> &Facilitators {
        &self.facilitators
    }

    pub(crate) fn places(&self) -> &Places {
        &self.facts.places
    }

    pub(crate) fn hits<'a>(&'a self, padded: &'a str) -> impl Iterator<Item = Hit<'a>> {
        self.lexicon.hits(padded)
    }

    pub(crate) fn cut_off<'a>(&'a self, text: &str) -> Vec<Hit<'a>> {
        self.lexicon.cut_off(text)
    }

    pub(crate) fn begins_a_name(&self, word: &str) -> bool {
        self.lexicon.begins_a_name(word)
    }

    pub(crate) fn is_word_of_a_name(&self, word: &str) -> bool {
        self.lexicon.has_digit_word(word)
    }
}
