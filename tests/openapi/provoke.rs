//! Brings about every status that the document promises, on the real router.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use cdr_insights::admission::Capacity;
use cdr_insights::http::listen::{self, ListenOptions};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::document::{Answer, Operation};
use crate::service::{ALL, BASE, CLIENT, PATIENCE, Service, Setup, minimal, post, request};

/// An id that nobody has.
const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";

/// Services in the states that a status may need.
pub(crate) struct Provoker {
    /// Accepts and never analyses.
    idle: Service,
    /// Analyses.
    working: Service,
    /// Its analysis panics.
    failing: Service,
    /// Ids of `working`: a completed submission and its order.
    completed: (String, String),
}

impl Provoker {
    /// Starts the services.
    pub(crate) async fn start() -> Self {
        let idle = Service::start(Setup::default()).await;
        let working = Service::start(Setup { workers: 1, ..Setup::default() }).await;
        let analyse: cdr_insights::jobs::Analyse = Arc::new(|_, _, _| panic!("this analysis always fails"));
        let failing = Service::start(Setup { workers: 1, analyse: Some(analyse), ..Setup::default() }).await;
        let completed = working.finish(&minimal()).await;
        Self { idle, working, failing, completed }
    }

    /// A request of an operation that is answered with a status, and the answer.
    pub(crate) async fn provoke(&self, operation: &Operation, status: u16) -> Answer {
        let method = operation.http_method();
        let is_read = matches!(operation.method.as_str(), "get" | "head");
        let (insights_id, order_id) = &self.completed;
        let ours = uri(operation, insights_id, order_id);
        match status {
            200 => self.working.call(request(&method, &ours, &[])).await,
            201 => self.idle.call(post(&minimal())).await,
            204 => {
                let (insights_id, order_id) = self.idle.accept(&minimal()).await;
                self.idle.call(request(&method, &uri(operation, &insights_id, &order_id), &[])).await
            }
            304 => self.working.call(request(&method, &ours, &[("if-none-match", "*")])).await,
            400 => self.idle.call(request(&method, &ours, &[("x-fapi-interaction-id", "not-a-uuid")])).await,
            401 => self.idle.call_as_is(request(&method, &ours, &[])).await,
            403 => {
                let other = ALL.replace(
                    if is_read {
                        "read"
                    } else if operation.method == "post" {
                        "write"
                    } else {
                        "delete"
                    },
                    "other",
                );
                let token = format!("Bearer {}", self.idle.token(CLIENT, &other));
                self.idle.call(request(&method, &ours, &[("authorization", &token)])).await
            }
            404 => self.idle.call(request(&method, &uri(operation, NOBODYS, NOBODYS), &[])).await,
            405 => self.idle.call(request(&Method::PATCH, &ours, &[])).await,
            406 => {
                let mut request = if is_read { request(&method, &ours, &[]) } else { post(&minimal()) };
                request.headers_mut().insert("accept", HeaderValue::from_static("text/html"));
                self.idle.call(request).await
            }
            408 => self.slow_body().await,
            409 => self.key_in_flight().await,
            413 => {
                let small = Service::start(Setup { max_body: 1024, ..Setup::default() }).await;
                small.call(post(&json!({ "meta": {}, "data": "x".repeat(2048) }))).await
            }
            415 => self.idle.call(with(post(&minimal()), "content-type", "text/plain")).await,
            422 => self.idle.call(post(&json!({ "meta": {}, "data": { "accounts": [], "transactions": [] } }))).await,
            429 => {
                let capacity = Capacity { bytes: 1 << 30, client_bytes: 1, client_jobs: 1000 };
                let full = Service::start(Setup { capacity, ..Setup::default() }).await;
                let _held = full.app.admission.admit(&CLIENT.into(), 1).expect("the house is empty");
                full.call(some(operation, &ours)).await
            }
            500 => {
                let broken = Service::start(Setup::default()).await;
                drop_tables(&broken).await;
                broken.call(some(operation, &ours)).await
            }
            503 => {
                let away = Service::start(Setup::default()).await;
                away.app.store.close().await;
                away.call(some(operation, &ours)).await
            }
            _ => panic!("{status} is documented for {operation:?} and nothing here brings it about"),
        }
    }

    /// Answers that differ from the plain one of their status.
    pub(crate) async fn variants(&self) -> Vec<(&'static str, Operation, Answer)> {
        let post_operation = operation("post", BASE);
        let order = operation("get", &format!("{BASE}/{{insightsId}}/orders/{{orderId}}"));
        let at = format!("{BASE}/{}", self.completed.0);
        let get = async |headers: &[(&str, &str)]| self.working.call(request(&Method::GET, &at, headers)).await;
        let with_query = async |query: &str| self.working.call(request(&Method::GET, &format!("{at}?{query}"), &[])).await;
        let mut seen = vec![
            ("gzip", one("get"), get(&[("accept-encoding", "gzip")]).await),
            ("zstd", one("get"), get(&[("accept-encoding", "zstd")]).await),
            ("with a wait", one("get"), get(&[("prefer", "wait=5")]).await),
            ("as a string", one("get"), with_query("reportString=true").await),
            ("an odd query", one("get"), with_query("reportString=maybe").await),
            ("another view", one("get"), with_query("view=aggregate").await),
            ("a bad token", one("get"), get(&[("authorization", "Bearer a.b.c")]).await),
            ("an odd id", one("get"), self.working.call(request(&Method::GET, &format!("{BASE}/ABC"), &[])).await),
        ];
        for (name, answer) in [
            ("no JSON", self.idle.call(raw("{")).await),
            ("missing members", self.idle.call(post(&json!({}))).await),
            ("a bad date", self.idle.call(post(&json!({ "meta": { "asOf": "yesterday" }, "data": minimal()["data"] }))).await),
            ("an odd key", self.idle.call(with(post(&minimal()), "idempotency-key", "a b")).await),
            ("an odd encoding", self.idle.call(with(post(&minimal()), "content-encoding", "br")).await),
            ("half a stream", self.idle.call(with(raw("\u{1f}"), "content-encoding", "gzip")).await),
            ("accepted with all there is", self.idle.call(with(post(&full()), "idempotency-key", "k1")).await),
            ("replayed", self.idle.call(with(post(&full()), "idempotency-key", "k1")).await),
            ("a key for another body", self.idle.call(with(post(&minimal()), "idempotency-key", "k1")).await),
        ] {
            seen.push((name, post_operation.clone(), answer));
        }
        seen.extend(self.ends(&order).await);
        seen
    }

    async fn ends(&self, order: &Operation) -> Vec<(&'static str, Operation, Answer)> {
        let (failed, failed_order) = self.failing.finish(&full()).await;
        let (whole, whole_order) = self.working.finish(&full()).await;
        let (gone, _) = self.idle.accept(&minimal()).await;
        let delete = async || self.idle.call(request(&Method::DELETE, &format!("{BASE}/{gone}"), &[])).await;
        let get = async |service: &Service, operation: &Operation, id: &str, order: &str| {
            service.call(request(&Method::GET, &uri(operation, id, order), &[])).await
        };
        let failure = get(&self.failing, &one("get"), &failed, &failed_order).await;
        let body: Value = serde_json::from_slice(&failure.body).expect("JSON");
        assert_eq!(body["meta"]["status"], "FAILED");
        vec![
            ("failed", one("get"), failure),
            ("failed, one order", order.clone(), get(&self.failing, order, &failed, &failed_order).await),
            ("completed with all there is", one("get"), get(&self.working, &one("get"), &whole, &whole_order).await),
            ("completed, one order", order.clone(), get(&self.working, order, &whole, &whole_order).await),
            ("deleted", one("delete"), delete().await),
            ("deleted again", one("delete"), delete().await),
            ("read after its deletion", one("get"), get(&self.idle, &one("get"), &gone, NOBODYS).await),
        ]
    }

    /// Two requests with one key, while a writer elsewhere holds the store: one of them is in flight, the other one is told so.
    async fn key_in_flight(&self) -> Answer {
        let mut writer = connection(&self.idle).await;
        writer.execute("BEGIN IMMEDIATE").await.expect("nobody else writes");
        let send = || self.idle.call(with(post(&minimal()), "idempotency-key", "in-flight"));
        let (first, second) = (std::pin::pin!(send()), std::pin::pin!(send()));
        let (told, waits) = futures_util::future::select(first, second).await.factor_first();
        writer.execute("ROLLBACK").await.expect("the lock is given back");
        assert_eq!(waits.await.status, StatusCode::CREATED);
        told
    }

    /// A body that stops coming, over a real connection.
    async fn slow_body(&self) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let stop = CancellationToken::new();
        let options = ListenOptions { body_timeout: Duration::from_millis(50), ..ListenOptions::default() };
        let server = tokio::spawn(listen::serve(listener, self.idle.router.clone(), options, stop.clone()));
        let head = format!(
            "POST {BASE} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
            self.idle.token(CLIENT, ALL)
        );
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(head.as_bytes()).await.expect("it reads");
        let mut received = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut received)).await.expect("an answer in time").expect("a whole answer");
        stop.cancel();
        server.await.expect("the server ends");
        parsed(&String::from_utf8(received).expect("our answers are UTF-8"))
    }
}

fn parsed(response: &str) -> Answer {
    let (head, body) = response.split_once("\r\n\r\n").expect("a head and a body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).expect("a status line");
    let headers: HeaderMap = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.parse::<HeaderName>().expect("a name"), value.parse::<HeaderValue>().expect("a value"))
        })
        .collect();
    Answer { status, headers, body: body.as_bytes().to_vec() }
}

fn operation(method: &str, path: &str) -> Operation {
    Operation { path: path.to_owned(), method: method.to_owned() }
}

/// An operation on one submission.
fn one(method: &str) -> Operation {
    operation(method, &format!("{BASE}/{{insightsId}}"))
}

fn uri(operation: &Operation, insights_id: &str, order_id: &str) -> String {
    operation.path.replace("{insightsId}", insights_id).replace("{orderId}", order_id)
}

/// A good request of an operation.
fn some(operation: &Operation, uri: &str) -> Request<Body> {
    if operation.method == "post" { post(&minimal()) } else { request(&operation.http_method(), uri, &[]) }
}

fn with(mut request: Request<Body>, name: &'static str, value: &'static str) -> Request<Body> {
    request.headers_mut().insert(name, HeaderValue::from_static(value));
    request
}

fn raw(body: &'static str) -> Request<Body> {
    let mut request = request(&Method::POST, BASE, &[("content-type", "application/json")]);
    *request.body_mut() = Body::from(body);
    request
}

/// A payload that uses the report's every corner: several orders, pending and foreign rows, repeats, an unowned account.
fn full() -> Value {
    let row = |id: &str, account: &str, day: &str, amount: &str, description: &str| {
        json!({ "transactionId": id, "accountId": account, "status": "POSTED", "postingDateTime": format!("{day}T02:00:00Z"),
                "amount": amount, "description": description, "type": "OTHER", "reference": "", "isDetailAvailable": false })
    };
    let mut pending = row("p1", "a1", "2026-11-19", "-20.00", "COLES 0512 MARRICKVILLE");
    pending["status"] = json!("PENDING");
    let mut foreign = row("f1", "a1", "2026-11-19", "-20.00", "HOTEL PARIS");
    foreign["currency"] = json!("EUR");
    let transfer = |account: &str, amount: &str, text: &str| row("x1", account, "2026-11-10", amount, text);
    json!({ "meta": { "clientReference": "LOAN-1", "asOf": "2026-11-21",
                      "orders": [ { "customerIds": ["c1", "c2"] }, { "customerIds": ["c2"] } ] },
        "data": { "customers": [
            { "customerId": "c1", "name": "Alex Citizen", "institutionName": "Example Bank",
              "accounts": [
                { "accountId": "a1", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS", "displayName": "Everyday", "maskedNumber": "xxx-xxx xxxxx1234",
                  "bsb": "062001", "accountNumber": "10201234", "dataFrom": "2026-08-01", "dataTo": "2026-11-21", "accountOwnership": "ONE_PARTY" },
                { "accountId": "a2", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS", "displayName": "Saver", "maskedNumber": "xxx-xxx xxxxx5678" },
                { "accountId": "a3", "productCategory": "CRED_AND_CHRG_CARDS", "isOwned": false } ],
              "balances": [ { "accountId": "a1", "currentBalance": "100.00", "balanceAt": "2026-11-21T12:00:00+11:00" },
                            { "accountId": "a3", "currentBalance": "-50.00", "creditLimit": "1000.00" } ],
              "transactions": [
                row("t1", "a1", "2026-10-01", "2725.00", "DIRECT CREDIT 301500 ACME PTY LTD SALARY"),
                row("t1", "a1", "2026-10-01", "2725.00", "DIRECT CREDIT 301500 ACME PTY LTD SALARY"),
                row("t2", "a1", "2026-11-20", "-20.00", "COLES 0512 MARRICKVILLE"),
                row("t3", "a1", "2026-11-21", "-9.00", "ZZYZX QWERTY"),
                row("t4", "a1", "2026-11-22", "-9.00", "AFTER THE DAY OF THE REPORT"),
                row("t5", "a3", "2026-11-12", "-9.00", "SOMEONE ELSES CARD"),
                transfer("a1", "-250.00", "TRANSFER TO XX5678 SAVINGS"), transfer("a2", "250.00", "TRANSFER FROM XX1234"),
                row("r1", "a1", "2026-11-05", "-88.00", "KMART 1032 BURWOOD"), row("r2", "a1", "2026-11-08", "88.00", "REFUND KMART 1032 BURWOOD"),
                pending, foreign ] },
            { "customerId": "c2", "name": "Sam Citizen",
              "accounts": [ { "accountId": "b1", "productCategory": "RESIDENTIAL_MORTGAGES" } ],
              "transactions": [ { "accountId": "b1", "status": "POSTED", "postingDateTime": "2026-11-02T00:00:00Z", "amount": 12.345,
                                  "description": "INTEREST CHARGED" },
                                { "accountId": "b1", "status": "PENDING", "amount": "-1.00", "description": "UNDATED" } ] } ] } })
}

async fn connection(service: &Service) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", service.database().display())).await.expect("the file is there")
}

/// Makes the store fail in a way that is nobody's but ours.
async fn drop_tables(service: &Service) {
    let mut connection = connection(service).await;
    connection.execute("PRAGMA foreign_keys = OFF").await.expect("a pragma");
    let names = connection
        .fetch_all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'");
    for row in names.await.expect("the tables") {
        let statement = format!("DROP TABLE \"{}\"", row.get::<String, _>(0));
        connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("the table goes");
    }
}
