//! What is bought between the bills: shops, eating out, trips, cash, with the local and the odd names of every street.

use super::book::{Book, Product};
use super::lists::{self, Merchant, Trade};
use super::narrative::{Channel, Said};
use super::truth::Stratum;

/// Category, times a month in tenths, dollars, households in a hundred that do it at all.
const HABITS: [(&str, i64, (i64, i64), u32); 32] = [
    ("GROCERIES", 95, (8, 190), 100),
    ("FUEL", 28, (35, 110), 80),
    ("DINING", 55, (6, 95), 95),
    ("TAKEAWAY", 45, (8, 55), 92),
    ("PHARMACY", 14, (8, 70), 90),
    ("MEDICAL", 9, (40, 280), 85),
    ("ALCOHOL", 16, (15, 110), 60),
    ("TOBACCO", 25, (25, 70), 14),
    ("RIDESHARE_AND_TAXI", 18, (9, 60), 50),
    ("PUBLIC_TRANSPORT", 50, (3, 40), 45),
    ("TOLLS_AND_PARKING", 22, (4, 45), 60),
    ("VEHICLE_COSTS", 4, (60, 700), 70),
    ("CLOTHING", 11, (20, 180), 85),
    ("DEPARTMENT_STORE", 13, (10, 140), 88),
    ("ONLINE_RETAIL", 16, (9, 130), 80),
    ("ELECTRONICS", 4, (25, 900), 60),
    ("HOME_IMPROVEMENT", 10, (12, 260), 70),
    ("HOME_MAINTENANCE", 3, (90, 650), 35),
    ("HOBBIES", 8, (10, 110), 60),
    ("PETS", 11, (18, 190), 42),
    ("PERSONAL_CARE", 9, (25, 160), 70),
    ("ENTERTAINMENT", 10, (12, 150), 75),
    ("TRAVEL", 4, (80, 900), 55),
    ("FITNESS", 4, (10, 60), 30),
    ("DONATIONS", 2, (10, 100), 40),
    ("PROFESSIONAL_SERVICES", 3, (40, 480), 45),
    ("STREAMING", 4, (3, 25), 45),
    ("HIGHER_EDUCATION", 1, (40, 500), 15),
    ("SCHOOL_PUBLIC", 3, (5, 60), 15),
    ("SCHOOL_PRIVATE", 2, (30, 400), 10),
    ("CHILDCARE", 2, (20, 180), 8),
    ("WATER", 1, (60, 200), 12),
];

/// Household spending of a month without a budget, about, in cents.
const NOMINAL: i64 = 330_000;

/// Writes the spending, as much of it as the budget leaves.
pub(crate) fn spend(book: &mut Book) {
    let months = (book.days() * 10 / 304).max(10);
    let fixed: i64 = book.rows.iter().filter(|row| row.cents < 0).map(|row| -row.cents).sum::<i64>() * 10 / months;
    let left = (book.budget - fixed).max(book.budget / 4);
    let scale = (left * 100 / NOMINAL).clamp(28, 125);
    for (category, tenths, dollars, households) in HABITS {
        if !book.random.chance(households) {
            continue;
        }
        let favourites = favourites(book, category);
        let times = months * tenths * scale * book.random.within(70, 130) / 100_000;
        for _ in 0..times {
            purchase(book, category, dollars, &favourites);
        }
    }
    confusers(book, months);
    cash(book, months);
    odd_rows(book, months);
    refunds(book);
}

/// The two or three shops that people go to.
fn favourites(book: &mut Book, category: &'static str) -> Vec<&'static Merchant> {
    let all = lists::brands(book.split, category, "cof", book.state);
    if all.is_empty() {
        return Vec::new();
    }
    (0..3).map(|_| *book.random.pick(&all)).collect()
}

fn purchase(book: &mut Book, category: &'static str, dollars: (i64, i64), favourites: &[&'static Merchant]) {
    let account = book.spending_account();
    let (day, cents) = (book.any_day(), book.random.price(dollars.0, dollars.1));
    let trades = lists::trades(book.split, Some(category));
    let invented = lists::invented(book.split, category);
    let (near, strange) = (if trades.is_empty() { 0 } else { 24 }, if invented.is_empty() { 0 } else { 9 });
    let real = if favourites.is_empty() { 0 } else { 67 };
    match book.random.weighted(&[(real, 'r'), (near, 'l'), (strange, 's'), (u32::from(real + near + strange == 0), 'n')]) {
        'r' => {
            let favourite = book.random.chance(60);
            let merchant = if favourite { *book.random.pick(favourites) } else { book.brand(category, "cof").expect("a brand") };
            book.buy(account, day, cents, merchant);
        }
        'l' => {
            let trade = *book.random.pick(&trades);
            local(book, account, (day, cents), trade);
        }
        's' => {
            let merchant = book.random.pick(invented).clone();
            let said = through(book, &merchant);
            book.post(account, day, -cents, (merchant.category, merchant.stratum), said);
        }
        _ => {}
    }
}

/// A purchase from a local business whose trade stands in its name.
fn local(book: &mut Book, account: usize, (day, cents): (jiff::civil::Date, i64), trade: &Trade) {
    let place = book.nearby();
    let mut said = Said::of(Channel::Card, lists::local(&mut book.random, book.split, trade, place.0));
    said.mcc = trade.mcc;
    said.place = Some(place);
    let width = book.bank(account).widths.0;
    if book.random.chance(30) {
        let facilitator = book.word("facilitator");
        // What stands before the name must leave the word that tells the trade.
        if told(trade, &said.name, width.saturating_sub(facilitator.len())) {
            said.facilitator = facilitator;
        }
    }
    let stratum = if told(trade, &said.name, width) { Stratum::LocalBusiness } else { Stratum::UnnamedBrand };
    book.post(account, day, -cents, (trade.category, stratum), said);
}

/// Six letters or more of the trade are left when the bank has cut the name.
fn told(trade: &Trade, name: &str, width: usize) -> bool {
    let word = trade.pattern.split(['{', '}']).filter(|part| !["surname", "place", "word"].contains(part)).max_by_key(|part| part.len());
    let word: String = word.unwrap_or_default().trim().chars().take(6).collect();
    name.chars().take(width).collect::<String>().contains(word.trim())
}

fn through(book: &mut Book, merchant: &Merchant) -> Said {
    let mut said = book.card(merchant);
    if book.random.chance(20) {
        said.facilitator = book.word("facilitator");
    }
    said
}

/// Names that look like others.
fn confusers(book: &mut Book, months: i64) {
    let all: Vec<&Merchant> = lists::confusers(book.split).into_iter().filter(|merchant| !merchant.pays_by('+')).collect();
    for _ in 0..months * 22 / 100 {
        let merchant = *book.random.pick(&all);
        if matches!(merchant.category, "GAMBLING" | "LOTTERY" | "CRYPTO") && book.clean {
            continue;
        }
        let account = book.spending_account();
        let (day, cents) = (book.any_day(), book.random.price(9, 120));
        if merchant.pays_by('d') {
            let said = Said::of(Channel::Debit, merchant.name).reference(book.random.digits(8));
            let account = book.bills_account();
            book.post(account, day, -cents, (merchant.category, merchant.stratum), said);
        } else {
            book.buy(account, day, cents, merchant);
        }
    }
    let credits: Vec<&Merchant> = lists::confusers(book.split).into_iter().filter(|merchant| merchant.pays_by('+')).collect();
    if !credits.is_empty() && book.random.chance(30) {
        let merchant = *book.random.pick(&credits);
        let (account, day, cents) = (book.everyday(0), book.any_day(), book.random.within(2_000, 38_000));
        let said = Said::of(Channel::Credit, merchant.name).reference(book.random.digits(7));
        book.post(account, day, cents, (merchant.category, merchant.stratum), said);
    }
}

/// Cash out of machines, cash in at branches.
fn cash(book: &mut Book, months: i64) {
    let times = if book.random.chance(70) { months * book.random.within(2, 30) / 100 } else { 0 };
    for _ in 0..times {
        let person = book.random.index(book.people.len());
        let account = book.everyday(person);
        let (day, cents) = (book.any_day(), book.random.within(1, 20) * 2_000);
        let mut said = Said::of(Channel::Atm, *book.random.pick(&["CASHCARD", "ATMX", "REDIATM", "PRECINCT", "NEXT"]));
        said.place = Some(book.nearby());
        book.post(account, day, -cents, ("CASH_WITHDRAWAL", Stratum::BankWords), said);
        if book.random.chance(15) {
            let mut said = Said::of(Channel::AtmFee, "");
            said.place = Some(book.nearby());
            book.post(account, day, -book.random.clone().within(200, 350), ("BANK_FEE", Stratum::BankWords), said);
        }
    }
    if book.random.chance(18) {
        for _ in 0..book.random.within(1, 5) {
            let (account, day, cents) = (book.everyday(0), book.any_day(), book.random.within(2, 40) * 5_000);
            let mut said = Said::of(Channel::CashIn, "");
            said.place = Some(book.nearby());
            book.post(account, day, cents, ("CASH_DEPOSIT", Stratum::BankWords), said);
        }
    }
}

/// Fees for foreign purchases, cheques, wallets that say nothing.
fn odd_rows(book: &mut Book, months: i64) {
    let foreign: Vec<usize> = (0..book.rows.len()).filter(|&row| book.rows[row].said.channel == Channel::CardForeign).collect();
    for row in foreign {
        if book.random.chance(40) {
            let (account, day, cents) = (book.rows[row].account, book.rows[row].day, book.rows[row].cents * 3 / 100);
            book.post(account, day, cents.min(-5), ("BANK_FEE", Stratum::BankWords), Said::of(Channel::ForeignFee, ""));
        }
    }
    if book.random.chance(8) {
        let (account, day, cents) = (book.bills_account(), book.any_day(), book.random.within(4_000, 90_000));
        book.post(account, day, -cents, ("UNCATEGORISED", Stratum::BankWords), Said::of(Channel::Cheque, ""));
    }
    if book.random.chance(30) {
        for _ in 0..months * 8 / 100 {
            let (account, day, cents) = (book.bills_account(), book.any_day(), book.random.price(10, 120));
            let said = Said::of(Channel::Debit, "PAYPAL AUSTRALIA").reference(format!("10{}", book.random.digits(11)));
            book.post(account, day, -cents, ("UNCATEGORISED", Stratum::BankWords), said);
        }
    }
    if !book.clean
        && book.random.chance(30)
        && let Some(fine) = book.brand("FINES", "bo")
    {
        let (account, day, cents) = (book.bills_account(), book.any_day(), book.random.within(11_000, 68_000));
        let said = Said { biller_code: book.random.digits(5), crn: book.random.digits(9), ..Said::of(Channel::Bpay, fine.name) };
        book.post(account, day, -cents, (fine.category, fine.stratum), said);
    }
}

/// Money back for something bought: it takes the purchase's category.
fn refunds(book: &mut Book) {
    const RETURNED: [&str; 6] = ["CLOTHING", "DEPARTMENT_STORE", "ONLINE_RETAIL", "ELECTRONICS", "HOME_IMPROVEMENT", "TRAVEL"];
    let purchases: Vec<usize> = (0..book.rows.len()).filter(|&row| RETURNED.contains(&book.rows[row].category)).collect();
    for row in purchases {
        if !book.random.chance(4) {
            continue;
        }
        let bought = book.rows[row].clone();
        let mut said = bought.said.clone();
        said.channel = Channel::CardRefund;
        let whole = book.random.chance(70);
        let cents = if whole { -bought.cents } else { -bought.cents / 2 };
        let day = super::calendar::after(bought.day, book.random.within(2, 18));
        if let Some(refund) = book.post(bought.account, day, cents, (bought.category, Stratum::OtherCredit), said) {
            book.refunds.push((refund, row));
        }
    }
    // The cards' own interest, for those who do not pay it all.
    for card in 0..book.accounts.len() {
        if book.accounts[card].product == Product::Card && book.random.chance(35) {
            for slot in super::calendar::Every::Months(1, 18).slots(book.from, book.as_of) {
                let cents = book.random.within(900, 9_000);
                book.post(card, slot, -cents, ("INTEREST_CHARGED", Stratum::BankWords), Said::of(Channel::InterestOut, ""));
            }
        }
    }
}
