//! The local end of the queue: places reserved before the insert, what was handed over, which leases are held, who waits for news.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Options;
use crate::admission::{Admission, Permit};
use crate::store::{Claimed, Due, Lease, Store, seal::DataKey};
use crate::submission::Submission;

/// Semaphores count in these units, so that a body of any size fits their 32 bits.
const UNIT: usize = 1024;
/// What the smallest payload weighs: bounds the number of places.
const SMALLEST: usize = 64 * UNIT;
/// Due jobs that one look at the store brings.
const PROBE: u32 = 32;
/// A running analysis older than this makes the process not ready: it cannot be stopped, only seen.
const STUCK_AFTER: Duration = Duration::from_mins(5);
/// How often somebody who waits for a report looks at the store: another process may have finished it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The local end of the queue, as the HTTP side sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    has_workers: bool,
    lease: SignedDuration,
    poll_every: Duration,
    /// Places for payloads that wait here, in units.
    room: Arc<Semaphore>,
    /// Memory for payloads that are claimed from the store.
    admission: Admission,
    units: u32,
    waiting: Mutex<VecDeque<Waiting>>,
    seen: Mutex<Seen>,
    probe_now: AtomicBool,
    /// What workers of this process are claiming at this moment.
    claiming: Mutex<BTreeSet<Uuid>>,
    /// Where in a look this process begins: at its head, or at a place of its own.
    start: AtomicUsize,
    own_start: usize,
    wake: Notify,
    held: Mutex<BTreeMap<Uuid, Held>>,
    listeners: Mutex<BTreeMap<Uuid, Vec<Weak<Notify>>>>,
    /// The database's clock less ours, microseconds.
    offset: AtomicI64,
    draining: CancellationToken,
}

#[derive(Debug)]
struct Waiting {
    work: HandedOver,
    _room: OwnedSemaphorePermit,
}

/// Due jobs that the last look at the store brought.
#[derive(Debug)]
struct Seen {
    due: VecDeque<Due>,
    look_again_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    fence: i64,
    since: Instant,
}

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
    pub data_key: DataKey,
    /// The memory it was admitted with; given back when the analysis is done.
    pub permit: Permit,
}

/// What a worker takes up next.
#[derive(Debug)]
pub(super) enum Next {
    /// Parsed already, lease held.
    HandedOver(Box<HandedOver>),
    /// To be claimed; the memory for it is taken.
    Due(Due, Permit),
}

impl Queue {
    pub(super) fn new(options: &Options) -> Self {
        let units = u32::try_from(options.memory / UNIT).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 3);
        Self(Arc::new(Shared {
            has_workers: options.workers > 0,
            lease: options.lease,
            poll_every: options.poll_every,
            room: Arc::new(Semaphore::new(units as usize)),
            admission: options.admission.clone(),
            units,
            waiting: Mutex::default(),
            seen: Mutex::new(Seen { due: VecDeque::new(), look_again_at: Instant::now() }),
            probe_now: AtomicBool::new(true),
            claiming: Mutex::default(),
            start: AtomicUsize::new(0),
            own_start: 1 + usize::from(Uuid::new_v4().as_bytes()[0]) % (PROBE as usize - 1),
            wake: Notify::new(),
            held: Mutex::default(),
            listeners: Mutex::default(),
            offset: AtomicI64::new(0),
            draining: CancellationToken::new(),
        }))
    }

    /// A place for a payload of so many decompressed bytes, if a local worker has room for it; never waits.
    #[must_use]
    pub fn reserve(&self, bytes: u64) -> Option<Slot> {
        if !self.0.has_workers || self.is_draining() || self.0.admission.work_waits() {
            return None;
        }
        let room = Arc::clone(&self.0.room).try_acquire_many_owned(self.units(bytes)).ok()?;
        Some(Slot { queue: self.clone(), room })
    }

    /// Until when a job that is handed over is leased to this process.
    #[must_use]
    pub fn lease_until(&self, now: Timestamp) -> Timestamp {
        self.store_time(now) + self.0.lease
    }

    /// Tells the local workers that a job waits in the store.
    pub fn wake(&self) {
        self.0.probe_now.store(true, Ordering::Release);
        self.0.wake.notify_one();
    }

    /// Registers for news of a submission: this process finished it, or it is time to look at the store again (another process may
    /// have), or the process drains. Register *before* looking at the store, so that no news is missed:
    /// `let news = queue.news(id); look; news.wait(timeout).await; look again`.
    #[must_use]
    pub fn news(&self, insights_id: Uuid) -> News {
        let notify = Arc::new(Notify::new());
        let mut listeners = self.0.listeners.lock();
        listeners.entry(insights_id).or_default().push(Arc::downgrade(&notify));
        News { queue: self.clone(), insights_id, notify }
    }

    /// True once the process drains: waiters are answered, readiness falls.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.draining.is_cancelled()
    }

    /// True while no analysis has been running for longer than an analysis can.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.0.held.lock().values().all(|held| held.since.elapsed() < STUCK_AFTER)
    }

    /// Begins to drain: nothing is claimed or reserved any more, waiters are answered.
    pub fn drain(&self) {
        self.0.draining.cancel();
    }

    /// Ends when the process begins to drain.
    pub async fn drained(&self) {
        self.0.draining.cancelled().await;
    }

    /// Our time as the database would say it.
    pub(super) fn store_time(&self, now: Timestamp) -> Timestamp {
        now + SignedDuration::from_micros(self.0.offset.load(Ordering::Relaxed))
    }

    pub(super) fn set_offset(&self, offset: SignedDuration) {
        let micros = i64::try_from(offset.as_micros()).unwrap_or(0);
        self.0.offset.store(micros, Ordering::Relaxed);
    }

    /// Remembers a lease that is to be renewed.
    pub(super) fn hold(&self, lease: Lease) {
        self.0.held.lock().insert(lease.insights_id, Held { fence: lease.fence, since: Instant::now() });
    }

    /// Forgets a lease.
    pub(super) fn let_go(&self, lease: Lease) {
        let mut held = self.0.held.lock();
        if held.get(&lease.insights_id).is_some_and(|held| held.fence == lease.fence) {
            held.remove(&lease.insights_id);
        }
    }

    /// The leases that this process holds.
    pub(super) fn leases(&self) -> Vec<Lease> {
        self.0.held.lock().iter().map(|(&insights_id, held)| Lease { insights_id, fence: held.fence }).collect()
    }

    /// Tells those who wait for a submission that it is finished.
    pub(super) fn tell(&self, insights_id: Uuid) {
        for listener in self.0.listeners.lock().remove(&insights_id).unwrap_or_default() {
            if let Some(notify) = listener.upgrade() {
                notify.notify_one();
            }
        }
    }

    /// Waits for work: the older of what was handed over and what is due. `None` once the process drains.
    pub(super) async fn next(&self, store: &dyn Store, now: impl Fn() -> Timestamp) -> Option<Next> {
        loop {
            let woken = self.0.wake.notified();
            tokio::pin!(woken);
            // Registered before the look, so that a hand-over after the look is not missed.
            woken.as_mut().enable();
            if self.is_draining() {
                return None;
            }
            if self.time_to_look() {
                match store.due(self.store_time(now()), PROBE).await {
                    Ok(due) => self.saw(due),
                    Err(error) => tracing::warn!(%error, "the store could not be asked for due jobs"),
                }
            }
            if let Some(next) = self.pick() {
                return Some(next);
            }
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep_until(self.look_again_at()) => {}
                () = self.0.draining.cancelled() => {}
            }
        }
    }

    fn look_again_at(&self) -> Instant {
        self.0.seen.lock().look_again_at
    }

    /// True for one worker at a time: it is time to ask the store.
    fn time_to_look(&self) -> bool {
        let told = self.0.probe_now.swap(false, Ordering::AcqRel);
        let mut seen = self.0.seen.lock();
        if told || Instant::now() >= seen.look_again_at {
            seen.look_again_at = Instant::now() + self.0.poll_every;
            return true;
        }
        false
    }

    /// Keeps what a look brought, less what is being claimed here at this moment. Oldest first; once another process was faster, from a
    /// place of this process's own, so that processes do not all try the same jobs.
    fn saw(&self, due: Vec<Due>) {
        let claiming = self.0.claiming.lock();
        let mut due: VecDeque<Due> = due.into_iter().filter(|due| !claiming.contains(&due.insights_id)).collect();
        drop(claiming);
        if due.is_empty() {
            self.0.start.store(0, Ordering::Relaxed);
        } else {
            due.rotate_left(self.0.start.load(Ordering::Relaxed) % due.len());
        }
        let mut seen = self.0.seen.lock();
        seen.due = due;
        // One look may bring work for every worker of this process.
        if seen.due.len() > 1 {
            self.0.wake.notify_waiters();
        }
    }

    fn pick(&self) -> Option<Next> {
        let mut waiting = self.0.waiting.lock();
        let mut seen = self.0.seen.lock();
        let due = seen.due.front().copied();
        let handed_over_first = match (waiting.front(), due) {
            (Some(waiting), Some(due)) => waiting.work.accepted_at <= due.due_at,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if !handed_over_first
            && let Some(due) = due
            && let Some(memory) = self.0.admission.admit_work(due.weight)
        {
            seen.due.pop_front();
            self.0.claiming.lock().insert(due.insights_id);
            if seen.due.is_empty() {
                self.0.probe_now.store(true, Ordering::Release);
            }
            return Some(Next::Due(due, memory));
        }
        if due.is_none() {
            // What found no memory before is done, or another process does it.
            self.0.admission.forgo_work();
        }
        waiting.pop_front().map(|waiting| Next::HandedOver(Box::new(waiting.work)))
    }

    /// A claim has been tried. Where another process was faster the look is old: the next one starts elsewhere. Where the store
    /// failed (a full disk still reads) the next look waits its turn: trying at once would be a busy loop.
    pub(super) fn tried(&self, due: Due, claimed: &crate::store::Result<Option<Claimed>>) {
        self.0.claiming.lock().remove(&due.insights_id);
        match claimed {
            Ok(Some(_)) => {}
            Ok(None) => {
                self.0.start.store(self.0.own_start, Ordering::Relaxed);
                self.0.seen.lock().due.clear();
                self.0.probe_now.store(true, Ordering::Release);
            }
            Err(_) => {
                let mut seen = self.0.seen.lock();
                seen.due.clear();
                seen.look_again_at = Instant::now() + self.0.poll_every;
                self.0.probe_now.store(false, Ordering::Release);
            }
        }
    }

    fn units(&self, bytes: u64) -> u32 {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).max(SMALLEST);
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.0.units)
    }

    /// Gives back what was handed over and not begun: due at once, for any process.
    pub(super) fn give_back<'a>(&self, store: &'a dyn Store, now: Timestamp) -> impl Future<Output = ()> + use<'a> {
        let waiting: Vec<_> = self.0.waiting.lock().drain(..).collect();
        let queue = self.clone();
        async move {
            for Waiting { work, .. } in waiting {
                queue.let_go(work.lease);
                if let Err(error) = store.release(work.lease, queue.store_time(now), false).await {
                    tracing::warn!(insights.id = %work.lease.insights_id, %error, "a job could not be given back; its lease will lapse");
                }
            }
        }
    }
}

/// A place in the local worker channel, reserved before the insert. Dropped unused, it is free again.
#[derive(Debug)]
pub struct Slot {
    queue: Queue,
    room: OwnedSemaphorePermit,
}

impl Slot {
    /// Hands a submission to the reserved place, after its insert.
    pub fn hand_over(self, work: HandedOver) {
        self.queue.hold(work.lease);
        self.queue.0.waiting.lock().push_back(Waiting { work, _room: self.room });
        self.queue.0.wake.notify_one();
    }
}

/// A registration for news of one submission.
#[derive(Debug)]
pub struct News {
    queue: Queue,
    insights_id: Uuid,
    notify: Arc<Notify>,
}

impl News {
    /// See [`Queue::news`]; returns after `timeout` at the latest.
    pub async fn wait(self, timeout: Duration) {
        tokio::select! {
            () = self.notify.notified() => {}
            () = tokio::time::sleep(timeout.min(LOOK_AGAIN)) => {}
            () = self.queue.drained() => {}
        }
    }
}

impl Drop for News {
    fn drop(&mut self) {
        let mut listeners = self.queue.0.listeners.lock();
        if let Some(of_this) = listeners.get_mut(&self.insights_id) {
            of_this.retain(|listener| listener.upgrade().is_some_and(|other| !Arc::ptr_eq(&other, &self.notify)));
            if of_this.is_empty() {
                listeners.remove(&self.insights_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[tokio::test]
    async fn after_a_failed_claim_the_store_is_left_alone_and_after_a_lost_one_it_is_asked_again() {
        let options = Options { poll_every: Duration::from_mins(10), ..Options::new(1, 1 << 20) };
        let queue = Queue::new(&options);
        let due = Due { insights_id: Uuid::nil(), fence: 0, due_at: Timestamp::UNIX_EPOCH, weight: 1 };
        for (claimed, asks_again) in [(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)), false), (Ok(None), true)] {
            queue.saw(vec![due, due]);
            assert!(matches!(queue.pick(), Some(Next::Due(..))));
            queue.tried(due, &claimed);
            assert!(queue.pick().is_none(), "the look is old");
            assert_eq!(queue.time_to_look(), asks_again);
        }
    }
}
