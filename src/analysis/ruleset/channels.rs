//! The words by which banks say how money moved.

use std::collections::HashMap;

use super::table::Table;
use super::{RulesError, words};

/// How the money moved, as the narrative says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names of payment channels")]
pub enum Channel {
    CardPurchase,
    Eftpos,
    Atm,
    Bpay,
    DirectDebit,
    DirectCredit,
    Osko,
    InternetTransfer,
    Cheque,
    BranchCash,
    Fee,
    Interest,
    Unknown,
}

impl Channel {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "CARD_PURCHASE" => Self::CardPurchase,
            "EFTPOS" => Self::Eftpos,
            "ATM" => Self::Atm,
            "BPAY" => Self::Bpay,
            "DIRECT_DEBIT" => Self::DirectDebit,
            "DIRECT_CREDIT" => Self::DirectCredit,
            "OSKO" => Self::Osko,
            "INTERNET_TRANSFER" => Self::InternetTransfer,
            "CHEQUE" => Self::Cheque,
            "BRANCH_CASH" => Self::BranchCash,
            "FEE" => Self::Fee,
            "INTEREST" => Self::Interest,
            "UNKNOWN" => Self::Unknown,
            _ => return None,
        })
    }

    /// A later word says more than an earlier one where it ranks as high: `INTERNET BANKING BPAY` is BPAY.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::InternetTransfer => 1,
            Self::DirectDebit | Self::DirectCredit => 2,
            // A fee for something is a fee.
            Self::Fee => 4,
            _ => 3,
        }
    }

    /// True where a merchant's place may trail its name. Payers have surnames that are suburbs.
    pub(crate) const fn has_place(self) -> bool {
        matches!(self, Self::CardPurchase | Self::Eftpos | Self::Atm | Self::BranchCash | Self::Unknown)
    }
}

/// What the party after a lead does with the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Gets,
    Gives,
    Unsaid,
}

/// What the words before a payer, a payee or a merchant say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub(crate) channel: Channel,
    pub(crate) party: Party,
    /// It says nothing by itself, and is one only where another follows.
    pub(crate) is_modifier: bool,
}

/// One lead: its words after the first.
type Rest = (Box<[Box<str>]>, Lead);

/// The leads by their first word, longest first. Only ever asked, never listed, so their order does not matter.
#[derive(Debug)]
pub(crate) struct Channels(HashMap<Box<str>, Vec<Rest>>);

impl Channels {
    pub(super) fn read(text: &str) -> Result<Self, RulesError> {
        let mut by_first: HashMap<Box<str>, Vec<Rest>> = HashMap::new();
        for row in Table::new("channels.tsv", text).rows_under(["words", "channel", "party"])? {
            let row = row?;
            let [phrase, channel, party] = row.cells;
            if words::canonical(phrase) != phrase || phrase.is_empty() {
                return Err(row.wrong(format!("{phrase} is not written as its words: {}", words::canonical(phrase))));
            }
            let is_modifier = channel == "MODIFIER";
            let channel = if is_modifier { "UNKNOWN" } else { channel };
            let lead = Lead {
                is_modifier,
                channel: Channel::parse(channel).ok_or_else(|| row.wrong(format!("{channel} is no channel")))?,
                party: match party {
                    "to" => Party::Gets,
                    "from" => Party::Gives,
                    "-" => Party::Unsaid,
                    _ => return Err(row.wrong(format!("{party} is none of to, from and -"))),
                },
            };
            let mut phrase = phrase.split(' ').map(Box::from);
            let first: Box<str> = phrase.next().expect("it is not empty");
            let rest: Box<[Box<str>]> = phrase.collect();
            let leads = by_first.entry(first).or_default();
            if leads.iter().any(|(held, _)| *held == rest) {
                return Err(row.wrong("these words stand twice"));
            }
            leads.push((rest, lead));
        }
        for leads in by_first.values_mut() {
            leads.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        Ok(Self(by_first))
    }

    /// The longest lead that the words begin with, and how many words it has. Modifiers count where another lead follows them.
    pub(crate) fn lead<'a>(&self, words: &(impl Iterator<Item = &'a str> + Clone)) -> Option<(Lead, usize)> {
        let (mut lead, mut count) = self.longest(words.clone())?;
        // A few at most: the words of a text are few.
        while lead.is_modifier {
            let (next, more) = self.longest(words.clone().skip(count))?;
            (lead, count) = (next, count + more);
        }
        Some((lead, count))
    }

    fn longest<'a>(&self, mut words: impl Iterator<Item = &'a str> + Clone) -> Option<(Lead, usize)> {
        let leads = self.0.get(words.next()?)?;
        leads
            .iter()
            .find(|(rest, _)| {
                let mut words = words.clone();
                rest.iter().all(|word| words.next() == Some(word))
            })
            .map(|&(ref rest, lead)| (lead, rest.len() + 1))
    }
}
