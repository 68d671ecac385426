//! What sets a row apart: why it is in no figure, or what a reader should know about it.

use serde::ser::{Serialize, SerializeSeq, Serializer};

/// A set of marks. `flags[]` of a row in the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u32);

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $text:literal;)*) => {
        impl Marks {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*
            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$name, $text)),*];
        }
    };
}

marks! {
    /// The holder has not posted it.
    PENDING = 0, "pending";
    /// Posted, but it reads AUTHORISATION: a hold, not a payment.
    AUTHORISATION = 1, "authorisation";
    /// Another row of the payload is the same payment.
    DUPLICATE = 2, "duplicate";
    /// Not in Australian dollars.
    FOREIGN_CURRENCY = 3, "foreignCurrency";
    /// Later than the day that the report speaks of.
    AFTER_AS_OF = 4, "afterAsOf";
    /// Outside the reporting period.
    OUTSIDE_PERIOD = 5, "outsidePeriod";
    /// On an account of which the applicant is only an authorised user.
    NOT_OWNED = 6, "notOwned";
    /// On an account that holds other people's money.
    TRUST_ACCOUNT = 7, "trustAccount";
    /// On an account whose holder seems to send amounts with the sign turned.
    SIGN_SUSPECT = 8, "signSuspect";
    /// A repayment to a debt that was shared; both of its rows.
    DEBT_REPAYMENT = 9, "debtRepayment";
    /// Interest or a fee on a shared loan: in the totals and groups, in no expense.
    DEBT_COST = 10, "debtCost";
    /// Equal to another row of its day, and counted: it may well be a second purchase.
    POSSIBLE_DUPLICATE = 11, "possibleDuplicate";
    /// The holder's type contradicts the sign; the sign is believed.
    SIGN_CONTRADICTS_TYPE = 12, "signContradictsType";
    /// It came more than once under its id, each time the same.
    REPEATED = 13, "repeated";
    /// A pending row of its id came too.
    WAS_PENDING = 14, "wasPending";
    /// A payment that came back: its reversal is in the payload.
    RETURNED = 15, "returned";
    /// One debt paid out by another: in the totals and groups, in no ongoing figure; both sides.
    REFINANCE = 16, "refinance";
}

impl Marks {
    /// Any of these keeps a row out of every figure.
    pub const EXCLUDING: Self = Self(
        Self::PENDING.0
            | Self::AUTHORISATION.0
            | Self::DUPLICATE.0
            | Self::FOREIGN_CURRENCY.0
            | Self::AFTER_AS_OF.0
            | Self::OUTSIDE_PERIOD.0
            | Self::NOT_OWNED.0
            | Self::TRUST_ACCOUNT.0
            | Self::SIGN_SUSPECT.0,
    );
    /// Any of these keeps a row from being money that moved between own accounts. The period does not: the other half of a
    /// transfer on its first day may lie before it. A payment that came back moved nothing.
    pub const UNPAIRABLE: Self = Self((Self::EXCLUDING.0 & !Self::OUTSIDE_PERIOD.0) | Self::RETURNED.0);
    /// A payment that is announced, not made.
    pub const HOLD: Self = Self(Self::PENDING.0 | Self::AUTHORISATION.0);

    /// Adds marks.
    pub const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// These and others.
    #[must_use]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// True when it has one of the others.
    #[must_use]
    pub const fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// The names of the marks, in the order they are declared.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().filter(move |(mark, _)| self.any(*mark)).map(|(_, name)| *name)
    }
}

impl Serialize for Marks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flags = serializer.serialize_seq(None)?;
        for name in self.names() {
            flags.serialize_element(name)?;
        }
        flags.end()
    }
}
