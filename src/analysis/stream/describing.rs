//! All that a stream says of itself, from the rows that it is made of.

use super::calendar::date;
use super::finder::{Finder, Found};
use super::grouping::Source;
use super::levels::{Levels, levels};
use super::series::Series;
use super::standing::{irregular_month, month, on_time, standing};
use super::{Attribution, Cadence, Corroboration, KeyKind, LevelChange, Stream};
use crate::analysis::days::Window;
use crate::analysis::label::Verdict;
use crate::analysis::ruleset::words;
use crate::money::Cents;

/// Thousandths of confidence: of a stream at all, for each payment in its slot up to eight, for amounts that hold, for what is said of it
/// elsewhere; and what a payment that is missing or beside it takes away, all of them.
const AT_ALL: u32 = 640;
const EACH_HIT: u32 = 30;
const MOST_HITS: u32 = 8;
const HOLDS: u32 = 40;
const CONFIRMED: u32 = 40;
const ASTRAY: u32 = 300;
/// Without a rhythm.
const IRREGULAR: u16 = 500;
const MOST: u32 = 990;

impl Finder<'_, '_> {
    /// A stream of rows that were looked at; `None` where all of them came back.
    pub(super) fn stream(&self, found: Found, verdicts: &[Verdict]) -> Option<Stream> {
        let Found { account, is_credit, key, series } = found;
        let last = series.items.last()?;
        let (first_day, last_day) = (date(series.items.first()?.day), date(last.day));
        let covered = self.ledger.usable(account).or_else(|| Window::new(first_day, last_day))?;
        let places: Vec<usize> = (0..series.items.len()).filter(|&at| series.slots[at].is_some()).collect();
        let amounts: Vec<i64> = places.iter().map(|&at| series.items[at].amount).collect();
        let levels = levels(&amounts, !is_credit);
        let cadence = series.cadence();
        let stands = standing(&series, &levels, covered, is_credit, &self.holidays);
        let is_regular = series.rhythm.is_some();
        let monthly = match () {
            () if is_regular => month(cadence, levels.current),
            () if is_credit => irregular_month(&series, covered),
            () => None,
        };
        let party = self.party(last.row, key, verdicts);
        let corroborated_by = if is_credit {
            Vec::new()
        } else {
            let names = [&*self.keys[key].text, &*party];
            let within = cadence.days().unwrap_or(0) * 3 / 2;
            self.promises.confirm(account, &names, &series.items, last_day, within)
        };
        let (key_kind, key) = self.key(&series, key);
        Some(Stream {
            id: "".into(),
            is_credit,
            is_income: false,
            party,
            key_kind,
            key,
            category: self.category_of(series.items.iter().map(|item| item.row), verdicts),
            account,
            rows: series.items.iter().map(|item| item.row).collect(),
            slots: series.slots.iter().map(|slot| slot.map(date)).collect(),
            cadence,
            rhythm: series.rhythm,
            status: stands.status,
            on_time: if is_regular { on_time(&series) } else { (0, 0) },
            missed: series.missed.iter().chain(&stands.missed).map(|slot| date(*slot)).collect(),
            outliers: outliers(&series, &levels, &places, is_credit),
            level_start: levels.starts.last().and_then(|&start| places.get(start)).copied().unwrap_or(0),
            level_changes: changes(&series, &levels, &places),
            amount: is_regular.then(|| cents(levels.current)),
            monthly,
            next: stands.next,
            returned: series.returned.iter().map(|item| item.row).collect(),
            attribution: Attribution::Unknown,
            confidence: confidence(&series, &levels, &corroborated_by),
            corroborated_by,
        })
    }

    /// The payer or payee of a row as a person would read it.
    pub(super) fn party(&self, row: usize, key: usize, verdicts: &[Verdict]) -> Box<str> {
        let transaction = self.ledger.rows[row].transaction();
        let extended = transaction.extended.as_deref();
        let is_credit = transaction.amount.is_positive();
        if let Some(pair) = self.ledger.rows[row].pair.map(|pair| &self.ledger.pairing.pairs[pair]) {
            let debt = self.ledger.accounts[self.ledger.rows[pair.credit].account].first();
            let name = debt.nickname.as_deref().or(debt.display_name.as_deref()).or(debt.product_name.as_deref());
            return name.map_or_else(|| self.keys[key].text.clone(), |name| words::readable(name).into());
        }
        let named = if is_credit {
            extended.and_then(|extended| extended.payer.as_deref())
        } else {
            let payee = extended.and_then(|extended| extended.payee.as_deref());
            transaction.biller_name.as_deref().or(transaction.merchant_name.as_deref()).or(payee)
        };
        verdicts[row].merchant.as_deref().or(named).map_or_else(|| self.keys[key].text.clone(), |name| words::readable(name).into())
    }

    fn key(&self, series: &Series, key: usize) -> (KeyKind, Box<str>) {
        let key = &self.keys[key];
        let number = |row: usize| self.ledger.rows[row].transaction().apca_number.as_deref();
        let first = series.items.first().and_then(|item| number(item.row));
        match first.filter(|first| series.items.iter().all(|item| number(item.row) == Some(first))) {
            Some(number) => (KeyKind::ApcaNumber, format!("{number} {}", key.text).into()),
            None if key.source == Source::Payer => (KeyKind::NppPayer, key.text.clone()),
            None => (KeyKind::Text, key.text.clone()),
        }
    }
}

fn cents(amount: i64) -> Cents {
    Cents::new(i128::from(amount))
}

/// Payments out of line, and of income those beside the rhythm.
fn outliers(series: &Series, levels: &Levels, places: &[usize], is_credit: bool) -> Vec<usize> {
    let mut all: Vec<usize> = levels.outliers.iter().map(|&at| places[at]).collect();
    if is_credit && series.rhythm.is_some() {
        all.extend((0..series.items.len()).filter(|&at| series.slots[at].is_none()));
        all.sort_unstable();
    }
    all
}

fn changes(series: &Series, levels: &Levels, places: &[usize]) -> Vec<LevelChange> {
    let of = |(pair, &start): (&[i64], &usize)| {
        let item = series.items[places[start]];
        LevelChange { date: date(item.day), from: cents(pair[0]), to: cents(pair[1]) }
    };
    levels.medians.windows(2).zip(levels.starts.iter().skip(1)).map(of).collect()
}

fn confidence(series: &Series, levels: &Levels, corroborated_by: &[Corroboration]) -> u16 {
    if series.cadence() == Cadence::Irregular {
        return IRREGULAR;
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let filled = count(series.slots.iter().flatten().count());
    let astray = count(series.items.len()) - filled + count(series.missed.len());
    let holds = if levels.outliers.len() * 4 <= series.items.len() { HOLDS } else { 0 };
    let confirmed = if corroborated_by.is_empty() { 0 } else { CONFIRMED };
    let whole = AT_ALL + EACH_HIT * filled.min(MOST_HITS) + holds + confirmed;
    let share = ASTRAY.saturating_mul(astray) / (filled + astray).max(1);
    u16::try_from(whole.saturating_sub(share).clamp(u32::from(IRREGULAR), MOST)).unwrap_or(IRREGULAR)
}
