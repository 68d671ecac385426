//! The database away, full, read-only, busy; and restarts.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use cdr_insights::store::{State, StoreError, StoreOptions, Submitted, open};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::cluster::{Cluster, Stop};
use crate::stage::{MANY, Stage, at, completion, draft, keyed, options};

crate::on_both_stores! {
    what_was_accepted_is_there_after_a_restart,
    a_closed_store_is_unavailable,
}

async fn what_was_accepted_is_there_after_a_restart(stage: &Stage) {
    let (done, running, waiting) = (keyed("acme", "key"), draft("acme"), draft("acme"));
    stage.accept(&done).await;
    stage.finish(&done, 1).await;
    stage.accept(&running).await;
    let claimed = stage.claim_at(1).await;
    stage.accept(&waiting).await;
    stage.close().await;

    let store = open(&options(&stage.url)).await.unwrap();
    store.ready().await.unwrap();
    let reports = store.report("acme", done.insights_id, None, at(2)).await.unwrap().unwrap();
    assert_eq!(reports.head, completion(&done).head);
    assert!(store.remembered("acme", "key", &done.digest, at(2)).await.unwrap().is_some());
    assert_eq!(store.due(at(2), MANY).await.unwrap().len(), 1);
    let later = store.due(at(16), MANY).await.unwrap();
    assert_eq!(later.len(), 2);
    assert!(store.renew(claimed.lease, at(30)).await.unwrap());
}

async fn a_closed_store_is_unavailable(stage: &Stage) {
    stage.close().await;
    assert!(matches!(stage.ready().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(stage.submit(draft("acme")).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(stage.purge("acme", draft("acme").insights_id, at(0)).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_url_that_names_no_store_is_refused() {
    for url in
        ["", "mysql://host/db", "/a/path", "sqlite::memory:", "sqlite:x.db?mode=memory", "sqlite:x.db?colour=red", "postgres://[:bad"]
    {
        let refused = open(&options(url)).await.expect_err(url);
        assert!(matches!(refused, StoreError::Url(_)), "{url}: {refused:?}");
    }
    let secret = open(&options("postgres://user:hunter2@host:notaport/db")).await.unwrap_err();
    assert!(!format!("{secret} {secret:?}").contains("hunter2"));
    assert!(!format!("{:?}", options("postgres://user:hunter2@host/db")).contains("hunter2"));
}

#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    let stage = Stage::sqlite().await;
    stage.accept(&draft("acme")).await;
    for file in stage.files().await {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("gone").join("insights.db").display());
    assert!(matches!(open(&options(&url)).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_read_only_file_reads_and_does_not_write() {
    let stage = Stage::sqlite().await;
    let new = draft("acme");
    stage.accept(&new).await;
    let store = open(&options(&format!("{}?mode=ro", stage.url))).await.unwrap();
    assert!(store.find("acme", new.insights_id, None, at(1)).await.unwrap().is_some());
    assert!(matches!(store.submit(draft("acme")).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.purge("acme", new.insights_id, at(1)).await, Err(StoreError::Unavailable(_))));
    let due = store.due(at(1), 1).await.unwrap()[0];
    assert!(matches!(store.claim(due, at(1), at(16)).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_file_that_another_process_holds_is_unavailable_until_it_lets_go() {
    let stage = Stage::sqlite().await;
    let impatient = StoreOptions { acquire_timeout: Duration::from_millis(100), ..options(&stage.url) };
    let store = open(&impatient).await.unwrap();
    let mut other = SqliteConnection::connect(&stage.url).await.unwrap();
    let hold = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let new = draft("acme");
    assert!(matches!(store.submit(new.clone()).await, Err(StoreError::Unavailable(_))));
    assert!(store.find("acme", new.insights_id, None, at(1)).await.unwrap().is_none());
    hold.rollback().await.unwrap();
    assert!(matches!(store.submit(new).await.unwrap(), Submitted::Inserted));
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_recovers() {
    let stage = Stage::sqlite().await;
    let mut other = SqliteConnection::connect(&stage.url).await.unwrap();
    // SQLite reports a page limit exactly as it reports a full disk.
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut other).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(&mut other).await.unwrap();
    let mut outcome = Ok(());
    for _ in 0..100 {
        let insert = sqlx::query("INSERT INTO deletion VALUES (randomblob(16), hex(randomblob(100)), 0, 'CLIENT', 0, 0, 0)");
        outcome = outcome.and(insert.execute(&mut other).await.map(|_| ()));
    }
    assert!(matches!(StoreError::from(outcome.unwrap_err()), StoreError::Unavailable(_)));
    drop(other);
    stage.accept(&draft("acme")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_go_away_and_come_back() {
    let Some(mut cluster) = Cluster::start(true) else { return };
    cluster.make_template().await;
    let url = cluster.database().await;
    let patient = StoreOptions { acquire_timeout: Duration::from_millis(500), ..options(&url) };
    let store = open(&patient).await.unwrap();
    let mut kept = Vec::new();
    for how in [Stop::Fast, Stop::Immediate] {
        let new = draft("acme");
        assert!(matches!(store.submit(new.clone()).await.unwrap(), Submitted::Inserted));
        kept.push(new);
        cluster.stop(how);
        for _ in 0..3 {
            assert!(matches!(store.submit(draft("acme")).await, Err(StoreError::Unavailable(_))));
            assert!(matches!(store.find("acme", kept[0].insights_id, None, at(1)).await, Err(StoreError::Unavailable(_))));
            assert!(matches!(store.due(at(1), 1).await, Err(StoreError::Unavailable(_))));
            assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
            assert!(matches!(store.migrate().await, Err(StoreError::Unavailable(_))));
            assert!(matches!(store.clock_offset(at(1)).await, Err(StoreError::Unavailable(_))));
        }
        assert!(matches!(open(&patient).await, Err(StoreError::Unavailable(_))));
        cluster.resume();
        store.ready().await.unwrap();
        for new in &kept {
            let found = store.find("acme", new.insights_id, None, at(1)).await.unwrap().unwrap();
            assert_eq!(found.state, State::Processing);
        }
    }
    assert_eq!(store.due(at(1), MANY).await.unwrap().len(), 2);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_without_a_free_connection_is_unavailable() {
    let Some(stage) = Stage::postgres().await else { return };
    let new = draft("acme");
    stage.accept(&new).await;
    let narrow = StoreOptions { max_connections: 1, acquire_timeout: Duration::from_millis(200), ..options(&stage.url) };
    let store = open(&narrow).await.unwrap();
    let due = store.due(at(1), 1).await.unwrap()[0];

    let mut other = PgConnection::connect(&stage.url).await.unwrap();
    let mut hold = other.begin().await.unwrap();
    sqlx::raw_sql("UPDATE job SET lease_until = lease_until").execute(&mut *hold).await.unwrap();
    let claim = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.claim(due, at(1), at(16)).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'cdr-insights'
        AND datname = current_database()";
    tokio::time::timeout(Duration::from_secs(10), async { while stage.number(waiting).await == 0 {} }).await.unwrap();
    assert!(matches!(store.find("acme", new.insights_id, None, at(1)).await, Err(StoreError::Unavailable(_))));
    hold.rollback().await.unwrap();
    assert!(claim.await.unwrap().unwrap().is_some());
    assert!(store.find("acme", new.insights_id, None, at(1)).await.unwrap().is_some());
}
