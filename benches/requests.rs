//! POST and GET over real HTTP beside their floors, in the same run, on each store.
//!
//! `cargo bench --bench requests` starts, in this process, the service (workers off) and a floor server that does only what cannot be
//! left out: receive, check the token, parse into typed structs, SHA-256, compress, seal, and the same rows in one transaction; for GET one
//! key read, the token and the stored bytes. The same clients drive both by turns; the figure is the ratio of the medians. Bounded:
//! a fixed number of requests, loopback only, a temporary database. Postgres is used where its binaries are found.

#[path = "../tests/support/postgres.rs"]
#[expect(dead_code, reason = "the bench does not stop the server")]
mod cluster;
#[path = "../tests/support/payload.rs"]
mod payload;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use cdr_insights::admission::{Admission, Capacity};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::app::{App, Cpu, Limits};
use cdr_insights::clock::{Clock as _, SystemClock};
use cdr_insights::dev::{AUDIENCE, Grant, ISSUER, SigningKey};
use cdr_insights::http::auth::{KeySource, Verifier};
use cdr_insights::http::listen::{ListenOptions, serve};
use cdr_insights::jobs::{self, Options, Tools};
use cdr_insights::store::seal::{Column, Keyring};
use cdr_insights::store::{self, Counts, NewSubmission, Reason, Store, StoreOptions, Submitted};
use jiff::{SignedDuration, civil::date, tz::TimeZone};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const BASE: &str = "/cdr-data/v2/banking-data-insights";
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const CLIENT: &str = "bench";

/// What the floor's handlers share.
#[derive(Clone)]
struct Floor {
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    key: Arc<DecodingKey>,
    cpu: Cpu,
}

/// The typed parse that the floor counts.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    customers: Vec<Customer<'a>>,
}
#[derive(Deserialize)]
struct Customer<'a> {
    #[serde(borrow)]
    transactions: Vec<Row<'a>>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsed for its cost")]
struct Row<'a> {
    account_id: std::borrow::Cow<'a, str>,
    transaction_id: std::borrow::Cow<'a, str>,
    #[serde(rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    status: std::borrow::Cow<'a, str>,
    description: std::borrow::Cow<'a, str>,
    posting_date_time: std::borrow::Cow<'a, str>,
    amount: std::borrow::Cow<'a, str>,
    currency: std::borrow::Cow<'a, str>,
    reference: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed for its cost")]
struct Claims {
    sub: String,
    scope: String,
}

impl Floor {
    fn check(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let token =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[AUDIENCE]);
        jsonwebtoken::decode::<Claims>(token.ok_or(StatusCode::UNAUTHORIZED)?, &self.key, &validation)
            .map(|_| ())
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

async fn floor_post(State(floor): State<Floor>, headers: HeaderMap, body: Bytes) -> Result<(StatusCode, String), StatusCode> {
    floor.check(&headers)?;
    let keyring = Arc::clone(&floor.keyring);
    let new = floor.cpu.run(move || {
        use sha2::Digest as _;
        let text = std::str::from_utf8(&body).expect("UTF-8");
        let parsed: Body<'_> = serde_json::from_str(text).expect("typed");
        let rows: usize = parsed.data.customers.iter().map(|customer| customer.transactions.len()).sum();
        let (insights_id, now) = (Uuid::new_v4(), SystemClock.now());
        let (data_key, key) = keyring.new_data_key(insights_id, CLIENT);
        NewSubmission {
            insights_id,
            client_id: CLIENT.to_owned(),
            accepted_at: now,
            expires_at: now + SignedDuration::from_hours(24),
            expiry_reason: Reason::Expired,
            as_of: date(2026, 11, 22),
            digest: sha2::Sha256::digest(&body).into(),
            raw_length: body.len() as u64,
            weight: body.len() as u64,
            counts: Counts { customers: 1, accounts: 1, transactions: u32::try_from(rows).expect("few") },
            key,
            accepted: data_key.seal(Column::Accepted, &[b'x'; 200]),
            payload: data_key.seal(Column::Payload, &body),
            orders: vec![Uuid::new_v4()],
            idempotency: None,
            leased_until: None,
        }
    });
    let new = new.await;
    let id = new.insights_id;
    match floor.store.submit(new).await {
        Ok(Submitted::Inserted) => Ok((StatusCode::CREATED, id.to_string())),
        _ => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn floor_get(State(floor): State<Floor>, headers: HeaderMap, UrlPath(id): UrlPath<String>) -> Result<Vec<u8>, StatusCode> {
    floor.check(&headers)?;
    let id: Uuid = id.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let stored = floor.store.report(CLIENT, id, None, SystemClock.now()).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let stored = stored.ok_or(StatusCode::NOT_FOUND)?;
    Ok(stored.reports[0].body.to_vec())
}

/// Both servers on one database.
struct Bed {
    service: String,
    floor: String,
    token: String,
    store: Arc<dyn Store>,
    stop: CancellationToken,
    tools: Tools,
}

async fn listen(router: Router, stop: &CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(serve(listener, router, ListenOptions::default(), stop.clone()));
    url
}

impl Bed {
    async fn new(url: String, directory: &Path) -> Self {
        let store = store::open(&StoreOptions { url, max_connections: 32, acquire_timeout: Duration::from_secs(10) }).await.expect("opens");
        store.migrate().await.expect("migrates");
        let keyring = Arc::new(Keyring::parse(MASTER_KEY).expect("a key"));
        let signing = SigningKey::in_directory(directory).expect("a key");
        let grant =
            Grant { client: CLIENT, scope: "insights:write insights:read insights:delete", ttl: 3600, issuer: ISSUER, audience: AUDIENCE };
        let clock = Arc::new(SystemClock);
        let token = signing.token(&grant, clock.now()).expect("signed");
        let jwks = signing.publish(directory).expect("written");
        let set: serde_json::Value = serde_json::from_str(&signing.jwks()).expect("JSON");
        let part = |name: &str| set["keys"][0][name].as_str().expect("a coordinate").to_owned();
        let key = DecodingKey::from_ec_components(&part("x"), &part("y")).expect("a key");
        let verifier = Verifier::new(KeySource::File(jwks), ISSUER.to_owned(), AUDIENCE.to_owned(), vec![Algorithm::ES256], clock.clone())
            .expect("keys");
        let ruleset = Arc::new(Ruleset::embedded());
        let tools = Tools {
            store: Arc::clone(&store),
            keyring: Arc::clone(&keyring),
            ruleset: Arc::clone(&ruleset),
            clock: clock.clone(),
            time_zone: TimeZone::UTC,
        };
        let (queue, _idle) = jobs::start(tools.clone(), Options::new(0, 64 << 20));
        let capacity = Capacity { bytes: 1 << 30, client_bytes: 1 << 30, client_jobs: u64::MAX };
        let app = App {
            store: Arc::clone(&store),
            keyring: Arc::clone(&keyring),
            ruleset,
            clock,
            queue,
            verifier,
            admission: Admission::new(capacity),
            cpu: Cpu::new(cdr_insights::config::cores()),
            limits: Limits { max_body: 64 << 20, retention: SignedDuration::from_hours(24), time_zone: TimeZone::UTC },
        };
        let stop = CancellationToken::new();
        let state = Floor { store: Arc::clone(&store), keyring, key: Arc::new(key), cpu: Cpu::new(cdr_insights::config::cores()) };
        let bare = Router::new()
            .route(BASE, post(floor_post))
            .route(&format!("{BASE}/{{id}}"), get(floor_get))
            .layer(DefaultBodyLimit::max(64 << 20))
            .with_state(state);
        Self {
            service: listen(cdr_insights::http::router(Arc::new(app)), &stop).await,
            floor: listen(bare, &stop).await,
            token,
            store,
            stop,
            tools,
        }
    }
}

/// Requests a second of so many requests over the connections.
async fn rate(requests: usize, send: impl Fn(reqwest::Client, usize) -> reqwest::RequestBuilder + Clone + Send + Sync + 'static) -> f64 {
    let (next, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (next, send) = (Arc::clone(&next), send.clone());
        clients.spawn(async move {
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return;
                }
                let response = send(http.clone(), number).send().await.expect("answers");
                assert!(response.status().is_success(), "{}", response.status());
                response.bytes().await.expect("whole");
            }
        });
    }
    clients.join_all().await;
    #[expect(clippy::cast_precision_loss, reason = "a printed figure")]
    let rate = requests as f64 / begun.elapsed().as_secs_f64();
    rate
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

async fn posts(bed: &Bed, name: &str, rows: usize, requests: usize) {
    let body = Bytes::from(payload::household(1, rows));
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (base, figures) in [(&bed.floor, &mut floors), (&bed.service, &mut ours)] {
            let (url, token, body) = (format!("{base}{BASE}"), bed.token.clone(), body.clone());
            figures.push(
                rate(requests, move |http, _| {
                    http.post(&url).bearer_auth(&token).header("content-type", "application/json").body(body.clone())
                })
                .await,
            );
        }
    }
    say(name, &format!("POST {rows} rows"), median(ours), median(floors), 0.8);
}

fn say(store: &str, what: &str, ours: f64, floor: f64, bar: f64) {
    let ratio = ours / floor;
    println!(
        "{store:<9} {what:<22} {ours:>9.0}/s  floor {floor:>9.0}/s  ratio {ratio:.2}  bar {bar:.2}  {}",
        if ratio >= bar { "met" } else { "MISSED" }
    );
}

async fn gets(bed: &Bed, name: &str, requests: usize) {
    let body = payload::household(2, 40);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let sent = http.post(format!("{}{BASE}", bed.service)).bearer_auth(&bed.token).header("content-type", "application/json").body(body);
    let accepted: serde_json::Value =
        serde_json::from_slice(&sent.send().await.expect("answers").bytes().await.expect("whole")).expect("JSON");
    let id: Uuid = accepted["insightsId"].as_str().expect("accepted").parse().expect("an id");
    // Everything that was posted for its rate waits in the queue; only this one is worked on.
    let now = SystemClock.now();
    let due = loop {
        let found = bed
            .store
            .due(now + SignedDuration::from_secs(60), u32::MAX >> 1)
            .await
            .expect("answers")
            .into_iter()
            .find(|due| due.insights_id == id);
        if let Some(due) = found {
            break due;
        }
    };
    let lease_until = now + SignedDuration::from_secs(60);
    let claimed = bed.store.claim(due, now + SignedDuration::from_secs(1), lease_until).await.expect("answers").expect("nobody else works");
    let data_key = bed.tools.keyring.open(id, CLIENT, &claimed.key).expect("opens");
    let order = claimed.orders[0];
    let report = vec![b' '; 20_000];
    let stored = store::StoredReport { order_id: order, body: data_key.seal(Column::Report(order), &report) };
    let head = data_key.seal(Column::Head, b"{\"meta\":{\"status\":\"COMPLETED\"},\"insightsHeader\":{\"reports\":[");
    let completion = store::Completion { head, reports: vec![(stored, 20_000)], keep_payload: false };
    assert!(bed.store.complete(claimed.lease, completion, now).await.expect("answers"));
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (base, figures) in [(&bed.floor, &mut floors), (&bed.service, &mut ours)] {
            let (url, token) = (format!("{base}{BASE}/{id}"), bed.token.clone());
            figures.push(rate(requests, move |http, _| http.get(&url).bearer_auth(&token)).await);
        }
    }
    say(name, "GET 20 kB", median(ours), median(floors), 0.7);
}

async fn measure(name: &str, url: String) {
    let directory = tempfile::tempdir().expect("a directory");
    let bed = Bed::new(url, directory.path()).await;
    posts(&bed, name, 100, 800).await;
    posts(&bed, name, 5_000, 150).await;
    gets(&bed, name, 4_000).await;
    bed.stop.cancel();
}

#[tokio::main]
async fn main() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("no other provider");
    let directory = tempfile::tempdir().expect("a directory");
    measure("sqlite", format!("sqlite:{}", directory.path().join("bench.db").display())).await;
    if let Some(cluster) = cluster::Cluster::start(true) {
        measure("postgres", cluster.empty_database().await).await;
    }
}
