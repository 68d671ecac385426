//! `openapi.yaml`, read to be held to: its operations, what each may answer, and validators for bodies and headers.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Registry, RegistryBuilder, ValidationError, Validator};
use serde_json::{Value, json};

/// The document, as it is committed.
pub(crate) const TEXT: &str = include_str!("../../openapi.yaml");

/// Where the document stands for its own references.
const HERE: &str = "https://openapi.test/document";
/// The same with every object of an answer closed: what it does not name may not be there.
const CLOSED: &str = "https://openapi.test/closed";

/// Headers that are HTTP's own and stand on any response.
const ANY_RESPONSE: [&str; 3] = ["content-type", "content-length", "date"];

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    /// The template, as in the document.
    pub(crate) path: String,
    /// In lower case, as in the document.
    pub(crate) method: String,
}

impl Operation {
    /// The method as HTTP has it.
    pub(crate) fn http_method(&self) -> Method {
        self.method.to_ascii_uppercase().parse().expect("a method of the document is one of HTTP")
    }
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body, decompressed.
    pub(crate) body: Vec<u8>,
}

/// The document.
pub(crate) struct Document {
    root: Value,
    registry: Registry<'static>,
}

impl Document {
    /// Reads the committed document.
    pub(crate) fn read() -> Self {
        let root: Value = serde_norway::from_str(TEXT).expect("openapi.yaml is YAML");
        let mut closed = root.clone();
        close(&mut closed["components"]["schemas"]);
        let registry = Registry::new()
            .add(HERE, root.clone())
            .and_then(|registry| registry.add(CLOSED, closed))
            .and_then(RegistryBuilder::prepare)
            .expect("the document's references resolve");
        Self { root, registry }
    }

    /// The whole document.
    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// Every operation, in order.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let paths = self.root["paths"].as_object().expect("the document has paths");
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path item is an object").keys().filter(|key| *key != "parameters");
            methods.map(|method| Operation { path: path.clone(), method: method.clone() })
        });
        operations.collect()
    }

    /// The operation itself.
    pub(crate) fn operation(&self, operation: &Operation) -> &Value {
        &self.root["paths"][&operation.path][&operation.method]
    }

    /// What an operation may answer, by status.
    pub(crate) fn responses(&self, operation: &Operation) -> BTreeMap<u16, &Value> {
        let responses = self.operation(operation)["responses"].as_object().expect("an operation has responses");
        responses.iter().map(|(status, response)| (status.parse().expect("a status is a number"), self.resolve(response))).collect()
    }

    /// A validator for the schema at a JSON Pointer of the document; unknown members are judged as the document judges them.
    pub(crate) fn schema(&self, pointer: &str) -> Validator {
        self.validator(HERE, pointer)
    }

    /// The same with every object closed: what the document does not name may not be there.
    pub(crate) fn closed_schema(&self, pointer: &str) -> Validator {
        self.validator(CLOSED, pointer)
    }

    fn validator(&self, document: &str, pointer: &str) -> Validator {
        jsonschema::options()
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&json!({ "$ref": format!("{document}#{pointer}") }))
            .unwrap_or_else(|error| panic!("{pointer}: {error}"))
    }

    /// Everything in which an answer is not what the document says of the operation.
    pub(crate) fn faults(&self, operation: &Operation, answer: &Answer) -> Vec<String> {
        let status = answer.status.as_u16();
        let responses = self.responses(operation);
        let Some(response) = responses.get(&status) else { return vec![format!("{status} is not in the document")] };
        let mut faults = self.header_faults(response, &answer.headers);
        let is_head = operation.method == "head";
        match response["content"].as_object() {
            _ if is_head && !answer.body.is_empty() => faults.push("HEAD is answered with a body".to_owned()),
            Some(_) if is_head => {}
            Some(content) => faults.extend(self.body_faults(operation, status, content, answer)),
            None if !answer.body.is_empty() => faults.push("the document has no body here".to_owned()),
            None if answer.headers.contains_key("content-type") && !is_head => faults.push("no body, but a Content-Type".to_owned()),
            None => {}
        }
        faults
    }

    fn header_faults(&self, response: &Value, headers: &HeaderMap) -> Vec<String> {
        let mut faults = Vec::new();
        let documented: BTreeMap<String, &Value> = response["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, header)| (name.to_ascii_lowercase(), self.resolve(header)))
            .collect();
        for (name, header) in &documented {
            let value = headers.get(name).map(|value| value.to_str().expect("our headers are text"));
            match value {
                None if header["required"] == true => faults.push(format!("the header {name} is missing")),
                None => {}
                Some(text) => {
                    let schema = self.resolve(&header["schema"]);
                    let value = match text.parse::<i64>() {
                        Ok(number) if schema["type"] == "integer" => json!(number),
                        _ => json!(text),
                    };
                    let validator = jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
                    faults.extend(validator.iter_errors(&value).map(|error| format!("the header {name}: {error}")));
                }
            }
        }
        let undocumented =
            headers.keys().map(HeaderName::as_str).filter(|name| !documented.contains_key(*name) && !ANY_RESPONSE.contains(name));
        faults.extend(undocumented.map(|name| format!("the header {name} is not in the document")));
        faults
    }

    fn body_faults(&self, operation: &Operation, status: u16, content: &serde_json::Map<String, Value>, answer: &Answer) -> Vec<String> {
        let media_type = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default();
        if !content.contains_key(essence) {
            return vec![format!("the media type {media_type:?} is not in the document")];
        }
        if essence != "application/json" {
            return Vec::new();
        }
        let body: Value = match serde_json::from_slice(&answer.body) {
            Ok(body) => body,
            Err(error) => return vec![format!("the body is not JSON: {error}")],
        };
        let at = self.pointer_to_response(operation, status);
        let validator = self.validator(CLOSED, &format!("{at}/content/application~1json/schema"));
        validator.iter_errors(&body).flat_map(|error| explained(&error)).collect()
    }

    fn pointer_to_response(&self, operation: &Operation, status: u16) -> String {
        let response = &self.operation(operation)["responses"][status.to_string()];
        match response["$ref"].as_str() {
            Some(reference) => reference.trim_start_matches('#').to_owned(),
            None => format!("/paths/{}/{}/responses/{status}", operation.path.replace('~', "~0").replace('/', "~1"), operation.method),
        }
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} is dangling")),
            None => value,
        }
    }
}

/// An error as text; of alternatives, the one that fits best.
fn explained(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { context } => {
            let is_of_another_kind = |error: &ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::Constant { .. });
            let distance = |errors: &&Vec<ValidationError<'_>>| (errors.iter().any(is_of_another_kind), errors.len());
            let closest = context.iter().min_by_key(distance).expect("there are alternatives");
            closest.iter().flat_map(explained).collect()
        }
        _ => vec![format!("the body at {:?}: {}", error.instance_path().to_string(), error.masked())],
    }
}

/// Forbids, in every object that a schema describes, the members that it does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Array(parts) => parts.iter_mut().for_each(close),
        Value::Object(parts) => {
            if parts.contains_key("properties") && parts.contains_key("type") && !parts.contains_key("additionalProperties") {
                parts.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            parts.values_mut().for_each(close);
        }
        _ => {}
    }
}
