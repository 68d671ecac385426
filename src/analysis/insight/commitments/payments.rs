//! Which rows pay which debt: a shared account, or a lender that shared none.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::context::Context;
use super::super::scope::{Entry, Role, Scope};
use crate::analysis::ledger::{LedgerAccount, Marks, party_words};
use crate::analysis::ruleset::{Category, Kind};
use crate::money::Cents;

/// Words of a name have so many letters; shorter ones are of the channel.
const SHORTEST: usize = 3;

/// One repayment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    /// The row that names it: the debit where it is in the scope, else the credit on the debt.
    pub(super) row: usize,
    /// Its day.
    pub(super) day: Date,
    /// Without sign.
    pub(super) amount: Cents,
}

/// What is paid to a lender whose account is not in the scope.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// The lender, as the rules name it, else as the rows do.
    pub(super) name: Box<str>,
    /// True where the rules know the lender.
    pub(super) is_named: bool,
    /// The category of the repayments.
    pub(super) category: Category,
    /// In the ledger's order; rows that came back are not here.
    pub(super) payments: Vec<Payment>,
    /// Repayments that came back, in the ledger's order.
    pub(super) returned: Vec<usize>,
    /// The account of another applicant that is paid.
    pub(super) account: Option<usize>,
}

/// Every repayment of a scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Payments {
    /// For each account of the ledger what is paid to it, in the ledger's order. Empty for what is no debt.
    pub(super) shared: Vec<Vec<Payment>>,
    /// For each account of the ledger the repayments that came back.
    pub(super) returned: Vec<Vec<usize>>,
    /// For each account of the ledger the fees and interest that a debt charged.
    pub(super) charges: Vec<Vec<usize>>,
    /// For each account of the ledger the last day on which something else was charged to a debt.
    pub(super) last_drawn: Vec<Option<Date>>,
    /// For each account of the ledger its first counted row.
    pub(super) first_row: Vec<Option<usize>>,
    /// The others, by lender and category.
    pub(super) flows: Vec<Flow>,
}

/// True for an account whose terms are a creditor's: a loan, a card, a buy-now-pay-later account, an overdraft.
pub(super) fn is_debt(account: &LedgerAccount<'_>) -> bool {
    account.first().product_category.is_debt()
}

/// Sorts the repayments of a scope by what they pay.
pub(super) fn gather(context: &Context<'_>, scope: &Scope) -> Payments {
    let accounts = context.ledger.accounts.len();
    let mut payments = Payments {
        shared: vec![Vec::new(); accounts],
        returned: vec![Vec::new(); accounts],
        charges: vec![Vec::new(); accounts],
        last_drawn: vec![None; accounts],
        first_row: vec![None; accounts],
        flows: Vec::new(),
    };
    let suffixes = suffixes(context, scope);
    let mut flows = Flows::new(context);
    for entry in &scope.entries {
        payments.note(context, entry);
        match destination(context, scope, entry, &suffixes) {
            Destination::Shared(account, payment) if entry.role == Role::Apart => payments.returned[account].push(payment.row),
            Destination::Shared(account, payment) => payments.shared[account].push(payment),
            Destination::Elsewhere(account) => flows.add(entry, account),
            Destination::None => {}
        }
    }
    payments.flows = flows.finish();
    for of_account in &mut payments.shared {
        of_account.sort_unstable_by_key(|payment| (payment.day, payment.row));
    }
    payments
}

impl Payments {
    /// What a row of a debt does to it.
    fn note(&mut self, context: &Context<'_>, entry: &Entry) {
        let row = &context.ledger.rows[entry.row];
        self.first_row[row.account].get_or_insert(entry.row);
        if !is_debt(&context.ledger.accounts[row.account]) || !entry.amount.is_negative() {
            return;
        }
        let known = context.ruleset.known();
        let costs = [known.interest_charged, known.bank_fee, known.dishonour_fee, known.overdrawn_fee];
        if row.marks.any(Marks::DEBT_COST) || costs.contains(&entry.category) {
            self.charges[row.account].push(entry.row);
        } else {
            self.last_drawn[row.account] = Some(entry.day);
        }
    }
}

enum Destination {
    /// An account of the scope.
    Shared(usize, Payment),
    /// A lender, or the account of another applicant.
    Elsewhere(Option<usize>),
    None,
}

/// What a row repays.
fn destination(context: &Context<'_>, scope: &Scope, entry: &Entry, suffixes: &BTreeMap<[u8; 4], usize>) -> Destination {
    let ledger = context.ledger;
    let row = &ledger.rows[entry.row];
    let payment = Payment { row: entry.row, day: entry.day, amount: entry.amount.abs() };
    if let Some(pair) = row.pair.map(|pair| &ledger.pairing.pairs[pair]) {
        let (from, to) = (ledger.rows[pair.debit].account, ledger.rows[pair.credit].account);
        if !is_debt(&ledger.accounts[to]) || ledger.accounts[from].is_loan() {
            return Destination::None;
        }
        // The paying side names a repayment; where it lies outside the scope the arriving side does.
        return match (entry.row == pair.debit, scope.accounts[to], scope.accounts[from]) {
            (true, true, _) | (false, true, false) => Destination::Shared(to, payment),
            (true, false, _) => Destination::Elsewhere(Some(to)),
            (false, ..) => Destination::None,
        };
    }
    if entry.amount.is_positive() {
        let arrives = entry.category == context.ruleset.known().debt_payment_received && is_debt(&ledger.accounts[row.account]);
        return if arrives { Destination::Shared(row.account, payment) } else { Destination::None };
    }
    let is_returned = entry.role == Role::Apart && row.marks.any(Marks::RETURNED);
    let is_repayment = context.ruleset.kind(entry.category) == Kind::Commitment && (entry.role == Role::Commitment || is_returned);
    if !is_repayment || entry.amount.is_zero() {
        return Destination::None;
    }
    let named = context.narratives[entry.row].number_suffixes.iter().find_map(|digits| suffixes.get(digits));
    match named {
        Some(&account) if account != row.account => Destination::Shared(account, payment),
        _ => Destination::Elsewhere(None),
    }
}

/// The debts of the scope by the last four digits of their numbers, where these are one account's alone.
fn suffixes(context: &Context<'_>, scope: &Scope) -> BTreeMap<[u8; 4], usize> {
    let mut found: BTreeMap<[u8; 4], Option<usize>> = BTreeMap::new();
    for (number, account) in context.ledger.accounts.iter().enumerate() {
        for digits in account.last_four() {
            let is_debt = is_debt(account) && account.is_owned && scope.accounts[number];
            found.entry(digits).and_modify(|known| *known = None).or_insert(is_debt.then_some(number));
        }
    }
    found.into_iter().filter_map(|(digits, account)| account.map(|account| (digits, account))).collect()
}

/// A lender's name, whether the rules know it, and the category of what is paid to it.
type Lender = (String, bool, Category);

/// Repayments by lender while they are gathered.
struct Flows<'c> {
    context: &'c Context<'c>,
    /// By the lender's name, or by what its rows say, and category.
    found: BTreeMap<(String, Category, Option<usize>), Flow>,
    /// For each stream what its first row says: one payee writes itself in several ways.
    of_stream: BTreeMap<&'c str, Lender>,
}

impl<'c> Flows<'c> {
    fn new(context: &'c Context<'c>) -> Self {
        Self { context, found: BTreeMap::new(), of_stream: BTreeMap::new() }
    }

    fn add(&mut self, entry: &Entry, account: Option<usize>) {
        let context = self.context;
        let (key, is_named, category) = self.lender_of(entry);
        let flow = self.found.entry((key, category, account)).or_insert_with_key(|(key, category, _)| Flow {
            name: account.map_or_else(|| key.as_str().into(), |account| account_name(&context.ledger.accounts[account])),
            is_named,
            category: *category,
            payments: Vec::new(),
            returned: Vec::new(),
            account,
        });
        if entry.role == Role::Apart {
            flow.returned.push(entry.row);
        } else {
            flow.payments.push(Payment { row: entry.row, day: entry.day, amount: entry.amount.abs() });
        }
    }

    /// The lender, whether the rules know it, and the category: of a stream's rows what its first row says.
    fn lender_of(&mut self, entry: &Entry) -> Lender {
        let context = self.context;
        let of = |row: usize, category: Category| (lender(context, row, category), context.verdicts[row].merchant.is_some(), category);
        let Some(stream) = context.streams.of(entry.row).filter(|stream| context.ruleset.kind(stream.category) == Kind::Commitment) else {
            return of(entry.row, entry.category);
        };
        let first = stream.rows.first().copied().unwrap_or(entry.row);
        self.of_stream.entry(&stream.id).or_insert_with(|| of(first, stream.category)).clone()
    }

    fn finish(self) -> Vec<Flow> {
        self.found.into_values().filter(|flow| !flow.payments.is_empty()).collect()
    }
}

/// The lender of a row: as the rules name it, else the words of the row that could be a name, else what its category is called.
pub(super) fn lender(context: &Context<'_>, row: usize, category: Category) -> String {
    if let Some(merchant) = &context.verdicts[row].merchant {
        return (**merchant).to_owned();
    }
    let narrative = &context.narratives[row];
    let words: Vec<&str> = party_words(narrative).filter(|word| word.len() >= SHORTEST).collect();
    match (words.is_empty(), narrative.text.is_empty()) {
        (false, _) => words.join(" "),
        (true, false) => narrative.text.clone(),
        (true, true) => context.ruleset.name(category).to_owned(),
    }
}

/// The institution and the product of a shared account, as far as they are said.
pub(super) fn account_name(account: &LedgerAccount<'_>) -> Box<str> {
    let first = account.first();
    let product = first.display_name.as_deref().or(first.product_name.as_deref()).or(first.nickname.as_deref());
    let institution = first.institution_name.as_deref().filter(|name| product.is_none_or(|product| !product.contains(*name)));
    match (institution, product) {
        (Some(institution), Some(product)) => format!("{institution} {product}").into(),
        (Some(name), None) | (None, Some(name)) => name.into(),
        (None, None) => first.account_id.clone(),
    }
}
