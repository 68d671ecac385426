//! What two rows of opposite sign say about being one transfer between own accounts.
//!
//! Each row is read once into a [`Clue`]; comparing two clues costs a few comparisons.

use std::sync::Arc;

use super::names::{Names, words_of};
use super::vocabulary::{APP_WORDS, TRANSFER_WORDS};
use super::{Ledger, Marks};
use crate::analysis::label::narrative::{Channel, Narrative};
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::{Category, Kind, Known, Ruleset, Traits};
use crate::submission::{ProductCategory, Transaction, TransactionType};

/// Words of a text that are read.
const MOST_WORDS: usize = 32;
/// Numbers of so many digits may be an account's or a card's.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 6..=16;

/// May the row be half of an own transfer?
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    /// Yes.
    Open,
    /// It reads like income or spending, or its words are also a merchant's: only where a number, a receipt or an account's own name says so.
    Guarded,
    /// It names a merchant, a biller or a lender: only with an account of theirs. Each list is ascending.
    Provider(Vec<Arc<[usize]>>),
}

/// What one row says.
#[expect(clippy::struct_excessive_bools, reason = "facts of a text, none of which excludes another")]
#[derive(Clone, Debug)]
pub(super) struct Clue {
    class: Class,
    reads_as_transfer: bool,
    /// Applicants that its words name.
    names_people: Vec<usize>,
    /// Accounts that its words name.
    names_accounts: Vec<usize>,
    /// Accounts whose last four digits it gives as such.
    gives_number_of: Vec<usize>,
    /// Accounts that a number in it ends like.
    may_give_number_of: Vec<usize>,
    /// It gives the last four digits of an account that is not here.
    gives_other_number: bool,
    /// The kinds of debt that it says it repays.
    repays: &'static [ProductCategory],
    /// It reads like a transfer between own accounts.
    says_own: bool,
    /// Words that are neither of transfers nor of the accounts and people of the order, and whether each is a message.
    memo: Vec<(Box<str>, bool)>,
    /// Some of them are no message.
    has_stranger: bool,
    /// Some of them are a person's name.
    has_person: bool,
    references: Vec<Box<str>>,
}

impl Clue {
    /// True where it names an account of the order, by its words or its number.
    pub(super) fn names_one_here(&self) -> bool {
        !(self.names_accounts.is_empty() && self.gives_number_of.is_empty() && self.may_give_number_of.is_empty())
    }

    /// True where it gives the number of an account that is not here.
    pub(super) const fn gives_other_number(&self) -> bool {
        self.gives_other_number
    }

    /// True where it has words that are neither of transfers nor of the order's own, and no message.
    pub(super) const fn names_somebody(&self) -> bool {
        self.has_stranger
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

impl Names<'_> {
    /// Reads a row; `None` when nothing could make it half of an own transfer.
    pub(super) fn clue(
        &mut self,
        row: &Transaction,
        account: usize,
        narrative: &Narrative,
        verdict: &Verdict,
        ruleset: &Ruleset,
    ) -> Option<Clue> {
        let words: Vec<&str> = narrative.folded.split(' ').take(MOST_WORDS).collect();
        let is_moved = is_moved(row, narrative, words.iter().copied());
        let class = self.class(row, narrative, verdict, ruleset, is_moved)?;
        let mut clue = Clue {
            class,
            reads_as_transfer: is_moved || ruleset.kind(verdict.category) == Kind::Transfer,
            names_people: Vec::new(),
            names_accounts: Vec::new(),
            gives_number_of: Vec::new(),
            may_give_number_of: Vec::new(),
            gives_other_number: false,
            repays: repaid_products(verdict.category, ruleset.known()),
            says_own: verdict.category == ruleset.known().internal_transfer,
            memo: Vec::new(),
            has_stranger: false,
            has_person: false,
            references: narrative.references.iter().map(|reference| reference.as_str().into()).collect(),
        };
        clue.references
            .extend(row.extended.iter().filter_map(|extended| extended.end_to_end_id.clone()).filter(|id| &**id != "NOTPROVIDED"));
        self.hear_numbers(&mut clue, narrative, account);
        if let Some(merchant) = verdict.merchant.as_deref().filter(|_| clue.class == Class::Guarded) {
            self.accounts_of(merchant).iter().for_each(|named| push(&mut clue.names_accounts, *named));
        }
        for from in 0..words.len() {
            self.named_by(&words[from..]).for_each(|named| push(&mut clue.names_accounts, named));
        }
        for name in row.extended.iter().flat_map(|extended| [&extended.payer, &extended.payee]).flatten() {
            let words: Vec<String> = words_of(name).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            self.hear_people(&mut clue, &words);
        }
        self.hear_people(&mut clue, &words);
        self.hear_memo(&mut clue, narrative, ruleset);
        Some(clue)
    }

    fn hear_people(&self, clue: &mut Clue, words: &[&str]) {
        let (named, is_other) = self.people_in(words);
        for named in named {
            push(&mut clue.names_people, named);
        }
        clue.has_person |= is_other;
    }

    /// Numbers that are marked as an account's, and in a transfer those that end like one.
    fn hear_numbers(&self, clue: &mut Clue, narrative: &Narrative, account: usize) {
        for four in &narrative.number_suffixes {
            let own = self.ending_with(*four);
            clue.gives_number_of.extend(own.into_iter().flatten().filter(|named| **named != account));
            clue.gives_other_number |= own.is_none();
        }
        if !clue.reads_as_transfer {
            return;
        }
        let digits =
            narrative.folded.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4 || ACCOUNT_DIGITS.contains(&run.len()));
        for four in digits.filter_map(|run| run.as_bytes().last_chunk::<4>()) {
            clue.may_give_number_of.extend(self.ending_with(*four).into_iter().flatten().filter(|named| **named != account));
        }
    }

    fn hear_memo(&self, clue: &mut Clue, narrative: &Narrative, ruleset: &Ruleset) {
        let words = narrative.text.split(' ').filter(|word| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let is_plain = |word: &&str| [TRANSFER_WORDS, APP_WORDS].iter().all(|known| known.binary_search(word).is_err());
        for word in words.filter(|word| is_plain(word) && !self.knows(word)) {
            let traits = ruleset.traits(word);
            let is_message = traits.any(Traits::MESSAGE) || traits.any(Traits::ORDINARY);
            clue.has_stranger |= !is_message;
            clue.has_person |= !is_message && traits.any(Traits::GIVEN.or(Traits::KIN));
            clue.memo.push((word.into(), is_message));
        }
    }

    fn class(&mut self, row: &Transaction, narrative: &Narrative, verdict: &Verdict, ruleset: &Ruleset, is_moved: bool) -> Option<Class> {
        let known = ruleset.known();
        let charged = matches!(row.kind, TransactionType::Fee | TransactionType::InterestCharged | TransactionType::InterestPaid);
        // A name that words of a transfer contain by chance, or that an account bears too.
        let by_name = is_moved && matches!(verdict.layer, Layer::Name | Layer::Cue);
        if narrative.failure || charged || (never(known).contains(&verdict.category) && !by_name) {
            return None;
        }
        let said = [row.merchant_name.as_deref(), row.biller_name.as_deref()];
        let is_purchase = is_purchase(row, narrative, is_moved);
        if by_name && !is_purchase && said.iter().all(Option::is_none) {
            return Some(Class::Guarded);
        }
        let names = [verdict.merchant.as_deref(), said[0], said[1]];
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

    /// Compares a debit and a credit of two accounts; `None` when they cannot be one transfer.
    pub(super) fn compare(&self, debit: (&Clue, usize), credit: (&Clue, usize)) -> Option<Words> {
        let ((out, from), (into, to)) = (debit, credit);
        let allowed = |class: &Class, other: usize| !matches!(class, Class::Provider(lists) if !lists.iter().any(|of| of.binary_search(&other).is_ok()));
        if !allowed(&out.class, to) || !allowed(&into.class, from) {
            return None;
        }
        let numbers = (out.gives_number_of.contains(&to), into.gives_number_of.contains(&from));
        let receipt = out.references.iter().any(|reference| into.references.contains(reference));
        let like_numbers = (out.may_give_number_of.contains(&to), into.may_give_number_of.contains(&from));
        let names = (out.names_accounts.contains(&to), into.names_accounts.contains(&from));
        let people = (self.person(out, to), self.person(into, from));
        let any = |(one, other): (bool, bool)| one || other;
        let number = any(numbers);
        let says_so = number || receipt || any(like_numbers) || any(names) || people.0 > 0 || people.1 > 0;
        if !says_so && (out.class == Class::Guarded || into.class == Class::Guarded) {
            return None;
        }
        let shared = |is_message: bool| out.memo.iter().any(|word| word.1 == is_message && into.memo.contains(word));
        let to_account = &self.accounts[to];
        let repays = out.repays.contains(&to_account.first().product_category);
        // Money goes where the number says; another account's number, or one that is not here, speaks against this one.
        let elsewhere = |clue: &Clue, other: usize| {
            clue.reads_as_transfer
                && !clue.gives_number_of.contains(&other)
                && (clue.gives_other_number || !clue.gives_number_of.is_empty())
        };
        let both = |(one, other): (bool, bool), points: [i64; 3]| points[usize::from(one) + usize::from(other)];
        let mut points = 0;
        points += both((numbers.0 || like_numbers.0, numbers.1 || like_numbers.1), [0, 3, 6]) + i64::from(number);
        points += if receipt { 4 } else { 0 };
        points += if repays { 3 } else { 0 };
        points += both(names, [0, 2, 3]);
        points += people.0 + people.1;
        points += if shared(true) { 2 } else { 0 };
        points += both((out.reads_as_transfer, into.reads_as_transfer || to_account.is_revolving() || to_account.is_loan()), [0, 1, 2]);
        points += i64::from(out.says_own && into.says_own);
        let contradicts = (!names.0 && elsewhere(out, to)) || (!names.1 && elsewhere(into, from));
        points -= if !number && contradicts { 3 } else { 0 };
        points -= match (out.has_person || into.has_person, out.has_stranger || into.has_stranger) {
            (true, _) => 4,
            (false, true) if !shared(true) && !shared(false) => 2,
            (false, _) => 0,
        };
        Some(Words { points, number, receipt })
    }

    /// What it says for a pair that a row names a person: the holder of the other account, or another applicant.
    fn person(&self, clue: &Clue, other: usize) -> i64 {
        let holds = |applicant: &usize| self.accounts[other].applicants.contains(applicant);
        match clue.names_people.is_empty() {
            true => 0,
            false if clue.names_people.iter().any(holds) => 2,
            false => -1,
        }
    }
}

/// What is never money between own accounts.
fn never(known: &Known) -> [Category; 16] {
    [
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
    ]
}

/// True for a row of a card or of a shop's terminal: `INTERNET TFR TO REWARDS CARD` is none.
fn is_purchase(row: &Transaction, narrative: &Narrative, is_moved: bool) -> bool {
    let by_card = matches!(narrative.channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm);
    row.merchant_category_code.is_some() || (by_card && !is_moved)
}

/// True where type, channel or words say that money was moved from an account to another.
pub(super) fn is_moved<'w>(row: &Transaction, narrative: &Narrative, mut words: impl Iterator<Item = &'w str>) -> bool {
    narrative.says_transfer_to
        || narrative.says_transfer_from
        || matches!(narrative.channel, Channel::InternetTransfer | Channel::Osko)
        || matches!(row.kind, TransactionType::TransferIncoming | TransactionType::TransferOutgoing)
        // Some apps print no more than `To Rainy day`, `Money sent to`.
        || ["TO ", "FROM ", "MOVED TO ", "MOVED FROM ", "MONEY SENT ", "MONEY RECEIVED "].iter().any(|lead| narrative.folded.starts_with(lead))
        || words.any(|word| matches!(word, "TFR" | "TFER" | "TRF" | "TRFR" | "TRANSFER" | "TRANSFERS" | "XFER" | "SWEEP"))
}

fn push(list: &mut Vec<usize>, value: usize) {
    if !list.contains(&value) {
        list.push(value);
    }
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
