//! The order of judgement: a request that is wrong in every way, put right one step at a time.

use cdr_insights::admission::Capacity;
use uuid::Uuid;

use crate::support::{Answer, BASE, Options, TestApp};

/// What is still wrong with a request.
#[expect(clippy::struct_excessive_bools, reason = "each is one fault of its own")]
#[derive(Clone, Default)]
struct Wrong {
    interaction: bool,
    token: bool,
    scope: bool,
    path: bool,
    query: bool,
    key: bool,
    media: bool,
    encoding: bool,
    accept: bool,
}

impl Wrong {
    fn request(&self, app: &TestApp, method: &str, path: &str, scope: &str) -> reqwest::RequestBuilder {
        let path = if self.path { format!("{path}x") } else { path.to_owned() };
        let path = if self.query { format!("{path}?view=other") } else { path };
        let token = app.token_for("lender", if self.scope { "insights:none" } else { scope });
        let mut request = app.bare(method, &path);
        request = if self.token { request.bearer_auth("no") } else { request.bearer_auth(token) };
        request = request.header("content-type", if self.media { "text/plain" } else { "application/json" });
        for (is_wrong, name, value) in [
            (self.interaction, "x-fapi-interaction-id", "no"),
            (self.key, "idempotency-key", ""),
            (self.encoding, "content-encoding", "br"),
            (self.accept, "accept", "text/html"),
        ] {
            request = if is_wrong { request.header(name, value) } else { request };
        }
        request
    }
}

async fn expect(request: reqwest::RequestBuilder, status: u16, hint: &str) {
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, status, "{}", answer.shown());
    assert!(answer.shown().contains(hint), "{hint}: {}", answer.shown());
}

#[tokio::test]
async fn of_a_post() {
    let capacity = Capacity { bytes: 64 << 20, client_bytes: 8 << 20, client_jobs: 1000 };
    let app = TestApp::with(Options { capacity, ..Options::default() }).await;
    let first = app.post(crate::support::payload().to_string()).header("idempotency-key", "used");
    assert_eq!(Answer::of(first).await.status, 201);
    let busy = app.app.admission.admit(&"lender".into(), 8 << 20).expect("there is room");
    let large = vec![b' '; (1 << 20) + 1];
    let mut wrong = Wrong {
        interaction: true,
        token: true,
        scope: true,
        path: false,
        query: false,
        key: true,
        media: true,
        encoding: true,
        accept: true,
    };
    let post = |wrong: &Wrong| wrong.request(&app, "POST", BASE, "insights:write").body(large.clone());

    expect(wrong.request(&app, "POST", "/elsewhere", "insights:write"), 404, "no such route").await;
    expect(wrong.request(&app, "PUT", BASE, "insights:write"), 405, "method").await;
    expect(post(&wrong), 400, "x-fapi-interaction-id must").await;
    wrong.interaction = false;
    expect(post(&wrong), 401, "token").await;
    wrong.token = false;
    expect(post(&wrong), 403, "insights:write").await;
    wrong.scope = false;
    expect(post(&wrong), 400, "Idempotency-Key must").await;
    wrong.key = false;
    expect(post(&wrong), 429, "under way").await;
    drop(busy);
    expect(post(&wrong), 415, "Content-Type must").await;
    wrong.media = false;
    expect(post(&wrong), 415, "Content-Encoding must").await;
    wrong.encoding = false;
    expect(post(&wrong), 406, "Accept").await;
    wrong.accept = false;
    expect(post(&wrong).header("idempotency-key", "used"), 413, "larger than").await;
    let small = |body: &'static str| wrong.request(&app, "POST", BASE, "insights:write").body(body);
    expect(small("{").header("idempotency-key", "used"), 422, "another body").await;
    expect(small("{").header("idempotency-key", "new"), 400, "pointer").await;
    let both = r#"{"meta":{"clientReference":7},"data":{"accounts":[],"transactions":[]}}"#;
    expect(small(both), 400, "/meta/clientReference").await;
    expect(small(r#"{"meta":{},"data":{"accounts":[],"transactions":[]}}"#), 422, "Resource/Invalid").await;
}

#[tokio::test]
async fn of_a_get() {
    let capacity = Capacity { bytes: 64 << 20, client_bytes: 1 << 20, client_jobs: 1000 };
    let app = TestApp::with(Options { capacity, ..Options::default() }).await;
    let busy = app.app.admission.admit(&"lender".into(), 1 << 20).expect("there is room");
    let all = app.app.admission.admit(&"other".into(), 63 << 20).expect("there is room");
    let path = format!("{BASE}/{}", Uuid::new_v4());
    let mut wrong = Wrong { interaction: true, token: true, scope: true, path: true, query: true, accept: true, ..Wrong::default() };
    let get = |wrong: &Wrong| wrong.request(&app, "GET", &path, "insights:read");

    expect(wrong.request(&app, "PUT", &path, "insights:read"), 405, "method").await;
    expect(get(&wrong), 400, "x-fapi-interaction-id must").await;
    wrong.interaction = false;
    expect(get(&wrong), 401, "token").await;
    wrong.token = false;
    expect(get(&wrong), 403, "insights:read").await;
    wrong.scope = false;
    expect(get(&wrong), 400, "insightsId must").await;
    wrong.path = false;
    expect(get(&wrong), 400, "view").await;
    wrong.query = false;
    expect(get(&wrong), 429, "under way").await;
    drop(busy);
    let rest = app.app.admission.admit(&"third".into(), 1 << 20).expect("there is room");
    expect(get(&wrong), 503, "capacity").await;
    drop((rest, all));
    expect(get(&wrong), 406, "Accept").await;
    wrong.accept = false;
    expect(get(&wrong), 404, "no such resource").await;
}

#[tokio::test]
async fn of_a_delete() {
    let app = TestApp::start().await;
    let mut wrong = Wrong { token: true, scope: true, path: true, accept: true, query: true, ..Wrong::default() };
    let delete = |wrong: &Wrong| wrong.request(&app, "DELETE", &format!("{BASE}/{}", Uuid::nil()), "insights:delete");

    expect(delete(&wrong), 401, "token").await;
    wrong.token = false;
    expect(delete(&wrong), 403, "insights:delete").await;
    wrong.scope = false;
    expect(delete(&wrong), 400, "insightsId must").await;
    wrong.path = false;
    expect(delete(&wrong), 404, "no such resource").await;
}
