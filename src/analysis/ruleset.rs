//! The rules: data files, read once, compiled into one automaton. Embedded in the binary, overridable by a directory.

use std::path::Path;

/// A category of the taxonomy: an index into [`Ruleset::categories`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(pub u8);

/// Everything the engine knows about the world.
#[derive(Debug)]
pub struct Ruleset {}

/// Why a rules directory cannot be used: file, line, problem.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct RulesError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl Ruleset {
    /// The rules in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        unimplemented!("being written")
    }
    /// The rules in the binary, with each file that the directory holds in place of the embedded one.
    ///
    /// # Errors
    /// A file that cannot be read or does not fit.
    pub fn with_directory(_directory: &Path) -> Result<Self, RulesError> {
        unimplemented!("being written")
    }
    /// SHA-256 over the files in use, hex: `rulesVersion` of the report.
    #[must_use]
    pub fn version(&self) -> &str {
        unimplemented!("being written")
    }
    /// `taxonomyVersion` of the report.
    #[must_use]
    pub fn taxonomy_version(&self) -> &str {
        unimplemented!("being written")
    }
}
