//! The normaliser: a description as words, and the facts that stood between them.

use jiff::civil::Date;

use crate::analysis::ruleset::Ruleset;

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

/// A description, normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrative {
    /// Upper-case ASCII words, single spaces, without channel words, references, card numbers, dates, store numbers and the
    /// trailing place.
    pub text: String,
    /// The whole description folded to upper-case ASCII with single spaces, nothing stripped.
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
    pub intermediary: Option<&'static str>,
    /// A currency conversion stood in it.
    pub foreign: bool,
    /// `TRANSFER TO`, `TFR TO`, `PAYMENT TO`…
    pub says_transfer_to: bool,
    /// `TRANSFER FROM`, `TFR FROM`…
    pub says_transfer_from: bool,
    /// Reads AUTHORISATION: a hold, not a payment.
    pub authorisation: bool,
    /// Reads like a failure: dishonour, returned, unpaid, reversal…
    pub failure: bool,
}

impl Narrative {
    /// Reads a description. The ruleset knows the places that may trail it.
    #[must_use]
    pub fn new(description: &str, _ruleset: &Ruleset) -> Self {
        let folded = description.split_whitespace().map(str::to_ascii_uppercase).collect::<Vec<_>>().join(" ");
        Self {
            text: folded.clone(),
            folded,
            channel: Channel::Unknown,
            number_suffixes: Vec::new(),
            value_date: None,
            references: Vec::new(),
            intermediary: None,
            foreign: false,
            says_transfer_to: false,
            says_transfer_from: false,
            authorisation: false,
            failure: false,
        }
    }
}
