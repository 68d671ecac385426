//! The one error table: a variant is a cause; status, headers and body stand in one `match`.
//!
//! A body never repeats anything of a payload or a token. A 5xx is logged once, here; its cause stays in the log.

use std::fmt;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::auth::{Scope, TokenError};
use super::body::BodyError;
use crate::admission::Busy;
use crate::store::StoreError;
use crate::store::seal::SealError;
use crate::submission::{Rejection, Violation, ViolationKind};

/// The service's own codes say which standard code they extend (`meta.urn`).
const EXTENDS: &str = "urn:au-cds:error:cds-all:GeneralError/Expected";

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(super) enum ApiError {
    /// No such route.
    UnknownRoute,
    /// The route has no such method; the router says which it has.
    MethodNotAllowed,
    /// `x-fapi-interaction-id` is not one UUID.
    InteractionId,
    /// No token, or one that is not accepted.
    Unauthorized(TokenError),
    /// The token lacks this scope.
    InsufficientScope(Scope),
    /// No key set has been loaded yet, so no token can be judged.
    NoKeys,
    /// A path id outside the published pattern.
    PathId(&'static str),
    /// A query member with a value that it cannot have, and what it can.
    Query(&'static str, &'static str),
    /// `Idempotency-Key` is not one value of 1–255 visible ASCII characters.
    IdempotencyKey,
    /// No room for another body, or for another one of this client.
    Busy(Busy),
    /// `Content-Type` is not JSON.
    MediaType,
    /// `Content-Encoding` is stacked or unknown.
    ContentEncoding,
    /// Nothing that `Accept` names is offered.
    NotAcceptable,
    /// The body did not arrive or does not decode.
    Body(BodyError),
    /// Another request with this Idempotency-Key is being served.
    KeyInFlight,
    /// The Idempotency-Key stands for another body.
    KeyReused,
    /// The payload is no submission.
    Rejected(Rejection),
    /// Unknown, expired, or another client's.
    NotFound,
    /// The store did not answer, or refused.
    Store(StoreError),
    /// Sealed bytes do not open.
    Seal(SealError),
    /// Something that this service wrote does not read.
    Inconsistent(&'static str),
    /// A handler panicked.
    Panicked,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Busy(busy) => Self::Busy(busy),
            error => Self::Body(error),
        }
    }
}

impl From<Busy> for ApiError {
    fn from(busy: Busy) -> Self {
        Self::Busy(busy)
    }
}

/// `ResponseErrorListV2` of the Data Standards.
#[derive(Debug, Serialize)]
struct ErrorList {
    errors: Vec<ErrorItem>,
    /// Only with the violations of a payload: how many there are, listed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<ListMeta>,
}

#[derive(Debug, Serialize)]
struct ListMeta {
    #[serde(rename = "totalErrors")]
    total_errors: usize,
}

#[derive(Debug, Serialize)]
struct ErrorItem {
    code: &'static str,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<ItemMeta>,
}

#[derive(Debug, Default, Serialize)]
struct ItemMeta {
    #[serde(skip_serializing_if = "Option::is_none")]
    urn: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

/// Where in the request the fault is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// JSON Pointer into the body.
    Pointer(String),
    /// A path or query parameter.
    Parameter(&'static str),
    /// A header.
    Header(&'static str),
}

/// A standard code and its title.
#[derive(Clone, Copy)]
struct Code(&'static str, &'static str);

const FIELD_MISSING: Code = Code("urn:au-cds:error:cds-all:Field/Missing", "Missing Required Field");
const FIELD_INVALID: Code = Code("urn:au-cds:error:cds-all:Field/Invalid", "Invalid Field");
const DATE_INVALID: Code = Code("urn:au-cds:error:cds-all:Field/InvalidDateTime", "Invalid Date");
const HEADER_INVALID: Code = Code("urn:au-cds:error:cds-all:Header/Invalid", "Invalid Header");
const RESOURCE_INVALID: Code = Code("urn:au-cds:error:cds-all:Resource/Invalid", "Invalid Resource");
const NOT_FOUND: Code = Code("urn:au-cds:error:cds-all:Resource/NotFound", "Resource Not Found");
const EXPECTED: Code = Code("urn:au-cds:error:cds-all:GeneralError/Expected", "Expected Error Encountered");
const UNEXPECTED: Code = Code("urn:au-cds:error:cds-all:GeneralError/Unexpected", "Unexpected Error Encountered");
const UNAVAILABLE: Code = Code("urn:au-cds:error:cds-all:Service/Unavailable", "Service Unavailable");
const UNAUTHORIZED: Code = Code("urn:cdr-insights:error:Unauthorized", "Unauthorized");
const INSUFFICIENT_SCOPE: Code = Code("urn:cdr-insights:error:InsufficientScope", "Insufficient Scope");

/// Seconds until a caller that met a full house should come back.
const RETRY_BUSY: u32 = 2;
/// Seconds until a caller that met a store or an issuer that is away should come back.
const RETRY_AWAY: u32 = 5;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        use StatusCode as S;
        match self {
            Self::UnknownRoute => Answer::new(S::NOT_FOUND, NOT_FOUND, "There is no such route."),
            Self::MethodNotAllowed => {
                Answer::new(S::METHOD_NOT_ALLOWED, EXPECTED, "The route does not have this method; Allow names those it has.")
            }
            Self::InteractionId => header_error(S::BAD_REQUEST, "x-fapi-interaction-id", "x-fapi-interaction-id must be one UUID."),
            Self::Unauthorized(error) => {
                Answer::own(S::UNAUTHORIZED, UNAUTHORIZED, error.detail()).header(header::WWW_AUTHENTICATE, error.challenge())
            }
            Self::InsufficientScope(scope) => {
                Answer::own(S::FORBIDDEN, INSUFFICIENT_SCOPE, format!("The token does not carry the scope {}.", scope.as_str()))
                    .header(header::WWW_AUTHENTICATE, format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.as_str()))
            }
            Self::NoKeys => away("No key set to verify tokens with has been loaded yet.").log(&"the key set has never been loaded"),
            Self::PathId(name) => {
                Answer::new(S::BAD_REQUEST, FIELD_INVALID, format!("{name} must be a UUID in lower case.")).at(Source::Parameter(name))
            }
            Self::Query(name, due) => Answer::new(S::BAD_REQUEST, FIELD_INVALID, due).at(Source::Parameter(name)),
            Self::IdempotencyKey => {
                header_error(S::BAD_REQUEST, "Idempotency-Key", "Idempotency-Key must be one value of 1 to 255 visible ASCII characters.")
            }
            Self::Busy(Busy::Client) | Self::Body(BodyError::Busy(Busy::Client)) => {
                Answer::new(S::TOO_MANY_REQUESTS, EXPECTED, "Too much of this client's work is under way.").retry_after(RETRY_BUSY)
            }
            Self::Busy(Busy::Everyone) | Self::Body(BodyError::Busy(Busy::Everyone)) => {
                Answer::new(S::SERVICE_UNAVAILABLE, UNAVAILABLE, "The service is at its capacity.").retry_after(RETRY_BUSY)
            }
            Self::MediaType => header_error(S::UNSUPPORTED_MEDIA_TYPE, "Content-Type", "Content-Type must be application/json."),
            Self::ContentEncoding => header_error(
                S::UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding",
                "Content-Encoding must be gzip, zstd or identity, and only one of them.",
            )
            .header(header::ACCEPT_ENCODING, "gzip, zstd"),
            Self::NotAcceptable => {
                header_error(S::NOT_ACCEPTABLE, "Accept", "The answer is application/json, which Accept does not allow.")
                    .header(header::VARY, "Accept, Accept-Encoding")
            }
            Self::Body(BodyError::TooLarge { limit }) => {
                Answer::new(S::PAYLOAD_TOO_LARGE, EXPECTED, format!("The body is larger than {limit} bytes, decompressed.")).close()
            }
            Self::Body(BodyError::TimedOut) => Answer::new(S::REQUEST_TIMEOUT, EXPECTED, "The body did not arrive in time.").close(),
            Self::Body(BodyError::Broken) => {
                Answer::new(S::BAD_REQUEST, FIELD_INVALID, "The body did not arrive whole.").at(Source::Pointer(String::new())).close()
            }
            Self::Body(BodyError::Encoding(name)) => {
                Answer::new(S::BAD_REQUEST, FIELD_INVALID, format!("The body is not one whole {name} stream."))
                    .at(Source::Pointer(String::new()))
            }
            Self::KeyInFlight => Answer::new(S::CONFLICT, EXPECTED, "A request with this Idempotency-Key is being served.").retry_after(1),
            Self::KeyReused => Answer::new(S::UNPROCESSABLE_ENTITY, FIELD_INVALID, "This Idempotency-Key stands for another body.")
                .at(Source::Header("Idempotency-Key")),
            Self::Rejected(rejection) => Answer::rejection(rejection),
            Self::NotFound => Answer::new(S::NOT_FOUND, NOT_FOUND, "There is no such resource."),
            Self::Store(error @ StoreError::Unavailable(_)) => away("The store does not answer at present.").log(&error),
            Self::Store(error) => unexpected(&error),
            Self::Seal(error) => unexpected(&error),
            Self::Inconsistent(what) => unexpected(&what),
            Self::Panicked => unexpected(&"a request panicked"),
        }
        .into_response()
    }
}

fn header_error(status: StatusCode, name: &'static str, detail: &str) -> Answer {
    Answer::new(status, HEADER_INVALID, detail).at(Source::Header(name))
}

fn away(detail: &str) -> Answer {
    Answer::new(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, detail).retry_after(RETRY_AWAY)
}

fn unexpected(cause: &dyn fmt::Display) -> Answer {
    Answer::new(StatusCode::INTERNAL_SERVER_ERROR, UNEXPECTED, "The service failed; the interaction id finds the cause in its log.")
        .log(cause)
}

/// Status, headers and body on their way out.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    errors: Vec<ErrorItem>,
    total: Option<usize>,
}

impl Answer {
    fn new(status: StatusCode, Code(code, title): Code, detail: impl Into<String>) -> Self {
        let item = ErrorItem { code, title, detail: detail.into(), meta: None };
        Self { status, headers: HeaderMap::new(), errors: vec![item], total: None }
    }

    /// With one of the service's own codes.
    fn own(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        let mut answer = Self::new(status, code, detail);
        answer.errors[0].meta = Some(ItemMeta { urn: Some(EXTENDS), source: None });
        answer
    }

    fn rejection(rejection: Rejection) -> Self {
        let status = if rejection.is_unprocessable() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
        let errors = rejection.violations.into_iter().map(ErrorItem::from).collect();
        Self { status, headers: HeaderMap::new(), errors, total: Some(rejection.total) }
    }

    fn at(mut self, source: Source) -> Self {
        self.errors[0].meta.get_or_insert_default().source = Some(source);
        self
    }

    fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue, Error: fmt::Debug>) -> Self {
        self.headers.insert(name, value.try_into().expect("a header value of the error table is visible ASCII"));
        self
    }

    fn retry_after(self, seconds: u32) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    fn close(self) -> Self {
        self.header(header::CONNECTION, "close")
    }

    fn log(self, cause: &dyn fmt::Display) -> Self {
        tracing::error!(http.response.status_code = self.status.as_u16(), error = %cause, "a request could not be served");
        self
    }
}

impl From<Violation> for ErrorItem {
    fn from(violation: Violation) -> Self {
        let Code(code, title) = match violation.kind {
            ViolationKind::Missing => FIELD_MISSING,
            ViolationKind::Invalid | ViolationKind::Contradiction => FIELD_INVALID,
            ViolationKind::InvalidDate => DATE_INVALID,
            ViolationKind::Unprocessable => RESOURCE_INVALID,
        };
        let meta = ItemMeta { urn: None, source: Some(Source::Pointer(violation.pointer)) };
        Self { code, title, detail: violation.detail, meta: Some(meta) }
    }
}

/// The violations of a payload as the API says them; for who judges one without the API.
///
/// # Panics
/// Never: strings and numbers are JSON.
#[must_use]
pub fn rejection_json(rejection: Rejection) -> String {
    let Answer { errors, total, .. } = Answer::rejection(rejection);
    let list = ErrorList { errors, meta: total.map(|total_errors| ListMeta { total_errors }) };
    serde_json::to_string_pretty(&list).expect("an error list is JSON")
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let list = ErrorList { errors: self.errors, meta: self.total.map(|total_errors| ListMeta { total_errors }) };
        (self.status, self.headers, Json(list)).into_response()
    }
}
