//! The production store: any number of processes on one database.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool, Postgres, Transaction, query, query_as, query_scalar};
use uuid::Uuid;

use super::rows::{self, odd, signed};
use super::seal::MasterKeyId;
use super::{
    Claimed, Completion, Due, Failure, Found, Lease, NewSubmission, Purged, QueueDepth, Reason, Remembered, Result, Store, StoreError,
    StoreOptions, StoredReports, Submitted, migrations, sql,
};

/// A connection that rested longer is asked whether it still lives before it is used: asking every time costs a round trip a request.
const RESTED: Duration = Duration::from_secs(1);

/// SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    pool: PgPool,
    connect: PgConnectOptions,
}

/// Without the connection: it may hold a password.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

/// Every statement that Postgres is asked, with its name: a test prepares and explains each on the migrated schema.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    sql::SHARED.iter().chain(sql::POSTGRES).copied()
}

impl PostgresStore {
    /// Connects.
    ///
    /// # Errors
    /// [`StoreError::Url`]; [`StoreError::Unavailable`] when the database cannot be reached.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        // The parser's own words are left out: they may quote the URL.
        let connect = PgConnectOptions::from_str(&options.url).map_err(|_| StoreError::Url("is no Postgres URL".to_owned()))?;
        let connect = connect.application_name("cdr-insights");
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections.max(1))
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|conn, meta| {
                Box::pin(async move {
                    if meta.idle_for > RESTED {
                        conn.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|conn, _| Box::pin(async move { conn.execute(sql::PG_SESSION).await.map(|_| ()) }));
        let pool = match pool.connect_with(connect.clone()).await {
            Ok(pool) => pool,
            // The pool tries until its time is up and then says only that: one more try says why.
            Err(sqlx::Error::PoolTimedOut) => return Err(why_not(&connect, options.acquire_timeout).await.into()),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { pool, connect })
    }

    async fn begin_write(&self) -> Result<Transaction<'static, Postgres>> {
        Ok(self.pool.begin().await?)
    }

    async fn sweep_keys(&self, now: i64, limit: u32) -> Result<()> {
        loop {
            let expired = query_as(sql::EXPIRED_KEYS).bind(now).bind(i64::from(limit));
            let keys: Vec<(String, String)> = expired.fetch_all(&self.pool).await?;
            // In the order of the list, so that two sweepers do not wait for each other.
            let mut tx = self.begin_write().await?;
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

/// What a single connection fails with.
async fn why_not(connect: &PgConnectOptions, patience: Duration) -> sqlx::Error {
    match tokio::time::timeout(patience, connect.connect()).await {
        Ok(Err(error)) => error,
        Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn migrate(&self) -> Result<()> {
        // A connection of its own, without the pool's time-outs. Should it fail, closing it gives up the advisory lock.
        let mut conn = self.connect.connect().await?;
        let outcome = migrations::postgres().run_direct(None, &mut conn, false).await;
        conn.close().await?;
        Ok(outcome?)
    }

    async fn ready(&self) -> Result<()> {
        const UNDEFINED_TABLE: &str = "42P01";
        let applied = match query_as(sql::MIGRATIONS).fetch_all(&self.pool).await {
            Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == UNDEFINED_TABLE) => Vec::new(),
            other => other?,
        };
        migrations::check(&migrations::postgres(), &applied)
    }

    async fn clock_offset(&self, now: Timestamp) -> Result<SignedDuration> {
        let start = Instant::now();
        let mut conn = self.pool.acquire().await?;
        let asked = start.elapsed();
        let theirs: i64 = query_scalar(sql::PG_CLOCK).fetch_one(&mut *conn).await?;
        // The database looked at its clock about half way between question and answer.
        let ours = now + (asked + start.elapsed()) / 2;
        Ok(rows::clock(theirs)?.duration_since(ours))
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
        remembered(&mut *self.pool.acquire().await?, client_id, key, digest, now).await
    }

    async fn find(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<Found>> {
        let find = query_as(sql::FIND).bind(insights_id).bind(client_id).bind(order_id).bind(now.as_microsecond());
        find.fetch_optional(&self.pool).await?.map(rows::found).transpose()
    }

    async fn report(&self, client_id: &str, insights_id: Uuid, order_id: Option<Uuid>, now: Timestamp) -> Result<Option<StoredReports>> {
        let reports = query_as(sql::REPORTS).bind(insights_id).bind(client_id).bind(order_id).bind(now.as_microsecond());
        rows::reports(reports.fetch_all(&self.pool).await?)
    }

    async fn purge(&self, client_id: &str, insights_id: Uuid, now: Timestamp) -> Result<Purged> {
        let mut tx = self.begin_write().await?;
        if remove(&mut tx, sql::PURGE_LIVING, client_id, insights_id, now, Some(Reason::Client)).await? {
            tx.commit().await?;
            return Ok(Purged::Now);
        }
        let reason: Option<String> = query_scalar(sql::DELETION).bind(insights_id).bind(client_id).fetch_optional(&mut *tx).await?;
        Ok(Purged::from_record(reason.as_deref()))
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let due = query_as(sql::DUE).bind(now.as_microsecond()).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        due.into_iter().map(rows::due).collect()
    }

    async fn claim(&self, due: Due, now: Timestamp, lease_until: Timestamp) -> Result<Option<Claimed>> {
        let claim = query_as(sql::CLAIM).bind(due.insights_id).bind(due.fence);
        let claim = claim.bind(now.as_microsecond()).bind(lease_until.as_microsecond());
        let Some((fence, attempt)) = claim.fetch_optional(&self.pool).await? else { return Ok(None) };
        let mut conn = self.pool.acquire().await?;
        let row = query_as(sql::CLAIMED).bind(due.insights_id).fetch_optional(&mut *conn).await?;
        let orders = query_scalar(sql::ORDERS).bind(due.insights_id).fetch_all(&mut *conn).await?;
        let lease = Lease { insights_id: due.insights_id, fence };
        row.map(|row| rows::claimed(lease, rows::attempt(attempt)?, orders, row)).transpose()
    }

    async fn begin(&self, lease: Lease, now: Timestamp, lease_until: Timestamp) -> Result<Option<u32>> {
        let begin = query_scalar(sql::BEGIN).bind(lease.insights_id).bind(lease.fence);
        let begin = begin.bind(now.as_microsecond()).bind(lease_until.as_microsecond());
        begin.fetch_optional(&self.pool).await?.map(rows::attempt).transpose()
    }

    async fn renew(&self, lease: Lease, lease_until: Timestamp) -> Result<bool> {
        let renew = query(sql::RENEW).bind(lease.insights_id).bind(lease.fence).bind(lease_until.as_microsecond());
        Ok(renew.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin_write().await?;
        if !finish_job(&mut tx, lease).await? {
            return Ok(false);
        }
        let orders: Vec<Uuid> = completion.reports.iter().map(|(report, _)| report.order_id).collect();
        let bodies: Vec<&[u8]> = completion.reports.iter().map(|(report, _)| &report.body[..]).collect();
        let lengths: Vec<i64> = completion.reports.iter().map(|(_, length)| signed(*length)).collect();
        let store = query(sql::PG_STORE_REPORTS).bind(lease.insights_id).bind(&orders).bind(&bodies).bind(&lengths);
        if store.execute(&mut *tx).await?.rows_affected() != rows::len(&orders) {
            return Err(odd("order_report", "a report is for no order of the submission"));
        }
        let complete = query(sql::COMPLETE).bind(lease.insights_id).bind(&completion.head[..]).bind(now.as_microsecond());
        if complete.execute(&mut *tx).await?.rows_affected() != 1 {
            return Err(odd("submission", "it is not processing, or an order is without a report"));
        }
        if !completion.keep_payload {
            query(sql::DESTROY_PAYLOAD).bind(lease.insights_id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn release(&self, lease: Lease, due_at: Timestamp, refund: bool) -> Result<bool> {
        let release = query(sql::RELEASE).bind(lease.insights_id).bind(lease.fence).bind(due_at.as_microsecond()).bind(refund);
        Ok(release.execute(&self.pool).await?.rows_affected() == 1)
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
        tx.commit().await?;
        Ok(true)
    }

    async fn free_leases(&self, _now: Timestamp) -> Result<u64> {
        Ok(0)
    }

    async fn sweep(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let expired = query_as(sql::EXPIRED).bind(now.as_microsecond()).bind(i64::from(limit));
        let expired: Vec<(Uuid, String)> = expired.fetch_all(&self.pool).await?;
        let mut swept = 0;
        for (insights_id, client_id) in expired {
            let mut tx = self.begin_write().await?;
            if remove(&mut tx, sql::PURGE_EXPIRED, &client_id, insights_id, now, None).await? {
                tx.commit().await?;
                swept += 1;
            }
        }
        self.sweep_keys(now.as_microsecond(), limit).await?;
        Ok(swept)
    }

    async fn scrub(&self) -> Result<()> {
        // The list is durable and of one transaction with the purge, so it does not matter who purged, or whether that process, the
        // server or its statistics of dead rows survived it: any process that scrubs finds what is left to do.
        let has_purged_keys: bool = query_scalar(sql::PG_HAS_PURGED_KEYS).fetch_one(&self.pool).await?;
        if !has_purged_keys {
            return Ok(());
        }
        // A connection of its own: a rewrite may outlast the pool's time-outs.
        let mut conn = self.connect.connect().await?;
        let outcome = scrub(&mut conn).await;
        conn.close().await?;
        match outcome {
            Err(StoreError::Unavailable(sqlx::Error::Database(error))) if error.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE) => {
                tracing::warn!("purged keys still stand on disk: the key table could not be locked to rewrite it");
                Ok(())
            }
            other => other,
        }
    }

    async fn queue_depth(&self, now: Timestamp) -> Result<QueueDepth> {
        rows::queue_depth(query_as(sql::QUEUE_DEPTH).bind(now.as_microsecond()).fetch_one(&self.pool).await?)
    }

    async fn in_flight(&self, client_id: &str) -> Result<u64> {
        rows::count(query_scalar(sql::IN_FLIGHT).bind(client_id).fetch_one(&self.pool).await?)
    }

    async fn master_keys_in_use(&self) -> Result<Vec<MasterKeyId>> {
        let ids: Vec<Vec<u8>> = query_scalar(sql::MASTER_KEYS).fetch_all(&self.pool).await?;
        ids.iter().map(|id| rows::master_key_id(id)).collect()
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

/// Writes the Idempotency-Key, if there is one; what it stands for already, if it does.
async fn take_key(tx: &mut PgConnection, new: &NewSubmission) -> Result<Option<Submitted>> {
    let Some(idempotency) = &new.idempotency else { return Ok(None) };
    let insert = query(sql::INSERT_IDEMPOTENCY).bind(&new.client_id).bind(&idempotency.key).bind(&new.digest[..]);
    let insert = insert.bind(new.insights_id).bind(idempotency.expires_at.min(new.expires_at).as_microsecond());
    if insert.bind(new.accepted_at.as_microsecond()).execute(&mut *tx).await?.rows_affected() == 1 {
        return Ok(None);
    }
    let stands = remembered(tx, &new.client_id, &idempotency.key, &new.digest, new.accepted_at).await?;
    stands.map(Submitted::from).map(Some).ok_or_else(|| odd("idempotency", "a key that is taken stands for nothing"))
}

async fn insert(tx: &mut PgConnection, new: &NewSubmission) -> Result<()> {
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
    query(sql::PG_INSERT_ORDERS).bind(id).bind(&new.orders).execute(&mut *tx).await?;
    let job = query(sql::INSERT_JOB).bind(id).bind(&new.client_id).bind(i64::from(new.leased_until.is_some())).bind(accepted_at);
    let job = job.bind(new.leased_until.map(Timestamp::as_microsecond)).bind(expires_at).bind(signed(new.weight));
    job.execute(&mut *tx).await?;
    Ok(())
}

async fn remembered(conn: &mut PgConnection, client_id: &str, key: &str, digest: &[u8; 32], now: Timestamp) -> Result<Option<Remembered>> {
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
    tx: &mut PgConnection,
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
    query(sql::PG_LIST_PURGED_KEY).bind(insights_id).execute(&mut *tx).await?;
    Ok(true)
}

async fn finish_job(tx: &mut PgConnection, lease: Lease) -> Result<bool> {
    let finish = query(sql::FINISH_JOB).bind(lease.insights_id).bind(lease.fence);
    Ok(finish.execute(&mut *tx).await?.rows_affected() == 1)
}

/// Rewrites the key table, so that the file holds living rows and nothing else: a vacuum only moves the rows of a page together, and
/// what stood in the gap stays readable.
///
/// A rewrite copies the deleted rows that some snapshot still sees. Therefore the order: clear, look which purged keys are no rows any
/// more, rewrite, strike those (and only those) off the list. The others wait for the next round.
async fn scrub(conn: &mut PgConnection) -> Result<()> {
    conn.execute(sql::PG_SCRUB_SESSION).await?;
    let is_mine: bool = query_scalar(sql::PG_SCRUB_LOCK).fetch_one(&mut *conn).await?;
    // Asked again: the process that held the lock until now may have done it all.
    if !is_mine || !query_scalar(sql::PG_HAS_PURGED_KEYS).fetch_one(&mut *conn).await? {
        return Ok(());
    }
    conn.execute(sql::PG_CLEAR).await?;
    let unseen: Vec<Uuid> = query_scalar(sql::PG_UNSEEN_KEYS).fetch_all(&mut *conn).await?;
    if unseen.is_empty() {
        tracing::info!("purged keys still stand on disk: an older transaction is open");
        return Ok(());
    }
    conn.execute(sql::PG_REWRITE).await?;
    let mut tx = conn.begin().await?;
    for insights_id in unseen {
        query(sql::PG_UNLIST_PURGED_KEY).bind(insights_id).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
