//! What every store promises. Each case runs on both: `cargo test --test store sqlite`, `… postgres`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/postgres.rs"]
mod cluster;
#[path = "store/complete.rs"]
mod complete;
#[path = "store/outage.rs"]
mod outage;
#[path = "store/purge.rs"]
mod purge;
#[path = "store/queue.rs"]
mod queue;
#[path = "store/schema.rs"]
mod schema;
#[path = "store/scrub.rs"]
mod scrub;
#[path = "store/stage.rs"]
mod stage;
#[path = "store/submit.rs"]
mod submit;
#[path = "store/sweep.rs"]
mod sweep;

/// Runs each case on both stores, as `sqlite::CASE` and `postgres::CASE`. A case that is not listed is dead code, which fails the build.
macro_rules! on_both_stores {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&crate::stage::Stage::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(stage) = crate::stage::Stage::postgres().await {
                    super::$case(&stage).await;
                }
            })*
        }
    };
}
pub(crate) use on_both_stores;
