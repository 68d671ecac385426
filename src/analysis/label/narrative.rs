//! The normaliser: a description as words, and the facts that stood between them.
//!
//! A description is a lead (how the money moved), a core (who was paid, or who paid) and a tail (place, company form, card). The
//! automaton sees all three, so that `SERVICE NSW` is found where the state looks like a place; [`Narrative::text`] is the core.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::parts::Parts;
use super::tokens::Tokens;
pub use crate::analysis::ruleset::Channel;
use crate::analysis::ruleset::{Ruleset, words};

/// A description, normalised.
#[expect(clippy::struct_excessive_bools, reason = "facts of a text, none of which excludes another")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrative {
    /// Upper-case ASCII words, single spaces, without channel words, references, card numbers, dates, store numbers and the
    /// trailing place.
    pub text: String,
    /// The whole description folded to upper-case ASCII with single spaces and without apostrophes, nothing else stripped.
    pub folded: String,
    /// How the money moved.
    pub channel: Channel,
    /// Last four digits of a card or account that the narrative names.
    pub number_suffixes: Vec<[u8; 4]>,
    /// The value date it names.
    pub value_date: Option<Date>,
    /// Receipt and reference numbers, digits or letters and digits, at least five characters.
    pub references: Vec<String>,
    /// The payment facilitator before the merchant: SQUARE, PAYPAL, ZELLER, STRIPE, EZIDEBIT…
    pub intermediary: Option<Arc<str>>,
    /// A currency conversion stood in it.
    pub foreign: bool,
    /// `TRANSFER TO`, `TFR TO`, `PAYMENT TO`…
    pub says_transfer_to: bool,
    /// `TRANSFER FROM`, `TFR FROM`…
    pub says_transfer_from: bool,
    /// The money goes to the number of a card.
    pub to_card: bool,
    /// Reads AUTHORISATION: a hold, not a payment.
    pub authorisation: bool,
    /// Reads like a failure: dishonour, returned, unpaid, reversal…
    pub failure: bool,
    /// Lead, core and tail: words with one space before, after and between.
    padded: String,
    /// Where the core stands in it.
    core: Range<usize>,
    /// Where a place stands in it that nothing but a list of places says is one.
    doubtful: Option<Range<usize>>,
    /// A payer, payee or merchant is named: not all of it is channel words and numbers.
    has_party: bool,
}

impl Narrative {
    /// Reads a description. The ruleset knows the words of banks and the places that may trail a name.
    #[must_use]
    pub fn new(description: &str, ruleset: &Ruleset) -> Self {
        let folded = words::fold(words::readable(description));
        let parts = Parts::read(&folded, ruleset);
        let (authorisation, failure) = parts.read_warnings();
        let (padded, core, doubtful) = parts.join(folded.len());
        let Parts { tokens, channel, says_transfer_to, says_transfer_from, intermediary, has_party, .. } = parts;
        let Tokens { number_suffixes, value_date, references, foreign, to_card, .. } = tokens;
        Self {
            text: padded[core.clone()].to_owned(),
            channel,
            number_suffixes,
            value_date,
            references,
            intermediary,
            foreign,
            says_transfer_to,
            says_transfer_from,
            to_card,
            authorisation,
            failure,
            padded,
            core,
            doubtful,
            has_party,
            folded,
        }
    }

    /// Lead, core and tail: words with one space before, after and between.
    pub(super) fn padded(&self) -> &str {
        &self.padded
    }

    /// Where a place stands in [`Self::padded`] that nothing but a list of places says is one: VINEYARD is also a trade.
    pub(super) fn doubtful(&self) -> Option<&Range<usize>> {
        self.doubtful.as_ref()
    }

    /// True where a narrative of the same words says the same to the rules: they differ in dates, references and numbers only.
    pub(super) fn is_judged_as(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.channel, one.failure, one.has_party, one.to_card, one.number_suffixes.is_empty());
        said(self) == said(other) && (&self.core, &self.doubtful, &self.padded) == (&other.core, &other.doubtful, &other.padded)
    }

    /// True where a payer, payee or merchant is named.
    pub(in crate::analysis) const fn has_party(&self) -> bool {
        self.has_party
    }

    /// Where the core stands in [`Self::padded`].
    pub(super) fn core(&self) -> Range<usize> {
        self.core.clone()
    }
}
