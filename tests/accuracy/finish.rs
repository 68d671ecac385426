//! From books to rows as a holder has them: opening balances, words, ids, second views of joint accounts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::book::{At, Book, Generation, Product, Row};
use super::calendar::after;
use super::narrative::{Channel, Scene, description};
use super::random::Random;
use super::truth::{Anchor, Repeat};

/// A row as the payload has it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The row of the books.
    pub(crate) at: At,
    pub(crate) account: usize,
    pub(crate) id: String,
    pub(crate) description: String,
    /// The day of the purchase, of which the words speak.
    pub(crate) happened: Date,
    /// Settles what is optional in the record.
    pub(crate) chance: u64,
}

/// Sets the balance before the first row, so that accounts are as full as they should be.
pub(crate) fn settle(book: &mut Book) {
    for account in 0..book.accounts.len() {
        let lowest = lowest(book, account);
        let opening = match book.accounts[account].product {
            Product::HomeLoan | Product::PersonalLoan => continue,
            Product::Card => -book.random.within(15_000, 240_000),
            Product::Everyday if !book.clean && book.random.chance(45) => -lowest - book.random.within(1_500, 38_000),
            Product::Everyday => -lowest + book.random.within(4_000, 190_000),
            Product::Savings => -lowest + book.random.within(10_000, 2_200_000),
        };
        book.accounts[account].opening = opening;
        if book.accounts[account].product == Product::Card {
            let owed = (-(opening + lowest)).max(-opening);
            book.accounts[account].limit = (owed * 13 / 10 / 100_000 + 2) * 100_000;
        }
        let anchor =
            book.random.weighted(&[(62, Anchor::True), (16, Anchor::Unstated), (11, Anchor::Lagging), (11, Anchor::PendingInclusive)]);
        book.accounts[account].anchor = anchor;
    }
    for account in 0..book.accounts.len() {
        if let Some(of) = book.accounts[account].copy_of {
            book.accounts[account].opening = book.accounts[of].opening;
            book.accounts[account].anchor = book.accounts[of].anchor;
        }
    }
}

/// The lowest end of a day, counted from an opening of nothing. Never above it.
fn lowest(book: &Book, account: usize) -> i64 {
    let mut running = 0;
    sums(book, account).values().fold(0, |lowest: i64, moved| {
        running += moved;
        lowest.min(running)
    })
}

/// What an account moved by on each day: every posted row once.
pub(crate) fn sums(book: &Book, account: usize) -> BTreeMap<Date, i64> {
    let mut days: BTreeMap<Date, i64> = BTreeMap::new();
    for row in book.rows.iter().filter(|row| row.account == account && row.posted && row.repeats.is_none()) {
        *days.entry(row.day).or_default() += row.cents;
    }
    days
}

/// The rows of the payload, each account's second view included, in the order of the books.
pub(crate) fn write(book: &mut Book) -> Vec<Written> {
    let mut written = Vec::with_capacity(book.rows.len());
    let mut said: BTreeMap<At, Written> = BTreeMap::new();
    let mut random = Random::new(book.random.next());
    for at in 0..book.rows.len() {
        let row = &book.rows[at];
        if row.missing || row.cents == 0 {
            continue;
        }
        let id = format!("{}{:07}", random.digits(3), at);
        let chance = random.next();
        let row = if let Some((of, repeat)) = row.repeats {
            let Some(first) = said.get(&of) else { continue };
            // Nothing but a receipt tells a payment posted again from two equal payments.
            if repeat == Repeat::Reposted && !has_receipt(&first.description) {
                continue;
            }
            // It is the same record to the letter, but for the id of a re-posting.
            let id = if repeat == Repeat::SameId { first.id.clone() } else { id };
            Written { at, id, ..first.clone() }
        } else {
            let (description, happened) = say(book, at, &mut random);
            Written { at, account: row.account, id, description, happened, chance }
        };
        said.insert(at, row.clone());
        written.push(row);
    }
    copies(book, written)
}

fn has_receipt(description: &str) -> bool {
    description.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() >= 6)
}

fn copies(book: &Book, mut written: Vec<Written>) -> Vec<Written> {
    for (view, account) in book.accounts.iter().enumerate() {
        let Some(of) = account.copy_of else { continue };
        let copied: Vec<Written> = (written.iter())
            .filter(|row| row.account == of)
            .map(|row| Written { account: view, id: format!("J{}", row.id), ..row.clone() })
            .collect();
        written.extend(copied);
    }
    written
}

/// The words of a row, and the day that they speak of.
fn say(book: &Book, at: At, random: &mut Random) -> (String, Date) {
    let row = &book.rows[at];
    let bank = book.bank(row.account);
    let account = &book.accounts[row.account];
    let is_card = matches!(row.said.channel, Channel::Card | Channel::CardOnline | Channel::CardForeign);
    let happened = if is_card { after(row.day, -random.within(0, 2)) } else { row.day };
    let other = row.said.other.map(|other| &book.accounts[other]);
    let scene = Scene {
        day: happened,
        card: &account.card,
        habit: habit(&account.id, row),
        other: other.map_or(("", "", ""), |other| {
            let product = other.nickname.as_deref().unwrap_or(&other.name);
            (&other.number, &other.bsb, product)
        }),
    };
    (description(bank, &row.said, &scene, random), happened)
}

/// The same number for every row of a channel and a counterparty on an account (FNV-1a).
fn habit(account: &str, row: &Row) -> u64 {
    let bytes = account.bytes().chain(row.said.name.bytes()).chain([row.said.channel as u8]);
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)) >> 16
}

/// Whether a record has structured members at all.
pub(crate) fn is_structured(generation: Generation) -> bool {
    generation != Generation::Plain
}
