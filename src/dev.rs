//! Keys and tokens for development: made in the working directory, reused on restart, never for production.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::store::seal::Keyring;

/// `iss` of development tokens.
pub const ISSUER: &str = "urn:cdr-insights:dev";
/// `aud` of development tokens.
pub const AUDIENCE: &str = "cdr-insights";

const SIGNING_KEY: &str = "cdr-insights-dev-signing-key.p8";
const KEY_SET: &str = "cdr-insights-dev-jwks.json";
const MASTER_KEY: &str = "cdr-insights-dev-master-key";

/// What can go wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} does not hold a key: remove it to have a new one made", .0.display())]
    NoKey(PathBuf),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Signing,
}

/// The development signing key (ES256).
pub struct SigningKey {
    pkcs8: Vec<u8>,
    jwk: serde_json::Value,
    kid: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Whether a directory has one.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        directory.join(SIGNING_KEY).exists()
    }

    /// The key in a directory; made if there is none.
    ///
    /// # Panics
    /// When the system gives no randomness.
    ///
    /// # Errors
    /// The file cannot be read or written, or holds something else.
    pub fn in_directory(directory: &Path) -> Result<Self, DevError> {
        let path = directory.join(SIGNING_KEY);
        let made = || {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .expect("P-256 keys can be made")
                .as_ref()
                .to_vec()
        };
        let pkcs8 = read_or_make(&path, made)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(|_| DevError::NoKey(path))?;
        // An uncompressed point: 4, x, y.
        let point = pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        // RFC 7638: the required members in lexicographic order.
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let kid = URL_SAFE_NO_PAD.encode(thumbprint);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": x, "y": y });
        Ok(Self { pkcs8, jwk, kid })
    }

    /// The public key as a JWK set.
    #[must_use]
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.jwk] }).to_string()
    }

    /// Writes the public key set beside the key and says where it is.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn publish(&self, directory: &Path) -> Result<PathBuf, DevError> {
        let path = directory.join(KEY_SET);
        write_new(&path, self.jwks().as_bytes(), |new| fs::rename(new, &path))?;
        Ok(path)
    }

    /// A token for a client.
    ///
    /// # Errors
    /// Signing failed.
    pub fn token(&self, grant: &Grant<'_>, now: Timestamp) -> Result<String, DevError> {
        use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
        let issued_at = now.as_second();
        let header = Header { typ: Some("at+jwt".to_owned()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        let claims = json!({
            "iss": grant.issuer, "aud": grant.audience, "sub": grant.client, "client_id": grant.client, "scope": grant.scope,
            "iat": issued_at, "nbf": issued_at, "exp": issued_at + i64::from(grant.ttl), "jti": uuid::Uuid::new_v4().to_string(),
        });
        encode(&header, &claims, &EncodingKey::from_ec_der(&self.pkcs8)).map_err(|_| DevError::Signing)
    }
}

/// What a token says.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// `client_id`.
    pub client: &'a str,
    /// Scopes, separated by spaces.
    pub scope: &'a str,
    /// Seconds it lives.
    pub ttl: u32,
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
}

/// The development master key in a directory; made if there is none.
///
/// # Panics
/// When the system gives no randomness.
///
/// # Errors
/// The file cannot be read or written, or holds something else.
pub fn keyring(directory: &Path) -> Result<Keyring, DevError> {
    let path = directory.join(MASTER_KEY);
    let made = || {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key).expect("the system gives random bytes");
        STANDARD.encode(key).into_bytes()
    };
    let text = read_or_make(&path, made)?;
    let text = String::from_utf8(text).map_err(|_| DevError::NoKey(path.clone()))?;
    Keyring::parse(text.trim()).map_err(|_| DevError::NoKey(path))
}

/// Reads a secret file, or writes a new one, mode 0600 and atomically: a half-written key never has the name. Two processes that start
/// together end with the same key.
fn read_or_make(path: &Path, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>, DevError> {
    let wrong = |source| DevError::File { path: path.to_owned(), source };
    match fs::read(path) {
        Ok(secret) => return Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(error)),
    }
    // A hard link, unlike a rename, does not replace the key that another process has just made.
    write_new(path, &make(), |new| {
        let linked = fs::hard_link(new, path);
        fs::remove_file(new)?;
        linked.or_else(|error| if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })
    })?;
    fs::read(path).map_err(wrong)
}

/// Writes a file beside `path`, mode 0600 and synced, and lets `place` give it its name.
fn write_new(path: &Path, content: &[u8], place: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), DevError> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.and_then(|()| place(&new)).map_err(|source| DevError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_key_is_made_once_private_and_reused() {
        let directory = tempfile::tempdir().expect("a directory");
        let first = SigningKey::in_directory(directory.path()).expect("made");
        let again = SigningKey::in_directory(directory.path()).expect("read");
        assert_eq!(first.jwks(), again.jwks());
        let mode = fs::metadata(directory.path().join(SIGNING_KEY)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).expect("readable").count(), 1, "nothing else is left");
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_by_name() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join(SIGNING_KEY), "nonsense").expect("written");
        let error = SigningKey::in_directory(directory.path()).expect_err("refused");
        assert!(error.to_string().contains(SIGNING_KEY), "{error}");
    }
}
