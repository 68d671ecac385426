//! All rows of a ledger, labelled. Banks print the same words again and again: equal descriptions are read once, and rows that say the
//! same to the rules are judged once.

use std::collections::HashMap;
use std::ops::Index;

use super::narrative::Narrative;
use super::{Verdict, label};
use crate::analysis::ruleset::Ruleset;
use crate::submission::{Account, Extended, ProductCategory, Transaction};

/// The narrative of each row.
#[derive(Debug)]
pub struct Narratives {
    distinct: Vec<Narrative>,
    /// For each row an index into them.
    of_row: Vec<u32>,
}

impl Index<usize> for Narratives {
    type Output = Narrative;

    fn index(&self, row: usize) -> &Narrative {
        &self.distinct[self.of_row[row] as usize]
    }
}

impl Narratives {
    /// How many different descriptions there are.
    pub(in crate::analysis) fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// The number of a row's description among them.
    pub(in crate::analysis) fn number(&self, row: usize) -> usize {
        self.of_row[row] as usize
    }
}

/// Verdicts that are kept of one wording: a merchant's rows differ in a code or in the kind of account, seldom in more.
const KEPT: usize = 4;

/// A row that was judged, and as what.
struct Judged<'r> {
    row: &'r Transaction,
    product: ProductCategory,
    narrative: usize,
    verdict: Verdict,
}

/// What has been read so far.
struct Reader<'r, 'a> {
    ruleset: &'a Ruleset,
    distinct: Vec<Narrative>,
    /// For each narrative the number of its wording.
    wording_of: Vec<usize>,
    /// The rows that were judged, by wording.
    judged: Vec<Vec<Judged<'r>>>,
    /// Both are only looked up, never walked.
    by_description: HashMap<&'r str, u32>,
    by_wording: HashMap<Box<str>, usize>,
}

/// Reads and labels rows, each with its account. The same as [`Narrative::new`] and [`label`] row by row.
///
/// # Panics
/// Never: rows are fewer than 2³².
#[must_use]
pub fn read<'r>(rows: impl ExactSizeIterator<Item = (&'r Transaction, &'r Account)>, ruleset: &Ruleset) -> (Narratives, Vec<Verdict>) {
    let mut of_row = Vec::with_capacity(rows.len());
    let mut verdicts = Vec::with_capacity(rows.len());
    let mut reader = Reader {
        ruleset,
        distinct: Vec::new(),
        wording_of: Vec::new(),
        judged: Vec::new(),
        by_description: HashMap::with_capacity(rows.len() / 2),
        by_wording: HashMap::new(),
    };
    for (row, account) in rows {
        let narrative = reader.narrative(row);
        of_row.push(narrative);
        verdicts.push(reader.verdict(row, account, narrative as usize));
    }
    (Narratives { distinct: reader.distinct, of_row }, verdicts)
}

impl<'r> Reader<'r, '_> {
    /// The number of a row's narrative.
    fn narrative(&mut self, row: &'r Transaction) -> u32 {
        let next = u32::try_from(self.distinct.len()).expect("fewer rows than that");
        let number = *self.by_description.entry(&row.description).or_insert(next);
        if number == next {
            let read = Narrative::new(&row.description, self.ruleset);
            let wording = self.by_wording.get(read.padded()).copied().unwrap_or(self.judged.len());
            if wording == self.judged.len() {
                self.by_wording.insert(read.padded().into(), wording);
                self.judged.push(Vec::new());
            }
            self.wording_of.push(wording);
            self.distinct.push(read);
        }
        number
    }

    fn verdict(&mut self, row: &'r Transaction, account: &Account, number: usize) -> Verdict {
        let (narrative, product) = (&self.distinct[number], account.product_category);
        let alike = &mut self.judged[self.wording_of[number]];
        let known = alike.iter().find(|known| {
            known.product == product
                && (known.narrative == number || narrative.is_judged_as(&self.distinct[known.narrative]))
                && say_the_same(known.row, row)
        });
        if let Some(known) = known {
            return known.verdict.clone();
        }
        let verdict = label(row, account, narrative, self.ruleset);
        if alike.len() < KEPT {
            alike.push(Judged { row, product, narrative: number, verdict: verdict.clone() });
        }
        verdict
    }
}

/// True where two rows of one wording have all else in common that [`label`] reads.
fn say_the_same(a: &Transaction, b: &Transaction) -> bool {
    let said = |row: &Transaction| (row.kind, row.amount.is_positive(), row.merchant_category_code, row.biller_code.is_some());
    said(a) == said(b)
        && a.reference == b.reference
        && a.merchant_name == b.merchant_name
        && a.biller_name == b.biller_name
        && a.extended.as_deref().map(said_beside) == b.extended.as_deref().map(said_beside)
}

fn said_beside(extended: &Extended) -> [&Option<Box<str>>; 5] {
    let Extended { payer, payee, description, end_to_end_id: _, purpose_code, service } = extended;
    [payer, payee, description, purpose_code, service]
}
