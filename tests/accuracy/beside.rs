//! What comes in beside the main income: small streams, credits that come once, and regular ones that only look like income.

use jiff::civil::Date;

use super::book::{Book, Product, Stream};
use super::calendar::{Every, Shift, after, shifted};
use super::income::{self, Pay};
use super::narrative::{Channel, Said};
use super::truth::{Kind, Stratum};

/// Small incomes beside the main one, and regular credits that are none.
pub(crate) fn write(book: &mut Book) {
    let account = book.everyday(0);
    if book.random.chance(12) {
        dividends(book, account);
    }
    if book.random.chance(8) {
        let agent = book.brand("RENTAL_INCOME", "+").expect("agents").name;
        let cents = book.random.within(130_000, 310_000);
        let day = i8::try_from(book.random.within(1, 28)).expect("a day");
        let mut pay = Pay::new(account, "RENTAL_INCOME", agent, Every::Months(1, day), cents).reference("RENT #");
        pay.shift = Shift::After;
        income::stream(book, &pay);
        book.budget += cents / 3;
    }
    if book.random.chance(4) {
        let payer = book.brand("INCOME_PROTECTION", "+").expect("insurers").name;
        let cents = book.random.within(60_000, 190_000);
        income::stream(book, &Pay::new(account, "INCOME_PROTECTION", payer, Every::Days(14), cents).reference("#"));
    }
    if book.kind == Kind::SoleTrader && book.random.chance(30) {
        own_company(book, account);
    }
    if book.random.chance(12) {
        reimbursements(book, account);
    }
    if !book.clean && book.random.chance(10) {
        let service = book.brand("DEBT_AGREEMENT", "+").expect("services").name;
        let cents = book.random.within(18_000, 52_000);
        negative(book, account, "budgeting service", "OTHER_CREDIT", service, Every::Days(7), cents, "ALLOWANCE");
    }
    one_offs(book, account);
}

fn dividends(book: &mut Book, account: usize) {
    let mut companies: Vec<&'static str> = Vec::new();
    for _ in 0..book.random.within(1, 3) {
        let company = book.brand("INVESTMENT_INCOME", "+").expect("companies").name;
        if companies.contains(&company) {
            continue;
        }
        companies.push(company);
        let month = book.random.within(1, 6);
        let first = Date::new(book.from.year() - 1, i8::try_from(month).expect("a month"), 1).expect("a date");
        let cents = book.random.within(4_000, 90_000);
        let day = i8::try_from(book.random.within(2, 28)).expect("a day");
        let mut pay = Pay::new(account, "INVESTMENT_INCOME", company, Every::Months(6, day), cents).reference("#");
        pay.starts = Some(first);
        pay.shift = Shift::After;
        income::stream(book, &pay);
    }
}

/// Pay from the applicant's own company is named as the applicant is.
fn own_company(book: &mut Book, account: usize) {
    let company = format!("{} HOLDINGS PTY LTD", book.people[0].surname).to_uppercase();
    let cents = book.random.within(8, 30) * 10_000;
    let mut pay = Pay::new(account, "SALARY", company, Every::Months(1, 15), cents).reference("WAGES");
    pay.channel = Channel::Credit;
    if let Some(stream) = income::stream(book, &pay) {
        let rows = book.streams[stream].rows.clone();
        book.hard_negatives.push(("own company's pay", rows));
    }
}

fn reimbursements(book: &mut Book, account: usize) {
    let payer = book.people[0].employer.clone().unwrap_or_else(|| "BRIGHTWATER SERVICES".into());
    let mut rows = Vec::new();
    for slot in Every::Months(1, 12).slots(book.from, book.as_of) {
        let cents = book.random.within(2_000, 34_000);
        let reference = *book.random.pick(&["EXPENSE REIMB", "EXPENSES", "REIMBURSEMENT", "TRAVEL CLAIM", "EXP CLAIM"]);
        let said = Said::of(Channel::Credit, payer.clone()).reference(reference);
        let label = ("EMPLOYER_REIMBURSEMENT", Stratum::OtherCredit);
        rows.extend(book.post(account, shifted(slot, Shift::After, book.state), cents, label, said));
    }
    book.hard_negatives.push(("reimbursements", rows));
}

#[expect(clippy::too_many_arguments, reason = "each is one fact of a payment")]
fn negative(
    book: &mut Book,
    account: usize,
    what: &'static str,
    category: &'static str,
    payer: &str,
    every: Every,
    cents: i64,
    reference: &str,
) {
    let mut rows = Vec::new();
    let first = after(book.from, book.random.within(0, 6));
    for slot in every.slots(first, book.as_of) {
        let said = Said::of(Channel::Credit, payer).reference(reference);
        rows.extend(book.post(account, shifted(slot, Shift::Before, book.state), cents, (category, Stratum::OtherCredit), said));
    }
    book.hard_negatives.push((what, rows));
}

/// Credits that come once.
fn one_offs(book: &mut Book, account: usize) {
    const ONCE: [(u32, &str, i64, i64); 6] = [
        (40, "TAX_REFUND", 200, 3_800),
        (55, "MEDICARE_REBATE", 21, 160),
        (10, "INSURANCE_CLAIM", 150, 4_000),
        (3, "SUPER_RELEASE", 2_000, 10_000),
        (4, "NDIS_FUNDING", 150, 2_400),
        (6, "OTHER_CREDIT", 20, 400),
    ];
    for (percent, category, low, high) in ONCE {
        let times = if category == "MEDICARE_REBATE" { 3 } else { 1 };
        for _ in 0..times {
            if !book.random.chance(percent) {
                continue;
            }
            let Some(payer) = book.brand(category, "+") else { continue };
            let (day, cents) = (book.any_day(), book.random.within(low * 100, high * 100));
            let reference = book.random.digits(9);
            let said = Said::of(Channel::Credit, payer.name).reference(reference);
            book.post(account, shifted(day, Shift::After, book.state), cents, (category, Stratum::OtherCredit), said);
        }
    }
    let savings = book.accounts_of(0, Product::Savings);
    if let Some(&savings) = savings.first() {
        let mut rows = Vec::new();
        let cents = book.random.within(400, 14_000);
        for slot in Every::Months(1, 31).slots(book.from, book.as_of) {
            let moved = cents * book.random.within(97, 103) / 100;
            rows.extend(book.post(savings, slot, moved, ("INTEREST_INCOME", Stratum::BankWords), Said::of(Channel::InterestIn, "")));
        }
        if !rows.is_empty() {
            let level = income::middle(rows.iter().rev().take(6).map(|&row| book.rows[row].cents).collect());
            book.streams.push(Stream {
                category: "INTEREST_INCOME",
                payer: "interest".into(),
                account: savings,
                every: Some(Every::Months(1, 31)),
                rows,
                level,
                ended: false,
                other_holder: false,
            });
        }
    }
}
