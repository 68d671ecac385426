//! The service put together: what a request is served with.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::admission::Admission;
use crate::analysis::ruleset::Ruleset;
use crate::clock::Clock;
use crate::http::auth::Verifier;
use crate::jobs::Queue;
use crate::store::{Store, seal::Keyring};

/// What a request is served with. One value, shared by every connection.
#[derive(Debug)]
pub struct App {
    /// Rows and jobs.
    pub store: Arc<dyn Store>,
    /// The master keys.
    pub keyring: Arc<Keyring>,
    /// The rules in use.
    pub ruleset: Arc<Ruleset>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The local end of the queue: hand-over and news of finished work.
    pub queue: Queue,
    /// Who may call.
    pub verifier: Verifier,
    /// Memory for bodies, by bytes.
    pub admission: Admission,
    /// Threads for decoding, parsing and sealing.
    pub cpu: Cpu,
    /// Limits of the contract.
    pub limits: Limits,
}

/// Limits and rules of a deployment that requests are judged by.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most bytes of a decompressed body.
    pub max_body: usize,
    /// How long a submission is kept.
    pub retention: jiff::SignedDuration,
    /// Where a `Z` time is turned into a day.
    pub time_zone: TimeZone,
}

/// A bounded pool for work that would hold up the async threads.
#[derive(Clone, Debug)]
pub struct Cpu(Arc<tokio::sync::Semaphore>);

impl Cpu {
    /// At most so many pieces of work at once.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(tokio::sync::Semaphore::new(threads.max(1))))
    }

    /// Runs a piece of work on a blocking thread, when its turn comes.
    ///
    /// # Panics
    /// Passes on a panic of the work.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = Arc::clone(&self.0).acquire_owned().await.expect("the semaphore is never closed");
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(work)
        });
        match task.await {
            Ok(value) => value,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
}
