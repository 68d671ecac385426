//! One line a request, and never a word of what was in it.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Answer, BASE, TestApp, payload};

/// Everything that any test logs.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_request_is_one_line_without_its_content() {
    let captured = Captured::default();
    // Everything, debug and trace of every library included.
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(captured.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    let app = TestApp::start().await;
    let interaction = "6f1c2a54-77f5-4f3c-9d0e-5a1b2c3d4e5f";
    let token = app.token("canary-lender");
    let mut payload = payload();
    payload["meta"]["clientReference"] = "CANARYREFERENCE".into();
    payload["data"]["transactions"][0]["description"] = "CANARYNARRATIVE".into();
    payload["data"]["transactions"][0]["amount"] = "-98765432.17".into();
    let post = |key: &str, body: String| {
        let request = app.bare("POST", BASE).bearer_auth(&token).header("content-type", "application/json");
        request.header("x-fapi-interaction-id", interaction).header("idempotency-key", key).body(body)
    };
    assert_eq!(Answer::of(post("CANARYONE", payload.to_string())).await.status, 201);
    payload["data"]["transactions"][0]["accountId"] = "CANARYACCOUNT".into();
    assert_eq!(Answer::of(post("CANARYTWO", payload.to_string())).await.status, 422);
    payload["data"]["transactions"][0]["amount"] = "CANARYAMOUNT".into();
    assert_eq!(Answer::of(post("CANARYTHREE", payload.to_string())).await.status, 400);
    let bad = format!("{token}x");
    assert_eq!(Answer::of(app.bare("GET", &format!("{BASE}/CANARYPATH?reportString=CANARYQUERY")).bearer_auth(&bad)).await.status, 401);
    app.shutdown.cancel();
    app.served.await.expect("it ends");

    let log = String::from_utf8_lossy(&captured.0.lock().expect("not poisoned")).into_owned();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains(interaction) && line.contains("request answered")).collect();
    assert_eq!(ours.len(), 3, "{ours:#?}");
    for (line, status) in ours.iter().zip(["201", "422", "400"]) {
        for part in
            ["http.method=\"POST\"", "http.route=\"/cdr-data/v2/banking-data-insights\"", "client.id=\"canary-lender\"", "duration_ms="]
        {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        assert!(line.contains(&format!("http.response.status_code={status}")), "{line}");
    }
    for line in log.lines().filter(|line| line.contains("cdr_insights")) {
        assert!(!line.contains("CANARY") && !line.contains("98765432") && !line.contains(&token[..40]), "{line}");
    }
    let signature = token.rsplit_once('.').expect("three parts").1;
    assert!(!log.contains(signature), "no library logs a whole token either");
}
