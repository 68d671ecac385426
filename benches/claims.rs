//! The keyed claim beside `FOR UPDATE SKIP LOCKED`, and the claim from a long queue beside the claim from a short one.
//!
//! `cargo bench --bench claims` fills a queue of small jobs and has workers empty it, by turns in three ways. *Keyed*: a look at the
//! store brings candidates, which the workers of one process share and take in order, then one compare-and-set a job. *Apart*: the same,
//! but each process begins elsewhere among the candidates, leaves out what its own workers are claiming at the moment, and looks again when
//! somebody else was faster. *`SKIP LOCKED`*: a single
//! statement around `FOR UPDATE SKIP LOCKED`. All then read what the analysis needs, and delete the job. The figure is the time from
//! asking for a job to having it, the mean of a round, the median of the rounds. The design's rule: `SKIP LOCKED` takes the place of a
//! keyed claim only where it is more than 1.5 times as fast. Bounded: a temporary, durable Postgres cluster on a socket, and temporary
//! SQLite files. The disk is most of it: what else writes to it is in the figures.

#[path = "../tests/support/postgres.rs"]
#[expect(dead_code, reason = "the bench does not stop the server")]
mod cluster;

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cdr_insights::store::seal::{MasterKeyId, WrappedKey};
use cdr_insights::store::{self, Counts, Due, Lease, NewSubmission, Reason, Store, StoreOptions};
use jiff::{SignedDuration, Timestamp, civil::date};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, SqliteConnection};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Jobs of one round.
const JOBS: i64 = 3_000;
const ROUNDS: usize = 5;
/// Candidates that one look brings: as many as the service asks for.
const PROBE: u32 = 32;
/// The rule of the design.
const WORTH_IT: f64 = 1.5;
/// The bar of the design.
const LONG_QUEUE: f64 = 1.5;
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Workers as processes × workers of each: those of one process share their looks, those of several meet at the same candidates.
const SHAPES: [(usize, usize); 5] = [(1, 1), (1, 4), (4, 1), (1, 16), (4, 4)];

/// The other way: the oldest due job that nobody holds, in one statement.
const SKIP_LOCKED: &str = "UPDATE job SET fence = fence + 1, attempt = attempt + 1, lease_until = $2
    WHERE insights_id = (SELECT insights_id FROM job
        WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) AND expires_at > $1
        ORDER BY due_at, insights_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING insights_id, fence, attempt";

fn start() -> Timestamp {
    "2026-11-21T22:00:00Z".parse().expect("a time")
}

/// When every job is due and none has expired.
fn now() -> Timestamp {
    start() + SignedDuration::from_hours(1)
}

/// A small job, which the database copies.
fn small() -> NewSubmission {
    NewSubmission {
        insights_id: Uuid::new_v4(),
        client_id: "bench".to_owned(),
        accepted_at: start(),
        expires_at: start() + SignedDuration::from_hours(24),
        expiry_reason: Reason::Expired,
        as_of: date(2026, 11, 22),
        digest: [7; 32],
        raw_length: 3_000,
        weight: 3_000,
        counts: Counts { customers: 1, accounts: 1, transactions: 10 },
        key: WrappedKey { master_key: MasterKeyId(*b"master 1"), bytes: Bytes::from(vec![7; 61]) },
        accepted: Bytes::from(vec![7; 300]),
        payload: Bytes::from(vec![7; 1_000]),
        orders: vec![Uuid::new_v4()],
        idempotency: None,
        leased_until: None,
    }
}

async fn open(url: &str, connections: usize) -> Arc<dyn Store> {
    let max_connections = u32::try_from(connections).expect("a few");
    store::open(&StoreOptions { url: url.to_owned(), max_connections, acquire_timeout: Duration::from_secs(30) }).await.expect("opens")
}

const TABLES: [&str; 5] = ["submission", "wrapped_key", "payload", "order_report", "job"];

/// Empties a Postgres queue and fills it with so many jobs, which became due one after the other.
async fn fill_postgres(url: &str, store: &dyn Store, jobs: i64) {
    let mut conn = PgConnection::connect(url).await.expect("the server runs");
    sqlx::raw_sql("TRUNCATE submission CASCADE").execute(&mut conn).await.expect("empties");
    store.submit(small()).await.expect("is kept");
    let copies = format!("CREATE TEMP TABLE copies AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, {}) n", jobs - 1);
    sqlx::raw_sql(AssertSqlSafe(copies)).execute(&mut conn).await.expect("counts");
    for table in TABLES {
        let due = if table == "job" { ", 'due_at', t.due_at + c.n" } else { "" };
        let copy = format!(
            "INSERT INTO {table} SELECT r.* FROM {table} t, copies c,
                jsonb_populate_record(t, jsonb_build_object('insights_id', c.id{due})) r"
        );
        sqlx::raw_sql(AssertSqlSafe(copy)).execute(&mut conn).await.expect("copies");
    }
    sqlx::raw_sql("VACUUM (FREEZE, ANALYZE)").execute(&mut conn).await.expect("vacuums");
    sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await.expect("writes");
    conn.close().await.expect("it was open");
}

/// The same for a new SQLite file.
async fn fill_sqlite(url: &str, store: &dyn Store, jobs: i64) {
    store.submit(small()).await.expect("is kept");
    let mut conn = SqliteConnection::connect(url).await.expect("opens");
    let mut script = vec![format!(
        "CREATE TEMP TABLE copies AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {})
            SELECT randomblob(16) AS id FROM c;
        BEGIN;",
        jobs - 1
    )];
    for table in TABLES {
        let due = if table == "job" { ", due_at = due_at + rowid" } else { "" };
        script.push(format!(
            "CREATE TEMP TABLE copy AS SELECT t.* FROM main.{table} t CROSS JOIN copies;
            UPDATE copy SET insights_id = (SELECT id FROM copies WHERE copies.rowid = copy.rowid){due};
            INSERT INTO main.{table} SELECT * FROM copy;
            DROP TABLE copy;"
        ));
    }
    script.push("COMMIT; ANALYZE;".to_owned());
    sqlx::raw_sql(AssertSqlSafe(script.concat())).execute(&mut conn).await.expect("copies");
    conn.close().await.expect("it was open");
}

/// A way to claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Keyed,
    Apart,
    SkipLocked,
}

const WAYS: [Way; 3] = [Way::Keyed, Way::Apart, Way::SkipLocked];

/// The candidates of a process, as the service's workers share them.
struct Candidates {
    store: Arc<dyn Store>,
    seen: Mutex<VecDeque<Due>>,
    /// What its workers took from there and have not claimed yet: another look would bring it again.
    claiming: std::sync::Mutex<BTreeSet<Uuid>>,
    /// Where it begins, if not at the oldest.
    begins_at: Option<usize>,
}

impl Candidates {
    fn new(store: Arc<dyn Store>, begins_at: Option<usize>) -> Self {
        Self { store, seen: Mutex::default(), claiming: std::sync::Mutex::default(), begins_at }
    }

    fn claiming(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.claiming.lock().expect("nobody panics while it holds it")
    }

    async fn next(&self) -> Option<Due> {
        let mut seen = self.seen.lock().await;
        if seen.is_empty() {
            *seen = self.store.due(now(), PROBE).await.expect("answers").into();
            if let Some(first) = self.begins_at {
                let first = first % seen.len().max(1);
                seen.rotate_left(first);
                seen.retain(|due| !self.claiming().contains(&due.insights_id));
            }
        }
        let due = seen.pop_front()?;
        self.claiming().insert(due.insights_id);
        Some(due)
    }

    async fn claim(&self, due: Due) -> Option<Lease> {
        let claimed = self.store.claim(due, now(), now() + LEASE).await.expect("answers");
        self.claiming().remove(&due.insights_id);
        if claimed.is_none() && self.begins_at.is_some() {
            self.seen.lock().await.clear();
        }
        claimed.map(|claimed| claimed.lease)
    }
}

/// How a process comes by its jobs.
enum Process {
    /// The store's two methods.
    Keyed(Candidates),
    /// One statement, then what [`Store::claim`] reads.
    Skipping(PgPool),
}

impl Process {
    /// The process of this number out of so many.
    async fn start(way: Way, url: &str, workers: usize, (number, of): (usize, usize)) -> Self {
        let begins_at = (way == Way::Apart).then_some(number * PROBE as usize / of);
        if way != Way::SkipLocked {
            return Self::Keyed(Candidates::new(open(url, workers).await, begins_at));
        }
        let pool = PgPoolOptions::new().max_connections(u32::try_from(workers).expect("a few")).test_before_acquire(false);
        Self::Skipping(pool.connect(url).await.expect("the server runs"))
    }

    /// A job; none when the queue is empty. Counts the claims that somebody else won.
    async fn next(&self, lost: &mut u32) -> Option<Lease> {
        match self {
            Self::Keyed(candidates) => loop {
                let due = candidates.next().await?;
                if let Some(lease) = candidates.claim(due).await {
                    return Some(lease);
                }
                *lost += 1;
            },
            Self::Skipping(pool) => {
                let claim = sqlx::query_as(SKIP_LOCKED).bind(now().as_microsecond()).bind((now() + LEASE).as_microsecond());
                let claimed: Option<(Uuid, i64, i64)> = claim.fetch_optional(pool).await.expect("answers");
                let (insights_id, fence, _) = claimed?;
                let mut conn = pool.acquire().await.expect("a connection");
                sqlx::query(statement("CLAIMED")).bind(insights_id).fetch_one(&mut *conn).await.expect("is there");
                sqlx::query(statement("ORDERS")).bind(insights_id).fetch_all(&mut *conn).await.expect("are there");
                Some(Lease { insights_id, fence })
            }
        }
    }

    async fn close(&self) {
        match self {
            Self::Keyed(candidates) => candidates.store.close().await,
            Self::Skipping(pool) => pool.close().await,
        }
    }
}

fn statement(name: &str) -> &'static str {
    store::postgres::statements().find(|(other, _)| *other == name).expect("it is listed").1
}

/// What one round took.
#[derive(Default)]
struct Round {
    /// From asking for a job to having it: the mean, microseconds.
    claim: f64,
    /// Jobs a second of all workers together, claimed and deleted.
    rate: f64,
    /// Claims that somebody else won, of each job.
    lost: f64,
}

/// Workers of one shape empty the queue.
async fn drain(url: &str, processes: Vec<Arc<Process>>, workers: usize) -> Round {
    let finish = PgPoolOptions::new().max_connections(16).min_connections(16).test_before_acquire(false);
    let finish = finish.connect(url).await.expect("the server runs");
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for process in processes.iter().flat_map(|process| std::iter::repeat_n(process, workers)) {
        let (process, finish) = (Arc::clone(process), finish.clone());
        tasks.spawn(async move {
            let (mut claiming, mut jobs, mut lost) = (Duration::ZERO, 0_u32, 0);
            loop {
                let asked = Instant::now();
                let Some(lease) = process.next(&mut lost).await else { return (claiming, jobs, lost) };
                claiming += asked.elapsed();
                jobs += 1;
                let done = sqlx::query(statement("FINISH_JOB")).bind(lease.insights_id).bind(lease.fence);
                assert_eq!(done.execute(&finish).await.expect("answers").rows_affected(), 1);
            }
        });
    }
    let (mut claiming, mut jobs, mut lost) = (Duration::ZERO, 0, 0);
    for (of_this, done, beaten) in tasks.join_all().await {
        (claiming, jobs, lost) = (claiming + of_this, jobs + done, lost + beaten);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    assert_eq!(i64::from(jobs), JOBS, "every job is claimed once");
    finish.close().await;
    for process in processes {
        process.close().await;
    }
    let jobs = f64::from(jobs);
    Round { claim: claiming.as_secs_f64() * 1e6 / jobs, rate: jobs / elapsed, lost: f64::from(lost) / jobs }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Every way at each shape, by turns.
async fn compare(url: &str) {
    let filler = open(url, 2).await;
    filler.migrate().await.expect("migrates");
    for (processes, workers) in SHAPES {
        let mut rounds = WAYS.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (way, rounds) in WAYS.into_iter().zip(&mut rounds) {
                fill_postgres(url, &*filler, JOBS).await;
                let mut all = Vec::new();
                for number in 0..processes {
                    all.push(Arc::new(Process::start(way, url, workers, (number, processes)).await));
                }
                rounds.push(drain(url, all, workers).await);
            }
        }
        let claim = |rounds: &[Round]| median(rounds.iter().map(|round| round.claim));
        let [keyed, apart, skip_locked] = rounds;
        let best = claim(&skip_locked);
        for (name, rounds) in [("keyed", keyed), ("apart", apart), ("SKIP LOCKED", skip_locked)] {
            let (ours, rate) = (claim(&rounds), median(rounds.iter().map(|round| round.rate)));
            let (lost, ratio) = (median(rounds.iter().map(|round| round.lost)), ours / best);
            println!(
                "postgres  {processes} × {workers:<2} workers  {name:<11} {ours:>6.0} µs a claim  {rate:>6.0} jobs/s  {lost:.2} lost a job  ratio {ratio:.2}  {}",
                if ratio > WORTH_IT { "SKIP LOCKED is worth it" } else { "stays" }
            );
        }
    }
    filler.close().await;
}

/// The claim at the head of a queue of 1,000 jobs beside that of one of 100,000, by turns.
async fn long_and_short(name: &str, queues: [Arc<dyn Store>; 2]) {
    const ROUNDS: usize = 20;
    let mut figures = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (store, figures) in queues.iter().zip(&mut figures) {
            let process = Process::Keyed(Candidates::new(Arc::clone(store), None));
            let mut claiming = Duration::ZERO;
            // As many as one look brings.
            for _ in 0..PROBE {
                let asked = Instant::now();
                let lease = process.next(&mut 0).await.expect("there is more");
                claiming += asked.elapsed();
                assert!(store.give_up(lease, store::Failure::AnalysisLimit, false, now()).await.expect("answers"));
            }
            // The first round warms both.
            if round > 0 {
                figures.push(claiming.as_secs_f64() * 1e6 / f64::from(PROBE));
            }
        }
    }
    let [short, long] = figures.map(|figures| median(figures.into_iter()));
    let ratio = long / short;
    println!(
        "{name:<9} claim from 1,000 {short:>7.0} µs, from 100,000 {long:>7.0} µs  ratio {ratio:.2}  bar {LONG_QUEUE:.2}  {}",
        if ratio <= LONG_QUEUE { "met" } else { "MISSED" }
    );
}

async fn sqlite(folder: &Path, jobs: i64) -> Arc<dyn Store> {
    let url = format!("sqlite:{}", folder.join(format!("{jobs}.db")).display());
    let store = open(&url, 4).await;
    store.migrate().await.expect("migrates");
    fill_sqlite(&url, &*store, jobs).await;
    store
}

async fn postgres(cluster: &cluster::Cluster, jobs: i64) -> Arc<dyn Store> {
    let url = cluster.empty_database().await;
    let store = open(&url, 4).await;
    store.migrate().await.expect("migrates");
    fill_postgres(&url, &*store, jobs).await;
    store
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    long_and_short("sqlite", [sqlite(folder.path(), 1_000).await, sqlite(folder.path(), 100_000).await]).await;
    if let Some(cluster) = cluster::Cluster::start(true) {
        long_and_short("postgres", [postgres(&cluster, 1_000).await, postgres(&cluster, 100_000).await]).await;
        compare(&cluster.empty_database().await).await;
    }
}
