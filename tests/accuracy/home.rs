//! Founds a household: where it lives, who is in it, which banks it uses, which accounts it shares.

use jiff::Span;
use jiff::civil::{Date, date};

use super::book::{Account, Book, Customer, Generation, Person, Product};
use super::calendar::after;
use super::lists;
use super::narrative::{self, Grammar};
use super::random::Random;
use super::truth::{Anchor, Kind, Split};

const STATES: [(u32, &str); 8] = [(31, "NSW"), (26, "VIC"), (20, "QLD"), (11, "WA"), (7, "SA"), (2, "TAS"), (2, "ACT"), (1, "NT")];

const KINDS: [(u32, Kind); 9] = [
    (36, Kind::Salary),
    (10, Kind::Casual),
    (15, Kind::Joint),
    (6, Kind::Gig),
    (9, Kind::Pension),
    (7, Kind::Benefits),
    (5, Kind::Packaged),
    (6, Kind::SoleTrader),
    (6, Kind::NinetyDays),
];

/// An empty book with people and accounts, and whether the home is theirs.
pub(crate) fn found(mut random: Random, split: Split, months: Option<i32>) -> (Book, bool) {
    let kind = random.weighted(&KINDS);
    let state = random.weighted(&STATES);
    let as_of = after(date(2026, 3, 5), random.within(0, 260));
    let from = window(&mut random, kind, as_of, months);
    let home = *random.pick(lists::places(state));
    let clean = random.chance(55);
    let mut book = Book {
        split,
        kind,
        from,
        as_of,
        state,
        home,
        clean,
        budget: 0,
        people: Vec::new(),
        customers: Vec::new(),
        accounts: Vec::new(),
        rows: Vec::new(),
        streams: Vec::new(),
        hard_negatives: Vec::new(),
        recurring: Vec::new(),
        debts: Vec::new(),
        moves: Vec::new(),
        failures: Vec::new(),
        refunds: Vec::new(),
        pending: Vec::new(),
        gaps: Vec::new(),
        authorisations: Vec::new(),
        scheduled: Vec::new(),
        random,
    };
    let people = if kind == Kind::Joint { 2 } else { 1 };
    for person in 0..people {
        settle_in(&mut book, person);
    }
    joint_account(&mut book);
    let owns = !matches!(kind, Kind::Benefits | Kind::Gig) && book.random.chance(32);
    (book, owns)
}

/// The days asked of the holders.
fn window(random: &mut Random, kind: Kind, as_of: Date, months: Option<i32>) -> Date {
    if kind == Kind::NinetyDays && months.is_none() {
        return after(as_of, -random.within(89, 91));
    }
    let months = months.unwrap_or_else(|| random.weighted(&[(15, 6), (60, 12), (13, 18), (12, 24)]));
    after(as_of.saturating_sub(Span::new().months(months)), 1)
}

/// A person with a bank, sometimes two, and their own accounts.
fn settle_in(book: &mut Book, person: usize) {
    let (given, surname) = (book.word("given"), book.word("surname"));
    book.people.push(Person { applicant_id: format!("p{}", person + 1), given, surname, employer: None });
    let banks = narrative::banks(book.split);
    let bank = *book.random.pick(&banks);
    let customer = consent(book, person, bank);
    open(book, customer, Product::Everyday, false);
    if book.random.chance(70) {
        open(book, customer, Product::Savings, false);
    }
    if book.random.chance(38) {
        open(book, customer, Product::Card, false);
    }
    if book.random.chance(22) {
        let other = *book.random.pick(&banks);
        if other.bank != bank.bank {
            let customer = consent(book, person, other);
            let product = if book.random.chance(50) { Product::Everyday } else { Product::Savings };
            open(book, customer, product, false);
        }
    }
}

fn consent(book: &mut Book, person: usize, bank: &'static Grammar) -> usize {
    let generation = book.random.weighted(&[(38, Generation::Plain), (24, Generation::Older), (38, Generation::Newer)]);
    let customer_id = format!("c{}", book.customers.len() + 1);
    book.customers.push(Customer { id: customer_id, person, bank, generation });
    book.customers.len() - 1
}

fn open(book: &mut Book, customer: usize, product: Product, joint: bool) -> usize {
    let random = &mut book.random;
    let (names, nicknames): (&[&str], &[&str]) = match product {
        Product::Everyday => (
            &["Everyday Account", "Access Account", "Smart Access", "Choice", "Complete Freedom", "Transaction Account"],
            &["Spending", "Bills", "Main", "Everyday"],
        ),
        Product::Savings => (
            &["Savings Maximiser", "Online Saver", "Bonus Saver", "Goal Saver", "Savings Account", "Life"],
            &["Rainy day", "Holiday", "House deposit", "Emergency fund"],
        ),
        Product::Card => (&["Low Rate Visa", "Platinum Mastercard", "Rewards Card", "Low Fee Classic"], &["Visa"]),
        Product::HomeLoan | Product::PersonalLoan => unreachable!("loans are opened with their terms"),
    };
    let name = (*random.pick(names)).to_owned();
    let nickname = random.chance(25).then(|| (*random.pick(nicknames)).to_owned());
    let bank = book.customers[customer].bank;
    let number = if product == Product::Card { random.digits(16) } else { random.digits(9) };
    let bsb = format!("{}{}", bank.bsb, random.digits(6 - bank.bsb.len()));
    let card = if product == Product::Card { number[12..].to_owned() } else { random.digits(4) };
    let account_id = format!("{}-{}", if joint { "joint" } else { "acc" }, random.digits(10));
    book.accounts.push(Account {
        customer,
        id: account_id,
        product,
        name,
        nickname,
        bsb,
        number,
        card,
        joint,
        limit: 0,
        loan: None,
        copy_of: None,
        opening: 0,
        anchor: Anchor::True,
    });
    book.accounts.len() - 1
}

/// A joint account; with two applicants often under both consents, with one applicant the other holder is nobody here.
fn joint_account(book: &mut Book) {
    let chance = if book.people.len() > 1 { 75 } else { 16 };
    if !book.random.chance(chance) {
        return;
    }
    let joint = open(book, 0, Product::Everyday, true);
    if book.people.len() > 1 && book.random.chance(60) {
        let bank = book.customers[0].bank;
        let theirs = (0..book.customers.len()).find(|&at| book.customers[at].person == 1 && book.customers[at].bank.bank == bank.bank);
        let customer = theirs.unwrap_or_else(|| consent(book, 1, bank));
        let mut view = book.accounts[joint].clone();
        view.customer = customer;
        view.id = format!("view-{}", book.random.digits(10));
        view.copy_of = Some(joint);
        book.accounts.push(view);
    }
}
