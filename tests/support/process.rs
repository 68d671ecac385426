//! The real binary, started as an operator would.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes on a loaded machine; a wait that reaches it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A running `serve`, killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

/// The binary with nothing of this process's environment that it would read as a setting.
pub(crate) fn binary(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cdr-insights"));
    let settings = ["CDR_INSIGHTS_", "DATABASE_URL", "RUST_LOG"];
    for (name, _) in std::env::vars().filter(|(name, _)| settings.iter().any(|setting| name.starts_with(setting))) {
        command.env_remove(name);
    }
    command.current_dir(directory).stdin(Stdio::null());
    command
}

impl Server {
    /// `serve --dev` in a directory, on free ports, on a database.
    pub(crate) fn start(directory: &Path, database_url: &str) -> Self {
        Self::start_with(directory, database_url, &[])
    }

    /// The same with further settings.
    pub(crate) fn start_with(directory: &Path, database_url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_logging(directory, database_url, settings, Stdio::null())
    }

    /// The same with its log somewhere.
    pub(crate) fn start_logging(directory: &Path, database_url: &str, settings: &[(&str, &str)], log: Stdio) -> Self {
        let mut command = binary(directory);
        command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"]);
        command.env("DATABASE_URL", database_url).envs(settings.iter().copied()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let line = lines.next().and_then(Result::ok).unwrap_or_else(|| panic!("the server ended before it listened: {:?}", child.wait()));
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("unexpected line {line:?}")).to_owned();
        Self { child, url }
    }

    /// `kill -9`, and the process is gone afterwards.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the server does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended: fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A development token of the directory's key.
pub(crate) fn token(directory: &Path, client: &str) -> String {
    let output = binary(directory).args(["token", "--client", client]).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a token is ASCII");
    text.lines().last().expect("a line").to_owned()
}
