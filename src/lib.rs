//! `cdr-insights`: banking data insights for the Australian Consumer Data Right.
//!
//! A customer's CDR banking data goes in with one POST; a report that a credit decision can rest on comes out with a GET.
//!
//! ```text
//! POST ─▶ http::extract ─▶ cdr ─▶ Submission ─▶ store.submit ──▶ 201
//!                                                  │ the row is the job
//!                        jobs: claim (lease) ─▶ analysis::analyse ─▶ store.complete
//! GET  ◀─ http ◀─ store.report ◀─────────────────────────────┘
//! ```
//!
//! Arrows point one way: `http` → `submission`, `store`, `jobs` · `jobs` → `store`, `analysis` · `analysis` → `money`, `submission` ·
//! `store` → nothing of ours (it keeps bytes and does not know what a report is). `http` and `jobs` share two small rooms: `clock` and
//! `admission`, whose shares go with a submission from the socket to the end of its analysis. The compiler proves the pure half: without the
//! feature `server` the library has neither axum, sqlx nor tokio.

pub mod analysis;
pub mod cdr;
mod decimal;
pub mod money;
pub mod submission;

#[cfg(feature = "server")]
pub mod admission;
#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod demo;
#[cfg(feature = "server")]
pub mod dev;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
pub mod jobs;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod telemetry;

/// The engine's version, as reports name it.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
