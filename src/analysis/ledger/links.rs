//! Which credit undoes which debit: reversals of payments that failed, refunds of purchases.

/// Two rows of which the later one undoes the earlier, wholly or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index of the row that gives the money back.
    pub credit: usize,
    /// Index of the row that it undoes.
    pub debit: usize,
}

/// The links of a ledger, each list by credit; a row is in one link at most on either side, but for purchases that are refunded in parts.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Payments that came back.
    pub reversals: Vec<Link>,
    /// Purchases that were refunded.
    pub refunds: Vec<Link>,
}

impl Links {
    /// The debit that a row reverses.
    #[must_use]
    pub fn reversal_of(&self, credit: usize) -> Option<usize> {
        debit_of(&self.reversals, credit)
    }

    /// The purchase that a row refunds.
    #[must_use]
    pub fn refund_of(&self, credit: usize) -> Option<usize> {
        debit_of(&self.refunds, credit)
    }
}

fn debit_of(links: &[Link], credit: usize) -> Option<usize> {
    links.binary_search_by_key(&credit, |link| link.credit).ok().map(|at| links[at].debit)
}
