//! Which streams of credits are income.

use super::{Finder, Stream};
use crate::analysis::label::Verdict;
use crate::analysis::ruleset::Kind;

/// Says of each candidate whether it is income.
pub(super) fn recognise(finder: &Finder<'_, '_>, mut candidates: Vec<Stream>, _verdicts: &mut [Verdict]) -> Vec<Stream> {
    for stream in &mut candidates {
        stream.is_income = finder.ruleset.kind(stream.category) == Kind::Income;
    }
    candidates
}
