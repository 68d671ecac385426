//! Which row undoes which: payments that failed, credits that were taken back, purchases that were refunded, and the fees and second
//! tries that follow a failure.

/// A credit and a debit of one account, of which the later undoes the earlier, wholly or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index of the row of money in.
    pub credit: usize,
    /// Index of the row of money out.
    pub debit: usize,
}

/// A row that follows a payment that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Follow {
    /// Index of the row that follows.
    pub row: usize,
    /// Index of the debit that failed.
    pub failed: usize,
}

/// The links of a ledger. A row is in one link at most, but for purchases that are refunded in parts.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Payments that failed, each with the later credit that gives it back; by credit.
    pub reversals: Vec<Link>,
    /// Credits that were taken back, each with the later debit that takes it: a pay or a cheque that was not good; by debit.
    pub taken_back: Vec<Link>,
    /// Purchases, each with the later credit that refunds it; by credit.
    pub refunds: Vec<Link>,
    /// Fees for a payment that failed; by fee.
    pub fees: Vec<Follow>,
    /// Debits that try a failed payment again; by that debit.
    pub tried_again: Vec<Follow>,
}

impl Links {
    /// The row that a row reverses: the payment that a credit gives back, or the credit that a debit takes back.
    #[must_use]
    pub fn reversal_of(&self, row: usize) -> Option<usize> {
        debit_of(&self.reversals, row).or_else(|| {
            let at = self.taken_back.binary_search_by_key(&row, |link| link.debit).ok()?;
            Some(self.taken_back[at].credit)
        })
    }

    /// The purchase that a row refunds.
    #[must_use]
    pub fn refund_of(&self, credit: usize) -> Option<usize> {
        debit_of(&self.refunds, credit)
    }

    /// The payment whose failure a fee is for.
    #[must_use]
    pub fn fee_for(&self, fee: usize) -> Option<usize> {
        failed(&self.fees, fee)
    }

    /// The failed payment that a debit tries again.
    #[must_use]
    pub fn tries_again(&self, debit: usize) -> Option<usize> {
        failed(&self.tried_again, debit)
    }
}

fn debit_of(links: &[Link], credit: usize) -> Option<usize> {
    links.binary_search_by_key(&credit, |link| link.credit).ok().map(|at| links[at].debit)
}

fn failed(follows: &[Follow], row: usize) -> Option<usize> {
    follows.binary_search_by_key(&row, |follow| follow.row).ok().map(|at| follows[at].failed)
}
