//! The key set that tokens are verified with: read from a file or fetched from a URL, refreshed, and kept when a refresh fails.
//!
//! Keys are bound to their algorithms here, when the set is read; a token never chooses what a key is used for. A key that cannot
//! be used safely is skipped with a warning, so that one odd key does not take the service down.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::{Mutex, MutexGuard};
use reqwest::Url;
use serde::Deserialize;

use crate::clock::Clock;

/// Most bytes of a key set.
const MAX_SET: usize = 256 * 1024;
/// How long a fetch may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// An unknown `kid` refreshes the set at most this often.
const REFRESH_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// The same, as long as there is no set at all.
const FIRST_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// A set older than this is refreshed in the background, so that a withdrawn key goes.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Where the key set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file, read again when it is old or a `kid` is unknown.
    File(PathBuf),
    /// An https URL; http only to a loopback host.
    Url(Url),
}

impl FromStr for KeySource {
    type Err = JwksError;

    fn from_str(text: &str) -> Result<Self, JwksError> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            None => Ok(Self::File(text.into())),
            Some("https" | "http") => {
                let url = Url::parse(text).map_err(|_| JwksError::Url)?;
                if url.scheme() == "https" || is_loopback(&url) { Ok(Self::Url(url)) } else { Err(JwksError::Url) }
            }
            Some(_) => Err(JwksError::Url),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        host == "localhost"
            || host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

/// Why a key set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// Not a URL that keys may come from.
    #[error("the key set's URL must be https (http only on a loopback host)")]
    Url,
    /// The file cannot be read.
    #[error("the key set's file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The fetch failed.
    #[error("the key set cannot be fetched: {0}")]
    Fetch(#[from] reqwest::Error),
    /// The issuer answered something else than 200.
    #[error("the key set's URL answers with status {0}")]
    Status(u16),
    /// More than 256 KiB.
    #[error("the key set is larger than 256 KiB")]
    TooLarge,
    /// Not JSON with an array `keys`.
    #[error("the key set is not a JSON object with an array \"keys\"")]
    Syntax,
    /// No key in it can be used.
    #[error("the key set has no usable key for the configured algorithms")]
    NoKey,
}

/// A key set that keeps itself fresh. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Jwks(Arc<Inner>);

struct Inner {
    source: KeySource,
    algorithms: Vec<Algorithm>,
    clock: Arc<dyn Clock>,
    http: Option<reqwest::Client>,
    set: Mutex<Option<Arc<KeySet>>>,
    /// When the last refresh was tried; held while one is under way, so that there is only one.
    tried_at: Arc<tokio::sync::Mutex<Option<Timestamp>>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("source", &self.source).field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}

/// The usable keys of one state of the source.
#[derive(Debug)]
pub(super) struct KeySet {
    keys: Vec<Key>,
    /// SHA-256 of the text: tells one state from another.
    pub(super) digest: [u8; 32],
    loaded_at: Timestamp,
}

/// A public key and what it is for.
#[derive(Clone, Debug)]
pub(super) struct Key {
    kid: Option<String>,
    fits: Vec<Algorithm>,
    material: Material,
    pub(super) decoding: DecodingKey,
}

/// What a set knows of a token's key.
enum Lookup<'a> {
    Found(&'a Key),
    /// The `kid` is not in the set: it may be newer than the set.
    UnknownKid,
    /// It is there and does not fit, or more than one would.
    Refused,
}

impl Jwks {
    /// A file is read at once; a URL when it is first needed, or by [`Self::refresh`].
    pub(super) fn new(source: KeySource, algorithms: Vec<Algorithm>, clock: Arc<dyn Clock>) -> Result<Self, JwksError> {
        let http = match &source {
            KeySource::File(_) => None,
            KeySource::Url(url) => Some(client(is_loopback(url))?),
        };
        let first = match &source {
            KeySource::File(path) => Some(Arc::new(KeySet::read(&std::fs::read(path)?, &algorithms, clock.now())?)),
            KeySource::Url(_) => None,
        };
        let tried_at = Arc::default();
        Ok(Self(Arc::new(Inner { source, algorithms, clock, http, set: Mutex::new(first), tried_at })))
    }

    /// The set in use. `None` when none could be loaded so far.
    pub(super) async fn current(&self) -> Option<Arc<KeySet>> {
        if let Some(set) = self.0.set().clone() {
            let now = self.0.clock.now();
            if now.duration_since(set.loaded_at) >= STALE_AFTER
                && let Ok(tried_at) = Arc::clone(&self.0.tried_at).try_lock_owned()
                && is_due(*tried_at, now, REFRESH_EVERY)
            {
                tokio::spawn(Arc::clone(&self.0).reload_and_log(tried_at));
            }
            return Some(set);
        }
        self.refresh_unless_tried(None, FIRST_EVERY).await;
        self.0.set().clone()
    }

    /// The one key for a token, if there is one.
    pub(super) async fn find(&self, set: &Arc<KeySet>, kid: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        match set.lookup(kid, algorithm) {
            Lookup::Found(key) => return Some(key.clone()),
            Lookup::Refused => return None,
            Lookup::UnknownKid => {}
        }
        self.refresh_unless_tried(Some(set), REFRESH_EVERY).await;
        match self.0.set().as_ref()?.lookup(kid, algorithm) {
            Lookup::Found(key) => Some(key.clone()),
            Lookup::UnknownKid | Lookup::Refused => None,
        }
    }

    /// Loads the set now.
    pub(super) async fn refresh(&self) -> Result<(), JwksError> {
        let tried_at = Arc::clone(&self.0.tried_at).lock_owned().await;
        Arc::clone(&self.0).reload(tried_at).await
    }

    /// Loads the set unless that was tried a moment ago, or somebody else has just done it. The load runs in a task of its own: a
    /// caller that goes away must not leave the others without a refresh.
    async fn refresh_unless_tried(&self, seen: Option<&Arc<KeySet>>, every: SignedDuration) {
        let tried_at = Arc::clone(&self.0.tried_at).lock_owned().await;
        let is_newer = match (self.0.set().as_ref(), seen) {
            (Some(now), Some(seen)) => !Arc::ptr_eq(now, seen),
            (now, None) => now.is_some(),
            (None, Some(_)) => false,
        };
        if !is_newer && is_due(*tried_at, self.0.clock.now(), every) {
            // A panic of the task is as good as a failed refresh.
            let _ = tokio::spawn(Arc::clone(&self.0).reload_and_log(tried_at)).await;
        }
    }
}

fn is_due(tried_at: Option<Timestamp>, now: Timestamp, every: SignedDuration) -> bool {
    tried_at.is_none_or(|tried_at| now.duration_since(tried_at).abs() >= every)
}

type TriedAt = tokio::sync::OwnedMutexGuard<Option<Timestamp>>;

impl Inner {
    fn set(&self) -> MutexGuard<'_, Option<Arc<KeySet>>> {
        self.set.lock()
    }

    async fn reload_and_log(self: Arc<Self>, tried_at: TriedAt) {
        if let Err(error) = self.reload(tried_at).await {
            tracing::warn!(%error, "the key set could not be refreshed, the one before stays in use");
        }
    }

    async fn reload(self: Arc<Self>, mut tried_at: TriedAt) -> Result<(), JwksError> {
        *tried_at = Some(self.clock.now());
        let text = match (&self.source, &self.http) {
            (KeySource::Url(url), Some(http)) => fetch(http, url).await?,
            (KeySource::Url(_), None) => unreachable!("a URL comes with a client"),
            (KeySource::File(path), _) => tokio::fs::read(path).await?,
        };
        let now = self.clock.now();
        let known = self.set().clone();
        let set = match known {
            // The same text: nothing to judge or to warn of again.
            Some(known) if known.digest == sha256(&text) => KeySet { keys: known.keys.clone(), digest: known.digest, loaded_at: now },
            _ => KeySet::read(&text, &self.algorithms, now)?,
        };
        *self.set() = Some(Arc::new(set));
        Ok(())
    }
}

fn client(is_local: bool) -> Result<reqwest::Client, JwksError> {
    // Already installed is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let builder = reqwest::Client::builder().timeout(FETCH_TIMEOUT).redirect(reqwest::redirect::Policy::none()).https_only(!is_local);
    Ok(if is_local { builder.no_proxy() } else { builder }.build()?)
}

async fn fetch(http: &reqwest::Client, url: &Url) -> Result<Vec<u8>, JwksError> {
    let mut response = http.get(url.clone()).header("accept", "application/jwk-set+json, application/json").send().await?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(JwksError::Status(response.status().as_u16()));
    }
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if text.len() + chunk.len() > MAX_SET {
            return Err(JwksError::TooLarge);
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

impl KeySet {
    fn read(text: &[u8], algorithms: &[Algorithm], now: Timestamp) -> Result<Self, JwksError> {
        if text.len() > MAX_SET {
            return Err(JwksError::TooLarge);
        }
        let set: JwkSet = serde_json::from_slice(text).map_err(|_| JwksError::Syntax)?;
        let mut keys: Vec<Key> = Vec::new();
        for (index, jwk) in set.keys.into_iter().enumerate() {
            match usable(&jwk, algorithms) {
                Ok(key) if keys.iter().any(|known| known.kid == key.kid && known.material == key.material) => {}
                Ok(key) => keys.push(key),
                Err(why) => tracing::warn!(key.index = index, why, "a key of the key set is skipped"),
            }
        }
        drop_ambiguous(&mut keys);
        if keys.is_empty() {
            return Err(JwksError::NoKey);
        }
        Ok(Self { keys, digest: sha256(text), loaded_at: now })
    }

    fn lookup(&self, kid: Option<&str>, algorithm: Algorithm) -> Lookup<'_> {
        let named = || self.keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        let mut fitting = named().filter(|key| key.fits.contains(&algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Lookup::Found(key),
            (None, _) if kid.is_some() && named().next().is_none() => Lookup::UnknownKid,
            _ => Lookup::Refused,
        }
    }
}

/// Two different keys of one name and algorithm: whichever was meant, the other must not verify in its place.
fn drop_ambiguous(keys: &mut Vec<Key>) {
    let all = keys.clone();
    keys.retain_mut(|key| {
        let rivals = || all.iter().filter(|rival| rival.kid.is_some() && rival.kid == key.kid && rival.material != key.material);
        key.fits.retain(|algorithm| !rivals().any(|rival| rival.fits.contains(algorithm)));
        if key.fits.is_empty() {
            tracing::warn!("two different keys of the key set share a kid, both are skipped");
        }
        !key.fits.is_empty()
    });
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<serde_json::Value>,
}

/// The members that decide what a key is for.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: Vec<u8>, y: Vec<u8> },
    Ed25519 { x: Vec<u8> },
}

/// Judges one key. The error says why it is skipped.
fn usable(jwk: &serde_json::Value, algorithms: &[Algorithm]) -> Result<Key, &'static str> {
    let jwk = Jwk::deserialize(jwk).map_err(|_| "its members do not have the types of RFC 7517")?;
    if jwk.r#use.as_deref().is_some_and(|r#use| r#use != "sig") {
        return Err("its use is not sig");
    }
    if jwk.key_ops.as_ref().is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
        return Err("its key_ops do not contain verify");
    }
    let material = Material::of(&jwk)?;
    let natural: &[Algorithm] = match material {
        Material::Rsa { .. } => &[Algorithm::PS256, Algorithm::RS256],
        Material::P256 { .. } => &[Algorithm::ES256],
        Material::Ed25519 { .. } => &[Algorithm::EdDSA],
    };
    let fits = |algorithm: &Algorithm| algorithms.contains(algorithm) && jwk.alg.as_deref().is_none_or(|name| is_called(*algorithm, name));
    let fits: Vec<Algorithm> = natural.iter().copied().filter(fits).collect();
    if fits.is_empty() {
        return Err("its algorithm is not one of the configured ones");
    }
    Ok(Key { kid: jwk.kid, fits, decoding: material.decoding()?, material })
}

/// Ed25519 is the newer name of `EdDSA` on this curve (RFC 9864).
fn is_called(algorithm: Algorithm, name: &str) -> bool {
    name.parse() == Ok(algorithm) || algorithm == Algorithm::EdDSA && name == "Ed25519"
}

impl Material {
    fn of(jwk: &Jwk) -> Result<Self, &'static str> {
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (bytes(jwk.n.as_deref())?, bytes(jwk.e.as_deref())?);
                if !(2048..=8192).contains(&bits(&n)) {
                    return Err("its modulus does not have 2048 to 8192 bits");
                }
                // 1 would let anybody sign; an even exponent is no RSA key.
                if bits(&e) < 2 || bits(&e) > 33 || e.last().is_none_or(|last| last % 2 == 0) {
                    return Err("its exponent is not a safe one");
                }
                Ok(Self::Rsa { n, e })
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(jwk.x.as_deref())?, bytes(jwk.y.as_deref())?);
                if x.len() == 32 && y.len() == 32 {
                    Ok(Self::P256 { x, y })
                } else {
                    Err("its point does not have two coordinates of 32 bytes")
                }
            }
            ("OKP", Some("Ed25519")) => {
                let x = bytes(jwk.x.as_deref())?;
                if x.len() == 32 { Ok(Self::Ed25519 { x }) } else { Err("its point does not have 32 bytes") }
            }
            _ => Err("its kty and crv are not RSA, P-256 or Ed25519"),
        }
    }

    fn decoding(&self) -> Result<DecodingKey, &'static str> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e } => Ok(DecodingKey::from_rsa_raw_components(n, e)),
            Self::P256 { x, y } => DecodingKey::from_ec_components(&text(x), &text(y)).map_err(|_| "it cannot be read"),
            Self::Ed25519 { x } => DecodingKey::from_ed_components(&text(x)).map_err(|_| "it cannot be read"),
        }
    }
}

/// A base64url member, without leading zeros of a number cut off.
fn bytes(member: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let member = member.ok_or("a member of its kind is missing")?;
    URL_SAFE_NO_PAD.decode(member.trim_end_matches('=')).map_err(|_| "a member is not base64url")
}

/// Length of a big-endian number.
fn bits(number: &[u8]) -> usize {
    match number.iter().position(|&byte| byte != 0) {
        Some(first) => (number.len() - first) * 8 - number[first].leading_zeros() as usize,
        None => 0,
    }
}
