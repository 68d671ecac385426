//! The contract of both stores.
