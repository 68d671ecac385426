//! Sealing: every blob of a submission under its own data key, every data key under a master key.
//!
//! Sealed format v1, on disk for ever: `version (1 byte = 1) ‖ salt (32 bytes) ‖ chunks`. The blob's key is
//! HKDF-SHA256(data key, salt, info = AAD); a chunk is AES-256-GCM over at most 64 KiB of plain text with the nonce
//! `7 zero bytes ‖ chunk counter (u32, big endian) ‖ 1 for the last chunk, else 0`; every chunk but the last is full, and there is
//! always a last one. The plain text is one zstd frame. The AAD of a blob and of each of its chunks is
//! `version ‖ table ‖ 0 ‖ insights_id (16 bytes) ‖ order_id (16 bytes, zero for none) ‖ column ‖ 0 ‖ client_id`,
//! so that a blob moved between rows, columns, orders or clients does not open.
//!
//! Wrapped key: `version (1) ‖ nonce (12) ‖ AES-256-GCM(master key, data key) ‖ tag`, AAD = `version ‖ insights_id ‖ client_id`.

use std::fmt;
use std::io::{self, BufRead, Read};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

const VERSION: u8 = 1;
const KEY_LENGTH: usize = 32;
const SALT_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;
const CHUNK: usize = 64 * 1024;
const HEADER: usize = 1 + SALT_LENGTH;
const WRAPPED_LENGTH: usize = 1 + NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;
const COMPRESSION_LEVEL: i32 = 1;

/// Names a master key without saying anything about it: the first 8 bytes of HKDF-SHA256(master key, info = "cdr-insights master key id").
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MasterKeyId(pub [u8; 8]);

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeyId({self})")
    }
}

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

impl Column {
    /// Table, column and order as the AAD names them: part of the format.
    const fn place(self) -> (&'static str, &'static str, Uuid) {
        match self {
            Self::Accepted => ("submission", "accepted", Uuid::nil()),
            Self::Payload => ("payload", "payload", Uuid::nil()),
            Self::Head => ("submission", "head", Uuid::nil()),
            Self::Report(order_id) => ("order_report", "report", order_id),
        }
    }
}

/// Why something did not open. It never says more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No configured master key has this id.
    #[error("the master key {0} is not configured")]
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
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).expect("a nibble is one hex digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The configured master keys: the first seals, all open. `Debug` shows ids only.
pub struct Keyring {
    /// Never empty.
    keys: Vec<MasterKey>,
}

struct MasterKey {
    id: MasterKeyId,
    key: LessSafeKey,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

impl MasterKey {
    fn new(bytes: &[u8]) -> Self {
        let mut id = [0; 8];
        derive(hkdf::Salt::none(hkdf::HKDF_SHA256), bytes, b"cdr-insights master key id", &mut id);
        Self { id: MasterKeyId(id), key: aes(bytes) }
    }

    fn wrap(&self, nonce: [u8; NONCE_LENGTH], aad: &[u8], data_key: &[u8; KEY_LENGTH]) -> WrappedKey {
        let mut bytes = Vec::with_capacity(WRAPPED_LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(data_key);
        let (_, in_out) = bytes.split_at_mut(1 + NONCE_LENGTH);
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), in_out)
            .expect("32 bytes are never too long to seal");
        bytes.extend_from_slice(tag.as_ref());
        WrappedKey { master_key: self.id, bytes: bytes.into() }
    }

    fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; KEY_LENGTH]>, SealError> {
        let (&version, rest) = wrapped.split_first().ok_or(SealError::DoesNotOpen)?;
        if version != VERSION || wrapped.len() != WRAPPED_LENGTH {
            return Err(SealError::DoesNotOpen);
        }
        let (nonce, sealed) = rest.split_at(NONCE_LENGTH);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::DoesNotOpen)?;
        let mut in_out = Zeroizing::new(<[u8; KEY_LENGTH + TAG_LENGTH]>::try_from(sealed).map_err(|_| SealError::DoesNotOpen)?);
        let plain = self.key.open_in_place(nonce, Aad::from(aad), &mut in_out[..]).map_err(|_| SealError::DoesNotOpen)?;
        let mut data_key = Zeroizing::new([0; KEY_LENGTH]);
        data_key.copy_from_slice(plain);
        Ok(data_key)
    }
}

impl Keyring {
    /// Reads a comma-separated list of base64 keys.
    ///
    /// # Errors
    /// [`SealError::MasterKey`].
    pub fn parse(list: &str) -> Result<Self, SealError> {
        let keys = list.split(',').map(|text| {
            let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| SealError::MasterKey)?);
            if bytes.len() == KEY_LENGTH { Ok(MasterKey::new(&bytes)) } else { Err(SealError::MasterKey) }
        });
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// A fresh data key for a submission, and the same wrapped by the first master key.
    ///
    /// # Panics
    /// When the system's random source fails.
    #[must_use]
    pub fn new_data_key(&self, insights_id: Uuid, client_id: &str) -> (DataKey, WrappedKey) {
        let mut secret = Zeroizing::new([0; KEY_LENGTH]);
        fill_random(&mut secret[..]);
        let mut nonce = [0; NONCE_LENGTH];
        fill_random(&mut nonce);
        let sealing = self.keys.first().expect("a keyring is never empty");
        let wrapped = sealing.wrap(nonce, &key_aad(insights_id, client_id), &secret);
        (DataKey { secret, insights_id, client_id: client_id.into() }, wrapped)
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`SealError::UnknownMasterKey`], [`SealError::DoesNotOpen`].
    pub fn open(&self, insights_id: Uuid, client_id: &str, key: &WrappedKey) -> Result<DataKey, SealError> {
        let master = self.keys.iter().find(|master| master.id == key.master_key);
        let master = master.ok_or(SealError::UnknownMasterKey(key.master_key))?;
        let secret = master.unwrap(&key_aad(insights_id, client_id), &key.bytes)?;
        Ok(DataKey { secret, insights_id, client_id: client_id.into() })
    }

    /// The ids, the sealing one first.
    #[must_use]
    pub fn ids(&self) -> Vec<MasterKeyId> {
        self.keys.iter().map(|master| master.id).collect()
    }
}

/// One submission's data key, opened: seals and opens that submission's blobs. `Debug` shows nothing of it; its bytes are wiped on drop.
pub struct DataKey {
    secret: Zeroizing<[u8; KEY_LENGTH]>,
    insights_id: Uuid,
    client_id: Box<str>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").finish_non_exhaustive()
    }
}

impl DataKey {
    /// Compresses (zstd level 1) and seals.
    ///
    /// # Panics
    /// When the system's random source fails.
    #[must_use]
    pub fn seal(&self, column: Column, plain: &[u8]) -> Bytes {
        let frame = zstd::bulk::compress(plain, COMPRESSION_LEVEL).expect("compressing into memory fails only without memory");
        let mut salt = [0; SALT_LENGTH];
        fill_random(&mut salt);
        self.seal_frame(column, salt, &frame).into()
    }

    /// Opens and decompresses; never more than `limit` bytes.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`], [`SealError::TooLong`].
    pub fn open(&self, column: Column, sealed: &[u8], limit: usize) -> Result<Vec<u8>, SealError> {
        let mut opener = self.opener(column, sealed)?;
        let expected = {
            let first = opener.fill_buf().map_err(|_| SealError::DoesNotOpen)?;
            zstd::zstd_safe::get_frame_content_size(first).map_err(|_| SealError::DoesNotOpen)?
        };
        let expected = usize::try_from(expected.unwrap_or(0)).map_err(|_| SealError::TooLong)?;
        if expected > limit {
            return Err(SealError::TooLong);
        }
        let mut plain = Vec::with_capacity(expected);
        let mut frame = zstd::stream::read::Decoder::with_buffer(opener).map_err(|_| SealError::DoesNotOpen)?.single_frame();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        frame.by_ref().take(most).read_to_end(&mut plain).map_err(|_| SealError::DoesNotOpen)?;
        if plain.len() > limit {
            return Err(SealError::TooLong);
        }
        // The frame may end before the sealed bytes do; every chunk has to be ours, and nothing may follow the frame.
        let rest = frame.finish().fill_buf().map_err(|_| SealError::DoesNotOpen)?.len();
        if rest == 0 { Ok(plain) } else { Err(SealError::DoesNotOpen) }
    }

    /// A strong `ETag` of one representation: HMAC-SHA256 under a key derived from the data key, so that it is no fingerprint of the
    /// data. 32 hex digits, without quotes.
    #[must_use]
    pub fn etag(&self, representation: &str) -> String {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        derive(hkdf::Salt::none(hkdf::HKDF_SHA256), &self.secret[..], b"cdr-insights etag", &mut key[..]);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key[..]), representation.as_bytes());
        hex(&tag.as_ref()[..16])
    }

    fn seal_frame(&self, column: Column, salt: [u8; SALT_LENGTH], frame: &[u8]) -> Vec<u8> {
        let aad = self.aad(column);
        let key = self.blob_key(&salt, &aad);
        let chunks = frame.len().div_ceil(CHUNK).max(1);
        let mut sealed = Vec::with_capacity(HEADER + frame.len() + chunks * TAG_LENGTH);
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        for index in 0..chunks {
            let plain = &frame[index * CHUNK..frame.len().min((index + 1) * CHUNK)];
            let start = sealed.len();
            sealed.extend_from_slice(plain);
            let nonce = chunk_nonce(index, index + 1 == chunks).expect("a body is far below 2^32 chunks");
            let tag =
                key.seal_in_place_separate_tag(nonce, Aad::from(&aad), &mut sealed[start..]).expect("64 KiB are never too long to seal");
            sealed.extend_from_slice(tag.as_ref());
        }
        sealed
    }

    fn opener<'a>(&self, column: Column, sealed: &'a [u8]) -> Result<Opener<'a>, SealError> {
        let (header, chunks) = sealed.split_at_checked(HEADER).ok_or(SealError::DoesNotOpen)?;
        let (version, salt) = header.split_first().ok_or(SealError::DoesNotOpen)?;
        if *version != VERSION {
            return Err(SealError::DoesNotOpen);
        }
        let aad = self.aad(column);
        let key = self.blob_key(salt, &aad);
        Ok(Opener { key, aad, chunks, index: 0, is_done: false, plain: Vec::new(), read: 0 })
    }

    fn aad(&self, column: Column) -> Vec<u8> {
        let (table, name, order_id) = column.place();
        let order_id: &[u8] = order_id.as_bytes();
        let insights_id: &[u8] = self.insights_id.as_bytes();
        [&[VERSION], table.as_bytes(), &[0], insights_id, order_id, name.as_bytes(), &[0], self.client_id.as_bytes()].concat()
    }

    fn blob_key(&self, salt: &[u8], aad: &[u8]) -> LessSafeKey {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        derive(hkdf::Salt::new(hkdf::HKDF_SHA256, salt), &self.secret[..], aad, &mut key[..]);
        aes(&key[..])
    }
}

/// Reads a sealed blob chunk by chunk; a byte is released only when its chunk has been verified, and the end only when the last
/// chunk was marked as such.
struct Opener<'a> {
    key: LessSafeKey,
    aad: Vec<u8>,
    chunks: &'a [u8],
    index: usize,
    is_done: bool,
    plain: Vec<u8>,
    read: usize,
}

impl Drop for Opener<'_> {
    fn drop(&mut self) {
        self.plain.zeroize();
    }
}

impl Opener<'_> {
    fn next_chunk(&mut self) -> Result<(), SealError> {
        let (chunk, rest) = self.chunks.split_at(self.chunks.len().min(CHUNK + TAG_LENGTH));
        let is_last = rest.is_empty();
        let nonce = chunk_nonce(self.index, is_last)?;
        self.plain.clear();
        self.read = 0;
        self.plain.extend_from_slice(chunk);
        let Ok(plain) = self.key.open_in_place(nonce, Aad::from(&self.aad), &mut self.plain) else {
            self.plain.clear();
            return Err(SealError::DoesNotOpen);
        };
        let length = plain.len();
        self.plain.truncate(length);
        self.chunks = rest;
        self.index += 1;
        self.is_done = is_last;
        Ok(())
    }
}

impl BufRead for Opener<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.plain.len() && !self.is_done {
            self.next_chunk().map_err(io::Error::other)?;
        }
        Ok(&self.plain[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount;
    }
}

impl Read for Opener<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(out)?;
        self.consume(length);
        Ok(length)
    }
}

fn chunk_nonce(index: usize, is_last: bool) -> Result<Nonce, SealError> {
    let counter = u32::try_from(index).map_err(|_| SealError::DoesNotOpen)?;
    let mut nonce = [0; NONCE_LENGTH];
    nonce[7..11].copy_from_slice(&counter.to_be_bytes());
    nonce[11] = u8::from(is_last);
    Ok(Nonce::assume_unique_for_key(nonce))
}

fn key_aad(insights_id: Uuid, client_id: &str) -> Vec<u8> {
    [&[VERSION], insights_id.as_bytes().as_slice(), client_id.as_bytes()].concat()
}

fn aes(key: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key is 32 bytes"))
}

/// How many bytes HKDF is asked for.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a salt is made for one derivation")]
fn derive(salt: hkdf::Salt, secret: &[u8], info: &[u8], out: &mut [u8]) {
    salt.extract(secret)
        .expand(&[info], Length(out.len()))
        .and_then(|okm| okm.fill(out))
        .expect("at most 32 bytes are asked for: HKDF gives 8,160");
}

fn fill_random(out: &mut [u8]) {
    rand::fill(out).expect("the system's random source never fails");
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
