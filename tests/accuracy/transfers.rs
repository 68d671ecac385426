//! Money between own accounts, between two applicants, and with friends, who send the same round amounts.

use jiff::civil::Date;

use super::book::{Book, Move, Product};
use super::calendar::{Every, after};
use super::narrative::{Channel, Said};
use super::truth::Stratum;

/// Writes all of it.
pub(crate) fn move_money(book: &mut Book) {
    for person in 0..book.people.len() {
        sweeps(book, person);
    }
    if book.people.len() > 1 {
        between_applicants(book);
    }
    into_joint(book);
    friends(book);
    elsewhere(book);
}

fn own(book: &mut Book, from: usize, to: usize, day: Date, cents: i64, household: bool) {
    let memo = if book.random.chance(45) { book.word("own memo") } else { "" };
    let arrives = if book.accounts[from].customer != book.accounts[to].customer && book.random.chance(35) { after(day, 1) } else { day };
    if arrives > book.as_of {
        return;
    }
    let same_bank = book.bank(from).bank == book.bank(to).bank && !household;
    let (out, back) = if same_bank {
        (Said::of(Channel::OwnOut, ""), Said::of(Channel::OwnIn, ""))
    } else {
        let name = |book: &Book, account: usize| {
            let person = book.customers[book.accounts[account].customer].person;
            book.people[person].name()
        };
        let (receiver, sender) = (name(book, to), name(book, from));
        (Said::of(Channel::PayOut, receiver), Said::of(Channel::PayIn, sender))
    };
    let label = ("INTERNAL_TRANSFER", Stratum::OwnTransfer);
    let debit = book.post(from, day, -cents, label, out.memo(memo).with_other(to));
    let credit = book.post(to, arrives, cents, label, back.memo(memo).with_other(from));
    if let (Some(debit), Some(credit)) = (debit, credit) {
        book.moves.push(Move { debits: vec![debit], credits: vec![credit], household });
    }
}

/// To savings after pay day, and back when money is short; to the accounts at other banks.
fn sweeps(book: &mut Book, person: usize) {
    let everyday = book.everyday(person);
    let others: Vec<usize> = (0..book.accounts.len())
        .filter(|&at| {
            let account = &book.accounts[at];
            let savings = matches!(account.product, Product::Savings | Product::Everyday) && account.copy_of.is_none();
            at != everyday && savings && !account.joint && book.customers[account.customer].person == person
        })
        .collect();
    for to in others {
        let every = book.random.weighted(&[(50, Every::Days(14)), (30, Every::Months(1, 16)), (20, Every::Days(7))]);
        let cents = book.random.within(1, 16) * 2_500;
        let first = after(book.from, book.random.within(0, every.days() - 1));
        for slot in every.slots(first, book.as_of) {
            if book.random.chance(90) {
                own(book, everyday, to, slot, cents, false);
            }
        }
        if book.random.chance(35) {
            let account = book.accounts[to].number.clone();
            super::bills::schedule(book, everyday, &account, cents, every, after(book.as_of, every.days() / 2), Some(to));
        }
        for _ in 0..book.days() / 45 {
            let (day, cents) = (book.any_day(), odd_or_round(book));
            own(book, to, everyday, day, cents, false);
        }
        if book.random.chance(15) {
            split(book, everyday, to);
        }
    }
}

fn odd_or_round(book: &mut Book) -> i64 {
    if book.random.chance(65) { book.random.within(1, 24) * 5_000 } else { book.random.within(2_000, 90_000) }
}

/// One debit that arrives as two credits.
fn split(book: &mut Book, from: usize, to: usize) {
    let (day, first, second) = (book.any_day(), book.random.within(3_000, 40_000), book.random.within(3_000, 40_000));
    if first == second {
        return;
    }
    let label = ("INTERNAL_TRANSFER", Stratum::OwnTransfer);
    let debit = book.post(from, day, -(first + second), label, Said::of(Channel::OwnOut, "").with_other(to));
    let one = book.post(to, day, first, label, Said::of(Channel::OwnIn, "").with_other(from));
    let two = book.post(to, day, second, label, Said::of(Channel::OwnIn, "").with_other(from));
    if let (Some(debit), Some(one), Some(two)) = (debit, one, two) {
        book.moves.push(Move { debits: vec![debit], credits: vec![one, two], household: false });
    }
}

/// Two applicants who pay each other.
fn between_applicants(book: &mut Book) {
    for _ in 0..book.days() / 24 {
        let payer = book.random.index(2);
        let (from, to) = (book.everyday(payer), book.everyday(1 - payer));
        let (day, cents) = (book.any_day(), odd_or_round(book));
        own(book, from, to, day, cents, true);
    }
}

/// Each pays into the joint account.
fn into_joint(book: &mut Book) {
    let joint = book.bills_account();
    if !book.accounts[joint].joint {
        return;
    }
    for person in 0..book.people.len() {
        let from = book.everyday(person);
        if from == joint {
            continue;
        }
        let cents = (book.budget / 3 / i64::try_from(book.people.len()).expect("two") / 5_000 + 1) * 5_000;
        for slot in Every::Days(14).slots(after(book.from, book.random.clone().within(0, 13)), book.as_of) {
            let household = book.accounts[joint].customer != book.accounts[from].customer && {
                let holder = book.customers[book.accounts[joint].customer].person;
                holder != person && !holds(book, joint, person)
            };
            own(book, from, joint, slot, cents, household);
        }
    }
}

/// The person sees the joint account under a consent of their own.
fn holds(book: &Book, joint: usize, person: usize) -> bool {
    let seen = |account: &super::book::Account| account.copy_of == Some(joint) && book.customers[account.customer].person == person;
    book.accounts.iter().any(seen)
}

/// Friends and family; some pay back to the cent what was moved to savings the same day.
fn friends(book: &mut Book) {
    let circle: Vec<String> = (0..book.random.within(3, 7)).map(|_| book.somebody()).collect();
    let lookalike = format!("{} {}", book.word("given"), book.word("shop surname"));
    for _ in 0..book.days() / 30 * book.random.within(1, 5) {
        let who = if book.random.chance(12) { lookalike.clone() } else { book.random.pick(&circle).clone() };
        let memo = if book.random.chance(65) { book.word("friend memo") } else { "" };
        let person = book.random.index(book.people.len());
        let (account, day, cents) = (book.everyday(person), book.any_day(), book.random.within(1, 30) * 500);
        let debit = book.random.chance(62);
        let (channel, category) = if debit { (Channel::PayOut, "TRANSFER_OUT") } else { (Channel::PayIn, "TRANSFER_IN") };
        book.post(account, day, if debit { -cents } else { cents }, (category, Stratum::Person), Said::of(channel, who).memo(memo));
    }
    // Round dollars to own savings next to the same amount to a friend.
    let sweeps: Vec<usize> = book.moves.iter().filter(|one| !one.household && one.debits.len() == 1).map(|one| one.debits[0]).collect();
    for at in sweeps {
        if book.random.chance(3) {
            let row = book.rows[at].clone();
            let memo = book.word("friend memo");
            let said = Said::of(Channel::PayOut, book.random.pick(&circle).clone()).memo(memo);
            book.post(row.account, row.day, row.cents, ("TRANSFER_OUT", Stratum::Person), said);
        }
    }
}

/// To an own account that is not shared.
fn elsewhere(book: &mut Book) {
    if !book.random.chance(20) {
        return;
    }
    let (account, name) = (book.everyday(0), book.people[0].name());
    for _ in 0..book.days() / 40 {
        let (day, cents) = (book.any_day(), book.random.within(1, 20) * 5_000);
        let memo = book.word("own memo");
        let out = book.random.chance(70);
        let channel = if out { Channel::PayOut } else { Channel::PayIn };
        let said = Said::of(channel, name.clone()).memo(memo);
        book.post(account, day, if out { -cents } else { cents }, ("OWN_ACCOUNT_ELSEWHERE", Stratum::OwnTransfer), said);
    }
}
