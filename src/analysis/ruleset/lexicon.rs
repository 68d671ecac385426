//! All phrases, names, brands and cue words in one automaton over whole words.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::RulesError;
use super::rule::{Line, Rule, Source};

/// Fewest characters of a name that its beginning must show where a narrative is cut.
const SHORTEST_BEGINNING: usize = 8;
/// The same for the word of a trade, by the length of a text that its field's width may have cut: VETER, TENP.
const SHORTEST_CUE: [(usize, usize); 3] = [(18, 4), (14, 5), (10, 6)];
/// Most patterns that are looked through for those that only end a cut word.
const MOST_BEGUN: usize = 400;
/// A beginning that as many names as this share says nothing.
const MOST_NAMES: usize = 24;

/// Where in a text a rule matched: bytes of it, without the spaces around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rules: &'a [Rule],
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

#[derive(Debug)]
pub(super) struct Lexicon {
    automaton: AhoCorasick,
    /// One an automaton pattern.
    patterns: Vec<Pattern>,
    /// Grouped by pattern.
    rules: Vec<Rule>,
    /// The pattern texts in order, for the beginnings of names.
    sorted: Vec<(Box<str>, u32)>,
    /// Words with digits that stand in a name, in order: the normaliser keeps them.
    digit_words: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug)]
struct Pattern {
    first: u32,
    end: u32,
    is_open: bool,
}

impl Lexicon {
    pub(super) fn build(lines: Vec<Line>) -> Result<Self, RulesError> {
        let mut by_pattern: BTreeMap<(Box<str>, bool), Vec<Rule>> = BTreeMap::new();
        let mut digit_words = Vec::new();
        for line in lines {
            digit_words.extend(line.phrase.split(' ').filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).map(Box::from));
            let rules = by_pattern.entry((line.phrase, line.is_open)).or_default();
            let rule = line.rule;
            let same = |held: &&Rule| {
                (held.source, held.direction, held.is_operators) == (rule.source, rule.direction, rule.is_operators)
                    && held.needs == rule.needs
            };
            if let Some(held) = rules.iter().find(same) {
                let (file, line) = rule.id.rsplit_once(':').expect("an id is file:line");
                let line = line.parse().expect("a line number");
                return Err(RulesError {
                    file: file.to_owned(),
                    line,
                    problem: format!("the same phrase, direction and needs stand in {}", held.id),
                });
            }
            rules.push(rule);
        }
        digit_words.sort_unstable();
        digit_words.dedup();
        let mut lexicon = Self {
            automaton: AhoCorasick::new::<_, &str>([]).expect("an empty automaton"),
            patterns: Vec::with_capacity(by_pattern.len()),
            rules: Vec::new(),
            sorted: Vec::with_capacity(by_pattern.len()),
            digit_words,
        };
        let mut needles = Vec::with_capacity(by_pattern.len());
        for (index, ((phrase, is_open), rules)) in (0..).zip(by_pattern) {
            let first = u32::try_from(lexicon.rules.len()).expect("fewer rules than that");
            lexicon.rules.extend(rules);
            let end = u32::try_from(lexicon.rules.len()).expect("fewer rules than that");
            lexicon.patterns.push(Pattern { first, end, is_open });
            needles.push(if is_open { format!(" {phrase}") } else { format!(" {phrase} ") });
            lexicon.sorted.push((phrase, index));
        }
        lexicon.automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(&needles)
            .map_err(|error| RulesError { file: "rules".to_owned(), line: 0, problem: error.to_string() })?;
        Ok(lexicon)
    }

    /// Every rule whose words stand in a text that has one space before, after and between its words.
    pub(super) fn hits<'a>(&'a self, padded: &'a str) -> impl Iterator<Item = Hit<'a>> {
        self.automaton.find_overlapping_iter(padded).map(move |found| {
            let pattern = self.patterns[found.pattern().as_usize()];
            let start = found.start() + 1;
            let end = if pattern.is_open {
                padded[found.end()..].find(' ').map_or(padded.len(), |rest| found.end() + rest)
            } else {
                found.end() - 1
            };
            Hit { start, end, rules: self.rules_of(pattern) }
        })
    }

    /// The rules of the names that the end of a text begins: `CHEMIST WAREHOU`. The longest beginning decides, and of its names those
    /// that only end the cut word. `text` is not padded, offsets are its own.
    pub(super) fn cut_off<'a>(&'a self, text: &str) -> Vec<Hit<'a>> {
        let end = text.len();
        let starts = std::iter::once(0).chain(text.match_indices(' ').map(|(at, _)| at + 1));
        let shortest = SHORTEST_CUE.iter().find(|(length, _)| end >= *length).map_or(SHORTEST_BEGINNING, |(_, shortest)| *shortest);
        for start in starts.take_while(|start| end - start >= shortest) {
            let beginning = &text[start..];
            let first = self.sorted.partition_point(|(phrase, _)| &**phrase < beginning);
            let begun = || self.sorted[first..].iter().take_while(|(phrase, _)| phrase.starts_with(beginning)).take(MOST_BEGUN);
            // The names that only end the cut word, and if there are none, those that go on behind it.
            let mut names: Vec<_> = begun().filter(|(phrase, _)| !phrase[beginning.len()..].contains(' ')).take(MOST_NAMES).collect();
            if names.is_empty() && beginning.contains(' ') {
                names = begun().take(MOST_NAMES).collect();
            }
            // One whole word is the beginning of many names and evidence of none.
            if names.is_empty() || names.len() == MOST_NAMES {
                continue;
            }
            let hits: Vec<Hit<'_>> =
                names.into_iter().map(|&(_, pattern)| Hit { start, end, rules: self.rules_of(self.patterns[pattern as usize]) }).collect();
            let is_cue = |hit: &Hit<'_>| hit.rules.iter().all(|rule| matches!(rule.source, Source::Cue | Source::Phrase));
            if beginning.len() >= SHORTEST_BEGINNING || hits.iter().all(is_cue) {
                return hits;
            }
        }
        Vec::new()
    }

    /// True for a word with digits that some name has.
    pub(super) fn has_digit_word(&self, word: &str) -> bool {
        self.digit_words.binary_search_by(|held| (**held).cmp(word)).is_ok()
    }

    /// True for the first word of a rule's words.
    pub(super) fn begins_a_name(&self, word: &str) -> bool {
        let first = self.sorted.partition_point(|(phrase, _)| &**phrase < word);
        self.sorted
            .get(first)
            .and_then(|(phrase, _)| phrase.strip_prefix(word))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    fn rules_of(&self, pattern: Pattern) -> &[Rule] {
        &self.rules[pattern.first as usize..pattern.end as usize]
    }
}
