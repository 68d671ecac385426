//! Which accounts the order has. An account that came under several customers is one account with several views.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Applicant, Row, joint};
use crate::analysis::days::Window;
use crate::money::Cents;
use crate::submission::{Account, Balance, Currency, Order, Ownership, ProductCategory, Status, Submission, Warning};

/// A distinct account.
#[derive(Clone, Debug)]
pub struct LedgerAccount<'a> {
    /// What the report calls it where it stands alone: its id, with its customer's before it where another account of the order has that id.
    pub name: Box<str>,
    /// It, under each customer that shared it; the first names it.
    pub views: Vec<View<'a>>,
    /// Indices into [`Ledger::applicants`](super::Ledger::applicants), ascending.
    pub applicants: Vec<usize>,
    /// False when every customer that shared it is only an authorised user.
    pub is_owned: bool,
    /// Its holder seems to send amounts with the sign turned.
    pub sign_suspect: bool,
    /// The days that the payload speaks of.
    pub coverage: Option<Coverage>,
}

/// An account as one customer's consent shows it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Index into [`Submission::customers`].
    pub customer: usize,
    /// Index into the customer's accounts.
    pub index: usize,
    /// The account.
    pub account: &'a Account,
    /// Its balance, the first one given.
    pub balance: Option<&'a Balance>,
}

/// Which days of an account the payload covers, as far as `asOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The days.
    pub window: Window,
    /// The payload does not say which days were asked for: first to last row.
    pub assumed: bool,
}

impl<'a> LedgerAccount<'a> {
    /// The account as its first customer shows it.
    #[must_use]
    pub fn first(&self) -> &'a Account {
        self.views[0].account
    }

    /// Holds other people's money.
    #[must_use]
    pub fn is_trust(&self) -> bool {
        self.first().product_category == ProductCategory::RegulatedTrustAccounts
    }

    /// A debt whose purchases, interest and fees are the spend: a card or a buy-now-pay-later account.
    #[must_use]
    pub fn is_revolving(&self) -> bool {
        matches!(self.first().product_category, ProductCategory::CredAndChrgCards | ProductCategory::BuyNowPayLater)
    }

    /// A debt whose repayments are the commitment. An overdraft is neither this nor revolving: it is a transaction account below zero.
    #[must_use]
    pub fn is_loan(&self) -> bool {
        let category = self.first().product_category;
        category.is_debt() && !self.is_revolving() && category != ProductCategory::Overdrafts
    }

    /// The balance in Australian dollars and the credit limit.
    #[must_use]
    pub fn balance(&self) -> Option<&'a Balance> {
        self.views.iter().find_map(|view| view.balance).filter(|balance| balance.currency == Currency::AUD)
    }

    /// The last four digits of its number, under any customer.
    #[must_use]
    pub fn last_four(&self) -> Vec<[u8; 4]> {
        let mut found: Vec<[u8; 4]> = Vec::new();
        for view in &self.views {
            for number in [&view.account.masked_number, &view.account.account_number].into_iter().flatten() {
                let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
                found.extend(digits.last_chunk::<4>().filter(|four| !found.contains(four)).copied().into_iter().collect::<Vec<_>>());
            }
        }
        found
    }
}

/// The accounts of the order by customer and account id. Points each row at its account and view.
pub(super) fn accounts<'a>(
    submission: &'a Submission,
    order: &Order,
    applicants: &[Applicant<'a>],
    rows: &mut [Row<'a>],
    as_of: Date,
    warnings: &mut Vec<Warning>,
) -> Vec<LedgerAccount<'a>> {
    let views = views(submission, order);
    let mut position: Vec<Vec<usize>> = submission.customers.iter().map(|customer| vec![0; customer.accounts.len()]).collect();
    for (at, view) in views.iter().enumerate() {
        position[view.customer][view.index] = at;
    }
    for row in &mut *rows {
        row.account = position[row.customer][row.account];
    }
    let spans = spans(views.len(), rows, as_of);
    let same = joint::same_accounts(submission, &views, &spans, rows, warnings);
    let mut accounts: Vec<LedgerAccount<'a>> = Vec::new();
    let mut placed: Vec<(usize, usize)> = Vec::with_capacity(views.len());
    for (at, view) in views.iter().enumerate() {
        let (account, first) = if same[at] == at { (accounts.len(), true) } else { (placed[same[at]].0, false) };
        if first {
            accounts.push(LedgerAccount {
                name: "".into(),
                views: Vec::new(),
                applicants: Vec::new(),
                is_owned: false,
                sign_suspect: false,
                coverage: None,
            });
        }
        placed.push((account, accounts[account].views.len()));
        let applicant = &*submission.customers[view.customer].applicant_id;
        let applicant = applicants.iter().position(|known| known.applicant_id == applicant).expect("every customer's applicant is known");
        let account = &mut accounts[account];
        account.views.push(*view);
        account.applicants.push(applicant);
        account.is_owned |= view.account.is_owned;
        account.coverage = join(account.coverage, coverage(view.account, spans[at], as_of));
    }
    for account in &mut accounts {
        account.applicants = std::mem::take(&mut account.applicants).into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        warn_of_credit(submission, account, warnings);
    }
    for row in rows {
        (row.account, row.view) = placed[row.account];
    }
    name(submission, &mut accounts);
    accounts
}

fn name(submission: &Submission, accounts: &mut [LedgerAccount<'_>]) {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for account in &*accounts {
        *ids.entry(&account.first().account_id).or_insert(0) += 1;
    }
    for account in accounts {
        let View { customer, account: first, .. } = account.views[0];
        let is_alone = ids.get(&*first.account_id).is_none_or(|count| *count == 1);
        let customer_id = &submission.customers[customer].customer_id;
        account.name = if is_alone { first.account_id.clone() } else { format!("{customer_id}/{}", first.account_id).into() };
    }
}

fn views<'a>(submission: &'a Submission, order: &Order) -> Vec<View<'a>> {
    let mut views = Vec::new();
    for &customer in &order.customers {
        let all = &submission.customers[customer];
        let mut balances: Vec<Option<&Balance>> = vec![None; all.accounts.len()];
        for balance in &all.balances {
            balances[balance.account].get_or_insert(balance);
        }
        let mut own: Vec<View<'a>> = (all.accounts.iter().zip(balances).enumerate())
            .map(|(index, (account, balance))| View { customer, index, account, balance })
            .collect();
        own.sort_by(|a, b| a.account.account_id.cmp(&b.account.account_id));
        views.append(&mut own);
    }
    views
}

/// First and last posted day of each view, as far as `asOf`.
fn spans(views: usize, rows: &[Row<'_>], as_of: Date) -> Vec<Option<Window>> {
    let mut spans: Vec<Option<Window>> = vec![None; views];
    for row in rows {
        let Some(day) = row.day.filter(|day| *day <= as_of && row.status == Status::Posted) else { continue };
        let span = spans[row.account].get_or_insert(Window { from: day, to: day });
        *span = Window { from: span.from.min(day), to: span.to.max(day) };
    }
    spans
}

fn coverage(account: &Account, span: Option<Window>, as_of: Date) -> Option<Coverage> {
    let from = account.data_from.or(span.map(|span| span.from))?;
    let to = account.data_to.or(span.map(|span| span.to))?.min(as_of);
    let assumed = account.data_from.is_none() || account.data_to.is_none();
    Window::new(from, to).map(|window| Coverage { window, assumed })
}

/// What two views of one account cover together. Where a hole lies between them the later one stands: figures speak of now.
fn join(a: Option<Coverage>, b: Option<Coverage>) -> Option<Coverage> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    if !a.window.touches(b.window) {
        return Some(if a.window.to >= b.window.to { a } else { b });
    }
    let window = Window { from: a.window.from.min(b.window.from), to: a.window.to.max(b.window.to) };
    // Only assumed when one that says which days were asked for does not already speak of all of them.
    let said = |coverage: Coverage| !coverage.assumed && coverage.window == window;
    Some(Coverage { window, assumed: (a.assumed || b.assumed) && !said(a) && !said(b) })
}

fn warn_of_credit(submission: &Submission, account: &LedgerAccount<'_>, warnings: &mut Vec<Warning>) {
    let owes = account.is_revolving() || account.is_loan();
    if owes && account.balance().is_some_and(|balance| balance.current > Cents::ZERO) {
        warnings.push(Warning {
            code: "DEBT_BALANCE_POSITIVE",
            detail: "the balance of a debt is above zero: overpaid, or its holder turns the sign".to_owned(),
            pointer: pointer(submission, &account.views[0]),
        });
    }
}

/// Where an account stands in the payload.
pub(super) fn pointer(submission: &Submission, view: &View<'_>) -> String {
    // The form without customers is read as one unnamed customer called "default".
    let [only] = &*submission.customers else { return format!("/data/customers/{}/accounts/{}", view.customer, view.index) };
    let unnamed = &*only.customer_id == "default" && only.name.is_none();
    if unnamed { format!("/data/accounts/{}", view.index) } else { format!("/data/customers/0/accounts/{}", view.index) }
}

/// True where the account's owners are known to be more than one.
pub(super) fn is_shared(account: &Account) -> bool {
    matches!(account.ownership, Ownership::TwoParty | Ownership::ManyParty)
}
