//! What is said of a payload: warnings where it was accepted, violations where it was not.

use serde::Serialize;

/// Something that was accepted though the standard says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable code, `SCREAMING_SNAKE_CASE`.
    pub code: &'static str,
    /// What was done about it; never a value of the payload.
    pub detail: String,
    /// JSON Pointer into the payload.
    pub pointer: String,
}

/// What kind of error a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViolationKind {
    /// A required member is not there (400, `Field/Missing`).
    Missing,
    /// A wrong type or a broken format (400, `Field/Invalid`).
    Invalid,
    /// A broken date or time (400, `Field/InvalidDateTime`).
    InvalidDate,
    /// Well formed, but it contradicts the rest of the payload (422, `Field/Invalid`).
    Contradiction,
    /// The payload as a whole is no submission: no account, no transaction, too many of something (422, `Resource/Invalid`).
    Unprocessable,
}

/// One thing that is wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which error.
    pub kind: ViolationKind,
    /// What is wrong and what is due; never a value of the payload.
    pub detail: String,
    /// JSON Pointer into the payload; empty for the payload itself.
    pub pointer: String,
}

/// Most violations that are listed; the total is always counted.
pub const MAX_VIOLATIONS: usize = 100;

/// Why a payload is no submission: all the violations of one class, 400 before 422.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// In payload order, at most [`MAX_VIOLATIONS`].
    pub violations: Vec<Violation>,
    /// How many there were.
    pub total: usize,
}

impl Rejection {
    /// True when the payload is well formed and its contents are refused (422); false for 400.
    #[must_use]
    pub fn is_unprocessable(&self) -> bool {
        self.violations.iter().all(|violation| violation.kind >= ViolationKind::Contradiction)
    }
}

/// Most warnings that a submission carries.
pub const MAX_WARNINGS: usize = 100;
