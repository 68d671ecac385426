//! Holds the server to `openapi.yaml`, and the document to the server: every status that it promises is brought about and every answer
//! is checked against it, headers and body; every route, every status of the error table and every member that is read stands in it.

#[path = "support/clock.rs"]
#[expect(dead_code, reason = "no time passes here")]
mod clock;
#[path = "openapi/document.rs"]
mod document;
#[path = "support/mock_files.rs"]
mod mock_files;
#[path = "openapi/provoke.rs"]
mod provoke;
#[path = "openapi/service.rs"]
mod service;

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode, header};
use cdr_insights::analysis::analyse;
use cdr_insights::analysis::report::{Stamp, assemble, document};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::demo::HOUSEHOLD;
use cdr_insights::submission::{ReadContext, parse};
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use document::{Document, Operation};
use provoke::Provoker;
use service::{BASE, Service, Setup, minimal, post, request};

const REQUEST: &str = "/components/schemas/InsightsRequest";

#[tokio::test]
async fn every_documented_status_is_answered_and_is_as_documented() {
    let document = Document::read();
    let provoker = Provoker::start().await;
    let mut faults = Vec::new();
    for operation in document.operations() {
        for status in document.responses(&operation).into_keys() {
            let answer = provoker.provoke(&operation, status).await;
            let name = format!("{} {} -> {status}", operation.method, operation.path);
            if answer.status.as_u16() == status {
                faults.extend(document.faults(&operation, &answer).into_iter().map(|fault| format!("{name}: {fault}")));
            } else {
                faults.push(format!("{name}: the server answers {}", answer.status));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn the_paths_and_methods_of_the_router_are_those_of_the_document() {
    let document = Document::read();
    let service = Service::start(Setup::default()).await;
    let documented: BTreeSet<String> = document.operations().into_iter().map(|operation| operation.path).collect();
    assert_eq!(routes(&format!("{:?}", service.router)), documented);

    for path in documented {
        let methods: BTreeSet<Method> =
            document.operations().iter().filter(|operation| operation.path == path).map(Operation::http_method).collect();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let method: Method = method.parse().expect("a method");
            let answer = service.call(request(&method, &path, &[])).await;
            let is_allowed = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_allowed, methods.contains(&method), "{method} {path}: {}", answer.status);
            if let Some(allow) = answer.headers.get(header::ALLOW) {
                let allow = allow.to_str().expect("Allow is text").split(',').map(|name| name.trim().parse().expect("a method"));
                assert_eq!(allow.collect::<BTreeSet<Method>>(), methods, "{method} {path}");
            }
        }
    }
}

/// The paths in a router's description of itself; `/` is its fallback.
fn routes(router: &str) -> BTreeSet<String> {
    router.split('"').filter(|text| text.starts_with('/') && *text != "/" && !text.contains("{*")).map(str::to_owned).collect()
}

#[test]
fn every_status_of_the_error_table_stands_in_the_document() {
    let document = Document::read();
    let documented: BTreeSet<u16> =
        document.operations().iter().flat_map(|operation| document.responses(operation).into_keys().collect::<Vec<_>>()).collect();
    let table = include_str!("../src/http/error.rs");
    let names: BTreeSet<&str> = table
        .split("S::")
        .skip(1)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_').next().unwrap_or_default())
        .collect();
    assert!(names.len() > 8, "the error table is not where it was");
    for name in names {
        let status = status_named(name);
        assert!(documented.contains(&status.as_u16()), "{status} can be answered and is not in the document");
    }
}

fn status_named(name: &str) -> StatusCode {
    let reason = name.replace('_', " ");
    let known = (400..600).filter_map(|code| StatusCode::from_u16(code).ok());
    let mut found = known.filter(|status| status.canonical_reason().is_some_and(|text| text.to_ascii_uppercase() == reason));
    found.next().unwrap_or_else(|| panic!("{name} is no status"))
}

#[tokio::test]
async fn the_answers_that_the_statuses_alone_do_not_show_are_as_documented() {
    let document = Document::read();
    let provoker = Provoker::start().await;
    let mut faults = Vec::new();
    for (name, operation, answer) in provoker.variants().await {
        let found = document.faults(&operation, &answer);
        faults.extend(
            found.into_iter().map(|fault| format!("{name}: {} {} -> {}: {fault}", operation.method, operation.path, answer.status)),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn the_document_is_served_as_it_is_committed() {
    let service = Service::start(Setup::default()).await;
    let answer = service.call_as_is(request(&Method::GET, "/openapi.yaml", &[])).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body == document::TEXT.as_bytes());
}

#[tokio::test]
async fn the_documents_requests_are_accepted_by_the_server() {
    let document = Document::read();
    let service = Service::start(Setup::default()).await;
    let schema = document.schema(REQUEST);
    for (name, payload) in request_examples(&document) {
        assert!(schema.is_valid(&payload), "{name}: {:?}", schema.iter_errors(&payload).map(|error| error.to_string()).collect::<Vec<_>>());
        let answer = service.call(post(&payload)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{name}: {}", String::from_utf8_lossy(&answer.body));
    }
}

#[test]
fn the_reports_of_whole_payloads_are_as_documented() {
    let validator = Document::read().closed_schema("/components/schemas/Completed");
    let rules = Ruleset::embedded();
    let mock = mock_files::NAMES.map(|name| (name, serde_json::to_vec(&mock_files::wrapped(name)).expect("it is JSON")));
    for (name, body) in mock.into_iter().chain([("household", HOUSEHOLD.to_vec())]) {
        let context = ReadContext { now: "2026-11-22T00:00:00Z".parse().expect("an instant"), time_zone: TimeZone::UTC };
        let submission = parse(&body, &context).unwrap_or_else(|rejection| panic!("{name}: {rejection:?}"));
        let analysis = analyse(&submission, &rules, date(2026, 11, 22));
        let stamp = Stamp {
            insights_id: Uuid::from_u128(0x8c3f_5d2a_4f6b_4c1e_9a70_0123_4567_89ab),
            client_id: "lender",
            client_name: "Lender",
            accepted_at: context.now,
            order_ids: &vec![Uuid::from_u128(0x8c3f_5d2a_4f6b_4c1e_9a70_0123_4567_89ac); submission.orders.len()],
            input_digest: [7; 32],
        };
        let written = document(&analysis, &submission, &rules, &stamp);
        let document: Value = serde_json::from_slice(&assemble(&written.head, &written.reports)).expect("it is JSON");
        let faults: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{name} at {}: {} ({})", error.instance_path(), error.masked(), error.schema_path()))
            .collect();
        assert!(faults.is_empty(), "{}", faults[..faults.len().min(20)].join("\n"));
    }
}

fn request_examples(document: &Document) -> Vec<(String, Value)> {
    let examples =
        document.root().pointer(&format!("/paths/{}/post/requestBody/content/application~1json/examples", BASE.replace('/', "~1")));
    let examples = examples.and_then(Value::as_object).expect("the POST has examples");
    assert!(examples.len() >= 2);
    examples.iter().map(|(name, example)| (name.clone(), example["value"].clone())).collect()
}

/// What may be put in the place of any member.
fn replacements() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("\u{0}"),
        json!("nonsense"),
        json!("12.5"),
        json!("12.50"),
        json!("2026-02-30"),
        json!("2026-11-22"),
        json!("2026-11-22T08:00:00+11:00"),
        json!(12),
        json!(-0.5),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
        json!([1]),
        json!([null]),
    ]
}

#[test]
fn the_request_schema_and_the_parser_agree_on_every_member() {
    let document = Document::read();
    let schema = document.schema(REQUEST);
    let mut disagreements = Vec::new();
    let mut tried = 0;
    for (name, payload) in request_examples(&document) {
        for pointer in pointers(&payload) {
            let mut changed: Vec<(String, Value)> = replacements()
                .into_iter()
                .map(|replacement| {
                    let mut changed = payload.clone();
                    *changed.pointer_mut(&pointer).expect("a pointer into the payload") = replacement.clone();
                    (format!("{replacement}"), changed)
                })
                .collect();
            changed.extend(without(&payload, &pointer).map(|changed| ("nothing".to_owned(), changed)));
            for (replacement, changed) in changed {
                tried += 1;
                let verdict = verdict(&changed);
                let is_valid = schema.is_valid(&changed);
                // 422 is for what a schema cannot say; some of it (an empty array) it can.
                if (verdict == 400 && is_valid) || (verdict == 201 && !is_valid) {
                    let schema_says = if is_valid { "valid" } else { "invalid" };
                    disagreements.push(format!("{name} {pointer} = {replacement}: the parser says {verdict}, the schema {schema_says}"));
                }
            }
        }
    }
    assert!(tried > 1000, "{tried}");
    assert!(disagreements.is_empty(), "{} of {tried}\n{}", disagreements.len(), disagreements.join("\n"));
}

/// The status that a payload would get.
fn verdict(payload: &Value) -> u16 {
    let context = ReadContext {
        now: "2026-11-21T22:00:00Z".parse().expect("a time"),
        time_zone: TimeZone::get("Australia/Sydney").expect("the zone is bundled"),
    };
    match parse(payload.to_string().as_bytes(), &context) {
        Ok(_) => 201,
        Err(rejection) if rejection.is_unprocessable() => 422,
        Err(_) => 400,
    }
}

/// A pointer to every value in a value, but the whole.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
            Value::Array(elements) => elements.iter().enumerate().map(|(index, element)| (index.to_string(), element)).collect(),
            _ => Vec::new(),
        };
        for (name, member) in members {
            let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            found.push(at.clone());
            walk(member, &at, found);
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// The value without one member of one of its objects.
fn without(value: &Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut changed = value.clone();
    changed.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
    Some(changed)
}

#[test]
fn what_holders_really_send_is_valid_too() {
    let schema = Document::read().schema(REQUEST);
    let row = |member: &str, value: Value| {
        let mut payload = minimal();
        payload["data"]["transactions"][0][member] = value;
        payload
    };
    for payload in [
        row("amount", json!(-54.2)),
        row("amount", json!("-54.2049")),
        row("postingDateTime", json!("2026-11-20T03:15:00.123456789+10:30")),
        row("status", json!("PENDING")),
        row("reference", Value::Null),
        row("merchantCategoryCode", json!("54")),
        row("type", json!("SOMETHING_NEW")),
        row("holder-extension", json!({ "any": ["thing"] })),
        row("extendedData", json!({ "service": "X2P1.01", "x2p101Payload": { "extendedDescription": "Rent" } })),
    ] {
        assert_eq!(verdict(&payload), 201, "{payload}");
        assert!(schema.is_valid(&payload), "{payload}");
    }
}

#[test]
fn the_documents_own_examples_fit_its_schemas() {
    let document = Document::read();
    let mut checked = 0;
    let responses = document.root()["components"]["responses"].as_object().expect("there are responses");
    let inline = document.operations().into_iter().flat_map(|operation| {
        let at = format!("/paths/{}/{}/responses", operation.path.replace('/', "~1"), operation.method);
        document.responses(&operation).into_keys().map(move |status| format!("{at}/{status}")).collect::<Vec<_>>()
    });
    for at in responses.keys().map(|name| format!("/components/responses/{name}")).chain(inline) {
        let content = format!("{at}/content/application~1json");
        if let Some(example) = document.root().pointer(&format!("{content}/example")) {
            let schema = document.schema(&format!("{content}/schema"));
            let faults: Vec<String> = schema.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{at}: {faults:?}");
            checked += 1;
        }
    }
    for (name, schema) in document.root()["components"]["schemas"].as_object().expect("there are schemas") {
        let validator = document.schema(&format!("/components/schemas/{name}"));
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert!(validator.is_valid(example), "{name}: {example}");
            checked += 1;
        }
    }
    assert!(checked > 8, "{checked}");
}

#[test]
fn every_component_is_used() {
    let document = Document::read();
    for kind in ["parameters", "headers", "responses", "schemas"] {
        for name in document.root()["components"][kind].as_object().expect("there are components").keys() {
            let reference = format!("'#/components/{kind}/{name}'");
            assert!(document::TEXT.contains(&reference), "{reference} is used nowhere");
        }
    }
}

#[test]
fn the_categories_of_the_document_are_those_of_the_rules() {
    let document = Document::read();
    let taxonomy: toml::Table = include_str!("../src/analysis/rules/taxonomy.toml").parse().expect("the taxonomy is TOML");
    for (kind, schema) in [("group", "CategoryGroupCode"), ("category", "CategoryCode")] {
        let due: Vec<&str> =
            taxonomy[kind].as_array().expect("a list").iter().map(|entry| entry["code"].as_str().expect("a code")).collect();
        let listed = document.root()["components"]["schemas"][schema]["x-extensible-enum"].as_array().expect("a list");
        assert_eq!(listed.iter().map(|code| code.as_str().expect("a code")).collect::<Vec<_>>(), due);
    }
}
