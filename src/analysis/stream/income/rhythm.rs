//! Payers that nothing is known of: pay comes on its day, in cents, from a business.

use jiff::civil::Date;

use super::{Judged, Judgement, Look, payer};
use crate::analysis::days::between;
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::Channel;
use crate::analysis::stream::{Cadence, OwnName, Stream};
use crate::money::Cents;

/// Points from which a rhythm is believed to be pay, and what they are worth.
const ENOUGH: i32 = 5;
/// Confidence at [`ENOUGH`], of each point above, and at most.
const CONFIDENCE: (u16, u16, u16) = (800, 25, 920);
/// Less than this is no pay of a week.
const LEAST: Cents = Cents::new(10_000);
/// Confidence of a dividend that a word tells.
const DIVIDEND: u16 = 850;
/// Fewest rows of a weekly or fortnightly rhythm, and of a longer one.
const FEWEST: (usize, usize) = (4, 3);

/// Recognises pay by its rhythm.
pub(super) fn judge(look: &Look<'_, '_, '_>, group: &mut Judged, verdicts: &[Verdict]) {
    let regular = group.stream.cadence != Cadence::Irregular;
    if let Some((category, kind, confidence, rule)) = look.own(group, verdicts) {
        if regular || kind == Judgement::Never {
            (group.category, group.kind, group.confidence, group.rule) = (category, kind, confidence, Some(rule));
        }
        return;
    }
    if payer::says_dividend(look, &group.stream) {
        let found = (look.known.investment_income, Judgement::Income, DIVIDEND, Some("stream:dividend"));
        (group.category, group.kind, group.confidence, group.rule) = found;
        return;
    }
    let points = points(look, &group.stream, verdicts);
    if points.is_some_and(|points| points >= ENOUGH) {
        let above = u16::try_from(points.unwrap_or(0) - ENOUGH).unwrap_or(0);
        let (base, each, most) = CONFIDENCE;
        group.category = look.known.salary;
        group.kind = Judgement::Income;
        group.confidence = (base + each * above).min(most);
        group.rule = Some("stream:pay-rhythm");
    }
}

/// How much speaks for pay; `None` where it cannot be.
fn points(look: &Look<'_, '_, '_>, stream: &Stream, verdicts: &[Verdict]) -> Option<i32> {
    let rows = &stream.rows;
    let fewest = match stream.cadence {
        Cadence::Weekly | Cadence::Fortnightly => FEWEST.0,
        Cadence::FourWeekly | Cadence::SemiMonthly | Cadence::Monthly => FEWEST.1,
        // Casual work: never the same, but always on the pay day.
        Cadence::Irregular if keeps_weekday(&rows.iter().filter_map(|&row| look.day(row)).collect::<Vec<_>>()) => 2 * FEWEST.0,
        _ => return None,
    };
    if rows.len() < fewest || payer::is_person(look, stream, verdicts) || payer::is_unearned(look, stream) {
        return None;
    }
    let mut amounts: Vec<Cents> = rows.iter().map(|&row| look.finder.ledger.rows[row].amount).collect();
    amounts.sort_unstable();
    let middle = amounts[amounts.len() / 2];
    if middle < LEAST || look.people.own_name(&look.finder.narratives[rows[0]].folded, look.finder.ruleset) == Some(OwnName::Person) {
        return None;
    }
    let share = |is_so: &dyn Fn(&Cents) -> bool| amounts.iter().filter(|amount| is_so(amount)).count() * 100 / amounts.len();
    let in_cents = share(&|amount| amount.get() % 100 != 0);
    let is_round = share(&|amount| amount.get() % 1_000 == 0);
    let is_business = payer::says_company(look, stream) || rows.iter().any(|&row| verdicts[row].merchant.is_some());
    let (hits, gaps) = stream.on_time;
    let speaks = [
        (payer::says_cut_pay(look, stream), 4),
        (in_cents >= 60, 2),
        (is_round >= 80, -2),
        (is_bulk(look, stream), 2),
        (is_business, 2),
        (!is_business && payer::is_transfer(look, stream), -2),
        (rows.len() >= 2 * fewest, 1),
        (middle >= Cents::new(4 * LEAST.get()), 1),
        (gaps > 0 && hits * 10 < gaps * 8, -2),
    ];
    Some(speaks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, points)| points).sum())
}

/// True where a payer's bank sent it as one of many.
fn is_bulk(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let said = |&row: &usize| {
        let transaction = look.finder.ledger.rows[row].transaction();
        let service = transaction.extended.as_deref().and_then(|extended| extended.service.as_deref());
        transaction.apca_number.is_some() || service == Some("CATSCT")
    };
    stream.rows.iter().any(said) || payer::came_by(look, stream, &[Channel::DirectCredit])
}

/// True where nearly all rows fall on one weekday, or the day before it.
fn keeps_weekday(days: &[Date]) -> bool {
    let mut counts = [0_usize; 7];
    for day in days {
        counts[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())] += 1;
    }
    let Some((most, count)) = counts.iter().enumerate().max_by_key(|(weekday, count)| (**count, 7 - weekday)) else { return false };
    let before = counts[(most + 6) % 7];
    let whole = days.windows(2).filter(|pair| between(pair[0], pair[1]) % 7 == 0).count();
    (count + before) * 10 >= days.len() * 9 && whole * 10 >= days.len().saturating_sub(1) * 7
}
