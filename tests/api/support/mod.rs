//! A service of its own for every test, and a caller for it.

pub(crate) mod app;
#[path = "../../support/clock.rs"]
pub(crate) mod clock;
pub(crate) mod keys;
pub(crate) mod raw;

use std::fmt::Write as _;

use reqwest::header::HeaderMap;
use uuid::Uuid;

pub(crate) use app::{Options, TestApp};

/// The API's base path.
pub(crate) const BASE: &str = "/cdr-data/v2/banking-data-insights";

/// The least that is accepted.
pub(crate) fn payload() -> serde_json::Value {
    serde_json::json!({
        "meta": { "clientReference": "LOAN-1234" },
        "data": {
            "accounts": [ { "accountId": "a1", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS" } ],
            "transactions": [ {
                "accountId": "a1", "status": "POSTED", "postingDateTime": "2026-11-20T03:15:00Z",
                "amount": "-54.20", "description": "WOOLWORTHS 1234 NEWTOWN NS AUS"
            } ]
        }
    })
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Sends a request.
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("the service answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.expect("the body arrives").to_vec() }
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("visible ASCII"))
    }

    /// The body.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// The `insightsId` of a 201.
    pub(crate) fn insights_id(&self) -> Uuid {
        assert_eq!(self.status, 201, "{}", self.shown());
        Uuid::try_parse(self.json()["insightsId"].as_str().expect("a string")).expect("a UUID")
    }

    /// Status, headers and body as text, with ids and dates taken out; lengths are tested by HTTP itself.
    pub(crate) fn shown(&self) -> String {
        let mut text = format!("{}\n", self.status);
        let mut headers: Vec<_> = self.headers.iter().filter(|(name, _)| *name != "date" && *name != "content-length").collect();
        headers.sort_by_key(|(name, value)| (name.as_str(), value.as_bytes()));
        for (name, value) in headers {
            let value = if name == "etag" { "[etag]" } else { value.to_str().expect("visible ASCII") };
            writeln!(text, "{name}: {value}").expect("a String takes everything");
        }
        text.push_str(&String::from_utf8_lossy(&self.body));
        without_ids(&text).trim_end().to_owned()
    }
}

/// Every UUID becomes `[uuid]`.
fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.get(..36).is_some_and(|head| Uuid::try_parse(head).is_ok()) {
            out.push_str("[uuid]");
            rest = &rest[36..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}
