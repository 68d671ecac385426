//! Nothing of a payload, a token or a key reaches the log, the metrics or an error, whatever `RUST_LOG` says.

use std::fs::File;
use std::path::Path;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::cluster;
use crate::process::{Server, token};
use crate::{BASE, http, report};

/// What a payload says of a person, each in words that stand nowhere else. Parts of them are looked for.
fn payload() -> Value {
    json!({
        "meta": {
            "clientReference": "canary-reference", "asOf": "2026-10-31", "declared": { "grossAnnualIncome": "87654321.01" },
            "orders": [ { "customerIds": ["canary-customer"] } ]
        },
        "data": { "customers": [ {
            "customerId": "canary-customer", "name": "Canary Person", "declaredEmployer": "Canary Employer", "applicantId": "canary-applicant",
            "institutionName": "Canary Bank", "cdrArrangementId": "canary-arrangement", "consentExpiresAt": "2099-01-01T00:00:00Z",
            "accounts": [ {
                "accountId": "canary-account", "displayName": "Canary Display", "nickname": "Canary Nickname", "productName": "Canary Product",
                "maskedNumber": "xxxx xxxx 7654", "bsb": "987-654", "accountNumber": "9876501234", "openStatus": "canary-status",
                "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS"
            } ],
            "balances": [ { "accountId": "canary-account", "currentBalance": "76543210.98", "availableBalance": "76543210.98" } ],
            "directDebitAuthorisations": [ {
                "accountId": "canary-account", "authorisedEntity": { "description": "Canary Insurer" }, "lastDebitAmount": "65432109.87"
            } ],
            "transactions": [ {
                "accountId": "canary-account", "transactionId": "canary-transaction", "status": "POSTED", "type": "OTHER",
                "description": "CANARY NARRATIVE", "reference": "canary-row", "amount": "-54321098.76", "currency": "AUD",
                "postingDateTime": "2026-10-01T02:00:00Z", "merchantName": "Canary Merchant", "extendedData": { "payee": "Canary Payee" }
            } ],
            "scheduledPayments": [ {
                "scheduledPaymentId": "canary-payment", "status": "ACTIVE", "nickname": "Canary Plan", "from": { "accountId": "canary-account" },
                "paymentSet": [ { "to": { "toUType": "payeeId", "nickname": "Canary Friend" }, "amount": "43210987.65" } ]
            } ]
        } ] }
    })
}

/// Amounts and numbers of the payload: everything else of it says "canary".
const NUMBERS: [&str; 8] = ["87654321", "76543210", "65432109", "54321098", "43210987", "987-654", "987654", "9876501234"];

/// Changed so that it is refused, with what it said before still in it.
fn altered(pointer: &str, value: Value) -> String {
    let mut payload = payload();
    *payload.pointer_mut(pointer).expect("it stands there") = value;
    payload.to_string()
}

/// What was answered with an error, for all who look into it.
struct Errors<'a> {
    url: &'a str,
    token: &'a str,
    bodies: Vec<String>,
}

impl Errors<'_> {
    async fn expect(&mut self, status: u16, request: RequestBuilder) {
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status().as_u16(), status, "{}", response.url());
        let headers = format!("{:?}", response.headers());
        self.bodies.push(headers + &response.text().await.expect("a body"));
    }

    fn request(&self, http: &Client, method: Method, path: &str) -> RequestBuilder {
        http.request(method, format!("{}{path}", self.url))
    }

    fn post(&self, http: &Client, key: &str, body: String) -> RequestBuilder {
        let request = self.request(http, Method::POST, BASE).bearer_auth(self.token).header("content-type", "application/json");
        request.header("idempotency-key", key).body(body)
    }

    /// Everything that a caller may get wrong; `key` stands for the payload of `id` already.
    async fn refusals(&mut self, http: &Client, key: &str, id: &str) {
        let (account, amount) = ("/data/customers/0/transactions/0/accountId", "/data/customers/0/transactions/0/amount");
        self.expect(422, self.post(http, key, altered("/meta/clientReference", json!("canary-other")))).await;
        self.expect(422, self.post(http, "canary-422", altered(account, json!("canary-elsewhere")))).await;
        self.expect(400, self.post(http, "canary-400", altered(amount, json!("canary-amount")))).await;
        self.expect(400, self.post(http, "canary-json", payload().to_string() + "canary-trailing")).await;
        self.expect(400, self.post(http, "canary key", payload().to_string())).await;
        let get = |path: &str| self.request(http, Method::GET, path);
        let asked = [
            (401, get(&format!("{BASE}/{id}?view=canary-query")).bearer_auth(format!("{}canary", self.token))),
            (400, get(&format!("{BASE}/canary-path")).bearer_auth(self.token)),
            (400, get(&format!("{BASE}/{id}?view=canary-query")).bearer_auth(self.token)),
            (400, get(&format!("{BASE}/{id}")).header("x-fapi-interaction-id", "canary-interaction")),
            (406, get(&format!("{BASE}/{id}")).header("accept", "text/canary").bearer_auth(self.token)),
            (404, get("/canary-route")),
        ];
        for (status, request) in asked {
            self.expect(status, request).await;
        }
    }
}

/// Puts other sealed bytes where the reports stand: a fault of the service that is no panic.
async fn spoil_reports(database_url: &str) {
    const SPOIL: &str =
        "UPDATE order_report SET report = (SELECT head FROM submission WHERE submission.insights_id = order_report.insights_id)";
    if database_url.starts_with("sqlite:") {
        let mut database = sqlx::SqliteConnection::connect(database_url).await.expect("the file is there");
        sqlx::raw_sql(SPOIL).execute(&mut database).await.expect("its owner may");
    } else {
        let mut database = sqlx::PgConnection::connect(database_url).await.expect("the server runs");
        sqlx::raw_sql(SPOIL).execute(&mut database).await.expect("its owner may");
    }
}

/// Where health and metrics listen, as the log says it.
fn ops_url(log: &str) -> String {
    let serving = log.lines().find(|line| line.contains("\"serving\"")).expect("it says what it serves");
    let line: Value = serde_json::from_str(serving).expect("a line of the log is JSON");
    format!("http://{}", line["ops"].as_str().expect("an address"))
}

/// What must not be told: every secret of the directory, and the parts of the token.
fn secrets(directory: &Path, token: &str) -> Vec<String> {
    let master_key = std::fs::read_to_string(directory.join("cdr-insights-dev-master-key")).expect("it was made");
    token.split('.').map(str::to_owned).chain([master_key.trim().to_owned()]).collect()
}

async fn nothing_of_a_payload_is_told(database_url: &str, directory: &Path, level: Option<&str>) {
    let log_file = directory.join("log");
    let log = File::create(&log_file).expect("created");
    let settings: Vec<_> = level.map(|level| ("RUST_LOG", level)).into_iter().collect();
    let mut server = Server::start_logging(directory, database_url, &settings, log.into());
    let (token, url) = (token(directory, "lender"), server.url.clone());
    let mut errors = Errors { url: &url, token: &token, bodies: Vec::new() };
    let by_http1 = http();
    let by_http2 = Client::builder().no_proxy().http2_prior_knowledge().build().expect("a client");

    let mut id = String::new();
    for (http, key) in [(&by_http1, "canary-one"), (&by_http2, "canary-two")] {
        let accepted = errors.post(http, key, payload().to_string()).send().await.expect("the server answers");
        assert_eq!(accepted.status(), 201);
        let accepted: Value = accepted.json().await.expect("JSON");
        accepted["insightsId"].as_str().expect("an id").clone_into(&mut id);
        let report = report(http, &url, &token, &id).await;
        assert!(report.to_string().contains("CANARY NARRATIVE"), "the report says what the log must not");
        errors.refusals(http, key, &id).await;
    }
    spoil_reports(database_url).await;
    errors.expect(500, errors.request(&by_http1, Method::GET, &format!("{BASE}/{id}")).bearer_auth(&token)).await;

    let metrics = by_http1.get(ops_url(&std::fs::read_to_string(&log_file).expect("readable")) + "/metrics").send().await;
    let metrics = metrics.expect("it answers").text().await.expect("text");
    assert!(metrics.contains("http_requests_total"), "{metrics}");
    server.terminate();
    assert!(server.wait().success());

    let log = std::fs::read_to_string(&log_file).expect("readable");
    assert!(log.contains("request answered") && log.contains("a request could not be served"), "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of the log is JSON");
        let (target, level) = (line["target"].as_str().expect("a target"), line["level"].as_str().expect("a level"));
        assert!(target.starts_with("cdr_insights") || ["WARN", "ERROR"].contains(&level), "libraries keep to themselves: {line}");
    }
    let told = [("the log", &log), ("the metrics", &metrics), ("an error", &errors.bodies.concat())];
    let secrets = secrets(directory, &token);
    for (where_, text) in told {
        for line in text.lines() {
            assert!(!line.to_ascii_lowercase().contains("canary"), "{where_}: {line}");
            for marker in NUMBERS.iter().copied().chain(secrets.iter().map(String::as_str)) {
                assert!(!line.contains(marker), "{where_} says {marker}: {line}");
            }
        }
    }
}

/// Levels that an operator may ask for: the usual one, everything, and everything of what moves or keeps content.
const LEVELS: [Option<&str>; 3] = [None, Some("trace"), Some("info,hyper=trace,h2=trace,sqlx=trace,tower_http=trace")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_payload_is_told_on_sqlite() {
    for level in LEVELS {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("told.db");
        nothing_of_a_payload_is_told(&format!("sqlite:{}", file.display()), directory.path(), level).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_payload_is_told_on_postgres() {
    let Some(cluster) = cluster::shared().await else { return };
    for level in LEVELS {
        let directory = tempfile::tempdir().expect("a directory");
        nothing_of_a_payload_is_told(&cluster.empty_database().await, directory.path(), level).await;
    }
}
