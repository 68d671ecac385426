//! Streams of pay: when they come, how much, what the statement calls them.

use jiff::civil::Date;

use super::book::{At, Book, Stream};
use super::calendar::{Every, Shift, after, between, shifted};
use super::narrative::{Channel, Said};
use super::truth::Stratum;

/// A pay that comes in a rhythm.
#[derive(Clone, Debug)]
pub(crate) struct Pay {
    pub(crate) account: usize,
    pub(crate) category: &'static str,
    pub(crate) payer: String,
    pub(crate) channel: Channel,
    /// Lodgement reference: `#` is a number that changes, `@` the day.
    pub(crate) reference: String,
    pub(crate) apca: Option<u32>,
    pub(crate) every: Every,
    pub(crate) cents: i64,
    pub(crate) shift: Shift,
    /// Pays move by so many thousandths.
    pub(crate) jitter: i64,
    /// First and last day of the employment, where it is not the whole window.
    pub(crate) starts: Option<Date>,
    pub(crate) ends: Option<Date>,
    /// From this day on it pays that much.
    pub(crate) rise: Option<(Date, i64)>,
}

impl Pay {
    pub(crate) fn new(account: usize, category: &'static str, payer: impl Into<String>, every: Every, cents: i64) -> Self {
        Self {
            account,
            category,
            payer: payer.into(),
            channel: Channel::Credit,
            reference: String::new(),
            apca: None,
            every,
            cents,
            shift: Shift::Before,
            jitter: 0,
            starts: None,
            ends: None,
            rise: None,
        }
    }

    pub(crate) fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = reference.into();
        self
    }

    /// The row of one pay.
    pub(crate) fn said(&self, book: &mut Book, day: Date) -> Said {
        let mut said = Said::of(self.channel, self.payer.clone()).reference(worded(book, &self.reference, day));
        said.apca = self.apca;
        said
    }
}

/// Fills the changing parts of a reference.
pub(crate) fn worded(book: &mut Book, reference: &str, day: Date) -> String {
    let mut text = reference.replace('@', &day.strftime("%d%m%y").to_string());
    while text.contains('#') {
        let digits = book.random.digits(6);
        text = text.replacen('#', &digits, 1);
    }
    text
}

/// Writes the stream down. Returns its index among the streams, unless nothing of it lies in the window.
pub(crate) fn stream(book: &mut Book, pay: &Pay) -> Option<usize> {
    // The rhythm began some time before the window.
    let phase = book.random.within(0, pay.every.days() - 1);
    let first = pay.starts.unwrap_or_else(|| after(book.from, phase - pay.every.days()));
    let last = pay.ends.unwrap_or_else(|| after(book.as_of, 4));
    let mut rows: Vec<At> = Vec::new();
    let mut level = pay.cents;
    for slot in pay.every.slots(first, last) {
        level = pay.rise.filter(|(from, _)| *from <= slot).map_or(pay.cents, |(_, cents)| cents);
        let moved = level * book.random.within(-pay.jitter, pay.jitter) / 1_000;
        let day = shifted(slot, pay.shift, book.state);
        let said = pay.said(book, day);
        rows.extend(book.post(pay.account, day, level + moved, (pay.category, Stratum::Income), said));
    }
    let newest = rows.last().map(|&row| book.rows[row].day)?;
    if pay.jitter > 0 {
        level = middle(rows.iter().rev().take(6).map(|&row| book.rows[row].cents).collect());
    }
    let ended = pay.ends.is_some() && between(newest, book.as_of) * 2 > pay.every.days() * 3;
    book.streams.push(Stream {
        category: pay.category,
        payer: pay.payer.clone(),
        account: pay.account,
        every: Some(pay.every),
        rows,
        level,
        ended,
        other_holder: false,
    });
    Some(book.streams.len() - 1)
}

/// Pay that comes on `slots` and is never twice the same.
pub(crate) fn irregular(book: &mut Book, pay: &Pay, slots: &[Date], range: (i64, i64)) -> Option<usize> {
    let mut rows: Vec<At> = Vec::new();
    for &slot in slots {
        let day = shifted(slot, pay.shift, book.state);
        let said = pay.said(book, day);
        let cents = book.random.within(range.0, range.1);
        rows.extend(book.post(pay.account, day, cents, (pay.category, Stratum::Income), said));
    }
    let newest = rows.last().map(|&row| book.rows[row].day)?;
    let ended = between(newest, book.as_of) > 60;
    book.streams.push(Stream {
        category: pay.category,
        payer: pay.payer.clone(),
        account: pay.account,
        every: None,
        rows,
        level: 0,
        ended,
        other_holder: false,
    });
    Some(book.streams.len() - 1)
}

/// The median; of two middle ones their mean.
pub(crate) fn middle(mut cents: Vec<i64>) -> i64 {
    cents.sort_unstable();
    let half = cents.len() / 2;
    match cents.len() {
        0 => 0,
        odd if odd % 2 == 1 => cents[half],
        _ => i64::midpoint(cents[half - 1], cents[half]),
    }
}
