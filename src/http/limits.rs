//! Admission by bytes.

/// The memory that bodies may take, by bytes; try-acquire only.
#[derive(Clone, Debug)]
pub struct Admission {}

/// A share of it, given back when dropped.
#[derive(Debug)]
pub struct Permit {}
