//! Hints of arrears: facts of the rows, none of which says that a contract is in arrears.

use jiff::civil::Date;
use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::Id;
use super::level::Level;
use super::payments::Payment;
use crate::analysis::days::plus;
use crate::analysis::exact::Day;
use crate::analysis::stream::Status;
use crate::money::Cents;

/// Words of a fee or a payment that speak of being late. Whole words.
const LATE_WORDS: [&str; 6] = ["LATE", "OVERDUE", "ARREARS", "DEFAULT", "MISSED", "DISHONOUR"];
/// A balance that is higher by more than this share than 90 days before grows, in hundredths.
const GROWTH: i128 = 1;
/// Cards go up and down with what is bought.
const CARD_GROWTH: i128 = 10;
/// Days between the two balances.
const LOOK_BACK: i64 = 90;

/// What a hint rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Code {
    /// An expected repayment did not come, or is overdue.
    LatePayment,
    /// A repayment came back.
    Dishonoured,
    /// A fee for being late, or a payment that speaks of arrears.
    LateFee,
    /// More is owed than 90 days before, though nothing was bought or drawn.
    GrowingBalance,
}

/// One element of `arrearsHints[]`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hint {
    code: Code,
    /// Rows, missed repayments, or 1 for a balance.
    count: usize,
    last_date: Option<Day>,
    transaction_ids: Vec<Id>,
}

/// The hints of one creditor. `fees` are rows of a shared debt that may be fees, `returned` its repayments that came back.
pub(super) fn hints(context: &Context<'_>, payments: &[Payment], returned: &[usize], fees: &[usize], level: &Level) -> Vec<Hint> {
    let rows = |code, rows: Vec<usize>| {
        let last = rows.last().and_then(|&row| context.ledger.rows[row].day);
        (!rows.is_empty()).then(|| Hint {
            code,
            count: rows.len(),
            last_date: last.map(Day),
            transaction_ids: context.ids_of(rows.iter().copied()),
        })
    };
    let is_late = level.status == Status::Late;
    let missed = level.missed.max(usize::from(is_late));
    let late = (missed > 0 && level.status != Status::Ended).then(|| Hint {
        code: Code::LatePayment,
        count: missed,
        last_date: payments.last().map(|payment| Day(payment.day)),
        transaction_ids: Vec::new(),
    });
    let says_late = |row: usize| context.narratives[row].folded.split(' ').any(|word| LATE_WORDS.contains(&word));
    let mut fees: Vec<usize> =
        fees.iter().copied().chain(payments.iter().map(|payment| payment.row)).filter(|&row| says_late(row)).collect();
    fees.sort_unstable();
    fees.dedup();
    [late, rows(Code::Dishonoured, returned.to_vec()), rows(Code::LateFee, fees)].into_iter().flatten().collect()
}

/// The hint of a balance that grows though nothing was drawn; a card's purchases make it grow, so it takes more there.
pub(super) fn growing(context: &Context<'_>, account: usize, last_drawn: Option<Date>) -> Option<Hint> {
    let end_of_day = &context.walks[account].end_of_day;
    let (last, now) = end_of_day.last()?;
    let before = plus(*last, -LOOK_BACK);
    let then = end_of_day.binary_search_by_key(&before, |(day, _)| *day).ok().map(|at| end_of_day[at].1)?;
    // Below zero is owed.
    let (owed, owed_before) = (Cents::ZERO - *now, Cents::ZERO - then);
    let is_loan = context.ledger.accounts[account].is_loan();
    let share = if is_loan { GROWTH } else { CARD_GROWTH };
    let grows = owed_before.is_positive() && (owed - owed_before).get() * 100 > owed_before.get() * share;
    let was_drawn = is_loan && last_drawn.is_some_and(|day| day > before);
    (grows && !was_drawn).then(|| Hint { code: Code::GrowingBalance, count: 1, last_date: Some(Day(*last)), transaction_ids: Vec::new() })
}
