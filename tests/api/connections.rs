//! Slow, broken and greedy callers, and shutting down.

use std::time::{Duration, Instant};

use cdr_insights::http::listen::ListenOptions;

use crate::support::raw::{Raw, frame, headers};
use crate::support::{Answer, BASE, Options, TestApp, payload};

fn quick() -> ListenOptions {
    ListenOptions {
        head_timeout: Duration::from_millis(300),
        body_timeout: Duration::from_millis(300),
        body_rate: 1000,
        drain: Duration::from_secs(15),
        ..ListenOptions::default()
    }
}

async fn start(listen: ListenOptions) -> TestApp {
    TestApp::with(Options { listen, ..Options::default() }).await
}

/// A request's head with a good token.
fn head(app: &TestApp, more: &str) -> String {
    format!(
        "POST {BASE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{more}\r\n",
        app.token("lender")
    )
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let app = start(quick()).await;
    // Nothing at all; what could be either protocol; a head that never ends; an HTTP/2 preface and no more.
    for beginning in ["", "P", "GET / HTTP/1.1\r\nhost:", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut raw = Raw::connect(app.address).await;
        assert!(raw.write(beginning).await);
        let started = Instant::now();
        raw.read_to_end().await;
        assert!(started.elapsed() < Duration::from_secs(10), "{beginning:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let app = start(quick()).await;
    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write("GET /elsewhere HTTP/1.1\r\nhost: x\r\n\r\n").await);
    assert!(raw.read_to_end().await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn a_body_that_pauses_or_trickles_is_408() {
    let app = start(quick()).await;
    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write(head(&app, "content-length: 100\r\n") + "{").await);
    let answer = raw.read_to_end().await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close") && answer.contains("x-fapi-interaction-id"),
        "{answer}"
    );

    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write(head(&app, "content-length: 100000\r\n")).await);
    let trickle = async {
        let mut every = tokio::time::interval(Duration::from_millis(50));
        while raw.write(" ").await {
            every.tick().await;
        }
    };
    // Never a pause of 300 ms, and yet it ends: a byte every 50 ms is less than 1,000 a second.
    tokio::time::timeout(Duration::from_secs(15), trickle).await.expect("it is not listened to for ever");
}

#[tokio::test]
async fn a_caller_that_does_not_read_is_let_go() {
    let app = start(quick()).await;
    let mut raw = Raw::connect(app.address).await;
    let request = "GET /openapi.yaml HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let asking = async { while raw.write(&request).await {} };
    tokio::time::timeout(Duration::from_secs(15), asking).await.expect("its connection is closed");
}

#[tokio::test]
async fn a_plain_caller_that_writes_everything_first_sees_its_answer() {
    let app = TestApp::start().await;
    let length = 20 << 20;
    let large = vec![b' '; length];
    for (more, status) in [
        (format!("content-length: {length}\r\n"), "413"),
        (format!("content-length: {length}\r\naccept: text/html\r\n"), "406"),
        (format!("content-length: {length}\r\nidempotency-key: a b\r\n"), "400"),
    ] {
        let mut raw = Raw::connect(app.address).await;
        assert!(raw.write(head(&app, &more)).await);
        assert!(raw.write(&large).await, "everything is taken: {status}");
        let answer = raw.read_until("}]}").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert_eq!(answer.contains("connection: close"), status == "413", "{answer}");
    }
    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write(head(&app, &format!("content-length: {length}\r\n"))).await);
    raw.write(&large).await;
    let answer = raw.read_to_end().await;
    assert!(answer.contains("connection: close"), "and it is closed: {answer}");
}

#[tokio::test]
async fn a_caller_that_asks_first_is_answered_before_it_sends() {
    let app = TestApp::start().await;
    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write(head(&app, "content-length: 99999999\r\nexpect: 100-continue\r\n")).await);
    assert!(raw.read_to_end().await.starts_with("HTTP/1.1 413"));
    let body = payload().to_string();
    let mut raw = Raw::connect(app.address).await;
    assert!(raw.write(head(&app, &format!("content-length: {}\r\nexpect: 100-continue\r\n", body.len()))).await);
    assert!(raw.read_until("\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    assert!(raw.write(body).await);
    assert!(raw.read_until("}]}").await.starts_with("HTTP/1.1 201"));
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let app = TestApp::start().await;
    for _ in 0..20 {
        let mut raw = Raw::connect(app.address).await;
        assert!(raw.write(head(&app, "content-length: 1000000\r\n") + "{\"meta\"").await);
    }
    assert_eq!(app.submit().await.status, 201);
    assert_eq!(app.app.store.due(app.now(), 100).await.expect("the store answers").len(), 1);
}

#[tokio::test]
async fn heads_are_bounded() {
    let app = TestApp::start().await;
    let many = "x-again: 1\r\n".repeat(100);
    for more in [many, format!("x: {}\r\n", "x".repeat(100_000))] {
        let mut raw = Raw::connect(app.address).await;
        raw.write(format!("GET /elsewhere HTTP/1.1\r\nhost: x\r\n{more}\r\n")).await;
        let answer = raw.read_to_end().await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_ambiguous_is_refused() {
    let app = TestApp::start().await;
    for more in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length: 0x5\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: chunked, gzip\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        " folded: x\r\n",
        "space : x\r\n",
    ] {
        let mut raw = Raw::connect(app.address).await;
        raw.write(head(&app, more) + "{}   GET /smuggled HTTP/1.1\r\n\r\n").await;
        let answer = raw.read_to_end().await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{more:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), usize::from(!answer.is_empty()), "{more:?}: {answer}");
    }
}

#[tokio::test]
async fn connections_are_capped() {
    let app = start(ListenOptions { max_connections: 1, ..ListenOptions::default() }).await;
    let request = "GET /elsewhere HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = Raw::connect(app.address).await;
    assert!(first.write(request).await);
    first.read_until("}]}").await;
    let mut second = Raw::connect(app.address).await;
    assert!(second.write(request).await);
    let early = tokio::time::timeout(Duration::from_millis(200), second.read_until("}]}")).await;
    assert!(early.is_err(), "there is no place for a second one: {early:?}");
    drop(first);
    assert!(second.read_until("}]}").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn http_2_is_spoken() {
    let app = TestApp::start().await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().expect("a client");
    let post =
        |body: Vec<u8>| client.post(app.url(BASE)).bearer_auth(app.token("lender")).header("content-type", "application/json").body(body);
    let answer = Answer::of(post(payload().to_string().into_bytes())).await;
    assert_eq!(answer.status, 201);
    let large = Answer::of(post(vec![b' '; 20 << 20])).await;
    assert_eq!((large.status, large.header("connection")), (413, ""), "there is no such header in HTTP/2");
}

/// Some callers forget their answer when the stream is reset before they have sent everything.
#[tokio::test]
async fn over_http_2_the_rest_of_a_body_is_taken_too() {
    const HEADERS: u8 = 1;
    const RESET: u8 = 3;
    const UPDATE: u8 = 8;
    let app = TestApp::start().await;
    let mut raw = Raw::connect(app.address).await;
    let authorization = format!("Bearer {}", app.token("lender"));
    let head = headers(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "x"),
        (":path", BASE),
        ("authorization", &authorization),
        ("content-type", "application/json"),
        ("content-length", "20000000"),
    ]);
    let opened = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &[]), frame(HEADERS, 4, 1, &head)].concat();
    assert!(raw.write(opened).await);
    // Until the answer has ended.
    while !matches!(raw.read_frame().await, (0 | HEADERS, flags, 1) if flags & 1 == 1) {}
    // The server's settings are taken: its windows are open.
    assert!(raw.write(frame(4, 1, 0, &[])).await);
    for _ in 0..60 {
        assert!(raw.write(frame(0, 0, 1, &[b' '; 16_000])).await);
    }
    loop {
        match raw.read_frame().await {
            (RESET, _, 1) => panic!("it is reset before all was sent"),
            (UPDATE, _, 1) => break,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_shutdown_lets_requests_finish_and_closes_the_rest() {
    let app = TestApp::start().await;
    let mut idle = Raw::connect(app.address).await;
    assert!(idle.write("GET /elsewhere HTTP/1.1\r\nhost: x\r\n\r\n").await);
    idle.read_until("}]}").await;
    let body = payload().to_string();
    let mut busy = Raw::connect(app.address).await;
    assert!(busy.write(head(&app, &format!("content-length: {}\r\nexpect: 100-continue\r\n", body.len()))).await);
    busy.read_until("\r\n\r\n").await;
    app.shutdown.cancel();
    assert_eq!(idle.read_to_end().await, "", "an idle connection is closed");
    assert!(busy.write(body).await);
    let answer = busy.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains("connection: close"), "{answer}");
    tokio::time::timeout(Duration::from_secs(10), app.served).await.expect("it ends").expect("without a panic");
    assert!(tokio::net::TcpStream::connect(app.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let app = start(ListenOptions { drain: Duration::from_millis(200), ..ListenOptions::default() }).await;
    let mut stuck = Raw::connect(app.address).await;
    assert!(stuck.write(head(&app, "content-length: 100\r\nexpect: 100-continue\r\n")).await);
    stuck.read_until("\r\n\r\n").await;
    app.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(10), app.served).await.expect("it ends").expect("without a panic");
    assert!(!stuck.read_to_end().await.contains("201"));
}
