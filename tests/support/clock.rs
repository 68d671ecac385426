//! A clock that stands still until it is told.

use std::sync::Mutex;

use cdr_insights::clock::Clock;
use jiff::{SignedDuration, Timestamp};

/// Starts on the morning of 22 November 2026 in Sydney.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A standing clock.
    pub(crate) fn new() -> Self {
        Self(Mutex::new("2026-11-21T22:00:00Z".parse().expect("a time")))
    }

    /// Moves it.
    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.0.lock().expect("no test panics while it holds the clock") += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panics while it holds the clock")
    }
}
