//! What falls due on an agreement in the days that are looked at, as if it had run all the time.

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::window::{median, per_month};
use super::level::rhythm;
use super::payments::Payment;
use crate::analysis::days::{Window, between, plus};
use crate::analysis::stream::Cadence;
use crate::money::Cents;

/// Days that instalments without a rhythm are spread over.
const LOOK_BACK: i64 = 90;

/// The instalments of one agreement.
#[derive(Clone, Debug)]
pub(super) enum Due {
    /// An amount at a rhythm, the last on a day.
    Regular {
        /// One instalment.
        amount: Cents,
        /// How often.
        cadence: Cadence,
        /// The last one.
        last: Date,
    },
    /// What was paid, when it was paid.
    Irregular(Vec<Payment>),
}

impl Due {
    /// From the payments of an agreement that goes on; `None` without any.
    pub(super) fn of(paid: &[Payment]) -> Option<Self> {
        let last = paid.last()?.day;
        let gaps: Vec<i64> = paid.windows(2).map(|pair| between(pair[0].day, pair[1].day)).collect();
        let amounts: Vec<Cents> = paid.iter().map(|payment| payment.amount).collect();
        Some(match (rhythm(&gaps), median(&amounts)) {
            (Some(cadence), Some(amount)) => Self::Regular { amount, cadence, last },
            _ => Self::Irregular(paid.to_vec()),
        })
    }

    /// What falls due a month.
    pub(super) fn monthly(&self) -> Option<Cents> {
        match self {
            Self::Regular { amount, cadence, .. } => cadence.monthly(*amount),
            Self::Irregular(paid) => {
                let from = plus(paid.last()?.day, 1 - LOOK_BACK);
                per_month(paid.iter().filter(|payment| payment.day >= from).map(|payment| payment.amount).sum(), LOOK_BACK)
            }
        }
    }

    /// What falls due inside a window that ends no later than a cadence after the last instalment.
    pub(super) fn within(&self, window: Window) -> Cents {
        match self {
            Self::Regular { amount, cadence, last } => {
                let slots = (0_i32..).map(|back| slot(*last, *cadence, back)).take_while(|day| *day >= window.from);
                slots.filter(|day| window.contains(*day)).map(|_| *amount).sum()
            }
            Self::Irregular(paid) => paid.iter().filter(|payment| window.contains(payment.day)).map(|payment| payment.amount).sum(),
        }
    }
}

/// The slot so many cadences before the last; months keep their day.
fn slot(last: Date, cadence: Cadence, back: i32) -> Date {
    let months = match cadence {
        Cadence::Monthly => 1,
        Cadence::Bimonthly => 2,
        Cadence::Quarterly => 3,
        _ => return plus(last, -i64::from(back) * cadence.days().unwrap_or(30)),
    };
    last.saturating_sub((back * months).months())
}
