//! What people live on: pays, pensions, benefits, gigs, receipts.

use jiff::civil::Date;

use super::beside;
use super::book::{Book, Stream};
use super::calendar::{Every, Shift, after, between, shifted};
use super::income::{self, Pay};
use super::narrative::{Channel, Said};
use super::truth::{Kind, Stratum};

/// Writes the income of the household, by its kind.
pub(crate) fn live(book: &mut Book) {
    match book.kind {
        Kind::Salary | Kind::NinetyDays => salaried(book),
        Kind::Joint => {
            employ(book, 0, None);
            employ(book, 1, None);
        }
        Kind::Casual => casual(book),
        Kind::Gig => gig(book),
        Kind::Pension => pension(book),
        Kind::Benefits => benefits(book),
        Kind::Packaged => packaged(book),
        Kind::SoleTrader => sole_trader(book),
    }
    beside::write(book);
}

fn salaried(book: &mut Book) {
    employ(book, 0, None);
    if book.random.chance(75) {
        partner_pay(book);
    }
    if book.random.chance(12) {
        let account = book.everyday(0);
        let payer = book.brand("GOV_FAMILY", "+").expect("family payers").name;
        let cents = book.random.within(9_000, 42_000);
        benefit(book, account, "GOV_FAMILY", payer, cents);
    }
}

/// A cadence of pay, as common as it is.
fn pay_day(book: &mut Book) -> Every {
    let day = i8::try_from(book.random.within(1, 31)).expect("a day");
    let monthly = if book.random.chance(40) { 15 } else { day };
    book.random.weighted(&[
        (25, Every::Days(7)),
        (48, Every::Days(14)),
        (3, Every::Days(28)),
        (4, Every::HalfMonth),
        (20, Every::Months(1, monthly)),
    ])
}

/// What an employer calls itself on a statement, and the reference beside it.
fn employer(book: &mut Book) -> (String, String) {
    let name = if book.random.chance(35) { book.brand("SALARY", "+").expect("employers").name.to_owned() } else { company(book) };
    let reference = book.word("pay reference").replace('-', "");
    (name, reference)
}

/// A business that nobody has heard of.
fn company(book: &mut Book) -> String {
    let suffix = *book.random.pick(&["PTY LTD", "PL", "P/L", "GROUP", "AUSTRALIA", ""]);
    let (first, industry) = (if book.random.chance(50) { book.word("surname") } else { book.word("business") }, book.word("industry"));
    format!("{first} {industry} {suffix}").trim().to_uppercase()
}

/// A job, with what happens in one: a rise, a bonus, pay in advance, a change of employer. Net pay a month, in cents.
fn employ(book: &mut Book, person: usize, account: Option<usize>) -> i64 {
    let account = account.unwrap_or_else(|| if book.random.chance(15) { book.bills_account() } else { book.everyday(person) });
    let every = pay_day(book);
    let weekly = book.random.within(62_000, 215_000);
    let level = weekly * every.days() / 7 + book.random.within(0, 99);
    let changes_job = book.days() > 300 && book.random.chance(14);
    let change = after(book.as_of, -book.random.within(120, 180));
    let (name, reference) = employer(book);
    if book.people[person].employer.is_none() {
        book.people[person].employer = Some(name.clone());
    }
    let mut pay = Pay::new(account, "SALARY", name, every, level).reference(reference);
    pay.channel = if book.random.chance(60) { Channel::Payroll } else { Channel::Credit };
    pay.apca = Some(u32::try_from(book.random.within(100_000, 600_000)).expect("an APCA number"));
    pay.shift = if book.random.chance(85) { Shift::Before } else { Shift::After };
    if book.random.chance(18) {
        pay.jitter = 9;
    }
    if changes_job {
        let mut old = pay.clone();
        old.ends = Some(change);
        let (name, reference) = employer(book);
        (pay.payer, pay.reference) = (name, reference);
        pay.cents = level * book.random.within(104, 130) / 100;
        pay.starts = Some(after(change, book.random.within(8, 24)));
        book.people[person].employer = Some(pay.payer.clone());
        income::stream(book, &old);
    } else if book.days() > 200 && book.random.chance(28) {
        let at = after(book.as_of, -book.random.within(5 * every.days().max(14), book.days() / 2).max(5 * every.days()));
        pay.rise = Some((at, level * book.random.within(1_015, 1_090) / 1_000));
    }
    let monthly = every.monthly(pay.rise.map_or(pay.cents, |(_, cents)| cents));
    if let Some(stream) = income::stream(book, &pay) {
        events_of_work(book, &pay, stream);
    }
    book.budget += monthly;
    monthly
}

/// A bonus, or two pays at once and then none, before leave.
fn events_of_work(book: &mut Book, pay: &Pay, stream: usize) {
    let rows = book.streams[stream].rows.clone();
    if rows.len() >= 10 && book.random.chance(12) {
        let at = rows[book.random.index(rows.len() / 2) + 1];
        let (day, cents) = (book.rows[at].day, pay.cents * book.random.within(60, 250) / 100);
        let mut said = pay.said(book, day);
        "BONUS".clone_into(&mut said.reference);
        let day = after(day, book.random.within(1, 5));
        if let Some(row) = book.post(pay.account, shifted(day, Shift::After, book.state), cents, (pay.category, Stratum::Income), said) {
            book.streams[stream].rows.push(row);
        }
    } else if rows.len() >= 12 && pay.rise.is_none() && book.random.chance(10) {
        let at = book.random.index(rows.len() - 8) + 3;
        book.rows[rows[at]].cents *= 2;
        // The pay of the leave came with the one before it.
        book.rows[rows[at + 1]].cents = 0;
        book.streams[stream].rows.remove(at + 1);
    }
}

/// The partner is not an applicant, and is paid into the joint account.
fn partner_pay(book: &mut Book) {
    let joint = book.bills_account();
    if !book.accounts[joint].joint {
        return;
    }
    let every = pay_day(book);
    let cents = book.random.within(50_000, 170_000) * every.days() / 7;
    let (name, _) = employer(book);
    let partner = format!("{} {}", book.word("given"), book.people[0].surname);
    let mut pay = Pay::new(joint, "SALARY", name, every, cents).reference(format!("{partner} PAY").to_uppercase());
    pay.channel = Channel::Payroll;
    if let Some(stream) = income::stream(book, &pay) {
        book.streams[stream].other_holder = true;
        let rows = book.streams[stream].rows.clone();
        book.hard_negatives.push(("partner's pay", rows));
    }
}

fn casual(book: &mut Book) {
    let jobs = 1 + usize::from(book.random.chance(25));
    for _ in 0..jobs {
        let (name, reference) = employer(book);
        let every = if book.random.chance(60) { Every::Days(7) } else { Every::Days(14) };
        let mean = book.random.within(35_000, 90_000) * every.days() / 7;
        let mut pay = Pay::new(book.everyday(0), "SALARY", name, every, mean).reference(reference);
        pay.channel = if book.random.chance(60) { Channel::Payroll } else { Channel::Credit };
        let missed = u32::try_from(book.random.within(0, 12)).expect("per cent");
        let slots = thinned(book, every, missed);
        income::irregular(book, &pay, &slots, (mean * 45 / 100, mean * 155 / 100));
        book.budget += every.monthly(mean) * 9 / 10;
    }
}

fn thinned(book: &mut Book, every: Every, missed: u32) -> Vec<Date> {
    let start = after(book.from, book.random.within(0, 6));
    let mut slots = every.slots(start, book.as_of);
    slots.retain(|_| !book.random.chance(missed));
    slots
}

fn gig(book: &mut Book) {
    for _ in 0..=book.random.within(0, 1) {
        let platform = book.brand("GIG_INCOME", "+").expect("platforms").name;
        let mean = book.random.within(25_000, 85_000);
        let pay = Pay::new(book.everyday(0), "GIG_INCOME", platform, Every::Days(7), mean).reference("#");
        let slots = thinned(book, Every::Days(7), 14);
        income::irregular(book, &pay, &slots, (mean * 35 / 100, mean * 165 / 100));
        book.budget += Every::Days(7).monthly(mean) * 8 / 10;
    }
    if book.random.chance(35) {
        let account = book.everyday(0);
        let payer = book.brand("GOV_JOBSEEKER", "+").expect("payers").name;
        let cents = book.random.within(18_000, 60_000);
        benefit(book, account, "GOV_JOBSEEKER", payer, cents);
    }
}

/// A benefit every fortnight, paid early before Christmas and holidays.
pub(crate) fn benefit(book: &mut Book, account: usize, category: &'static str, payer: &str, cents: i64) {
    let first = after(book.from, book.random.within(0, 13));
    let mut pay = Pay::new(account, category, payer, Every::Days(14), cents).reference("#");
    pay.starts = Some(first);
    pay.apca = Some(48_610);
    // Rates are indexed in March and September.
    let indexed = Date::new(book.as_of.year(), 3, 20).expect("a date");
    if between(book.from, indexed) > 100 && between(indexed, book.as_of) > 75 {
        pay.rise = Some((indexed, cents * 1_017 / 1_000));
    }
    if let Some(stream) = income::stream(book, &pay) {
        for row in book.streams[stream].rows.clone() {
            let day = book.rows[row].day;
            // The office closes: what is due from 25 December to 1 January comes before.
            if (day.month() == 12 && day.day() >= 25) || (day.month() == 1 && day.day() == 1) {
                let early = shifted(after(day, -book.random.within(2, 4)), Shift::Before, book.state);
                book.rows[row].day = early.max(book.from);
            }
        }
    }
    book.budget += Every::Days(14).monthly(cents);
}

fn pension(book: &mut Book) {
    let account = book.everyday(0);
    let category = book.random.weighted(&[(60, "GOV_PENSION"), (25, "GOV_DISABILITY"), (15, "GOV_VETERANS")]);
    let payer = book.brand(category, "+").expect("payers").name;
    let cents = book.random.within(62_000, 115_000);
    benefit(book, account, category, payer, cents);
    if category != "GOV_DISABILITY" && book.random.chance(60) {
        let fund = book.brand("SUPERANNUATION_INCOME", "+").expect("funds").name;
        let every = if book.random.chance(60) { Every::Months(1, 14) } else { Every::Days(14) };
        let cents = book.random.within(50_000, 260_000);
        income::stream(book, &Pay::new(account, "SUPERANNUATION_INCOME", fund, every, cents).reference("#"));
        book.budget += every.monthly(cents);
    }
}

fn benefits(book: &mut Book) {
    let account = book.everyday(0);
    let category = book.random.weighted(&[(40, "GOV_JOBSEEKER"), (25, "GOV_PARENTING"), (20, "GOV_CARER"), (15, "GOV_STUDENT")]);
    let payer = book.brand(category, "+").expect("payers").name;
    let cents = book.random.within(56_000, 102_000);
    benefit(book, account, category, payer, cents);
    if category != "GOV_STUDENT" && book.random.chance(60) {
        let payer = book.brand("GOV_FAMILY", "+").expect("payers").name;
        let cents = book.random.within(18_000, 64_000);
        benefit(book, account, "GOV_FAMILY", payer, cents);
    }
    if book.random.chance(35) {
        let payer = book.brand("CHILD_SUPPORT_INCOME", "+").expect("payers").name;
        let cents = book.random.within(12_000, 70_000);
        income::stream(book, &Pay::new(account, "CHILD_SUPPORT_INCOME", payer, Every::Months(1, 7), cents).reference("#"));
        book.budget += cents;
    }
    if book.random.chance(12) {
        let payer = book.brand("GOV_CRISIS", "+").expect("payers").name;
        let (day, cents) = (book.any_day(), book.random.within(20_000, 100_000));
        let said = Said::of(Channel::Credit, payer);
        book.post(account, shifted(day, Shift::After, book.state), cents, ("GOV_CRISIS", Stratum::OtherCredit), said);
    }
}

fn packaged(book: &mut Book) {
    employ(book, 0, None);
    let provider = book.brand("SALARY_PACKAGING", "+").expect("providers").name;
    let every = if book.random.chance(70) { Every::Days(14) } else { Every::Months(1, 20) };
    let cents = book.random.within(25_000, 61_154);
    let account = book.everyday(0);
    income::stream(book, &Pay::new(account, "SALARY_PACKAGING", provider, every, cents).reference("#"));
    book.budget += every.monthly(cents);
}

fn sole_trader(book: &mut Book) {
    let account = book.everyday(0);
    let clients = book.random.within(2, 5);
    let mut month = 0;
    for _ in 0..clients {
        let client = if book.random.chance(70) { company(book) } else { book.somebody().to_uppercase() };
        let each = book.random.within(60_000, 240_000);
        let mut day = after(book.from, book.random.within(0, 30));
        let mut rows = Vec::new();
        while day <= book.as_of {
            let cents = each * book.random.within(40, 180) / 100;
            let reference = format!("INV {}", book.random.within(100, 4_999));
            let said = Said::of(Channel::Credit, client.clone()).reference(reference.clone()).memo(reference);
            rows.extend(book.post(account, shifted(day, Shift::After, book.state), cents, ("BUSINESS_INCOME", Stratum::Income), said));
            day = after(day, book.random.within(12, 45));
        }
        receipts(book, client, rows);
        month += each;
    }
    if book.random.chance(50) {
        let takings = book.brand("BUSINESS_INCOME", "+").expect("terminals").name;
        let mean = book.random.within(15_000, 70_000);
        let pay = Pay::new(account, "BUSINESS_INCOME", takings, Every::Days(7), mean).reference("#");
        let slots = thinned(book, Every::Days(7), 10);
        income::irregular(book, &pay, &slots, (mean / 3, mean * 2));
        month += mean * 4;
    }
    book.budget += month * 6 / 10;
    tax_of_business(book, account, month);
}

fn receipts(book: &mut Book, payer: String, rows: Vec<usize>) {
    if let Some(newest) = rows.last().map(|&row| book.rows[row].day) {
        let ended = between(newest, book.as_of) > 75;
        let account = book.rows[rows[0]].account;
        book.streams.push(Stream { category: "BUSINESS_INCOME", payer, account, every: None, rows, level: 0, ended, other_holder: false });
    }
}

/// Activity statements every quarter, and what a business buys.
fn tax_of_business(book: &mut Book, account: usize, month: i64) {
    let office = book.brand("TAX_PAYMENT", "bd").expect("a tax office");
    for slot in Every::Months(3, 27).slots(book.from, book.as_of) {
        let mut said = Said::of(Channel::Bpay, office.name);
        (said.biller_code, said.crn) = ("75556".into(), book.random.digits(14));
        let cents = month * book.random.within(18, 40) / 100;
        book.post(account, shifted(slot, Shift::After, book.state), -cents, (office.category, office.stratum), said);
    }
    for _ in 0..book.days() / 20 {
        if let Some(merchant) = book.brand("BUSINESS_EXPENSE", "co") {
            let (day, cents) = (book.any_day(), book.random.price(25, 400));
            book.buy(account, day, cents, merchant);
        }
    }
}
