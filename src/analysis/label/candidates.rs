//! The rules that match a row, and which of them speaks for it.
//!
//! Direction first, then income words, then merchant. A rule whose words lie inside a longer rule's words is silent; of the rest
//! the operator's own come first, then the surest.

use std::cmp::Reverse;
use std::ops::Range;

use super::evidence::{Evidence, Segment};
use super::party::{self, Party};
use crate::analysis::ruleset::{Category, Hit, Kind, Rule, Ruleset, Source, Traits, Witness, Witnesses};

/// What income words are worth before a merchant's name on a credit, in thousandths.
const INCOME_WORDS_FIRST: u16 = 200;
/// What hand-written rules are worth before the brand index and cue words, in thousandths.
const HAND_WRITTEN_FIRST: u16 = 60;
/// What a cue word loses where one person may be paying another: BAKER and COOK are surnames. These losses only rank; what they do to
/// the confidence stands in `confidence.tsv`.
const CUE_IN_TRANSFER: u16 = 100;
/// What words lose that are also the name of a place.
const PLACE: u16 = 100;
/// What one single word as a name loses there.
const WORD_IN_TRANSFER: u16 = 50;
/// A name whose line states no more than this doubts itself.
const DOUBTED: u16 = 950;
/// A trade's word whose line states this much and that ends the name says what the business is: DAVID JONES VETERINARY CLINIC.
const PLAIN_TRADE: u16 = 965;
/// So close behind the best, a rule disputes it.
const CLOSE: u16 = 20;
/// What a cue word is worth before the ones in front of it: a GARDEN CAFE is a cafe.
const HEAD_WORD: u16 = 40;

/// Words of a rule in a text, before anyone has judged them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) segment: usize,
    pub(super) hit: Hit<'a>,
    /// They touch the party's name.
    in_core: bool,
    /// They are also the name of a place, and nothing says that they are more.
    is_place: bool,
}

/// Why a rule whose words stand in a row does not speak for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its words are channel words or a place, not a name.
    NotInName,
    /// A condition of its line does not hold: which.
    Condition(usize),
    /// In a payment between people its words are a person's name, or what one wrote to another.
    Message,
    /// One word of the brand index says too little in a payment between accounts.
    OneWord,
    /// An ordinary word beside a word of another trade.
    Ordinary,
    /// Its words lie inside the longer words of this rule.
    Inside(std::sync::Arc<str>),
}

/// Hears of each rule that is refused: the explanation does, the cascade does not.
pub(super) trait Hearer {
    fn refused(&mut self, segment: usize, words: Range<usize>, rule: &Rule, why: Refusal);
}

impl Hearer for () {
    fn refused(&mut self, _: usize, _: Range<usize>, _: &Rule, _: Refusal) {}
}

/// One rule that matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) rule: &'a Rule,
    /// What its line states, less what ranks it behind others, thousandths.
    pub(super) rank: u16,
    pub(super) segment: usize,
    start: usize,
    end: usize,
    /// The rule is for this sign of the amount.
    pub(super) is_way: bool,
    /// What speaks for it and against it beside its line.
    pub(super) witnesses: Witnesses,
}

impl Candidate<'_> {
    pub(super) fn matched<'e>(&self, evidence: &'e Evidence<'_>) -> &'e str {
        &evidence.segments[self.segment].padded[self.start..self.end]
    }

    /// True where its words reach the end of the other party's name.
    pub(super) fn ends_the_name(&self, evidence: &Evidence<'_>) -> bool {
        self.segment != 0 || self.end >= evidence.segments[0].core.end
    }

    /// True for words of another category around another's in the same text, or, where that is a trade's, behind them.
    pub(super) fn says_more_than(&self, other: &Self) -> bool {
        let is_around = self.start <= other.start && self.end > other.end;
        let is_behind = other.rule.source == Source::Cue && self.start >= other.end;
        self.segment == other.segment && (is_around || is_behind) && self.rule.category != other.rule.category
    }

    const fn length(&self) -> usize {
        self.end - self.start
    }

    fn lies_inside(&self, other: &Self) -> bool {
        let inside = self.segment == other.segment && other.start <= self.start && self.end <= other.end && self.length() < other.length();
        // The name of a shop silences the words in it even when the money comes back from the shop; a phrase for the other direction
        // says nothing about this one.
        let is_heard = other.is_way || (is_name(other.rule) && matches!(self.rule.source, Source::Phrase | Source::Cue));
        // The index has longer names for what was written by hand: the hand still says it.
        let is_same = other.rule.source == Source::Brand && self.rule.source > Source::Brand && self.rule.category == other.rule.category;
        inside && is_heard && !is_same
    }

    /// What the candidates are ranked by: more than its confidence where its kind is believed first.
    pub(super) fn score(&self, is_credit: bool) -> u16 {
        let worth = match self.rule.source {
            Source::Phrase if is_credit && self.rule.is_income => INCOME_WORDS_FIRST,
            Source::Phrase | Source::Name => HAND_WRITTEN_FIRST,
            Source::Brand | Source::Cue => 0,
        };
        (self.rank + worth).saturating_sub(if self.witnesses.has(Witness::Followed) { HEAD_WORD } else { 0 })
    }
}

const fn is_name(rule: &Rule) -> bool {
    matches!(rule.source, Source::Name | Source::Brand)
}

/// Every rule that matches a row.
pub(super) struct Candidates<'a> {
    pub(super) list: Vec<Candidate<'a>>,
    /// Who the words name.
    pub(super) party: Party,
    is_credit: bool,
}

impl<'a> Candidates<'a> {
    pub(super) fn find(evidence: &'a Evidence<'_>, ruleset: &'a Ruleset, hearer: &mut impl Hearer) -> Self {
        let found = found(evidence, ruleset);
        let party = party::read(evidence, &found, ruleset);
        let mut candidates = Self { list: Vec::with_capacity(found.len()), party, is_credit: evidence.is_credit };
        for one in &found {
            candidates.hear(one, evidence, ruleset, hearer);
        }
        candidates.silence(hearer);
        candidates.doubt_ordinary_words(evidence, ruleset, hearer);
        candidates.find_heads();
        candidates
    }

    /// Adds the rules of a hit whose conditions hold.
    fn hear(&mut self, one: &Found<'a>, evidence: &Evidence<'_>, ruleset: &Ruleset, hearer: &mut impl Hearer) {
        let Hit { start, end, rules } = one.hit;
        for rule in rules {
            match self.judge(one, rule, evidence, ruleset) {
                Ok((loss, witnesses)) => self.list.push(Candidate {
                    rule,
                    rank: rule.confidence.saturating_sub(loss),
                    segment: one.segment,
                    start,
                    end,
                    is_way: evidence.is_way(rule.direction),
                    witnesses,
                }),
                Err(why) => hearer.refused(one.segment, start..end, rule, why),
            }
        }
    }

    /// What a rule loses of its confidence, or why it is not heard. Names and cues must touch the core of the text; phrases may be
    /// channel words.
    fn judge(&self, one: &Found<'_>, rule: &Rule, evidence: &Evidence<'_>, ruleset: &Ruleset) -> Result<(u16, Witnesses), Refusal> {
        if rule.source != Source::Phrase && !one.in_core {
            return Err(Refusal::NotInName);
        }
        let words = one.hit.start..one.hit.end;
        if let Some(failed) = rule.needs.iter().position(|need| !evidence.meets(need, one.segment, &words)) {
            return Err(Refusal::Condition(failed));
        }
        if !self.may_speak(one, rule, evidence, ruleset) {
            return Err(Refusal::Message);
        }
        let is_word = !evidence.segments[one.segment].padded[one.hit.start..one.hit.end].contains(' ');
        let (loss, witness) = match rule.source {
            Source::Brand if is_word && evidence.is_transfer() => return Err(Refusal::OneWord),
            Source::Name | Source::Brand | Source::Cue if is_word && is_person(evidence, one.segment, &one.hit, ruleset) => {
                return Err(Refusal::Message);
            }
            Source::Cue if evidence.is_transfer() => (CUE_IN_TRANSFER, Some(Witness::CueInTransfer)),
            Source::Name if is_word && evidence.is_transfer() => (WORD_IN_TRANSFER, Some(Witness::WordInTransfer)),
            _ => (0, None),
        };
        let witnesses = Witnesses::default().with_if(one.is_place, Witness::Place);
        let witnesses = witness.map_or(witnesses, |witness| witnesses.with(witness));
        Ok((loss + if one.is_place { PLACE } else { 0 }, witnesses))
    }

    /// False for words that are a person's name or a message to one.
    fn may_speak(&self, one: &Found<'_>, rule: &Rule, evidence: &Evidence<'_>, ruleset: &Ruleset) -> bool {
        let words = &evidence.segments[one.segment].padded[one.hit.start..one.hit.end];
        let is_message = || words.split(' ').all(|word| ruleset.traits(word).any(Traits::MESSAGE.or(Traits::KIN)));
        match (&self.party, rule.source) {
            (Party::Unsaid | Party::Company, _) | (Party::Message | Party::Account, Source::Phrase) => true,
            (Party::Message | Party::Account, Source::Cue) => !is_message() && self.party == Party::Message,
            (Party::Message | Party::Account, Source::Name | Source::Brand) => {
                evidence.narrative.number_suffixes.is_empty() || ruleset.kind(rule.category) == Kind::Commitment
            }
            (Party::Person { .. }, Source::Phrase) => between_people(rule.category, ruleset),
            (Party::Person { segment, name, .. }, source) => {
                let is_its_name = one.segment == *segment && one.hit.start <= name.start && one.hit.end >= name.end && words.contains(' ');
                let lies_in_name = one.segment == *segment && one.hit.start < name.end && one.hit.end > name.start;
                is_its_name || (source == Source::Cue && !evidence.is_credit && !lies_in_name && !is_message())
            }
        }
    }

    /// Takes out what lies inside longer words.
    fn silence(&mut self, hearer: &mut impl Hearer) {
        let louder: Vec<Option<usize>> = self.list.iter().map(|one| self.list.iter().position(|other| one.lies_inside(other))).collect();
        for (one, louder) in self.list.iter().zip(&louder) {
            if let Some(louder) = louder {
                hearer.refused(one.segment, one.start..one.end, one.rule, Refusal::Inside(self.list[*louder].rule.id.clone()));
            }
        }
        let mut louder = louder.into_iter();
        self.list.retain(|_| louder.next().expect("one an element").is_none());
    }

    /// SUBWAY TILES, RED DOT ELECTRICAL: a brand that is an ordinary word, or that its own line doubts, gives way to a trade beside it.
    fn doubt_ordinary_words(&mut self, evidence: &Evidence<'_>, ruleset: &Ruleset, hearer: &mut impl Hearer) {
        let is_doubtful = |one: &Candidate<'_>| {
            if !is_name(one.rule) {
                return false;
            }
            let words = one.matched(evidence);
            let is_word = !words.contains(' ');
            let is_ordinary =
                is_word && (ruleset.traits(words).any(Traits::ORDINARY.or(Traits::SURNAME)) || ruleset.places().contains(words));
            self.list.iter().any(|other| {
                let is_trade = other.rule.source == Source::Cue && other.is_way == one.is_way && other.segment == one.segment;
                let is_beside = (other.start > one.start && other.end > one.end) || (is_ordinary && other.end <= one.start);
                let is_doubted = is_ordinary
                    || (one.rule.confidence <= DOUBTED && one.rule.confidence < other.rule.confidence)
                    || (other.rule.confidence >= PLAIN_TRADE && other.end >= evidence.segments[one.segment].core.end);
                is_trade && is_beside && is_doubted && ruleset.group(one.rule.category) != ruleset.group(other.rule.category)
            })
        };
        let doubtful: Vec<bool> = self.list.iter().map(is_doubtful).collect();
        let mut doubtful = doubtful.into_iter();
        self.list.retain(|one| {
            let is_doubtful = doubtful.next().expect("one an element");
            if is_doubtful {
                hearer.refused(one.segment, one.start..one.end, one.rule, Refusal::Ordinary);
            }
            !is_doubtful
        });
    }

    /// Marks the cue words that another trade's word follows.
    fn find_heads(&mut self) {
        for index in 0..self.list.len() {
            let one = self.list[index];
            let is_followed = one.rule.source == Source::Cue
                && self.list.iter().any(|other| {
                    other.rule.source == Source::Cue && other.segment == one.segment && other.start >= one.end && other.is_way == one.is_way
                });
            self.list[index].witnesses = one.witnesses.with_if(is_followed, Witness::Followed);
        }
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
    pub(super) fn disputes(&self, best: &Candidate<'_>) -> bool {
        let score = best.score(self.is_credit);
        !best.rule.is_operators
            && self
                .list
                .iter()
                .any(|one| one.is_way && one.rule.category != best.rule.category && one.score(self.is_credit) + CLOSE >= score)
    }

    /// True where another field says the same category.
    pub(super) fn agrees(&self, best: &Candidate<'_>) -> bool {
        self.list.iter().any(|one| one.is_way && one.rule.category == best.rule.category && one.segment != best.segment)
    }

    fn pick(&self, which: impl Fn(&Candidate<'_>) -> bool) -> Option<Candidate<'a>> {
        let key = |one: &Candidate<'_>| {
            (one.rule.is_operators, one.score(self.is_credit), one.length(), one.rule.source, Reverse(one.segment), Reverse(one.start))
        };
        // Of equals the one that stands first in the files.
        self.list.iter().filter(|one| which(one)).rev().max_by(|one, other| key(one).cmp(&key(other))).copied()
    }

    /// A name whose beginning ends the narrative, where all names that begin so agree.
    pub(super) fn cut_off(&self, evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Option<Candidate<'a>> {
        let is_named = matches!(self.party, Party::Person { .. } | Party::Message | Party::Account);
        if is_named || !evidence.narrative.has_party() {
            return None;
        }
        let Segment { padded, core } = &evidence.segments[0];
        // What was cut may look like a place: VIRGIN AUSTRAL.
        [core.end, padded.len() - 1].into_iter().find_map(|end| self.cut_off_at(core.start..end, core.end, evidence, ruleset))
    }

    fn cut_off_at(&self, range: Range<usize>, core_end: usize, evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Option<Candidate<'a>> {
        let mut cut = Self { list: Vec::new(), party: self.party.clone(), is_credit: self.is_credit };
        for hit in ruleset.cut_off(&evidence.segments[0].padded[range.clone()]) {
            let hit = Hit { start: hit.start + range.start, end: hit.end + range.start, rules: hit.rules };
            // A place by itself is where a merchant is, and no club that is called after it: FALLON SOLUTIONS TWEED HEADS.
            if hit.start >= core_end {
                continue;
            }
            cut.hear(&Found { segment: 0, hit, in_core: true, is_place: false }, evidence, ruleset, &mut ());
        }
        let mut list = cut.list;
        list.retain(|one| one.is_way);
        // The index may say another trade of a name that was written by hand, and a name more than a trade.
        let source =
            [Source::Name, Source::Brand, Source::Cue].into_iter().find(|source| list.iter().any(|one| one.rule.source == *source))?;
        list.retain(|one| one.rule.source == source);
        let first = list.first()?.rule.category;
        let agreed = list.iter().all(|one| one.rule.category == first);
        let surest = list.into_iter().rev().max_by_key(|one| one.rank)?;
        agreed.then(|| Candidate { witnesses: surest.witnesses.with(Witness::CutOff), ..surest })
    }
}

/// The words of every rule that stand in a row.
fn found<'a>(evidence: &'a Evidence<'_>, ruleset: &'a Ruleset) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for (segment, words) in evidence.segments.iter().enumerate() {
        for hit in ruleset.hits(&words.padded) {
            // Words of the place alone are the place's, unless they are all of it and nothing else says that it is one.
            let is_place = segment == 0 && evidence.narrative.doubtful() == Some(&(hit.start..hit.end));
            let in_core = hit.end > words.core.start && (hit.start < words.core.end || is_place);
            if in_core || hit.rules.iter().any(|rule| rule.source == Source::Phrase) {
                found.push(Found { segment, hit, in_core, is_place });
            }
        }
    }
    found
}

/// What a payment between people may be, besides a gift or a share of a bill.
fn between_people(category: Category, ruleset: &Ruleset) -> bool {
    let known = ruleset.known();
    ruleset.kind(category) == Kind::Transfer
        || [
            known.salary,
            known.rent,
            known.board,
            known.rental_income,
            known.child_support_income,
            known.child_support_paid,
            known.reversal,
            known.business_income,
        ]
        .contains(&category)
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
    may_be_person && ruleset.traits(&segment.padded[hit.start..hit.end]).any(Traits::SURNAME.or(Traits::GIVEN))
}
