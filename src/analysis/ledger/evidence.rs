//! What two rows of opposite sign say about being one transfer between own accounts.
//!
//! Each row is read once into a [`Clue`]; comparing two clues costs a few comparisons.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::vocabulary::{COMMON_NAMES, TRANSFER_WORDS};
use super::{Ledger, LedgerAccount, Marks};
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::{Channel, Narrative};
use crate::analysis::ruleset::{Category, Kind, Known, Ruleset};
use crate::submission::{ProductCategory, Transaction, TransactionType};

/// So many accounts may bear a word or four digits that name an account.
const MOST_NAMED: usize = 32;

/// May the row be half of an own transfer?
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    /// Yes.
    Open,
    /// It reads like income or spending: only with a number or a receipt that both share.
    Guarded,
    /// It names a merchant, a biller or a lender: only with an account of theirs. Each list is ascending.
    Provider(Vec<Arc<[usize]>>),
}

/// What one row says.
#[derive(Clone, Debug)]
pub(super) struct Clue {
    class: Class,
    reads_as_transfer: bool,
    says_own_name: bool,
    /// Accounts that its words name.
    names_accounts: Vec<usize>,
    /// Accounts whose last four digits it gives.
    gives_number_of: Vec<usize>,
    /// It gives the last four digits of an account that is not here.
    gives_other_number: bool,
    /// The kinds of debt that it says it repays.
    repays: &'static [ProductCategory],
    /// Words that are neither of transfers nor of the accounts and people of the order.
    strangers: Vec<Box<str>>,
    references: Vec<Box<str>>,
}

impl Clue {
    /// True where it names an account of the order, by its words or its number.
    pub(super) fn names_one_here(&self) -> bool {
        !(self.names_accounts.is_empty() && self.gives_number_of.is_empty())
    }

    /// True where it gives the number of an account that is not here.
    pub(super) const fn gives_other_number(&self) -> bool {
        self.gives_other_number
    }

    /// True where it has words that are neither of transfers nor of the order's own.
    pub(super) fn names_somebody(&self) -> bool {
        !self.strangers.is_empty()
    }
}

/// How strongly two rows belong together by their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Points; below zero when the words speak against it.
    pub(super) points: i64,
    /// One gives the other's number.
    pub(super) number: bool,
    /// Both give one receipt.
    pub(super) receipt: bool,
}

/// What the order's accounts and people are called.
pub(super) struct Names<'l> {
    accounts: &'l [LedgerAccount<'l>],
    by_word: BTreeMap<String, Vec<usize>>,
    providers: BTreeMap<String, Vec<usize>>,
    by_last_four: BTreeMap<[u8; 4], Vec<usize>>,
    people: BTreeSet<String>,
    /// The accounts of each provider asked for: the same merchants come again and again. Only looked up, never walked.
    asked: HashMap<Box<str>, Arc<[usize]>>,
}

impl<'l> Names<'l> {
    pub(super) fn of(ledger: &'l Ledger<'_>) -> Self {
        let mut names = Self {
            accounts: &ledger.accounts,
            by_word: BTreeMap::new(),
            providers: BTreeMap::new(),
            by_last_four: BTreeMap::new(),
            people: BTreeSet::new(),
            asked: HashMap::new(),
        };
        for (index, account) in ledger.accounts.iter().enumerate() {
            for four in account.last_four() {
                push_last(names.by_last_four.entry(four).or_default(), index);
            }
            for view in &account.views {
                let own = [&view.account.nickname, &view.account.display_name, &view.account.product_name];
                for word in own.into_iter().flatten().flat_map(|name| words_of(name)).filter(|word| word.len() >= 4) {
                    if !COMMON_NAMES.contains(&&*word) {
                        push_last(names.by_word.entry(word.clone()).or_default(), index);
                        push_last(names.providers.entry(word).or_default(), index);
                    }
                }
                for word in view.account.institution_name.iter().flat_map(|name| institution_words(name)) {
                    push_last(names.providers.entry(word).or_default(), index);
                }
            }
        }
        // A name that a crowd of accounts bears tells none from another. It is still no stranger's.
        for named in names.by_word.values_mut().chain(names.by_last_four.values_mut()).filter(|named| named.len() > MOST_NAMED) {
            named.clear();
        }
        let people = ledger.applicants.iter().filter_map(|applicant| applicant.name);
        names.people = people.flat_map(words_of).filter(|word| word.len() >= 3).collect();
        names
    }

    /// Reads a row; `None` when nothing could make it half of an own transfer.
    pub(super) fn clue(
        &mut self,
        row: &Transaction,
        account: usize,
        narrative: &Narrative,
        verdict: &Verdict,
        ruleset: &Ruleset,
    ) -> Option<Clue> {
        let class = self.class(row, narrative, verdict, ruleset)?;
        let mut clue = Clue {
            class,
            reads_as_transfer: narrative.says_transfer_to
                || narrative.says_transfer_from
                || narrative.channel == Channel::InternetTransfer
                || matches!(row.kind, TransactionType::TransferIncoming | TransactionType::TransferOutgoing)
                || ruleset.kind(verdict.category) == Kind::Transfer,
            says_own_name: false,
            names_accounts: Vec::new(),
            gives_number_of: Vec::new(),
            gives_other_number: false,
            repays: repaid_products(verdict.category, ruleset.known()),
            strangers: Vec::new(),
            references: narrative.references.iter().map(|reference| reference.as_str().into()).collect(),
        };
        clue.references
            .extend(row.extended.iter().filter_map(|extended| extended.end_to_end_id.clone()).filter(|id| &**id != "NOTPROVIDED"));
        for four in &narrative.number_suffixes {
            let own = self.by_last_four.get(four);
            clue.gives_number_of.extend(own.into_iter().flatten().filter(|named| **named != account));
            clue.gives_other_number |= own.is_none();
        }
        for word in narrative.folded.split(' ') {
            self.hear(&mut clue, word);
        }
        for name in row.extended.iter().flat_map(|extended| [&extended.payer, &extended.payee]).flatten() {
            for word in words_of(name) {
                self.hear(&mut clue, &word);
            }
        }
        clue.strangers = (narrative.text.split(' '))
            .filter(|word| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .filter(|word| {
                TRANSFER_WORDS.binary_search(word).is_err() && !self.by_word.contains_key(*word) && !self.providers.contains_key(*word)
            })
            .filter(|word| !self.people.contains(*word))
            .map(Into::into)
            .collect();
        Some(clue)
    }

    fn hear(&self, clue: &mut Clue, word: &str) {
        clue.says_own_name |= self.people.contains(word);
        for &named in self.by_word.get(word).into_iter().flatten() {
            push(&mut clue.names_accounts, named);
        }
    }

    fn class(&mut self, row: &Transaction, narrative: &Narrative, verdict: &Verdict, ruleset: &Ruleset) -> Option<Class> {
        let known = ruleset.known();
        let never = [
            known.bank_fee,
            known.dishonour_fee,
            known.overdrawn_fee,
            known.interest_charged,
            known.interest_income,
            known.reversal,
            known.refund,
            known.tax_refund,
            known.tax_payment,
            known.gambling,
            known.gambling_winnings,
            known.lottery,
            known.cash_withdrawal,
            known.cash_advance,
            known.cash_deposit,
            known.medicare_rebate,
        ];
        let charged = matches!(row.kind, TransactionType::Fee | TransactionType::InterestCharged | TransactionType::InterestPaid);
        if narrative.failure || charged || never.contains(&verdict.category) {
            return None;
        }
        let names = [verdict.merchant.as_deref(), row.merchant_name.as_deref(), row.biller_name.as_deref()];
        let is_purchase =
            row.merchant_category_code.is_some() || matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm);
        if is_purchase || names.iter().any(Option::is_some) {
            let accounts: Vec<_> = names.into_iter().flatten().map(|name| self.accounts_of(name)).filter(|of| !of.is_empty()).collect();
            return (!accounts.is_empty()).then_some(Class::Provider(accounts));
        }
        Some(match ruleset.kind(verdict.category) {
            Kind::Transfer | Kind::Person | Kind::Commitment => Class::Open,
            Kind::Credit
                if [known.uncategorised_credit, known.other_credit, known.loan_proceeds, known.redraw].contains(&verdict.category) =>
            {
                Class::Open
            }
            Kind::Expense if verdict.category == known.uncategorised => Class::Open,
            Kind::Income | Kind::Credit | Kind::Expense | Kind::Risk => Class::Guarded,
        })
    }

    /// The accounts that a provider's name may mean.
    fn accounts_of(&mut self, name: &str) -> Arc<[usize]> {
        if let Some(known) = self.asked.get(name) {
            return Arc::clone(known);
        }
        let words = institution_words(name);
        let accounts: BTreeSet<usize> = words.iter().filter_map(|word| self.providers.get(word)).flatten().copied().collect();
        let accounts: Arc<[usize]> = accounts.into_iter().collect();
        self.asked.insert(name.into(), Arc::clone(&accounts));
        accounts
    }

    /// Compares a debit and a credit of two accounts; `None` when they cannot be one transfer.
    pub(super) fn compare(&self, debit: (&Clue, usize), credit: (&Clue, usize)) -> Option<Words> {
        let ((out, from), (into, to)) = (debit, credit);
        let allowed = |class: &Class, other: usize| !matches!(class, Class::Provider(lists) if !lists.iter().any(|of| of.binary_search(&other).is_ok()));
        if !allowed(&out.class, to) || !allowed(&into.class, from) {
            return None;
        }
        let number = out.gives_number_of.contains(&to) || into.gives_number_of.contains(&from);
        let receipt = out.references.iter().any(|reference| into.references.contains(reference));
        if !(number || receipt) && (out.class == Class::Guarded || into.class == Class::Guarded) {
            return None;
        }
        let names = out.names_accounts.contains(&to) || into.names_accounts.contains(&from);
        let shared = out.strangers.iter().any(|word| into.strangers.contains(word));
        let own_name = out.says_own_name || into.says_own_name;
        let to_account = &self.accounts[to];
        let repays = out.repays.contains(&to_account.first().product_category);
        // Money goes where the number says; another account's number, or one that is not here, speaks against this one.
        let elsewhere = |clue: &Clue, other: usize| {
            clue.reads_as_transfer
                && !clue.gives_number_of.contains(&other)
                && (clue.gives_other_number || !clue.gives_number_of.is_empty())
        };
        let mut points = 0;
        points += if number { 4 } else { 0 };
        points += if receipt { 4 } else { 0 };
        points += if repays { 3 } else { 0 };
        points += if names { 2 } else { 0 };
        points += if own_name { 2 } else { 0 };
        points += if shared { 2 } else { 0 };
        points += i64::from(out.reads_as_transfer);
        points += i64::from(into.reads_as_transfer || to_account.is_revolving() || to_account.is_loan());
        points -= if !number && (elsewhere(out, to) || elsewhere(into, from)) { 3 } else { 0 };
        points -= if shared || (out.strangers.is_empty() && into.strangers.is_empty()) { 0 } else { 2 };
        Some(Words { points, number, receipt })
    }
}

/// Adds an account to a list that is filled in the order of the accounts.
fn push_last(list: &mut Vec<usize>, value: usize) {
    if list.last() != Some(&value) {
        list.push(value);
    }
}

fn push(list: &mut Vec<usize>, value: usize) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// Upper-case words of letters.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase)
}

/// What an institution may be called: its telling words, their first four letters (CommBank is the Commonwealth Bank) and its initials.
fn institution_words(name: &str) -> Vec<String> {
    let all: Vec<String> = words_of(name).collect();
    let initials: String =
        all.iter().filter(|word| !matches!(&***word, "OF" | "AND" | "THE")).filter_map(|word| word.chars().next()).collect();
    let mut words: Vec<String> = Vec::new();
    if initials.len() >= 3 {
        words.push(initials);
    }
    for word in all.into_iter().filter(|word| word.len() >= 3 && !COMMON_NAMES.contains(&&**word)) {
        if word.len() > 4 {
            words.push(format!("{}*", &word[..4]));
        }
        words.push(word);
    }
    words
}

/// The products that a repayment may go to: one without a kind to any loan.
fn repaid_products(category: Category, known: &Known) -> &'static [ProductCategory] {
    use ProductCategory::{
        BusinessLoans, BuyNowPayLater, CredAndChrgCards, Leases, MarginLoans, PersLoans, ResidentialMortgages, TradeFinance,
    };
    let products: [(Category, &'static [ProductCategory]); 7] = [
        (known.credit_card_repayment, &[CredAndChrgCards]),
        (known.bnpl_repayment, &[BuyNowPayLater]),
        (known.mortgage_repayment, &[ResidentialMortgages]),
        (known.personal_loan_repayment, &[PersLoans]),
        (known.vehicle_loan_repayment, &[PersLoans, BusinessLoans, Leases]),
        (known.consumer_lease, &[Leases]),
        (known.other_loan_repayment, &[ResidentialMortgages, PersLoans, BusinessLoans, Leases, MarginLoans, TradeFinance]),
    ];
    products.into_iter().find(|(repayment, _)| *repayment == category).map_or(&[], |(_, products)| products)
}

/// True for a row that may have moved money between own accounts: counted but for the period.
pub(super) fn may_pair(ledger: &Ledger<'_>, row: usize) -> bool {
    let row = &ledger.rows[row];
    !row.marks.any(Marks::UNPAIRABLE) && row.day.is_some() && !row.amount.is_zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_institution_is_known_by_its_words_its_beginning_and_its_initials() {
        assert_eq!(institution_words("Commonwealth Bank of Australia"), ["CBA", "COMM*", "COMMONWEALTH"]);
        assert!(institution_words("CommBank").contains(&"COMM*".to_owned()));
        assert_eq!(institution_words("ANZ"), ["ANZ"]);
    }
}
