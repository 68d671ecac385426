//! Key pairs made at run time, the key sets they stand in, and tokens, good and hostile.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use aws_lc_rs::{hmac, rsa::KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "https://insights.example";

pub(crate) struct Keys {
    pub(crate) ec: EcdsaKeyPair,
    pub(crate) other_ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

/// One set for all tests: an RSA key takes a moment to make.
pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair"),
    other_ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair"),
    ed: Ed25519KeyPair::generate().expect("a key pair"),
    rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key pair"),
});

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A public P-256 key as a JWK.
pub(crate) fn ec_jwk(key: &EcdsaKeyPair, kid: &str) -> Value {
    let point = key.public_key().as_ref();
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256", "x": base64url(&point[1..33]), "y": base64url(&point[33..65]) })
}

pub(crate) fn ed_jwk(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(KEYS.ed.public_key().as_ref()) })
}

pub(crate) fn rsa_jwk(kid: &str) -> Value {
    let public = KEYS.rsa.public_key();
    let number = |bytes: &[u8]| base64url(bytes);
    json!({
        "kty": "RSA", "kid": kid,
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    })
}

/// The set that a test's service verifies with unless it says otherwise.
pub(crate) fn key_set() -> Value {
    json!({ "keys": [ec_jwk(&KEYS.ec, "ec"), ed_jwk("ed"), rsa_jwk("rsa")] })
}

/// How to sign.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    Es256,
    OtherEs256,
    EdDsa,
    Ps256,
    Rs256,
    /// Under the public key's bytes, as a confused verifier would take it.
    Hs256,
    Nothing,
}

impl Sign {
    fn sign(self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |padding: &'static dyn aws_lc_rs::signature::RsaEncoding| {
            let mut signature = vec![0; KEYS.rsa.public_modulus_len()];
            KEYS.rsa.sign(padding, &random, message, &mut signature).expect("it signs");
            signature
        };
        match self {
            Self::Es256 => KEYS.ec.sign(&random, message).expect("it signs").as_ref().to_vec(),
            Self::OtherEs256 => KEYS.other_ec.sign(&random, message).expect("it signs").as_ref().to_vec(),
            Self::EdDsa => KEYS.ed.sign(message).as_ref().to_vec(),
            Self::Ps256 => rsa(&RSA_PSS_SHA256),
            Self::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Self::Hs256 => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEYS.ec.public_key().as_ref()), message).as_ref().to_vec(),
            Self::Nothing => Vec::new(),
        }
    }
}

/// A token of these texts, which need not be JSON.
pub(crate) fn token_of(header: &str, claims: &str, sign: Sign) -> String {
    let signed = format!("{}.{}", base64url(header), base64url(claims));
    let signature = sign.sign(signed.as_bytes());
    format!("{signed}.{}", base64url(signature))
}

/// A token of these values.
pub(crate) fn token(header: &Value, claims: &Value, sign: Sign) -> String {
    token_of(&header.to_string(), &claims.to_string(), sign)
}

/// A good header.
pub(crate) fn header() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": "ec" })
}

/// Good claims of a client, at a second since 1970.
pub(crate) fn claims(client: &str, scope: &str, now: i64) -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "client_id": client, "scope": scope, "iat": now, "nbf": now, "exp": now + 3600 })
}

/// `value` with a member set.
pub(crate) fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

/// `value` without a member.
pub(crate) fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().expect("an object").remove(name);
    value
}
