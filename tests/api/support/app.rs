//! The service under test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cdr_insights::admission::{Admission, Capacity};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::app::{App, Cpu, Limits};
use cdr_insights::clock::Clock as _;
use cdr_insights::http;
use cdr_insights::http::auth::{KeySource, Verifier};
use cdr_insights::http::listen::ListenOptions;
use cdr_insights::jobs;
use cdr_insights::store::seal::{Column, Keyring};
use cdr_insights::store::{self, Completion, Failure, StoreOptions, StoredReport};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jsonwebtoken::Algorithm;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::clock::ManualClock;
use super::keys::{self, AUDIENCE, ISSUER, Sign};
use super::{Answer, BASE};

/// Compiling the rules takes a moment, and no test here changes them.
static RULESET: LazyLock<Arc<Ruleset>> = LazyLock::new(|| Arc::new(Ruleset::embedded()));

/// What a test may want otherwise.
pub(crate) struct Options {
    pub(crate) max_body: usize,
    pub(crate) capacity: Capacity,
    pub(crate) listen: ListenOptions,
    pub(crate) algorithms: Vec<Algorithm>,
    /// The key set's text, for a file; or where it is.
    pub(crate) keys: Result<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            capacity: Capacity { bytes: 64 << 20, client_bytes: 32 << 20, client_jobs: 1000 },
            listen: ListenOptions::default(),
            algorithms: vec![Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA],
            keys: Ok(keys::key_set().to_string()),
        }
    }
}

/// One service: a store of its own, no workers, listening on a port of its own.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
    pub(crate) shutdown: CancellationToken,
    pub(crate) served: tokio::task::JoinHandle<()>,
    pub(crate) directory: tempfile::TempDir,
    _workers: jobs::Workers,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        let clock = Arc::new(ManualClock::new());
        let source = match options.keys {
            Ok(text) => {
                let path: PathBuf = directory.path().join("keys.json");
                std::fs::write(&path, text).expect("it is written");
                KeySource::File(path)
            }
            Err(url) => url.parse().expect("a source"),
        };
        let verifier =
            Verifier::new(source, ISSUER.to_owned(), AUDIENCE.to_owned(), options.algorithms, clock.clone()).expect("usable keys");
        let store = store::open(&StoreOptions {
            url: format!("sqlite:{}", directory.path().join("insights.db").display()),
            max_connections: 4,
            acquire_timeout: Duration::from_secs(5),
        })
        .await
        .expect("the store opens");
        store.migrate().await.expect("it migrates");
        let keyring = Arc::new(Keyring::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a key"));
        let ruleset = RULESET.clone();
        let time_zone = TimeZone::get("Australia/Sydney").expect("bundled");
        let tools = jobs::Tools {
            store: store.clone(),
            keyring: keyring.clone(),
            ruleset: ruleset.clone(),
            clock: clock.clone(),
            time_zone: time_zone.clone(),
        };
        let (queue, workers) = jobs::start(tools, jobs::Options::new(0, 1 << 20));
        let app = Arc::new(App {
            store,
            keyring,
            ruleset,
            clock: clock.clone(),
            queue,
            verifier,
            admission: Admission::new(options.capacity),
            cpu: Cpu::new(2),
            limits: Limits { max_body: options.max_body, retention: SignedDuration::from_hours(24 * 30), time_zone },
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(http::listen::serve(listener, http::router(app.clone()), options.listen, shutdown.clone()));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { app, clock, address, http, shutdown, served, directory, _workers: workers }
    }

    /// What its clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// A good token of a client with every scope.
    pub(crate) fn token(&self, client: &str) -> String {
        self.token_for(client, "insights:write insights:read insights:delete")
    }

    pub(crate) fn token_for(&self, client: &str, scope: &str) -> String {
        keys::token(&keys::header(), &keys::claims(client, scope, self.clock.now().as_second()), Sign::Es256)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request without a token.
    pub(crate) fn bare(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().expect("a method"), self.url(path))
    }

    /// A request of the client `lender`.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path).bearer_auth(self.token("lender"))
    }

    /// A POST of the client `lender`.
    pub(crate) fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.request("POST", BASE).header("content-type", "application/json").body(body)
    }

    /// Sends the least that is accepted.
    pub(crate) async fn submit(&self) -> Answer {
        Answer::of(self.post(super::payload().to_string())).await
    }

    /// A GET of the client `lender`.
    pub(crate) fn get(&self, insights_id: Uuid) -> reqwest::RequestBuilder {
        self.request("GET", &format!("{BASE}/{insights_id}"))
    }

    /// Does what a worker does, with a made-up report: `1.10` would lose its zero in a float.
    pub(crate) async fn complete(&self, insights_id: Uuid) {
        let claimed = self.claim(insights_id).await;
        let key = self.app.keyring.open(insights_id, &claimed.client_id, &claimed.key).expect("the key opens");
        let head = br#"{"meta":{"status":"COMPLETED"},"insightsHeader":{"reports":["#;
        let report = |order: &Uuid| {
            let text = format!(r#"{{"orderId":"{order}","amount":1.10}}"#);
            let body = key.seal(Column::Report(*order), text.as_bytes());
            (StoredReport { order_id: *order, body }, text.len() as u64)
        };
        let completion =
            Completion { head: key.seal(Column::Head, head), reports: claimed.orders.iter().map(report).collect(), keep_payload: false };
        assert!(self.app.store.complete(claimed.lease, completion, self.clock.now()).await.expect("the store answers"));
    }

    /// Does what a worker does that gives up.
    pub(crate) async fn fail(&self, insights_id: Uuid, failure: Failure) {
        let claimed = self.claim(insights_id).await;
        assert!(self.app.store.give_up(claimed.lease, failure, false, self.clock.now()).await.expect("the store answers"));
    }

    pub(crate) async fn claim(&self, insights_id: Uuid) -> store::Claimed {
        let now = self.clock.now();
        let due = self.app.store.due(now, 100).await.expect("the store answers");
        let due = due.into_iter().find(|due| due.insights_id == insights_id).expect("the job is due");
        self.app.store.claim(due, now, now + SignedDuration::from_secs(15)).await.expect("the store answers").expect("nobody else claims")
    }
}
