//! The records as the Data Standards name them, as they stand on the wire; no opinions.
//!
//! A record is read in one pass of `serde_json` into spans of the body ([`Leaf`]): nothing fails but broken JSON. What a span may
//! hold, and what is to be said when it holds something else, is `submission`'s. Unknown members are passed over.

mod pass;
mod records;
mod span;

pub use pass::{At, Each, Elements, Fields, Leaves, Members, Object, Pass, Record, Records, Shape, elements, read};
pub use records::{
    Account, AuthorisedEntity, Balance, Biller, CreditCard, Customer, Declared, DigitalWallet, DirectDebit, Domestic, DomesticAccount,
    ExtendedData, International, Interval, IntervalSchedule, LastWeekDay, LendingRate, Loan, Meta, NppPayload, OnceOff, Order, PayId,
    PaymentSetEntry, PaymentSource, Recurrence, ScheduledPayment, To, Transaction,
};
pub use span::{Json, Leaf, LoneSurrogate, Quoted};
