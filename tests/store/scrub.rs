//! What was purged leaves the disk: no file of the live store holds the key or, on SQLite, the payload.
//!
//! Every key and payload of these cases begins with a mark that is theirs alone, so that one search of the files tells what is there.
//! Postgres's write-ahead log is a copy and outside the promise; so is a payload there, noise without its key.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use cdr_insights::store::{self, NewSubmission, Purged, Store, open};
use memchr::memmem;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::time::timeout;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::stage::{Kind, MANY, Stage, at, completion, draft, options};

crate::on_both_stores! {
    purged_bytes_leave_the_files,
    swept_bytes_leave_the_files,
    another_process_scrubs_what_a_dead_one_purged,
    scrubbing_is_repeatable,
}

/// How long a condition may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A mark and what follows it: the first 64 bytes of a key or payload.
type Found = BTreeSet<[u8; 64]>;

/// Submissions whose bytes can be told from everything else on the disk.
struct Marked(Uuid);

impl Marked {
    fn new() -> Self {
        Self(Uuid::new_v4())
    }

    /// A mark, then noise.
    fn noise(&self) -> [u8; 64] {
        let noise = [self.0, Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        *noise.as_flattened().as_array().unwrap()
    }

    fn draft(&self) -> NewSubmission {
        let mut new = draft("acme");
        new.key.bytes = Bytes::copy_from_slice(&self.noise());
        new.payload = [self.noise().to_vec(), vec![7; 20_000]].concat().into();
        new
    }

    /// What the files hold of them.
    fn found(&self, files: &[PathBuf]) -> Found {
        let mark = memmem::Finder::new(self.0.as_bytes());
        let mut found = Found::new();
        for file in files {
            // A file may go between the look into the folder and the look into the file.
            let content = std::fs::read(file).unwrap_or_default();
            found.extend(mark.find_iter(&content).filter_map(|start| content[start..].first_chunk()));
        }
        found
    }
}

fn key(new: &NewSubmission) -> [u8; 64] {
    *new.key.bytes.first_chunk().unwrap()
}

/// Both on SQLite; on Postgres the promise is the key's.
fn promised(stage: &Stage, new: &NewSubmission) -> Vec<[u8; 64]> {
    let both = [key(new), *new.payload.first_chunk().unwrap()];
    both[..if stage.kind == Kind::Sqlite { 2 } else { 1 }].to_vec()
}

/// Scrubs until nothing is left to do: something of the server's own (an analysis of a table) may be in the way for a moment.
async fn scrub(stage: &Stage, store: &dyn Store) {
    let scrub = async {
        store.scrub().await.unwrap();
        while stage.kind == Kind::Postgres && stage.count("purged_key").await > 0 {
            store.scrub().await.unwrap();
        }
    };
    timeout(PATIENCE, scrub).await.expect("what was purged is scrubbed in time");
}

async fn purge(stage: &Stage, new: &NewSubmission) {
    assert_eq!(stage.purge("acme", new.insights_id, at(1)).await.unwrap(), Purged::Now);
}

async fn purged_bytes_leave_the_files(stage: &Stage) {
    let marked = Marked::new();
    let mut all = Vec::new();
    for _ in 0..60 {
        let new = marked.draft();
        stage.accept(&new).await;
        all.push(new);
    }
    let completed = all.pop().unwrap();
    let due = stage.due(at(0), MANY).await.unwrap().into_iter().find(|due| due.insights_id == completed.insights_id).unwrap();
    let lease = stage.claim(due, at(0), at(15)).await.unwrap().unwrap().lease;
    assert!(stage.complete(lease, completion(&completed), at(1)).await.unwrap());

    let (doomed, spared): (Vec<_>, Vec<_>) = all.into_iter().enumerate().partition(|(index, _)| index % 5 == 0);
    let before = marked.found(&stage.files().await);
    assert!(doomed.iter().all(|(_, new)| promised(stage, new).iter().all(|bytes| before.contains(bytes))));
    for (_, new) in &doomed {
        purge(stage, new).await;
    }
    scrub(stage, &**stage).await;
    let after = marked.found(&stage.files().await);
    for (index, new) in &doomed {
        assert!(promised(stage, new).iter().all(|bytes| !after.contains(bytes)), "{index}");
    }
    assert!(spared.iter().all(|(_, new)| promised(stage, new).iter().all(|bytes| after.contains(bytes))));
    assert!(after.contains(&key(&completed)));
    if stage.kind == Kind::Sqlite {
        assert!(!after.contains(&completed.payload[..64]), "a payload is destroyed when its report is complete");
    }
}

async fn swept_bytes_leave_the_files(stage: &Stage) {
    let marked = Marked::new();
    let spared = marked.draft();
    stage.accept(&spared).await;
    let mut expired = Vec::new();
    for _ in 0..10 {
        let new = NewSubmission { expires_at: at(100), ..marked.draft() };
        stage.accept(&new).await;
        expired.extend(promised(stage, &new));
    }
    let before = marked.found(&stage.files().await);
    assert!(expired.iter().all(|bytes| before.contains(bytes)));
    assert_eq!(stage.sweep(at(100), MANY).await.unwrap(), 10);
    scrub(stage, &**stage).await;
    let after = marked.found(&stage.files().await);
    assert!(expired.iter().all(|bytes| !after.contains(bytes)));
    assert!(after.contains(&key(&spared)));
}

async fn another_process_scrubs_what_a_dead_one_purged(stage: &Stage) {
    let marked = Marked::new();
    let new = marked.draft();
    stage.accept(&new).await;
    // It was there first, and has scrubbed before.
    let other = stage.another_process().await;
    other.scrub().await.unwrap();
    purge(stage, &new).await;
    stage.close().await;
    // On SQLite there is one process on a file at a time: the other is the next.
    let other = if stage.kind == Kind::Sqlite { stage.another_process().await } else { other };
    scrub(stage, &*other).await;
    let after = marked.found(&stage.files().await);
    assert!(promised(stage, &new).iter().all(|bytes| !after.contains(bytes)));
}

async fn scrubbing_is_repeatable(stage: &Stage) {
    stage.scrub().await.unwrap();
    let new = draft("acme");
    stage.accept(&new).await;
    purge(stage, &new).await;
    for _ in 0..3 {
        stage.scrub().await.unwrap();
    }
}

#[tokio::test]
async fn a_scrub_that_a_reader_of_the_file_blocks_is_tried_again() {
    let (stage, marked) = (Stage::sqlite().await, Marked::new());
    let new = marked.draft();
    stage.accept(&new).await;
    let mut reader = SqliteConnection::connect(&stage.url).await.unwrap();
    let mut snapshot = reader.begin().await.unwrap();
    let _: i64 = sqlx::query_scalar("SELECT count(*) FROM submission").fetch_one(&mut *snapshot).await.unwrap();
    purge(&stage, &new).await;
    stage.scrub().await.unwrap();
    assert!(marked.found(&stage.files().await).contains(&key(&new)));
    snapshot.rollback().await.unwrap();
    stage.scrub().await.unwrap();
    assert!(marked.found(&stage.files().await).is_empty());
}

/// Every file of every database of the server.
fn base(cluster: &Cluster) -> Vec<PathBuf> {
    fn descend(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { descend(&path, files) } else { files.push(path) }
        }
    }
    let mut files = Vec::new();
    descend(&cluster.data().join("base"), &mut files);
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_of_the_server_holds_a_purged_key() {
    let Some(cluster) = Cluster::start(false) else { return };
    cluster.make_template().await;
    let url = cluster.database().await;
    let store = open(&options(&url)).await.unwrap();
    let mut conn = PgConnection::connect(&url).await.unwrap();
    let marked = Marked::new();
    let mut all = BTreeSet::new();
    for _ in 0..500 {
        let new = NewSubmission { payload: Bytes::from_static(b"small"), ..marked.draft() };
        store.submit(new.clone()).await.unwrap();
        all.insert((new.insights_id, key(&new)));
    }
    sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await.unwrap();
    let before = marked.found(&base(&cluster));
    assert_eq!(before, all.iter().map(|(_, key)| *key).collect::<Found>());
    let doomed: Vec<_> = all.iter().step_by(5).copied().collect();
    for (insights_id, _) in &doomed {
        assert_eq!(store.purge("acme", *insights_id, at(1)).await.unwrap(), Purged::Now);
    }
    let scrub = async {
        while sqlx::query_scalar("SELECT EXISTS (SELECT FROM purged_key)").fetch_one(&mut conn).await.unwrap() {
            store.scrub().await.unwrap();
        }
    };
    timeout(PATIENCE, scrub).await.expect("what was purged is scrubbed in time");
    sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await.unwrap();
    let after = marked.found(&base(&cluster));
    let spared: Found = all.iter().filter(|entry| !doomed.contains(entry)).map(|(_, key)| *key).collect();
    assert_eq!(after, spared);
    conn.close().await.unwrap();
    store.close().await;
}

/// Changes whenever the key table is rewritten.
async fn key_file(stage: &Stage) -> i64 {
    stage.number("SELECT CAST(pg_relation_filenode('wrapped_key') AS BIGINT)").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_table_is_left_alone_when_nothing_was_purged() {
    let Some(stage) = Stage::postgres().await else { return };
    let first = key_file(&stage).await;
    let new = draft("acme");
    stage.accept(&new).await;
    stage.finish(&new, 1).await;
    stage.scrub().await.unwrap();
    assert_eq!(key_file(&stage).await, first);
    purge(&stage, &new).await;
    scrub(&stage, &*stage).await;
    let second = key_file(&stage).await;
    assert_ne!(second, first);
    stage.scrub().await.unwrap();
    assert_eq!(key_file(&stage).await, second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_an_old_snapshot_sees_is_scrubbed_after_it() {
    let Some(stage) = Stage::postgres().await else { return };
    let marked = Marked::new();
    let new = marked.draft();
    stage.accept(&new).await;
    let mut reader = PgConnection::connect(&stage.url).await.unwrap();
    // It holds no lock on the key table: a rewrite would succeed, and copy the deleted row.
    let mut snapshot = reader.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    let _: i64 = sqlx::query_scalar("SELECT count(*) FROM deletion").fetch_one(&mut *snapshot).await.unwrap();
    purge(&stage, &new).await;
    let file = key_file(&stage).await;
    stage.scrub().await.unwrap();
    assert_eq!(stage.count("purged_key").await, 1);
    assert_eq!(key_file(&stage).await, file, "a rewrite that does not help is not made");
    assert!(marked.found(&stage.files().await).contains(&key(&new)));
    snapshot.rollback().await.unwrap();
    scrub(&stage, &*stage).await;
    assert!(!marked.found(&stage.files().await).contains(&key(&new)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_table_in_use_is_scrubbed_later() {
    let Some(stage) = Stage::postgres().await else { return };
    let marked = Marked::new();
    let (doomed, spared) = (marked.draft(), marked.draft());
    stage.accept(&doomed).await;
    stage.accept(&spared).await;
    purge(&stage, &doomed).await;
    let mut reader = PgConnection::connect(&stage.url).await.unwrap();
    let mut hold = reader.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE wrapped_key IN ACCESS SHARE MODE").execute(&mut *hold).await.unwrap();
    let file = key_file(&stage).await;
    timeout(PATIENCE, stage.scrub()).await.expect("it gives up soon").unwrap();
    assert_eq!(stage.count("purged_key").await, 1);
    assert_eq!(key_file(&stage).await, file);
    assert!(!stage.is_gone(&spared, 1).await);
    hold.rollback().await.unwrap();
    scrub(&stage, &*stage).await;
    assert!(!marked.found(&stage.files().await).contains(&key(&doomed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_do_not_scrub_at_once() {
    let Some(stage) = Stage::postgres().await else { return };
    let new = draft("acme");
    stage.accept(&new).await;
    purge(&stage, &new).await;
    let (_, lock) = store::postgres::statements().find(|(name, _)| *name == "PG_SCRUB_LOCK").unwrap();
    let mut other = PgConnection::connect(&stage.url).await.unwrap();
    assert!(sqlx::query_scalar::<_, bool>(AssertSqlSafe(lock)).fetch_one(&mut other).await.unwrap());
    let file = key_file(&stage).await;
    stage.scrub().await.unwrap();
    assert_eq!(key_file(&stage).await, file);
    assert_eq!(stage.count("purged_key").await, 1);
    // However that process ends: its lock goes with its connection.
    other.close().await.unwrap();
    scrub(&stage, &*stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scrubs_and_purges_of_many_processes_do_not_fail_each_other() {
    let Some(stage) = Stage::postgres().await else { return };
    let marked = Marked::new();
    let spared = marked.draft();
    stage.accept(&spared).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = stage.another_process().await;
        let all: Vec<_> = (0..15).map(|_| marked.draft()).collect();
        tasks.spawn(async move {
            for new in &all {
                store.submit(new.clone()).await.unwrap();
                assert_eq!(store.purge("acme", new.insights_id, at(1)).await.unwrap(), Purged::Now);
                store.scrub().await.unwrap();
            }
            store.close().await;
            all
        });
    }
    let purged = tasks.join_all().await.concat();
    scrub(&stage, &*stage).await;
    let after = marked.found(&stage.files().await);
    assert_eq!(purged.len(), 60);
    assert!(purged.iter().all(|new| !after.contains(&key(new))));
    assert!(after.contains(&key(&spared)));
}
