//! The OpenAPI document, and what a response owes to it.

use std::{fmt, sync::LazyLock};

use bytes::Bytes;
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use super::{Answer, Event, schema::Schemas, shape};

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::read);

/// What was sent, for messages and to find its operation.
#[derive(Debug, Clone)]
pub struct Sent {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub body: Option<Bytes>,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target.chars().take(300).collect::<String>())
    }
}

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// Its path, with the names of its parameters in braces.
    pub path: String,
    /// Its description in the document.
    pub about: Value,
}

/// The document.
pub struct Contract {
    document: Value,
    operations: Vec<Operation>,
    schemas: Schemas,
}

impl Contract {
    pub fn get() -> &'static Self {
        &CONTRACT
    }

    fn read() -> Self {
        let text = stead_api::openapi_json();
        let document: Value = serde_json::from_str(&text).expect("the document is JSON");
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if let Some(about) = item.get(method.as_str().to_lowercase()) {
                    operations.push(Operation { method, path: path.clone(), about: about.clone() });
                }
            }
        }
        let schemas = Schemas::new(&document);
        Self { document, operations, schemas }
    }

    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that a request goes to.
    pub fn find(&self, method: &Method, target: &str) -> Option<&Operation> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        // A path that is written out goes before one with a parameter in that place, whatever methods either takes.
        let at = self.operations.iter().map(|operation| operation.path.as_str()).filter(|known| is_at(known, path));
        let at = at.min_by_key(|known| known.matches('{').count())?;
        self.operations.iter().find(|operation| operation.method == *method && operation.path == at)
    }

    /// Whether an operation needs no credentials.
    pub fn is_open(&self, operation: &Operation) -> bool {
        let needs = operation.about.get("security").or_else(|| self.document.get("security"));
        needs.and_then(Value::as_array).is_none_or(|needs| needs.is_empty() || needs.contains(&serde_json::json!({})))
    }

    /// Checks all that is promised of every response.
    #[track_caller]
    pub fn check(&self, answer: &Answer) {
        let what = format!("{} ({})", answer.sent, answer.status);
        let request_id = answer.header("x-request-id").unwrap_or_else(|| panic!("{what}: no x-request-id"));
        assert!(answer.status != 500, "{what}: {}", answer.text());
        let kind = answer.header("content-type").unwrap_or_default();
        if answer.status >= 400 {
            assert!(kind.starts_with("application/json"), "{what}: an error of the type {kind:?}: {}", answer.text());
            shape::check_error(&answer.json(), request_id, &what);
        }
        if kind.starts_with("application/json") {
            shape::check_values(&answer.json(), &what);
        }
        let Some(operation) = self.find(&answer.sent.method, &answer.sent.target) else { return };
        let response = self.response(operation, answer.status, &what);
        match response["content"].as_object().filter(|content| !content.is_empty()) {
            None => assert!(answer.body.is_empty(), "{what}: a body where none is documented: {}", answer.text()),
            Some(content) => {
                let kind = kind.split(';').next().unwrap_or_default();
                let media = content
                    .get(kind)
                    .or_else(|| content.get("*/*"))
                    .unwrap_or_else(|| panic!("{what}: {kind:?} is not documented"));
                if kind == "application/json" {
                    let name = format!("{} {} {}", operation.method, operation.path, answer.status);
                    self.schemas.check_response(&name, &media["schema"], &answer.json(), &what);
                }
            }
        }
        if answer.status < 300 {
            self.check_request(operation, &answer.sent, &what);
        }
    }

    /// Checks the head of a response that is a stream.
    #[track_caller]
    pub fn check_stream(&self, sent: &Sent, headers: &HeaderMap) {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default();
        assert!(header("content-type").starts_with("text/event-stream"), "{sent}: {headers:?}");
        assert_eq!(header("cache-control"), "no-store", "{sent}: a stream is not kept");
        assert_eq!(header("x-accel-buffering"), "no", "{sent}: proxies do not hold a stream back");
        assert!(["", "identity"].contains(&header("content-encoding")), "{sent}: a stream is not compressed");
        assert!(!header("x-request-id").is_empty(), "{sent}: no x-request-id");
    }

    /// Checks an event of a stream.
    #[track_caller]
    pub fn check_event(&self, sent: &Sent, event: &Event) {
        let what = format!("{} of {sent}", event.name);
        shape::check_values(&event.data, &what);
        let operation = self.find(&sent.method, &sent.target).unwrap_or_else(|| panic!("{what}: no such operation"));
        let response = self.response(operation, 200, &what);
        let schema = &response["content"]["text/event-stream"]["schema"];
        assert!(schema.is_object(), "{what}: the document has no schema for the events");
        let name = format!("{} {} events", operation.method, operation.path);
        // An event of the log says itself what it is.
        let told = if operation.path == "/api/v1/events" { event.data.clone() } else { Value::from(event) };
        self.schemas.check_response(&name, schema, &told, &what);
    }

    /// Whether the document allows this as the body of a request to the operation.
    pub fn allows(&self, operation: &Operation, body: &Value) -> bool {
        let name = format!("{} {} request", operation.method, operation.path);
        self.schemas.allows(&name, self.request_schema(operation).expect("an operation that takes a body"), body)
    }

    /// The schema of an operation's JSON body.
    pub fn request_schema<'a>(&'a self, operation: &'a Operation) -> Option<&'a Value> {
        let body = self.resolve(operation.about.get("requestBody")?);
        Some(self.resolve(&body["content"]["application/json"]["schema"]))
    }

    /// The fields of an operation's JSON body, and which of them it must have.
    pub fn request_fields(&self, operation: &Operation) -> (Vec<String>, Vec<String>) {
        let schema = self.request_schema(operation).expect("an operation that takes a body");
        // A body that may be left out is "this, or null".
        let choices = schema["oneOf"].as_array().into_iter().flatten().map(|choice| self.resolve(choice));
        let object = choices.chain([schema]).find(|schema| schema["properties"].is_object());
        let object = object.unwrap_or_else(|| panic!("{}: no fields in {schema}", operation.path));
        let required = object["required"].as_array().into_iter().flatten();
        (
            object["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            required.map(|name| name.as_str().expect("a name").to_owned()).collect(),
        )
    }

    /// What a `$ref` stands for.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("a reference within the document");
                self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
            }
            None => value,
        }
    }

    #[track_caller]
    fn response<'a>(&'a self, operation: &'a Operation, status: u16, what: &str) -> &'a Value {
        let response = operation.about["responses"].get(status.to_string());
        self.resolve(response.unwrap_or_else(|| panic!("{what}: the status is not documented")))
    }

    /// What was accepted is what the document allows.
    #[track_caller]
    fn check_request(&self, operation: &Operation, sent: &Sent, what: &str) {
        let Some(body) = sent.body.as_ref().filter(|body| !body.is_empty()) else { return };
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        if operation.about.get("requestBody").is_some() {
            assert!(self.allows(operation, &body), "{what}: accepted {body}, which the document does not allow");
        }
    }
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(pattern, part)| pattern.starts_with('{') && !part.is_empty() || pattern == part)
}
