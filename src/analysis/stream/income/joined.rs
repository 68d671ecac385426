//! Groups that are one stream: a job whose text changed, the receipts of one business.
//!
//! Bounded: a group is held against the few that ended shortly before it begins, never against all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Judged, Judgement, Look, names, payer};
use crate::analysis::days::{between, plus};
use crate::analysis::label::Verdict;
use crate::analysis::ruleset::words;
use crate::analysis::stream::{Cadence, Stream};
use crate::money::Cents;

/// Groups that ended shortly before another begins, of which each is looked at.
const MOST_LOOKED_AT: usize = 16;
/// Days between two groups of one job, beyond the cadence.
const GRACE: i64 = 4;
/// Longest time between two groups of one job: a month and a half.
const LONGEST: i64 = 46;
/// Two pays are one where the texts have nothing in common, in thousandths of the amount.
const SAME_PAY: i128 = 20;
/// Pays on either side that are compared.
const COMPARED: usize = 3;
/// Rows with invoices from which an account receives for a business, and of one customer from which it is a stream of its own.
const RECEIPTS: usize = 3;
/// Confidence of a receipt that an invoice's number tells.
const INVOICED: u16 = 850;

/// Recognises the receipts of a business: who writes invoice numbers is paid for work that is not employment. A customer who comes again
/// is a stream; those who come once or twice are one stream an account: customers come and go, the business goes on.
pub(super) fn business(look: &Look<'_, '_, '_>, groups: &mut Vec<Judged>, verdicts: &[Verdict]) {
    let (income, salary) = (look.known.business_income, look.known.salary);
    let mut of_account: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let is_receipt = match group.kind {
            Judgement::Income => {
                (group.category == income && group.rule.is_none_or(|rule| rule == "stream:same-payer"))
                    || (group.category == salary && says_invoice(look, &group.stream))
            }
            Judgement::Open => says_invoice(look, &group.stream) || payer::says_settlement(look, &group.stream),
            Judgement::Never => group.category == look.known.transfer_in && says_invoice(look, &group.stream),
        };
        if is_receipt {
            of_account.entry(group.stream.account).or_default().push(at);
        }
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for parts in of_account.into_values() {
        let rows: usize = parts.iter().map(|&at| groups[at].stream.rows.len()).sum();
        if rows < RECEIPTS && parts.iter().all(|&at| groups[at].category != income) {
            continue;
        }
        let parts = with_customers(look, groups, parts);
        for &at in &parts {
            let group = &mut groups[at];
            if group.category == income {
                continue;
            }
            (group.category, group.kind, group.confidence, group.rule) =
                (income, Judgement::Income, INVOICED, Some("stream:business-receipts"));
        }
        names::of_one_name(look, groups, &parts, verdicts, &mut gone);
        let few = parts.into_iter().filter(|at| !gone.contains(at) && groups[*at].stream.rows.len() < RECEIPTS);
        let few: Vec<usize> = few.collect();
        if let (true, Some(stream)) = (few.len() > 1, union(look, few.iter().map(|&at| &groups[at].stream), verdicts)) {
            groups[few[0]].stream = stream;
            gone.extend(&few[1..]);
        }
    }
    drop_gone(groups, &gone);
}

/// Puts what one company or fund pays out into one stream: interim and final dividends differ in their text.
pub(super) fn dividends(look: &Look<'_, '_, '_>, groups: &mut Vec<Judged>, verdicts: &[Verdict]) {
    let mut of_company: BTreeMap<(usize, Vec<String>), Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate().filter(|(_, group)| group.category == look.known.investment_income) {
        let mut name = payer::distinctive(look, &group.stream);
        name.retain(|word| !payer::is_of_dividends(word));
        if !name.is_empty() {
            of_company.entry((group.stream.account, name)).or_default().push(at);
        }
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for parts in of_company.into_values().filter(|parts| parts.len() > 1) {
        let single = parts.iter().all(|&at| groups[at].stream.cadence == Cadence::Irregular);
        if let (true, Some(stream)) = (single, union(look, parts.iter().map(|&at| &groups[at].stream), verdicts)) {
            groups[parts[0]].stream = stream;
            gone.extend(&parts[1..]);
        }
    }
    drop_gone(groups, &gone);
}

/// Receipts, with what else their customers pay: not every payment names its invoice.
fn with_customers(look: &Look<'_, '_, '_>, groups: &[Judged], mut parts: Vec<usize>) -> Vec<usize> {
    let customers: BTreeSet<Vec<String>> = parts.iter().map(|&at| look.name(&groups[at].stream)).filter(|name| name.len() > 1).collect();
    let account = parts.first().map(|&at| groups[at].stream.account);
    let may_be = |group: &Judged| match group.kind {
        Judgement::Open => true,
        Judgement::Never => group.category == look.known.transfer_in,
        Judgement::Income => false,
    };
    let others = groups.iter().enumerate().filter(|(at, group)| {
        Some(group.stream.account) == account && may_be(group) && !parts.contains(at) && customers.contains(&look.name(&group.stream))
    });
    let others: Vec<usize> = others.map(|(at, _)| at).collect();
    parts.extend(others);
    parts.sort_unstable();
    parts
}

/// True where the text of a group speaks of an invoice: the word, or INV with a number.
fn says_invoice(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let row = stream.rows[0];
    let reference = look.finder.ledger.rows[row].transaction().reference.as_deref().map(|text| words::fold(words::readable(text)));
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let says = |text: &str| {
        let list: Vec<&str> = words::words(text).collect();
        list.iter().enumerate().any(|(at, word)| match word.strip_prefix("INVOICE").or_else(|| word.strip_prefix("INV")) {
            Some("") => *word == "INVOICE" || list.get(at + 1).is_some_and(|next| is_number(next)),
            Some(rest) => is_number(rest),
            None => false,
        })
    };
    says(&look.finder.narratives[row].folded) || reference.is_some_and(|reference| says(&reference))
}

/// Joins groups of one account that go on from one another: one employer under a new text, a payroll provider that changed, a benefit.
pub(super) fn continuing(look: &Look<'_, '_, '_>, groups: &mut Vec<Judged>, verdicts: &[Verdict]) {
    let mut order: Vec<(usize, Date, usize)> = (groups.iter().enumerate())
        .filter(|(_, group)| group.kind != Judgement::Never)
        .filter_map(|(at, group)| Some((group.stream.account, look.day(group.stream.rows[0])?, at)))
        .collect();
    order.sort_unstable();
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for of_account in order.chunk_by(|a, b| a.0 == b.0) {
        // The groups by their last day; a joined one stands under its new last day.
        let mut ended: BTreeSet<(Date, usize)> = BTreeSet::new();
        for &(_, first, at) in of_account {
            let near = ended.range((plus(first, -LONGEST), 0)..(first, 0)).rev().take(MOST_LOOKED_AT);
            let before = near.map(|&(_, before)| before).find(|&before| goes_on(look, &groups[before], &groups[at]));
            let joined = before.and_then(|before| Some((before, union(look, [before, at].map(|at| &groups[at].stream), verdicts)?)));
            if let Some((before, stream)) = joined {
                if let Some(day) = look.day(last(&groups[before].stream)) {
                    ended.remove(&(day, before));
                }
                take_over(look, groups, (before, at), stream);
                gone.insert(at);
                ended.extend(look.day(last(&groups[before].stream)).map(|day| (day, before)));
            } else {
                ended.extend(look.day(last(&groups[at].stream)).map(|day| (day, at)));
            }
        }
    }
    drop_gone(groups, &gone);
}

/// The joined group is what the surer of the two is.
fn take_over(look: &Look<'_, '_, '_>, groups: &mut [Judged], (before, at): (usize, usize), stream: Stream) {
    let is_income = |group: &Judged| group.kind == Judgement::Income;
    let sure = match (is_income(&groups[before]), is_income(&groups[at])) {
        (true, true) if groups[at].category == look.known.gov_other => before,
        (true, true) if groups[before].category == look.known.gov_other => at,
        (true, true) if groups[at].confidence > groups[before].confidence => at,
        (false, true) => at,
        _ => before,
    };
    let from = groups[sure].clone();
    let kept = &mut groups[before];
    (kept.category, kept.kind, kept.confidence) = (from.category, from.kind, from.confidence);
    kept.rule = from.rule.or(Some("stream:goes-on"));
    kept.stream = stream;
}

/// True where two groups of income are of one kind: a benefit whose kind the bank does not print may be any.
pub(super) fn is_one_kind(look: &Look<'_, '_, '_>, a: &Judged, b: &Judged) -> bool {
    let is_gov = |group: &Judged| look.finder.ruleset.code(group.category).starts_with("GOV_");
    let other = look.known.gov_other;
    a.category == b.category || (is_gov(a) && is_gov(b) && (a.category == other || b.category == other))
}

/// True where one group is the other under a new text.
fn goes_on(look: &Look<'_, '_, '_>, before: &Judged, after: &Judged) -> bool {
    let ruleset = look.finder.ruleset;
    if before.kind == Judgement::Open && after.kind == Judgement::Open {
        return false;
    }
    let are_income = before.kind == Judgement::Income && after.kind == Judgement::Income;
    if are_income && !is_one_kind(look, before, after) {
        return false;
    }
    let (Some(end), Some(start)) = (look.day(last(&before.stream)), look.day(after.stream.rows[0])) else { return false };
    let cadence = if before.stream.cadence == Cadence::Irregular { after.stream.cadence } else { before.stream.cadence };
    let Some(days) = cadence.days() else { return false };
    let (first, second) = (before.stream.cadence, after.stream.cadence);
    let one_rhythm = first == second || first == Cadence::Irregular || second == Cadence::Irregular;
    // One missed slot is allowed.
    let gap = between(end, start);
    let on_slot = (gap - days).abs() <= GRACE || (gap - 2 * days).abs() <= GRACE;
    if !one_rhythm || !on_slot {
        return false;
    }
    if are_income && ruleset.code(before.category).starts_with("GOV_") {
        return true;
    }
    let (own, theirs) = (payer::distinctive(look, &before.stream), payer::distinctive(look, &after.stream));
    let shares_name = own.iter().any(|word| theirs.contains(word));
    let is_person = [before, after].iter().any(|group| group.kind == Judgement::Open && payer::is_unearned(look, &group.stream));
    !is_person && (shares_name && are_near(look, before, after, 500) || are_near(look, before, after, SAME_PAY))
}

/// True where the last pays of one and the first of the other differ by no more than so many thousandths.
pub(super) fn are_near(look: &Look<'_, '_, '_>, before: &Judged, after: &Judged, thousandths: i128) -> bool {
    let amount = |row: &usize| look.finder.ledger.rows[*row].amount;
    let old = typical(before.stream.rows.iter().rev().take(COMPARED).map(amount).collect());
    let new = typical(after.stream.rows.iter().take(COMPARED).map(amount).collect());
    (old.get() - new.get()).abs() * 1_000 <= old.get().max(new.get()) * thousandths
}

fn typical(mut amounts: Vec<Cents>) -> Cents {
    amounts.sort_unstable();
    amounts.get(amounts.len() / 2).copied().unwrap_or(Cents::ZERO)
}

fn last(stream: &Stream) -> usize {
    stream.rows[stream.rows.len() - 1]
}

/// One stream of the rows of several.
pub(super) fn union<'s>(look: &Look<'_, '_, '_>, streams: impl IntoIterator<Item = &'s Stream>, verdicts: &[Verdict]) -> Option<Stream> {
    let mut rows: Vec<usize> = streams.into_iter().flat_map(|stream| stream.rows.iter().chain(&stream.returned).copied()).collect();
    rows.sort_unstable();
    look.finder.measure(&rows, verdicts)
}

pub(super) fn drop_gone(groups: &mut Vec<Judged>, gone: &BTreeSet<usize>) {
    let mut at = 0;
    groups.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}
