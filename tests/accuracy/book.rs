//! The household's books while they are written: people, accounts, rows by index. What is true is noted beside the rows.

use jiff::civil::Date;

use super::calendar::{Every, after};
use super::lists::{self, Merchant};
use super::narrative::{Channel, Grammar, Said};
use super::random::Random;
use super::truth::{Anchor, Kind, Repeat, Split, Stratum};

/// A row of the books.
pub(crate) type At = usize;

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) applicant_id: String,
    pub(crate) given: &'static str,
    pub(crate) surname: &'static str,
    pub(crate) employer: Option<String>,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }
}

/// Which members a row's record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// `BankingTransaction` as it first was: text and amounts.
    Plain,
    /// Detail rows with `x2p101Payload`.
    Older,
    /// Detail rows with `nppPayload`.
    Newer,
}

/// One consent at one bank.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    /// Index into [`Book::people`].
    pub(crate) person: usize,
    pub(crate) bank: &'static Grammar,
    pub(crate) generation: Generation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Everyday,
    Savings,
    Card,
    HomeLoan,
    PersonalLoan,
}

#[derive(Clone, Debug)]
pub(crate) struct Loan {
    pub(crate) original: i64,
    pub(crate) instalment: i64,
    pub(crate) every: Every,
    /// Hundredths of a per cent a year.
    pub(crate) rate: i64,
    pub(crate) ends: Date,
    pub(crate) next: Date,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// Index into [`Book::customers`].
    pub(crate) customer: usize,
    pub(crate) id: String,
    pub(crate) product: Product,
    pub(crate) name: String,
    pub(crate) nickname: Option<String>,
    pub(crate) bsb: String,
    pub(crate) number: String,
    pub(crate) card: String,
    /// Held by two people.
    pub(crate) joint: bool,
    pub(crate) limit: i64,
    pub(crate) loan: Option<Loan>,
    /// The account of which this is the second view.
    pub(crate) copy_of: Option<usize>,
    /// Balance before the first row.
    pub(crate) opening: i64,
    pub(crate) anchor: Anchor,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) account: usize,
    pub(crate) day: Date,
    pub(crate) cents: i64,
    pub(crate) category: &'static str,
    pub(crate) stratum: Stratum,
    pub(crate) said: Said,
    pub(crate) posted: bool,
    /// A pending row that the holder gives no date.
    pub(crate) undated: bool,
    /// Lies in a gap: it happened and is not in the payload.
    pub(crate) missing: bool,
    /// The row of which this one is a repeat, in the same words.
    pub(crate) repeats: Option<(At, Repeat)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) category: &'static str,
    pub(crate) payer: String,
    pub(crate) account: usize,
    /// `None`: irregular.
    pub(crate) every: Option<Every>,
    pub(crate) rows: Vec<At>,
    /// Amount of one pay of the current level.
    pub(crate) level: i64,
    pub(crate) ended: bool,
    pub(crate) other_holder: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Recurring {
    pub(crate) payee: String,
    pub(crate) category: &'static str,
    pub(crate) every: Every,
    pub(crate) rows: Vec<At>,
    /// A direct debit authorisation or a scheduled payment stands beside it.
    pub(crate) confirmed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Debt {
    pub(crate) name: String,
    pub(crate) category: &'static str,
    /// The debt's account, where it is shared.
    pub(crate) account: Option<usize>,
    pub(crate) monthly: Option<i64>,
    pub(crate) rows: Vec<At>,
}

#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) debits: Vec<At>,
    pub(crate) credits: Vec<At>,
    pub(crate) household: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Failed {
    pub(crate) debit: Option<At>,
    pub(crate) reversal: Option<At>,
    pub(crate) fee: Option<At>,
    pub(crate) represented: Option<At>,
}

/// An authorisation to debit an account.
#[derive(Clone, Debug)]
pub(crate) struct Authorisation {
    pub(crate) account: usize,
    pub(crate) name: String,
    pub(crate) last: At,
}

/// A payment that the customer told the bank to make.
#[derive(Clone, Debug)]
pub(crate) struct Scheduled {
    pub(crate) account: usize,
    pub(crate) to: String,
    pub(crate) cents: i64,
    pub(crate) next: Date,
    pub(crate) interval: &'static str,
    pub(crate) own: Option<usize>,
}

/// Everything about one household.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) random: Random,
    pub(crate) split: Split,
    pub(crate) kind: Kind,
    pub(crate) from: Date,
    pub(crate) as_of: Date,
    pub(crate) state: &'static str,
    pub(crate) home: &'static str,
    pub(crate) clean: bool,
    /// What it has to spend a month, cents.
    pub(crate) budget: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) rows: Vec<Row>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) hard_negatives: Vec<(&'static str, Vec<At>)>,
    pub(crate) recurring: Vec<Recurring>,
    pub(crate) debts: Vec<Debt>,
    pub(crate) moves: Vec<Move>,
    pub(crate) failures: Vec<Failed>,
    pub(crate) refunds: Vec<(At, At)>,
    pub(crate) pending: Vec<(At, Option<At>)>,
    pub(crate) gaps: Vec<(usize, Date, Date)>,
    pub(crate) authorisations: Vec<Authorisation>,
    pub(crate) scheduled: Vec<Scheduled>,
}

impl Book {
    /// Writes a row; `None` when its day lies outside the window.
    pub(crate) fn post(&mut self, account: usize, day: Date, cents: i64, label: (&'static str, Stratum), said: Said) -> Option<At> {
        if !(self.from..=self.as_of).contains(&day) {
            return None;
        }
        let (category, stratum) = label;
        let row = Row { account, day, cents, category, stratum, said, posted: true, undated: false, missing: false, repeats: None };
        self.rows.push(row);
        Some(self.rows.len() - 1)
    }

    /// A purchase with a card, in a shop, online or abroad, as the merchant sells.
    pub(crate) fn buy(&mut self, account: usize, day: Date, cents: i64, merchant: &Merchant) -> Option<At> {
        let said = self.card(merchant);
        self.post(account, day, -cents, (merchant.category, merchant.stratum), said)
    }

    /// What a card row says of a merchant.
    pub(crate) fn card(&mut self, merchant: &Merchant) -> Said {
        let channel = match merchant.how.chars().find(|way| "cof".contains(*way)) {
            Some('o') => Channel::CardOnline,
            Some('f') => Channel::CardForeign,
            _ => Channel::Card,
        };
        let mut name = merchant.name.to_owned();
        if channel == Channel::Card && merchant.stratum == Stratum::KnownBrand && self.random.chance(35) {
            name = format!("{name} {}", self.random.within(2, 9_899));
        }
        let mut said = Said::of(channel, name);
        said.mcc = merchant.mcc;
        said.place = Some(match channel {
            Channel::CardForeign => (*self.random.pick(&["SAN FRANCISCO", "DUBLIN", "LONDON", "SINGAPORE", "SEATTLE"]), ""),
            Channel::CardOnline => (*self.random.pick(&["SYDNEY", "MELBOURNE", "SURRY HILLS", "RICHMOND"]), self.state),
            _ => self.nearby(),
        });
        if channel == Channel::CardForeign {
            said.foreign =
                format!("{} {}.{:02}", self.random.pick(&["USD", "EUR", "GBP"]), self.random.within(3, 80), self.random.within(0, 99));
        }
        said
    }

    /// Home, or somewhere in the state.
    pub(crate) fn nearby(&mut self) -> (&'static str, &'static str) {
        let place = if self.random.chance(55) { self.home } else { *self.random.pick(lists::places(self.state)) };
        (place, self.state)
    }

    /// A real name of a category, of this household's split.
    pub(crate) fn brand(&mut self, category: &str, how: &str) -> Option<&'static Merchant> {
        lists::brand(&mut self.random, self.split, category, how, self.state)
    }

    /// One of the words of a kind, of this household's split.
    pub(crate) fn word(&mut self, kind: &str) -> &'static str {
        self.random.pick::<&'static str>(lists::words(self.split, kind))
    }

    /// Somebody's name, and nobody's who lives here.
    pub(crate) fn somebody(&mut self) -> String {
        loop {
            let name = format!("{} {}", self.word("given"), self.word("surname"));
            if self.people.iter().all(|person| person.name() != name) {
                return name;
            }
        }
    }

    /// The bank of an account.
    pub(crate) fn bank(&self, account: usize) -> &'static Grammar {
        self.customers[self.accounts[account].customer].bank
    }

    /// Accounts of a person of a product, first views only.
    pub(crate) fn accounts_of(&self, person: usize, product: Product) -> Vec<usize> {
        let is = |account: &&usize| {
            let account = &self.accounts[**account];
            account.product == product && account.copy_of.is_none() && self.customers[account.customer].person == person
        };
        (0..self.accounts.len()).collect::<Vec<_>>().iter().filter(is).copied().collect()
    }

    /// The account that a person is paid into.
    pub(crate) fn everyday(&self, person: usize) -> usize {
        self.accounts_of(person, Product::Everyday)[0]
    }

    /// Where bills are paid from: the joint account where there is one.
    pub(crate) fn bills_account(&self) -> usize {
        let joint = (0..self.accounts.len()).find(|&at| {
            let account = &self.accounts[at];
            account.joint && account.product == Product::Everyday && account.copy_of.is_none()
        });
        joint.unwrap_or_else(|| self.everyday(0))
    }

    /// Where a purchase is paid from.
    pub(crate) fn spending_account(&mut self) -> usize {
        let person = self.random.index(self.people.len());
        let cards = self.accounts_of(person, Product::Card);
        if !cards.is_empty() && self.random.chance(40) {
            return cards[0];
        }
        let everyday = self.accounts_of(person, Product::Everyday);
        if self.random.chance(75) { everyday[0] } else { *self.random.pick(&everyday) }
    }

    /// A day of the window.
    pub(crate) fn any_day(&mut self) -> Date {
        let days = super::calendar::between(self.from, self.as_of);
        after(self.from, self.random.within(0, days))
    }

    /// Days of the window.
    pub(crate) fn days(&self) -> i64 {
        super::calendar::between(self.from, self.as_of) + 1
    }
}
