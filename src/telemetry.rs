//! Logs and metrics: text on a terminal, JSON otherwise; never a narrative, an amount, a name, a token or a body.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::EnvFilter;

use crate::config::ConfigError;

/// Sends logs to stderr. `RUST_LOG` chooses the levels; `level` for ours and `warn` for everything else unless set.
///
/// # Errors
/// `RUST_LOG` cannot be read.
pub fn init_logs(level: &str) -> Result<(), ConfigError> {
    let chosen = std::env::var("RUST_LOG").ok().filter(|chosen| !chosen.trim().is_empty());
    // sqlx logs slow statements with their text; ours carry no values, but the level keeps them out of the way.
    let levels = chosen.unwrap_or_else(|| format!("warn,cdr_insights={level}"));
    let filter = EnvFilter::try_new(levels)
        .map_err(|_| ConfigError("RUST_LOG: write levels such as info, or warn,cdr_insights=debug".to_owned()))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process is a test's: the first one stays.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_target(false).try_init().is_ok()
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init().is_ok()
    };
    Ok(())
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
