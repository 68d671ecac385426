//! What speaks for a stream outside its rows: direct debit authorisations and scheduled payments.
//!
//! Holders derive their authorisations from past debits, so one confirms a stream and is no payment of it. A scheduled payment between own
//! accounts is a transfer and confirms nothing.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::Corroboration;
use super::fit::Item;
use super::series::is_near;
use crate::analysis::days;
use crate::analysis::ledger::content::short;
use crate::analysis::ledger::{Ledger, TRANSFER_WORDS};
use crate::analysis::ruleset::words;
use crate::money::Cents;

/// An authorisation or a scheduled payment.
#[derive(Clone, Debug)]
struct Promise {
    kind: Corroboration,
    /// Words of the payee's name.
    words: Vec<Box<str>>,
    /// Cents without sign.
    amount: Option<i64>,
    /// Of an authorisation the day of the last debit.
    last: Option<Date>,
}

/// The promises of an order's accounts.
#[derive(Debug, Default)]
pub(super) struct Promises {
    all: Vec<Promise>,
    /// By account and word, and by account and amount; only asked, never walked.
    by_word: HashMap<(usize, Box<str>), Vec<usize>>,
    by_amount: HashMap<(usize, i64), Vec<usize>>,
}

/// Promises that one word or amount is looked up for: more say nothing of one payee.
const MOST: usize = 16;
/// A word of a name that says something has so many letters.
const TELLING: usize = 3;

impl Promises {
    pub(super) fn of(ledger: &Ledger<'_>) -> Self {
        let mut promises = Self::default();
        let views = ledger.accounts.iter().enumerate();
        let at: HashMap<(usize, usize), usize> =
            views.flat_map(|(account, of)| of.views.iter().map(move |view| ((view.customer, view.index), account))).collect();
        for &number in &ledger.order.customers {
            let customer = &ledger.submission.customers[number];
            for debit in &customer.direct_debits {
                if let Some(&account) = at.get(&(number, debit.account)) {
                    let kind = Corroboration::DirectDebitAuthorisation;
                    promises.add(account, kind, debit.payee.as_deref(), debit.last_amount, debit.last_date);
                }
            }
            let own: HashSet<&str> = customer.accounts.iter().map(|account| &*account.account_id).collect();
            for payment in customer.scheduled_payments.iter().filter(|payment| payment.is_active) {
                let Some(&account) = at.get(&(number, payment.account)) else { continue };
                for entry in payment.payments.iter().filter(|entry| entry.to_account_id.as_deref().is_none_or(|to| !own.contains(to))) {
                    let name = entry.payee.as_deref().or(payment.label.as_deref());
                    promises.add(account, Corroboration::ScheduledPayment, name, entry.amount, None);
                }
            }
        }
        promises
    }

    fn add(&mut self, account: usize, kind: Corroboration, name: Option<&str>, amount: Option<Cents>, last: Option<Date>) {
        let words: Vec<Box<str>> = name.map(|name| telling(&words::canonical(words::readable(name)))).unwrap_or_default();
        let amount = amount.map(|amount| short(amount.abs()));
        let number = self.all.len();
        for word in &words {
            self.by_word.entry((account, word.clone())).or_default().push(number);
        }
        if let Some(amount) = amount {
            self.by_amount.entry((account, amount)).or_default().push(number);
        }
        self.all.push(Promise { kind, words, amount, last });
    }

    /// What confirms payments out of an account, each kind once. `within` is how many days an authorisation's last debit may lie from the
    /// last payment.
    pub(super) fn confirm(&self, account: usize, names: &[&str], items: &[Item], last: Date, within: i64) -> Vec<Corroboration> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let is_of_time = |promise: &Promise| match promise.kind {
            Corroboration::DirectDebitAuthorisation => promise.last.is_some_and(|day| days::between(last, day).abs() <= within),
            Corroboration::ScheduledPayment => true,
        };
        let mut found: Vec<Corroboration> = Vec::new();
        let words: Vec<Box<str>> = names.iter().flat_map(|name| telling(name)).collect();
        let mut hear = |promise: &Promise, is_it: bool| {
            if is_it && is_of_time(promise) && !found.contains(&promise.kind) {
                found.push(promise.kind.clone());
            }
        };
        for word in &words {
            for &number in self.by_word.get(&(account, word.clone())).into_iter().flatten().take(MOST) {
                let promise = &self.all[number];
                hear(promise, names_the_same(&promise.words, &words) && is_of_amount(promise, items));
            }
        }
        // A name may be the debit user's, not the brand's: then amount and day are those of the last payment.
        if let Some(item) = items.last() {
            for &number in self.by_amount.get(&(account, item.amount)).into_iter().flatten().take(MOST) {
                let promise = &self.all[number];
                let is_day = promise.last.is_some_and(|day| days::between(last, day).abs() <= 1);
                hear(promise, is_day && promise.kind == Corroboration::DirectDebitAuthorisation);
            }
        }
        found.sort();
        found
    }
}

/// The words of a canonical name that tell whose it is.
fn telling(name: &str) -> Vec<Box<str>> {
    let is_telling =
        |word: &&str| word.len() >= TELLING && TRANSFER_WORDS.binary_search(word).is_err() && !matches!(*word, "PTY" | "LTD" | "LIMITED");
    name.split(' ').filter(is_telling).map(Into::into).collect()
}

/// True where the first word of one name stands in the other.
fn names_the_same(promised: &[Box<str>], words: &[Box<str>]) -> bool {
    let begins = |a: &[Box<str>], b: &[Box<str>]| a.first().is_some_and(|word| b.contains(word));
    begins(promised, words) || begins(words, promised)
}

/// True where a promised amount, if there is one, is one that was paid, about.
fn is_of_amount(promise: &Promise, items: &[Item]) -> bool {
    promise.amount.is_none_or(|amount| items.iter().rev().take(MOST).any(|item| is_near(item.amount, amount)))
}
