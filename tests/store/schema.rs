//! Migrations, and every statement against the schema that they make.

use cdr_insights::store::{self, StoreError, open};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::stage::{Kind, Stage, at, draft, options};

crate::on_both_stores! {
    a_migrated_store_is_ready,
    migrating_again_changes_nothing,
    a_missing_or_newer_migration_is_not_ready,
}

async fn a_migrated_store_is_ready(stage: &Stage) {
    stage.ready().await.unwrap();
}

async fn migrating_again_changes_nothing(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    stage.migrate().await.unwrap();
    stage.another_process().await.migrate().await.unwrap();
    stage.ready().await.unwrap();
    assert!(!stage.is_gone(&new, 1).await);
}

async fn a_missing_or_newer_migration_is_not_ready(stage: &Stage) {
    let newest = "(SELECT max(version) FROM _sqlx_migrations)";
    let blob = if stage.kind == Kind::Sqlite { "x'00'" } else { "'\\x00'" };
    stage
        .meddle(&format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', true, {blob}, 0)"
        ))
        .await;
    assert!(matches!(stage.ready().await, Err(StoreError::Schema(_))));
    assert!(matches!(stage.migrate().await, Err(StoreError::Schema(_))));
    stage.meddle("DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    stage.ready().await.unwrap();
    stage.meddle(&format!("UPDATE _sqlx_migrations SET checksum = {blob} WHERE version = {newest}")).await;
    assert!(matches!(stage.ready().await, Err(StoreError::Schema(_))));
    stage.meddle(&format!("DELETE FROM _sqlx_migrations WHERE version = {newest}")).await;
    assert!(matches!(stage.ready().await, Err(StoreError::Schema(_))));
}

async fn an_empty_database_is_migrated_by_several_processes_at_once(url: &str) {
    let first = open(&options(url)).await.unwrap();
    assert!(matches!(first.ready().await, Err(StoreError::Schema(_))));
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let store = open(&options(url)).await.unwrap();
        tasks.push(tokio::spawn(async move {
            store.migrate().await.unwrap();
            store.ready().await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    first.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_file_is_migrated_by_several_processes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    an_empty_database_is_migrated_by_several_processes_at_once(&url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_postgres_is_migrated_by_several_processes_at_once() {
    let Some(cluster) = crate::cluster::shared().await else { return };
    an_empty_database_is_migrated_by_several_processes_at_once(&cluster.empty_database().await).await;
}

#[tokio::test]
async fn the_database_clock_is_told_on_postgres_and_ours_is_taken_on_sqlite() {
    let stage = Stage::sqlite().await;
    assert!(stage.clock_offset(at(0)).await.unwrap().is_zero());
    let Some(stage) = Stage::postgres().await else { return };
    let (one, two) = (stage.clock_offset(at(0)).await.unwrap(), stage.clock_offset(at(100_000)).await.unwrap());
    let apart = one - two;
    assert!((99_990..=100_010).contains(&apart.as_secs()), "{apart:?}");
}

/// Statistics and sweeps that read whole tables by their nature.
const READS_ALL: [&str; 4] = ["MIGRATIONS", "QUEUE_DEPTH", "MASTER_KEYS", "LITE_FREE_LEASES"];

#[tokio::test]
async fn postgres_prepares_and_explains_every_statement() {
    let Some(stage) = Stage::postgres().await else { return };
    let mut conn = PgConnection::connect(&stage.url).await.unwrap();
    // A plan for any parameter; a sequential scan only where no index could serve.
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off").execute(&mut conn).await.unwrap();
    let mut explained = 0;
    for (name, statement) in store::postgres::statements() {
        let parameters = (1..20).take_while(|number| statement.contains(&format!("${number}"))).count();
        let nulls = vec!["NULL"; parameters].join(", ");
        let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
        let prepare = sqlx::raw_sql(AssertSqlSafe(format!("PREPARE {name} AS {statement}"))).execute(&mut conn).await;
        prepare.unwrap_or_else(|error| panic!("{name}: {error}"));
        let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE {name}{arguments}"));
        let plan = sqlx::raw_sql(explain).fetch_all(&mut conn).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let scans = plan.iter().filter(|line| line.contains("Seq Scan")).count();
        assert!(scans == 0 || READS_ALL.contains(&name), "{name}:\n{}", plan.join("\n"));
        explained += 1;
    }
    assert!(explained > 30);
}

#[tokio::test]
async fn sqlite_prepares_and_explains_every_statement() {
    let stage = Stage::sqlite().await;
    let mut conn = SqliteConnection::connect(&stage.url).await.unwrap();
    for (name, statement) in store::sqlite::statements() {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = sqlx::raw_sql(explain).fetch_all(&mut conn).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan: Vec<String> = plan.iter().map(|row| row.get(3)).collect();
        let scans = plan.iter().filter(|line| line.starts_with("SCAN ") && !line.contains("CONSTANT") && !line.contains("sqlite_schema"));
        assert!(scans.count() == 0 || READS_ALL.contains(&name), "{name}:\n{}", plan.join("\n"));
    }
}

#[test]
fn a_statement_that_locks_or_writes_names_its_submission() {
    for (name, statement) in store::postgres::statements() {
        let writes = ["INSERT INTO", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb));
        let names_it = ["insights_id = $1", "(insights_id, ", "(insights_id)"].iter().any(|name| statement.contains(name));
        let is_keyed = statement.contains(" idempotency ")
            && (statement.contains("client_id = $1 AND key = $2") || statement.contains("(client_id, key)"));
        assert!(!writes || names_it || is_keyed, "{name}");
        assert!(!statement.contains("FOR UPDATE") && !statement.contains("FOR SHARE"), "{name}");
    }
}

#[test]
fn no_statement_stands_outside_the_list() {
    let sources = [
        include_str!("../../src/store/mod.rs"),
        include_str!("../../src/store/postgres.rs"),
        include_str!("../../src/store/rows.rs"),
        include_str!("../../src/store/sqlite.rs"),
    ];
    for source in sources {
        for verb in ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "VACUUM", "PRAGMA", "SET "] {
            assert!(!source.contains(&format!("\"{verb}")), "{verb}");
        }
    }
    let text = include_str!("../../src/store/sql.rs");
    assert_eq!(text.matches("pub(super) const").count(), 3, "the macro's own and the two that cannot be prepared");
}
