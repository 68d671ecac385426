//! One worker: takes the next job, analyses it on a blocking thread, stores what came of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

use super::queue::{HandedOver, Next, Queue};
use super::{MAX_ATTEMPTS, Options, Tools, retry_at};
use crate::analysis::report::{self, Stamp};
use crate::store::seal::{Column, DataKey, SealError};
use crate::store::{Claimed, Completion, Due, Failure, Lease, StoreError, StoredReport};
use crate::submission::{self, ReadContext, Submission};

/// How long a finished report is offered to a store that does not answer. After that the lease has long lapsed, and another
/// process does the work again.
const KEEP_OFFERING: Duration = Duration::from_mins(1);

/// Rows that the reports of several orders may list in all, where the payload itself does not hold more: a hundred orders over the same
/// large household would take a hundred times its memory.
const MAX_REPORT_ROWS: usize = 250_000;

/// A payload of a retry is read again; this is what may be wrong with it.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the kept payload is refused with {0} violations")]
    Rejected(usize),
}

/// All that an analysis needs.
struct Job {
    lease: Lease,
    client_id: String,
    accepted_at: Timestamp,
    as_of: jiff::civil::Date,
    digest: [u8; 32],
    orders: Vec<Uuid>,
    submission: Submission,
    data_key: DataKey,
}

/// Works until the process drains.
pub(super) async fn run(tools: Tools, options: Options, queue: Queue) {
    let worker = Worker { tools, options, queue };
    while let Some(next) = worker.queue.next(&*worker.tools.store, || worker.tools.clock.now()).await {
        let lease = match next {
            Next::HandedOver(work) => worker.handed_over(*work).await,
            Next::Due(due, memory) => {
                let lease = worker.due(due).await;
                drop(memory);
                lease
            }
        };
        if let Some(lease) = lease {
            worker.queue.let_go(lease);
        }
    }
}

struct Worker {
    tools: Tools,
    options: Options,
    queue: Queue,
}

impl Worker {
    /// Now, as the database would say it.
    fn now(&self) -> Timestamp {
        self.queue.store_time(self.tools.clock.now())
    }

    async fn handed_over(&self, work: HandedOver) -> Option<Lease> {
        let HandedOver { lease, client_id, accepted_at, as_of, digest, orders, submission, data_key, permit } = work;
        let now = self.now();
        match self.tools.store.begin(lease, now, now + self.options.lease).await {
            Ok(Some(attempt)) => {
                let job = Job { lease, client_id, accepted_at, as_of, digest, orders, submission, data_key };
                let span = tracing::info_span!("job", insights.id = %lease.insights_id, job.attempt = attempt, job.handed_over = true);
                self.work(job).instrument(span).await;
            }
            Ok(None) => tracing::info!(insights.id = %lease.insights_id, "a handed-over job was purged or taken over before it began"),
            Err(error) => {
                tracing::warn!(insights.id = %lease.insights_id, %error, "a handed-over job could not begin; its lease will lapse");
            }
        }
        drop(permit);
        Some(lease)
    }

    async fn due(&self, due: Due) -> Option<Lease> {
        let now = self.now();
        let claimed = self.tools.store.claim(due, now, now + self.options.lease).await;
        self.queue.tried(due, &claimed);
        let claimed = match claimed {
            Ok(claimed) => claimed?,
            Err(error) => {
                tracing::warn!(insights.id = %due.insights_id, %error, "a job could not be claimed");
                return None;
            }
        };
        let (lease, attempt) = (claimed.lease, claimed.attempt);
        self.queue.hold(lease);
        let span = tracing::info_span!("job", insights.id = %lease.insights_id, job.attempt = attempt, job.handed_over = false);
        async {
            if attempt > MAX_ATTEMPTS {
                self.give_up(lease, Failure::AttemptsExhausted).await;
                return;
            }
            match self.read(claimed).await {
                Ok(job) => self.work(job).await,
                Err(ReadError::Seal(error @ SealError::UnknownMasterKey(_))) => {
                    // Not the payload's fault: another process may have the key.
                    tracing::error!(%error, "a payload cannot be opened here");
                    self.release(lease, attempt, true).await;
                }
                Err(error) => {
                    tracing::error!(%error, "a kept payload cannot be read");
                    self.fail_attempt(lease, attempt).await;
                }
            }
        }
        .instrument(span)
        .await;
        Some(lease)
    }

    /// Opens and parses a payload from the store, on a blocking thread.
    async fn read(&self, claimed: Claimed) -> Result<Job, ReadError> {
        let keyring = Arc::clone(&self.tools.keyring);
        let time_zone = self.tools.time_zone.clone();
        blocking(move || {
            let Claimed { lease, client_id, accepted_at, as_of, digest, raw_length, orders, key, payload, .. } = claimed;
            let data_key = keyring.open(lease.insights_id, &client_id, &key)?;
            let body = data_key.open(Column::Payload, &payload, usize::try_from(raw_length).unwrap_or(usize::MAX))?;
            drop(payload);
            // As of acceptance: a consent that ended since does not make the payload wrong.
            let submission = submission::parse(&body, &ReadContext { now: accepted_at, time_zone })
                .map_err(|rejection| ReadError::Rejected(rejection.total))?;
            Ok(Job { lease, client_id, accepted_at, as_of, digest, orders, submission, data_key })
        })
        .await
    }

    /// Analyses, seals and completes.
    async fn work(&self, job: Job) {
        let lease = job.lease;
        if job.submission.order_rows() > job.submission.rows().max(MAX_REPORT_ROWS) {
            self.give_up(lease, Failure::AnalysisLimit).await;
            return;
        }
        let begun = Instant::now();
        let (ruleset, analyse, keep_payload) =
            (Arc::clone(&self.tools.ruleset), Arc::clone(&self.options.analyse), self.options.keep_payload);
        let outcome = blocking(move || {
            let attempt = || {
                catch_unwind(AssertUnwindSafe(|| {
                    let analysis = analyse(&job.submission, &ruleset, job.as_of);
                    let stamp = Stamp {
                        insights_id: job.lease.insights_id,
                        client_id: &job.client_id,
                        client_name: &job.client_id,
                        accepted_at: job.accepted_at,
                        order_ids: &job.orders,
                        input_digest: job.digest,
                    };
                    let document = report::document(&analysis, &job.submission, &ruleset, &stamp);
                    seal(document, &job.orders, &job.data_key, keep_payload)
                }))
            };
            // A panic is tried twice: the analysis is a pure function, but memory and hardware are not.
            attempt().or_else(|_| attempt())
        })
        .await;
        let Ok(completion) = outcome else {
            tracing::error!("the analysis panicked twice");
            self.give_up(lease, Failure::AnalysisPanic).await;
            return;
        };
        if self.complete(lease, completion).await {
            let duration = begun.elapsed();
            metrics::counter!("cdr_insights_jobs_total", "outcome" => "completed").increment(1);
            metrics::histogram!("cdr_insights_job_duration_seconds").record(duration.as_secs_f64());
            tracing::info!(duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), "report completed");
        }
    }

    /// Offers a finished report to the store until it takes it or refuses it.
    async fn complete(&self, lease: Lease, completion: Completion) -> bool {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(100);
        loop {
            match self.tools.store.complete(lease, completion.clone(), self.now()).await {
                Ok(true) => {
                    self.queue.tell(lease.insights_id);
                    return true;
                }
                Ok(false) => {
                    tracing::info!("the lease was lost or the submission purged: nothing was written");
                    return false;
                }
                Err(StoreError::Unavailable(error)) if begun.elapsed() < KEEP_OFFERING => {
                    tracing::warn!(%error, "the store does not take the report yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
                Err(error) => {
                    tracing::error!(%error, "the report could not be stored; the lease will lapse");
                    return false;
                }
            }
        }
    }

    async fn fail_attempt(&self, lease: Lease, attempt: u32) {
        if attempt >= MAX_ATTEMPTS {
            self.give_up(lease, Failure::AttemptsExhausted).await;
        } else {
            self.release(lease, attempt, false).await;
        }
    }

    async fn release(&self, lease: Lease, attempt: u32, refund: bool) {
        let due_at = retry_at(self.now(), lease.insights_id, attempt);
        if let Err(error) = self.tools.store.release(lease, due_at, refund).await {
            tracing::warn!(%error, "a job could not be released; its lease will lapse");
        }
    }

    async fn give_up(&self, lease: Lease, failure: Failure) {
        match self.tools.store.give_up(lease, failure, self.options.keep_payload, self.now()).await {
            Ok(true) => {
                metrics::counter!("cdr_insights_jobs_total", "outcome" => "failed").increment(1);
                tracing::error!(failure = failure.code(), "the analysis failed for good");
                self.queue.tell(lease.insights_id);
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a failure could not be stored; the lease will lapse"),
        }
    }
}

fn seal(document: report::Document, orders: &[Uuid], data_key: &DataKey, keep_payload: bool) -> Completion {
    let reports = orders.iter().zip(document.reports).map(|(&order_id, body)| {
        let length = body.len() as u64;
        (StoredReport { order_id, body: data_key.seal(Column::Report(order_id), &body) }, length)
    });
    Completion { reports: reports.collect(), head: data_key.seal(Column::Head, &document.head), keep_payload }
}

/// Runs work on a blocking thread; the number of workers bounds how many there are.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(value) => value,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}
