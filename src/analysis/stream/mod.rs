//! Streams: rows of one counterparty that come at a rhythm, and income that comes without one.
//!
//! A stream belongs to one account and one direction; a row is in one stream at most. Streams of income may be irregular, all others
//! have a cadence.

mod attribution;
mod calendar;
mod confirming;
mod describing;
mod finder;
mod fit;
mod grouping;
mod income;
mod joining;
mod levels;
mod method;
mod series;
mod splitting;
mod standing;
mod traits;

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::label::{Narratives, Verdict};
use super::ledger::Ledger;
use super::ruleset::{Category, Ruleset};
use crate::money::Cents;

pub(crate) use attribution::{OwnName, People};
pub use calendar::Rhythm;
pub(crate) use finder::Finder;
pub use method::Method;
pub(crate) use traits::is_word_of_pay;

/// How often a stream comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words of the report")]
pub enum Cadence {
    Weekly,
    Fortnightly,
    FourWeekly,
    /// Twice a month, such as the 15th and the last day.
    SemiMonthly,
    Monthly,
    Bimonthly,
    Quarterly,
    HalfYearly,
    Annual,
    Irregular,
}

impl Cadence {
    /// Times a year as a fraction; `None` for irregular.
    #[must_use]
    pub const fn per_year(self) -> Option<i128> {
        match self {
            Self::Weekly => Some(52),
            Self::Fortnightly => Some(26),
            Self::FourWeekly => Some(13),
            Self::SemiMonthly => Some(24),
            Self::Monthly => Some(12),
            Self::Bimonthly => Some(6),
            Self::Quarterly => Some(4),
            Self::HalfYearly => Some(2),
            Self::Annual => Some(1),
            Self::Irregular => None,
        }
    }

    /// One amount of it, brought to a month: × times a year ÷ 12. `None` for irregular.
    #[must_use]
    pub fn monthly(self, amount: Cents) -> Option<Cents> {
        amount.mul_div(self.per_year()?, 12)
    }

    /// Days between two slots, about; `None` for irregular.
    #[must_use]
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Weekly => Some(7),
            Self::Fortnightly => Some(14),
            Self::FourWeekly => Some(28),
            Self::SemiMonthly => Some(15),
            Self::Monthly => Some(30),
            Self::Bimonthly => Some(61),
            Self::Quarterly => Some(91),
            Self::HalfYearly => Some(183),
            Self::Annual => Some(365),
            Self::Irregular => None,
        }
    }
}

/// How a stream stands at the end of its account's coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Active, and first seen within 60 days with at least two cadences of coverage before.
    New,
    /// It goes on.
    Active,
    /// Active, and whether it is new cannot be known: the coverage before it is too short.
    UnknownStart,
    /// An expected payment is overdue, not yet so long that it ended. Never of income.
    Late,
    /// It came to an end.
    Ended,
}

/// What the rows of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyKind {
    /// The initiating institution's number together with the text.
    ApcaNumber,
    /// The payer or payee that a fast payment names.
    NppPayer,
    /// The normalised text.
    Text,
}

/// Whose income it is, on an account of several holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Attribution {
    /// An applicant's: their own account, or a name that is theirs.
    Applicant,
    /// Someone's who is no applicant.
    OtherHolder,
    /// It cannot be told.
    Unknown,
}

/// What confirms a stream from outside its rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Corroboration {
    /// A direct debit authorisation whose last debit is near the last row.
    DirectDebitAuthorisation,
    /// An active scheduled payment.
    ScheduledPayment,
}

/// When the next row is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The day by the rhythm, moved as the stream moves from weekends and holidays.
    pub expected: Date,
    /// First day within tolerance.
    pub earliest: Date,
    /// Last day within tolerance.
    pub latest: Date,
    /// Of the current level.
    pub amount: Cents,
}

/// A change of the level of amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelChange {
    /// Day of the first row of the new level.
    pub date: Date,
    /// Median of the level before, without sign.
    pub from: Cents,
    /// Median of the new level, without sign.
    pub to: Cents,
}

/// Rows of one counterparty on one account in one direction.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Stable: made of the account, the direction and the first row's id.
    pub id: Arc<str>,
    /// Money in.
    pub is_credit: bool,
    /// Recognised as income.
    pub is_income: bool,
    /// The payer or payee as a person would read it.
    pub party: Box<str>,
    /// What the rows have in common.
    pub key_kind: KeyKind,
    /// Its value.
    pub key: Box<str>,
    /// Category of its rows.
    pub category: Category,
    /// Index into the ledger's accounts.
    pub account: usize,
    /// Indices of its rows, in the ledger's order. Rows that came back are not among them.
    pub rows: Vec<usize>,
    /// For each of `rows` the slot that it fills, before it was moved from a weekend or holiday; `None` for one beside the rhythm and for
    /// all rows of an irregular stream. Each slot is filled once.
    pub slots: Vec<Option<Date>>,
    /// How often.
    pub cadence: Cadence,
    /// Where its slots lie, as of the last row; `None` of an irregular stream.
    pub rhythm: Option<Rhythm>,
    /// How it stands.
    pub status: Status,
    /// Gaps that ended on the expected day within tolerance, and all gaps.
    pub on_time: (u32, u32),
    /// Expected days without a row, up to the end of the account's coverage. Slots that were paid in advance are not missed.
    pub missed: Vec<Date>,
    /// Positions in `rows` of those whose amount is out of line, or that came beside the rhythm: shown, not in the equivalent.
    pub outliers: Vec<usize>,
    /// Position in `rows` where the current level of amounts begins.
    pub level_start: usize,
    /// Changes of level, ascending.
    pub level_changes: Vec<LevelChange>,
    /// One payment of the current level, without sign; `None` of an irregular stream.
    pub amount: Option<Cents>,
    /// What it brings or takes a month, without sign; `None` where it cannot be said.
    pub monthly: Option<Cents>,
    /// When the next is due; `None` when it ended or is irregular.
    pub next: Option<Next>,
    /// Rows that came back, in the ledger's order.
    pub returned: Vec<usize>,
    /// Whose, on an account of several holders.
    pub attribution: Attribution,
    /// Thousandths.
    pub confidence: u16,
    /// What confirms it.
    pub corroborated_by: Vec<Corroboration>,
}

/// The streams of an order.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    /// By first row.
    pub all: Vec<Stream>,
    /// For each row of the ledger the stream that it is in.
    pub of_row: Vec<Option<u32>>,
}

impl Streams {
    /// The stream of a row.
    #[must_use]
    pub fn of(&self, row: usize) -> Option<&Stream> {
        self.of_row.get(row).copied().flatten().map(|at| &self.all[at as usize])
    }
}

/// Finds the streams of a settled ledger and labels the rows of those that it recognises.
#[must_use]
pub fn find(ledger: &mut Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) -> Streams {
    let finder = Finder::new(ledger, narratives, verdicts, ruleset);
    let credits = finder.credits(verdicts);
    let mut all = income::recognise(&finder, credits, verdicts);
    // What is neither income nor has a rhythm is no stream.
    all.retain(|stream| stream.is_income || stream.cadence != Cadence::Irregular);
    all.extend(finder.debits(verdicts));
    finder.close(all)
}
