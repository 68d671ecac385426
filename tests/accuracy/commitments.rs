//! Debts: loans and cards shared and unshared, and, where a household is in trouble, small lenders, collectors, agreements.

use jiff::Span;

use super::book::{Account, At, Book, Debt, Loan, Move, Product};
use super::calendar::{Every, Shift, after, shifted};
use super::lists::Merchant;
use super::narrative::{Channel, Said};
use super::truth::{Anchor, Stratum};

/// The home loan, shared (its account is in the payload) or not.
pub(crate) fn home_loan(book: &mut Book, shared: bool) {
    let every = book.random.weighted(&[(60, Every::Months(1, 20)), (25, Every::Days(14)), (15, Every::Days(7))]);
    let monthly = (book.budget * book.random.within(20, 32) / 100).clamp(90_000, 480_000);
    let instalment = monthly * 30 * every.days() / 900 / 100 * 100;
    if shared {
        shared_loan(book, Product::HomeLoan, "MORTGAGE_REPAYMENT", every, instalment);
    } else {
        unshared(book, "MORTGAGE_REPAYMENT", every, instalment);
    }
}

/// Debts beside the home, by chance; `troubled` ones only where the household is not clean.
pub(crate) fn others(book: &mut Book) {
    if book.random.chance(10) {
        let cents = book.random.within(18_000, 62_000);
        shared_loan(book, Product::PersonalLoan, "PERSONAL_LOAN_REPAYMENT", Every::Months(1, 11), cents);
    }
    for (percent, category, every, low, high) in [
        (9, "PERSONAL_LOAN_REPAYMENT", Every::Months(1, 16), 140, 640),
        (22, "VEHICLE_LOAN_REPAYMENT", Every::Days(14), 120, 380),
        (6, "VEHICLE_LOAN_REPAYMENT", Every::Months(1, 26), 290, 790),
        (2, "STUDENT_LOAN_REPAYMENT", Every::Months(6, 20), 200, 1_500),
    ] {
        if book.random.chance(percent) {
            let cents = book.random.within(low * 100, high * 100);
            unshared(book, category, every, cents);
        }
    }
    if book.random.chance(28) {
        other_card(book);
    }
    shared_cards(book);
    if book.random.chance(30) {
        plans(book, "BNPL_REPAYMENT", (1, 4), (22, 110));
    }
    if !book.clean {
        troubled(book);
    }
}

fn lender_words(book: &mut Book, lender: &Merchant) -> Said {
    Said::of(Channel::Debit, lender.name).reference(book.random.digits(8)).apca(400_000)
}

/// A debt whose account is not in the payload.
fn unshared(book: &mut Book, category: &'static str, every: Every, cents: i64) {
    let Some(lender) = book.brand(category, "db") else { return };
    let way = if lender.pays_by('d') { 'd' } else { 'b' };
    let rows = regular_debit(book, lender, way, every, cents);
    let account = book.bills_account();
    let confirmed = way == 'd' && super::bills::authorise(book, account, lender.name, &rows);
    super::bills::note(book, lender.name, category, every, &rows, confirmed);
    if rows.len() >= 3 {
        book.debts.push(Debt { name: lender.name.into(), category, account: None, monthly: Some(every.monthly(cents)), rows });
    }
}

fn regular_debit(book: &mut Book, lender: &Merchant, way: char, every: Every, cents: i64) -> Vec<At> {
    let account = book.bills_account();
    let first = after(book.from, book.random.within(0, every.days() - 1) - every.days());
    let (crn, code) = (book.random.digits(10), book.random.digits(5));
    let reference = book.random.digits(8);
    let mut rows = Vec::new();
    for slot in every.slots(first, book.as_of) {
        let said = if way == 'd' {
            Said::of(Channel::Debit, lender.name).reference(reference.clone()).apca(412_345)
        } else {
            Said { crn: crn.clone(), biller_code: code.clone(), ..Said::of(Channel::Bpay, lender.name) }
        };
        let day = shifted(slot, Shift::After, book.state);
        rows.extend(book.post(account, day, -cents, (lender.category, lender.stratum), said));
    }
    rows
}

/// A loan with its account in the payload: repayments are pairs, interest stands on the loan.
fn shared_loan(book: &mut Book, product: Product, category: &'static str, every: Every, instalment: i64) {
    let payer = book.bills_account();
    let customer = book.accounts[payer].customer;
    let (years, factor) = if product == Product::HomeLoan { (book.random.within(12, 28), 170) } else { (book.random.within(2, 6), 40) };
    let owed = every.monthly(instalment) * factor;
    let rate = if product == Product::HomeLoan { book.random.within(549, 689) } else { book.random.within(799, 1_599) };
    let name = if product == Product::HomeLoan {
        *book.random.pick(&["Variable Home Loan", "Basic Home Loan", "Offset Home Loan", "Fixed Rate Home Loan"])
    } else {
        *book.random.pick(&["Personal Loan", "Unsecured Personal Loan", "Fixed Personal Loan"])
    };
    let next = after(book.as_of, book.random.within(2, every.days().min(25)));
    let ends = book.as_of.saturating_add(Span::new().years(years));
    let loan = Loan { original: owed * 115 / 100, instalment, every, rate, ends, next };
    let bsb = book.accounts[payer].bsb.clone();
    let account = Account {
        customer,
        id: format!("loan-{}", book.random.digits(8)),
        product,
        name: name.to_owned(),
        nickname: None,
        bsb,
        number: book.random.digits(9),
        card: String::new(),
        joint: book.accounts[payer].joint,
        limit: 0,
        loan: Some(loan),
        copy_of: None,
        opening: -owed,
        anchor: Anchor::True,
    };
    book.accounts.push(account);
    let loan = book.accounts.len() - 1;
    let first = after(book.from, book.random.within(0, every.days() - 1));
    let mut debits = Vec::new();
    for slot in every.slots(first, book.as_of) {
        let day = shifted(slot, Shift::After, book.state);
        let said = Said::of(Channel::LoanOut, name).with_other(loan);
        let debit = book.post(payer, day, -instalment, (category, Stratum::Commitment), said);
        let credit =
            book.post(loan, day, instalment, ("INTERNAL_TRANSFER", Stratum::OwnTransfer), Said::of(Channel::DebtIn, "").with_other(payer));
        if let (Some(debit), Some(credit)) = (debit, credit) {
            book.moves.push(Move { debits: vec![debit], credits: vec![credit], household: false });
            debits.push(debit);
        }
    }
    for slot in Every::Months(1, 31).slots(book.from, book.as_of) {
        let cents = owed * rate / 10_000 / 12 * book.random.within(97, 103) / 100;
        book.post(loan, slot, -cents, ("INTEREST_CHARGED", Stratum::BankWords), Said::of(Channel::LoanInterest, ""));
    }
    super::bills::note(book, name, category, every, &debits, false);
    if debits.len() >= 2 {
        let monthly = Some(every.monthly(instalment));
        book.debts.push(Debt { name: name.into(), category, account: Some(loan), monthly, rows: debits });
    }
}

/// A card of another bank: only the repayments are seen.
fn other_card(book: &mut Book) {
    let Some(issuer) = book.brand("CREDIT_CARD_REPAYMENT", "b") else { return };
    let account = book.bills_account();
    let crn = book.random.digits(16);
    let mut rows = Vec::new();
    for slot in Every::Months(1, 22).slots(book.from, book.as_of) {
        let said = Said { crn: crn.clone(), biller_code: "19588".into(), ..Said::of(Channel::Bpay, issuer.name) };
        let cents = book.random.within(12, 130) * 1_000;
        rows.extend(book.post(account, shifted(slot, Shift::After, book.state), -cents, (issuer.category, issuer.stratum), said));
    }
    if rows.len() >= 3 {
        book.debts.push(Debt { name: issuer.name.into(), category: "CREDIT_CARD_REPAYMENT", account: None, monthly: None, rows });
    }
}

/// Cards in the payload are paid from the everyday account: both rows are one transfer.
fn shared_cards(book: &mut Book) {
    for card in 0..book.accounts.len() {
        if book.accounts[card].product != Product::Card || book.accounts[card].copy_of.is_some() {
            continue;
        }
        let person = book.customers[book.accounts[card].customer].person;
        let payer = book.everyday(person);
        for slot in Every::Months(1, 25).slots(book.from, book.as_of) {
            let spent: i64 = (book.rows.iter())
                .filter(|row| row.account == card && row.day <= slot && row.day > after(slot, -31))
                .map(|row| row.cents.min(0))
                .sum();
            let cents = -spent;
            if cents < 2_000 {
                continue;
            }
            let day = shifted(slot, Shift::After, book.state);
            let arrives = after(day, i64::from(book.random.chance(30))).min(book.as_of);
            let out = Said::of(Channel::OwnOut, "").with_other(card);
            let debit = book.post(payer, day, -cents, ("INTERNAL_TRANSFER", Stratum::OwnTransfer), out);
            let credit = Said::of(Channel::DebtIn, "").with_other(payer);
            let credit = book.post(card, arrives, cents, ("INTERNAL_TRANSFER", Stratum::OwnTransfer), credit);
            if let (Some(debit), Some(credit)) = (debit, credit) {
                book.moves.push(Move { debits: vec![debit], credits: vec![credit], household: false });
            }
        }
    }
}

/// Purchases in four: each seen only by its instalments.
fn plans(book: &mut Book, category: &'static str, count: (i64, i64), dollars: (i64, i64)) {
    let Some(provider) = book.brand(category, "dco") else { return };
    let plans = book.random.within(count.0, count.1) * (book.days() / 120 + 1);
    let account = book.everyday(0);
    let mut rows = Vec::new();
    for _ in 0..plans {
        let (day, cents) = (book.any_day(), book.random.price(dollars.0, dollars.1));
        for slot in Every::Days(14).slots(day, after(day, 42)) {
            let said = if provider.pays_by('d') { lender_words(book, provider) } else { book.card(provider) };
            rows.extend(book.post(account, slot, -cents, (category, provider.stratum), said));
        }
    }
    if !rows.is_empty() {
        book.debts.push(Debt { name: provider.name.into(), category, account: None, monthly: None, rows });
    }
}

/// What only shows in households that are in trouble.
fn troubled(book: &mut Book) {
    if book.random.chance(35) {
        small_loan(book);
    }
    if book.random.chance(30) {
        wage_advances(book);
    }
    for (percent, category, every, low, high) in [
        (22, "DEBT_COLLECTION", Every::Days(14), 25, 120),
        (15, "CONSUMER_LEASE", Every::Days(14), 28, 120),
        (10, "DEBT_AGREEMENT", Every::Days(7), 60, 220),
        (10, "TAX_DEBT_PAYMENT", Every::Months(1, 17), 80, 600),
        (12, "OTHER_LOAN_REPAYMENT", Every::Days(14), 40, 220),
    ] {
        if book.random.chance(percent) {
            let cents = book.random.within(low * 100, high * 100);
            unshared(book, category, every, cents);
        }
    }
    bets(book);
    if book.random.chance(25) {
        advances(book);
    }
}

/// A small amount loan: money in, then equal instalments.
fn small_loan(book: &mut Book) {
    let Some(lender) = book.brand("SACC_REPAYMENT", "d") else { return };
    let account = book.everyday(0);
    for _ in 0..book.random.within(1, 3) {
        let (day, borrowed) = (book.any_day(), book.random.within(3, 20) * 10_000);
        let day = shifted(day, Shift::After, book.state);
        let said = Said::of(Channel::Credit, lender.name).reference(book.random.digits(7));
        let label = ("SACC_PROCEEDS", Stratum::OtherCredit);
        let mut rows: Vec<At> = book.post(account, day, borrowed, label, said).into_iter().collect();
        let count = book.random.within(6, 12);
        let cents = borrowed * 14 / 10 / count;
        let said = lender_words(book, lender);
        for slot in Every::Days(14).slots(after(day, 7), after(day, 14 * count)) {
            let day = shifted(slot, Shift::After, book.state);
            rows.extend(book.post(account, day, -cents, (lender.category, lender.stratum), said.clone()));
        }
        book.debts.push(Debt { name: lender.name.into(), category: "SACC_REPAYMENT", account: None, monthly: None, rows });
    }
}

/// Pay before pay day: money in, and back with a fee at the next one.
fn wage_advances(book: &mut Book) {
    let Some(provider) = book.brand("WAGE_ADVANCE_REPAYMENT", "d") else { return };
    let account = book.everyday(0);
    let mut rows = Vec::new();
    for _ in 0..book.random.within(2, 9) {
        let (day, cents) = (book.any_day(), book.random.within(5, 50) * 1_000);
        let said = Said::of(Channel::PayIn, provider.name).memo("ADVANCE");
        rows.extend(book.post(account, day, cents, ("WAGE_ADVANCE_PROCEEDS", Stratum::OtherCredit), said));
        let back = shifted(after(day, book.random.within(5, 14)), Shift::After, book.state);
        let said = lender_words(book, provider);
        rows.extend(book.post(account, back, -cents * 105 / 100, (provider.category, provider.stratum), said));
    }
    book.debts.push(Debt { name: provider.name.into(), category: "WAGE_ADVANCE_REPAYMENT", account: None, monthly: None, rows });
}

/// Wagering, lotteries, crypto, and what they pay back.
fn bets(book: &mut Book) {
    for (percent, category, per_month, low, high, back, returns) in [
        (55, "GAMBLING", 6, 5, 120, "GAMBLING_WINNINGS", 12),
        (40, "LOTTERY", 3, 10, 60, "GAMBLING_WINNINGS", 0),
        (22, "CRYPTO", 1, 50, 600, "INVESTMENT_PROCEEDS", 10),
    ] {
        if !book.random.chance(percent) {
            continue;
        }
        let account = book.everyday(0);
        let names: Vec<&Merchant> = (0..2).filter_map(|_| book.brand(category, "cod")).collect();
        if names.is_empty() {
            continue;
        }
        for _ in 0..book.days() / 30 * per_month {
            let (day, cents, name) = (book.any_day(), book.random.price(low, high), *book.random.pick(&names));
            if name.pays_by('d') {
                let said = Said::of(Channel::PayOut, name.name);
                book.post(account, day, -cents, (name.category, name.stratum), said);
            } else {
                book.buy(account, day, cents, name);
            }
            if book.random.chance(returns) {
                let won = cents * book.random.within(80, 500) / 100;
                let said = Said::of(Channel::Credit, name.name).reference(book.random.digits(6));
                let day = after(day, book.random.within(1, 4));
                book.post(account, day, won, (back, Stratum::Risk), said);
            }
        }
    }
}

/// Cash from the card, with its fee.
fn advances(book: &mut Book) {
    let Some(&card) = book.accounts_of(0, Product::Card).first() else { return };
    for _ in 0..book.random.within(1, 5) {
        let (day, cents) = (book.any_day(), book.random.within(2, 30) * 2_000);
        let mut said = Said::of(Channel::CashAdvance, "");
        said.place = Some(book.nearby());
        book.post(card, day, -cents, ("CASH_ADVANCE", Stratum::BankWords), said);
        book.post(card, day, -(cents * 3 / 100).max(400), ("BANK_FEE", Stratum::BankWords), Said::of(Channel::CashAdvanceFee, ""));
    }
}
