//! Payment facilitators: companies that stand before a merchant's name and decide nothing about it.

use std::collections::HashMap;
use std::sync::Arc;

use super::table::Table;
use super::{RulesError, words};

/// One facilitator, by the mark that it prints.
#[derive(Debug)]
struct Facilitator {
    name: Arc<str>,
    /// Without an asterisk behind it the mark is an ordinary word.
    needs_star: bool,
    /// Words of its own name that may follow the mark.
    rest: Box<[Box<str>]>,
}

/// The facilitators by their mark: only ever asked, never listed, so their order does not matter.
#[derive(Debug)]
pub(crate) struct Facilitators(HashMap<Box<str>, Facilitator>);

impl Facilitators {
    pub(super) fn read(text: &str) -> Result<Self, RulesError> {
        let mut by_mark = HashMap::new();
        for row in Table::new("facilitators.tsv", text).rows_under(["mark", "name", "star", "rest"])? {
            let row = row?;
            let [mark, name, star, rest] = row.cells;
            if words::canonical(mark) != mark || mark.is_empty() || mark.contains(' ') {
                return Err(row.wrong(format!("{mark} is not one upper-case word")));
            }
            let facilitator = Facilitator {
                name: name.into(),
                needs_star: match star {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(row.wrong(format!("{star} is none of yes and no"))),
                },
                rest: rest.split(' ').filter(|word| *word != "-").map(Box::from).collect(),
            };
            if by_mark.insert(mark.into(), facilitator).is_some() {
                return Err(row.wrong(format!("{mark} stands twice")));
            }
        }
        Ok(Self(by_mark))
    }

    /// The facilitator that the words begin with, and how many words it takes; none where nothing stands behind it. The words come
    /// with whether an asterisk follows them.
    pub(crate) fn find<'a>(&self, mut words: impl Iterator<Item = (&'a str, bool)>) -> Option<(Arc<str>, usize)> {
        let (mark, has_star) = words.next()?;
        let found = self.0.get(mark).filter(|found| has_star || !found.needs_star)?;
        let own = words.position(|(word, _)| !found.rest.iter().any(|own| **own == *word))?;
        Some((found.name.clone(), 1 + own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        let facilitators = Facilitators::read(include_str!("../rules/facilitators.tsv")).expect("a table");
        for (words, star, expected) in [
            ("SQ BAKERY", true, Some(("SQUARE", 1))),
            ("SQ BAKERY", false, None),
            ("SP BOOKS", false, Some(("SHOPIFY", 1))),
            ("PAYPAL", true, None),
            ("PAYPAL AUSTRALIA", false, None),
            ("EZIDEBIT PTY LTD GYM", false, Some(("EZIDEBIT", 3))),
            ("EZIDEBIT PTY LTD", false, None),
        ] {
            let pairs = words.split(' ').enumerate().map(|(index, word)| (word, star && index == 0));
            let found = facilitators.find(pairs);
            assert_eq!(found.as_ref().map(|(name, count)| (&**name, *count)), expected, "{words}");
        }
    }
}
