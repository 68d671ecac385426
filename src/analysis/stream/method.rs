//! How the money of a stream moves.

use serde::Serialize;

use crate::analysis::label::Narratives;
use crate::analysis::label::narrative::Channel;
use crate::analysis::ledger::Ledger;
use crate::submission::TransactionType;

/// How the money of a stream moves, by most of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// The payee takes it under an authority.
    DirectDebit,
    /// To a biller's code.
    Bpay,
    /// By a card, at a till or on file.
    Card,
    /// From account to account.
    Transfer,
    /// Sent by the payer's bank.
    DirectCredit,
    /// None of these, or nothing says it.
    Other,
}

impl Method {
    const ALL: [Self; 6] = [Self::DirectDebit, Self::Bpay, Self::Card, Self::Transfer, Self::DirectCredit, Self::Other];

    /// How one row moved.
    #[must_use]
    pub fn of(ledger: &Ledger<'_>, narratives: &Narratives, at: usize) -> Self {
        let row = ledger.rows[at].transaction();
        match (narratives[at].channel, row.kind) {
            (Channel::DirectDebit, _) | (_, TransactionType::DirectDebit) => Self::DirectDebit,
            (Channel::Bpay, _) => Self::Bpay,
            _ if row.biller_code.is_some() => Self::Bpay,
            (Channel::CardPurchase | Channel::Eftpos, _) => Self::Card,
            _ if row.merchant_category_code.is_some() => Self::Card,
            (Channel::DirectCredit, _) => Self::DirectCredit,
            (Channel::InternetTransfer | Channel::Osko, _) | (_, TransactionType::TransferIncoming | TransactionType::TransferOutgoing) => {
                Self::Transfer
            }
            _ => Self::Other,
        }
    }

    /// How most rows moved, the first named of equals.
    #[must_use]
    pub fn of_most(ledger: &Ledger<'_>, narratives: &Narratives, rows: impl Iterator<Item = usize>) -> Self {
        let mut counts = [0_usize; 6];
        for row in rows {
            let method = Self::of(ledger, narratives, row);
            counts[Self::ALL.iter().position(|of| *of == method).unwrap_or(5)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        Self::ALL.into_iter().zip(counts).find(|(_, count)| *count == most).map_or(Self::Other, |(method, _)| method)
    }

    /// True for a bill: taken by the payee, or paid to a biller's code.
    pub(super) const fn is_of_bills(self) -> bool {
        matches!(self, Self::DirectDebit | Self::Bpay)
    }
}
