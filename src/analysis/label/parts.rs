//! Lead, core and tail of a description: which of its words name the other party, and which say how, where and by whom it moved.

use std::ops::Range;
use std::sync::Arc;

use super::tokens::Tokens;
use crate::analysis::ruleset::{Channel, Lead, Party, Ruleset};

/// The parts of a description while it is being read.
pub(super) struct Parts<'a> {
    pub(super) tokens: Tokens<'a>,
    pub(super) ruleset: &'a Ruleset,
    /// First token of the core.
    pub(super) first: usize,
    /// One behind the last token of the core.
    pub(super) end: usize,
    pub(super) channel: Channel,
    pub(super) says_transfer_to: bool,
    pub(super) says_transfer_from: bool,
    pub(super) intermediary: Option<Arc<str>>,
    /// Tokens of a place that neither a state nor a country follows.
    pub(super) doubtful: Option<Range<usize>>,
    /// A payer, payee or merchant is named.
    pub(super) has_party: bool,
}

impl<'a> Parts<'a> {
    /// Reads a folded description.
    pub(super) fn read(folded: &'a str, ruleset: &'a Ruleset) -> Self {
        let tokens = Tokens::read(folded, ruleset);
        let end = tokens.list.len();
        let mut parts = Self {
            channel: if tokens.has_card_mark { Channel::CardPurchase } else { Channel::Unknown },
            tokens,
            ruleset,
            first: 0,
            end,
            says_transfer_to: false,
            says_transfer_from: false,
            intermediary: None,
            doubtful: None,
            has_party: true,
        };
        parts.read_leads();
        parts.read_facilitator();
        parts.cut_at_inner_lead();
        parts.cut_tail();
        parts.has_party = parts.first < parts.end;
        if !parts.has_party {
            (parts.first, parts.end) = (0, parts.tokens.list.len());
        }
        parts.guess_channel();
        parts
    }

    fn hear(&mut self, lead: Lead) {
        if lead.channel.rank() >= self.channel.rank() {
            self.channel = lead.channel;
        }
        if matches!(lead.channel, Channel::InternetTransfer | Channel::Osko | Channel::Unknown) {
            self.says_transfer_to |= lead.party == Party::Gets;
            self.says_transfer_from |= lead.party == Party::Gives;
        }
    }

    fn read_leads(&mut self) {
        loop {
            let found = self.ruleset.channels().lead(&self.tokens.words_from(self.first));
            if let Some((lead, count)) = found {
                self.hear(lead);
                self.first += count;
                continue;
            }
            if self.first == 0 {
                if !self.read_sign() {
                    return;
                }
                continue;
            }
            match self.tokens.text(self.first) {
                "TO" if !self.is_card() => self.says_transfer_to |= self.is_transfer(),
                "FROM" if !self.is_card() => self.says_transfer_from |= self.is_transfer(),
                // Some print the place between the channel and the merchant: IN SYDNEY DATE.
                "IN" => match (2..6).find(|ahead| self.tokens.text(self.first + ahead) == "DATE") {
                    Some(ahead) if self.first + ahead + 1 < self.end => self.first += ahead,
                    _ => return,
                },
                _ => return,
            }
            self.first += 1;
        }
    }

    /// `DR 948805 GYM`, `CR 112233 EMPLOYER`: two letters and a number. A doctor has no number.
    fn read_sign(&mut self) -> bool {
        let channel = match self.tokens.text(0) {
            "DR" => Channel::DirectDebit,
            "CR" => Channel::DirectCredit,
            _ => return false,
        };
        let is_sign = self.end > 1 && self.tokens.has_number_between(0);
        if is_sign {
            self.channel = channel;
            self.first = 1;
        }
        is_sign
    }

    const fn is_card(&self) -> bool {
        matches!(self.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm)
    }

    const fn is_transfer(&self) -> bool {
        matches!(self.channel, Channel::InternetTransfer | Channel::Osko | Channel::Unknown)
    }

    fn read_facilitator(&mut self) {
        let words = (self.first..self.end).map(|index| (self.tokens.text(index), self.tokens.list[index].star));
        if let Some((name, count)) = self.ruleset.facilitators().find(words) {
            self.intermediary = Some(name);
            self.first += count;
        }
    }

    /// Some print the merchant first: `WOOLWORTHS - VISA PURCHASE - RECEIPT …`.
    fn cut_at_inner_lead(&mut self) {
        for index in self.first + 1..self.end {
            if !self.tokens.list[index].dash {
                continue;
            }
            let found = self.ruleset.channels().lead(&self.tokens.words_from(index));
            if let Some((lead, _)) = found {
                self.hear(lead);
                self.end = index;
                return;
            }
        }
    }

    /// What the words say where no lead said it.
    fn guess_channel(&mut self) {
        if self.channel != Channel::Unknown {
            return;
        }
        let mut before = "";
        for (index, word) in self.tokens.words_from(0).enumerate() {
            self.channel = match word {
                "BPAY" => Channel::Bpay,
                "OSKO" | "PAYID" => Channel::Osko,
                "EFTPOS" => Channel::Eftpos,
                "ATM" if index < 4 => Channel::Atm,
                "DEBIT" if before == "DIRECT" => Channel::DirectDebit,
                "CREDIT" if before == "DIRECT" => Channel::DirectCredit,
                "FEE" | "FEES" if is_bank_word(self.tokens.text(0)) => Channel::Fee,
                "CARD" if index >= self.end && !self.tokens.number_suffixes.is_empty() => Channel::CardPurchase,
                _ => Channel::Unknown,
            };
            if self.channel != Channel::Unknown {
                return;
            }
            before = word;
        }
    }

    /// Whether it reads like a hold, and whether it reads like a failure.
    pub(super) fn read_warnings(&self) -> (bool, bool) {
        let (mut authorisation, mut failure) = (false, false);
        let mut before = "";
        for word in self.tokens.words_from(0) {
            match word {
                "AUTHORISATION" | "AUTHORIZATION" | "PREAUTH" | "PREAUTHORISATION" => authorisation = true,
                "DISHONOUR" | "DISHONOURED" | "DISHONOR" | "DISHONORED" | "DISHON" | "DISHNR" | "DISH" | "RETURNED" | "UNPAID"
                | "REVERSAL" | "REVERSED" | "FAILED" | "INSUFFICIENT" | "INSUFF" | "REJECTED" | "BOUNCED" => failure = true,
                "RETURN" => failure |= matches!(before, "PAYMENT" | "DEBIT" | "CHEQUE" | "DD" | "CHQ" | "DEP" | "DEPOSIT" | "ITEM"),
                // REFER TO DRAWER: what a bank says of a payment that it does not make.
                "DRAWER" => failure |= before == "TO",
                _ => {}
            }
            before = word;
        }
        (authorisation, failure)
    }

    /// The words with one space around each, and where the core and a doubtful place stand in them.
    pub(super) fn join(&self, capacity: usize) -> (String, Range<usize>, Option<Range<usize>>) {
        let mut padded = String::with_capacity(capacity + 8);
        padded.push(' ');
        let mut core = 1..1;
        let mut doubtful = self.doubtful.as_ref().map(|_| 0..0);
        for (index, word) in self.tokens.words_from(0).enumerate() {
            let start = padded.len();
            padded.push_str(word);
            if index == self.first {
                core = start..start;
            }
            if index + 1 == self.end {
                core.end = padded.len();
            }
            if let (Some(tokens), Some(bytes)) = (&self.doubtful, &mut doubtful) {
                if index == tokens.start {
                    bytes.start = start;
                }
                if index + 1 == tokens.end {
                    bytes.end = padded.len();
                }
            }
            padded.push(' ');
        }
        (padded, core, doubtful)
    }
}

/// The first word of a fee that a bank charges.
fn is_bank_word(word: &str) -> bool {
    matches!(
        word,
        "ACCOUNT"
            | "ADMIN"
            | "ANNUAL"
            | "ASSISTED"
            | "ATM"
            | "CARD"
            | "CASH"
            | "CHEQUE"
            | "CREDIT"
            | "DISHONOUR"
            | "EXCESS"
            | "FEE"
            | "FEES"
            | "FOREIGN"
            | "HONOUR"
            | "INTERNATIONAL"
            | "INTL"
            | "LATE"
            | "LOAN"
            | "MONTHLY"
            | "OVERDRAWN"
            | "OVERDRAFT"
            | "OVERLIMIT"
            | "OVERSEAS"
            | "PACKAGE"
            | "SERVICE"
            | "TRANSACTION"
            | "UNARRANGED"
            | "WITHDRAWAL"
    )
}
