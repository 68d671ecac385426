//! What moved the balance of an account: its posted rows in Australian dollars, each payment once, also outside the reporting period
//! and after the day that the report speaks of.

use jiff::civil::Date;

use super::{Ledger, Marks, Row};
use crate::money::Cents;
use crate::submission::Status;

impl Row<'_> {
    /// True for a row that moved its account's balance.
    #[must_use]
    pub fn moves_balance(&self) -> bool {
        let apart = Marks::AUTHORISATION.or(Marks::DUPLICATE).or(Marks::FOREIGN_CURRENCY);
        self.status == Status::Posted && !self.marks.any(apart)
    }
}

impl Ledger<'_> {
    /// By account the sum of each day on which its balance moved, ascending.
    #[must_use]
    pub fn movements(&self) -> Vec<Vec<(Date, Cents)>> {
        let mut movements: Vec<Vec<(Date, Cents)>> = vec![Vec::new(); self.accounts.len()];
        // Rows stand by day.
        for row in self.rows.iter().filter(|row| row.moves_balance()) {
            let Some(day) = row.day else { continue };
            match movements[row.account].last_mut() {
                Some((last, sum)) if *last == day => *sum += row.amount,
                _ => movements[row.account].push((day, row.amount)),
            }
        }
        movements
    }
}
