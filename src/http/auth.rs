//! Bearer tokens: who calls, and what they may do.
//!
//! `jsonwebtoken` checks the signature and nothing else: it reads the machine's clock and lets claims be absent, so header and claims
//! are judged here. Nothing of a token reaches a log or an answer. `jku`, `x5u`, `jwk` and `x5c` are not even read.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::jwks::{Jwks, KeySet};
pub use super::jwks::{JwksError, KeySource};
use crate::clock::Clock;

/// Longest token that is looked at.
const MAX_TOKEN: usize = 8 * 1024;
/// Longest header of a token, encoded.
const MAX_HEADER: usize = 2 * 1024;
/// How far the issuer's clock may be off: a token is good this long after `exp` and before `nbf`.
const LEEWAY: i64 = 60;
/// Longest time that a verified token is believed without another look.
const BELIEVED: i64 = 60;
/// Verified tokens that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// What a token may be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To POST.
    Write,
    /// To GET.
    Read,
    /// To DELETE.
    Delete,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Write, Self::Read, Self::Delete];

    /// Its name in a token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Write => "insights:write",
            Self::Read => "insights:read",
            Self::Delete => "insights:delete",
        }
    }
}

/// Whose request it is.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    /// `client_id`, else `azp`, else `sub`.
    pub(super) client: Arc<str>,
    scopes: [bool; 3],
}

impl Verified {
    /// Whether the token carries a scope.
    pub(super) const fn may(&self, scope: Scope) -> bool {
        self.scopes[scope as usize]
    }
}

/// Why a token is not accepted. It says nothing that the token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    /// There is none.
    Absent,
    /// More than one `Authorization`.
    Several,
    /// Not three parts of canonical base64url, or too long.
    Form,
    /// Its header does not read, or has `crit`.
    Header,
    /// Its algorithm is not configured.
    Algorithm,
    /// Its `typ` is no access token's.
    Type,
    /// No key for it.
    Key,
    /// Its signature does not verify.
    Signature,
    /// Its claims do not read.
    Claims,
    /// `exp` is past.
    Expired,
    /// `nbf` is in the future.
    NotYet,
    /// Another issuer's.
    Issuer,
    /// For another audience.
    Audience,
    /// It names no client.
    Client,
}

impl TokenError {
    /// For the caller: which rule a token broke is not said.
    pub(super) const fn detail(self) -> &'static str {
        match self {
            Self::Absent => "A bearer token is required in the Authorization header.",
            _ => "The token is not accepted.",
        }
    }

    /// For the log.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Absent => "no token",
            Self::Several => "several Authorization headers",
            Self::Form => "not a signed JWT in compact form",
            Self::Header => "its header does not read, or has crit",
            Self::Algorithm => "its algorithm is not configured",
            Self::Type => "its typ is not at+jwt or JWT",
            Self::Key => "no key, or no single one, fits it",
            Self::Signature => "its signature does not verify",
            Self::Claims => "its claims do not read, or exp, iss or aud is missing",
            Self::Expired => "exp is past",
            Self::NotYet => "nbf is in the future",
            Self::Issuer => "iss is another issuer",
            Self::Audience => "aud is another audience",
            Self::Client => "it names no client",
        }
    }

    /// `WWW-Authenticate` (RFC 6750).
    pub(super) const fn challenge(self) -> &'static str {
        if matches!(self, Self::Absent) { "Bearer" } else { "Bearer error=\"invalid_token\"" }
    }
}

/// Why a request is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The token's fault (401).
    Token(TokenError),
    /// There is no key set (503).
    NoKeys,
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

/// Verifies bearer tokens against a key set.
pub struct Verifier {
    keys: Jwks,
    issuer: String,
    audience: String,
    algorithms: Vec<Algorithm>,
    clock: Arc<dyn Clock>,
    remembered: Mutex<HashMap<[u8; 32], Remembered>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// A token that was verified.
#[derive(Clone)]
struct Remembered {
    verified: Verified,
    /// The state of the key set that verified it.
    set: [u8; 32],
    since: i64,
    until: i64,
}

impl Verifier {
    /// Reads a key set's file at once; a URL is fetched when it is first needed, or by [`Self::refresh`].
    ///
    /// # Errors
    /// A file that cannot be read or has no usable key; a system without root certificates for a URL.
    pub fn new(
        source: KeySource,
        issuer: String,
        audience: String,
        algorithms: Vec<Algorithm>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, JwksError> {
        let keys = Jwks::new(source, algorithms.clone(), Arc::clone(&clock))?;
        Ok(Self { keys, issuer, audience, algorithms, clock, remembered: Mutex::default() })
    }

    /// Loads the key set now. A failure leaves the one before in use.
    ///
    /// # Errors
    /// Why it could not be loaded.
    pub async fn refresh(&self) -> Result<(), JwksError> {
        self.keys.refresh().await
    }

    /// Whose request this is.
    pub(super) async fn verify(&self, headers: &HeaderMap) -> Result<Verified, Refused> {
        let token = bearer(headers)?;
        let digest: [u8; 32] = digest::digest(&digest::SHA256, token.as_bytes()).as_ref().try_into().expect("SHA-256 has 32 bytes");
        let set = self.keys.current().await.ok_or(Refused::NoKeys)?;
        let now = self.clock.now();
        if let Some(verified) = self.recall(&digest, &set, now) {
            return Ok(verified);
        }
        let (verified, expires) = self.check(token, &set, now).await?;
        self.remember(digest, &set, &verified, now, expires);
        Ok(verified)
    }

    async fn check(&self, token: &str, set: &Arc<KeySet>, now: Timestamp) -> Result<(Verified, i64), TokenError> {
        let parts = Parts::of(token)?;
        let header: Header = serde_json::from_slice(&parts.header).map_err(|_| TokenError::Header)?;
        if header.crit.is_some() {
            return Err(TokenError::Header);
        }
        let algorithm: Algorithm = header.alg.parse().map_err(|_| TokenError::Algorithm)?;
        if !self.algorithms.contains(&algorithm) {
            return Err(TokenError::Algorithm);
        }
        if !is_access_token(&header.typ.ok_or(TokenError::Type)?) {
            return Err(TokenError::Type);
        }
        let key = self.keys.find(set, header.kid.as_deref(), algorithm).await.ok_or(TokenError::Key)?;
        match jsonwebtoken::crypto::verify(parts.signature, parts.signed.as_bytes(), &key.decoding, algorithm) {
            Ok(true) => {}
            Ok(false) | Err(_) => return Err(TokenError::Signature),
        }
        let claims: Claims = serde_json::from_slice(&parts.claims).map_err(|_| TokenError::Claims)?;
        let expires = claims.judge(&self.issuer, &self.audience, now.as_second())?;
        Ok((Verified { client: claims.client()?, scopes: claims.scopes() }, expires))
    }

    fn recall(&self, digest: &[u8; 32], set: &KeySet, now: Timestamp) -> Option<Verified> {
        let remembered = self.remembered.lock();
        let found = remembered.get(digest)?;
        let is_believed = found.set == set.digest && (found.since..found.until).contains(&now.as_second());
        is_believed.then(|| found.verified.clone())
    }

    fn remember(&self, digest: [u8; 32], set: &KeySet, verified: &Verified, now: Timestamp, expires: i64) {
        let since = now.as_second();
        let until = expires.saturating_add(LEEWAY).min(since + BELIEVED);
        let mut remembered = self.remembered.lock();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.retain(|_, known| known.until > since);
        }
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(digest, Remembered { verified: verified.clone(), set: set.digest, since, until });
    }
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Result<&str, TokenError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(TokenError::Absent)?;
    if values.next().is_some() {
        return Err(TokenError::Several);
    }
    let (scheme, token) = value.to_str().map_err(|_| TokenError::Form)?.split_once(' ').ok_or(TokenError::Absent)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Absent);
    }
    let token = token.trim_matches(' ');
    if token.is_empty() {
        return Err(TokenError::Absent);
    }
    if token.len() > MAX_TOKEN { Err(TokenError::Form) } else { Ok(token) }
}

/// A token taken apart, decoded.
struct Parts<'a> {
    /// What the signature is over.
    signed: &'a str,
    header: Vec<u8>,
    claims: Vec<u8>,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Result<Self, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Form)?;
        if header.len() > MAX_HEADER || claims.contains('.') || signature.is_empty() {
            return Err(TokenError::Form);
        }
        // Padding and left-over bits are refused: one token, one spelling.
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Form);
        decode(signature)?;
        Ok(Self { signed, header: decode(header)?, claims: decode(claims)?, signature })
    }
}

/// `at+jwt` (RFC 9068) or `JWT`; a media type may leave `application/` out (RFC 7515 §4.1.9).
fn is_access_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "at+jwt" | "jwt")
}

/// The members of a token's header that are read. A member that stands twice is an error of the reader.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "strict")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "strict")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<Present>,
}

/// Something that stands there, be it `null`.
struct Present;

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Present>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| Some(Present))
}

/// The claims that are read.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: NumericDate,
    #[serde(default, deserialize_with = "strict")]
    nbf: Option<NumericDate>,
    #[serde(default, rename = "iat", deserialize_with = "strict")]
    _iat: Option<NumericDate>,
    #[serde(default, deserialize_with = "strict")]
    client_id: Option<String>,
    #[serde(default, deserialize_with = "strict")]
    azp: Option<String>,
    #[serde(default, deserialize_with = "strict")]
    sub: Option<String>,
    #[serde(default, deserialize_with = "strict")]
    scope: Option<String>,
}

/// A claim may be absent, but not `null`.
fn strict<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519), within signed 64 bits.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "serde_json::Number")]
struct NumericDate {
    /// The whole second at or before it.
    floor: i64,
    /// The whole second at or after it.
    ceil: i64,
}

impl TryFrom<serde_json::Number> for NumericDate {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, &'static str> {
        const LIMIT: f64 = 9_223_372_036_854_775_807.0;
        if let Some(second) = number.as_i64() {
            return Ok(Self { floor: second, ceil: second });
        }
        let date = number.as_f64().filter(|date| date.abs() < LIMIT).ok_or("a date is outside signed 64 bits")?;
        #[expect(clippy::cast_possible_truncation, reason = "within signed 64 bits, and whole")]
        let whole = |date: f64| date as i64;
        Ok(Self { floor: whole(date.floor()), ceil: whole(date.ceil()) })
    }
}

impl Claims {
    /// When it expires, if it is good now.
    fn judge(&self, issuer: &str, audience: &str, now: i64) -> Result<i64, TokenError> {
        if now >= self.exp.floor.saturating_add(LEEWAY) {
            return Err(TokenError::Expired);
        }
        if self.nbf.is_some_and(|nbf| now < nbf.ceil.saturating_sub(LEEWAY)) {
            return Err(TokenError::NotYet);
        }
        if self.iss != issuer {
            return Err(TokenError::Issuer);
        }
        let is_for_us = match &self.aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        };
        if is_for_us { Ok(self.exp.floor) } else { Err(TokenError::Audience) }
    }

    fn client(&self) -> Result<Arc<str>, TokenError> {
        let name = self.client_id.as_ref().or(self.azp.as_ref()).or(self.sub.as_ref()).ok_or(TokenError::Client)?;
        let fits = (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(name.as_str().into()) } else { Err(TokenError::Client) }
    }

    fn scopes(&self) -> [bool; 3] {
        let granted = self.scope.as_deref().unwrap_or_default();
        Scope::ALL.map(|scope| granted.split(' ').any(|name| name == scope.as_str()))
    }
}
