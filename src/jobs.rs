//! The queue: claim → analyse → complete; lease renewal, backoff, giving up, retention sweep.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::http::limits::Permit;
use crate::store::Lease;
use crate::submission::Submission;

/// The local end of the queue, as the HTTP side sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {}

/// A place in the local worker channel, reserved before the insert. Dropped unused, it is free again.
#[derive(Debug)]
pub struct Slot {}

/// An accepted submission on its way to a local worker: no second read, no second parse.
#[derive(Debug)]
pub struct HandedOver {
    /// Held since the insert (fence 1).
    pub lease: Lease,
    /// Whose it is.
    pub client_id: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Fixed at acceptance.
    pub as_of: jiff::civil::Date,
    /// SHA-256 of the decompressed body.
    pub digest: [u8; 32],
    /// The order ids, in order.
    pub orders: Vec<Uuid>,
    /// The parsed payload.
    pub submission: Submission,
    /// Opened: the report is sealed under it.
    pub data_key: crate::store::seal::DataKey,
    /// The memory it was admitted with; given back when the analysis is done.
    pub permit: Permit,
}

impl Queue {
    /// A place for a payload of so many decompressed bytes, if a local worker has room for it; never waits.
    #[must_use]
    pub fn reserve(&self, _bytes: u64) -> Option<Slot> {
        unimplemented!("being written")
    }
    /// Until when a job that is handed over is leased to this process.
    #[must_use]
    pub fn lease_until(&self, _now: Timestamp) -> Timestamp {
        unimplemented!("being written")
    }
    /// Tells the local workers that a job waits in the store.
    pub fn wake(&self) {
        unimplemented!("being written")
    }
    /// Returns when the submission may have finished: this process finished it, or it is time to look at the store again (another
    /// process may have), `timeout` has passed or the process drains. Register *before* looking at the store, so that no news is missed:
    /// `let news = queue.news(id); look; news.wait(timeout).await; look again`.
    #[must_use]
    pub fn news(&self, _insights_id: Uuid) -> News {
        unimplemented!("being written")
    }
    /// True once the process drains: waiters are answered, readiness falls.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        unimplemented!("being written")
    }
}

/// A registration for news of one submission.
#[derive(Debug)]
pub struct News {}

impl News {
    /// See [`Queue::news`].
    pub async fn wait(self, _timeout: Duration) {
        unimplemented!("being written")
    }
}

impl Slot {
    /// Hands a submission to the reserved place, after its insert.
    pub fn hand_over(self, _work: HandedOver) {
        unimplemented!("being written")
    }
}
