//! What goes on beside the work: leases are renewed, expired rows are swept, purged rows are scrubbed, the clocks are compared.

use super::queue::Queue;
use super::{Options, Tools};
use crate::store::Store;

/// Most submissions that one sweep purges; a full batch is followed by another.
const SWEEP_BATCH: u32 = 100;
/// Most batches of one round, so that a large backlog does not hold up the rest.
const SWEEP_ROUNDS: u32 = 50;

/// Renews every lease this process holds, for ever: it goes on while the process drains, and is ended after the last worker.
pub(super) async fn renew_leases(tools: Tools, options: Options, queue: Queue) {
    let mut tick = tokio::time::interval(options.renew_every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        for lease in queue.leases() {
            match tools.store.renew(lease, queue.lease_until(tools.clock.now())).await {
                Ok(true) => {}
                Ok(false) => {
                    queue.let_go(lease);
                    tracing::info!(insights.id = %lease.insights_id, "a lease was lost");
                }
                Err(error) => tracing::warn!(insights.id = %lease.insights_id, %error, "a lease could not be renewed"),
            }
        }
    }
}

/// Purges what expired, scrubs what was purged, compares the clocks and counts the queue, round after round until the process drains.
pub(super) async fn sweep(tools: Tools, options: Options, queue: Queue) {
    let mut tick = tokio::time::interval(options.sweep_every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = queue.drained() => return,
        }
        if let Err(error) = round(&tools, &queue).await {
            tracing::warn!(%error, "the sweep did not finish");
        }
    }
}

async fn round(tools: &Tools, queue: &Queue) -> crate::store::Result<()> {
    let store: &dyn Store = &*tools.store;
    queue.set_offset(store.clock_offset(tools.clock.now()).await?);
    for _ in 0..SWEEP_ROUNDS {
        let purged = store.sweep(tools.clock.now(), SWEEP_BATCH).await?;
        if purged > 0 {
            tracing::info!(purged, "expired submissions purged");
            metrics::counter!("cdr_insights_expired_total").increment(purged);
        }
        if purged < u64::from(SWEEP_BATCH) {
            break;
        }
    }
    store.scrub().await?;
    let depth = store.queue_depth(queue.store_time(tools.clock.now())).await?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge of jobs, far below 2^52")]
    {
        metrics::gauge!("cdr_insights_jobs_waiting").set(depth.waiting as f64);
        metrics::gauge!("cdr_insights_jobs_running").set(depth.running as f64);
    }
    Ok(())
}
