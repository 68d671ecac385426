//! Admission by bytes, before a body is read: try-acquire only, never hold and wait. A share goes with its submission from the socket
//! to the end of the analysis, so both `http` and `jobs` hold it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::store::{Result as StoreResult, Store};

/// What requests may take at once.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Bytes of bodies and reports of all clients.
    pub bytes: u64,
    /// Of these, bytes of one client.
    pub client_bytes: u64,
    /// Unfinished submissions of one client, in the whole deployment.
    pub client_jobs: u64,
}

/// The memory that bodies may take, by bytes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admission(Arc<House>);

#[derive(Debug)]
struct House {
    capacity: Capacity,
    taken: Mutex<Taken>,
    backlog: Mutex<BTreeMap<Arc<str>, Backlog>>,
}

#[derive(Debug, Default)]
struct Taken {
    bytes: u64,
    clients: BTreeMap<Arc<str>, u64>,
}

/// What the store said of a client's unfinished submissions, and what came since.
#[derive(Clone, Copy, Debug)]
struct Backlog {
    jobs: u64,
    asked_at: Timestamp,
}

/// How long an answer about a backlog is believed: the cap is soft, a count a second is enough.
const BACKLOG_BELIEVED: SignedDuration = SignedDuration::from_secs(1);
/// Clients whose backlog is remembered.
const BACKLOG_CLIENTS: usize = 1024;

/// Why a request was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// This client has its share (429).
    Client,
    /// Everything is taken (503).
    Everyone,
}

/// A share of the memory, given back when dropped.
#[derive(Debug)]
pub struct Permit(Option<Share>);

#[derive(Debug)]
struct Share {
    house: Arc<House>,
    client: Arc<str>,
    bytes: u64,
}

impl Admission {
    /// With so much room.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        Self(Arc::new(House { capacity, taken: Mutex::default(), backlog: Mutex::default() }))
    }

    /// A share of so many bytes for a client, or why not; never waits. Whoever holds nothing gets what it asks for as long as the
    /// house is empty, so that one body of any allowed size is always served.
    ///
    /// # Errors
    /// Who is in the way.
    pub fn admit(&self, client: &Arc<str>, bytes: u64) -> Result<Permit, Busy> {
        self.0.take(client, bytes)?;
        Ok(Permit(Some(Share { house: Arc::clone(&self.0), client: Arc::clone(client), bytes })))
    }

    /// Whether a client may add to the queue.
    ///
    /// # Errors
    /// The store's; the inner result says that the client's share of the queue is taken.
    pub async fn admit_job(&self, store: &dyn Store, client: &Arc<str>, now: Timestamp) -> StoreResult<Result<(), Busy>> {
        let believed =
            self.0.backlog.lock().get(client).filter(|backlog| now.duration_since(backlog.asked_at).abs() < BACKLOG_BELIEVED).copied();
        let jobs = match believed {
            Some(backlog) => backlog.jobs,
            None => self.remember_backlog(client, Backlog { jobs: store.in_flight(client).await?, asked_at: now }),
        };
        Ok(if jobs < self.0.capacity.client_jobs { Ok(()) } else { Err(Busy::Client) })
    }

    /// A client's submission was inserted: its backlog grew since the store was asked.
    pub fn job_added(&self, client: &Arc<str>) {
        if let Some(backlog) = self.0.backlog.lock().get_mut(client) {
            backlog.jobs += 1;
        }
    }

    fn remember_backlog(&self, client: &Arc<str>, backlog: Backlog) -> u64 {
        let mut known = self.0.backlog.lock();
        if known.len() >= BACKLOG_CLIENTS && !known.contains_key(client) {
            known.clear();
        }
        known.insert(Arc::clone(client), backlog);
        backlog.jobs
    }
}

impl House {
    fn take(&self, client: &Arc<str>, bytes: u64) -> Result<(), Busy> {
        let mut taken = self.taken.lock();
        let mine = taken.clients.get(client).copied().unwrap_or(0);
        if mine > 0 && mine.saturating_add(bytes) > self.capacity.client_bytes {
            return Err(Busy::Client);
        }
        if taken.bytes > 0 && taken.bytes.saturating_add(bytes) > self.capacity.bytes {
            return Err(Busy::Everyone);
        }
        taken.bytes += bytes;
        *taken.clients.entry(Arc::clone(client)).or_default() += bytes;
        Ok(())
    }

    fn give_back(&self, client: &Arc<str>, bytes: u64) {
        let mut taken = self.taken.lock();
        taken.bytes -= bytes;
        if let Some(mine) = taken.clients.get_mut(client) {
            *mine -= bytes;
            if *mine == 0 {
                taken.clients.remove(client);
            }
        }
    }
}

impl Permit {
    /// A share of nothing: for work that was not admitted by this process.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// How large the share is; without bounds where nothing was admitted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.as_ref().map_or(u64::MAX, |share| share.bytes)
    }

    /// Gives back what is beyond so many bytes.
    pub fn shrink_to(&mut self, bytes: u64) {
        if let Some(share) = self.0.as_mut().filter(|share| share.bytes > bytes) {
            share.house.give_back(&share.client, share.bytes - bytes);
            share.bytes = bytes;
        }
    }

    /// Makes the share so large, or so small.
    ///
    /// # Errors
    /// Who is in the way; the share is then as it was.
    pub fn resize(&mut self, bytes: u64) -> Result<(), Busy> {
        self.shrink_to(bytes);
        if let Some(share) = self.0.as_mut().filter(|share| share.bytes < bytes) {
            share.house.grow(share, bytes)?;
            share.bytes = bytes;
        }
        Ok(())
    }
}

impl House {
    /// Like giving the share back and taking a larger one, in one step.
    fn grow(&self, share: &Share, bytes: u64) -> Result<(), Busy> {
        let mut taken = self.taken.lock();
        let others = taken.bytes - share.bytes;
        let mine = taken.clients.get(&share.client).copied().unwrap_or(0).saturating_sub(share.bytes);
        if mine > 0 && mine.saturating_add(bytes) > self.capacity.client_bytes {
            return Err(Busy::Client);
        }
        if others > 0 && others.saturating_add(bytes) > self.capacity.bytes {
            return Err(Busy::Everyone);
        }
        taken.bytes = others + bytes;
        taken.clients.insert(Arc::clone(&share.client), mine + bytes);
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.house.give_back(&self.client, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(bytes: u64, client_bytes: u64) -> Admission {
        Admission::new(Capacity { bytes, client_bytes, client_jobs: 10 })
    }

    #[test]
    fn one_client_meets_its_own_limit_and_all_meet_the_common_one() {
        let admission = house(100, 60);
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let first = admission.admit(&a, 50).expect("there is room");
        assert_eq!(admission.admit(&a, 20).err(), Some(Busy::Client));
        let second = admission.admit(&b, 50).expect("there is room");
        assert_eq!(admission.admit(&b, 1).err(), Some(Busy::Everyone));
        drop(first);
        assert!(admission.admit(&a, 50).is_ok(), "what was given back can be taken again");
        drop(second);
    }

    #[test]
    fn an_empty_house_serves_one_body_of_any_size() {
        let admission = house(10, 5);
        let client: Arc<str> = "a".into();
        let large = admission.admit(&client, 1000).expect("the house is empty");
        assert_eq!(admission.admit(&client, 1).err(), Some(Busy::Client));
        assert_eq!(admission.admit(&"b".into(), 1).err(), Some(Busy::Everyone));
        drop(large);
        assert!(admission.admit(&client, 1).is_ok());
    }

    #[test]
    fn a_share_shrinks_and_grows() {
        let admission = house(100, 100);
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let mut permit = admission.admit(&a, 90).expect("there is room");
        permit.resize(10).expect("shrinking");
        let other = admission.admit(&b, 80).expect("what was given back");
        assert_eq!(permit.resize(30), Err(Busy::Everyone));
        permit.resize(20).expect("fits exactly");
        assert_eq!(admission.admit(&b, 1).err(), Some(Busy::Everyone));
        drop((permit, other));
        assert_eq!(admission.0.taken.lock().bytes, 0);
        assert!(admission.0.taken.lock().clients.is_empty());
    }
}
