//! Bills: what comes back, in every cadence, with price changes and lumpy yearly ones.

use jiff::civil::Date;

use super::book::{At, Authorisation, Book, Product, Recurring, Scheduled};
use super::calendar::{Every, Shift, after, shifted};
use super::lists::Merchant;
use super::narrative::{Channel, Said};
use super::truth::{Kind, Stratum};

/// A bill as it is drawn up: category, how it may be paid, rhythm, range of dollars, how far it varies in thousandths.
#[derive(Clone, Copy, Debug)]
struct Bill {
    category: &'static str,
    how: &'static str,
    every: Every,
    dollars: (i64, i64),
    varies: i64,
}

const fn bill(category: &'static str, how: &'static str, every: Every, dollars: (i64, i64), varies: i64) -> Bill {
    Bill { category, how, every, dollars, varies }
}

/// Writes the bills of a household.
pub(crate) fn pay(book: &mut Book, owns_home: bool) {
    if owns_home {
        for (percent, bill) in [
            (100, bill("COUNCIL_RATES", "bd", Every::Months(3, 28), (340, 620), 0)),
            (100, bill("WATER", "bd", Every::Months(3, 12), (160, 380), 180)),
            (30, bill("STRATA", "bd", Every::Months(3, 1), (600, 1_700), 0)),
        ] {
            maybe(book, percent, bill);
        }
    } else {
        roof(book);
    }
    let on = |book: &mut Book| i8::try_from(book.random.within(1, 28)).expect("a day");
    let (first, second, third, fourth) = (on(book), on(book), on(book), on(book));
    let family = matches!(book.kind, Kind::Salary | Kind::Joint | Kind::Benefits | Kind::Packaged) && book.random.chance(40);
    let energy = book.random.weighted(&[(55, Every::Months(3, first)), (35, Every::Months(1, first)), (10, Every::Days(14))]);
    let gym = if book.random.chance(60) { Every::Days(14) } else { Every::Days(7) };
    let health = if book.random.chance(50) { Every::Days(14) } else { Every::Months(1, second) };
    let car = if book.random.chance(50) { Every::Months(1, third) } else { Every::Months(12, third) };
    let registration =
        book.random.weighted(&[(40, Every::Months(12, fourth)), (30, Every::Months(6, fourth)), (30, Every::Months(3, fourth))]);
    let energy_dollars = if energy == Every::Months(3, first) { (280, 620) } else { (70, 190) };
    for (percent, bill) in [
        (92, bill("ELECTRICITY_AND_GAS", "bd", energy, energy_dollars, 220)),
        (25, bill("ELECTRICITY_AND_GAS", "bd", Every::Months(2, second), (90, 260), 200)),
        (88, bill("TELEPHONE_AND_INTERNET", "dob", Every::Months(1, third), (25, 95), 0)),
        (70, bill("TELEPHONE_AND_INTERNET", "db", Every::Months(1, fourth), (59, 109), 0)),
        (75, bill("STREAMING", "of", Every::Months(1, first), (8, 26), 0)),
        (55, bill("STREAMING", "of", Every::Months(1, second), (10, 33), 0)),
        (25, bill("STREAMING", "of", Every::Months(1, fourth), (5, 20), 0)),
        (45, bill("HEALTH_INSURANCE", "db", health, (55, 240), 0)),
        (60, bill("GENERAL_INSURANCE", "db", car, if car == Every::Months(1, third) { (60, 180) } else { (600, 1_900) }, 0)),
        (22, bill("GENERAL_INSURANCE", "db", Every::Months(1, fourth), (35, 160), 0)),
        (16, bill("LIFE_INSURANCE", "d", Every::Months(1, second), (35, 220), 0)),
        (35, bill("FITNESS", "d", gym, (14, 48), 0)),
        (20, bill("DONATIONS", "od", Every::Months(1, third), (10, 60), 0)),
        (45, bill("VEHICLE_COSTS", "b", registration, if registration == Every::Months(3, fourth) { (190, 290) } else { (380, 900) }, 0)),
        (if family { 35 } else { 0 }, bill("CHILDCARE", "d", Every::Days(7), (90, 420), 60)),
        (if family { 25 } else { 0 }, bill("SCHOOL_PRIVATE", "bd", Every::Months(3, first), (900, 4_200), 0)),
        (if family { 25 } else { 0 }, bill("SCHOOL_PUBLIC", "bo", Every::Months(6, second), (60, 320), 0)),
        (6, bill("HIGHER_EDUCATION", "b", Every::Months(6, third), (400, 2_400), 0)),
        (5, bill("CHILD_SUPPORT_PAID", "b", Every::Months(1, fourth), (150, 900), 0)),
        (8, bill("INVESTMENT_CONTRIBUTION", "d", Every::Months(1, first), (100, 800), 0)),
        (5, bill("SUPER_CONTRIBUTION", "b", Every::Months(1, second), (50, 500), 0)),
        (6, bill("REMITTANCE", "od", Every::Months(1, third), (150, 900), 200)),
    ] {
        maybe(book, percent, bill);
    }
    bank_fee(book);
}

fn maybe(book: &mut Book, percent: u32, bill: Bill) {
    if !book.random.chance(percent) {
        return;
    }
    let Some(merchant) = book.brand(bill.category, bill.how) else { return };
    let cents = book.random.within(bill.dollars.0 * 100, bill.dollars.1 * 100);
    // Subscriptions and plans end on .99 or on the dollar.
    let cents = if bill.varies == 0 && cents < 20_000 { cents / 100 * 100 + if book.random.chance(50) { 99 } else { 0 } } else { cents };
    let ways: Vec<char> = bill.how.chars().filter(|way| merchant.pays_by(*way)).collect();
    let way = *book.random.pick(&ways);
    series(book, merchant, way, bill.every, cents, bill.varies);
}

/// Pays a merchant in a rhythm.
pub(crate) fn series(book: &mut Book, merchant: &Merchant, way: char, every: Every, cents: i64, varies: i64) -> Vec<At> {
    let account = if "of".contains(way) { book.spending_account() } else { book.bills_account() };
    let phase = book.random.within(0, every.days() - 1);
    let first = after(book.from, phase - every.days());
    let starts = if book.days() > 200 && book.random.chance(12) { after(book.from, book.random.within(40, 120)) } else { first };
    let ends = if book.days() > 250 && book.random.chance(10) { after(book.as_of, -book.random.within(70, 110)) } else { book.as_of };
    let change = (varies == 0 && book.days() > 150 && book.random.chance(25))
        .then(|| (after(book.from, book.days() / 2), cents * book.random.within(1_030, 1_110) / 1_000));
    let member = book.random.digits(9);
    let (code, crn, apca) = (book.random.digits(5), book.random.digits(11), book.random.within(100_000, 600_000));
    let mut slots = every.slots(starts, ends);
    if let Every::Months(months @ 2.., on) = every {
        // A bill of several months comes in months of its own.
        let offset = usize::try_from(book.random.within(0, months - 1)).expect("months");
        slots =
            Every::Months(1, on).slots(starts, ends).into_iter().skip(offset).step_by(usize::try_from(months).expect("months")).collect();
    }
    let mut rows = Vec::new();
    for slot in slots {
        let level = change.filter(|(from, _)| *from <= slot).map_or(cents, |(_, cents)| cents);
        let amount = level + level * book.random.within(-varies, varies) / 1_000;
        let day = if "of".contains(way) { slot } else { shifted(slot, Shift::After, book.state) };
        let said = match way {
            'd' => Said::of(Channel::Debit, merchant.name).reference(member.clone()).apca(u32::try_from(apca).expect("an APCA number")),
            'b' => Said { biller_code: code.clone(), crn: crn.clone(), ..Said::of(Channel::Bpay, merchant.name) },
            _ => book.card(merchant),
        };
        rows.extend(book.post(account, day, -amount, (merchant.category, merchant.stratum), said));
    }
    let confirmed = way == 'd' && authorise(book, account, merchant.name, &rows);
    note(book, merchant.name, merchant.category, every, &rows, confirmed);
    rows
}

/// The holder lists who may debit the account, from debits of the past.
pub(crate) fn authorise(book: &mut Book, account: usize, name: &str, rows: &[At]) -> bool {
    let Some(&last) = rows.last() else { return false };
    let listed = book.bank(account).lists_debits && book.random.chance(75);
    if listed {
        book.authorisations.push(Authorisation { account, name: name.to_owned(), last });
    }
    listed
}

/// Notes a series.
pub(crate) fn note(book: &mut Book, payee: &str, category: &'static str, every: Every, rows: &[At], confirmed: bool) {
    if rows.len() >= 2 {
        book.recurring.push(Recurring { payee: payee.to_owned(), category, every, rows: rows.to_vec(), confirmed });
    }
}

/// Rent to an agent or to a person, or board.
fn roof(book: &mut Book) {
    let every = book.random.weighted(&[(40, Every::Days(7)), (40, Every::Days(14)), (20, Every::Months(1, 1))]);
    let weekly = if book.budget > 450_000 { book.random.within(380, 690) } else { book.random.within(180, 380) };
    let cents = weekly * 100 * every.days() / 7;
    match book.random.within(0, 99) {
        0..=54 => {
            if let Some(agent) = book.brand("RENT", "db") {
                let way = if agent.pays_by('d') { 'd' } else { 'b' };
                series(book, agent, way, every, cents, 0);
            }
        }
        55..=79 => person_series(book, "RENT", every, cents),
        80..=89 => person_series(book, "BOARD", Every::Days(7), cents.min(28_000)),
        // Out of the pension before it arrives, or with family.
        _ => {}
    }
}

/// Rent, board or pocket money to a person, told by the message.
fn person_series(book: &mut Book, category: &'static str, every: Every, cents: i64) {
    let account = book.bills_account();
    let who = book.somebody();
    let kind = if category == "RENT" { "rent memo" } else { "board memo" };
    let memo = book.word(kind);
    let first = after(book.from, book.random.within(0, every.days() - 1));
    let mut rows = Vec::new();
    for slot in every.slots(first, book.as_of) {
        let said = Said::of(Channel::PayOut, who.clone()).memo(memo);
        rows.extend(book.post(account, slot, -cents, (category, Stratum::Person), said));
    }
    let next = rows.last().map_or(book.as_of, |&row| after(book.rows[row].day, every.days()));
    let confirmed = schedule(book, account, &who, cents, every, next, None);
    note(book, &who, category, every, &rows, confirmed);
}

/// Some payments were given to the bank as standing orders.
pub(crate) fn schedule(book: &mut Book, account: usize, to: &str, cents: i64, every: Every, next: Date, own: Option<usize>) -> bool {
    let interval = match every {
        Every::Days(7) => "P7D",
        Every::Days(14) => "P14D",
        Every::Months(1, _) => "P1M",
        _ => return false,
    };
    let listed = book.bank(account).lists_debits && book.random.chance(40);
    if listed {
        book.scheduled.push(Scheduled { account, to: to.to_owned(), cents, next, interval, own });
    }
    listed
}

/// Some everyday accounts cost a monthly fee, some cards a yearly one.
fn bank_fee(book: &mut Book) {
    for account in 0..book.accounts.len() {
        if book.accounts[account].copy_of.is_some() {
            continue;
        }
        let (channel, every, cents, percent) = match book.accounts[account].product {
            Product::Everyday => (Channel::AccountFee, Every::Months(1, 31), book.random.within(4, 6) * 100, 25),
            Product::Card => (Channel::CardFee, Every::Months(12, 9), book.random.within(30, 350) * 100, 70),
            _ => continue,
        };
        if !book.random.chance(percent) {
            continue;
        }
        let mut rows = Vec::new();
        for slot in every.slots(book.from, book.as_of) {
            rows.extend(book.post(account, slot, -cents, ("BANK_FEE", Stratum::BankWords), Said::of(channel, "")));
        }
        note(book, "bank fee", "BANK_FEE", every, &rows, false);
    }
}
