//! Lead, core and tail of a description: which of its words name the other party, and which say how, where and by whom it moved.

use std::ops::Range;
use std::sync::Arc;

use super::tokens::Tokens;
use crate::analysis::ruleset::{Channel, Lead, Party, Ruleset};

/// Fewest letters of a place that is glued to the word before it.
const GLUED_PLACE: usize = 6;

/// The parts of a description while it is being read.
pub(super) struct Parts<'a> {
    pub(super) tokens: Tokens<'a>,
    ruleset: &'a Ruleset,
    /// First token of the core.
    first: usize,
    /// One behind the last token of the core.
    end: usize,
    pub(super) channel: Channel,
    pub(super) says_transfer_to: bool,
    pub(super) says_transfer_from: bool,
    pub(super) intermediary: Option<Arc<str>>,
    /// Tokens of a place that neither a state nor a country follows.
    doubtful: Option<Range<usize>>,
    /// A payer, payee or merchant is named.
    pub(super) has_party: bool,
}

impl<'a> Parts<'a> {
    /// Reads a folded description.
    pub(super) fn read(folded: &'a str, ruleset: &'a Ruleset) -> Self {
        let tokens = Tokens::read(folded, ruleset);
        let end = tokens.list.len();
        let mut parts = Self {
            channel: if tokens.has_card_mark { Channel::CardPurchase } else { Channel::Unknown },
            tokens,
            ruleset,
            first: 0,
            end,
            says_transfer_to: false,
            says_transfer_from: false,
            intermediary: None,
            doubtful: None,
            has_party: true,
        };
        parts.read_leads();
        parts.read_facilitator();
        parts.cut_at_inner_lead();
        parts.cut_tail();
        parts.has_party = parts.first < parts.end;
        if !parts.has_party {
            (parts.first, parts.end) = (0, parts.tokens.list.len());
        }
        parts.guess_channel();
        parts
    }

    fn hear(&mut self, lead: Lead) {
        if lead.channel.rank() >= self.channel.rank() {
            self.channel = lead.channel;
        }
        if matches!(lead.channel, Channel::InternetTransfer | Channel::Osko | Channel::Unknown) {
            self.says_transfer_to |= lead.party == Party::Gets;
            self.says_transfer_from |= lead.party == Party::Gives;
        }
    }

    fn read_leads(&mut self) {
        loop {
            if let Some((lead, count)) = self.ruleset.channels().lead(self.tokens.words_from(self.first)) {
                self.hear(lead);
                self.first += count;
                continue;
            }
            if self.first == 0 {
                return;
            }
            match self.tokens.text(self.first) {
                "TO" if !self.is_card() => self.says_transfer_to |= self.is_transfer(),
                "FROM" if !self.is_card() => self.says_transfer_from |= self.is_transfer(),
                // Some print the place between the channel and the merchant: IN SYDNEY DATE.
                "IN" => match (2..6).find(|ahead| self.tokens.text(self.first + ahead) == "DATE") {
                    Some(ahead) if self.first + ahead + 1 < self.end => self.first += ahead,
                    _ => return,
                },
                _ => return,
            }
            self.first += 1;
        }
    }

    const fn is_card(&self) -> bool {
        matches!(self.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm)
    }

    const fn is_transfer(&self) -> bool {
        matches!(self.channel, Channel::InternetTransfer | Channel::Osko | Channel::Unknown)
    }

    fn read_facilitator(&mut self) {
        let words = (self.first..self.end).map(|index| (self.tokens.text(index), self.tokens.list[index].star));
        if let Some((name, count)) = self.ruleset.facilitators().find(words) {
            self.intermediary = Some(name);
            self.first += count;
        }
    }

    /// Some print the merchant first: `WOOLWORTHS - VISA PURCHASE - RECEIPT …`.
    fn cut_at_inner_lead(&mut self) {
        for index in self.first + 1..self.end {
            if !self.tokens.list[index].dash {
                continue;
            }
            if let Some((lead, _)) = self.ruleset.channels().lead(self.tokens.words_from(index)) {
                self.hear(lead);
                self.end = index;
                return;
            }
        }
    }

    /// Takes company forms, card words, country, state and place off the end; one word always stays.
    fn cut_tail(&mut self) {
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

    /// What the words say where no lead said it.
    fn guess_channel(&mut self) {
        if self.channel != Channel::Unknown {
            return;
        }
        let mut before = "";
        for (index, word) in self.tokens.words_from(0).enumerate() {
            self.channel = match word {
                "BPAY" => Channel::Bpay,
                "OSKO" | "PAYID" => Channel::Osko,
                "EFTPOS" => Channel::Eftpos,
                "ATM" if index < 4 => Channel::Atm,
                "DEBIT" if before == "DIRECT" => Channel::DirectDebit,
                "CREDIT" if before == "DIRECT" => Channel::DirectCredit,
                "FEE" | "FEES" if is_bank_word(self.tokens.text(0)) => Channel::Fee,
                "CARD" if index >= self.end && !self.tokens.number_suffixes.is_empty() => Channel::CardPurchase,
                _ => Channel::Unknown,
            };
            if self.channel != Channel::Unknown {
                return;
            }
            before = word;
        }
    }

    /// Whether it reads like a hold, and whether it reads like a failure.
    pub(super) fn read_warnings(&self) -> (bool, bool) {
        let (mut authorisation, mut failure) = (false, false);
        let mut before = "";
        for word in self.tokens.words_from(0) {
            match word {
                "AUTHORISATION" | "AUTHORIZATION" | "PREAUTH" | "PREAUTHORISATION" => authorisation = true,
                "DISHONOUR" | "DISHONOURED" | "DISHONOR" | "DISHONORED" | "DISHON" | "RETURNED" | "UNPAID" | "REVERSAL" | "REVERSED"
                | "FAILED" | "INSUFFICIENT" | "INSUFF" | "REJECTED" | "BOUNCED" => failure = true,
                "RETURN" => failure |= matches!(before, "PAYMENT" | "DEBIT" | "CHEQUE" | "DD" | "CHQ" | "DEP" | "DEPOSIT" | "ITEM"),
                // Cut short, where a bank's own word stands: before the party.
                "DISH" => failure |= before.is_empty(),
                // REFER TO DRAWER: what a bank says of a payment that it does not make.
                "DRAWER" => failure |= before == "TO",
                _ => {}
            }
            before = word;
        }
        (authorisation, failure)
    }

    /// The words with one space around each, and where the core and a doubtful place stand in them.
    pub(super) fn join(&self, capacity: usize) -> (String, Range<usize>, Option<Range<usize>>) {
        let mut padded = String::with_capacity(capacity + 8);
        padded.push(' ');
        let mut core = 1..1;
        let mut doubtful = self.doubtful.as_ref().map(|_| 0..0);
        for (index, word) in self.tokens.words_from(0).enumerate() {
            let start = padded.len();
            padded.push_str(word);
            if index == self.first {
                core = start..start;
            }
            if index + 1 == self.end {
                core.end = padded.len();
            }
            if let (Some(tokens), Some(bytes)) = (&self.doubtful, &mut doubtful) {
                if index == tokens.start {
                    bytes.start = start;
                }
                if index + 1 == tokens.end {
                    bytes.end = padded.len();
                }
            }
            padded.push(' ');
        }
        (padded, core, doubtful)
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

/// The first word of a fee that a bank charges.
fn is_bank_word(word: &str) -> bool {
    matches!(
        word,
        "ACCOUNT"
            | "ADMIN"
            | "ANNUAL"
            | "ASSISTED"
            | "ATM"
            | "CARD"
            | "CASH"
            | "CHEQUE"
            | "CREDIT"
            | "DISHONOUR"
            | "EXCESS"
            | "FEE"
            | "FEES"
            | "FOREIGN"
            | "HONOUR"
            | "INTERNATIONAL"
            | "INTL"
            | "LATE"
            | "LOAN"
            | "MONTHLY"
            | "OVERDRAWN"
            | "OVERDRAFT"
            | "OVERLIMIT"
            | "OVERSEAS"
            | "PACKAGE"
            | "SERVICE"
            | "TRANSACTION"
            | "UNARRANGED"
            | "WITHDRAWAL"
    )
}
