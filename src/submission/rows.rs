//! The small records of a customer: transactions, balances, direct debits.

use std::borrow::Cow;

use super::findings::Lenience;
use super::site::{Need, Site};
use super::{Balance, Currency, DirectDebit, Extended, Status, Transaction, TransactionType, ViolationKind, value};
use crate::cdr;

/// A record, and the account that it names: `None` where it cannot be read. Whether there is such an account is seen when all are known.
pub(super) type OfAccount<'a, T> = Option<(Cow<'a, str>, T)>;

const STATUSES: [(&str, Status); 2] = [("POSTED", Status::Posted), ("PENDING", Status::Pending)];

const TYPES: [(&str, TransactionType); 8] = [
    ("PAYMENT", TransactionType::Payment),
    ("OTHER", TransactionType::Other),
    ("DIRECT_DEBIT", TransactionType::DirectDebit),
    ("TRANSFER_OUTGOING", TransactionType::TransferOutgoing),
    ("TRANSFER_INCOMING", TransactionType::TransferIncoming),
    ("FEE", TransactionType::Fee),
    ("INTEREST_CHARGED", TransactionType::InterestCharged),
    ("INTEREST_PAID", TransactionType::InterestPaid),
];

/// A row. `account` is filled in later.
pub(super) fn transaction<'a>(site: &mut Site<'_, '_, '_>, row: &cdr::Transaction<'a>) -> OfAccount<'a, Transaction> {
    let account_id = site.required("accountId", row.account_id, value::id);
    let transaction_id = site.optional("transactionId", row.transaction_id, value::id);
    site.expected("isDetailAvailable", row.is_detail_available, value::flag);
    let kind = site.expected("type", row.kind, |leaf| value::word(leaf, &TYPES, TransactionType::Unrecognised));
    let status = site.required("status", row.status, value::status(&STATUSES));
    let description = site.required("description", row.description, value::text);
    let malformed = site.reader.findings.malformed();
    let posted = site.timed("postingDateTime", row.posting_date_time, Need::Optional, value::moment);
    let executed = site.timed("executionDateTime", row.execution_date_time, Need::Optional, value::moment);
    let value = site.timed("valueDateTime", row.value_date_time, Need::Optional, value::moment);
    let is_undated = posted.is_none() && executed.is_none() && value.is_none();
    if status == Some(Status::Posted) && is_undated && site.reader.findings.malformed() == malformed {
        site.violation(ViolationKind::Missing, "postingDateTime", row.posting_date_time, "A posted row needs a date.");
    }
    let amount = site.required("amount", row.amount, value::amount);
    let currency = site.optional("currency", row.currency, value::currency);
    let reference = site.expected("reference", row.reference, value::text).filter(|reference| !reference.is_empty());
    let merchant_name = site.optional("merchantName", row.merchant_name, value::label);
    let merchant_category_code = site.optional("merchantCategoryCode", row.merchant_category_code, value::merchant_category_code);
    let biller_code = site.optional("billerCode", row.biller_code, value::label);
    let biller_name = site.optional("billerName", row.biller_name, value::label);
    let crn = site.optional("crn", row.crn, value::label);
    let apca_number = site.optional("apcaNumber", row.apca_number, |leaf| value::digits_of(leaf, 6));
    let instalment_plan_id = site.optional("instalmentPlanId", row.instalment_plan_id, value::id);
    let extended = site.object("extendedData", &row.extended_data, Need::Optional, extended).map(Box::new);
    let transaction = Transaction {
        account: 0,
        transaction_id,
        status: status?,
        kind: kind.unwrap_or(TransactionType::Unrecognised),
        description: description?,
        reference,
        posted,
        executed,
        value,
        amount: amount?,
        currency: currency.unwrap_or(Currency::AUD),
        merchant_name,
        merchant_category_code,
        biller_code,
        biller_name,
        crn,
        apca_number,
        instalment_plan_id,
        extended,
    };
    Some((account_id?, transaction))
}

const SERVICES: [&str; 5] = ["X2P1", "X2P1.01", "IFTI", "BSCT", "CATSCT"];

fn extended(site: &mut Site<'_, '_, '_>, data: &cdr::ExtendedData<'_>) -> Extended {
    let parties = (site.optional("payer", data.payer, value::label), site.optional("payee", data.payee, value::label));
    let now = site.object("nppPayload", &data.npp_payload, Need::Optional, |site, payload| npp_payload(site, payload, Need::Expected));
    let before = site.object("x2p101Payload", &data.x2p101_payload, Need::Optional, |site, payload| {
        npp_payload(site, payload, Need::Optional) // the service stood beside the payload then
    });
    if before.is_some() {
        site.warning(Lenience::OldGeneration, "x2p101Payload", cdr::Leaf::default());
    }
    let service = site.optional("service", data.service, |leaf| value::kept_word(leaf, &SERVICES));
    if service.as_deref() == Some("X2P1.01") {
        site.warning(Lenience::OldGeneration, "service", data.service);
    }
    let payload = now.or(before).unwrap_or_default();
    Extended { payer: parties.0, payee: parties.1, service: payload.service.or(service), ..payload }
}

fn npp_payload(site: &mut Site<'_, '_, '_>, payload: &cdr::NppPayload<'_>, service: Need) -> Extended {
    let read = |leaf| value::kept_word(leaf, &SERVICES);
    let service = match service {
        Need::Optional => site.optional("service", payload.service, read),
        Need::Required | Need::Expected => site.expected("service", payload.service, read),
    };
    if service.as_deref() == Some("X2P1.01") {
        site.warning(Lenience::OldGeneration, "service", payload.service);
    }
    Extended {
        payer: None,
        payee: None,
        description: site.optional("extendedDescription", payload.extended_description, value::label),
        end_to_end_id: site.optional("endToEndId", payload.end_to_end_id, value::label),
        purpose_code: site.optional("purposeCode", payload.purpose_code, value::label),
        service,
    }
}

/// A balance. `account` is filled in later.
pub(super) fn balance<'a>(site: &mut Site<'_, '_, '_>, record: &cdr::Balance<'a>) -> OfAccount<'a, Balance> {
    let account_id = site.required("accountId", record.account_id, value::id);
    let current = site.required("currentBalance", record.current_balance, value::amount);
    let available = site.expected("availableBalance", record.available_balance, value::amount);
    let credit_limit = site.optional("creditLimit", record.credit_limit, value::amount);
    let currency = site.optional("currency", record.currency, value::currency).unwrap_or(Currency::AUD);
    let at = site.timed("balanceAt", record.balance_at, Need::Optional, value::moment);
    Some((account_id?, Balance { account: 0, current: current?, available, credit_limit, currency, at }))
}

/// A direct debit authorisation. `account` is filled in later.
pub(super) fn direct_debit<'a>(site: &mut Site<'_, '_, '_>, record: &cdr::DirectDebit<'a>) -> OfAccount<'a, DirectDebit> {
    let account_id = site.required("accountId", record.account_id, value::id);
    let entity = site.object("authorisedEntity", &record.authorised_entity, Need::Expected, |site, entity| {
        let payee = site.optional("description", entity.description, value::label);
        let financial_institution = site.optional("financialInstitution", entity.financial_institution, value::label);
        let abn = site.optional("abn", entity.abn, |leaf| value::digits_of(leaf, 11));
        (payee, financial_institution, abn)
    });
    let (payee, financial_institution, abn) = entity.unwrap_or_default();
    let last_date = site.timed("lastDebitDateTime", record.last_debit_date_time, Need::Optional, value::moment);
    let last_amount = site.optional("lastDebitAmount", record.last_debit_amount, value::amount).map(crate::money::Cents::abs);
    let last_date = last_date.map(|moment| moment.day);
    Some((account_id?, DirectDebit { account: 0, payee, financial_institution, abn, last_date, last_amount }))
}
