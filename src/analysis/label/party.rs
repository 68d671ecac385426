//! The other side of a payment between accounts: a person, a company, or nothing but what somebody wrote.
//!
//! What people write to each other names shops and bills that the payment does not go to. Where the words name a person, such words
//! decide nothing.

use std::ops::Range;

use super::candidates::Found;
use super::evidence::{Evidence, Segment};
use super::narrative::Channel;
use crate::analysis::ruleset::{Ruleset, Source, Traits};

/// Words of a text that are looked at.
const MOST_WORDS: usize = 12;

/// Who the words name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// A person: where the name stands.
    Person {
        segment: usize,
        name: Range<usize>,
        /// Given name and surname, initial and surname, a title: not one given name alone.
        is_full: bool,
    },
    /// Nobody: only what people write to each other.
    Message,
    /// An account as its owner or a bank calls it.
    Account,
    /// A business.
    Company,
    /// The words do not say, or the question does not arise.
    Unsaid,
}

/// The words of one segment's name, and what is known of them.
struct Words<'w> {
    list: Vec<(&'w str, Range<usize>, Traits)>,
    /// Trades and shops that stand among them and are no message; true for a trade's word.
    trades: Vec<(Range<usize>, bool)>,
}

/// Reads who the words name, where the payment may be one between people.
pub(super) fn read(evidence: &Evidence<'_>, found: &[Found<'_>], ruleset: &Ruleset) -> Party {
    let channel = evidence.narrative.channel;
    let is_transfer = evidence.is_transfer();
    let is_plain = channel == Channel::Unknown && !evidence.is_card() && evidence.row.biller_code.is_none();
    let is_credit = channel == Channel::DirectCredit && evidence.is_credit;
    if !(is_transfer || is_plain || is_credit) || !(evidence.narrative.has_party() || evidence.party_field.is_some()) {
        return Party::Unsaid;
    }
    let segment = evidence.party_field.unwrap_or(0);
    // Merchants stand alone on most lines of a card: a name that is none is seen at its first word.
    if !is_transfer && !begins_like_a_name(&evidence.segments[segment], ruleset) {
        return Party::Unsaid;
    }
    let words = Words::of(evidence, segment, found, ruleset);
    let is_company = evidence.says_company_form() || words.list.iter().any(|(_, _, traits)| traits.any(Traits::COMPANY));
    if let Some((name, is_full)) = words.person(is_transfer).filter(|_| !evidence.says_company_form())
        && (is_full || is_transfer)
    {
        return Party::Person { segment, name, is_full };
    }
    if !is_transfer {
        return if is_company { Party::Company } else { Party::Unsaid };
    }
    // TRANSFER FROM COLES: what stands where the payer is named is one, whatever people write.
    let says_party = evidence.narrative.says_transfer_to || evidence.narrative.says_transfer_from;
    let start = evidence.segments[segment].core.start;
    let is_shop = says_party
        && found.iter().any(|one| {
            (one.segment, one.hit.start) == (segment, start)
                && one.hit.rules.iter().any(|rule| matches!(rule.source, Source::Name | Source::Brand))
        });
    let is_number = channel == Channel::InternetTransfer && !evidence.narrative.number_suffixes.is_empty();
    let is_words = |traits: Traits| words.list.iter().all(|(_, _, held)| held.any(traits));
    let is_account = words.list.iter().any(|(_, _, traits)| traits.any(Traits::ACCOUNT));
    if !is_number && is_account && is_words(Traits::ACCOUNT.or(Traits::MESSAGE)) {
        Party::Account
    } else if is_number || !is_shop && is_words(Traits::MESSAGE.or(Traits::KIN)) {
        Party::Message
    } else if is_company || is_shop || !words.trades.is_empty() {
        Party::Company
    } else {
        Party::Unsaid
    }
}

fn begins_like_a_name(segment: &Segment<'_>, ruleset: &Ruleset) -> bool {
    let first = segment.padded[segment.core.clone()].split(' ').next().unwrap_or("");
    first.len() == 1 || ruleset.traits(first).any(Traits::GIVEN.or(Traits::SURNAME).or(Traits::TITLE))
}

impl<'w> Words<'w> {
    fn of(evidence: &'w Evidence<'_>, number: usize, found: &[Found<'_>], ruleset: &Ruleset) -> Self {
        let segment = &evidence.segments[number];
        let mut list = Vec::with_capacity(8);
        let mut start = segment.core.start;
        // A surname may have been taken for a place: MIA WILLIAMS.
        let end = evidence.narrative.doubtful().filter(|_| number == 0).map_or(segment.core.end, |place| place.end.max(segment.core.end));
        for word in segment.padded[start..end].split(' ').take(MOST_WORDS) {
            list.push((word, start..start + word.len(), ruleset.traits(word)));
            start += word.len() + 1;
        }
        let mut words = Self { list, trades: Vec::new() };
        for one in found.iter().filter(|one| one.segment == number) {
            let range = one.hit.start..one.hit.end;
            let is_cue = one.hit.rules.iter().any(|rule| rule.source == Source::Cue);
            if (is_cue || one.hit.rules.iter().any(|rule| rule.source != Source::Phrase)) && !words.is_message(&range) {
                words.trades.push((range, is_cue));
            }
        }
        words
    }

    /// True where all words of a range are what people write to each other.
    fn is_message(&self, range: &Range<usize>) -> bool {
        let mut within = self.list.iter().filter(|(_, word, _)| range.start <= word.start && word.end <= range.end).peekable();
        within.peek().is_some() && within.all(|(_, _, traits)| traits.any(Traits::MESSAGE.or(Traits::KIN)))
    }

    fn has(&self, index: usize, traits: Traits) -> bool {
        self.list.get(index).is_some_and(|(_, _, held)| held.any(traits))
    }

    fn is_initial(&self, index: usize) -> bool {
        self.list.get(index).is_some_and(|(word, ..)| word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic())
    }

    /// Letters only, two at least.
    fn is_word(&self, index: usize) -> bool {
        self.list.get(index).is_some_and(|(word, ..)| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
    }

    /// True where a trade or a shop is named from a word on; with `only_trades`, a trade.
    fn has_trade_from(&self, index: usize, only_trades: bool) -> bool {
        let Some((_, word, _)) = self.list.get(index) else { return false };
        self.trades.iter().any(|(trade, is_cue)| trade.end > word.start && (*is_cue || !only_trades))
    }

    /// Where a person's name stands, and whether it is a full one.
    fn person(&self, is_transfer: bool) -> Option<(Range<usize>, bool)> {
        let (words, is_full) = self.name_at_start().or_else(|| if is_transfer { self.name_at_end() } else { None })?;
        Some((self.list[words.start].1.start..self.list[words.end - 1].1.end, is_full))
    }

    /// Which words at the beginning are a name.
    fn name_at_start(&self) -> Option<(Range<usize>, bool)> {
        let titles = (0..2).take_while(|&index| self.has(index, Traits::TITLE)).count();
        let initials = (titles..titles + 3).take_while(|&index| self.is_initial(index)).count();
        let full = self.full_name(titles, initials);
        let (end, is_full) = match full {
            Some(full) => full,
            None if titles + initials == 0 => self.short_name()?,
            None => return None,
        };
        // JOHN SMITH CONSTRUCTIONS, ROSS MURRAY PHARMACY: a business that bears a name.
        let is_business = self.has(end, Traits::COMPANY) && !self.has(end, Traits::MESSAGE) || self.has_trade_from(end, is_full);
        (!is_business).then_some((0..end, is_full))
    }

    /// MR LEE, J SMITH, EMMA WILSON, SARAH JANE SMITH, SMITH J, CHEN WEI: one behind its last word, and whether it is sure.
    fn full_name(&self, titles: usize, initials: usize) -> Option<(usize, bool)> {
        let at = titles + initials;
        if at > 0 {
            let is_named = self.has(at, Traits::SURNAME.or(Traits::GIVEN));
            let may_be = self.is_word(at) && !self.has(at, Traits::COMPANY.or(Traits::MESSAGE)) && !self.has_trade_from(at, false);
            let more = usize::from(titles > 0 && self.has(at + 1, Traits::SURNAME));
            return (is_named || may_be).then_some((at + 1 + more, is_named || titles > 0));
        }
        if self.has(0, Traits::GIVEN) {
            let is_more =
                |&index: &usize| self.is_initial(index) || (self.has(index, Traits::SURNAME.or(Traits::GIVEN)) && self.is_word(index));
            let rest = (1..4).take_while(is_more).count();
            return (rest > 0).then_some((1 + rest, true));
        }
        let is_turned = self.has(0, Traits::SURNAME) && (self.is_initial(1) || self.has(1, Traits::GIVEN));
        is_turned.then_some((2, true))
    }

    /// MUM, LIAM, EUGENE ALLISTON: one behind its last word.
    fn short_name(&self) -> Option<(usize, bool)> {
        if self.has(0, Traits::KIN) {
            return Some((1, false));
        }
        if !self.has(0, Traits::GIVEN) {
            return None;
        }
        if self.list.len() == 1 || self.has(1, Traits::MESSAGE.or(Traits::KIN)) {
            return Some((1, false));
        }
        let is_company = (1..self.list.len()).any(|index| self.has(index, Traits::COMPANY));
        (self.is_word(1) && !is_company && !self.has_trade_from(0, false)).then_some((2, false))
    }

    /// Some print what the customer wrote first, then the name: CONCERT TIX DANIEL SMITH.
    fn name_at_end(&self) -> Option<(Range<usize>, bool)> {
        let count = self.list.len();
        if count < 3 || !self.trades.is_empty() {
            return None;
        }
        let is_name = (self.has(count - 2, Traits::GIVEN) || self.is_initial(count - 2))
            && self.has(count - 1, Traits::SURNAME)
            && !self.has(count - 1, Traits::MESSAGE);
        is_name.then_some((count - 2..count, true))
    }
}
