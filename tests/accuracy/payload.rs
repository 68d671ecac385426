//! The request body: the envelope of the service around records of the Data Standards, of either generation.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::book::{Account, Book, Generation, Product};
use super::calendar::{Every, after};
use super::finish::{Written, is_structured, sums};
use super::narrative::{Channel, Clock, Grammar};
use super::random::Random;
use super::truth::Anchor;

/// One JSON object that is being written.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self(String::from("{"))
    }

    fn raw(mut self, name: &str, value: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write!(self.0, "\"{name}\":{value}").expect("a String takes it");
        self
    }

    fn text(self, name: &str, value: &str) -> Self {
        let quoted = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        self.raw(name, &quoted)
    }

    /// Only where there is something to say.
    fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn money(self, name: &str, cents: i64) -> Self {
        let sign = if cents < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
        self.text(name, &text)
    }

    fn flag(self, name: &str, value: bool) -> Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

/// What the envelope says beside the records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) ids_given: bool,
    /// `dataFrom` and `dataTo` stand on the accounts.
    pub(crate) window_stated: bool,
    /// Newest rows first, as holders page.
    pub(crate) newest_first: bool,
}

/// The bytes of the request.
pub(crate) fn body(book: &Book, written: &[Written], envelope: Envelope) -> Vec<u8> {
    let meta = Object::new().text("clientReference", "GENERATED").text("asOf", &book.as_of.to_string()).close();
    let customers = list((0..book.customers.len()).map(|customer| consent(book, written, envelope, customer)));
    let data = Object::new().raw("customers", &customers).close();
    Object::new().raw("meta", &meta).raw("data", &data).close().into_bytes()
}

fn consent(book: &Book, written: &[Written], envelope: Envelope, customer: usize) -> String {
    let who = &book.customers[customer];
    let person = &book.people[who.person];
    let accounts: Vec<usize> = (0..book.accounts.len()).filter(|&at| book.accounts[at].customer == customer).collect();
    let mut rows: Vec<&Written> = written.iter().filter(|row| accounts.contains(&row.account)).collect();
    rows.sort_by_key(|row| book.rows[row.at].day);
    if envelope.newest_first {
        rows.reverse();
    }
    let details = list(accounts.iter().map(|&at| account(book, at, envelope)));
    let balances = list(accounts.iter().map(|&at| balance(book, at)));
    let transactions = list(rows.into_iter().map(|row| transaction(book, row, who.bank, who.generation, envelope)));
    let mut out = Object::new()
        .text("customerId", &who.id)
        .text("applicantId", &person.applicant_id)
        .text("name", &person.name())
        .text("institutionName", who.bank.bank)
        .maybe("declaredEmployer", person.employer.as_deref())
        .raw("accounts", &details)
        .raw("balances", &balances)
        .raw("transactions", &transactions);
    if who.bank.lists_debits {
        out = out.raw("directDebitAuthorisations", &authorisations(book, &accounts));
        out = out.raw("scheduledPayments", &scheduled(book, &accounts));
    }
    out.close()
}

fn account(book: &Book, at: usize, envelope: Envelope) -> String {
    let account = &book.accounts[at];
    let category = match account.product {
        Product::Everyday | Product::Savings => "TRANS_AND_SAVINGS_ACCOUNTS",
        Product::Card => "CRED_AND_CHRG_CARDS",
        Product::HomeLoan => "RESIDENTIAL_MORTGAGES",
        Product::PersonalLoan => "PERS_LOANS",
    };
    let masked = format!("xxx-xxx xxxxx{}", &account.number[account.number.len() - 4..]);
    let mut out = Object::new()
        .text("accountId", &account.id)
        .text("displayName", &account.name)
        .maybe("nickname", account.nickname.as_deref())
        .text("openStatus", "OPEN")
        .flag("isOwned", true)
        .text("accountOwnership", if account.joint { "TWO_PARTY" } else { "ONE_PARTY" })
        .text("maskedNumber", &masked)
        .text("productCategory", category)
        .text("productName", &account.name)
        .text("bsb", &account.bsb)
        .text("accountNumber", &account.number);
    if envelope.window_stated {
        out = out.text("dataFrom", &book.from.to_string()).text("dataTo", &book.as_of.to_string());
    }
    terms(book, account, out).close()
}

fn terms(book: &Book, account: &Account, out: Object) -> Object {
    if let Some(loan) = &account.loan {
        let frequency = match loan.every {
            Every::Days(7) => "P7D",
            Every::Days(14) => "P14D",
            _ => "P1M",
        };
        let terms = Object::new()
            .money("originalLoanAmount", loan.original)
            .text("loanEndDate", &loan.ends.to_string())
            .text("nextInstalmentDate", &loan.next.to_string())
            .money("minInstalmentAmount", loan.instalment)
            .text("repaymentType", "PRINCIPAL_AND_INTEREST")
            .text("repaymentFrequency", frequency)
            .close();
        let rate = format!("0.{:04}", loan.rate);
        return out.text("specificAccountUType", "loan").raw("loan", &terms).text("lendingRate", &rate);
    }
    if account.product == Product::Card {
        let terms = Object::new()
            .money("minPaymentAmount", (account.limit / 50).max(2_500))
            .money("paymentDueAmount", account.limit / 4)
            .text("paymentDueDate", &after(book.as_of, 11).to_string())
            .close();
        return out.text("specificAccountUType", "creditCard").raw("creditCard", &terms);
    }
    out
}

fn balance(book: &Book, at: usize) -> String {
    let account = &book.accounts[at];
    let seen = account.copy_of.unwrap_or(at);
    let read = if account.anchor == Anchor::Lagging { after(book.as_of, -2) } else { book.as_of };
    let mut current = account.opening + sums(book, seen).range(..=read).map(|(_, moved)| moved).sum::<i64>();
    if account.anchor == Anchor::PendingInclusive {
        current += book.rows.iter().filter(|row| row.account == seen && !row.posted).map(|row| row.cents).sum::<i64>();
    }
    let available = if account.product == Product::Card { account.limit + current } else { current };
    let mut out = Object::new()
        .text("accountId", &account.id)
        .money("currentBalance", current)
        .money("availableBalance", available)
        .text("currency", "AUD");
    if account.product == Product::Card {
        out = out.money("creditLimit", account.limit);
    }
    if account.anchor == Anchor::True {
        // The end of that day in the west: after every row of it.
        out = out.text("balanceAt", &format!("{}T23:59:59+08:00", book.as_of));
    }
    out.close()
}

fn transaction(book: &Book, written: &Written, bank: &Grammar, generation: Generation, envelope: Envelope) -> String {
    let row = &book.rows[written.at];
    let mut random = Random::new(written.chance);
    let said = &row.said;
    let fields = &bank.fields;
    let typed = random.chance(fields.typed);
    let mut out = Object::new().text("accountId", &book.accounts[written.account].id);
    if envelope.ids_given {
        out = out.text("transactionId", &written.id);
    }
    out = out
        .flag("isDetailAvailable", generation != Generation::Plain)
        .text("type", if typed { kind(said.channel) } else { "OTHER" })
        .text("status", if row.posted { "POSTED" } else { "PENDING" })
        .text("description", &written.description);
    if !row.undated {
        out = out.text(if row.posted { "postingDateTime" } else { "executionDateTime" }, &moment(bank, book.state, row.day, &mut random));
        if row.posted && written.happened != row.day && random.chance(50) {
            out = out.text("executionDateTime", &moment(bank, book.state, written.happened, &mut random));
        }
    }
    let reference = if random.chance(fields.reference) { said.reference.as_str() } else { "" };
    out = out.money("amount", row.cents).text("currency", "AUD").text("reference", reference);
    if !is_structured(generation) {
        return out.close();
    }
    structured(book, written, bank, generation, out, &mut random).close()
}

fn structured(book: &Book, written: &Written, bank: &Grammar, generation: Generation, mut out: Object, random: &mut Random) -> Object {
    let said = &book.rows[written.at].said;
    let fields = &bank.fields;
    match said.channel {
        Channel::Card | Channel::CardOnline | Channel::CardForeign | Channel::CardRefund => {
            if random.chance(fields.merchant_name) {
                let name = if random.chance(50) { super::narrative::title(&said.name) } else { said.name.clone() };
                out = out.text("merchantName", &name);
            }
            if !said.mcc.is_empty() && random.chance(fields.mcc) {
                out = out.text("merchantCategoryCode", said.mcc);
            }
        }
        Channel::Bpay if random.chance(fields.biller) => {
            out = out.text("billerCode", &said.biller_code).text("billerName", &said.name).text("crn", &said.crn);
        }
        Channel::Debit | Channel::Credit | Channel::Payroll => {
            if let Some(apca) = said.apca.filter(|_| random.chance(fields.apca)) {
                out = out.text("apcaNumber", &format!("{apca:06}"));
            }
            if said.channel == Channel::Payroll && generation == Generation::Newer && random.chance(fields.npp / 4) {
                out = npp(book, written, generation, "CATSCT", out);
            }
        }
        Channel::PayIn | Channel::PayOut if random.chance(fields.npp) => {
            let service = if generation == Generation::Newer { "X2P1" } else { "X2P1.01" };
            out = npp(book, written, generation, service, out);
        }
        _ => {}
    }
    out
}

/// `extendedData` of a payment over the New Payments Platform.
fn npp(book: &Book, written: &Written, generation: Generation, service: &str, out: Object) -> Object {
    let row = &book.rows[written.at];
    let memo = if row.said.memo.is_empty() { &row.said.reference } else { &row.said.memo };
    let end_to_end = format!("{:x}", written.chance);
    let mut payload = Object::new().text("extendedDescription", memo).text("endToEndId", &end_to_end);
    if service == "CATSCT" {
        payload = payload.text("purposeCode", "SALA");
    }
    let side = if row.cents < 0 { "payee" } else { "payer" };
    let extended = Object::new().text(side, &row.said.name).text("extensionUType", "nppPayload");
    let extended = if generation == Generation::Newer {
        extended.raw("nppPayload", &payload.text("service", service).close())
    } else {
        extended.raw("x2p101Payload", &payload.close()).text("service", service)
    };
    out.raw("extendedData", &extended.close())
}

const FEES: [Channel; 8] = [
    Channel::DishonourFee,
    Channel::OverdrawnFee,
    Channel::AccountFee,
    Channel::ForeignFee,
    Channel::AtmFee,
    Channel::CardFee,
    Channel::LateFee,
    Channel::CashAdvanceFee,
];

fn kind(channel: Channel) -> &'static str {
    match channel {
        Channel::Debit => "DIRECT_DEBIT",
        fee if FEES.contains(&fee) => "FEE",
        Channel::InterestIn => "INTEREST_PAID",
        Channel::InterestOut | Channel::LoanInterest => "INTEREST_CHARGED",
        Channel::PayOut | Channel::OwnOut => "TRANSFER_OUTGOING",
        Channel::PayIn | Channel::OwnIn | Channel::Credit | Channel::Payroll => "TRANSFER_INCOMING",
        Channel::Card | Channel::CardOnline | Channel::CardForeign | Channel::Bpay => "PAYMENT",
        _ => "OTHER",
    }
}

/// A moment as this holder writes one.
fn moment(bank: &Grammar, state: &str, day: Date, random: &mut Random) -> String {
    match bank.clock {
        Clock::DateOnly => format!("{day}T00:00:00Z"),
        Clock::SydneyMidnight => {
            let zone = TimeZone::get("Australia/Sydney").expect("a zone");
            day.to_zoned(zone).expect("a midnight").timestamp().to_string()
        }
        Clock::Offset => {
            let offset = match state {
                "WA" => "+08:00",
                "SA" | "NT" => "+09:30",
                _ => "+10:00",
            };
            format!("{day}T{:02}:{:02}:{:02}{offset}", random.within(0, 23), random.within(0, 59), random.within(0, 59))
        }
    }
}

fn authorisations(book: &Book, accounts: &[usize]) -> String {
    let of = book.authorisations.iter().filter(|one| accounts.contains(&one.account) && !book.rows[one.last].missing);
    list(of.map(|one| {
        let last = &book.rows[one.last];
        let entity = Object::new().text("description", &one.name).text("financialInstitution", "WESTPAC BANKING CORPORATION").close();
        Object::new()
            .text("accountId", &book.accounts[one.account].id)
            .raw("authorisedEntity", &entity)
            .text("lastDebitDateTime", &format!("{}T00:00:00Z", last.day))
            .money("lastDebitAmount", last.cents.abs())
            .close()
    }))
}

fn scheduled(book: &Book, accounts: &[usize]) -> String {
    let of = book.scheduled.iter().filter(|one| accounts.contains(&one.account)).enumerate();
    list(of.map(|(index, one)| {
        let to = if let Some(own) = one.own {
            Object::new().text("toUType", "accountId").text("accountId", &book.accounts[own].id).close()
        } else {
            let account = Object::new().text("accountName", &one.to).text("bsb", "062000").text("accountNumber", "12345678").close();
            let domestic = Object::new().text("payeeAccountUType", "account").raw("account", &account).close();
            Object::new().text("toUType", "domestic").raw("domestic", &domestic).close()
        };
        let set = Object::new().raw("to", &to).flag("isAmountCalculated", false).money("amount", one.cents).text("currency", "AUD").close();
        let intervals = list([Object::new().text("interval", one.interval).close()]);
        let schedule = Object::new().raw("intervals", &intervals).close();
        let recurrence = Object::new()
            .text("nextPaymentDate", &one.next.to_string())
            .text("recurrenceUType", "intervalSchedule")
            .raw("intervalSchedule", &schedule)
            .close();
        let from = Object::new().text("accountId", &book.accounts[one.account].id).close();
        Object::new()
            .text("scheduledPaymentId", &format!("sp-{index}"))
            .text("payeeReference", "standing order")
            .text("payerReference", "standing order")
            .text("status", "ACTIVE")
            .raw("from", &from)
            .raw("paymentSet", &list([set]))
            .raw("recurrence", &recurrence)
            .close()
    }))
}
