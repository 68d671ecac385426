//! What the terms of a shared account say: what is owed, what an instalment is, how often it falls due.

use jiff::civil::Date;

use crate::analysis::ledger::LedgerAccount;
use crate::analysis::ruleset::{Category, Known};
use crate::money::Cents;
use crate::submission::{LoanTerms, ProductCategory};

/// Without an instalment to compare with: a loan overpaid by more than this has its sign turned round.
const OVERPAID: Cents = Cents::new(100_000);

/// The category that repayments of a product have; `None` for what is no debt.
pub(super) const fn category(product: ProductCategory, known: &Known) -> Option<Category> {
    Some(match product {
        ProductCategory::ResidentialMortgages => known.mortgage_repayment,
        ProductCategory::PersLoans => known.personal_loan_repayment,
        ProductCategory::Leases => known.consumer_lease,
        ProductCategory::CredAndChrgCards => known.credit_card_repayment,
        ProductCategory::BuyNowPayLater => known.bnpl_repayment,
        ProductCategory::BusinessLoans | ProductCategory::MarginLoans | ProductCategory::Overdrafts | ProductCategory::TradeFinance => {
            known.other_loan_repayment
        }
        ProductCategory::RegulatedTrustAccounts
        | ProductCategory::TermDeposits
        | ProductCategory::TransAndSavingsAccounts
        | ProductCategory::TravelCards
        | ProductCategory::Unrecognised => return None,
    })
}

/// True where rows of a category may repay a product.
pub(super) fn may_repay(category: Category, product: ProductCategory, known: &Known) -> bool {
    let loans = [known.other_loan_repayment, known.personal_loan_repayment, known.vehicle_loan_repayment];
    match product {
        ProductCategory::ResidentialMortgages => [known.mortgage_repayment, known.other_loan_repayment].contains(&category),
        ProductCategory::PersLoans => {
            loans.contains(&category)
                || [known.sacc_repayment, known.wage_advance_repayment, known.student_loan_repayment].contains(&category)
        }
        ProductCategory::Leases => loans.contains(&category) || category == known.consumer_lease,
        ProductCategory::CredAndChrgCards => category == known.credit_card_repayment,
        ProductCategory::BuyNowPayLater => category == known.bnpl_repayment,
        ProductCategory::BusinessLoans | ProductCategory::MarginLoans | ProductCategory::TradeFinance => loans.contains(&category),
        _ => false,
    }
}

/// What is owed, below zero when overpaid, and whether the holder seems to have turned the sign. `None` without a balance.
pub(super) fn owed(account: &LedgerAccount<'_>) -> Option<(Cents, bool)> {
    let current = account.balance()?.current;
    let instalment = account.first().loan.as_ref().and_then(|terms| terms.min_instalment).unwrap_or_default().max(OVERPAID);
    let is_turned = current.is_positive() && (account.sign_suspect || (account.is_loan() && current > instalment));
    Some((if is_turned { current } else { -current }, is_turned))
}

/// The instalment, when the terms name one above zero.
pub(super) fn instalment(terms: &LoanTerms) -> Option<Cents> {
    terms.min_instalment.filter(|amount| amount.is_positive())
}

/// How often a duration falls due: times and years, `P2W` = 26 in 1, `P1Y` = 1 in 1. `None` for what is no plain span of days or more.
pub(super) fn every(duration: &str) -> Option<(i128, i128)> {
    let rest = duration.strip_prefix('P')?;
    let unit = rest.chars().last().filter(char::is_ascii_alphabetic)?;
    let count: i128 = rest[..rest.len() - 1].parse().ok().filter(|count| (1..=1000).contains(count))?;
    Some(match (unit, count) {
        ('Y', _) => (1, count),
        ('M', _) => (12, count),
        ('W', _) => (52, count),
        ('D', _) if count % 7 == 0 => (52, count / 7),
        ('D', 30 | 31) => (12, 1),
        ('D', _) => (365, count),
        _ => return None,
    })
}

/// An amount that falls due so many times in so many years, brought to a month.
pub(super) fn monthly(amount: Cents, (times, years): (i128, i128)) -> Option<Cents> {
    amount.mul_div(times, 12 * years)
}

/// Months from a day to another, a part of one counting as one; 0 when it lies behind.
pub(super) fn months_until(from: Date, to: Date) -> u32 {
    let whole = i32::from(to.year() - from.year()) * 12 + i32::from(to.month() - from.month());
    u32::try_from(whole + i32::from(to.day() > from.day())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn durations_are_read_as_times_a_year() {
        for (text, due) in [
            ("P1M", Some((12, 1))),
            ("P1W", Some((52, 1))),
            ("P2W", Some((52, 2))),
            ("P14D", Some((52, 2))),
            ("P28D", Some((52, 4))),
            ("P30D", Some((12, 1))),
            ("P3M", Some((12, 3))),
            ("P1Y", Some((1, 1))),
            ("P10D", Some((365, 10))),
            ("P0M", None),
            ("PT8H", None),
            ("P1Y2M", None),
            ("monthly", None),
            ("P", None),
            ("P1é", None),
        ] {
            assert_eq!(every(text), due, "{text}");
        }
        assert_eq!(monthly(Cents::new(120_000), (52, 2)), Some(Cents::new(260_000)), "1,200.00 × 26 ÷ 12");
    }

    #[test]
    fn months_are_counted_up() {
        assert_eq!(months_until(date(2026, 11, 22), date(2027, 11, 22)), 12);
        assert_eq!(months_until(date(2026, 11, 22), date(2027, 11, 23)), 13);
        assert_eq!(months_until(date(2026, 11, 22), date(2026, 11, 30)), 1);
        assert_eq!(months_until(date(2026, 11, 22), date(2026, 11, 21)), 0);
        assert_eq!(months_until(date(2026, 11, 22), date(2020, 1, 1)), 0);
    }
}
