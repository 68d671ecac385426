//! How banks write a payment down: one grammar a bank, as templates, and the structured fields that come with it.
//!
//! A grammar is written from the shapes of that bank's statements. Some grammars are held out: no rule is written from them.

mod amp;
mod anz;
mod bankwest;
mod bendigo;
mod cba;
mod credit_union;
mod hsbc;
mod ing;
mod macquarie;
mod me;
mod nab;
mod render;
mod st_george;
mod suncorp;
mod ubank;
mod up;
mod westpac;

use super::truth::Split;

pub(crate) use render::{Scene, description, title};

/// What kind of row it is, as far as a bank cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Card,
    CardOnline,
    CardForeign,
    CardRefund,
    Atm,
    Debit,
    Credit,
    /// A pay, as the bank knows it from the payer's file.
    Payroll,
    Bpay,
    PayOut,
    PayIn,
    OwnOut,
    OwnIn,
    DebtIn,
    Returned,
    DishonourFee,
    OverdrawnFee,
    AccountFee,
    ForeignFee,
    AtmFee,
    CardFee,
    LateFee,
    InterestIn,
    InterestOut,
    LoanInterest,
    CashIn,
    Cheque,
    CashAdvance,
    CashAdvanceFee,
    LoanOut,
    Redraw,
}

/// What a payment is, before a bank writes it down.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) channel: Channel,
    /// Merchant, biller, payer or person.
    pub(crate) name: String,
    pub(crate) memo: String,
    pub(crate) reference: String,
    /// Suburb and state of a card purchase.
    pub(crate) place: Option<(&'static str, &'static str)>,
    pub(crate) mcc: &'static str,
    /// What stands before the name when the merchant is paid through somebody else: `SQ *`.
    pub(crate) facilitator: &'static str,
    /// The account at the other end, an index into the book's accounts.
    pub(crate) other: Option<usize>,
    /// The foreign amount: `USD 12.99`.
    pub(crate) foreign: String,
    pub(crate) biller_code: String,
    pub(crate) crn: String,
    /// APCA user id of whoever sent the file.
    pub(crate) apca: Option<u32>,
}

impl Said {
    pub(crate) fn of(channel: Channel, name: impl Into<String>) -> Self {
        Self {
            channel,
            name: name.into(),
            memo: String::new(),
            reference: String::new(),
            place: None,
            mcc: "",
            facilitator: "",
            other: None,
            foreign: String::new(),
            biller_code: String::new(),
            crn: String::new(),
            apca: None,
        }
    }

    pub(crate) fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    pub(crate) fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = reference.into();
        self
    }

    pub(crate) fn apca(mut self, apca: u32) -> Self {
        self.apca = Some(apca);
        self
    }

    pub(crate) fn with_other(mut self, account: usize) -> Self {
        self.other = Some(account);
        self
    }
}

/// How the letters of names and places come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Upper,
    /// Each word with a capital.
    Title,
    /// As whoever sent it wrote it: card rows in capitals, names of people as written.
    AsSent,
}

/// When the holder says that a row was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// `T00:00:00Z`: a day and nothing more.
    DateOnly,
    /// Midnight in Sydney, as UTC.
    SydneyMidnight,
    /// A time of day with its offset.
    Offset,
}

/// A bank's words. Every list holds at least one template; `{…}` is filled by [`render`].
#[derive(Debug)]
pub(crate) struct Grammar {
    /// Institution name.
    pub(crate) bank: &'static str,
    pub(crate) split: Split,
    /// First two or three digits of its BSBs.
    pub(crate) bsb: &'static str,
    pub(crate) case: Case,
    pub(crate) clock: Clock,
    /// Characters of a merchant's name, of its place, and of a whole row: what is longer is cut.
    pub(crate) widths: (usize, usize, usize),
    /// The place stands with its state and country.
    pub(crate) country: &'static str,
    /// Times in a hundred that a field is filled.
    pub(crate) fields: Fields,
    /// Whether direct debit authorisations and scheduled payments are shared.
    pub(crate) lists_debits: bool,
    /// Posts a returned debit and its reversal; otherwise at most the fee shows it.
    pub(crate) posts_returns: bool,
    /// Dollars of a dishonour fee, 0 for none.
    pub(crate) dishonour_fee: i64,
    pub(crate) card: &'static [&'static str],
    pub(crate) card_online: &'static [&'static str],
    pub(crate) card_foreign: &'static [&'static str],
    pub(crate) card_refund: &'static [&'static str],
    pub(crate) atm: &'static [&'static str],
    pub(crate) debit: &'static [&'static str],
    pub(crate) credit: &'static [&'static str],
    pub(crate) payroll: &'static [&'static str],
    pub(crate) bpay: &'static [&'static str],
    pub(crate) pay_out: &'static [&'static str],
    pub(crate) pay_in: &'static [&'static str],
    pub(crate) own_out: &'static [&'static str],
    pub(crate) own_in: &'static [&'static str],
    /// A repayment arriving on a card or loan of this bank.
    pub(crate) debt_in: &'static [&'static str],
    pub(crate) returned: &'static [&'static str],
    pub(crate) words: Words,
}

/// Times in a hundred that structured fields are there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) merchant_name: u32,
    pub(crate) mcc: u32,
    pub(crate) biller: u32,
    pub(crate) apca: u32,
    /// Payer and payee of Osko rows.
    pub(crate) npp: u32,
    /// The sender's reference in `reference`, else empty.
    pub(crate) reference: u32,
    /// `type` says more than OTHER.
    pub(crate) typed: u32,
}

/// The bank's own words.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) dishonour_fee: &'static [&'static str],
    pub(crate) overdrawn_fee: &'static [&'static str],
    pub(crate) account_fee: &'static [&'static str],
    pub(crate) foreign_fee: &'static [&'static str],
    pub(crate) atm_fee: &'static [&'static str],
    pub(crate) card_fee: &'static [&'static str],
    pub(crate) late_fee: &'static [&'static str],
    pub(crate) interest_in: &'static [&'static str],
    pub(crate) interest_out: &'static [&'static str],
    pub(crate) loan_interest: &'static [&'static str],
    pub(crate) cash_in: &'static [&'static str],
    pub(crate) cheque: &'static [&'static str],
    pub(crate) cash_advance: &'static [&'static str],
    pub(crate) cash_advance_fee: &'static [&'static str],
    /// A repayment of a loan of the same bank.
    pub(crate) loan_out: &'static [&'static str],
    pub(crate) redraw: &'static [&'static str],
}

impl Grammar {
    pub(crate) fn templates(&self, channel: Channel) -> &'static [&'static str] {
        let words = &self.words;
        match channel {
            Channel::Card => self.card,
            Channel::CardOnline => self.card_online,
            Channel::CardForeign => self.card_foreign,
            Channel::CardRefund => self.card_refund,
            Channel::Atm => self.atm,
            Channel::Debit => self.debit,
            Channel::Credit => self.credit,
            Channel::Payroll => self.payroll,
            Channel::Bpay => self.bpay,
            Channel::PayOut => self.pay_out,
            Channel::PayIn => self.pay_in,
            Channel::OwnOut => self.own_out,
            Channel::OwnIn => self.own_in,
            Channel::DebtIn => self.debt_in,
            Channel::Returned => self.returned,
            Channel::DishonourFee => words.dishonour_fee,
            Channel::OverdrawnFee => words.overdrawn_fee,
            Channel::AccountFee => words.account_fee,
            Channel::ForeignFee => words.foreign_fee,
            Channel::AtmFee => words.atm_fee,
            Channel::CardFee => words.card_fee,
            Channel::LateFee => words.late_fee,
            Channel::InterestIn => words.interest_in,
            Channel::InterestOut => words.interest_out,
            Channel::LoanInterest => words.loan_interest,
            Channel::CashIn => words.cash_in,
            Channel::Cheque => words.cheque,
            Channel::CashAdvance => words.cash_advance,
            Channel::CashAdvanceFee => words.cash_advance_fee,
            Channel::LoanOut => words.loan_out,
            Channel::Redraw => words.redraw,
        }
    }
}

/// Every bank.
pub(crate) static BANKS: [&Grammar; 16] = [
    &anz::GRAMMAR,
    &cba::GRAMMAR,
    &westpac::GRAMMAR,
    &nab::GRAMMAR,
    &ing::GRAMMAR,
    &up::GRAMMAR,
    &bendigo::GRAMMAR,
    &me::GRAMMAR,
    &credit_union::GRAMMAR,
    &st_george::GRAMMAR,
    &macquarie::GRAMMAR,
    &bankwest::GRAMMAR,
    &suncorp::GRAMMAR,
    &ubank::GRAMMAR,
    &hsbc::GRAMMAR,
    &amp::GRAMMAR,
];

/// The banks of a split.
pub(crate) fn banks(split: Split) -> Vec<&'static Grammar> {
    BANKS.into_iter().filter(|grammar| grammar.split == split).collect()
}
