//! What the payments of a category do in time, read from `recurrence.tsv`.

use super::RulesError;
use super::files::Files;
use super::table::Table;
use super::taxonomy::{Category, Taxonomy};

/// How far the payments of a category come again. The words are explained in `recurrence.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nature {
    /// It comes again as a rule, its amount may vary.
    Bill,
    /// It comes again as a rule, and has no cadence where its amounts vary widely.
    Pay,
    /// It may come again.
    Open,
    /// It is bought when needed.
    Habit,
    /// It is in no stream.
    Never,
}

/// The nature of each category, and whether two payments are enough to tell a stream of it.
#[derive(Debug)]
pub(super) struct Recurrence(Vec<(Nature, bool)>);

impl Recurrence {
    pub(super) fn read(files: &Files, taxonomy: &Taxonomy) -> Result<Self, RulesError> {
        let mut all: Vec<Option<(Nature, bool)>> = vec![None; usize::from(taxonomy.category_count())];
        for row in Table::new("recurrence.tsv", files.text("recurrence.tsv")).rows_under(["category", "nature", "two", "example"])? {
            let row = row?;
            let [category, nature, two, example] = row.cells;
            let of = taxonomy.category(category).ok_or_else(|| row.wrong(format!("{category} is no category of the taxonomy")))?;
            let nature = match nature {
                "BILL" => Nature::Bill,
                "PAY" => Nature::Pay,
                "OPEN" => Nature::Open,
                "HABIT" => Nature::Habit,
                "NEVER" => Nature::Never,
                _ => return Err(row.wrong(format!("{nature} is none of BILL, PAY, OPEN, HABIT, NEVER"))),
            };
            let two = match two {
                "yes" => true,
                "no" => false,
                _ => return Err(row.wrong(format!("{two} is neither yes nor no"))),
            };
            if example.is_empty() {
                return Err(row.wrong("an example is due"));
            }
            if all[usize::from(of.0)].replace((nature, two)).is_some() {
                return Err(row.wrong(format!("{category} stands twice")));
            }
        }
        Ok(Self(all.into_iter().map(|said| said.unwrap_or((Nature::Open, false))).collect()))
    }

    pub(super) fn of(&self, category: Category) -> (Nature, bool) {
        self.0[usize::from(category.0)]
    }
}
