//! The real service, without a socket: the router on a SQLite file, with a standing clock and tokens of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use cdr_insights::admission::{Admission, Capacity};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::app::{App, Cpu, Limits};
use cdr_insights::clock::Clock;
use cdr_insights::dev::{self, Grant, SigningKey};
use cdr_insights::http::auth::{KeySource, Verifier};
use cdr_insights::http::{self};
use cdr_insights::jobs::{self, Analyse, Options, Tools, Workers};
use cdr_insights::store::{self, StoreOptions};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::clock::ManualClock;
use crate::document::Answer;

/// Under which everything of the contract stands.
pub(crate) const BASE: &str = "/cdr-data/v2/banking-data-insights";
/// Who calls, unless a test says otherwise.
pub(crate) const CLIENT: &str = "lender";
/// A wait that reaches this is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Every scope.
pub(crate) const ALL: &str = "insights:write insights:read insights:delete";

/// What a service is started with.
pub(crate) struct Setup {
    /// Analyses at once; without any, what is accepted stays unfinished.
    pub(crate) workers: usize,
    /// In place of the real analysis.
    pub(crate) analyse: Option<Analyse>,
    /// What requests may take.
    pub(crate) capacity: Capacity,
    /// Most bytes of a body.
    pub(crate) max_body: usize,
}

impl Default for Setup {
    fn default() -> Self {
        let capacity = Capacity { bytes: 1 << 30, client_bytes: 1 << 30, client_jobs: 1000 };
        Self { workers: 0, analyse: None, capacity, max_body: 1 << 20 }
    }
}

/// A service in this process.
pub(crate) struct Service {
    /// Its parts.
    pub(crate) app: Arc<App>,
    /// Its routes.
    pub(crate) router: Router,
    directory: TempDir,
    key: SigningKey,
    _workers: Workers,
}

impl Service {
    /// Starts one in a directory of its own.
    pub(crate) async fn start(setup: Setup) -> Self {
        // A second test of this program finds it installed.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory can be made");
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
        let key = SigningKey::in_directory(directory.path()).expect("a key can be made");
        let jwks = directory.path().join("jwks.json");
        std::fs::write(&jwks, key.jwks()).expect("the directory can be written to");
        let (issuer, audience) = (dev::ISSUER.to_owned(), dev::AUDIENCE.to_owned());
        let algorithms = vec![jsonwebtoken::Algorithm::ES256];
        let verifier = Verifier::new(KeySource::File(jwks), issuer, audience, algorithms, Arc::clone(&clock)).expect("the key set is good");
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        let store =
            store::open(&StoreOptions { url, max_connections: 8, acquire_timeout: Duration::from_secs(5) }).await.expect("the store opens");
        store.migrate().await.expect("the schema is made");
        let keyring = Arc::new(dev::keyring(directory.path()).expect("a master key can be made"));
        let ruleset = Arc::new(Ruleset::embedded());
        let time_zone = TimeZone::get("Australia/Sydney").expect("the zone is bundled");
        let tools = Tools {
            store: Arc::clone(&store),
            keyring: Arc::clone(&keyring),
            ruleset: Arc::clone(&ruleset),
            clock: Arc::clone(&clock),
            time_zone: time_zone.clone(),
        };
        let mut options = Options::new(setup.workers, setup.max_body);
        if let Some(analyse) = setup.analyse {
            options.analyse = analyse;
        }
        let (queue, workers) = jobs::start(tools, options);
        let app = Arc::new(App {
            store,
            keyring,
            ruleset,
            clock,
            queue,
            verifier,
            admission: Admission::new(setup.capacity),
            cpu: Cpu::new(2),
            limits: Limits { max_body: setup.max_body, retention: SignedDuration::from_hours(720), time_zone },
        });
        Self { router: http::router(Arc::clone(&app)), app, directory, key, _workers: workers }
    }

    /// The file that the store keeps its rows in.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.path().join("test.db")
    }

    /// A token of a client.
    pub(crate) fn token(&self, client: &str, scope: &str) -> String {
        let grant = Grant { client, scope, ttl: 3600, issuer: dev::ISSUER, audience: dev::AUDIENCE };
        self.key.token(&grant, self.app.clock.now()).expect("a token can be signed")
    }

    /// Sends a request with a token for every scope, unless it brings one.
    pub(crate) async fn call(&self, mut request: Request<Body>) -> Answer {
        if !request.headers().contains_key(header::AUTHORIZATION) {
            let value = HeaderValue::try_from(format!("Bearer {}", self.token(CLIENT, ALL))).expect("a token is ASCII");
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        self.call_as_is(request).await
    }

    /// Sends a request as it is.
    pub(crate) async fn call_as_is(&self, request: Request<Body>) -> Answer {
        let sent = tokio::time::timeout(PATIENCE, self.router.clone().oneshot(request));
        let (parts, body) = sent.await.expect("an answer in time").expect("the router cannot fail").into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer { status: parts.status, body: decoded(&parts.headers, &body), headers: parts.headers }
    }

    /// Has a payload accepted; its id and that of its first order.
    pub(crate) async fn accept(&self, payload: &Value) -> (String, String) {
        let answer = self.call(post(payload)).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", String::from_utf8_lossy(&answer.body));
        let body: Value = serde_json::from_slice(&answer.body).expect("a 201 is JSON");
        let text = |value: &Value| value.as_str().expect("an id is text").to_owned();
        (text(&body["insightsId"]), text(&body["orders"][0]["orderId"]))
    }

    /// Has a payload accepted and waits for its end; its id and that of its first order.
    pub(crate) async fn finish(&self, payload: &Value) -> (String, String) {
        let (insights_id, order_id) = self.accept(payload).await;
        let uri = format!("{BASE}/{insights_id}");
        let answer = self.call(request(&Method::GET, &uri, &[("prefer", "wait=30")])).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
        (insights_id, order_id)
    }
}

/// The least that is accepted.
pub(crate) fn minimal() -> Value {
    json!({ "meta": {}, "data": {
        "accounts": [ { "accountId": "a1", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS" } ],
        "transactions": [ { "accountId": "a1", "status": "POSTED", "postingDateTime": "2026-11-20T03:15:00Z", "amount": "-54.20",
                            "description": "WOOLWORTHS 1234 NEWTOWN NS AUS" } ] } })
}

/// A POST of a payload.
pub(crate) fn post(payload: &Value) -> Request<Body> {
    let mut request = request(&Method::POST, BASE, &[("content-type", "application/json")]);
    *request.body_mut() = Body::from(payload.to_string());
    request
}

/// A request without a body.
pub(crate) fn request(method: &Method, uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let builder = Request::builder().method(method).uri(uri);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(Body::empty()).expect("a request")
}

fn decoded(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    if body.is_empty() {
        return Vec::new();
    }
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None => body.to_vec(),
        Some(b"gzip") => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(body).read_to_end(&mut plain).expect("a whole gzip stream");
            plain
        }
        Some(b"zstd") => zstd::stream::decode_all(body).expect("a whole zstd stream"),
        Some(other) => panic!("an encoding nobody asked for: {other:?}"),
    }
}
