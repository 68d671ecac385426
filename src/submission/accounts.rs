//! Account details and scheduled payments: the records with records inside.

use std::borrow::Cow;

use super::findings::Lenience;
use super::rows::OfAccount;
use super::site::{Need, Site};
use super::{Account, CreditCardTerms, LoanTerms, Ownership, PaymentSetEntry, ProductCategory, ScheduledPayment, value};
use crate::cdr::{self, Fields, Record};

const CATEGORIES: [(&str, ProductCategory); 13] = [
    ("TRANS_AND_SAVINGS_ACCOUNTS", ProductCategory::TransAndSavingsAccounts),
    ("CRED_AND_CHRG_CARDS", ProductCategory::CredAndChrgCards),
    ("RESIDENTIAL_MORTGAGES", ProductCategory::ResidentialMortgages),
    ("PERS_LOANS", ProductCategory::PersLoans),
    ("TERM_DEPOSITS", ProductCategory::TermDeposits),
    ("BUSINESS_LOANS", ProductCategory::BusinessLoans),
    ("BUY_NOW_PAY_LATER", ProductCategory::BuyNowPayLater),
    ("LEASES", ProductCategory::Leases),
    ("MARGIN_LOANS", ProductCategory::MarginLoans),
    ("OVERDRAFTS", ProductCategory::Overdrafts),
    ("REGULATED_TRUST_ACCOUNTS", ProductCategory::RegulatedTrustAccounts),
    ("TRADE_FINANCE", ProductCategory::TradeFinance),
    ("TRAVEL_CARDS", ProductCategory::TravelCards),
];

const OWNERSHIPS: [(&str, Ownership); 5] = [
    ("UNKNOWN", Ownership::Unknown),
    ("ONE_PARTY", Ownership::OneParty),
    ("TWO_PARTY", Ownership::TwoParty),
    ("MANY_PARTY", Ownership::ManyParty),
    ("OTHER", Ownership::Other),
];

const REPAYMENT_TYPES: [&str; 4] = ["INTEREST_ONLY", "PRINCIPAL_AND_INTEREST", "OTHER", "UNCONSTRAINED"];

/// An account. What it does not say itself of its institution and consent is filled in from its customer later.
pub(super) fn account<'a>(site: &mut Site<'_, '_, '_>, record: &cdr::Account<'a>) -> OfAccount<'a, Account> {
    let account_id: Option<Cow<'a, str>> = site.required("accountId", record.account_id, value::id);
    let open = [("OPEN", true), ("CLOSED", false)];
    let ownership = |leaf| value::word(leaf, &OWNERSHIPS, Ownership::Unknown);
    let category = |leaf| value::word(leaf, &CATEGORIES, ProductCategory::Unrecognised);
    let display_name = site.expected("displayName", record.display_name, value::label);
    let nickname = site.optional("nickname", record.nickname, value::label);
    let is_open = site.optional("openStatus", record.open_status, |leaf| value::word(leaf, &open, true)).unwrap_or(true);
    let is_owned = site.optional("isOwned", record.is_owned, value::flag).unwrap_or(true);
    let ownership = site.expected("accountOwnership", record.account_ownership, ownership).unwrap_or(Ownership::Unknown);
    let masked_number = site.expected("maskedNumber", record.masked_number, value::label);
    let product_category = site.required("productCategory", record.product_category, category);
    let product_name = site.expected("productName", record.product_name, value::label);
    let bsb = site.optional("bsb", record.bsb, value::bsb);
    let account_number = site.optional("accountNumber", record.account_number, value::account_number);
    let credit_card = site.object("creditCard", &record.credit_card, Need::Optional, credit_card);
    let loan = site.object("loan", &record.loan, Need::Optional, loan);
    let lending_rate_millionths = lending_rate(site, record);
    let institution_name = site.optional("institutionName", record.institution_name, value::label);
    let cdr_arrangement_id = site.optional("cdrArrangementId", record.cdr_arrangement_id, value::id);
    let consent_expires_at = site.consent("consentExpiresAt", record.consent_expires_at);
    let mut data_from = site.timed("dataFrom", record.data_from, Need::Optional, value::date);
    let mut data_to = site.timed("dataTo", record.data_to, Need::Optional, value::date);
    if data_from.zip(data_to).is_some_and(|(from, to)| from > to) {
        site.warning(Lenience::WindowReversed, "dataFrom", record.data_from);
        (data_from, data_to) = (None, None);
    }
    let account_id = account_id?;
    let account = Account {
        account_id: account_id.as_ref().into(),
        display_name,
        nickname,
        product_name,
        is_open,
        is_owned,
        ownership,
        masked_number,
        product_category: product_category?,
        bsb,
        account_number,
        institution_name,
        cdr_arrangement_id,
        consent_expires_at,
        data_from,
        data_to,
        credit_card,
        loan,
        lending_rate_millionths,
    };
    Some((account_id, account))
}

/// The account's own rate, else the highest that its product names: discounts and penalties are no rates to pay by.
fn lending_rate(site: &mut Site<'_, '_, '_>, record: &cdr::Account<'_>) -> Option<i64> {
    let own = site.optional("lendingRate", record.lending_rate, value::rate);
    let mut highest = None;
    site.records("lendingRates", record.lending_rates, Need::Optional, |site, rate: &cdr::LendingRate<'_>| {
        let kind = site.optional("lendingRateType", rate.kind, value::label);
        let is_base = kind.is_none_or(|kind| !kind.contains("DISCOUNT") && &*kind != "PENALTY");
        let rate = site.optional("rate", rate.rate, value::rate);
        highest = highest.max(rate.filter(|_| is_base));
    });
    own.or(highest)
}

fn credit_card(site: &mut Site<'_, '_, '_>, record: &cdr::CreditCard<'_>) -> CreditCardTerms {
    CreditCardTerms {
        min_payment: site.expected("minPaymentAmount", record.min_payment_amount, value::amount),
        payment_due: site.expected("paymentDueAmount", record.payment_due_amount, value::amount),
        payment_due_date: site.timed("paymentDueDate", record.payment_due_date, Need::Expected, value::date),
    }
}

fn loan(site: &mut Site<'_, '_, '_>, record: &cdr::Loan<'_>) -> LoanTerms {
    let mut terms = LoanTerms {
        original_amount: site.optional("originalLoanAmount", record.original_loan_amount, value::amount),
        end_date: site.timed("loanEndDate", record.loan_end_date, Need::Optional, value::date),
        next_instalment_date: site.timed("nextInstalmentDate", record.next_instalment_date, Need::Optional, value::date),
        min_instalment: site.optional("minInstalmentAmount", record.min_instalment_amount, value::amount),
        max_redraw: site.optional("maxRedraw", record.max_redraw, value::amount),
        repayment_type: site.expected("repaymentType", record.repayment_type, |leaf| value::kept_word(leaf, &REPAYMENT_TYPES)),
        repayment_frequency: site.optional("repaymentFrequency", record.repayment_frequency, value::duration),
        offset_account_ids: Vec::new(),
    };
    let ids = &mut terms.offset_account_ids;
    site.values("offsetAccountIds", record.offset_account_ids, value::id, |_, _, _, id| ids.push(id));
    terms
}

const PAYMENT_STATUSES: [(&str, bool); 3] = [("ACTIVE", true), ("INACTIVE", false), ("SKIP", false)];

/// A scheduled payment. `account` is filled in later.
pub(super) fn scheduled_payment<'a>(site: &mut Site<'_, '_, '_>, record: &cdr::ScheduledPayment<'a>) -> OfAccount<'a, ScheduledPayment> {
    let scheduled_payment_id = site.required("scheduledPaymentId", record.scheduled_payment_id, value::id);
    let is_active = site.required("status", record.status, |leaf| value::word(leaf, &PAYMENT_STATUSES, false));
    let account_id = match &record.from {
        // A payment from nowhere lacks the account: that is the member which is required.
        cdr::Object::Absent | cdr::Object::Null => {
            let mut nowhere = cdr::PaymentSource::default();
            nowhere.begin(record.position());
            site.object("from", &cdr::Object::Is(nowhere), Need::Required, source)
        }
        from => site.object("from", from, Need::Required, source),
    };
    let nickname = site.optional("nickname", record.nickname, value::label);
    let own_reference = site.expected("payerReference", record.payer_reference, value::label);
    let payee_reference = site.optional("payeeReference", record.payee_reference, value::label);
    let (mut payments, mut payee_nickname, mut to_reference) = (Vec::new(), None, None);
    site.records("paymentSet", record.payment_set, Need::Expected, |site, entry: &cdr::PaymentSetEntry<'_>| {
        let (entry, to) = payment(site, entry);
        payee_nickname = payee_nickname.take().or(to.nickname);
        to_reference = to_reference.take().or(to.reference);
        // What says nothing is not worth its memory: two brackets and a comma would become a record.
        if entry.amount.is_some() || entry.payee.is_some() || entry.to_account_id.is_some() {
            payments.push(entry);
        }
    });
    let (next_date, interval) = site.object("recurrence", &record.recurrence, Need::Expected, recurrence).unwrap_or_default();
    let label = nickname.or(payee_nickname).or(own_reference).or(payee_reference).or(to_reference);
    let payment = ScheduledPayment {
        scheduled_payment_id: scheduled_payment_id?,
        is_active: is_active?,
        account: 0,
        label,
        payments,
        next_date,
        interval,
    };
    Some((account_id??, payment))
}

fn source<'a>(site: &mut Site<'_, '_, '_>, from: &cdr::PaymentSource<'a>) -> Option<Cow<'a, str>> {
    site.required("accountId", from.account_id, value::id)
}

/// What a payment set says of its payee beside the name.
#[derive(Default)]
struct Payee {
    name: Option<Box<str>>,
    account_id: Option<Box<str>>,
    nickname: Option<Box<str>>,
    reference: Option<Box<str>>,
}

fn payment(site: &mut Site<'_, '_, '_>, entry: &cdr::PaymentSetEntry<'_>) -> (PaymentSetEntry, Payee) {
    let mut to = site.object("to", &entry.to, Need::Expected, payee).unwrap_or_default();
    site.optional("isAmountCalculated", entry.is_amount_calculated, value::flag);
    let amount = site.optional("amount", entry.amount, value::amount);
    let payee = to.name.take().or_else(|| to.nickname.clone());
    (PaymentSetEntry { amount, payee, to_account_id: to.account_id.take() }, to)
}

const PAYEE_KINDS: [&str; 6] = ["accountId", "biller", "digitalWallet", "domestic", "international", "payeeId"];

fn payee(site: &mut Site<'_, '_, '_>, to: &cdr::To<'_>) -> Payee {
    site.expected("toUType", to.kind, |leaf| value::kept_word(leaf, &PAYEE_KINDS));
    let account_id = site.optional("accountId", to.account_id, value::id);
    let nickname = site.optional("nickname", to.nickname, value::label);
    let reference = site.optional("payeeReference", to.payee_reference, value::label);
    let biller = site.object("biller", &to.biller, Need::Optional, |site, biller| site.expected("billerName", biller.name, value::label));
    let wallet =
        site.object("digitalWallet", &to.digital_wallet, Need::Optional, |site, wallet| site.expected("name", wallet.name, value::label));
    let domestic = site.object("domestic", &to.domestic, Need::Optional, |site, domestic| {
        let account = site
            .object("account", &domestic.account, Need::Optional, |site, account| site.optional("accountName", account.name, value::label));
        let pay_id =
            site.object("payId", &domestic.pay_id, Need::Optional, |site, pay_id| site.optional("name", pay_id.name, value::label));
        account.flatten().or(pay_id.flatten())
    });
    let international = site.object("international", &to.international, Need::Optional, |site, international| {
        site.object("beneficiaryDetails", &international.beneficiary_details, Need::Expected, |site, beneficiary| {
            site.optional("name", beneficiary.name, value::label)
        })
    });
    let name = biller.flatten().or(wallet.flatten()).or(domestic.flatten()).or(international.flatten().flatten());
    Payee { name, account_id, nickname, reference }
}

const RECURRENCES: [&str; 4] = ["eventBased", "intervalSchedule", "lastWeekDay", "onceOff"];

/// The next date and the interval.
fn recurrence(site: &mut Site<'_, '_, '_>, record: &cdr::Recurrence<'_>) -> (Option<jiff::civil::Date>, Option<Box<str>>) {
    site.expected("recurrenceUType", record.kind, |leaf| value::kept_word(leaf, &RECURRENCES));
    let next = site.timed("nextPaymentDate", record.next_payment_date, Need::Optional, value::date);
    let once = site.object("onceOff", &record.once_off, Need::Optional, |site, once| {
        site.timed("paymentDate", once.payment_date, Need::Expected, value::date)
    });
    let mut first = None;
    site.object("intervalSchedule", &record.interval_schedule, Need::Optional, |site, schedule| {
        site.records("intervals", schedule.intervals, Need::Expected, |site, interval: &cdr::Interval<'_>| {
            let interval = site.expected("interval", interval.interval, value::duration);
            first = first.take().or(interval);
        });
    });
    let weekly = site.object("lastWeekDay", &record.last_week_day, Need::Optional, |site, last| {
        site.expected("interval", last.interval, value::duration)
    });
    (next.or(once.flatten()), first.or(weekly.flatten()))
}
