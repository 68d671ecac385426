//! A migrated store to play on, and submissions to play with.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cdr_insights::store::seal::{MasterKeyId, WrappedKey};
use cdr_insights::store::{
    Claimed, Completion, Counts, Found, Lease, NewIdempotency, NewSubmission, Reason, State, Store, StoreOptions, StoredReport, Submitted,
    open,
};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const DAY: i64 = 24 * 60 * 60;
/// As many as any list in a case.
pub(crate) const MANY: u32 = 1_000;

/// So many seconds after the moment that every case begins at.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + seconds).unwrap()
}

/// Which database a stage stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A migrated, empty store.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    store: Arc<dyn Store>,
    /// Holds the file of an embedded store.
    _folder: Option<TempDir>,
}

impl Deref for Stage {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

pub(crate) fn options(url: &str) -> StoreOptions {
    StoreOptions { url: url.to_owned(), max_connections: 4, acquire_timeout: Duration::from_secs(20) }
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("insights.db").display());
        let store = open(&options(&url)).await.unwrap();
        store.migrate().await.unwrap();
        Self { kind: Kind::Sqlite, url, store, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let url = crate::cluster::shared().await?.database().await;
        let store = open(&options(&url)).await.unwrap();
        Some(Self { kind: Kind::Postgres, url, store, _folder: None })
    }

    /// The same store, to move into a task.
    pub(crate) fn handle(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// The same database as another process sees it.
    pub(crate) async fn another_process(&self) -> Arc<dyn Store> {
        open(&options(&self.url)).await.unwrap()
    }

    /// Asks the database itself for a number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.kind {
            Kind::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap()
            }
            Kind::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.unwrap();
                let number = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                number
            }
        }
    }

    /// Does something to the database behind the store's back.
    pub(crate) async fn meddle(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.kind {
            Kind::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
            }
            Kind::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
            }
        }
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// The files that the rows stand in: the SQLite file with what is kept beside it, or the folder of the Postgres database, written
    /// out by a checkpoint.
    pub(crate) async fn files(&self) -> Vec<PathBuf> {
        if self.kind == Kind::Sqlite {
            let path = self.url.strip_prefix("sqlite:").unwrap();
            return ["", "-wal", "-shm"].map(|suffix| format!("{path}{suffix}").into()).to_vec();
        }
        self.meddle("CHECKPOINT").await;
        let database = self.number("SELECT CAST(oid AS BIGINT) FROM pg_database WHERE datname = current_database()").await;
        let folder = crate::cluster::shared().await.unwrap().data().join("base").join(database.to_string());
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// Rows of everything but deletion records.
    pub(crate) async fn living_rows(&self) -> i64 {
        let mut rows = 0;
        for table in ["submission", "payload", "order_report", "wrapped_key", "job", "idempotency"] {
            rows += self.count(table).await;
        }
        rows
    }

    /// Puts a submission in.
    pub(crate) async fn accept(&self, new: &NewSubmission) {
        assert!(matches!(self.submit(new.clone()).await.unwrap(), Submitted::Inserted));
    }

    /// Claims the only due job for 15 s.
    pub(crate) async fn claim_at(&self, seconds: i64) -> Claimed {
        let due = self.due(at(seconds), MANY).await.unwrap();
        assert_eq!(due.len(), 1);
        self.claim(due[0], at(seconds), at(seconds + 15)).await.unwrap().expect("nobody else is here")
    }

    /// Claims and completes the only due job.
    pub(crate) async fn finish(&self, new: &NewSubmission, seconds: i64) {
        let claimed = self.claim_at(seconds).await;
        assert!(self.complete(claimed.lease, completion(new), at(seconds)).await.unwrap());
    }

    /// Where it is; it must be there.
    pub(crate) async fn found(&self, new: &NewSubmission, seconds: i64) -> Found {
        self.find(&new.client_id, new.insights_id, None, at(seconds)).await.unwrap().expect("it is there")
    }

    pub(crate) async fn state(&self, new: &NewSubmission, seconds: i64) -> State {
        self.found(new, seconds).await.state
    }

    pub(crate) async fn is_gone(&self, new: &NewSubmission, seconds: i64) -> bool {
        self.find(&new.client_id, new.insights_id, None, at(seconds)).await.unwrap().is_none()
    }
}

/// A submission of a client with two orders, accepted at 0 s, that expires after 30 days.
pub(crate) fn draft(client_id: &str) -> NewSubmission {
    let insights_id = Uuid::new_v4();
    let sealed = |column: &str| Bytes::from(format!("{column} of {insights_id}"));
    NewSubmission {
        insights_id,
        client_id: client_id.to_owned(),
        accepted_at: at(0),
        expires_at: at(30 * DAY),
        expiry_reason: Reason::Expired,
        as_of: jiff::civil::date(2026, 11, 22),
        digest: *insights_id.as_bytes().repeat(2).as_array().unwrap(),
        raw_length: 2_480_000,
        weight: 3_000_000,
        counts: Counts { customers: 2, accounts: 5, transactions: 5_000 },
        key: WrappedKey { master_key: MasterKeyId(*b"master 1"), bytes: sealed("key") },
        accepted: sealed("accepted"),
        payload: sealed("payload"),
        orders: vec![Uuid::new_v4(), Uuid::new_v4()],
        idempotency: None,
        leased_until: None,
    }
}

/// The same with an Idempotency-Key that lives for a day.
pub(crate) fn keyed(client_id: &str, key: &str) -> NewSubmission {
    NewSubmission { idempotency: Some(NewIdempotency { key: key.to_owned(), expires_at: at(DAY) }), ..draft(client_id) }
}

/// The lease that a handed-over submission is inserted under.
pub(crate) fn first_lease(new: &NewSubmission) -> Lease {
    Lease { insights_id: new.insights_id, fence: 1 }
}

/// What a worker leaves behind: a report of 1,000 bytes an order.
pub(crate) fn completion(new: &NewSubmission) -> Completion {
    let reports = new.orders.iter().map(|&order_id| (StoredReport { order_id, body: Bytes::from(format!("report of {order_id}")) }, 1_000));
    Completion { head: Bytes::from(format!("head of {}", new.insights_id)), reports: reports.collect(), keep_payload: false }
}
