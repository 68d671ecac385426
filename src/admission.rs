//! Admission by bytes, before a body is read and before a payload is worked on: try-acquire only, never hold and wait. A share goes with
//! its submission from the socket to the end of the analysis, so both `http` and `jobs` hold it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::store::{Result as StoreResult, Store};
use crate::submission::Submission;

/// What requests and analyses may take at once.
///
/// A byte here stands for about five of memory: a body as it is received, parsed, compressed and analysed, and its report.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Bytes of bodies and reports of all clients, and of the payloads that are being worked on.
    pub bytes: u64,
    /// Of these, bytes of one client.
    pub client_bytes: u64,
    /// Unfinished submissions of one client, in the whole deployment.
    pub client_jobs: u64,
}

impl Capacity {
    /// For so large a body: one of that size beside smaller ones.
    #[must_use]
    pub const fn for_bodies(largest: usize) -> Self {
        let largest = largest as u64;
        Self { bytes: largest + largest / 2, client_bytes: largest + largest / 4, client_jobs: CLIENT_JOBS }
    }
}

/// Unfinished submissions that one client may have: a backlog of some minutes.
const CLIENT_JOBS: u64 = 10_000;
/// What a row takes of memory wherever it is short, as bytes of a body.
const ROW: u64 = 300;

/// What a submission weighs: the bytes of its body, or more where these are rows that are shorter than usual or that several reports
/// list. At most the largest body: beside one there is room for what is small, or its own client could not ask for its report.
#[must_use]
pub fn weight(submission: &Submission, raw_length: u64, largest: usize) -> u64 {
    let rows = submission.rows().max(submission.order_rows()) as u64;
    (raw_length / 2).saturating_add(rows.saturating_mul(ROW)).min(largest as u64).max(raw_length)
}

/// Requests of up to so many bytes do not have to wait for a payload that waits for memory.
const SLIGHT: u64 = 1 << 20;

/// The memory that bodies and analyses may take, by bytes. Cheap to clone.
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
    /// What a worker waits for.
    wanted: u64,
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
    /// `None` for work from the store: it counts for nobody.
    client: Option<Arc<str>>,
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
        Ok(Permit(Some(Share { house: Arc::clone(&self.0), client: Some(Arc::clone(client)), bytes })))
    }

    /// A share for a payload from the store; never waits. While there is none, large requests are refused that would take what it
    /// waits for: or it would wait for as long as others come.
    #[must_use]
    pub fn admit_work(&self, bytes: u64) -> Option<Permit> {
        let mut taken = self.0.taken.lock();
        if taken.bytes > 0 && taken.bytes.saturating_add(bytes) > self.0.capacity.bytes {
            taken.wanted = bytes;
            return None;
        }
        taken.wanted = 0;
        taken.bytes += bytes;
        Some(Permit(Some(Share { house: Arc::clone(&self.0), client: None, bytes })))
    }

    /// Nobody waits for memory any more.
    pub fn forgo_work(&self) {
        self.0.taken.lock().wanted = 0;
    }

    /// Whether a payload from the store waits for memory.
    #[must_use]
    pub fn work_waits(&self) -> bool {
        self.0.taken.lock().wanted > 0
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
        let wanted = if bytes > SLIGHT { taken.wanted } else { 0 };
        if taken.bytes > 0 && taken.bytes.saturating_add(bytes).saturating_add(wanted) > self.capacity.bytes {
            return Err(Busy::Everyone);
        }
        taken.bytes += bytes;
        *taken.clients.entry(Arc::clone(client)).or_default() += bytes;
        Ok(())
    }

    fn give_back(&self, client: Option<&Arc<str>>, bytes: u64) {
        let mut taken = self.taken.lock();
        taken.bytes -= bytes;
        let Some(client) = client else { return };
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
            share.house.give_back(share.client.as_ref(), share.bytes - bytes);
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
        let client = share.client.as_ref();
        let mine = client.and_then(|client| taken.clients.get(client)).copied().unwrap_or(0).saturating_sub(share.bytes);
        if mine > 0 && mine.saturating_add(bytes) > self.capacity.client_bytes {
            return Err(Busy::Client);
        }
        if others > 0 && others.saturating_add(bytes) > self.capacity.bytes {
            return Err(Busy::Everyone);
        }
        taken.bytes = others + bytes;
        if let Some(client) = client {
            taken.clients.insert(Arc::clone(client), mine + bytes);
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.house.give_back(self.client.as_ref(), self.bytes);
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

    #[test]
    fn work_from_the_store_shares_the_memory_and_large_requests_let_it_in() {
        let admission = house(96 << 20, 80 << 20);
        let client: Arc<str> = "a".into();
        let mebibytes = |count: u64| count << 20;
        let first = admission.admit(&client, mebibytes(60)).expect("there is room");
        let second = admission.admit(&client, mebibytes(10)).expect("there is room");
        assert!(admission.admit_work(mebibytes(40)).is_none() && admission.work_waits(), "requests have the memory");
        assert_eq!(admission.admit(&client, mebibytes(2)).err(), Some(Busy::Everyone), "what comes later does not overtake it");
        assert!(admission.admit(&client, SLIGHT).is_ok(), "what is small is in nobody's way");
        drop(first);
        let work = admission.admit_work(mebibytes(40)).expect("it has waited for this");
        assert!(!admission.work_waits());
        drop(second);
        assert_eq!(admission.admit(&client, mebibytes(60)).err(), Some(Busy::Everyone), "work takes memory like a request");
        assert!(admission.admit_work(mebibytes(96)).is_none() && admission.work_waits());
        admission.forgo_work();
        assert!(admission.admit(&client, mebibytes(50)).is_ok(), "nobody waits any more");
        drop(work);
        assert!(admission.admit_work(mebibytes(1000)).is_some(), "an empty house takes anything");
    }

    #[test]
    fn short_and_repeated_rows_weigh_more_than_their_bytes() {
        const LARGEST: usize = 64 << 20;
        let weigh = |rows: usize, orders: usize| {
            let row = r#"{"accountId":"a","status":"PENDING","amount":"1.00","description":""}"#;
            let orders = vec![r#"{"customerIds":["default"]}"#; orders].join(",");
            let body = format!(
                r#"{{"meta":{{"orders":[{orders}]}},"data":{{"accounts":[{{"accountId":"a","productCategory":"LEASES"}}],"transactions":[{}]}}}}"#,
                vec![row; rows].join(",")
            );
            let context = crate::submission::ReadContext { now: Timestamp::UNIX_EPOCH, time_zone: jiff::tz::TimeZone::UTC };
            let submission = crate::submission::parse(body.as_bytes(), &context).expect("well formed");
            (body.len() as u64, weight(&submission, body.len() as u64, LARGEST))
        };
        assert!(matches!(weigh(1000, 1), (length, weight) if weight == length / 2 + 300_000));
        assert!(matches!(weigh(1000, 10), (length, weight) if weight == length / 2 + 3_000_000));
        assert!(matches!(weigh(1, 100), (length, weight) if weight == length / 2 + 30_000));
        let (_, heaviest) = weigh(10_000, 100);
        assert_eq!(heaviest, LARGEST as u64);
        let (admission, client) = (Admission::new(Capacity::for_bodies(LARGEST)), "a".into());
        let _work = admission.admit(&client, heaviest).expect("the house is empty");
        assert!(admission.admit(&client, SLIGHT).is_ok(), "its client can still ask for the report");
    }
}
