//! Rows to the domain's words, for both databases: what a row may hold is judged here and nowhere else.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::seal::{MasterKeyId, WrappedKey};
use super::{
    Accepted, Claimed, Counts, Due, Failure, Found, Lease, Purged, QueueDepth, Reason, Remembered, Result, State, StoreError, StoredReport,
    StoredReports, Submitted,
};

/// `digest, insights_id`
pub(super) type IdempotencyRow = (Vec<u8>, Uuid);
/// `master_key, wrapped, accepted`
pub(super) type AcceptedRow = (Vec<u8>, Vec<u8>, Vec<u8>);
/// `status, failure, accepted_at, raw_length, master_key, wrapped, accepted, report_length`
pub(super) type FoundRow = (String, Option<String>, i64, i64, Vec<u8>, Vec<u8>, Vec<u8>, i64);
/// `head, order_id, report`
pub(super) type ReportRow = (Option<Vec<u8>>, Uuid, Option<Vec<u8>>);
/// `customers, accounts, transactions, idempotency_key, expiry_reason`
pub(super) type PurgedRow = (i64, i64, i64, Option<String>, String);
/// `insights_id, fence, due_at, weight`
pub(super) type DueRow = (Uuid, i64, i64, i64);
/// `client_id, accepted_at, as_of, digest, raw_length, master_key, wrapped, payload`
pub(super) type ClaimedRow = (String, i64, String, Vec<u8>, i64, Vec<u8>, Vec<u8>, Option<Vec<u8>>);
/// `waiting, running, oldest_due_at`
pub(super) type QueueDepthRow = (i64, i64, Option<i64>);

impl From<Remembered> for Submitted {
    fn from(stands: Remembered) -> Self {
        match stands {
            Remembered::SameBody(accepted) => Self::Replayed(accepted),
            Remembered::OtherBody => Self::KeyConflict,
        }
    }
}

impl Purged {
    /// What a DELETE of a submission that is not there is answered: the deletion record's reason decides.
    pub(super) fn from_record(reason: Option<&str>) -> Self {
        if reason == Some(Reason::Client.as_str()) { Self::Before } else { Self::NotFound }
    }
}

/// A row that this version did not write.
pub(super) fn odd(table: &'static str, problem: impl Into<String>) -> StoreError {
    StoreError::Inconsistent { table, problem: problem.into() }
}

/// Length or count to a column.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).expect("lengths and counts are far below 2^63")
}

/// How many rows there are.
pub(super) fn count(value: i64) -> Result<u64> {
    unsigned(value, "job")
}

/// How many there are.
pub(super) fn len<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).expect("a length fits 64 bits")
}

/// The database's clock.
pub(super) fn clock(microseconds: i64) -> Result<Timestamp> {
    timestamp(microseconds, "(clock)")
}

fn unsigned(value: i64, table: &'static str) -> Result<u64> {
    u64::try_from(value).map_err(|_| odd(table, "a length or count is negative"))
}

fn timestamp(microseconds: i64, table: &'static str) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|_| odd(table, "a time is out of range"))
}

fn digest(bytes: &[u8], table: &'static str) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| odd(table, "a digest is not 32 bytes"))
}

fn wrapped_key(master_key: &[u8], wrapped: Vec<u8>) -> Result<WrappedKey> {
    Ok(WrappedKey { master_key: master_key_id(master_key)?, bytes: wrapped.into() })
}

/// A number that an attempt is told by.
pub(super) fn attempt(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| odd("job", "attempt is out of range"))
}

pub(super) fn master_key_id(bytes: &[u8]) -> Result<MasterKeyId> {
    bytes.try_into().map(MasterKeyId).map_err(|_| odd("wrapped_key", "a master key's id is not 8 bytes"))
}

pub(super) fn accepted(insights_id: Uuid, (master_key, wrapped, accepted): AcceptedRow) -> Result<Accepted> {
    Ok(Accepted { insights_id, key: wrapped_key(&master_key, wrapped)?, accepted: accepted.into() })
}

pub(super) fn found(row: FoundRow) -> Result<Found> {
    let (status, failure, accepted_at, raw_length, master_key, wrapped, accepted, report_length) = row;
    let state = match (status.as_str(), failure) {
        ("PROCESSING", None) => State::Processing,
        ("COMPLETED", None) => State::Completed,
        ("FAILED", Some(code)) => State::Failed(Failure::from_code(&code).ok_or_else(|| odd("submission", "its failure is unknown"))?),
        _ => return Err(odd("submission", "its status is unknown")),
    };
    Ok(Found {
        state,
        accepted_at: timestamp(accepted_at, "submission")?,
        raw_length: unsigned(raw_length, "submission")?,
        report_length: unsigned(report_length, "order_report")?,
        key: wrapped_key(&master_key, wrapped)?,
        accepted: accepted.into(),
    })
}

/// `None` where there is no row: not there, not completed, or not an order of it.
pub(super) fn reports(rows: Vec<ReportRow>) -> Result<Option<StoredReports>> {
    let mut head = None;
    let mut reports = Vec::with_capacity(rows.len());
    for (bytes, order_id, report) in rows {
        head = bytes;
        let body = report.ok_or_else(|| odd("order_report", "a completed order has no report"))?;
        reports.push(StoredReport { order_id, body: body.into() });
    }
    if reports.is_empty() {
        return Ok(None);
    }
    let head = head.ok_or_else(|| odd("submission", "it is completed and has no head"))?;
    Ok(Some(StoredReports { head: head.into(), reports }))
}

/// What a deletion record counts, the key to free, and what ended it if it was no request.
pub(super) fn purged(row: PurgedRow) -> Result<(Counts, Option<String>, Reason)> {
    let (customers, accounts, transactions, idempotency_key, expiry_reason) = row;
    let count = |value| u32::try_from(value).map_err(|_| odd("submission", "a count is out of range"));
    let counts = Counts { customers: count(customers)?, accounts: count(accounts)?, transactions: count(transactions)? };
    let reason = Reason::from_word(&expiry_reason).ok_or_else(|| odd("submission", "its expiry reason is unknown"))?;
    Ok((counts, idempotency_key, reason))
}

pub(super) fn due((insights_id, fence, due_at, weight): DueRow) -> Result<Due> {
    Ok(Due { insights_id, fence, due_at: timestamp(due_at, "job")?, weight: unsigned(weight, "job")? })
}

pub(super) fn claimed(lease: Lease, attempt: u32, orders: Vec<Uuid>, row: ClaimedRow) -> Result<Claimed> {
    let (client_id, accepted_at, as_of, digest_bytes, raw_length, master_key, wrapped, payload) = row;
    Ok(Claimed {
        lease,
        attempt,
        client_id,
        accepted_at: timestamp(accepted_at, "submission")?,
        as_of: as_of.parse::<Date>().map_err(|_| odd("submission", "as_of is no date"))?,
        digest: digest(&digest_bytes, "submission")?,
        raw_length: unsigned(raw_length, "submission")?,
        orders,
        key: wrapped_key(&master_key, wrapped)?,
        payload: payload.map(Bytes::from).ok_or_else(|| odd("payload", "a job has no payload"))?,
    })
}

pub(super) fn queue_depth((waiting, running, oldest_due_at): QueueDepthRow) -> Result<QueueDepth> {
    Ok(QueueDepth {
        waiting: unsigned(waiting, "job")?,
        running: unsigned(running, "job")?,
        oldest_due_at: oldest_due_at.map(|due_at| timestamp(due_at, "job")).transpose()?,
    })
}
