//! The only SQL. A store keeps sealed bytes and the queue; it does not know what a report is.
//!
//! Every method that serves a request takes the client; to any other client a row does not exist. Times are the caller's, so a
//! test owns the clock. Times are kept to the microsecond. Methods stand in the same order here, in [`sqlite`] and in [`postgres`].
//!
//! To add a method: 1. declare it in [`Store`], in its group, with what it promises; 2. write its statement in `sql.rs`, once for both
//! databases where they read alike, obeying the rules at its top; 3. turn its row into a type of this file in `rows.rs`; 4. put the
//! method at the same place in `sqlite.rs` and `postgres.rs`; 5. add its cases to `tests/store/`, where each runs on both stores.
//! A change of the schema is a new file in each folder of `migrations/` that it concerns, named in `migrations.rs`.

mod fault;
mod migrations;
mod occupancy;
pub mod postgres;
mod rows;
pub mod seal;
mod sql;
pub mod sqlite;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

pub use occupancy::{Occupancy, occupy, sqlite_file};

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, full or read-only: try again later (503). SQLSTATE classes 08, 53, 57P and 25006, the server's time-outs
    /// and conflicts (25P03, 40001, 40P01, 55P03, 57014), lost connections, pool time-outs; SQLite's `BUSY`, `LOCKED`, `FULL`,
    /// `READONLY`, `IOERR`, `CANTOPEN`.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Any other database error: a fault of ours (500).
    #[error("the database refused a statement: {0}")]
    Database(#[source] sqlx::Error),
    /// Migrations are missing, changed or unknown.
    #[error("the schema does not fit this version: {0}")]
    Schema(String),
    /// A row does not hold what this version wrote.
    #[error("table {table}, {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong with it, without its content.
        problem: String,
    },
    /// Another process works on the SQLite file.
    #[error("another process works on this SQLite file: end it first (SQLite is for one process, PostgreSQL for any number)")]
    InUse,
    /// `DATABASE_URL` cannot be read.
    #[error("DATABASE_URL: {0}")]
    Url(String),
}

/// The store's result.
pub type Result<T> = std::result::Result<T, StoreError>;

/// What a POST keeps, in one transaction. Every blob is sealed already.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// Random version 4.
    pub insights_id: Uuid,
    /// Whose it is.
    pub client_id: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it expires: retention, or the earliest consent.
    pub expires_at: Timestamp,
    /// What ends it then, for the deletion record: [`Reason::Expired`] or [`Reason::Consent`].
    pub expiry_reason: Reason,
    /// `asOf`, fixed at acceptance.
    pub as_of: jiff::civil::Date,
    /// SHA-256 of the decompressed body.
    pub digest: [u8; 32],
    /// Length of the decompressed body.
    pub raw_length: u64,
    /// What a worker must have room for, in bytes.
    pub weight: u64,
    /// Customers, accounts and rows: what a deletion record counts.
    pub counts: Counts,
    /// The data key, wrapped by a master key.
    pub key: seal::WrappedKey,
    /// The 201 body, sealed (column `accepted`): what an Idempotency-Key replays.
    pub accepted: Bytes,
    /// The request body, compressed and sealed (column `payload`).
    pub payload: Bytes,
    /// The order ids, in order.
    pub orders: Vec<Uuid>,
    /// The caller's Idempotency-Key.
    pub idempotency: Option<NewIdempotency>,
    /// Set when the parsed payload is handed to a worker of this process: the job is inserted leased to it, with fence 1 and no
    /// attempt spent.
    pub leased_until: Option<Timestamp>,
}

/// An Idempotency-Key to remember.
#[derive(Clone, Debug)]
pub struct NewIdempotency {
    /// 1–255 visible ASCII characters.
    pub key: String,
    /// When it is free again; at the latest when the submission expires.
    pub expires_at: Timestamp,
}

/// What a submission held, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Customers.
    pub customers: u32,
    /// Accounts.
    pub accounts: u32,
    /// Rows.
    pub transactions: u32,
}

/// What became of a POST.
#[derive(Clone, Debug)]
pub enum Submitted {
    /// It is durable.
    Inserted,
    /// The same key with the same body was accepted before.
    Replayed(Accepted),
    /// The same key stands for another body.
    KeyConflict,
}

/// A 201 that was given before.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its submission.
    pub insights_id: Uuid,
    /// Its data key.
    pub key: seal::WrappedKey,
    /// The sealed 201 body.
    pub accepted: Bytes,
}

/// What an Idempotency-Key stands for.
#[derive(Clone, Debug)]
pub enum Remembered {
    /// This body: the answer it got.
    SameBody(Accepted),
    /// Another body.
    OtherBody,
}

/// How far a submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting, or being analysed.
    Processing,
    /// The reports are there.
    Completed,
    /// The analysis failed for good.
    Failed(Failure),
}

/// Why an analysis failed for good; the names are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It panicked, twice.
    AnalysisPanic,
    /// It would exceed a limit.
    AnalysisLimit,
    /// Five attempts were spent.
    AttemptsExhausted,
}

impl Failure {
    /// The contract's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AnalysisPanic => "ANALYSIS_PANIC",
            Self::AnalysisLimit => "ANALYSIS_LIMIT",
            Self::AttemptsExhausted => "ATTEMPTS_EXHAUSTED",
        }
    }

    /// The failure of a stored code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::AnalysisPanic, Self::AnalysisLimit, Self::AttemptsExhausted].into_iter().find(|failure| failure.code() == code)
    }
}

/// What a GET needs before it touches a blob.
#[derive(Clone, Debug)]
pub struct Found {
    /// How far it is.
    pub state: State,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Length of the decompressed body.
    pub raw_length: u64,
    /// Bytes of the reports that were asked for, before compression; 0 while processing.
    pub report_length: u64,
    /// The data key.
    pub key: seal::WrappedKey,
    /// The sealed 201 body: a FAILED answer takes its `clientReference` and orders from it.
    pub accepted: Bytes,
}

/// The stored reports of a submission, sealed.
#[derive(Clone, Debug)]
pub struct StoredReports {
    /// The document before its reports (column `head`).
    pub head: Bytes,
    /// One an order, in order (column `report`).
    pub reports: Vec<StoredReport>,
}

/// One order's report, sealed.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// The order.
    pub order_id: Uuid,
    /// Compressed and sealed.
    pub body: Bytes,
}

/// What a worker leaves behind when it is done.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The document before its reports, compressed and sealed (column `head`).
    pub head: Bytes,
    /// One an order: the sealed report and its length before compression.
    pub reports: Vec<(StoredReport, u64)>,
    /// True where the operator keeps payloads.
    pub keep_payload: bool,
}

/// Why rows were purged; stays in the deletion record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The client asked.
    Client,
    /// Its retention ended.
    Expired,
    /// Its consent ended.
    Consent,
    /// The operator asked.
    Operator,
}

impl Reason {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "CLIENT",
            Self::Expired => "EXPIRED",
            Self::Consent => "CONSENT",
            Self::Operator => "OPERATOR",
        }
    }

    /// The reason of a stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Client, Self::Expired, Self::Consent, Self::Operator].into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What became of a DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purged {
    /// The rows and the key are gone.
    Now,
    /// This client had deleted it before.
    Before,
    /// Unknown, another client's, or expired.
    NotFound,
}

/// A due job, seen without a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The submission.
    pub insights_id: Uuid,
    /// The fence it was seen at.
    pub fence: i64,
    /// Since when it has been due (microseconds order the queue).
    pub due_at: Timestamp,
    /// What a worker must have room for, in bytes.
    pub weight: u64,
}

/// The right to work on a submission until the lease lapses. Every write under it names the fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The submission.
    pub insights_id: Uuid,
    /// The token: another worker's claim raises it.
    pub fence: i64,
}

/// A claimed job with all that the analysis needs.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The right to work on it.
    pub lease: Lease,
    /// This attempt's number, from 1.
    pub attempt: u32,
    /// Whose it is.
    pub client_id: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// `asOf`, fixed at acceptance.
    pub as_of: jiff::civil::Date,
    /// SHA-256 of the decompressed body.
    pub digest: [u8; 32],
    /// Length of the decompressed body.
    pub raw_length: u64,
    /// The order ids, in order.
    pub orders: Vec<Uuid>,
    /// The data key.
    pub key: seal::WrappedKey,
    /// The request body, compressed and sealed.
    pub payload: Bytes,
}

/// The queue, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Jobs that wait.
    pub waiting: u64,
    /// Jobs under a living lease.
    pub running: u64,
    /// When the oldest waiting job became due.
    pub oldest_due_at: Option<Timestamp>,
}

/// A place that keeps submissions, reports and the queue. Object-safe; one contract suite runs on every implementation.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// Brings the schema up to this version. Safe from several processes at once.
    async fn migrate(&self) -> Result<()>;
    /// Answers when the database answers and its schema is this version's.
    async fn ready(&self) -> Result<()>;
    /// The database's clock less the given one: what `now` must be corrected by so that leases of several machines agree. Zero on SQLite.
    async fn clock_offset(&self, now: Timestamp) -> Result<jiff::SignedDuration>;

    /// Keeps a submission, its orders, key, payload, job and Idempotency-Key in one transaction. A key that another request took
    /// meanwhile is answered from that request's row.
    async fn submit(&self, new: NewSubmission) -> Result<Submitted>;
    /// What the client's Idempotency-Key stands for, if it lives.
    async fn remembered(&self, client_id: &str, key: &str, digest: &[u8; 32], now: Timestamp) -> Result<Option<Remembered>>;
    /// Where a submission of the client is, if it has not expired; with an order, only if that order is its own.
    async fn find(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<Found>>;
    /// The reports of a completed submission of the client: all, or one order's.
    async fn report(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<StoredReports>>;
    /// Removes everything of a client's submission, whatever its state, and leaves a deletion record.
    async fn purge(&self, client_id: &str, insights_id: Uuid, now: Timestamp) -> Result<Purged>;

    /// Due jobs (due, or lease lapsed), oldest first, without a lock.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>>;
    /// Claims one job seen at a fence: one keyed compare-and-set that spends an attempt. `None` when somebody else was faster or
    /// it is no longer due. A job whose attempts are spent is claimed like any other: the caller gives it up.
    async fn claim(&self, due: Due, now: Timestamp, lease_until: Timestamp) -> Result<Option<Claimed>>;
    /// Spends an attempt of a job that was handed over at acceptance (lease held since the insert). The attempt's number, or
    /// `None` when the lease is lost.
    async fn begin(&self, lease: Lease, now: Timestamp, lease_until: Timestamp) -> Result<Option<u32>>;
    /// Prolongs a lease. False when it is lost.
    async fn renew(&self, lease: Lease, lease_until: Timestamp) -> Result<bool>;
    /// Stores the reports, deletes the job and, unless kept, the payload, in one transaction under the fence. False (and nothing
    /// written) when the lease is lost or the submission is gone.
    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<bool>;
    /// Gives the job back, due again at `due_at`. With `refund` the attempt is not counted (a drain, not a failure).
    async fn release(&self, lease: Lease, due_at: Timestamp, refund: bool) -> Result<bool>;
    /// Marks the submission FAILED, deletes the job and, unless kept, the payload.
    async fn give_up(&self, lease: Lease, failure: Failure, keep_payload: bool, now: Timestamp) -> Result<bool>;
    /// Frees the leases of a process that is gone. Only SQLite does something: there is one process on one file.
    async fn free_leases(&self, now: Timestamp) -> Result<u64>;

    /// Purges up to `limit` expired submissions and Idempotency-Keys; how many submissions went.
    async fn sweep(&self, now: Timestamp, limit: u32) -> Result<u64>;
    /// Makes what was purged, by any process, unreadable in the live store's files: SQLite truncates its WAL, Postgres rewrites the key
    /// table. What is in the way for the moment (a reader, an old snapshot, another process that scrubs) is no error: the next call
    /// tries again. Cheap when nothing was purged.
    async fn scrub(&self) -> Result<()>;
    /// The queue, in numbers.
    async fn queue_depth(&self, now: Timestamp) -> Result<QueueDepth>;
    /// Jobs of one client that are not finished: what its cap counts.
    async fn in_flight(&self, client_id: &str) -> Result<u64>;
    /// The ids of the master keys that some row still needs.
    async fn master_keys_in_use(&self) -> Result<Vec<seal::MasterKeyId>>;
    /// Closes every connection.
    async fn close(&self);
}

/// How to open a store.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Most connections.
    pub max_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
}

/// Without the URL: it may hold a password.
impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .finish_non_exhaustive()
    }
}

/// Opens the store that the URL's scheme names. The schema is not touched.
///
/// # Errors
/// [`StoreError::Url`] for a URL of no known scheme, [`StoreError::Unavailable`] when the database cannot be reached.
pub async fn open(options: &StoreOptions) -> Result<Arc<dyn Store>> {
    match options.url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Arc::new(sqlite::SqliteStore::open(options).await?)),
        Some("postgres" | "postgresql") => Ok(Arc::new(postgres::PostgresStore::open(options).await?)),
        _ => Err(StoreError::Url("must begin with sqlite: or postgres:".to_owned())),
    }
}
