//! The payer's name in a text whose frame is the bank's: words that stand around many payers name none of them.
//!
//! A list knows the usual ones. What a bank writes that the list does not know is told from the statement itself: a word that begins
//! or ends the texts of several payers is the frame's.

use std::collections::{BTreeMap, BTreeSet};

use super::payer;
use crate::analysis::ledger::TRANSFER_WORDS;
use crate::analysis::ruleset::words;
use crate::analysis::stream::Stream;
use crate::analysis::stream::finder::Finder;
use crate::analysis::stream::traits::{self, Word};
use crate::money::Cents;

/// Different neighbours from which a word at the edge of texts is the frame's.
const NEIGHBOURS: usize = 3;
/// Words of a frame at one edge that are looked for one after the other.
const DEEPEST: usize = 3;
/// Texts that are read for frames: a statement has a few forms, not thousands.
const MOST_READ: usize = 2_000;
/// Words of banks around a payer, beside those of transfers. Sorted.
const FRAME: &[&str] = &[
    "ABA",
    "BACS",
    "BATCH",
    "BENE",
    "BENEFICIARY",
    "BSB",
    "BULK",
    "BY",
    "CR",
    "CRED",
    "CREDITED",
    "DC",
    "DD",
    "DE",
    "DEPOSITED",
    "DESC",
    "DETAILS",
    "DR",
    "DT",
    "E2E",
    "EFFECTIVE",
    "EFT",
    "ELECTRONIC",
    "ENTRY",
    "FASTER",
    "FRM",
    "FROM",
    "FUND",
    "FWD",
    "ID",
    "IN",
    "INCOMING",
    "INFO",
    "INSTANT",
    "INV",
    "INVOICE",
    "INW",
    "INWARD",
    "ITEM",
    "LODGED",
    "LODGEMENT",
    "MEMO",
    "MONEY",
    "MSG",
    "NARR",
    "NARRATIVE",
    "NET",
    "NO",
    "NOTE",
    "NUM",
    "NUMBER",
    "ON",
    "ORDER",
    "ORIG",
    "ORIGINATOR",
    "PARTICULARS",
    "PAYER",
    "PAYMT",
    "PAYT",
    "PERIODIC",
    "PERIODICAL",
    "POSTED",
    "PROC",
    "PROCESSED",
    "PYT",
    "RCD",
    "RCPT",
    "RCVD",
    "REAL",
    "REC",
    "RECD",
    "RECEIVE",
    "RECURRING",
    "REM",
    "REMIT",
    "REMITTANCE",
    "REMITTER",
    "RTGS",
    "SCT",
    "SENDER",
    "SEQ",
    "STANDING",
    "SWIFT",
    "TIME",
    "TRACE",
    "TRACKING",
    "TRAN",
    "TRANS",
    "TRANSACTION",
    "TRN",
    "TT",
    "TXN",
    "VAL",
];

/// The words at the edges of one statement's texts that name nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Wording {
    edges: BTreeSet<String>,
}

/// One text, by words, and what is usually paid under it.
type Text<'t> = (Vec<&'t str>, Cents);

impl Wording {
    /// Reads the texts of groups, one each.
    pub(super) fn of(finder: &Finder<'_, '_>, groups: &[Stream]) -> Self {
        let read = |group: &Stream| {
            let mut amounts: Vec<Cents> = group.rows.iter().map(|&row| finder.ledger.rows[row].amount).collect();
            amounts.sort_unstable();
            Some((plain(&finder.narratives[*group.rows.first()?].text, finder).collect(), amounts[amounts.len() / 2]))
        };
        let mut texts: Vec<Text<'_>> = groups.iter().take(MOST_READ).filter_map(read).collect();
        let mut edges: BTreeSet<String> = BTreeSet::new();
        // What stands before the payers first: behind it every name begins.
        for is_end in [false, true] {
            for _ in 0..DEEPEST {
                let found = edge_words(&texts, is_end, finder);
                if found.is_empty() {
                    break;
                }
                for (list, _) in texts.iter_mut().filter(|(list, _)| list.len() > 1) {
                    let at = if is_end { list.len() - 1 } else { 0 };
                    if found.contains(list[at]) {
                        list.remove(at);
                    }
                }
                edges.extend(found.into_iter().map(str::to_owned));
            }
        }
        Self { edges }
    }

    /// The words that name the payer, in order: no frame, no words of pay, no forms, no numbers.
    pub(super) fn name(&self, finder: &Finder<'_, '_>, stream: &Stream) -> Vec<String> {
        let row = stream.rows[0];
        let extended = finder.ledger.rows[row].transaction().extended.as_deref();
        let field = extended.and_then(|extended| extended.payer.as_deref()).map(|payer| words::fold(words::readable(payer)));
        let mut list: Vec<&str> = plain(field.as_deref().unwrap_or(&finder.narratives[row].text), finder).collect();
        let ends = list.iter().rev().take_while(|word| self.edges.contains(**word)).count();
        let begins = list.iter().take_while(|word| self.edges.contains(**word)).count();
        if begins + ends < list.len() {
            list.truncate(list.len() - ends);
            list.drain(..begins);
        }
        list.into_iter().map(str::to_owned).collect()
    }
}

/// Words at one edge of texts that stand beside several names, under which quite different amounts are paid: one payer's name that stands
/// beside several frames is paid alike under all of them.
fn edge_words<'t>(texts: &[Text<'t>], is_end: bool, finder: &Finder<'_, '_>) -> BTreeSet<&'t str> {
    let mut beside: BTreeMap<&str, BTreeMap<&str, Cents>> = BTreeMap::new();
    for (list, amount) in texts.iter().filter(|(list, _)| list.len() > 1) {
        let (edge, neighbour) = if is_end { (list[list.len() - 1], list[list.len() - 2]) } else { (list[0], list[1]) };
        beside.entry(edge).or_default().entry(neighbour).and_modify(|least| *least = (*least).min(*amount)).or_insert(*amount);
    }
    let is_name = |word: &str| traits::of(word, finder.ruleset).any(Word::GIVEN.or(Word::SURNAME));
    let is_frame = |word: &str, beside: &BTreeMap<&str, Cents>| {
        let (least, most) = (beside.values().min(), beside.values().max());
        beside.len() >= NEIGHBOURS && !is_name(word) && least.zip(most).is_some_and(|(least, most)| most.get() >= 2 * least.get())
    };
    beside.into_iter().filter(|(word, beside)| is_frame(word, beside)).map(|(word, _)| word).collect()
}

/// The words of a text that no list knows as the bank's or as words of pay.
fn plain<'t>(text: &'t str, finder: &'t Finder<'_, '_>) -> impl Iterator<Item = &'t str> {
    words::words(text).filter(|word| {
        word.len() >= 2
            && !traits::of(word, finder.ruleset).any(Word::PAY)
            && !traits::is_cut_pay(word)
            && !traits::is_company_form(word)
            && TRANSFER_WORDS.binary_search(word).is_err()
            && FRAME.binary_search(word).is_err()
            && !payer::is_numeric(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(FRAME.is_sorted());
    }
}
