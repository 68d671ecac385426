//! Bodies: encodings, their faults, and the limit.

use std::io::Write as _;

use crate::support::{Answer, BASE, Options, TestApp, payload};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("a Vec takes everything")
}

async fn send(app: &TestApp, encoding: &str, body: Vec<u8>) -> Answer {
    Answer::of(app.post(body).header("content-encoding", encoding)).await
}

#[tokio::test]
async fn every_encoding_is_the_same_body() {
    let app = TestApp::start().await;
    let text = payload().to_string().into_bytes();
    let (first, second) = text.split_at(40);
    let mut answers = Vec::new();
    for (encoding, body) in [
        ("identity", text.clone()),
        ("gzip", gzip(&text)),
        ("GZIP", [gzip(first), gzip(second)].concat()),
        ("zstd", zstd(&text)),
        ("zstd", [zstd(first), zstd(second)].concat()),
    ] {
        let request = app.post(body).header("content-encoding", encoding).header("idempotency-key", "one");
        answers.push(Answer::of(request).await);
    }
    assert_eq!(answers[0].status, 201);
    for answer in &answers[1..] {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body), "the fingerprint is of the decompressed body");
    }
}

#[tokio::test]
async fn broken_streams_are_400() {
    let app = TestApp::start().await;
    let text = payload().to_string().into_bytes();
    for (encoding, whole) in [("gzip", gzip(&text)), ("zstd", zstd(&text))] {
        for body in [Vec::new(), whole[..whole.len() - 1].to_vec(), [&whole[..], b"tail"].concat(), text.clone()] {
            let answer = send(&app, encoding, body).await;
            assert_eq!(answer.status, 400, "{}", answer.shown());
            assert_eq!(answer.json()["errors"][0]["meta"]["source"]["pointer"], "");
        }
    }
}

#[tokio::test]
async fn other_and_stacked_encodings_are_415() {
    let app = TestApp::start().await;
    for encoding in ["br", "deflate", "gzip, gzip", "gzip,zstd", "x", "aes128gcm"] {
        let answer = send(&app, encoding, b"{}".to_vec()).await;
        assert_eq!((answer.status, answer.header("accept-encoding")), (415, "gzip, zstd"), "{encoding}");
    }
    let twice = app.post("{}").header("content-encoding", "gzip").header("content-encoding", "gzip");
    assert_eq!(Answer::of(twice).await.status, 415);
}

#[tokio::test]
async fn a_content_type_is_json_with_any_parameter() {
    let app = TestApp::start().await;
    let post = |content_type: &'static str| app.request("POST", BASE).header("content-type", content_type).body(payload().to_string());
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/json;a=b;c=d"] {
        assert_eq!(Answer::of(post(content_type)).await.status, 201, "{content_type}");
    }
    for content_type in ["", "json", "text/json", "application/jsonx", "application/problem+json", "application/x-www-form-urlencoded"] {
        assert_eq!(Answer::of(post(content_type)).await.status, 415, "{content_type}");
    }
    assert_eq!(Answer::of(app.request("POST", BASE).body(payload().to_string())).await.status, 415);
    assert_eq!(Answer::of(post("application/json").header("content-type", "text/plain")).await.status, 415);
}

#[tokio::test]
async fn the_limit_is_on_the_decompressed_body() {
    let app = TestApp::with(Options { max_body: 100_000, ..Options::default() }).await;
    let mut exact = payload().to_string().into_bytes();
    exact.resize(100_000, b' ');
    let over = [&exact[..], b" "].concat();
    for (encoding, code) in [("identity", (|bytes: &[u8]| bytes.to_vec()) as fn(&[u8]) -> Vec<u8>), ("gzip", gzip), ("zstd", zstd)] {
        assert_eq!(send(&app, encoding, code(&exact)).await.status, 201, "{encoding}");
        let answer = send(&app, encoding, code(&over)).await;
        assert_eq!((answer.status, answer.header("connection")), (413, "close"), "{encoding}");
        let bomb = code(&vec![b' '; 50 << 20]);
        assert_eq!(send(&app, encoding, bomb).await.status, 413, "{encoding}");
    }
    let chunks = futures_util::stream::iter((0..200).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1000])));
    let answer = Answer::of(app.post(reqwest::Body::wrap_stream(chunks))).await;
    assert_eq!(answer.status, 413, "without a length");
    insta::assert_snapshot!(answer.shown(), @r#"
    413
    cache-control: no-store
    connection: close
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:GeneralError/Expected","title":"Expected Error Encountered","detail":"The body is larger than 100000 bytes, decompressed."}]}
    "#);
}

#[tokio::test]
async fn memory_is_given_back_whatever_happens() {
    let app = TestApp::start().await;
    for _ in 0..100 {
        assert_eq!(app.post("{").send().await.expect("it answers").status(), 400);
        assert_eq!(send(&app, "gzip", gzip(&vec![b' '; 2 << 20])).await.status, 413);
    }
    assert_eq!(app.submit().await.status, 201);
}
