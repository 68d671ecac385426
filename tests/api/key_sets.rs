//! Where the keys come from: files and URLs, good and bad, and how they are kept fresh.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cdr_insights::http::auth::{JwksError, KeySource, Verifier};
use cdr_insights::http::listen::ListenOptions;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::keys::{AUDIENCE, ISSUER, KEYS, Sign, base64url, claims, ec_jwk, header, rsa_jwk, token, with};
use crate::support::{Answer, BASE, Options, TestApp};

/// An issuer whose answer a test changes, and which counts who asks.
#[derive(Clone)]
struct Issuer {
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
    url: String,
}

impl Issuer {
    async fn start(answer: &Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/keys", listener.local_addr().expect("bound"));
        let issuer = Self { answer: Arc::new(Mutex::new((200, answer.to_string()))), asked: Arc::default(), url };
        let serving = issuer.clone();
        let router = axum::Router::new().route("/keys", get(async move || serving.serve()));
        tokio::spawn(async move { axum_serve(listener, router).await });
        issuer
    }

    fn serve(&self) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (status, text) = self.answer.lock().expect("not poisoned").clone();
        (StatusCode::from_u16(status).expect("a status"), [("location", "/keys")], text).into_response()
    }

    fn set(&self, status: u16, text: &str) {
        *self.answer.lock().expect("not poisoned") = (status, text.to_owned());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn app(&self) -> TestApp {
        TestApp::with(Options { keys: Err(self.url.clone()), ..Options::default() }).await
    }
}

/// Our own accept loop serves the issuer as well.
async fn axum_serve(listener: tokio::net::TcpListener, router: axum::Router) {
    cdr_insights::http::listen::serve(listener, router, ListenOptions::default(), CancellationToken::new()).await;
}

async fn status(app: &TestApp, kid: &str, sign: Sign) -> u16 {
    let claims = claims("lender", "insights:read", app.now().as_second());
    let token = token(&with(header(), "kid", json!(kid)), &claims, sign);
    Answer::of(app.bare("GET", &format!("{BASE}/{}", Uuid::nil())).bearer_auth(token)).await.status
}

fn first() -> Value {
    json!({ "keys": [ec_jwk(&KEYS.ec, "first")] })
}

fn second() -> Value {
    json!({ "keys": [ec_jwk(&KEYS.other_ec, "second")] })
}

#[tokio::test]
async fn a_set_is_fetched_once_and_refreshed_for_an_unknown_kid_at_most_every_half_minute() {
    let issuer = Issuer::start(&first()).await;
    let app = issuer.app().await;
    for _ in 0..3 {
        assert_eq!(status(&app, "first", Sign::Es256).await, 404);
    }
    assert_eq!(issuer.asked(), 1);
    app.pass(31);
    issuer.set(200, &second().to_string());
    assert_eq!(status(&app, "second", Sign::OtherEs256).await, 404, "a new key is found at once");
    assert_eq!(status(&app, "first", Sign::Es256).await, 401, "the old one is gone, also for a remembered token");
    assert_eq!(issuer.asked(), 2);
    for kid in ["third", "fourth", "fifth"] {
        assert_eq!(status(&app, kid, Sign::Es256).await, 401);
    }
    assert_eq!(issuer.asked(), 2, "nobody can make the service ask more often");
    app.pass(30);
    assert_eq!(status(&app, "third", Sign::Es256).await, 401);
    assert_eq!(issuer.asked(), 3);
}

#[tokio::test]
async fn a_crowd_asks_once() {
    let issuer = Issuer::start(&first()).await;
    let app = issuer.app().await;
    let crowd: Vec<_> = (0..20).map(|_| status(&app, "first", Sign::Es256)).collect();
    assert_eq!(futures_util::future::join_all(crowd).await, vec![404; 20]);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn the_set_before_is_kept_when_a_refresh_fails() {
    let issuer = Issuer::start(&first()).await;
    let app = issuer.app().await;
    assert_eq!(status(&app, "first", Sign::Es256).await, 404);
    let huge = json!({ "keys": [ec_jwk(&KEYS.other_ec, "second")], "x": "x".repeat(300_000) }).to_string();
    for (code, text) in [
        (500, second().to_string()),
        (302, second().to_string()),
        (200, "<html>".to_owned()),
        (200, "{\"keys\":[]}".to_owned()),
        (200, huge),
    ] {
        issuer.set(code, &text);
        app.pass(31);
        let asked = issuer.asked();
        assert_eq!(status(&app, "second", Sign::OtherEs256).await, 401);
        assert_eq!(issuer.asked(), asked + 1, "it was asked: {code}");
        assert_eq!(status(&app, "first", Sign::Es256).await, 404);
    }
}

#[tokio::test]
async fn without_any_set_nobody_can_be_judged() {
    let issuer = Issuer::start(&first()).await;
    issuer.set(503, "");
    let app = issuer.app().await;
    let answer = Answer::of(app.get(Uuid::nil())).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    issuer.set(200, &first().to_string());
    app.pass(5);
    assert_eq!(status(&app, "first", Sign::Es256).await, 404);
}

#[tokio::test]
async fn an_old_set_is_refreshed_in_the_background() {
    let issuer = Issuer::start(&first()).await;
    let app = issuer.app().await;
    assert_eq!(status(&app, "first", Sign::Es256).await, 404);
    issuer.set(200, &second().to_string());
    app.pass(301);
    let gone = async {
        while status(&app, "first", Sign::Es256).await != 401 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("a withdrawn key goes");
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_file_is_read_again() {
    let app = TestApp::with(Options { keys: Ok(first().to_string()), ..Options::default() }).await;
    assert_eq!(status(&app, "second", Sign::OtherEs256).await, 401);
    std::fs::write(app.directory.path().join("keys.json"), second().to_string()).expect("it is written");
    assert_eq!(status(&app, "second", Sign::OtherEs256).await, 401, "not again within half a minute");
    app.pass(31);
    assert_eq!(status(&app, "second", Sign::OtherEs256).await, 404);
}

#[tokio::test]
async fn two_different_keys_of_one_kid_are_both_refused() {
    let set =
        json!({ "keys": [ec_jwk(&KEYS.ec, "same"), ec_jwk(&KEYS.other_ec, "same"), ec_jwk(&KEYS.ec, "alone"), ec_jwk(&KEYS.ec, "alone")] });
    let app = TestApp::with(Options { keys: Ok(set.to_string()), ..Options::default() }).await;
    assert_eq!(status(&app, "same", Sign::Es256).await, 401);
    assert_eq!(status(&app, "same", Sign::OtherEs256).await, 401);
    assert_eq!(status(&app, "alone", Sign::Es256).await, 404, "the same key twice is one key");
}

/// What comes of a set with this key alone.
fn judged(jwk: &Value) -> Result<(), JwksError> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("keys.json");
    std::fs::write(&path, json!({ "keys": [jwk] }).to_string()).expect("it is written");
    let clock = Arc::new(crate::support::clock::ManualClock::new());
    let algorithms = vec![Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
    Verifier::new(KeySource::File(path), ISSUER.to_owned(), AUDIENCE.to_owned(), algorithms, clock).map(|_| ())
}

#[test]
fn a_key_that_cannot_be_used_safely_is_skipped() {
    let (ec, rsa) = (ec_jwk(&KEYS.ec, "k"), rsa_jwk("k"));
    let weak = base64url([vec![0x80], vec![1; 127]].concat());
    let padded = base64url([vec![0; 130], vec![0x80], vec![1; 127]].concat());
    for (what, jwk) in [
        ("an exponent of 1", with(rsa.clone(), "e", json!(base64url([1])))),
        ("an even exponent", with(rsa.clone(), "e", json!(base64url([1, 0, 0])))),
        ("1024 bits", with(rsa.clone(), "n", json!(weak))),
        ("1024 bits behind zeros", with(rsa.clone(), "n", json!(padded))),
        ("no modulus", with(rsa.clone(), "n", Value::Null)),
        ("another algorithm of RSA", with(rsa.clone(), "alg", json!("RSA-OAEP"))),
        ("RS256 is not configured", with(rsa.clone(), "alg", json!("RS256"))),
        ("to encrypt", with(ec.clone(), "use", json!("enc"))),
        ("to sign only", with(ec.clone(), "key_ops", json!(["sign"]))),
        ("another curve", with(ec.clone(), "crv", json!("P-384"))),
        ("a short point", with(ec.clone(), "x", json!(base64url([1; 31])))),
        ("not base64url", with(ec.clone(), "x", json!("+/+/"))),
        ("alg and curve do not agree", with(ec.clone(), "alg", json!("EdDSA"))),
        ("alg none", with(ec.clone(), "alg", json!("none"))),
        ("symmetric", json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" })),
        ("kid is a number", with(ec.clone(), "kid", json!(1))),
        ("nothing", json!({})),
        ("no object", json!("key")),
    ] {
        assert!(matches!(judged(&jwk), Err(JwksError::NoKey)), "{what}");
    }
    for jwk in [&ec, &rsa, &with(rsa.clone(), "alg", json!("PS256")), &with(ec.clone(), "key_ops", json!(["verify"]))] {
        assert!(judged(jwk).is_ok(), "{jwk}");
    }
}

#[test]
fn keys_come_from_files_https_or_loopback() {
    for text in [
        "https://issuer.example/keys",
        "HTTPS://issuer.example/keys",
        "http://127.0.0.1:8080/keys",
        "http://[::1]/keys",
        "http://localhost/",
    ] {
        assert!(matches!(text.parse(), Ok(KeySource::Url(_))), "{text}");
    }
    for text in [
        "http://issuer.example/keys",
        "http://127.0.0.1.example/",
        "http://localhost.example/",
        "ftp://issuer.example/",
        "file:///keys",
        "https://",
    ] {
        assert!(matches!(text.parse::<KeySource>(), Err(JwksError::Url)), "{text}");
    }
    assert!(matches!("keys.json".parse(), Ok(KeySource::File(_))));
    assert!(matches!("/etc/keys.json".parse(), Ok(KeySource::File(_))));
}
