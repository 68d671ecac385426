//! Reports as they go out: encodings, validators, the order's own, the string.

use std::io::Read as _;

use cdr_insights::store::Failure;
use uuid::Uuid;

use crate::support::{Answer, BASE, TestApp, payload};

#[tokio::test]
async fn amounts_keep_their_decimals() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    app.complete(id).await;
    let answer = Answer::of(app.get(id)).await;
    assert!(String::from_utf8_lossy(&answer.body).contains("\"amount\":1.10"), "{}", answer.shown());
}

#[tokio::test]
async fn an_order_has_its_own_report() {
    let app = TestApp::start().await;
    let mut payload = payload();
    payload["meta"]["orders"] = serde_json::json!([{ "customerIds": ["default"] }, { "customerIds": ["default"] }]);
    let submitted = Answer::of(app.post(payload.to_string())).await;
    let id = submitted.insights_id();
    app.complete(id).await;
    let orders: Vec<String> =
        (0..2).map(|index| submitted.json()["orders"][index]["orderId"].as_str().expect("a string").to_owned()).collect();
    let ids_of = |answer: &Answer| -> Vec<String> {
        let reports = answer.json()["insightsHeader"]["reports"].as_array().expect("an array").clone();
        reports.iter().map(|report| report["orderId"].as_str().expect("a string").to_owned()).collect()
    };
    assert_eq!(ids_of(&Answer::of(app.get(id)).await), orders, "all, in order");
    let mut etags = vec![Answer::of(app.get(id)).await.header("etag").to_owned()];
    for order in &orders {
        let answer = Answer::of(app.request("GET", &format!("{BASE}/{id}/orders/{order}"))).await;
        assert_eq!(ids_of(&answer), std::slice::from_ref(order));
        etags.push(answer.header("etag").to_owned());
    }
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), 3, "each has a validator of its own");
    let stranger = Answer::of(app.request("GET", &format!("{BASE}/{id}/orders/{}", Uuid::new_v4()))).await;
    assert_eq!(stranger.status, 404);
    assert_eq!(Answer::of(app.request("GET", &format!("{BASE}/{id}/orders/no"))).await.status, 400);
}

#[tokio::test]
async fn encodings_are_representations_of_their_own() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    app.complete(id).await;
    let get = |coding: &'static str| Answer::of(app.get(id).header("accept-encoding", coding));
    let plain = get("identity").await;
    let gzip = get("gzip;q=1, zstd;q=0.5").await;
    let zstd = get("gzip, zstd").await;
    assert_eq!((plain.header("content-encoding"), gzip.header("content-encoding"), zstd.header("content-encoding")), ("", "gzip", "zstd"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body[..]).read_to_end(&mut text).expect("it is gzip");
    assert_eq!(text, plain.body);
    assert_eq!(zstd::decode_all(&zstd.body[..]).expect("it is zstd"), plain.body);
    for answer in [&plain, &gzip, &zstd] {
        assert_eq!(answer.header("vary"), "Accept, Accept-Encoding");
        let tag = answer.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag}");
    }
    assert!(plain.header("etag") != gzip.header("etag") && gzip.header("etag") != zstd.header("etag"));
    let crossed = app.get(id).header("accept-encoding", "gzip").header("if-none-match", plain.header("etag"));
    assert_eq!(Answer::of(crossed).await.status, 200, "another encoding is not what the caller holds");
}

#[tokio::test]
async fn what_the_caller_holds_is_not_sent_again() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let any = Answer::of(app.get(id).header("if-none-match", "*")).await;
    assert_eq!(any.status, 204, "there is nothing to hold yet");
    app.complete(id).await;
    let first = Answer::of(app.get(id)).await;
    let tag = first.header("etag");
    for held in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let answer = Answer::of(app.get(id).header("if-none-match", &held)).await;
        assert_eq!((answer.status, answer.header("etag"), answer.body.len()), (304, tag, 0), "{held}");
        assert_eq!((answer.header("vary"), answer.header("cache-control")), ("Accept, Accept-Encoding", "no-store"));
    }
    assert_eq!(Answer::of(app.get(id).header("if-none-match", "\"other\"")).await.status, 200);
    let again = Answer::of(app.get(id)).await;
    assert_eq!((again.header("etag"), &again.body), (tag, &first.body), "the same representation has the same validator");
}

#[tokio::test]
async fn equal_payloads_have_different_validators() {
    let app = TestApp::start().await;
    let mut tags = Vec::new();
    for _ in 0..2 {
        let id = app.submit().await.insights_id();
        app.complete(id).await;
        tags.push(Answer::of(app.get(id)).await.header("etag").to_owned());
    }
    assert_ne!(tags[0], tags[1], "a validator is no fingerprint of the data");
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let head = |path: String| Answer::of(app.request("HEAD", &path));
    assert_eq!(head(format!("{BASE}/{id}")).await.status, 204);
    app.complete(id).await;
    let (get, head_of) = (Answer::of(app.get(id)).await, head(format!("{BASE}/{id}")).await);
    assert_eq!((head_of.status, head_of.body.len()), (200, 0));
    for name in ["content-length", "content-type", "etag", "vary", "cache-control"] {
        assert_eq!(head_of.header(name), get.header(name), "{name}");
    }
    assert_eq!(head_of.header("content-length"), get.body.len().to_string());
    assert_eq!(head(format!("{BASE}/{}", Uuid::new_v4())).await.status, 404);
    assert_eq!(head("/openapi.yaml".to_owned()).await.status, 200);
    assert_eq!(head(BASE.to_owned()).await.status, 405);
}

#[tokio::test]
async fn the_report_once_more_as_a_string() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    app.complete(id).await;
    let path = |query: &str| format!("{BASE}/{id}{query}");
    let plain = Answer::of(app.request("GET", &path("?reportString=false&other=1"))).await;
    let with = Answer::of(app.request("GET", &path("?reportString=true"))).await;
    assert_eq!(with.json()["reportString"].as_str().map(str::as_bytes), Some(&plain.body[..]));
    assert_ne!(with.header("etag"), plain.header("etag"));
    for query in ["?reportString=1", "?reportString=", "?reportString=true&reportString=true", "?view=aggregate", "?view="] {
        assert_eq!(Answer::of(app.request("GET", &path(query))).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_failure_is_json_and_has_a_validator() {
    let app = TestApp::start().await;
    let submitted = app.submit().await;
    let id = submitted.insights_id();
    app.fail(id, Failure::AnalysisPanic).await;
    let answer = Answer::of(app.get(id).header("accept-encoding", "gzip")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (200, "gzip"));
    let plain = Answer::of(app.get(id)).await;
    assert_eq!(plain.json()["meta"]["clientReference"], "LOAN-1234");
    assert_eq!(Answer::of(app.get(id).header("if-none-match", plain.header("etag"))).await.status, 304);
    let order = submitted.json()["orders"][0]["orderId"].as_str().expect("a string").to_owned();
    let of_order = Answer::of(app.request("GET", &format!("{BASE}/{id}/orders/{order}"))).await;
    assert_eq!(of_order.body, plain.body, "one order that fails fails the submission");
}
