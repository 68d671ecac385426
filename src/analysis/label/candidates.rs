//! The rules that match a row, and which of them speaks for it.
//!
//! Direction first, then income words, then merchant. A rule whose words lie inside a longer rule's words is silent; of the rest
//! the operator's own come first, then the surest.

use std::ops::Range;

use super::evidence::{Evidence, Segment};
use crate::analysis::ruleset::{Category, Hit, Rule, Ruleset, Source};

/// What a name found by its beginning keeps of its confidence, in hundredths.
const CUT_OFF: u16 = 94;
/// What income words are worth before a merchant's name on a credit, in thousandths.
const INCOME_WORDS_FIRST: u16 = 200;
/// What hand-written rules are worth before the brand index and cue words, in thousandths.
const HAND_WRITTEN_FIRST: u16 = 60;
/// What a cue word loses where one person may be paying another: BAKER and COOK are surnames.
const CUE_IN_TRANSFER: u16 = 100;
/// What words lose that are also the name of a place.
const PLACE: u16 = 100;
/// What one single word as a name loses there.
const WORD_IN_TRANSFER: u16 = 50;

/// One rule that matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) rule: &'a Rule,
    pub(super) confidence: u16,
    segment: usize,
    start: usize,
    end: usize,
    /// The rule is for this sign of the amount.
    is_way: bool,
}

impl Candidate<'_> {
    pub(super) fn matched<'e>(&self, evidence: &'e Evidence<'_>) -> &'e str {
        &evidence.segments[self.segment].padded[self.start..self.end]
    }

    const fn length(&self) -> usize {
        self.end - self.start
    }

    fn lies_inside(&self, other: &Self) -> bool {
        let inside = self.segment == other.segment && other.start <= self.start && self.end <= other.end && self.length() < other.length();
        // The name of a shop silences the words in it even when the money comes back from the shop; a phrase for the other direction
        // says nothing about this one.
        let is_heard = other.is_way
            || (matches!(other.rule.source, Source::Name | Source::Brand) && matches!(self.rule.source, Source::Phrase | Source::Cue));
        // The index has longer names for what was written by hand: the hand still says it.
        let is_same = other.rule.source == Source::Brand && self.rule.source > Source::Brand && self.rule.category == other.rule.category;
        inside && is_heard && !is_same
    }

    fn score(&self, is_credit: bool) -> u16 {
        self.confidence
            + match self.rule.source {
                Source::Phrase if is_credit && self.rule.is_income => INCOME_WORDS_FIRST,
                Source::Phrase | Source::Name => HAND_WRITTEN_FIRST,
                Source::Brand | Source::Cue => 0,
            }
    }
}

/// Every rule that matches a row.
pub(super) struct Candidates<'a> {
    list: Vec<Candidate<'a>>,
    is_credit: bool,
}

impl<'a> Candidates<'a> {
    pub(super) fn find(evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Self {
        let mut list = Vec::new();
        for (segment, words) in evidence.segments.iter().enumerate() {
            for hit in ruleset.hits(&words.padded) {
                // Words of the place alone are the place's, unless they are all of it and nothing else says that it is one.
                let is_doubtful = segment == 0 && evidence.narrative.doubtful() == Some(&(hit.start..hit.end));
                if hit.start < words.core.end || is_doubtful {
                    add(&mut list, evidence, ruleset, segment, hit, hit.end > words.core.start, if is_doubtful { PLACE } else { 0 });
                }
            }
        }
        let silent: Vec<bool> = list.iter().map(|one| list.iter().any(|other| one.lies_inside(other))).collect();
        let mut silent = silent.into_iter();
        list.retain(|_| !silent.next().expect("one an element"));
        Self { list, is_credit: evidence.is_credit }
    }

    /// The rule for this direction that speaks for the row.
    pub(super) fn best(&self) -> Option<Candidate<'a>> {
        self.pick(|one| one.is_way)
    }

    /// The best phrase for this direction.
    pub(super) fn phrase(&self) -> Option<Candidate<'a>> {
        self.pick(|one| one.is_way && one.rule.source == Source::Phrase)
    }

    /// The best name or cue for the other direction: money back from where it was spent.
    pub(super) fn other_way(&self) -> Option<Candidate<'a>> {
        self.pick(|one| !one.is_way && one.rule.source != Source::Phrase)
    }

    /// True where a rule for this direction says another category with as much right.
    pub(super) fn disputes(&self, category: Category, confidence: u16) -> bool {
        self.list.iter().any(|one| one.is_way && one.rule.category != category && one.confidence >= confidence)
    }

    fn pick(&self, which: impl Fn(&Candidate<'_>) -> bool) -> Option<Candidate<'a>> {
        let key = |one: &Candidate<'_>| {
            let first = (std::cmp::Reverse(one.segment), std::cmp::Reverse(one.start));
            (one.rule.is_operators, one.score(self.is_credit), one.length(), one.rule.source, first)
        };
        // Of equals the one that stands first in the files.
        self.list.iter().filter(|one| which(one)).rev().max_by(|one, other| key(one).cmp(&key(other))).copied()
    }

    /// A name whose beginning ends the narrative, where all names that begin so agree.
    pub(super) fn cut_off(evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Option<Candidate<'a>> {
        if !evidence.narrative.has_party() {
            return None;
        }
        let Segment { padded, core } = &evidence.segments[0];
        // What was cut may look like a place: VIRGIN AUSTRAL.
        [core.end, padded.len() - 1].into_iter().find_map(|end| cut_off_at(core.start..end, evidence, ruleset))
    }
}

fn cut_off_at<'a>(range: Range<usize>, evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Option<Candidate<'a>> {
    let mut list = Vec::new();
    for hit in ruleset.cut_off(&evidence.segments[0].padded[range.clone()]) {
        let hit = Hit { start: hit.start + range.start, end: hit.end + range.start, rules: hit.rules };
        add(&mut list, evidence, ruleset, 0, hit, true, 0);
    }
    list.retain(|one| one.is_way);
    // The index may say another trade of a name that was written by hand.
    let source = if list.iter().any(|one| one.rule.source == Source::Name) { Source::Name } else { Source::Brand };
    list.retain(|one| one.rule.source == source);
    let first = list.first()?.rule.category;
    let agreed = list.iter().all(|one| one.rule.category == first);
    let surest = list.into_iter().rev().max_by_key(|one| one.confidence)?;
    agreed.then(|| Candidate { confidence: surest.confidence / 100 * CUT_OFF + surest.confidence % 100 * CUT_OFF / 100, ..surest })
}

/// Adds the rules of a hit whose conditions hold. Names and cues must touch the core of the text; phrases may be channel words.
fn add<'a>(
    list: &mut Vec<Candidate<'a>>,
    evidence: &Evidence<'_>,
    ruleset: &Ruleset,
    segment: usize,
    hit: Hit<'a>,
    in_core: bool,
    doubt: u16,
) {
    for rule in hit.rules {
        if (rule.source != Source::Phrase && !in_core) || !evidence.meets(&rule.needs) {
            continue;
        }
        let is_word = !evidence.segments[segment].padded[hit.start..hit.end].contains(' ');
        let loss = match rule.source {
            Source::Brand if is_word && evidence.is_transfer() => continue,
            Source::Name | Source::Brand | Source::Cue if is_word && is_person(evidence, segment, &hit, ruleset) => continue,
            Source::Cue if evidence.is_transfer() => CUE_IN_TRANSFER,
            Source::Name if is_word && evidence.is_transfer() => WORD_IN_TRANSFER,
            _ => 0,
        } + doubt;
        let is_way = evidence.is_way(rule.direction);
        list.push(Candidate { rule, confidence: rule.confidence.saturating_sub(loss), segment, start: hit.start, end: hit.end, is_way });
    }
}

/// True for a surname that another word stands beside, where one person may be paying another. Money in needs no word of a transfer for
/// that, only a word before the name: `Direct Credit EMMA COLES` is a person, `COLES SUPERMARKETS` a shop.
fn is_person(evidence: &Evidence<'_>, segment: usize, hit: &Hit<'_>, ruleset: &Ruleset) -> bool {
    let segment = &evidence.segments[segment];
    // The surname may have been taken for the place behind the name.
    let is_last_of_several = hit.start > segment.core.start && hit.end >= segment.core.end;
    let is_one_of_several = hit.end - hit.start < segment.core.len();
    let may_be_person =
        if evidence.is_transfer() { is_one_of_several } else { evidence.is_credit && !evidence.is_card() && is_last_of_several };
    may_be_person && ruleset.is_surname(&segment.padded[hit.start..hit.end])
}
