//! From books to truth: what was noted by row becomes what is true by `transactionId`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::book::{At, Book, Stream};
use super::calendar::{after, complete_months};
use super::finish::{Written, sums};
use super::payload::Envelope;
use super::truth::{
    AccountTruth, Applicant, Commitment, Duplicate, Failure, HardNegative, IncomeStream, Repeat, RiskFact, RowTruth, Series, Transfer,
    Truth,
};

/// Ids of the rows of the books that the payload has; of joint accounts those of the first view.
struct Ids(BTreeMap<At, String>);

impl Ids {
    fn of(&self, rows: &[At]) -> Vec<String> {
        rows.iter().filter_map(|row| self.0.get(row).cloned()).collect()
    }

    fn one(&self, row: Option<At>) -> Option<String> {
        row.and_then(|row| self.0.get(&row).cloned())
    }
}

/// What is true of a household.
pub(crate) fn truth(book: &Book, written: &[Written], envelope: Envelope, index: u64) -> Truth {
    let first_view = written.iter().filter(|row| book.accounts[row.account].copy_of.is_none());
    let ids = Ids(first_view.map(|row| (row.at, row.id.clone())).collect());
    let streams: Vec<IncomeStream> = book.streams.iter().filter_map(|stream| income(book, stream, &ids)).collect();
    Truth {
        index,
        split: book.split,
        kind: book.kind,
        from: book.from,
        as_of: book.as_of,
        clean: book.clean,
        ids_given: envelope.ids_given,
        applicants: applicants(book, &streams),
        accounts: accounts(book, written, envelope),
        rows: rows(book, written),
        transfers: transfers(book, &ids),
        failures: failures(book, &ids),
        refunds: book.refunds.iter().filter_map(|&(refund, bought)| Some((ids.one(Some(refund))?, ids.one(Some(bought))?))).collect(),
        duplicates: duplicates(book, written),
        pending: book.pending.iter().filter_map(|&(row, twin)| Some((ids.one(Some(row))?, ids.one(twin)))).collect(),
        gaps: book.gaps.iter().map(|&(account, from, to)| (book.accounts[account].id.clone(), from, to)).collect(),
        streams,
        hard_negatives: (book.hard_negatives.iter())
            .map(|(what, rows)| HardNegative { what, ids: ids.of(rows) })
            .filter(|negative| negative.ids.len() > 2)
            .collect(),
        series: series(book, &ids),
        commitments: commitments(book, &ids),
        risks: risks(book, written, &ids),
    }
}

fn rows(book: &Book, written: &[Written]) -> BTreeMap<String, RowTruth> {
    let of = |row: &Written| {
        let from = &book.rows[row.at];
        let truth = RowTruth {
            account_id: book.accounts[row.account].id.clone(),
            day: from.day,
            cents: from.cents,
            category: from.category,
            stratum: from.stratum,
            bank: book.bank(row.account).bank,
            description: row.description.clone(),
            posted: from.posted,
        };
        (row.id.clone(), truth)
    };
    written.iter().map(of).collect()
}

fn accounts(book: &Book, written: &[Written], envelope: Envelope) -> Vec<AccountTruth> {
    let of = |at: usize| {
        let account = &book.accounts[at];
        let days = written.iter().filter(|row| row.account == at && book.rows[row.at].posted).map(|row| book.rows[row.at].day);
        let covered = if envelope.window_stated { Some((book.from, book.as_of)) } else { days.clone().min().zip(days.max()) };
        let moved = sums(book, account.copy_of.unwrap_or(at));
        let mut balance = account.opening;
        let mut end_of_day = Vec::new();
        let mut day = book.from;
        while day <= book.as_of {
            balance += moved.get(&day).copied().unwrap_or(0);
            if covered.is_some_and(|(from, to)| (from..=to).contains(&day)) {
                end_of_day.push((day, balance));
            }
            day = after(day, 1);
        }
        AccountTruth {
            account_id: account.id.clone(),
            bank: book.customers[account.customer].bank.bank,
            anchor: account.anchor,
            copy_of: account.copy_of.map(|of| book.accounts[of].id.clone()),
            end_of_day,
        }
    };
    (0..book.accounts.len()).map(of).collect()
}

fn income(book: &Book, stream: &Stream, ids: &Ids) -> Option<IncomeStream> {
    let named = ids.of(&stream.rows);
    if named.len() < 2 {
        return None;
    }
    let monthly = match stream.every {
        Some(every) => {
            let enough = if every.days() > 100 { 2 } else { 3 };
            (named.len() >= enough).then(|| every.monthly(stream.level))
        }
        None => lowest_mean(book, stream),
    };
    Some(IncomeStream {
        category: stream.category,
        payer: stream.payer.clone(),
        account_id: book.accounts[stream.account].id.clone(),
        cadence: stream.every.map_or("IRREGULAR", super::calendar::Every::cadence),
        ids: named,
        monthly,
        ended: stream.ended,
        other_holder: stream.other_holder,
    })
}

/// The lowest of the means over the last 3, 6 and 12 complete months, as far as the window has them.
fn lowest_mean(book: &Book, stream: &Stream) -> Option<i64> {
    let months = complete_months(book.from, book.as_of);
    let credits: Vec<(Date, i64)> = stream.rows.iter().map(|&row| (book.rows[row].day, book.rows[row].cents)).collect();
    if months.len() < 3 || credits.len() < 4 {
        return None;
    }
    let mean = |count: usize| {
        let (first, last) = (months.get(months.len().checked_sub(count)?)?.0, months.last()?.1);
        let sum: i64 = credits.iter().filter(|(day, _)| (first..=last).contains(day)).map(|(_, cents)| cents).sum();
        let count = i64::try_from(count).ok()?;
        Some((sum * 2 + count) / (count * 2))
    };
    [3, 6, 12].into_iter().filter_map(mean).min()
}

fn applicants(book: &Book, streams: &[IncomeStream]) -> Vec<Applicant> {
    let of = |person: usize| {
        // A joint account counts in full for each applicant that shared it.
        let shared = |id: &str| {
            let views = book
                .accounts
                .iter()
                .enumerate()
                .filter(|(at, account)| account.id == id || account.copy_of.is_some_and(|of| book.accounts[of].id == id && *at != of));
            views.into_iter().any(|(_, account)| book.customers[account.customer].person == person)
        };
        let theirs = streams.iter().filter(|stream| !stream.ended && !stream.other_holder && shared(&stream.account_id));
        Applicant {
            id: book.people[person].applicant_id.clone(),
            name: book.people[person].name(),
            ongoing_monthly: theirs.filter_map(|stream| stream.monthly).sum(),
        }
    };
    (0..book.people.len()).map(of).collect()
}

fn transfers(book: &Book, ids: &Ids) -> Vec<Transfer> {
    let whole = book.moves.iter().filter(|one| one.debits.iter().chain(&one.credits).all(|row| ids.0.contains_key(row)));
    whole.map(|one| Transfer { debits: ids.of(&one.debits), credits: ids.of(&one.credits), household: one.household }).collect()
}

fn failures(book: &Book, ids: &Ids) -> Vec<Failure> {
    let of = |failed: &super::book::Failed| Failure {
        debit: ids.one(failed.debit),
        reversal: ids.one(failed.reversal),
        fee: ids.one(failed.fee),
        represented: ids.one(failed.represented),
    };
    book.failures.iter().map(of).collect()
}

fn duplicates(book: &Book, written: &[Written]) -> Vec<Duplicate> {
    let mut groups: BTreeMap<(At, Repeat), BTreeSet<String>> = BTreeMap::new();
    let id_of = |at: At| written.iter().find(|row| row.at == at && book.accounts[row.account].copy_of.is_none()).map(|row| row.id.clone());
    let mut copies = Vec::new();
    for row in written {
        if book.accounts[row.account].copy_of.is_some() {
            let first = id_of(row.at).expect("a copy has a first view");
            copies.push(Duplicate { repeat: Repeat::SameAccount, ids: vec![first, row.id.clone()] });
        } else if let Some((of, repeat)) = book.rows[row.at].repeats {
            let group = groups.entry((of, repeat)).or_default();
            group.insert(row.id.clone());
            group.extend(id_of(of));
        }
    }
    groups.into_iter().map(|((_, repeat), ids)| Duplicate { repeat, ids: ids.into_iter().collect() }).chain(copies).collect()
}

fn series(book: &Book, ids: &Ids) -> Vec<Series> {
    let bills = (book.recurring.iter()).map(|one| (one.payee.clone(), one.category, one.every, ids.of(&one.rows), one.confirmed));
    let pays = book.streams.iter().filter_map(|one| Some((one.payer.clone(), one.category, one.every?, ids.of(&one.rows), false)));
    let of = |(payee, category, every, ids, confirmed): (String, _, super::calendar::Every, Vec<String>, bool)| {
        let observable = ids.len() >= 3 || (confirmed && ids.len() >= 2);
        Series { payee, category, cadence: every.cadence(), ids, observable }
    };
    bills.chain(pays).map(of).filter(|one| one.ids.len() >= 2).collect()
}

fn commitments(book: &Book, ids: &Ids) -> Vec<Commitment> {
    let of = |debt: &super::book::Debt| Commitment {
        name: debt.name.clone(),
        category: debt.category,
        account_id: debt.account.map(|account| book.accounts[account].id.clone()),
        monthly: debt.monthly,
        ids: ids.of(&debt.rows),
    };
    book.debts.iter().map(of).filter(|debt| !debt.ids.is_empty()).collect()
}

/// Categories whose rows are a fact by themselves.
const FACTS: [(&str, &[&str]); 11] = [
    ("GAMBLING", &["GAMBLING"]),
    ("LOTTERY", &["LOTTERY"]),
    ("CASH_WITHDRAWAL", &["CASH_WITHDRAWAL"]),
    ("CASH_ADVANCE", &["CASH_ADVANCE"]),
    ("DEBT_COLLECTION", &["DEBT_COLLECTION"]),
    ("DEBT_AGREEMENT", &["DEBT_AGREEMENT"]),
    ("TAX_DEBT", &["TAX_DEBT_PAYMENT"]),
    ("SMALL_AMOUNT_CREDIT", &["SACC_REPAYMENT", "SACC_PROCEEDS"]),
    ("BUY_NOW_PAY_LATER", &["BNPL_REPAYMENT"]),
    ("WAGE_ADVANCE", &["WAGE_ADVANCE_REPAYMENT", "WAGE_ADVANCE_PROCEEDS"]),
    ("CONSUMER_LEASE", &["CONSUMER_LEASE"]),
];

fn risks(book: &Book, written: &[Written], ids: &Ids) -> BTreeMap<&'static str, RiskFact> {
    let mut risks: BTreeMap<&str, RiskFact> = BTreeMap::new();
    let mut note = |code: &'static str, ids: Vec<String>, observable: bool| {
        let fact = risks.entry(code).or_default();
        fact.ids.extend(ids);
        fact.observable |= observable;
    };
    for row in written.iter().filter(|row| book.accounts[row.account].copy_of.is_none()) {
        let from = &book.rows[row.at];
        if !from.posted || from.repeats.is_some() {
            continue;
        }
        for (code, _) in FACTS.iter().filter(|(_, categories)| categories.contains(&from.category)) {
            note(code, vec![row.id.clone()], true);
        }
        if from.category == "CRYPTO" {
            note("CRYPTO", vec![row.id.clone()], true);
        }
    }
    for failed in &book.failures {
        let shown = [failed.debit, failed.reversal, failed.fee];
        let shown: Vec<String> = shown.into_iter().filter_map(|row| ids.one(row)).collect();
        let observable = ids.one(failed.reversal).is_some() || ids.one(failed.fee).is_some();
        note("DISHONOUR", shown, observable);
    }
    for (what, rows) in &book.hard_negatives {
        if *what == "own company's pay" {
            note("SELF_PAID_SALARY", ids.of(rows), true);
        }
    }
    risks
}
