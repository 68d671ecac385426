//! The embedded store: one file, one writing connection, several reading ones.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction, query, query_as, query_scalar};
use uuid::Uuid;

use super::rows::{self, odd, signed};
use super::seal::MasterKeyId;
use super::{
    Claimed, Completion, Due, Failure, Found, Lease, NewSubmission, Purged, QueueDepth, Reason, Remembered, Result, Store, StoreError,
    StoreOptions, StoredReports, Submitted, migrations, sql,
};

/// The scrub gives up this soon and is tried again: while it waits for a reader, nobody writes.
const SCRUB_PATIENCE: Duration = Duration::from_millis(250);

/// A store in one SQLite file.
pub struct SqliteStore {
    /// One connection: writers queue for it in order instead of fighting for the file's lock.
    writer: SqlitePool,
    readers: SqlitePool,
    connect: SqliteConnectOptions,
    /// Something was destroyed since the last scrub.
    is_dirty: AtomicBool,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

/// Every statement that SQLite is asked, with its name: a test prepares and explains each on the migrated schema.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    sql::SHARED.iter().chain(sql::SQLITE).copied()
}

impl SqliteStore {
    /// Opens the file, which is made (mode 0600) if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Url`]; [`StoreError::Unavailable`] when the file cannot be opened.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let connect = SqliteConnectOptions::from_str(&options.url).map_err(|error| StoreError::Url(error.to_string()))?;
        if options.url.contains(":memory:") || options.url.contains("mode=memory") {
            return Err(StoreError::Url("the embedded store needs a file".to_owned()));
        }
        if !options.url.contains("mode=ro") {
            create_private(connect.get_filename()).map_err(sqlx::Error::Io)?;
        }
        let connect = connect
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .busy_timeout(options.acquire_timeout);
        let pool = || SqlitePoolOptions::new().acquire_timeout(options.acquire_timeout).idle_timeout(None).max_lifetime(None);
        let writer = pool().max_connections(1).test_before_acquire(false).connect_with(connect.clone()).await?;
        let reading = connect.clone().pragma("query_only", "ON");
        let readers = pool().max_connections(options.max_connections.max(1)).test_before_acquire(false).connect_with(reading).await?;
        // The process before may have purged and not scrubbed.
        Ok(Self { writer, readers, connect, is_dirty: AtomicBool::new(true) })
    }

    /// A transaction that holds the file's write lock from its first statement on: it cannot fail half way for want of it.
    async fn begin_write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    async fn commit_destruction(&self, tx: Transaction<'static, Sqlite>) -> Result<()> {
        tx.commit().await?;
        self.is_dirty.store(true, Ordering::Release);
        Ok(())
    }

    async fn sweep_keys(&self, now: i64, limit: u32) -> Result<()> {
        loop {
            let mut tx = self.begin_write().await?;
            let keys: Vec<(String, String)> = query_as(sql::EXPIRED_KEYS).bind(now).bind(limit).fetch_all(&mut *tx).await?;
            for (client_id, key) in &keys {
                query(sql::DELETE_EXPIRED_KEY).bind(client_id).bind(key).bind(now).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            if keys.len() < limit as usize {
                return Ok(());
            }
        }
    }
}

/// Made before SQLite makes it: its WAL and index inherit the mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.write(true).create_new(true).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn migrate(&self) -> Result<()> {
        // One transaction around all of them: a second process waits, then finds them applied.
        let mut tx = self.begin_write().await?;
        migrations::sqlite().run_direct(None, &mut *tx, false).await?;
        Ok(tx.commit().await?)
    }

    async fn ready(&self) -> Result<()> {
        let mut reader = self.readers.acquire().await?;
        let has_migrations: i64 = query_scalar(sql::LITE_HAS_MIGRATIONS).fetch_one(&mut *reader).await?;
        let applied = if has_migrations == 0 { Vec::new() } else { query_as(sql::MIGRATIONS).fetch_all(&mut *reader).await? };
        migrations::check(&migrations::sqlite(), &applied)
    }

    async fn clock_offset(&self, _now: Timestamp) -> Result<SignedDuration> {
        Ok(SignedDuration::ZERO)
    }

    async fn submit(&self, new: NewSubmission) -> Result<Submitted> {
        let mut tx = self.begin_write().await?;
        if let Some(stands) = take_key(&mut tx, &new).await? {
            return Ok(stands);
        }
        insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(Submitted::Inserted)
    }

    async fn remembered(&self, client_id: &str, key: &str, digest: &[u8; 32], now: Timestamp) -> Result<Option<Remembered>> {
        remembered(&mut *self.readers.acquire().await?, client_id, key, digest, now).await
    }

    async fn find(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<Found>> {
        let find = query_as(sql::FIND).bind(insights_id).bind(client_id).bind(order_id).bind(now.as_microsecond());
        find.fetch_optional(&self.readers).await?.map(rows::found).transpose()
    }

    async fn report(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<StoredReports>> {
        let reports = query_as(sql::REPORTS).bind(insights_id).bind(client_id).bind(order_id).bind(now.as_microsecond());
        rows::reports(reports.fetch_all(&self.readers).await?)
    }

    async fn purge(&self, client_id: &str, insights_id: Uuid, now: Timestamp) -> Result<Purged> {
        let mut tx = self.begin_write().await?;
        if remove(&mut tx, sql::PURGE_LIVING, client_id, insights_id, now, Some(Reason::Client)).await? {
            self.commit_destruction(tx).await?;
            return Ok(Purged::Now);
        }
        let reason: Option<String> = query_scalar(sql::DELETION).bind(insights_id).bind(client_id).fetch_optional(&mut *tx).await?;
        Ok(Purged::from_record(reason.as_deref()))
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let due = query_as(sql::DUE).bind(now.as_microsecond()).bind(limit).fetch_all(&self.readers).await?;
        due.into_iter().map(rows::due).collect()
    }

    async fn claim(&self, due: Due, now: Timestamp, lease_until: Timestamp) -> Result<Option<Claimed>> {
        let claim = query_as(sql::CLAIM).bind(due.insights_id).bind(due.fence);
        let claim = claim.bind(now.as_microsecond()).bind(lease_until.as_microsecond());
        let Some((fence, attempt)) = claim.fetch_optional(&self.writer).await? else { return Ok(None) };
        let mut reader = self.readers.acquire().await?;
        let row = query_as(sql::CLAIMED).bind(due.insights_id).fetch_optional(&mut *reader).await?;
        let orders = query_scalar(sql::ORDERS).bind(due.insights_id).fetch_all(&mut *reader).await?;
        let lease = Lease { insights_id: due.insights_id, fence };
        row.map(|row| rows::claimed(lease, rows::attempt(attempt)?, orders, row)).transpose()
    }

    async fn begin(&self, lease: Lease, now: Timestamp, lease_until: Timestamp) -> Result<Option<u32>> {
        let begin = query_scalar(sql::BEGIN).bind(lease.insights_id).bind(lease.fence);
        let begin = begin.bind(now.as_microsecond()).bind(lease_until.as_microsecond());
        begin.fetch_optional(&self.writer).await?.map(rows::attempt).transpose()
    }

    async fn renew(&self, lease: Lease, lease_until: Timestamp) -> Result<bool> {
        let renew = query(sql::RENEW).bind(lease.insights_id).bind(lease.fence).bind(lease_until.as_microsecond());
        Ok(renew.execute(&self.writer).await?.rows_affected() == 1)
    }

    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin_write().await?;
        if !finish_job(&mut tx, lease).await? {
            return Ok(false);
        }
        for (report, length) in &completion.reports {
            let store = query(sql::LITE_STORE_REPORT).bind(lease.insights_id).bind(report.order_id);
            let stored = store.bind(&report.body[..]).bind(signed(*length)).execute(&mut *tx).await?.rows_affected();
            if stored != 1 {
                return Err(odd("order_report", "a report is for no order of the submission"));
            }
        }
        let complete = query(sql::COMPLETE).bind(lease.insights_id).bind(&completion.head[..]).bind(now.as_microsecond());
        if complete.execute(&mut *tx).await?.rows_affected() != 1 {
            return Err(odd("submission", "it is not processing, or an order is without a report"));
        }
        if !completion.keep_payload {
            query(sql::DESTROY_PAYLOAD).bind(lease.insights_id).execute(&mut *tx).await?;
        }
        self.commit_destruction(tx).await?;
        Ok(true)
    }

    async fn release(&self, lease: Lease, due_at: Timestamp, refund: bool) -> Result<bool> {
        let release = query(sql::RELEASE).bind(lease.insights_id).bind(lease.fence).bind(due_at.as_microsecond()).bind(refund);
        Ok(release.execute(&self.writer).await?.rows_affected() == 1)
    }

    async fn give_up(&self, lease: Lease, failure: Failure, keep_payload: bool, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin_write().await?;
        if !finish_job(&mut tx, lease).await? {
            return Ok(false);
        }
        let fail = query(sql::FAIL).bind(lease.insights_id).bind(failure.code()).bind(now.as_microsecond());
        if fail.execute(&mut *tx).await?.rows_affected() != 1 {
            return Err(odd("submission", "it has a job and is not processing"));
        }
        if !keep_payload {
            query(sql::DESTROY_PAYLOAD).bind(lease.insights_id).execute(&mut *tx).await?;
        }
        self.commit_destruction(tx).await?;
        Ok(true)
    }

    async fn free_leases(&self, _now: Timestamp) -> Result<u64> {
        Ok(query(sql::LITE_FREE_LEASES).execute(&self.writer).await?.rows_affected())
    }

    async fn sweep(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let expired = query_as(sql::EXPIRED).bind(now.as_microsecond()).bind(limit);
        let expired: Vec<(Uuid, String)> = expired.fetch_all(&self.readers).await?;
        let mut swept = 0;
        for (insights_id, client_id) in expired {
            let mut tx = self.begin_write().await?;
            if remove(&mut tx, sql::PURGE_EXPIRED, &client_id, insights_id, now, None).await? {
                self.commit_destruction(tx).await?;
                swept += 1;
            }
        }
        self.sweep_keys(now.as_microsecond(), limit).await?;
        Ok(swept)
    }

    async fn scrub(&self) -> Result<()> {
        if !self.is_dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let outcome = scrub(&self.connect).await;
        if !matches!(outcome, Ok(true)) {
            self.is_dirty.store(true, Ordering::Release);
        }
        outcome.map(|_| ())
    }

    async fn queue_depth(&self, now: Timestamp) -> Result<QueueDepth> {
        rows::queue_depth(query_as(sql::QUEUE_DEPTH).bind(now.as_microsecond()).fetch_one(&self.readers).await?)
    }

    async fn in_flight(&self, client_id: &str) -> Result<u64> {
        rows::count(query_scalar(sql::IN_FLIGHT).bind(client_id).fetch_one(&self.readers).await?)
    }

    async fn master_keys_in_use(&self) -> Result<Vec<MasterKeyId>> {
        let ids: Vec<Vec<u8>> = query_scalar(sql::MASTER_KEYS).fetch_all(&self.readers).await?;
        ids.iter().map(|id| rows::master_key_id(id)).collect()
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Writes the Idempotency-Key, if there is one; what it stands for already, if it does.
async fn take_key(tx: &mut SqliteConnection, new: &NewSubmission) -> Result<Option<Submitted>> {
    let Some(idempotency) = &new.idempotency else { return Ok(None) };
    let insert = query(sql::INSERT_IDEMPOTENCY).bind(&new.client_id).bind(&idempotency.key).bind(&new.digest[..]);
    let insert = insert.bind(new.insights_id).bind(idempotency.expires_at.min(new.expires_at).as_microsecond());
    if insert.bind(new.accepted_at.as_microsecond()).execute(&mut *tx).await?.rows_affected() == 1 {
        return Ok(None);
    }
    let stands = remembered(tx, &new.client_id, &idempotency.key, &new.digest, new.accepted_at).await?;
    stands.map(Submitted::from).map(Some).ok_or_else(|| odd("idempotency", "a key that is taken stands for nothing"))
}

async fn insert(tx: &mut SqliteConnection, new: &NewSubmission) -> Result<()> {
    let id = new.insights_id;
    let expires_at = new.expires_at.as_microsecond();
    let accepted_at = new.accepted_at.as_microsecond();
    let submission = query(sql::INSERT_SUBMISSION).bind(id).bind(&new.client_id).bind(accepted_at).bind(expires_at);
    let submission = submission.bind(new.expiry_reason.as_str()).bind(new.as_of.to_string()).bind(&new.digest[..]);
    let submission = submission.bind(signed(new.raw_length)).bind(i64::from(new.counts.customers)).bind(i64::from(new.counts.accounts));
    let submission = submission.bind(i64::from(new.counts.transactions)).bind(new.idempotency.as_ref().map(|idempotency| &idempotency.key));
    submission.bind(&new.accepted[..]).execute(&mut *tx).await?;
    query(sql::INSERT_KEY).bind(id).bind(&new.key.master_key.0[..]).bind(&new.key.bytes[..]).execute(&mut *tx).await?;
    query(sql::INSERT_PAYLOAD).bind(id).bind(&new.payload[..]).execute(&mut *tx).await?;
    for (position, order_id) in (0_i64..).zip(&new.orders) {
        query(sql::LITE_INSERT_ORDER).bind(id).bind(order_id).bind(position).execute(&mut *tx).await?;
    }
    let job = query(sql::INSERT_JOB).bind(id).bind(&new.client_id).bind(i64::from(new.leased_until.is_some())).bind(accepted_at);
    let job = job.bind(new.leased_until.map(Timestamp::as_microsecond)).bind(expires_at).bind(signed(new.weight));
    job.execute(&mut *tx).await?;
    Ok(())
}

async fn remembered(
    conn: &mut SqliteConnection,
    client_id: &str,
    key: &str,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Remembered>> {
    let row = query_as(sql::IDEMPOTENCY).bind(client_id).bind(key).bind(now.as_microsecond()).fetch_optional(&mut *conn).await?;
    let Some((sent_with, insights_id)): Option<rows::IdempotencyRow> = row else { return Ok(None) };
    if sent_with != digest {
        return Ok(Some(Remembered::OtherBody));
    }
    let row = query_as(sql::ACCEPTED).bind(insights_id).bind(client_id).fetch_optional(&mut *conn).await?;
    row.map(|row| Ok(Remembered::SameBody(rows::accepted(insights_id, row)?))).transpose()
}

/// Deletes the rows of a submission and leaves a deletion record, with its own reason unless one is given. False when the statement
/// found no submission.
async fn remove(
    tx: &mut SqliteConnection,
    purge: &'static str,
    client_id: &str,
    insights_id: Uuid,
    now: Timestamp,
    reason: Option<Reason>,
) -> Result<bool> {
    query(sql::PURGE_JOB).bind(insights_id).bind(client_id).execute(&mut *tx).await?;
    let row = query_as(purge).bind(insights_id).bind(client_id).bind(now.as_microsecond()).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(false) };
    let (counts, key, expiry_reason) = rows::purged(row)?;
    if let Some(key) = key {
        query(sql::PURGE_IDEMPOTENCY).bind(client_id).bind(key).bind(insights_id).execute(&mut *tx).await?;
    }
    let record = query(sql::INSERT_DELETION).bind(insights_id).bind(client_id).bind(now.as_microsecond());
    let record = record.bind(reason.unwrap_or(expiry_reason).as_str()).bind(i64::from(counts.customers));
    record.bind(i64::from(counts.accounts)).bind(i64::from(counts.transactions)).execute(&mut *tx).await?;
    Ok(true)
}

async fn finish_job(tx: &mut SqliteConnection, lease: Lease) -> Result<bool> {
    let finish = query(sql::FINISH_JOB).bind(lease.insights_id).bind(lease.fence);
    Ok(finish.execute(&mut *tx).await?.rows_affected() == 1)
}

/// True when the WAL is empty; false while a reader or a writer is in the way.
async fn scrub(connect: &SqliteConnectOptions) -> Result<bool> {
    let mut conn = connect.clone().busy_timeout(SCRUB_PATIENCE).connect().await?;
    let (is_busy, _, _): (i64, i64, i64) = query_as(sql::LITE_SCRUB).fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(is_busy == 0)
}
