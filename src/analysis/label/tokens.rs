//! A folded description as words, with the numbers between them read for what they are.

use jiff::civil::Date;

use crate::analysis::ruleset::{Ruleset, words};

/// Fewest characters of a receipt or reference number.
const REFERENCE: usize = 5;

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
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    folded: &'a str,
    pub(super) list: Vec<Token>,
    pub(super) number_suffixes: Vec<[u8; 4]>,
    pub(super) value_date: Option<Date>,
    pub(super) references: Vec<String>,
    pub(super) foreign: bool,
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
                if !may_be_number || !word.bytes().any(|byte| byte.is_ascii_digit()) || self.keeps(word, is_hash, ruleset) {
                    self.push(from, at);
                }
                continue;
            }
            match bytes[at] {
                b'*' => {
                    if let Some(last) = self.list.last_mut() {
                        last.star = true;
                    }
                }
                _ => {}
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
            self.value_date = self.value_date.or(day);
        } else if is_time(chunk) || is_bsb(chunk) {
            // Says nothing that another field does not say better.
        } else if let Some(currency) = read_amount(chunk) {
            self.read_amount(currency);
        } else if let Some(suffix) = read_masked(chunk) {
            self.number_suffixes.push(suffix);
        } else if let Some((before, _)) = chunk.rsplit_once('-').filter(|(_, time)| is_time(time)) {
            // The time of a purchase behind the merchant's name: LITTLE CAKES-12:34.
            let start = start + self.folded[start..end].find(before).unwrap_or(0);
            self.read_words(start, start + before.len(), ruleset, true);
        } else {
            self.read_words(start, end, ruleset, true);
        }
    }

    fn read_amount(&mut self, currency: Option<&str>) {
        if let Some(code) = currency {
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
        if digits >= 3
            && matches!(self.last(), "REF" | "REFERENCE" | "RECEIPT" | "RCPT" | "RECPT" | "TXN" | "TRN" | "INV" | "INVOICE" | "CRN" | "ID")
        {
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
                if names_account && (6..=10).contains(&length) {
                    self.name_number(&bytes[length - 4..]);
                }
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

fn text(folded: &str, token: Token) -> &str {
    &folded[token.start as usize..token.end as usize]
}

/// Many digits, or letters and digits in turns: no name reads like that.
fn is_reference(word: &[u8], digits: usize) -> bool {
    let turns = word.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    // A telephone number in words is a name: 1300FLOWERS.
    let is_telephone = turns == 1 && (word.starts_with(b"1300") || word.starts_with(b"1800")) && word.len() >= 8;
    let is_store = word.len() >= 4 && digits == word.len() - 1 && word[0].is_ascii_alphabetic();
    is_store || (word.len() >= REFERENCE && digits >= 4 && !is_telephone) || (word.len() >= 6 && turns >= 3)
}

/// A date: `None` where it is none, `Some(None)` where it has no year.
fn read_day(chunk: &str) -> Option<Option<Date>> {
    let bytes = chunk.as_bytes();
    if !(4..=16).contains(&bytes.len()) || !bytes[0].is_ascii_digit() {
        return None;
    }
    if let Some(mark) = bytes.iter().copied().find(|byte| matches!(byte, b'/' | b'-')) {
        return read_numeric_day(chunk, mark);
    }
    let at = bytes.iter().position(u8::is_ascii_alphabetic).filter(|&at| at <= 2)?;
    let month = month(chunk.get(at..at + 3)?)?;
    let day: i8 = chunk[..at].parse().ok()?;
    let rest = &chunk[at + 3..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (year, tail) = match (digits, rest.as_bytes().get(digits)) {
        (0, None) => (None, ""),
        // Day, month and time in one: 20DEC08:47.
        (1 | 2, Some(b':')) => (None, rest),
        (2 | 4, _) => (year(&rest[..digits]), &rest[digits..]),
        _ => return None,
    };
    if !(tail.is_empty() || is_time(tail)) || !(1..=31).contains(&day) {
        return None;
    }
    Some(year.and_then(|year| Date::new(year, month, day).ok()))
}

/// `03/02/2026`, `3-2-26`, `2026-02-03`, `03/02`.
fn read_numeric_day(chunk: &str, mark: u8) -> Option<Option<Date>> {
    let mut parts = chunk.split(char::from(mark));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || ![first, second].into_iter().chain(third).all(is_number) {
        return None;
    }
    match third {
        Some(third) if first.len() == 4 => Date::new(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?).ok().map(Some),
        Some(third) => Date::new(year(third)?, second.parse().ok()?, first.parse().ok()?).ok().map(Some),
        // 24/7 is no date, and 7-11 is a shop.
        None if mark == b'/' && first.len() == 2 && second.len() == 2 => {
            Date::new(2024, second.parse().ok()?, first.parse().ok()?).ok().map(|_| None)
        }
        None => None,
    }
}

fn year(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

fn month(word: &str) -> Option<i8> {
    Some(match word {
        "JAN" => 1,
        "FEB" => 2,
        "MAR" => 3,
        "APR" => 4,
        "MAY" => 5,
        "JUN" => 6,
        "JUL" => 7,
        "AUG" => 8,
        "SEP" => 9,
        "OCT" => 10,
        "NOV" => 11,
        "DEC" => 12,
        _ => return None,
    })
}

/// `08:47`, `8:47:10`, `8:47PM`.
fn is_time(chunk: &str) -> bool {
    let chunk = chunk.strip_suffix("AM").or_else(|| chunk.strip_suffix("PM")).unwrap_or(chunk);
    let mut parts = chunk.split(':');
    let is_pair = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
    is_pair(first) && second.len() == 2 && is_pair(second) && parts.next().is_none_or(is_pair) && parts.next().is_none()
}

fn is_bsb(chunk: &str) -> bool {
    let bytes = chunk.as_bytes();
    bytes.len() == 7 && bytes[3] == b'-' && bytes.iter().enumerate().all(|(at, byte)| at == 3 || byte.is_ascii_digit())
}

/// `12.34`, `1,234.56`, `USD12.34`: `Some` with the currency that is glued to it.
fn read_amount(chunk: &str) -> Option<Option<&str>> {
    let (currency, number) = match chunk.get(..3).filter(|code| is_currency(code)) {
        Some(code) => (Some(code), chunk[3..].trim_start_matches('$')),
        None => match chunk.strip_suffix(|last: char| last.is_ascii_alphabetic()) {
            Some(_) if chunk.len() > 3 && chunk.get(chunk.len() - 3..).is_some_and(is_currency) => {
                (chunk.get(chunk.len() - 3..), &chunk[..chunk.len() - 3])
            }
            _ => (None, chunk.trim_start_matches("US$").trim_start_matches("A$")),
        },
    };
    let (whole, cents) = number.rsplit_once('.')?;
    let is_amount = cents.len() == 2
        && cents.bytes().all(|byte| byte.is_ascii_digit())
        && !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    is_amount.then_some(currency)
}

/// The last four digits of a masked number: `XX1234`, `462263XXXXXX1234`, `****1234`.
fn read_masked(chunk: &str) -> Option<[u8; 4]> {
    let bytes = chunk.as_bytes();
    let masks = bytes.iter().filter(|byte| matches!(byte, b'X' | b'*')).count();
    let suffix: [u8; 4] = bytes.last_chunk().copied()?;
    let is_masked = masks > 0
        && suffix.iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'X' | b'*' | b'-'));
    is_masked.then_some(suffix)
}

fn is_currency(word: &str) -> bool {
    matches!(
        word,
        "AED"
            | "AUD"
            | "BRL"
            | "CAD"
            | "CHF"
            | "CNY"
            | "DKK"
            | "EUR"
            | "FJD"
            | "GBP"
            | "HKD"
            | "IDR"
            | "ILS"
            | "INR"
            | "JPY"
            | "KRW"
            | "LKR"
            | "MXN"
            | "MYR"
            | "NOK"
            | "NPR"
            | "NZD"
            | "PGK"
            | "PHP"
            | "PLN"
            | "SEK"
            | "SGD"
            | "THB"
            | "TRY"
            | "TWD"
            | "USD"
            | "VND"
            | "XPF"
            | "ZAR"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let day = |year, month, day| Some(Date::new(year, month, day).expect("a date"));
        for (chunk, expected) in [
            ("03/02/2026", Some(day(2026, 2, 3))),
            ("3/2/26", Some(day(2026, 2, 3))),
            ("2026-02-03", Some(day(2026, 2, 3))),
            ("03/02", Some(None)),
            ("20DEC08:47", Some(None)),
            ("20DEC", Some(None)),
            ("3FEB2026", Some(day(2026, 2, 3))),
            ("24/7", None),
            ("7-11", None),
            ("31/02/2026", None),
            ("123456", None),
            ("4CYTE", None),
            ("5MARKETS", None),
        ] {
            assert_eq!(read_day(chunk), expected, "{chunk}");
        }
        for (chunk, is) in [("08:47", true), ("8:47PM", true), ("8:47:10", true), ("8:4", false), ("12", false)] {
            assert_eq!(is_time(chunk), is, "{chunk}");
        }
        for (chunk, expected) in [
            ("12.34", Some(None)),
            ("1,234.56", Some(None)),
            ("USD12.34", Some(Some("USD"))),
            ("12.34EUR", Some(Some("EUR"))),
            ("12", None),
            ("5.1", None),
            ("NETFLIX.20", None),
        ] {
            assert_eq!(read_amount(chunk), expected, "{chunk}");
        }
        for (chunk, expected) in [
            ("XX1234", Some(*b"1234")),
            ("462263XXXXXX1234", Some(*b"1234")),
            ("****1234", Some(*b"1234")),
            ("XX123", None),
            ("MAXX1234", None),
            ("1234", None),
        ] {
            assert_eq!(read_masked(chunk), expected, "{chunk}");
        }
        for (word, is) in [
            ("BET365", false),
            ("7ELEVEN", false),
            ("F45", false),
            ("RENT4KEEPS", false),
            ("1300FLOWERS", false),
            ("MENULOG24", false),
            ("A1234567", true),
            ("204581234A", true),
            ("XK3J9PQ2", true),
            ("W1234", true),
            ("S053", true),
        ] {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            assert_eq!(is_reference(word.as_bytes(), digits), is, "{word}");
        }
    }
}
