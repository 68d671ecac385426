//! Every status of the contract once, whole.

use cdr_insights::admission::Capacity;
use cdr_insights::store::{Completion, Failure, StoredReport};
use insta::assert_snapshot;
use uuid::Uuid;

use crate::support::{Answer, BASE, Options, TestApp};

#[tokio::test]
async fn a_payload_is_accepted() {
    let app = TestApp::start().await;
    let answer = app.submit().await;
    assert_snapshot!(answer.shown(), @r#"
    201
    cache-control: no-store
    content-type: application/json
    location: /cdr-data/v2/banking-data-insights/[uuid]
    x-fapi-interaction-id: [uuid]
    {"insightsId":"[uuid]","meta":{"status":"ACCEPTED","clientReference":"LOAN-1234"},"orders":[{"orderId":"[uuid]","customerIds":["default"]}]}
    "#);
    assert_eq!(answer.header("location"), format!("{BASE}/{}", answer.insights_id()));
}

#[tokio::test]
async fn a_submission_without_a_reference_has_none_in_its_answer() {
    let app = TestApp::start().await;
    let mut payload = crate::support::payload();
    payload["meta"] = serde_json::json!({});
    let answer = Answer::of(app.post(payload.to_string())).await;
    assert_eq!(answer.json()["meta"], serde_json::json!({ "status": "ACCEPTED" }));
}

#[tokio::test]
async fn a_callers_order_ids_are_kept() {
    let app = TestApp::start().await;
    let mut payload = crate::support::payload();
    payload["meta"]["orders"] = serde_json::json!([
        { "orderId": "7f6d1f5c-2f0a-4c3e-9d7b-0c9a5f1e2b3d", "customerIds": ["default"] },
        { "customerIds": ["default"] }
    ]);
    let answer = Answer::of(app.post(payload.to_string())).await;
    let orders = answer.json()["orders"].clone();
    assert_eq!(orders[0], serde_json::json!({ "orderId": "7f6d1f5c-2f0a-4c3e-9d7b-0c9a5f1e2b3d", "customerIds": ["default"] }));
    assert!(Uuid::try_parse(orders[1]["orderId"].as_str().expect("a string")).is_ok_and(|id| id.get_version_num() == 4));
}

#[tokio::test]
async fn a_report_is_processing_then_completed_then_purged() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    204
    cache-control: no-store
    retry-after: 1
    vary: Accept, Accept-Encoding
    x-fapi-interaction-id: [uuid]
    "#);
    app.complete(id).await;
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    etag: [etag]
    vary: Accept, Accept-Encoding
    x-fapi-interaction-id: [uuid]
    {"meta":{"status":"COMPLETED"},"insightsHeader":{"reports":[{"orderId":"[uuid]","amount":1.10}]}}
    "#);
    let delete = || Answer::of(app.request("DELETE", &format!("{BASE}/{id}")));
    assert_snapshot!(delete().await.shown(), @r#"
    204
    cache-control: no-store
    x-fapi-interaction-id: [uuid]
    "#);
    assert_eq!(delete().await.status, 204, "the client that deleted it may delete it again");
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    404
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Resource/NotFound","title":"Resource Not Found","detail":"There is no such resource."}]}
    "#);
}

#[tokio::test]
async fn a_submission_can_be_purged_while_it_is_processing() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    assert_eq!(Answer::of(app.request("DELETE", &format!("{BASE}/{id}"))).await.status, 204);
    assert_eq!(Answer::of(app.get(id)).await.status, 404);
}

#[tokio::test]
async fn a_failed_analysis_says_so() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    app.fail(id, Failure::AttemptsExhausted).await;
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    etag: [etag]
    vary: Accept, Accept-Encoding
    x-fapi-interaction-id: [uuid]
    {"meta":{"status":"FAILED","clientReference":"LOAN-1234","errors":[{"code":"ATTEMPTS_EXHAUSTED","title":"Attempts Exhausted","detail":"The analysis was begun five times and could not be finished."}]}}
    "#);
}

#[tokio::test]
async fn another_clients_submission_does_not_exist() {
    let app = TestApp::start().await;
    let submitted = app.submit().await;
    let (id, order) = (submitted.insights_id(), submitted.json()["orders"][0]["orderId"].as_str().expect("a string").to_owned());
    app.complete(id).await;
    let other = app.token("other");
    let unknown = Answer::of(app.get(Uuid::new_v4())).await;
    for (method, path) in
        [("GET", format!("{BASE}/{id}")), ("GET", format!("{BASE}/{id}/orders/{order}")), ("DELETE", format!("{BASE}/{id}"))]
    {
        let answer = Answer::of(app.bare(method, &path).bearer_auth(&other)).await;
        assert_eq!(answer.shown(), unknown.shown(), "{method} {path}");
    }
    assert_eq!(Answer::of(app.get(id)).await.status, 200, "it is still there for its client");
}

#[tokio::test]
async fn a_submission_expires() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    app.pass(30 * 24 * 3600 + 1);
    assert_eq!(Answer::of(app.get(id)).await.status, 404);
}

#[tokio::test]
async fn errors_of_the_route() {
    let app = TestApp::start().await;
    assert_snapshot!(Answer::of(app.bare("GET", "/elsewhere")).await.shown(), @r#"
    404
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Resource/NotFound","title":"Resource Not Found","detail":"There is no such route."}]}
    "#);
    assert_snapshot!(Answer::of(app.bare("PUT", BASE)).await.shown(), @r#"
    405
    allow: POST
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:GeneralError/Expected","title":"Expected Error Encountered","detail":"The route does not have this method; Allow names those it has."}]}
    "#);
    for (path, allow) in [
        (BASE.to_owned(), "POST"),
        (format!("{BASE}/{}", Uuid::nil()), "DELETE,GET,HEAD"),
        (format!("{BASE}/{}/orders/{}", Uuid::nil(), Uuid::nil()), "GET,HEAD"),
        ("/openapi.yaml".to_owned(), "GET,HEAD"),
    ] {
        for method in ["OPTIONS", "PATCH", "TRACE"] {
            let answer = Answer::of(app.bare(method, &path)).await;
            let mut allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
            allowed.sort_unstable();
            assert_eq!((answer.status, allowed.join(",").as_str()), (405, allow), "{method} {path}");
        }
    }
    for path in ["/", "/cdr-data", &format!("{BASE}/"), &format!("{BASE}/{}/orders", Uuid::nil()), "/docs"] {
        assert_eq!(Answer::of(app.bare("GET", path)).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn errors_of_the_head() {
    let app = TestApp::start().await;
    let missing = Uuid::nil();
    let get = || app.request("GET", &format!("{BASE}/{missing}"));
    assert_snapshot!(Answer::of(get().header("x-fapi-interaction-id", "42")).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Header/Invalid","title":"Invalid Header","detail":"x-fapi-interaction-id must be one UUID.","meta":{"source":{"header":"x-fapi-interaction-id"}}}]}
    "#);
    assert_snapshot!(Answer::of(app.bare("GET", &format!("{BASE}/{missing}"))).await.shown(), @r#"
    401
    cache-control: no-store
    content-type: application/json
    www-authenticate: Bearer
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:cdr-insights:error:Unauthorized","title":"Unauthorized","detail":"A bearer token is required in the Authorization header.","meta":{"urn":"urn:au-cds:error:cds-all:GeneralError/Expected"}}]}
    "#);
    assert_snapshot!(Answer::of(app.bare("GET", &format!("{BASE}/{missing}")).bearer_auth("a.b.c")).await.shown(), @r#"
    401
    cache-control: no-store
    content-type: application/json
    www-authenticate: Bearer error="invalid_token"
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:cdr-insights:error:Unauthorized","title":"Unauthorized","detail":"The token is not accepted.","meta":{"urn":"urn:au-cds:error:cds-all:GeneralError/Expected"}}]}
    "#);
    let write_only = app.token_for("lender", "insights:write");
    assert_snapshot!(Answer::of(app.bare("GET", &format!("{BASE}/{missing}")).bearer_auth(write_only)).await.shown(), @r#"
    403
    cache-control: no-store
    content-type: application/json
    www-authenticate: Bearer error="insufficient_scope", scope="insights:read"
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:cdr-insights:error:InsufficientScope","title":"Insufficient Scope","detail":"The token does not carry the scope insights:read.","meta":{"urn":"urn:au-cds:error:cds-all:GeneralError/Expected"}}]}
    "#);
    assert_snapshot!(Answer::of(app.request("GET", &format!("{BASE}/NOT-AN-ID"))).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"insightsId must be a UUID in lower case.","meta":{"source":{"parameter":"insightsId"}}}]}
    "#);
    assert_snapshot!(Answer::of(app.request("GET", &format!("{BASE}/{missing}?reportString=1"))).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"reportString must be true or false, and stand once.","meta":{"source":{"parameter":"reportString"}}}]}
    "#);
    assert_snapshot!(Answer::of(get().header("accept", "text/html")).await.shown(), @r#"
    406
    cache-control: no-store
    content-type: application/json
    vary: Accept, Accept-Encoding
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Header/Invalid","title":"Invalid Header","detail":"The answer is application/json, which Accept does not allow.","meta":{"source":{"header":"Accept"}}}]}
    "#);
    assert_snapshot!(Answer::of(app.post("{}").header("idempotency-key", "a b")).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Header/Invalid","title":"Invalid Header","detail":"Idempotency-Key must be one value of 1 to 255 visible ASCII characters.","meta":{"source":{"header":"Idempotency-Key"}}}]}
    "#);
    assert_snapshot!(Answer::of(app.request("POST", BASE).body("{}").header("content-type", "text/plain")).await.shown(), @r#"
    415
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Header/Invalid","title":"Invalid Header","detail":"Content-Type must be application/json.","meta":{"source":{"header":"Content-Type"}}}]}
    "#);
    assert_snapshot!(Answer::of(app.post("{}").header("content-encoding", "br")).await.shown(), @r#"
    415
    accept-encoding: gzip, zstd
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Header/Invalid","title":"Invalid Header","detail":"Content-Encoding must be gzip, zstd or identity, and only one of them.","meta":{"source":{"header":"Content-Encoding"}}}]}
    "#);
}

#[tokio::test]
async fn errors_of_the_body() {
    let app = TestApp::start().await;
    assert_snapshot!(Answer::of(app.post("{\"meta\":")).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"The body is not JSON: it ends too early, at byte 8.","meta":{"source":{"pointer":""}}}],"meta":{"totalErrors":1}}
    "#);
    let mut payload = crate::support::payload();
    payload["data"]["transactions"][0]["amount"] = "twelve".into();
    payload["data"]["transactions"][0].as_object_mut().expect("an object").remove("status");
    assert_snapshot!(Answer::of(app.post(payload.to_string())).await.shown(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Missing","title":"Missing Required Field","detail":"The member is required.","meta":{"source":{"pointer":"/data/transactions/0/status"}}},{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"An amount is due: a string of an optional minus, 1 to 16 digits, a point and at least two decimals.","meta":{"source":{"pointer":"/data/transactions/0/amount"}}}],"meta":{"totalErrors":2}}
    "#);
    let mut payload = crate::support::payload();
    payload["data"]["transactions"][0]["accountId"] = "elsewhere".into();
    assert_snapshot!(Answer::of(app.post(payload.to_string())).await.shown(), @r#"
    422
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"The customer has no account with this accountId.","meta":{"source":{"pointer":"/data/transactions/0/accountId"}}}],"meta":{"totalErrors":1}}
    "#);
}

#[tokio::test]
async fn the_total_of_violations_is_said_beyond_the_listed_hundred() {
    let app = TestApp::start().await;
    let mut payload = crate::support::payload();
    payload["data"]["transactions"] = vec![serde_json::json!({}); 60].into();
    let answer = Answer::of(app.post(payload.to_string())).await;
    let body = answer.json();
    assert_eq!((answer.status, body["errors"].as_array().map(Vec::len)), (400, Some(100)));
    assert!(body["meta"]["totalErrors"].as_u64().is_some_and(|total| total >= 240), "{}", body["meta"]);
}

#[tokio::test]
async fn too_much_of_one_client_and_of_all() {
    let app =
        TestApp::with(Options { capacity: Capacity { bytes: 100_000, client_bytes: 50_000, client_jobs: 1 }, ..Options::default() }).await;
    let id = app.submit().await.insights_id();
    assert_snapshot!(app.submit().await.shown(), @r#"
    429
    cache-control: no-store
    content-type: application/json
    retry-after: 2
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:GeneralError/Expected","title":"Expected Error Encountered","detail":"Too much of this client's work is under way."}]}
    "#);
    app.complete(id).await;
    app.pass(2);
    assert_eq!(app.submit().await.status, 201, "a finished submission is off the count");
    let mine = app.app.admission.admit(&"lender".into(), 50_000).expect("there is room");
    assert_eq!(Answer::of(app.get(id)).await.status, 429);
    drop(mine);
    let all = app.app.admission.admit(&"other".into(), 100_000).expect("there is room");
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    503
    cache-control: no-store
    content-type: application/json
    retry-after: 2
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Service/Unavailable","title":"Service Unavailable","detail":"The service is at its capacity."}]}
    "#);
    drop(all);
    assert_eq!(Answer::of(app.get(id)).await.status, 200);
}

#[tokio::test]
async fn a_report_that_does_not_open_is_a_fault() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let claimed = app.claim(id).await;
    let reports = vec![(StoredReport { order_id: claimed.orders[0], body: b"garbage".as_slice().into() }, 7)];
    let completion = Completion { head: b"garbage".as_slice().into(), reports, keep_payload: false };
    assert!(app.app.store.complete(claimed.lease, completion, app.now()).await.expect("the store answers"));
    assert_snapshot!(Answer::of(app.get(id)).await.shown(), @r#"
    500
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:GeneralError/Unexpected","title":"Unexpected Error Encountered","detail":"The service failed; the interaction id finds the cause in its log."}]}
    "#);
}

#[tokio::test]
async fn a_store_that_is_away_is_unavailable() {
    let app = TestApp::start().await;
    app.app.store.close().await;
    assert_snapshot!(app.submit().await.shown(), @r#"
    503
    cache-control: no-store
    content-type: application/json
    retry-after: 5
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Service/Unavailable","title":"Service Unavailable","detail":"The store does not answer at present."}]}
    "#);
}

#[tokio::test]
async fn an_interaction_id_is_echoed_everywhere() {
    let app = TestApp::start().await;
    let name = "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6";
    for (method, path) in [("GET", "/elsewhere"), ("PUT", BASE), ("POST", BASE), ("GET", "/openapi.yaml")] {
        let answer = Answer::of(app.bare(method, path).header("x-fapi-interaction-id", name)).await;
        assert_eq!(answer.header("x-fapi-interaction-id"), name, "{method} {path}: {}", answer.status);
    }
    let ids =
        ["", "42", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bfg"];
    for id in ids {
        let answer = Answer::of(app.request("POST", BASE).header("x-fapi-interaction-id", id)).await;
        assert_eq!(answer.status, 400, "{id}");
        assert!(Uuid::try_parse(answer.header("x-fapi-interaction-id")).is_ok(), "one is made for {id:?}");
    }
    let twice = app.request("POST", BASE).header("x-fapi-interaction-id", name).header("x-fapi-interaction-id", name);
    assert_eq!(Answer::of(twice).await.status, 400);
}

#[tokio::test]
async fn the_contract_is_served_without_a_token() {
    let app = TestApp::start().await;
    let answer = Answer::of(app.bare("GET", "/openapi.yaml")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/yaml"));
    assert_eq!(answer.body, include_bytes!("../../openapi.yaml"));
    assert_eq!(Answer::of(app.bare("GET", "/openapi.yaml").header("x-fapi-interaction-id", "42")).await.status, 400);
}
