//! The API over real TCP, on the embedded store, with a clock that stands still until it is moved.

mod bodies;
mod connections;
mod contract;
mod idempotency;
mod key_sets;
mod logs;
mod operations;
mod order;
mod representations;
mod support;
mod tokens;
mod waiting;
