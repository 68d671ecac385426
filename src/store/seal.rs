//! Sealing: every blob of a submission under its own data key, every data key under a master key.
//!
//! Sealed format v1, on disk for ever: `version (1 byte = 1) ‖ salt (32 bytes) ‖ chunks`. The blob's key is
//! HKDF-SHA256(data key, salt, info = AAD); a chunk is AES-256-GCM over at most 64 KiB of plain text with the nonce
//! `7 zero bytes ‖ chunk counter (u32, big endian) ‖ 1 for the last chunk, else 0`; the AAD binds version, table, submission, order, column and client,
//! so that a blob moved between rows, columns, orders or clients does not open.
//! Wrapped key: `version (1) ‖ nonce (12) ‖ AES-256-GCM(master key, data key) ‖ tag`, AAD = version, submission, client.

use bytes::Bytes;
use uuid::Uuid;

/// Names a master key without saying anything about it: the first 8 bytes of HKDF-SHA256(master key, info = "cdr-insights master key id").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MasterKeyId(pub [u8; 8]);

/// A data key, wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which master key opens it.
    pub master_key: MasterKeyId,
    /// The wrapped bytes.
    pub bytes: Bytes,
}

/// Which blob of which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The 201 body (`submission.accepted`).
    Accepted,
    /// The request body (`payload.payload`).
    Payload,
    /// The document before its reports (`submission.head`).
    Head,
    /// One order's report (`order_report.report`).
    Report(Uuid),
}

/// Why something did not open. It never says more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No configured master key has this id.
    #[error("the master key {} is not configured", hex(&.0.0))]
    UnknownMasterKey(MasterKeyId),
    /// Wrong key, wrong place, truncated or changed bytes.
    #[error("sealed bytes do not open")]
    DoesNotOpen,
    /// The plain text would be longer than allowed.
    #[error("sealed bytes are longer than allowed")]
    TooLong,
    /// A master key of the configuration is not 32 bytes of standard base64.
    #[error("a master key must be 32 bytes in standard base64")]
    MasterKey,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The configured master keys: the first seals, all open. `Debug` shows ids only.
#[derive(Debug)]
pub struct Keyring;

/// One submission's data key, opened: seals and opens that submission's blobs. `Debug` shows nothing of it.
#[derive(Debug)]
pub struct DataKey;

impl Keyring {
    /// Reads a comma-separated list of base64 keys.
    ///
    /// # Errors
    /// [`SealError::MasterKey`].
    pub fn parse(_list: &str) -> Result<Self, SealError> {
        unimplemented!("being written")
    }
    /// A fresh data key for a submission, and the same wrapped by the first master key.
    #[must_use]
    pub fn new_data_key(&self, _insights_id: Uuid, _client_id: &str) -> (DataKey, WrappedKey) {
        unimplemented!("being written")
    }
    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`SealError::UnknownMasterKey`], [`SealError::DoesNotOpen`].
    pub fn open(&self, _insights_id: Uuid, _client_id: &str, _key: &WrappedKey) -> Result<DataKey, SealError> {
        unimplemented!("being written")
    }
    /// The ids, the sealing one first.
    #[must_use]
    pub fn ids(&self) -> Vec<MasterKeyId> {
        unimplemented!("being written")
    }
}

impl DataKey {
    /// Compresses (zstd level 1) and seals.
    #[must_use]
    pub fn seal(&self, _column: Column, _plain: &[u8]) -> Bytes {
        unimplemented!("being written")
    }
    /// Opens and decompresses; never more than `limit` bytes.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`], [`SealError::TooLong`].
    pub fn open(&self, _column: Column, _sealed: &[u8], _limit: usize) -> Result<Vec<u8>, SealError> {
        unimplemented!("being written")
    }
    /// A strong ETag of one representation: HMAC-SHA256 under a key derived from the data key, so that it is no fingerprint of the
    /// data. 32 hex digits, without quotes.
    #[must_use]
    pub fn etag(&self, _representation: &str) -> String {
        unimplemented!("being written")
    }
}
