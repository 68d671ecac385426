//! Tab-separated rule files: rows with their line numbers, and errors that name them.

use super::RulesError;

/// A rule file as it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

/// One row: its line and its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a, const N: usize> {
    file: &'a str,
    pub(super) line: usize,
    pub(super) cells: [&'a str; N],
}

impl<'a> Table<'a> {
    pub(super) const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    pub(super) fn wrong(&self, line: usize, problem: impl Into<String>) -> RulesError {
        RulesError { file: self.file.to_owned(), line, problem: problem.into() }
    }

    /// The rows: neither comments nor empty lines, each with exactly `N` cells.
    pub(super) fn rows<const N: usize>(self) -> impl Iterator<Item = Result<Row<'a, N>, RulesError>> {
        (1..).zip(self.text.lines()).filter(|(_, text)| !text.trim().is_empty() && !text.starts_with('#')).map(move |(line, text)| {
            let mut cells = [""; N];
            let mut found = 0;
            for cell in text.split('\t') {
                if let Some(slot) = cells.get_mut(found) {
                    *slot = cell.trim();
                }
                found += 1;
            }
            if found == N {
                Ok(Row { file: self.file, line, cells })
            } else {
                Err(self.wrong(line, format!("{found} cells where {N} are due")))
            }
        })
    }

    /// The rows below a first row that must be `heading`.
    pub(super) fn rows_under<const N: usize>(
        self,
        heading: [&str; N],
    ) -> Result<impl Iterator<Item = Result<Row<'a, N>, RulesError>>, RulesError> {
        let mut rows = self.rows::<N>();
        match rows.next() {
            Some(Ok(first)) if first.cells == heading => Ok(rows),
            Some(Err(error)) => Err(error),
            first => {
                Err(self.wrong(first.map_or(0, |row| row.map_or(0, |row| row.line)), format!("the heading {} is due", heading.join(", "))))
            }
        }
    }
}

impl<const N: usize> Row<'_, N> {
    pub(super) fn wrong(&self, problem: impl Into<String>) -> RulesError {
        RulesError { file: self.file.to_owned(), line: self.line, problem: problem.into() }
    }
}

/// Reads a confidence in thousandths: 1 to 1000.
pub(super) fn confidence(text: &str) -> Option<u16> {
    text.parse().ok().filter(|thousandths| (1..=1000).contains(thousandths))
}
