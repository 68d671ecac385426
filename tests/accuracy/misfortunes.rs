//! What goes wrong: debits that fail, rows that come twice, rows that wait, rows that are missing.

use jiff::civil::Date;

use super::book::{At, Book, Failed, Product, Row};
use super::calendar::{Shift, after, between, shifted};
use super::narrative::{Channel, Said};
use super::truth::{Repeat, Stratum};

/// Some direct debits fail. Needs the bills to be written.
pub(crate) fn failures(book: &mut Book) {
    if book.clean || !book.random.chance(65) {
        return;
    }
    let debits: Vec<At> = (0..book.rows.len())
        .filter(|&row| book.rows[row].said.channel == Channel::Debit && book.rows[row].cents < 0 && !is_copied(book, row))
        .collect();
    if debits.is_empty() {
        return;
    }
    for _ in 0..book.random.within(1, 5) {
        let at = *book.random.pick(&debits);
        if book.failures.iter().any(|failed| failed.debit == Some(at) || failed.represented == Some(at)) {
            continue;
        }
        fail(book, at);
    }
}

fn is_copied(book: &Book, row: At) -> bool {
    book.rows[row].stratum == Stratum::Confuser
}

/// The debit is given back; a fee may follow, and a second try.
fn fail(book: &mut Book, at: At) {
    let debit = book.rows[at].clone();
    let bank = book.bank(debit.account);
    let returned = shifted(after(debit.day, book.random.within(0, 3)), Shift::After, book.state);
    if returned > book.as_of {
        return;
    }
    let mut failed = Failed::default();
    if bank.posts_returns {
        failed.debit = Some(at);
        let said = Said { channel: Channel::Returned, ..debit.said.clone() };
        failed.reversal = book.post(debit.account, returned, -debit.cents, ("REVERSAL", Stratum::OtherCredit), said);
    } else {
        // Neither row is posted: at most the fee tells of it.
        book.rows[at].cents = 0;
    }
    if bank.dishonour_fee > 0 {
        let said = Said::of(Channel::DishonourFee, "");
        failed.fee = book.post(debit.account, returned, -bank.dishonour_fee * 100, ("DISHONOUR_FEE", Stratum::BankWords), said);
    }
    if book.random.chance(55) {
        let again = shifted(after(returned, book.random.within(2, 6)), Shift::After, book.state);
        failed.represented = book.post(debit.account, again, debit.cents, (debit.category, debit.stratum), debit.said.clone());
        if let Some(again) = failed.represented {
            replace(book, at, again);
        }
    }
    book.failures.push(failed);
}

/// The second try is the occurrence of the series and of the debt; the failed one is none.
fn replace(book: &mut Book, at: At, again: At) {
    let lists = book.recurring.iter_mut().map(|one| &mut one.rows).chain(book.debts.iter_mut().map(|one| &mut one.rows));
    for rows in lists {
        if rows.contains(&at) {
            rows.push(again);
        }
    }
}

/// Fees for being overdrawn, put on the day when the account is lowest. The opening balance is set afterwards.
pub(crate) fn overdrawn_fees(book: &mut Book) {
    if book.clean || !book.random.chance(45) {
        return;
    }
    let account = book.everyday(0);
    for _ in 0..book.random.within(1, 4) {
        let day = book.any_day();
        let cents = *book.random.pick(&[1_000, 1_500, 500]);
        book.post(account, day, -cents, ("OVERDRAWN_FEE", Stratum::BankWords), Said::of(Channel::OverdrawnFee, ""));
    }
    if let Some(&card) = book.accounts_of(0, Product::Card).first() {
        let day = book.any_day();
        book.post(card, day, -2_000, ("OVERDRAWN_FEE", Stratum::BankWords), Said::of(Channel::LateFee, ""));
    }
}

/// Rows of the last days that are not settled yet, and some that are there twice: waiting and posted.
pub(crate) fn pending(book: &mut Book) {
    if !book.random.chance(45) {
        return;
    }
    for _ in 0..book.random.within(1, 4) {
        let account = book.spending_account();
        let Some(merchant) = book.brand("GROCERIES", "c") else { return };
        let (day, cents) = (after(book.as_of, -book.random.within(0, 2)), book.random.price(6, 90));
        if let Some(row) = book.buy(account, day, cents, merchant) {
            book.rows[row].posted = false;
            book.rows[row].undated = book.random.chance(30);
            book.pending.push((row, None));
        }
    }
    let recent: Vec<At> = (0..book.rows.len())
        .filter(|&row| {
            let row = &book.rows[row];
            row.posted && row.said.channel == Channel::Card && row.cents < 0 && between(row.day, book.as_of) <= 9
        })
        .collect();
    for row in recent {
        if book.random.chance(14) {
            let posted = book.rows[row].clone();
            // Pumps reserve a round sum before they know.
            let cents = if posted.category == "FUEL" { -*book.random.pick(&[10_000, 15_000, 100]) } else { posted.cents };
            let day = after(posted.day, -book.random.within(1, 3)).max(book.from);
            let waiting = Row { cents, day, posted: false, ..posted };
            book.rows.push(waiting);
            let at = book.rows.len() - 1;
            book.pending.push((at, Some(row)));
        }
    }
}

/// Some rows come twice.
pub(crate) fn repeats(book: &mut Book, ids_given: bool) {
    let chance = if ids_given { 30 } else { 45 };
    if !book.random.chance(chance) {
        return;
    }
    let candidates: Vec<At> = (0..book.rows.len())
        .filter(|&row| {
            let row = &book.rows[row];
            row.posted && !row.missing && row.cents != 0 && row.cents.abs() > 4_000 && row.cents % 500 != 0
        })
        .collect();
    if candidates.is_empty() {
        return;
    }
    let kind = match (ids_given, book.random.chance(60)) {
        (false, _) => Repeat::SameContent,
        (true, true) => Repeat::SameId,
        (true, false) => Repeat::Reposted,
    };
    for _ in 0..book.random.within(1, 6) {
        let at = *book.random.pick(&candidates);
        let original = book.rows[at].clone();
        if original.said.channel == Channel::Credit && kind == Repeat::Reposted {
            continue;
        }
        let day = if kind == Repeat::Reposted { after(original.day, book.random.within(0, 2)).min(book.as_of) } else { original.day };
        if book.rows.iter().any(|row| row.repeats.is_some_and(|(of, _)| of == at)) {
            continue;
        }
        book.rows.push(Row { day, repeats: Some((at, kind)), ..original });
    }
}

/// A holder leaves out some weeks of an account.
pub(crate) fn gaps(book: &mut Book) {
    if book.days() < 150 || !book.random.chance(8) {
        return;
    }
    let account = book.everyday(0);
    let from = after(book.from, book.random.within(40, book.days() - 90));
    let to = after(from, book.random.within(24, 45));
    let inside = |day: Date| (from..=to).contains(&day);
    for row in &mut book.rows {
        row.missing |= row.account == account && inside(row.day);
    }
    book.gaps.push((account, from, to));
}
