//! The queue's working end: claim → analyse → complete; lease renewal, backoff, giving up, retention sweep.
//!
//! The row in the store is the job. A job that was accepted by this process is handed over in memory ([`Queue::reserve`],
//! [`Slot::hand_over`]); every other due job is claimed by a keyed compare-and-set. An attempt is spent when the analysis starts,
//! so a payload that kills the process cannot loop for ever. No transaction is open while analysing, and every write names the
//! lease's fence: a worker that lost its lease, or whose submission was purged, writes nothing.

mod queue;
mod upkeep;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use tokio_util::task::TaskTracker;

use crate::admission::{Admission, Capacity};
use crate::analysis::{self, Analysis, ruleset::Ruleset};
use crate::clock::Clock;
use crate::store::{Store, seal::Keyring};
use crate::submission::Submission;

pub use queue::{HandedOver, News, Queue, Slot};

/// Attempts that a job has, lapsed leases included.
pub const MAX_ATTEMPTS: u32 = 5;

/// What the workers do to a submission; a test may put something else here.
pub type Analyse = Arc<dyn Fn(&Submission, &Ruleset, Date) -> Analysis + Send + Sync>;

/// What the workers work with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Rows and jobs.
    pub store: Arc<dyn Store>,
    /// The master keys.
    pub keyring: Arc<Keyring>,
    /// The rules in use.
    pub ruleset: Arc<Ruleset>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where a `Z` time is turned into a day.
    pub time_zone: TimeZone,
}

/// How the workers work.
#[derive(Clone)]
pub struct Options {
    /// Analyses at once; 0 = none in this process.
    pub workers: usize,
    /// How long a lease lasts without renewal.
    pub lease: SignedDuration,
    /// How often leases are renewed.
    pub renew_every: Duration,
    /// How often the store is asked for due jobs when nothing else tells of them.
    pub poll_every: Duration,
    /// How often expired rows are swept and purged rows are scrubbed.
    pub sweep_every: Duration,
    /// Whether payloads are kept when their report is complete.
    pub keep_payload: bool,
    /// Bytes of payloads that wait in the local channel. A single larger payload takes all of it.
    pub memory: usize,
    /// The memory that payloads from the store share with requests.
    pub admission: Admission,
    /// The analysis.
    pub analyse: Analyse,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("workers", &self.workers)
            .field("lease", &self.lease)
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The service's figures, for so many workers and so large a body.
    #[must_use]
    pub fn new(workers: usize, memory: usize) -> Self {
        Self {
            workers,
            lease: SignedDuration::from_secs(15),
            renew_every: Duration::from_secs(5),
            poll_every: Duration::from_secs(1),
            sweep_every: Duration::from_secs(30),
            keep_payload: false,
            memory,
            admission: Admission::new(Capacity::for_bodies(memory)),
            analyse: Arc::new(analysis::analyse),
        }
    }
}

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    queue: Queue,
    tasks: TaskTracker,
    renewal: tokio::task::JoinHandle<()>,
    tools: Tools,
}

/// Starts the workers and their upkeep.
#[must_use]
pub fn start(tools: Tools, options: Options) -> (Queue, Workers) {
    let queue = Queue::new(&options);
    let tasks = TaskTracker::new();
    for _ in 0..options.workers {
        tasks.spawn(worker::run(tools.clone(), options.clone(), queue.clone()));
    }
    let renewal = tokio::spawn(upkeep::renew_leases(tools.clone(), options.clone(), queue.clone()));
    tasks.spawn(upkeep::sweep(tools.clone(), options, queue.clone()));
    tasks.close();
    (queue.clone(), Workers { queue, tasks, renewal, tools })
}

impl Workers {
    /// Stops claiming, lets running analyses finish, and gives back what was handed over and not begun. Returns false when
    /// `grace` passed first: the leases then lapse and another process goes on.
    ///
    /// Call it after the HTTP side has drained, so that nothing is handed over any more.
    pub async fn drain(self, grace: Duration) -> bool {
        self.queue.drain();
        let given_back = self.queue.give_back(&*self.tools.store, self.tools.clock.now());
        let finished = tokio::time::timeout(grace, async {
            given_back.await;
            self.tasks.wait().await;
        });
        let in_time = finished.await.is_ok();
        self.renewal.abort();
        in_time
    }
}

/// The moment that an exhausted or failed attempt's successor is due: 1 s × 2ⁿ with full jitter, at most 5 minutes. The jitter
/// comes from the submission's id, so it needs no randomness and differs between jobs.
fn retry_at(now: Timestamp, insights_id: uuid::Uuid, attempt: u32) -> Timestamp {
    const CAP_MS: u64 = 300_000;
    let ceiling = 1_000_u64.checked_shl(attempt).map_or(CAP_MS, |ms| ms.min(CAP_MS));
    let seed = insights_id.as_u64_pair().1.rotate_left(attempt.wrapping_mul(13)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let delay = (seed >> 16) % ceiling + 1;
    now + SignedDuration::from_millis(i64::try_from(delay).expect("at most five minutes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_with_jitter_and_stops_at_five_minutes() {
        let now = Timestamp::UNIX_EPOCH;
        let mut delays = Vec::new();
        for attempt in 1..40 {
            let id = uuid::Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef ^ u128::from(attempt) << 7);
            let delay = retry_at(now, id, attempt).duration_since(now);
            let ceiling = SignedDuration::from_millis(1_000 << attempt.min(20)).min(SignedDuration::from_mins(5));
            assert!(delay > SignedDuration::ZERO && delay <= ceiling, "attempt {attempt}: {delay:?}");
            delays.push(delay);
        }
        delays.dedup();
        assert!(delays.len() > 30, "the jitter differs");
    }
}
