//! A folded description as words, with the numbers between them read for what they are.

use jiff::civil::Date;

use super::numbers::{
    Amount, Day, REFERENCE, is_bsb, is_card_number, is_currency, is_reference, is_time, month, read_amount, read_day, read_masked,
};
use crate::analysis::ruleset::{Ruleset, words};

/// One word, as bytes of the folded description.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    start: u32,
    end: u32,
    /// An asterisk follows.
    pub(super) star: bool,
    /// A hyphen between spaces precedes.
    pub(super) dash: bool,
}

/// The words of a description, and what stood between them.
#[expect(clippy::struct_excessive_bools, reason = "two facts and two states of the reader, none of which excludes another")]
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    folded: &'a str,
    pub(super) list: Vec<Token>,
    pub(super) number_suffixes: Vec<[u8; 4]>,
    pub(super) value_date: Option<Date>,
    pub(super) references: Vec<String>,
    pub(super) foreign: bool,
    /// The money goes to the number of a card.
    pub(super) to_card: bool,
    /// It begins with a card's mark: `V1234`.
    pub(super) has_card_mark: bool,
    dash: bool,
    after_amount: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn read(folded: &'a str, ruleset: &Ruleset) -> Self {
        let mut tokens = Self {
            folded,
            list: Vec::with_capacity(16),
            number_suffixes: Vec::new(),
            value_date: None,
            references: Vec::new(),
            foreign: false,
            to_card: false,
            has_card_mark: false,
            dash: false,
            after_amount: false,
        };
        let bytes = folded.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let mut end = start;
            let mut has_digit = false;
            while end < bytes.len() && bytes[end] != b' ' {
                has_digit |= bytes[end].is_ascii_digit();
                end += 1;
            }
            if has_digit {
                tokens.read_numbers(start, end, ruleset);
            } else if &bytes[start..end] == b"-" {
                tokens.dash = true;
            } else {
                tokens.read_words(start, end, ruleset, false);
            }
            start = end + 1;
        }
        tokens
    }

    pub(super) fn text(&self, index: usize) -> &'a str {
        self.list.get(index).map_or("", |token| text(self.folded, *token))
    }

    /// True where a number stood between a word and the next.
    pub(super) fn has_number_between(&self, index: usize) -> bool {
        let (Some(one), Some(next)) = (self.list.get(index), self.list.get(index + 1)) else { return false };
        self.folded[one.end as usize..next.start as usize].bytes().any(|byte| byte.is_ascii_digit())
    }

    /// Takes characters off the end of a word.
    pub(super) fn shorten(&mut self, index: usize, to_length: usize) {
        let token = &mut self.list[index];
        token.end = token.start + u32::try_from(to_length).unwrap_or(u32::MAX);
    }

    pub(super) fn words_from(&self, index: usize) -> impl Iterator<Item = &'a str> + Clone + '_ {
        let folded = self.folded;
        self.list[index.min(self.list.len())..].iter().map(move |token| text(folded, *token))
    }

    /// The words from one token to before another, with single spaces, where they stand so in the description.
    pub(super) fn run(&self, from: usize, to: usize) -> Option<&'a str> {
        let run = &self.folded[self.list[from].start as usize..self.list[to - 1].end as usize];
        run.bytes().all(|byte| byte == b' ' || byte.is_ascii_alphanumeric()).then_some(run)
    }

    fn last(&self) -> &'a str {
        self.list.last().map_or("", |token| text(self.folded, *token))
    }

    fn read_words(&mut self, start: usize, end: usize, ruleset: &Ruleset, may_be_number: bool) {
        let bytes = self.folded.as_bytes();
        let mut at = start;
        while at < end {
            let from = at;
            while at < end && bytes[at].is_ascii_alphanumeric() {
                at += 1;
            }
            if at > from {
                let word = &self.folded[from..at];
                let is_hash = from > 0 && bytes[from - 1] == b'#';
                if let Some(range) = may_be_number.then(|| without_glued_number(word, ruleset)).flatten() {
                    self.push(from + range.start, from + range.end);
                } else if !may_be_number || !word.bytes().any(|byte| byte.is_ascii_digit()) || self.keeps(word, is_hash, ruleset) {
                    self.push(from, at);
                }
                continue;
            }
            if bytes[at] == b'*'
                && let Some(last) = self.list.last_mut()
            {
                last.star = true;
            }
            at += 1;
        }
    }

    fn push(&mut self, start: usize, end: usize) {
        let word = &self.folded[start..end];
        if std::mem::take(&mut self.after_amount) && is_currency(word) {
            self.foreign |= word != "AUD";
            return;
        }
        if word == words::SILENT {
            return;
        }
        // The app that a transfer was made with stands between the account and what the customer wrote.
        if word == "APP" && self.last() == "COMMBANK" {
            self.list.pop();
            return;
        }
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.list.push(Token { start: place(start), end: place(end), star: false, dash: std::mem::take(&mut self.dash) });
    }

    /// One run of characters without spaces that holds a digit.
    fn read_numbers(&mut self, start: usize, end: usize, ruleset: &Ruleset) {
        let chunk = self.folded[start..end].trim_matches(|mark: char| !mark.is_ascii_alphanumeric() && mark != '*');
        if let Some(day) = read_day(chunk) {
            if let Day::Of(day) = day {
                self.value_date = self.value_date.or(Some(day));
            }
        } else if is_time(chunk) || is_bsb(chunk) {
            // Says nothing that another field does not say better.
        } else if let Some(amount) = read_amount(chunk) {
            self.read_amount(amount);
        } else if let Some(suffix) = read_masked(chunk) {
            self.to_card |= self.last() == "TO" && is_card_number(chunk);
            self.number_suffixes.push(suffix);
        } else if let Some((before, _)) = chunk.rsplit_once('-').filter(|(_, time)| is_time(time)) {
            // The time of a purchase behind the merchant's name: LITTLE CAKES-12:34.
            let start = start + self.folded[start..end].find(before).unwrap_or(0);
            self.read_words(start, start + before.len(), ruleset, true);
        } else {
            self.read_words(start, end, ruleset, true);
        }
    }

    fn read_amount(&mut self, amount: Amount<'_>) {
        if let Amount::In(code) = amount {
            self.foreign |= code != "AUD";
        } else if is_currency(self.last()) {
            self.foreign |= self.last() != "AUD";
            self.list.pop();
        } else {
            self.after_amount = true;
        }
    }

    /// Decides whether a word with digits is part of a name; if not, keeps what it says.
    fn keeps(&mut self, word: &str, is_hash: bool, ruleset: &Ruleset) -> bool {
        let bytes = word.as_bytes();
        let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits >= 3 && matches!(self.last(), "INV" | "INVOICE") {
            return self.refer(word);
        }
        if digits >= 3 && matches!(self.last(), "REF" | "REFERENCE" | "RECEIPT" | "RCPT" | "RECPT" | "TXN" | "TRN" | "SEQ" | "CRN" | "ID") {
            self.list.pop();
            return self.refer(word);
        }
        if digits == bytes.len() {
            return self.keeps_number(word, is_hash, ruleset);
        }
        if self.list.is_empty() && digits == 4 && bytes.len() == 5 && bytes[0] == b'V' {
            self.has_card_mark = true;
            return self.name_number(&bytes[1..]);
        }
        if is_reference(bytes, digits) && !ruleset.is_word_of_a_name(word) { self.refer(word) } else { true }
    }

    fn keeps_number(&mut self, word: &str, is_hash: bool, ruleset: &Ruleset) -> bool {
        let bytes = word.as_bytes();
        let names_account = matches!(self.last(), "CARD" | "ENDING" | "NO" | "NUMBER" | "TO" | "FROM" | "ACCOUNT" | "ACC" | "ACCT" | "C");
        match bytes.len() {
            4 if names_account => self.name_number(bytes),
            1..=2 => !is_hash && bytes[0] != b'0',
            3..=4 => {
                if self.ends_in_day_and_month() {
                    self.read_year(word);
                    return false;
                }
                ruleset.is_word_of_a_name(word)
            }
            length => {
                let is_card = is_card_number(word);
                if names_account && (is_card || (6..=10).contains(&length)) {
                    self.name_number(&bytes[length - 4..]);
                }
                self.to_card |= is_card && self.last() == "TO";
                self.refer(word)
            }
        }
    }

    fn refer(&mut self, word: &str) -> bool {
        if word.len() >= REFERENCE {
            self.references.push(word.to_owned());
        }
        false
    }

    fn name_number(&mut self, digits: &[u8]) -> bool {
        self.number_suffixes.extend(<[u8; 4]>::try_from(digits).ok());
        false
    }

    /// `12 JAN` before `2026`.
    fn ends_in_day_and_month(&self) -> bool {
        let count = self.list.len();
        count >= 2 && month(self.text(count - 1)).is_some() && self.text(count - 2).parse::<u8>().is_ok()
    }

    fn read_year(&mut self, year: &str) {
        let count = self.list.len();
        let day = self.text(count - 2).parse().ok();
        let month = month(self.text(count - 1));
        self.list.truncate(count - 2);
        if let (Some(day), Some(month), Ok(year)) = (day, month, year.parse()) {
            self.value_date = self.value_date.or(Date::new(year, month, day).ok());
        }
    }
}

/// A word that a number is glued to: `WOOLWORTHS1294`, `2691PACIFIC`, `WAGES00112`. Not so where a name is written with its number.
fn without_glued_number(word: &str, ruleset: &Ruleset) -> Option<std::ops::Range<usize>> {
    let bytes = word.as_bytes();
    let digits_first = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let letters_first = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_all = |count: usize, is_it: fn(&u8) -> bool| bytes[count..].iter().all(is_it);
    let range = if (3..=5).contains(&digits_first) && bytes.len() >= digits_first + 4 && is_all(digits_first, u8::is_ascii_alphabetic) {
        digits_first..bytes.len()
    } else if letters_first >= 3
        && bytes.len() >= letters_first + 3
        && is_all(letters_first, u8::is_ascii_digit)
        && ruleset.begins_a_name(&word[..letters_first])
    {
        0..letters_first
    } else {
        return None;
    };
    (!ruleset.is_word_of_a_name(word)).then_some(range)
}

fn text(folded: &str, token: Token) -> &str {
    &folded[token.start as usize..token.end as usize]
}
