//! From groups of rows to streams, with all that is said of them.

use std::borrow::Cow;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::calendar::{Holidays, date};
use super::confirming::Promises;
use super::fit::Item;
use super::grouping::{self, Group, Groups, Key};
use super::method::Method;
use super::series::{Demands, Series, median};
use super::{Stream, Streams, joining, splitting};
use crate::analysis::days;
use crate::analysis::label::{Narratives, Verdict};
use crate::analysis::ledger::Ledger;
use crate::analysis::ledger::content::push_hex;
use crate::analysis::ruleset::{Category, Nature, Ruleset};

/// Days of holidays that are known after `asOf`: the next payment of a yearly stream.
const DAYS_AHEAD: i64 = 430;

/// Finds the streams of a settled ledger.
#[derive(Debug)]
pub(crate) struct Finder<'f, 'a> {
    /// The rows.
    pub(super) ledger: &'f Ledger<'a>,
    /// Their narratives.
    pub(super) narratives: &'f Narratives,
    /// The rules.
    pub(super) ruleset: &'f Ruleset,
    pub(super) holidays: Holidays,
    pub(super) promises: Promises,
    pub(super) keys: Vec<Key>,
    groups: Groups,
    /// For each row the group that it is in.
    group_of: Vec<Option<u32>>,
}

/// Rows of one counterparty that were looked at.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) account: usize,
    pub(super) is_credit: bool,
    /// Index into the keys.
    pub(super) key: usize,
    pub(super) series: Series,
}

impl Found {
    fn into_group(self) -> Group {
        let mut items = self.series.items;
        items.extend(self.series.returned);
        items.sort_unstable_by_key(|item| (item.day, item.row));
        Group { account: self.account, is_credit: self.is_credit, key: self.key, said: None, items }
    }
}

/// The streams of a group, and the rows that are in none.
#[derive(Debug)]
struct Taken {
    streams: Vec<Series>,
    rest: Vec<Item>,
}

impl Taken {
    /// True where all rows but one in six fill slots of one stream.
    fn is_one_stream(&self) -> bool {
        let [only] = &*self.streams else { return false };
        self.explained() * 6 >= (only.items.len() + only.returned.len() + self.rest.len()) * 5
    }

    /// Rows that fill slots.
    fn explained(&self) -> usize {
        self.streams.iter().map(|series| series.slots.iter().flatten().count() + series.returned.len()).sum()
    }

    fn give(self, group: &Group, found: &mut Vec<Found>) {
        let rest = (!self.rest.is_empty()).then(|| Series::irregular(self.rest));
        let of = |series| Found { account: group.account, is_credit: group.is_credit, key: group.key, series };
        found.extend(self.streams.into_iter().chain(rest).map(of));
    }
}

/// Groups as one, under the key of the one with the most rows.
fn union(groups: &[&Group]) -> Group {
    let mut items: Vec<Item> = groups.iter().flat_map(|group| group.items.iter().copied()).collect();
    items.sort_unstable_by_key(|item| (item.day, item.row));
    let most = groups.iter().rev().max_by_key(|group| group.items.len()).unwrap_or(&groups[0]);
    Group { account: most.account, is_credit: most.is_credit, key: most.key, said: most.said, items }
}

/// The usual amount of a group.
fn level(group: &Group) -> i64 {
    median(&mut group.items.iter().map(|item| item.amount).collect::<Vec<_>>())
}

impl<'f, 'a> Finder<'f, 'a> {
    pub(super) fn new(ledger: &'f Ledger<'a>, narratives: &'f Narratives, verdicts: &[Verdict], ruleset: &'f Ruleset) -> Self {
        let mut groups = grouping::groups(ledger, narratives, verdicts, ruleset);
        let keys = std::mem::take(&mut groups.keys);
        let first = ledger.rows.first().and_then(|row| row.day).unwrap_or(ledger.as_of);
        let holidays = Holidays::new(days::plus(first, -DAYS_AHEAD), days::plus(ledger.as_of, DAYS_AHEAD), ruleset);
        let mut group_of = vec![None; ledger.rows.len()];
        for (number, group) in (0_u32..).zip(&groups.all) {
            group.items.iter().for_each(|item| group_of[item.row] = Some(number));
        }
        Self { ledger, narratives, ruleset, holidays, promises: Promises::of(ledger), keys, groups, group_of }
    }

    /// All groups of credits that may be income, by first row: one payer each on one account, with cadence (IRREGULAR where there is
    /// none, of one row upward), levels and status. Own transfers, reversals, refunds and payments to debts are not among them; all else
    /// is, what is never income too: see the category.
    pub(super) fn credits(&self, verdicts: &[Verdict]) -> Vec<Stream> {
        let mut found = Vec::new();
        for family in self.families(true) {
            for (group, taken) in self.of_family(family, verdicts) {
                taken.give(&group, &mut found);
            }
        }
        let found = joining::join(found, &self.keys, self.ledger, &self.holidays);
        self.streams(found, verdicts)
    }

    /// The groups of one payer: each by itself, or all of them, or those of about one amount, as one, where that explains more rows. A bank
    /// writes one payer now so, now otherwise.
    fn of_family<'g>(&self, family: Vec<&'g Group>, verdicts: &[Verdict]) -> Vec<(Cow<'g, Group>, Taken)> {
        let mut own: Vec<(Cow<'g, Group>, Taken)> =
            family.into_iter().map(|group| (Cow::Borrowed(group), self.credits_of(group, verdicts))).collect();
        if own.len() == 1 || own.iter().all(|(_, taken)| taken.is_one_stream()) {
            return own;
        }
        let usual = own.iter().max_by_key(|(group, _)| group.items.len()).map_or(0, |(group, _)| level(group));
        for is_near in [|_: i64, _: i64| true, |level: i64, usual: i64| level.abs_diff(usual) <= usual.unsigned_abs() * 35 / 100] {
            let parts: Vec<&Group> = own.iter().map(|(group, _)| &**group).filter(|group| is_near(level(group), usual)).collect();
            if parts.len() < 2 {
                continue;
            }
            let whole = union(&parts);
            let taken = self.credits_of(&whole, verdicts);
            let alone = own.iter().filter(|(group, _)| is_near(level(group), usual)).map(|(_, taken)| taken);
            let (explained, streams) =
                alone.fold((0, 0), |(rows, streams), taken| (rows + taken.explained(), streams + taken.streams.len()));
            let is_simpler = taken.streams.len() < streams && taken.explained() * 10 >= explained * 9;
            if is_simpler || taken.explained() > explained {
                own.retain(|(group, _)| !is_near(level(group), usual));
                own.push((Cow::Owned(whole), taken));
                return own;
            }
        }
        own
    }

    fn credits_of(&self, group: &Group, verdicts: &[Verdict]) -> Taken {
        let demands = self.demands(group, verdicts);
        let may_be_income = matches!(demands.nature, Nature::Bill | Nature::Pay);
        let (series, mut rest) = if may_be_income {
            splitting::by_day(group.items.clone(), demands, &self.holidays)
        } else {
            splitting::by_amount(self.ledger, group.items.clone(), demands, &self.holidays)
        };
        let mut streams = splitting::joined(series, |_, _| true);
        // Few rows beside the pay of one employer are a bonus, a correction; many are something else of theirs.
        if let [only] = &mut *streams
            && may_be_income
            && rest.len() * 3 <= only.items.len()
        {
            only.take_in(std::mem::take(&mut rest));
        }
        Taken { streams, rest }
    }

    /// The streams of debits, by first row.
    pub(super) fn debits(&self, verdicts: &[Verdict]) -> Vec<Stream> {
        let mut found = Vec::new();
        for family in self.families(false) {
            // What is bought at a till is no part of what comes again, whoever sells it.
            let (habits, others): (Vec<&Group>, Vec<&Group>) =
                family.into_iter().partition(|group| self.demands(group, verdicts).nature == Nature::Habit);
            for groups in [habits, others].into_iter().filter(|groups| !groups.is_empty()) {
                let whole = if let [only] = *groups { Cow::Borrowed(only) } else { Cow::Owned(union(&groups)) };
                self.debits_of(&whole, verdicts).give(&whole, &mut found);
            }
        }
        let found = joining::join(found, &self.keys, self.ledger, &self.holidays);
        let mut found = self.of_one_word(found, verdicts);
        found.retain(|found| found.series.rhythm.is_some());
        self.streams(found, verdicts)
    }

    /// Tries rows without a rhythm again together with others of about the same amount whose texts share a word: a biller that the bank
    /// names now so, now otherwise.
    fn of_one_word(&self, found: Vec<Found>, verdicts: &[Verdict]) -> Vec<Found> {
        let (mut all, loose): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.series.rhythm.is_some());
        for alike in joining::alike(loose, &self.keys) {
            let groups: Vec<Group> = alike.into_iter().map(Found::into_group).collect();
            let whole = union(&groups.iter().collect::<Vec<_>>());
            self.debits_of(&whole, verdicts).give(&whole, &mut all);
        }
        all
    }

    fn debits_of(&self, group: &Group, verdicts: &[Verdict]) -> Taken {
        if group.items.len() < 2 {
            return Taken { streams: Vec::new(), rest: group.items.clone() };
        }
        let demands = self.demands(group, verdicts);
        let (series, rest) = splitting::by_amount(self.ledger, group.items.clone(), demands, &self.holidays);
        let streams = splitting::joined(series, Series::may_be_repriced_as);
        Taken { streams, rest: if demands.nature == Nature::Habit { Vec::new() } else { rest } }
    }

    fn families(&self, is_credit: bool) -> impl Iterator<Item = Vec<&Group>> {
        let family = |numbers: &Vec<usize>| numbers.iter().map(|&number| &self.groups.all[number]).collect::<Vec<_>>();
        self.groups.families.iter().map(family).filter(move |family| family[0].is_credit == is_credit)
    }

    /// One stream of these rows, whatever their rhythm: all must be of one account and direction, in the ledger's order, at least one that
    /// did not come back and that [`Self::credits`] or [`Self::debits`] looked at. For streams that are joined or parted: it measures
    /// everything anew. `None` of no such row.
    pub(super) fn measure(&self, rows: &[usize], verdicts: &[Verdict]) -> Option<Stream> {
        let mut items: Vec<Item> = rows.iter().filter_map(|&row| grouping::item(row, &self.ledger.rows[row])).collect();
        items.sort_unstable_by_key(|item| (item.day, item.row));
        let row = &self.ledger.rows[*rows.first()?];
        // A row that was in no group, such as one given back, has no key of its own.
        let key = rows.iter().find_map(|&row| self.group_of[row]).map(|group| self.groups.all[group as usize].key)?;
        let group = Group { account: row.account, is_credit: row.amount.is_positive(), key, said: None, items };
        let demands = self.demands(&group, verdicts);
        let (series, rest) = splitting::by_day(group.items, demands, &self.holidays);
        let mut series = splitting::joined(series, |_, _| true).into_iter();
        let mut whole = series.next().unwrap_or_else(|| Series::irregular(Vec::new()));
        let others = series.flat_map(|series| series.items.into_iter().chain(series.returned));
        whole.take_in(rest.into_iter().chain(others).collect());
        // A rhythm of fewer than half of the rows is none of the whole.
        let filled = whole.slots.iter().flatten().count();
        if filled * 2 < whole.items.len() {
            whole = Series::irregular(std::mem::take(&mut whole.items).into_iter().chain(std::mem::take(&mut whole.returned)).collect());
        }
        self.stream(Found { account: group.account, is_credit: group.is_credit, key, series: whole }, verdicts)
    }

    /// The rows of a stream as one without a rhythm, where its day is no promise of its amount.
    pub(super) fn without_rhythm(&self, stream: &Stream, verdicts: &[Verdict]) -> Option<Stream> {
        let mut items: Vec<Item> =
            stream.rows.iter().chain(&stream.returned).filter_map(|&row| grouping::item(row, &self.ledger.rows[row])).collect();
        items.sort_unstable_by_key(|item| (item.day, item.row));
        let key = stream.rows.iter().find_map(|&row| self.group_of[row]).map(|group| self.groups.all[group as usize].key)?;
        let series = Series::irregular(items);
        self.stream(Found { account: stream.account, is_credit: stream.is_credit, key, series }, verdicts)
    }

    /// Puts the streams in order and gives each its id.
    pub(super) fn close(&self, mut all: Vec<Stream>) -> Streams {
        all.sort_by_key(|stream| stream.rows.first().copied());
        let mut of_row = vec![None; self.ledger.rows.len()];
        for (at, stream) in (0_u32..).zip(&mut all) {
            stream.id = self.id(stream);
            for &row in stream.rows.iter().chain(&stream.returned) {
                of_row[row] = Some(at);
            }
        }
        Streams { all, of_row }
    }

    fn id(&self, stream: &Stream) -> Arc<str> {
        let Some(row) = stream.rows.first().map(|&row| &self.ledger.rows[row]) else { return Arc::clone(&stream.id) };
        let mut hash = Sha256::new();
        let direction = if stream.is_credit { "CREDIT" } else { "DEBIT" };
        let customer = &self.ledger.submission.customers[row.customer].customer_id;
        for text in [&**customer, &self.ledger.account_of(row).account_id, direction, row.id()] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        let mut id = String::with_capacity(32);
        push_hex(&mut id, &hash.finalize()[..16]);
        id.into()
    }

    fn demands(&self, group: &Group, verdicts: &[Verdict]) -> Demands {
        let category = self.category_of(group.items.iter().map(|item| item.row), verdicts);
        let method = Method::of_most(self.ledger, self.narratives, group.items.iter().map(|item| item.row));
        let may_be_two = (2..=3).contains(&group.items.len()) && !group.is_credit;
        Demands {
            nature: match self.ruleset.nature(category) {
                // Of money in only guessed refunds are looked at: they may be pay.
                Nature::Never if group.is_credit => Nature::Pay,
                nature => nature,
            },
            is_billed: method.is_of_bills(),
            is_transfer: method == Method::Transfer,
            promised: may_be_two && self.is_promised(group, verdicts),
            known: self.ruleset.two_are_enough(category),
            is_credit: group.is_credit,
        }
    }

    /// The category of most rows that say what they are, of equals the one that the last has; of all rows where none says it.
    pub(super) fn category_of(&self, rows: impl DoubleEndedIterator<Item = usize>, verdicts: &[Verdict]) -> Category {
        let mut counts: Vec<(Category, (bool, usize))> = Vec::new();
        for row in rows.rev() {
            let category = verdicts[row].category;
            match counts.iter_mut().find(|(of, _)| *of == category) {
                Some((_, (_, count))) => *count += 1,
                None => counts.push((category, (grouping::said(category, self.ruleset).is_some(), 1))),
            }
        }
        let most = counts.iter().map(|(_, count)| *count).max();
        counts.into_iter().find(|(_, count)| Some(*count) == most).map_or(self.ruleset.known().uncategorised, |(category, _)| category)
    }

    fn is_promised(&self, group: &Group, verdicts: &[Verdict]) -> bool {
        let Some(last) = group.items.last() else { return false };
        let names = [&*self.keys[group.key].text, &self.party(last.row, group.key, verdicts)];
        !self.promises.confirm(group.account, &names, &group.items, date(last.day), DAYS_AHEAD).is_empty()
    }

    fn streams(&self, found: Vec<Found>, verdicts: &[Verdict]) -> Vec<Stream> {
        let mut streams: Vec<Stream> = found.into_iter().filter_map(|found| self.stream(found, verdicts)).collect();
        streams.sort_by_key(|stream| stream.rows.first().copied());
        streams
    }
}
