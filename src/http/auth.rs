//! Bearer tokens.

/// Verifies bearer tokens against a key set.
#[derive(Debug)]
pub struct Verifier {}
