//! Bytes to [`Submission`].
use super::{ReadContext, Rejection, Submission};

/// Reads a request body.
///
/// # Errors
/// Every violation of the payload at once.
pub fn parse(_body: &[u8], _context: &ReadContext) -> Result<Submission, Rejection> {
    unimplemented!("being written")
}
