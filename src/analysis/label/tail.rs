//! The end of a description: company forms, card words, country, state and place, whole, cut by a field's width or glued.

use super::parts::Parts;
use crate::analysis::ruleset::Channel;

/// Fewest letters of a place that is glued to the word before it.
const GLUED_PLACE: usize = 6;

/// Fewest letters of a place whose end is cut.
const CUT_PLACE: usize = 8;

impl<'a> Parts<'a> {
    /// Takes company forms, card words, country, state and place off the end; one word always stays.
    pub(super) fn cut_tail(&mut self) {
        self.cut_aside();
        self.cut_noise();
        let is_placed = self.channel.has_place();
        let glued = is_placed && self.unglue_state();
        let country = if glued { Some("AUS") } else { self.cut_country(is_placed) };
        if country.is_some() && self.channel == Channel::Unknown {
            self.channel = Channel::CardPurchase;
        }
        if country.is_some() || is_placed {
            let is_abroad = country.is_some_and(|country| !matches!(country, "AU" | "AUS" | "AUSTRALIA"));
            // A state of another country is two letters.
            let state = self.cut_if(1, |words| is_state(words[0], country.is_some()) || (is_abroad && words[0].len() == 2));
            self.cut_place(country.is_some() || state);
            // Some print the state before the place: NSW KENSINGTON.
            if !state {
                self.cut_if(1, |words| is_state(words[0], false));
            }
        }
        self.cut_noise();
    }

    /// What a bank says about its own fee behind the merchant: INCL FOREIGN TRANSACTION FEE AUD.
    fn cut_aside(&mut self) {
        let is_aside = |index: usize| {
            matches!(self.tokens.text(index), "INCL" | "INCLUDES" | "INCLUDING")
                && matches!(self.tokens.text(index + 1), "FOREIGN" | "OVERSEAS" | "INTERNATIONAL" | "INTL" | "FX" | "CONVERSION")
        };
        if let Some(index) = (self.first + 1..self.end).find(|&index| is_aside(index)) {
            self.tokens.list.truncate(index);
            self.end = index;
        }
    }

    fn cut_country(&mut self, is_placed: bool) -> Option<&'a str> {
        let places = self.ruleset.places();
        let last = self.end.saturating_sub(1);
        let code = self.tokens.text(last);
        if self.cut_if(1, |words| words[0].len() <= 3 && places.is_country(words[0]) || is_numbered_country(words[0])) {
            return Some(if is_numbered_country(code) { "AUS" } else { code });
        }
        // A country by its name is also a dish, an airline, a street: only behind a merchant that a card paid.
        if !is_placed || self.channel == Channel::Unknown {
            return None;
        }
        [2, 1].into_iter().find_map(|count| {
            let from = self.end.checked_sub(count).filter(|&from| from > self.first)?;
            let name = self.tokens.run(from, self.end).filter(|name| places.is_country(name))?;
            (!self.is_bound(from)).then(|| self.end = from).map(|()| name)
        })
    }

    /// A field's width glues the state to the place: PACIFIC PINESQLDAU, ROBINAQLD.
    fn unglue_state(&mut self) -> bool {
        if self.end <= self.first + 1 {
            return false;
        }
        let last = self.end - 1;
        let word = self.tokens.text(last);
        let with_country = ["QLDAU", "NSWAU", "VICAU", "TASAU", "ACTAU", "WAAU", "SAAU", "NTAU", "QLDA", "NSWA"];
        if with_country.contains(&word) {
            self.end = last;
            return true;
        }
        if let Some(place) = with_country.iter().find_map(|state| word.strip_suffix(state)).filter(|place| place.len() >= 3) {
            self.tokens.shorten(last, place.len());
            return true;
        }
        let alone = ["QLD", "NSW", "VIC", "TAS", "QL", "NS", "VI"];
        let Some(place) = alone.iter().find_map(|state| word.strip_suffix(state)).filter(|place| place.len() >= 3) else { return false };
        self.tokens.shorten(last, place.len());
        let places = self.ruleset.places();
        let most = places.words_before(place).min(self.end - self.first - 1);
        let is_place = (1..=most).any(|count| self.is_place(count, |name| places.contains(name)));
        if !is_place {
            self.tokens.shorten(last, word.len());
        }
        is_place
    }

    fn cut_noise(&mut self) {
        while self.cut_if(2, |words| {
            matches!(
                words,
                ["VALUE", "DATE"]
                    | ["CARD", "USED"]
                    | ["PTY", "LTD" | "LIMITED"]
                    | ["P", "L"]
                    | ["COM" | "NET" | "ORG", "AU"]
                    | ["APPLE" | "GOOGLE" | "SAMSUNG", "PAY"]
            )
        }) || self.cut_channel_words()
            || self.cut_if(1, |words| {
                matches!(words[0], "CARD" | "DATE" | "COM" | "PTY" | "LTD" | "LIMITED" | "NETBANK" | "AUD" | "SEQ" | "REF" | "RECEIPT")
            })
        {}
    }

    fn cut_channel_words(&mut self) -> bool {
        let mut heard = None;
        let is_cut = self.cut_if(2, |words| {
            heard = match words {
                ["DIRECT", "DEBIT"] => Some(Channel::DirectDebit),
                ["DIRECT", "CREDIT"] => Some(Channel::DirectCredit),
                _ => None,
            };
            heard.is_some()
        });
        if let Some(channel) = heard.filter(|channel| channel.rank() >= self.channel.rank()) {
            self.channel = channel;
        }
        is_cut
    }

    /// Cuts the last words where they are what is asked for and something is left of the core.
    fn cut_if(&mut self, count: usize, is_it: impl FnOnce(&[&str]) -> bool) -> bool {
        if self.end <= self.first + count {
            return false;
        }
        let last = [self.tokens.text(self.end.saturating_sub(2)), self.tokens.text(self.end - 1)];
        let is_cut = is_it(&last[2 - count..]) && !self.is_bound(self.end - count);
        if is_cut {
            self.end -= count;
        }
        is_cut
    }

    /// True for a word that the one before binds to itself: UNIVERSITY OF SYDNEY, TRANSPORT FOR NSW.
    fn is_bound(&self, index: usize) -> bool {
        index > 0 && matches!(self.tokens.text(index - 1), "OF" | "FOR" | "THE")
    }

    fn cut_place(&mut self, is_sure: bool) {
        let room = self.end.saturating_sub(self.first + 1);
        if room == 0 {
            return;
        }
        let longest = self.ruleset.places().words_before(self.tokens.text(self.end - 1));
        let places = self.ruleset.places();
        for count in (1..=longest.min(room)).rev() {
            if self.is_place(count, |name| places.contains(name)) {
                self.doubtful = (!is_sure).then(|| self.end - count..self.end);
                self.end -= count;
                return;
            }
        }
        if !is_sure && self.cut_place_beginning(room) {
            return;
        }
        for count in (1..=room.min(3)).rev() {
            if self.is_place(count, |name| places.is_city_abroad(name)) {
                self.doubtful = (!is_sure).then(|| self.end - count..self.end);
                self.end -= count;
                return;
            }
        }
        // A field's width has cut it: BRUNSWICK WES VIC.
        if is_sure {
            for count in (1..=room.min(3)).rev() {
                if self.is_place(count, |name| name.len() >= 6 && places.has_beginning(name)) {
                    self.end -= count;
                    return;
                }
            }
            self.unglue_place();
        }
    }

    /// A place that ends the text and whose end is cut, without a state behind it: BURLEIGH HEAD, STRATHFIEL.
    fn cut_place_beginning(&mut self, room: usize) -> bool {
        let places = self.ruleset.places();
        for count in (1..=room.min(3)).rev() {
            let shortest = if count > 1 { CUT_PLACE } else { CUT_PLACE + 1 };
            let from = self.end - count;
            if (count > 1 || !self.ruleset.begins_a_name(self.tokens.text(from)))
                && self.is_place(count, |name| name.len() >= shortest && places.has_beginning(name))
            {
                self.doubtful = Some(from..self.end);
                self.end = from;
                return true;
            }
        }
        false
    }

    /// A field's width glues the place to the merchant: FRUITHELENSVALE QLD, CHEMISTPACIFIC PINES QLD.
    fn unglue_place(&mut self) {
        let places = self.ruleset.places();
        for count in 1..=3.min(self.end - self.first) {
            let from = self.end - count;
            let (word, Some(run)) = (self.tokens.text(from), self.tokens.run(from, self.end)) else { return };
            if self.ruleset.begins_a_name(word) {
                continue;
            }
            let splits = 3..word.len().saturating_sub(if count == 1 { GLUED_PLACE - 1 } else { 3 });
            if let Some(at) = splits.into_iter().find(|&at| word.is_char_boundary(at) && places.contains(&run[at..])) {
                self.tokens.shorten(from, at);
                self.tokens.list.truncate(from + 1);
                self.end = from + 1;
                return;
            }
        }
    }

    fn is_place(&self, count: usize, is_it: impl Fn(&str) -> bool) -> bool {
        let from = self.end - count;
        let found = match self.tokens.run(from, self.end) {
            Some(run) => is_it(run),
            None => is_it(&(from..self.end).map(|index| self.tokens.text(index)).collect::<Vec<_>>().join(" ")),
        };
        found && !self.is_bound(from)
    }
}

/// `000AU`: a place that is only a number.
fn is_numbered_country(word: &str) -> bool {
    word.strip_suffix("AU").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// States as banks print them; two letters only where a country follows.
fn is_state(word: &str, before_country: bool) -> bool {
    matches!(word, "ACT" | "NSW" | "NT" | "QLD" | "SA" | "TAS" | "VIC" | "WA")
        || (before_country && matches!(word, "AC" | "NS" | "QL" | "TA" | "VI"))
}
