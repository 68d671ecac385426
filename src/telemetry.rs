//! Logs and metrics: text on a terminal, JSON otherwise; never a narrative, an amount, a name, a token or a body.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::ConfigError;

/// Sends logs to stderr. `RUST_LOG` chooses the levels; `level` for ours and `warn` for everything else unless set. What is not ours
/// never says more than `warn`.
///
/// # Errors
/// `RUST_LOG` cannot be read.
pub fn init_logs(level: &str) -> Result<(), ConfigError> {
    let chosen = std::env::var("RUST_LOG").ok().filter(|chosen| !chosen.trim().is_empty());
    let levels = chosen.unwrap_or_else(|| format!("warn,cdr_insights={level}"));
    let chosen = EnvFilter::try_new(levels)
        .map_err(|_| ConfigError("RUST_LOG: write levels such as info, or warn,cdr_insights=debug".to_owned()))?;
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::io::stderr().is_terminal() {
        to_stderr.with_target(false).boxed()
    } else {
        to_stderr.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    };
    // A second subscriber in one process is a test's: the first one stays.
    let _ = tracing_subscriber::registry().with(lines.with_filter(discreet())).with(chosen).try_init();
    Ok(())
}

/// A library that moves requests or rows may write what it moves at its lower levels (frames, headers, statements), this version or the
/// next: whatever is asked for, those stay shut.
fn discreet() -> Targets {
    Targets::new().with_default(Level::WARN).with_target("cdr_insights", Level::TRACE)
}

/// Lets a panic say where it happened and nothing else: its message may quote what was being worked on.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(panic.location = place, "a panic");
    }));
}

/// The recorder behind `/metrics`: installed once, shared by every listener of the process.
///
/// # Panics
/// Something else installed a recorder before.
#[must_use]
pub fn init_metrics() -> PrometheusHandle {
    const SECONDS: [f64; 14] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new().set_buckets(&SECONDS).expect("there are buckets");
            let handle = builder.install_recorder().expect("no other recorder is installed");
            describe();
            handle
        })
        .clone()
}

/// What every metric means, beside where it is shown; README has the same list.
fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("http_requests_total", "Requests, by method, route and class of status; aborted: the caller hung up");
    describe_histogram!("http_request_duration_seconds", Unit::Seconds, "How long requests took, waiting for a report included");
    describe_counter!("cdr_insights_jobs_total", "Analyses that ended in this process, by outcome");
    describe_histogram!("cdr_insights_job_duration_seconds", Unit::Seconds, "How long completed analyses took, from claim to commit");
    describe_gauge!("cdr_insights_jobs_waiting", "Submissions in the store that nobody works on");
    describe_gauge!("cdr_insights_jobs_running", "Submissions in the store that some process works on");
    describe_counter!("cdr_insights_expired_total", "Submissions that this process removed because their time had come");
}
