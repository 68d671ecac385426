//! A private PostgreSQL cluster for tests: `initdb` and `postgres` on a unix socket in a temporary directory, one cluster a test
//! process, one database a test.
//!
//! The binaries are looked for in `CDR_INSIGHTS_TEST_PG_BIN`, `/usr/lib/postgresql/*/bin` (newest first) and `PATH`. Where there are
//! none the Postgres cases are skipped and say so, unless `CI` or `CDR_INSIGHTS_REQUIRE_POSTGRES=1` is set: then they fail.
//!
//! A small shell makes the cluster, starts the server and waits for its own input to end. The test process holds the other end, so
//! however it ends (a panic, a signal), the server is stopped by its process id and the directory is removed.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use cdr_insights::store::{self, StoreOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

/// How long a server may take to start or stop.
const PATIENCE: Duration = Duration::from_mins(1);
const TEMPLATE: &str = "migrated";

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Connections are cut, then it shuts down in order.
    Fast,
    /// As if it crashed.
    Immediate,
}

/// One private server.
#[derive(Debug)]
pub(crate) struct Cluster {
    binaries: PathBuf,
    directory: PathBuf,
    is_durable: bool,
    server: Option<Server>,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Server {
    shell: Child,
    output: std::thread::JoinHandle<()>,
}

/// The process's shared cluster, started by the first test that asks and not durable; `None` (and a word about it) where there is
/// no PostgreSQL.
///
/// # Panics
/// When PostgreSQL is missing and must not be, or does not start.
pub(crate) async fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceCell<Option<Cluster>> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            let cluster = Cluster::start(false)?;
            cluster.make_template().await;
            Some(cluster)
        })
        .await
        .as_ref()
}

impl Cluster {
    /// A cluster of one's own, to stop and start: durable where a test kills it. Its template is made by [`Cluster::make_template`].
    ///
    /// # Panics
    /// As [`shared`].
    pub(crate) fn start(is_durable: bool) -> Option<Self> {
        let Some(binaries) = binaries() else {
            let is_required =
                std::env::var_os("CI").is_some() || std::env::var_os("CDR_INSIGHTS_REQUIRE_POSTGRES").is_some_and(|value| value == "1");
            assert!(!is_required, "PostgreSQL is not installed, and these tests must not be skipped");
            eprintln!("SKIPPED: PostgreSQL is not installed, so the Postgres cases did not run (set CDR_INSIGHTS_TEST_PG_BIN)");
            return None;
        };
        let made = run(&mut unprivileged("mktemp", &["-d", "/tmp/cdr-insights-pg.XXXXXX"]));
        let directory = PathBuf::from(made.trim());
        let mut cluster = Self { binaries, directory, is_durable, server: None, databases: AtomicU32::new(0) };
        cluster.resume();
        Some(cluster)
    }

    /// Starts the server (again).
    ///
    /// # Panics
    /// When it does not start within a minute.
    pub(crate) fn resume(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        self.server = Some(self.launch());
    }

    fn launch(&self) -> Server {
        // The signal is repeated: until the server has its own handlers it ignores what a shell's background jobs ignore.
        const SCRIPT: &str = r#"
            trap '' HUP INT TERM
            directory=$1; initdb=$2; shift 2
            [ -d "$directory/data" ] ||
                "$initdb" --auth=trust --username=postgres --encoding=UTF8 --no-locale --no-sync -D "$directory/data" >/dev/null || exit
            "$@" & server=$!
            signal=QUIT; keep=
            read -r word && { keep=yes; [ "$word" = fast ] && signal=INT; }
            while kill -s "$signal" "$server"; do sleep 0.1; done 2>/dev/null & killer=$!
            wait "$server"; kill -s KILL "$killer"
            [ -n "$keep" ] || rm -rf "$directory"
        "#;
        let (initdb, postgres) = (self.binaries.join("initdb"), self.binaries.join("postgres"));
        let data = self.directory.join("data");
        let socket = format!("unix_socket_directories={}", self.directory.display());
        let durable = if self.is_durable { "on" } else { "off" };
        let (fsync, commits) = (format!("fsync={durable}"), format!("synchronous_commit={durable}"));
        let settings = [&socket, "listen_addresses=", &fsync, &commits, "max_connections=300", "shared_buffers=64MB", "lc_messages=C"];
        let mut arguments = vec!["-c", SCRIPT, "sh", path(&self.directory), path(&initdb), path(&postgres), "-D", path(&data)];
        arguments.extend(settings.into_iter().flat_map(|setting| ["-c", setting]));
        let mut command = unprivileged("sh", &arguments);
        // A group of its own: an interrupt of the tests reaches it only as the end of its input.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut shell = command.spawn().expect("sh starts");
        let stderr = shell.stderr.take().expect("it is piped");
        let (is_ready, ready) = mpsc::channel();
        let output = std::thread::spawn(move || {
            let mut said = String::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if line.contains("ready to accept connections") {
                    let _ = is_ready.send(Ok(()));
                } else {
                    said = said + &line + "\n";
                }
            }
            let _ = is_ready.send(Err(said));
        });
        let started = ready.recv_timeout(PATIENCE).expect("postgres is ready within a minute");
        started.unwrap_or_else(|said| panic!("postgres did not start:\n{said}"));
        Server { shell, output }
    }

    /// Stops the server; its data stay.
    ///
    /// # Panics
    /// When it does not run.
    pub(crate) fn stop(&mut self, how: Stop) {
        let mut server = self.server.take().expect("it runs");
        let word: &[u8] = if how == Stop::Fast { b"fast\n" } else { b"immediate\n" };
        server.shell.stdin.take().expect("it is piped").write_all(word).expect("the shell reads");
        server.shell.wait().expect("the shell ends");
        server.output.join().expect("the reader ends with its input");
    }

    /// Where the server keeps its files.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// What `DATABASE_URL` would be for a database of this cluster.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.directory.display())
    }

    /// A fresh database, migrated.
    ///
    /// # Panics
    /// When the server refuses.
    pub(crate) async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.administer(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
        self.url(&name)
    }

    /// A fresh database without any table.
    ///
    /// # Panics
    /// When the server refuses.
    pub(crate) async fn empty_database(&self) -> String {
        let name = format!("empty_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.administer(format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// Makes the database that [`Cluster::database`] copies.
    ///
    /// # Panics
    /// When the server refuses.
    pub(crate) async fn make_template(&self) {
        self.administer(format!("CREATE DATABASE {TEMPLATE}")).await;
        let options = StoreOptions { url: self.url(TEMPLATE), max_connections: 1, acquire_timeout: PATIENCE };
        let store = store::open(&options).await.expect("the server runs");
        store.migrate().await.expect("the migrations apply");
        store.close().await;
    }

    async fn administer(&self, sql: String) {
        let mut conn = PgConnection::connect(&self.url("postgres")).await.expect("the server runs");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("an administrator may");
        conn.close().await.expect("it was open");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.server.take() {
            Some(mut server) => {
                // Without a word its input just ends: the shell stops the server and removes the directory.
                drop(server.shell.stdin.take());
                let _ = server.shell.wait();
                let _ = server.output.join();
            }
            None => {
                let _ = std::fs::remove_dir_all(&self.directory);
            }
        }
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// PostgreSQL refuses to run as root: there it runs as `postgres`.
fn unprivileged(program: &str, arguments: &[&str]) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let mut command = if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", program]);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).current_dir("/");
    command
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("its output is UTF-8")
}

fn binaries() -> Option<PathBuf> {
    let is_complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(folder) = std::env::var_os("CDR_INSIGHTS_TEST_PG_BIN").map(PathBuf::from) {
        assert!(is_complete(&folder), "CDR_INSIGHTS_TEST_PG_BIN holds no initdb and postgres");
        return Some(folder);
    }
    let mut installed: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    installed.sort();
    let installed = installed.into_iter().rev().map(|(_, folder)| folder);
    let search: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    installed.chain(search).find(is_complete)
}
