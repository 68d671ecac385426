//! What the scorer has to know of the taxonomy, by code.

use std::collections::{BTreeMap, BTreeSet};

use cdr_insights::analysis::ruleset::Kind;
use cdr_insights::analysis::ruleset::Ruleset;

/// Groups, LIXI categories and neighbours of every code.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    group: BTreeMap<String, String>,
    lixi: BTreeMap<String, String>,
    ambiguous: BTreeSet<(String, String)>,
    income: BTreeSet<String>,
}

impl Taxonomy {
    pub(crate) fn of(ruleset: &Ruleset) -> Self {
        let code = |category| ruleset.code(category).to_owned();
        let all = || ruleset.categories();
        let neighbours = all().flat_map(|one| ruleset.ambiguous_with(one).iter().map(move |other| (one, *other)));
        let both = neighbours.flat_map(|(one, other)| [(code(one), code(other)), (code(other), code(one))]);
        Self {
            group: all().map(|one| (code(one), ruleset.group_code(ruleset.group(one)).to_owned())).collect(),
            lixi: all().filter_map(|one| Some((code(one), ruleset.lixi(one)?.to_owned()))).collect(),
            ambiguous: both.collect(),
            income: all().filter(|one| ruleset.kind(*one) == Kind::Income).map(code).collect(),
        }
    }

    pub(crate) fn same_group(&self, one: &str, other: &str) -> bool {
        self.group.get(one) == self.group.get(other)
    }

    /// The same LIXI category; of those that have none, the same code.
    pub(crate) fn same_lixi(&self, one: &str, other: &str) -> bool {
        one == other || self.lixi.get(one).is_some_and(|lixi| self.lixi.get(other) == Some(lixi))
    }

    pub(crate) fn is_ambiguous(&self, one: &str, other: &str) -> bool {
        self.ambiguous.contains(&(one.to_owned(), other.to_owned()))
    }

    pub(crate) fn is_income(&self, code: &str) -> bool {
        self.income.contains(code)
    }
}

/// The engine's way of saying that it does not know.
pub(crate) fn abstains(code: &str) -> bool {
    code.starts_with("UNCATEGORISED")
}
