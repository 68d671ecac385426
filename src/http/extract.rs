//! What a handler asks for, in the order in which a request is judged.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method};
use parking_lot::Mutex;
use uuid::Uuid;

use super::Http;
use super::auth::{Refused, Scope};
use super::body::declared_length;
use super::error::ApiError;
use super::negotiate::{self, Coding};
use super::observe::InteractionId;
use crate::admission::Permit;

/// What a request without a body weighs: its buffers.
const SMALL: u64 = 16 * 1024;
/// How much larger than its compressed form a payload usually is.
const USUAL_RATIO: u64 = 16;

/// The request has a usable interaction id.
pub(super) struct Identified;

impl FromRequestParts<Http> for Identified {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, ApiError> {
        let is_usable = parts.extensions.get::<InteractionId>().is_some_and(InteractionId::is_usable);
        if is_usable { Ok(Self) } else { Err(ApiError::InteractionId) }
    }
}

/// A scope that a handler asks for.
pub(super) trait Asks {
    const SCOPE: Scope;
}

/// To POST.
pub(super) struct ToWrite;
/// To GET.
pub(super) struct ToRead;
/// To DELETE.
pub(super) struct ToDelete;

impl Asks for ToWrite {
    const SCOPE: Scope = Scope::Write;
}
impl Asks for ToRead {
    const SCOPE: Scope = Scope::Read;
}
impl Asks for ToDelete {
    const SCOPE: Scope = Scope::Delete;
}

/// Whose request it is: the interaction id, the token and its scope are good.
pub(super) struct Client<S> {
    /// Every row that the request touches is this client's.
    pub(super) id: Arc<str>,
    scope: PhantomData<S>,
}

impl<S: Asks> FromRequestParts<Http> for Client<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Identified::from_request_parts(parts, http).await?;
        let verified = http.app.verifier.verify(&parts.headers).await.map_err(|refused| match refused {
            Refused::Token(error) => {
                tracing::info!(reason = error.reason(), "a token is not accepted");
                ApiError::Unauthorized(error)
            }
            Refused::NoKeys => ApiError::NoKeys,
        })?;
        tracing::Span::current().record("client.id", &*verified.client);
        if !verified.may(S::SCOPE) {
            return Err(ApiError::InsufficientScope(S::SCOPE));
        }
        parts.extensions.insert(ClientId(Arc::clone(&verified.client)));
        Ok(Self { id: verified.client, scope: PhantomData })
    }
}

/// For the extractors after [`Client`].
#[derive(Clone)]
struct ClientId(Arc<str>);

/// The ids of the path.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) insights: Uuid,
    /// On the order's route.
    pub(super) order: Option<Uuid>,
}

impl FromRequestParts<Http> for Ids {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, http).await.map_err(|_| ApiError::PathId("insightsId"))?;
        let find =
            |name| params.iter().find(|&(known, _)| known == name).map(|(_, value)| published_id(value).ok_or(ApiError::PathId(name)));
        let insights = find("insightsId").ok_or(ApiError::UnknownRoute)??;
        Ok(Self { insights, order: find("orderId").transpose()? })
    }
}

/// An id in the published pattern: lower case, version 0 to 5, variant 0 or that of RFC 9562.
fn published_id(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    let is_in_place = |(index, &byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => matches!(byte, b'0'..=b'5'),
        19 => matches!(byte, b'0' | b'8' | b'9' | b'a' | b'b'),
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    (bytes.len() == 36 && bytes.iter().enumerate().all(is_in_place)).then(|| Uuid::try_parse(text).ok())?
}

/// The query of a GET; members that it does not know are ignored.
#[derive(Clone, Copy)]
pub(super) struct ReportQuery {
    /// The report once more, as one string.
    pub(super) as_string: bool,
}

impl FromRequestParts<Http> for ReportQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, ApiError> {
        let Query(members) =
            Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| ApiError::Query("query", "The query cannot be read."))?;
        let mut as_string = None;
        for (name, value) in members {
            match (name.as_str(), value.as_str()) {
                // There is no other view of a report than the whole.
                ("view", _) => return Err(ApiError::Query("view", "There is no such view of a report.")),
                ("reportString", "true" | "false") if as_string.is_none() => as_string = Some(value == "true"),
                ("reportString", _) => return Err(ApiError::Query("reportString", "reportString must be true or false, and stand once.")),
                _ => {}
            }
        }
        Ok(Self { as_string: as_string.unwrap_or(false) })
    }
}

/// `Idempotency-Key`.
pub(super) struct IdempotencyKey(pub(super) Arc<str>);

impl OptionalFromRequestParts<Http> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Option<Self>, ApiError> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(None) };
        let is_fit = (1..=255).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
        match value.to_str() {
            Ok(key) if is_fit && values.next().is_none() => Ok(Some(Self(key.into()))),
            _ => Err(ApiError::IdempotencyKey),
        }
    }
}

/// A share of the memory, taken before a body is read. The body's extractor takes it over.
#[derive(Clone)]
pub(super) struct Admitted(Arc<Mutex<Permit>>);

impl Admitted {
    /// The share; what is left in its place is a share of nothing.
    pub(super) fn take(&self) -> Permit {
        std::mem::replace(&mut self.0.lock(), Permit::none())
    }

    /// The share of a request that was admitted.
    pub(super) fn take_from(extensions: &Extensions) -> Permit {
        extensions.get::<Self>().map_or_else(Permit::none, Self::take)
    }
}

impl FromRequestParts<Http> for Admitted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let ClientId(client) =
            parts.extensions.get().cloned().ok_or(ApiError::Inconsistent("a request is admitted before its client is known"))?;
        let app = &http.app;
        let is_post = parts.method == Method::POST;
        let weight = if is_post { body_weight(&parts.headers, app.limits.max_body as u64) } else { SMALL };
        let admitted = Self(Arc::new(Mutex::new(app.admission.admit(&client, weight)?)));
        if is_post {
            app.admission.admit_job(&*app.store, &client, app.clock.now()).await??;
        }
        parts.extensions.insert(admitted.clone());
        Ok(admitted)
    }
}

/// What a body comes to, or may come to: what it says, the usual multiple of what it says when it is compressed (a larger one takes
/// more as it is decoded), the limit when it says nothing. Weighing every compressed body as the limit would let one in at a time.
fn body_weight(headers: &HeaderMap, limit: u64) -> u64 {
    let expected = match (Coding::of_body(headers), declared_length(headers)) {
        (Some(Coding::Identity), Some(length)) => length,
        (Some(_), Some(length)) => length.saturating_mul(USUAL_RATIO),
        _ => limit,
    };
    expected.max(SMALL).min(limit)
}

/// The body says that it is JSON, in an encoding that is known.
pub(super) struct SendsJson;

impl FromRequestParts<Http> for SendsJson {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, ApiError> {
        if !negotiate::sends_json(&parts.headers) {
            return Err(ApiError::MediaType);
        }
        Coding::of_body(&parts.headers).map(|_| Self).ok_or(ApiError::ContentEncoding)
    }
}

/// The caller takes JSON.
pub(super) struct TakesJson;

impl FromRequestParts<Http> for TakesJson {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, ApiError> {
        if negotiate::takes_json(&parts.headers) { Ok(Self) } else { Err(ApiError::NotAcceptable) }
    }
}

/// A request's headers, for those that are read once the resource is there.
pub(super) struct Headers(pub(super) HeaderMap);

impl FromRequestParts<Http> for Headers {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, ApiError> {
        Ok(Self(std::mem::take(&mut parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_published_pattern() {
        for id in ["0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8f", "00000000-0000-0000-0000-000000000000", "0b6f4f4e-8a55-5f0e-0c1d-3a2b1c0d9e8f"] {
            assert_eq!(published_id(id).map(|id| id.to_string()).as_deref(), Some(id));
        }
        for id in [
            "",
            "0B6F4F4E-8A55-4F0E-9C1D-3A2B1C0D9E8F",
            "0b6f4f4e-8a55-6f0e-9c1d-3a2b1c0d9e8f",
            "0b6f4f4e-8a55-4f0e-cc1d-3a2b1c0d9e8f",
            "0b6f4f4e8a554f0e9c1d3a2b1c0d9e8f",
            "{0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8f}",
            "0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8g",
            "0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8f0",
            "0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9eé",
        ] {
            assert_eq!(published_id(id), None, "{id}");
        }
    }

    #[test]
    fn a_body_weighs_what_it_says_and_the_limit_when_it_says_nothing() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|&(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
        };
        assert_eq!(body_weight(&headers(&[("content-length", "500000")]), 1 << 20), 500_000);
        assert_eq!(body_weight(&headers(&[("content-length", "5")]), 1 << 20), SMALL);
        assert_eq!(body_weight(&headers(&[("content-length", "5000000")]), 1 << 20), 1 << 20);
        assert_eq!(body_weight(&headers(&[("content-length", "5000"), ("content-encoding", "gzip")]), 1 << 20), 80_000);
        assert_eq!(body_weight(&headers(&[("content-length", "500000"), ("content-encoding", "gzip")]), 1 << 20), 1 << 20);
        assert_eq!(body_weight(&headers(&[]), 1 << 20), 1 << 20);
    }
}
