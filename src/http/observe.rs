//! What stands around every request: its interaction id, its line in the log, its metrics, `no-store`.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

/// The header that names a request.
const HEADER: &str = "x-fapi-interaction-id";

/// What a request is called: by the caller, or by us.
#[derive(Clone)]
pub(super) struct InteractionId {
    name: HeaderValue,
    is_usable: bool,
}

impl InteractionId {
    fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(HEADER).iter();
        let given = values.next();
        let is_usable = values.next().is_none() && given.is_none_or(is_uuid);
        let name = match given.filter(|_| is_usable) {
            Some(given) => given.clone(),
            None => HeaderValue::try_from(Uuid::new_v4().to_string()).expect("a UUID is visible ASCII"),
        };
        Self { name, is_usable }
    }

    /// False when the caller's is not one UUID.
    pub(super) const fn is_usable(&self) -> bool {
        self.is_usable
    }

    fn as_str(&self) -> &str {
        self.name.to_str().expect("a UUID is visible ASCII")
    }
}

/// With its hyphens, in either case; of any version.
fn is_uuid(value: &HeaderValue) -> bool {
    value.len() == 36 && value.to_str().is_ok_and(|text| Uuid::try_parse(text).is_ok())
}

/// The trace that the caller's request belongs to: `traceparent` of W3C Trace Context, `00-{32 hex}-{16 hex}-{2 hex}`, lower case and not
/// all zeros. Anything else is no trace, and no error.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let is_hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_known = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let is_set = |part: &str| part.bytes().any(|byte| byte != b'0');
    (is_known && is_hex(trace, 32) && is_set(trace) && is_hex(parent, 16) && is_set(parent) && is_hex(flags, 2)).then_some(trace)
}

/// Serves a request: names it, logs one line, counts it.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = InteractionId::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let line = Line { method: method(request.method()), route, started: Instant::now(), status: None };
    // The client is known once its token was verified.
    let trace = trace_id(request.headers());
    let span = tracing::info_span!("request", interaction.id = id.as_str(), trace.id = trace, client.id = tracing::field::Empty);
    let name = id.name.clone();
    request.extensions_mut().insert(id);
    async move {
        let mut line = line;
        let mut response = next.run(request).await;
        response.headers_mut().insert(HEADER, name);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        line.status = Some(response.status().as_u16());
        response
    }
    .instrument(span)
    .await
}

/// A request's line in the log; written when the request ends, also when its caller hung up.
struct Line {
    method: &'static str,
    route: String,
    started: Instant,
    status: Option<u16>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        let class = match self.status {
            Some(status) => ["other", "1xx", "2xx", "3xx", "4xx", "5xx"][usize::from(status / 100).min(5)],
            None => "aborted",
        };
        let labels = [("method", self.method.to_owned()), ("route", self.route.clone()), ("status", class.to_owned())];
        metrics::counter!("http_requests_total", &labels).increment(1);
        metrics::histogram!("http_request_duration_seconds", &labels).record(took.as_secs_f64());
        tracing::info!(
            http.method = self.method,
            http.route = self.route,
            http.response.status_code = self.status,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "{}",
            if self.status.is_some() { "request answered" } else { "request abandoned by its caller" }
        );
    }
}

/// A bounded set of labels: a caller may send any method it can think of.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_taken_from_a_sound_traceparent_only() {
        let trace = |value: &'static str| {
            trace_id(&HeaderMap::from_iter([("traceparent".parse().expect("a name"), HeaderValue::from_static(value))])).map(str::to_owned)
        };
        let sound = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace(sound).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(trace("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later").is_some(), "a later version may say more");
        for value in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(trace(value), None, "{value}");
        }
    }
}
