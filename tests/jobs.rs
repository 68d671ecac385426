//! The workers against a real store, with a standing clock and an analysis that can be stopped, started and made to panic.

#[path = "support/clock.rs"]
mod clock;
#[path = "support/payload.rs"]
mod payload;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use cdr_insights::admission::{Admission, Capacity, Permit};
use cdr_insights::analysis::{self, ruleset::Ruleset};
use cdr_insights::clock::Clock as _;
use cdr_insights::jobs::{self, Analyse, HandedOver, MAX_ATTEMPTS, Options, Queue, Tools, Workers};
use cdr_insights::store::seal::{Column, Keyring};
use cdr_insights::store::{self, Counts, Failure, Lease, NewSubmission, Purged, Reason, State, Store, StoreOptions};
use cdr_insights::submission::{ReadContext, parse};
use jiff::{SignedDuration, civil::date, tz::TimeZone};
use uuid::Uuid;

use clock::ManualClock;
use payload::household;

/// A wait that reaches this is a failure.
const PATIENCE: Duration = Duration::from_secs(30);
const CLIENT: &str = "lender";
const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const OTHER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Lets analyses through when it is told to, and counts those that came.
#[derive(Debug, Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
    came: AtomicUsize,
    arrived: tokio::sync::Notify,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().expect("a gate") = true;
        self.changed.notify_all();
    }

    fn pass(&self) {
        self.came.fetch_add(1, Ordering::SeqCst);
        self.arrived.notify_one();
        let open = self.open.lock().expect("a gate");
        let (_open, waited) = self.changed.wait_timeout_while(open, PATIENCE, |open| !*open).expect("a gate");
        assert!(!waited.timed_out(), "the gate never opened");
    }

    async fn somebody_waits(&self) {
        tokio::time::timeout(PATIENCE, self.arrived.notified()).await.expect("an analysis begins");
    }

    fn analysis(self: &Arc<Self>) -> Analyse {
        let gate = Arc::clone(self);
        Arc::new(move |submission, ruleset, as_of| {
            gate.pass();
            analysis::analyse(submission, ruleset, as_of)
        })
    }
}

/// One database; processes are started on it.
struct Bed {
    _directory: tempfile::TempDir,
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    ruleset: Arc<Ruleset>,
}

impl Bed {
    async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite:{}", directory.path().join("jobs.db").display());
        let store = store::open(&StoreOptions { url, max_connections: 4, acquire_timeout: PATIENCE }).await.expect("opens");
        store.migrate().await.expect("migrates");
        Self { _directory: directory, store, clock: Arc::new(ManualClock::new()), ruleset: Arc::new(Ruleset::embedded()) }
    }

    fn tools(&self, keys: &str) -> Tools {
        Tools {
            store: Arc::clone(&self.store),
            keyring: Arc::new(Keyring::parse(keys).expect("keys")),
            ruleset: Arc::clone(&self.ruleset),
            clock: Arc::clone(&self.clock) as _,
            time_zone: TimeZone::UTC,
        }
    }

    /// A process with one worker that polls only when it is woken and never renews: the test decides what time does.
    fn process(&self, analyse: Analyse) -> (Queue, Workers) {
        jobs::start(self.tools(MASTER_KEY), Self::options(analyse))
    }

    fn options(analyse: Analyse) -> Options {
        let never = Duration::from_hours(1);
        Options { renew_every: never, sweep_every: never, poll_every: Duration::from_millis(20), analyse, ..Options::new(1, 1 << 20) }
    }

    /// Accepts a payload; with a queue it is handed over.
    async fn accept(&self, seed: usize, hand_over_to: Option<&Queue>) -> Uuid {
        self.accept_body(seed, household(seed, 8), 1, hand_over_to).await
    }

    /// Accepts a payload with so many orders.
    async fn accept_body(&self, seed: usize, body: String, orders: usize, hand_over_to: Option<&Queue>) -> Uuid {
        let now = self.clock.now();
        let keyring = Keyring::parse(MASTER_KEY).expect("a key");
        let insights_id = Uuid::from_u128(0x7000_0000_0000_4000_8000_0000_0000_0000 | seed as u128);
        let order_id = |order: usize| Uuid::from_u128(0x7100_0000_0000_4000_8000_0000_0000_0000 | (order << 32 | seed) as u128);
        let orders: Vec<Uuid> = (0..orders).map(order_id).collect();
        let (data_key, key) = keyring.new_data_key(insights_id, CLIENT);
        let slot = hand_over_to.map(|queue| (queue, queue.reserve(body.len() as u64).expect("there is room")));
        let new = NewSubmission {
            insights_id,
            client_id: CLIENT.to_owned(),
            accepted_at: now,
            expires_at: now + SignedDuration::from_hours(24),
            expiry_reason: Reason::Expired,
            as_of: date(2026, 11, 22),
            digest: [7; 32],
            raw_length: body.len() as u64,
            weight: body.len() as u64,
            counts: Counts { customers: 1, accounts: 1, transactions: 8 },
            key,
            accepted: data_key.seal(Column::Accepted, b"{}"),
            payload: data_key.seal(Column::Payload, body.as_bytes()),
            orders: orders.clone(),
            idempotency: None,
            leased_until: slot.as_ref().map(|(queue, _)| queue.lease_until(now)),
        };
        self.store.submit(new).await.expect("accepted");
        if let Some((_, slot)) = slot {
            let submission = parse(body.as_bytes(), &ReadContext { now, time_zone: TimeZone::UTC }).expect("well formed");
            let lease = Lease { insights_id, fence: 1 };
            let as_of = date(2026, 11, 22);
            slot.hand_over(HandedOver {
                lease,
                client_id: CLIENT.to_owned(),
                accepted_at: now,
                as_of,
                digest: [7; 32],
                orders,
                submission,
                data_key,
                permit: Permit::none(),
            });
        }
        insights_id
    }

    async fn state(&self, insights_id: Uuid) -> Option<State> {
        self.store.find(CLIENT, insights_id, None, self.clock.now()).await.expect("answers").map(|found| found.state)
    }

    async fn becomes(&self, queue: &Queue, insights_id: Uuid, wanted: State) {
        let ended = tokio::time::timeout(PATIENCE, async {
            loop {
                let news = queue.news(insights_id);
                if self.state(insights_id).await == Some(wanted) {
                    return;
                }
                news.wait(PATIENCE).await;
            }
        });
        assert!(ended.await.is_ok(), "{insights_id} is {:?}, not {wanted:?}", self.state(insights_id).await);
    }
}

fn real() -> Analyse {
    Arc::new(analysis::analyse)
}

#[tokio::test]
async fn a_handed_over_job_is_completed_and_its_payload_destroyed() {
    let bed = Bed::new().await;
    let (queue, workers) = bed.process(real());
    let id = bed.accept(1, Some(&queue)).await;
    bed.becomes(&queue, id, State::Completed).await;
    let stored = bed.store.report(CLIENT, id, None, bed.clock.now()).await.expect("answers").expect("there");
    assert_eq!(stored.reports.len(), 1);
    assert!(bed.store.due(bed.clock.now() + SignedDuration::from_hours(1), 10).await.expect("answers").is_empty(), "the job is gone");
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_job_without_a_slot_is_claimed_when_the_queue_is_woken() {
    let bed = Bed::new().await;
    let id = bed.accept(2, None).await;
    let (queue, workers) = bed.process(real());
    queue.wake();
    bed.becomes(&queue, id, State::Completed).await;
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_panic_is_tried_twice_and_then_failed_for_good() {
    let bed = Bed::new().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let (queue, workers) = bed.process(Arc::new(move |_, _, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        panic!("on purpose")
    }));
    let id = bed.accept(3, Some(&queue)).await;
    bed.becomes(&queue, id, State::Failed(Failure::AnalysisPanic)).await;
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    // The worker has survived.
    let next = bed.accept(4, Some(&queue)).await;
    bed.becomes(&queue, next, State::Failed(Failure::AnalysisPanic)).await;
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn one_panic_costs_nothing() {
    let bed = Bed::new().await;
    let tries = AtomicUsize::new(0);
    let (queue, workers) = bed.process(Arc::new(move |submission, ruleset, as_of| {
        assert!(tries.fetch_add(1, Ordering::SeqCst) > 0, "on purpose, once");
        analysis::analyse(submission, ruleset, as_of)
    }));
    let id = bed.accept(5, Some(&queue)).await;
    bed.becomes(&queue, id, State::Completed).await;
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_lapsed_lease_is_taken_over_and_the_first_worker_writes_nothing() {
    let bed = Bed::new().await;
    let gate = Arc::new(Gate::default());
    let (slow, slow_workers) = bed.process(gate.analysis());
    let id = bed.accept(6, Some(&slow)).await;
    gate.somebody_waits().await;
    bed.clock.advance(SignedDuration::from_secs(16));
    let (quick, quick_workers) = bed.process(real());
    quick.wake();
    bed.becomes(&quick, id, State::Completed).await;
    let first = bed.store.report(CLIENT, id, None, bed.clock.now()).await.expect("answers").expect("there");
    gate.open();
    assert!(slow_workers.drain(PATIENCE).await);
    let still = bed.store.report(CLIENT, id, None, bed.clock.now()).await.expect("answers").expect("there");
    assert_eq!(first.head, still.head, "the slow worker wrote nothing");
    assert!(quick_workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_job_whose_attempts_are_spent_is_given_up() {
    let bed = Bed::new().await;
    let id = bed.accept(7, None).await;
    for _ in 0..MAX_ATTEMPTS {
        let now = bed.clock.now();
        let due = bed.store.due(now, 1).await.expect("answers")[0];
        bed.store.claim(due, now, now + SignedDuration::from_secs(15)).await.expect("answers").expect("claimed");
        bed.clock.advance(SignedDuration::from_secs(16));
    }
    let (queue, workers) = bed.process(real());
    queue.wake();
    bed.becomes(&queue, id, State::Failed(Failure::AttemptsExhausted)).await;
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_drain_finishes_what_runs_and_gives_back_what_waits() {
    let bed = Bed::new().await;
    let gate = Arc::new(Gate::default());
    let (queue, workers) = bed.process(gate.analysis());
    let running = bed.accept(8, Some(&queue)).await;
    gate.somebody_waits().await;
    let waiting = bed.accept(9, Some(&queue)).await;
    queue.drain();
    assert!(queue.reserve(1).is_none(), "nothing new is taken");
    let draining = tokio::spawn(workers.drain(PATIENCE));
    gate.open();
    assert!(draining.await.expect("drains"));
    assert_eq!(bed.state(running).await, Some(State::Completed));
    assert_eq!(bed.state(waiting).await, Some(State::Processing));
    // Due at once, and no attempt was spent on it.
    let now = bed.clock.now();
    let due = bed.store.due(now, 10).await.expect("answers");
    assert_eq!(due.iter().map(|due| due.insights_id).collect::<Vec<_>>(), [waiting]);
    let claimed = bed.store.claim(due[0], now, now + SignedDuration::from_secs(15)).await.expect("answers").expect("claimed");
    assert_eq!(claimed.attempt, 1);
    assert_eq!(gate.came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_purge_beats_a_running_worker() {
    let bed = Bed::new().await;
    let gate = Arc::new(Gate::default());
    let (queue, workers) = bed.process(gate.analysis());
    let id = bed.accept(10, Some(&queue)).await;
    gate.somebody_waits().await;
    assert_eq!(bed.store.purge(CLIENT, id, bed.clock.now()).await.expect("answers"), Purged::Now);
    gate.open();
    assert!(workers.drain(PATIENCE).await);
    assert_eq!(bed.state(id).await, None);
    assert!(bed.store.report(CLIENT, id, None, bed.clock.now()).await.expect("answers").is_none());
}

#[tokio::test]
async fn a_missing_master_key_spends_no_attempt() {
    let bed = Bed::new().await;
    let id = bed.accept(11, None).await;
    let (blind, blind_workers) = jobs::start(bed.tools(OTHER_KEY), Bed::options(real()));
    blind.wake();
    // Given back with a later due time: then it is not due now.
    let begun = std::time::Instant::now();
    while bed.store.due(bed.clock.now(), 1).await.expect("answers").first().is_some_and(|due| due.fence == 0)
        || bed.store.queue_depth(bed.clock.now()).await.expect("answers").running > 0
    {
        assert!(begun.elapsed() < PATIENCE, "the job is never given back");
        tokio::task::yield_now().await;
    }
    assert!(blind_workers.drain(PATIENCE).await);
    bed.clock.advance(SignedDuration::from_mins(10));
    let (queue, workers) = bed.process(real());
    queue.wake();
    bed.becomes(&queue, id, State::Completed).await;
    assert!(workers.drain(PATIENCE).await);
}

#[tokio::test]
async fn places_are_bounded_by_bytes_and_come_back() {
    let bed = Bed::new().await;
    let (queue, workers) = bed.process(real());
    let all = queue.reserve(u64::MAX).expect("one payload larger than the channel takes all of it");
    assert!(queue.reserve(1).is_none());
    drop(all);
    let half = queue.reserve(1 << 19).expect("room");
    let other_half = queue.reserve(1 << 19).expect("room");
    assert!(queue.reserve(1).is_none());
    drop((half, other_half));
    assert!(queue.reserve(1).is_some());
    assert!(workers.drain(PATIENCE).await);
    let (idle, idle_workers) = jobs::start(bed.tools(MASTER_KEY), Options { workers: 0, ..Bed::options(real()) });
    assert!(idle.reserve(1).is_none(), "a process without workers takes nothing");
    assert!(idle_workers.drain(PATIENCE).await);
}

/// A household with many orders over it.
fn ordered(seed: usize, rows: usize, orders: usize) -> String {
    let order = format!(r#"{{"customerIds":["c{seed}"]}}"#);
    household(seed, rows).replacen(r#"{"meta":{"#, &format!(r#"{{"meta":{{"orders":[{}],"#, vec![order; orders].join(",")), 1)
}

#[tokio::test]
async fn a_payload_from_the_store_waits_for_the_memory_that_requests_have() {
    let bed = Bed::new().await;
    let admission = Admission::new(Capacity { bytes: 1000, client_bytes: 1000, client_jobs: 1 });
    let request = admission.admit(&CLIENT.into(), 900).expect("there is room");
    let id = bed.accept(21, None).await;
    let (queue, workers) = jobs::start(bed.tools(MASTER_KEY), Options { admission: admission.clone(), ..Bed::options(real()) });
    queue.wake();
    let waits = async {
        while !admission.work_waits() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.expect("the worker asks for memory");
    assert_eq!(bed.state(id).await, Some(State::Processing));
    assert!(queue.reserve(1).is_none(), "what comes now is left to the store, behind it");
    drop(request);
    bed.becomes(&queue, id, State::Completed).await;
    assert!(workers.drain(PATIENCE).await);
    assert!(admission.admit(&CLIENT.into(), 1000).is_ok(), "its memory came back");
}

#[tokio::test]
async fn many_orders_over_many_rows_are_a_limit_of_the_analysis() {
    let bed = Bed::new().await;
    let (queue, workers) = bed.process(Arc::new(|_, _, _| panic!("it is not begun")));
    for (seed, hand_over_to) in [(22, None), (23, Some(&queue))] {
        let body = ordered(seed, 2_600, 100);
        let id = bed.accept_body(seed, body, 100, hand_over_to).await;
        queue.wake();
        bed.becomes(&queue, id, State::Failed(Failure::AnalysisLimit)).await;
    }
    assert!(workers.drain(PATIENCE).await);
    let (queue, workers) = bed.process(real());
    let id = bed.accept_body(24, ordered(24, 8, 100), 100, Some(&queue)).await;
    bed.becomes(&queue, id, State::Completed).await;
    assert!(workers.drain(PATIENCE).await);
}

/// Two processes on one long queue: what one claims the other passes over, and every job is done once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_work_off_one_queue() {
    let bed = Bed::new().await;
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = |begun: &Arc<AtomicUsize>| -> Analyse {
        let begun = Arc::clone(begun);
        Arc::new(move |submission, ruleset, as_of| {
            begun.fetch_add(1, Ordering::SeqCst);
            analysis::analyse(submission, ruleset, as_of)
        })
    };
    let mut ids = Vec::new();
    for seed in 100..180 {
        ids.push(bed.accept(seed, None).await);
    }
    let (one, one_workers) = bed.process(counted(&begun));
    let (other, other_workers) = bed.process(counted(&begun));
    one.wake();
    other.wake();
    for id in &ids {
        bed.becomes(&one, *id, State::Completed).await;
    }
    assert_eq!(begun.load(Ordering::SeqCst), ids.len(), "no job is worked on twice");
    assert!(one_workers.drain(PATIENCE).await);
    assert!(other_workers.drain(PATIENCE).await);
}
