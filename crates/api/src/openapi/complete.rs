use utoipa::openapi::{
    OpenApi, PathItem, RefOr, ResponseBuilder,
    path::{Operation, ParameterIn},
};

use super::{errors, texts};
use crate::middleware::FREE;

/// Adds to every operation what follows from what it is, so that every status it can answer is documented.
pub fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            for status in always(operation, method, path) {
                let missing = !operation.responses.responses.contains_key(status);
                if missing && let Some(reference) = errors::reference(status) {
                    operation.responses.responses.insert(status.to_owned(), RefOr::Ref(reference));
                }
            }
            describe(operation);
        }
    }
    let components = document.components.get_or_insert_default();
    errors::components(components);
    texts::patterns(components);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Head,
    Post,
    Other,
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, head, .. } = item;
    let all = [
        (Method::Get, get),
        (Method::Head, head),
        (Method::Post, post),
        (Method::Other, put),
        (Method::Other, patch),
        (Method::Other, delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The errors that an operation of its kind can always answer.
fn always(operation: &Operation, method: Method, path: &str) -> Vec<&'static str> {
    let is_open = operation.security.is_some();
    let is_api = path.starts_with("/api/");
    // A POST that needs no body still refuses one that says something.
    let takes_body = operation.request_body.is_some() || method == Method::Post;
    let statuses = [
        ("400", true),
        ("401", !is_open),
        // Where one signs in, API keys are refused.
        ("403", !is_open || path.starts_with("/api/v1/auth/")),
        // What an earlier request with the same key made may be gone.
        ("404", path.contains('{') || takes_header(operation, "Idempotency-Key")),
        ("408", takes_body),
        ("412", takes_header(operation, "If-Match")),
        ("413", takes_body),
        ("415", takes_body),
        ("429", !FREE.contains(&path)),
        ("431", true),
        ("500", true),
        ("503", is_api),
    ];
    statuses.into_iter().filter(|(_, holds)| *holds).map(|(status, _)| status).collect()
}

fn takes_header(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Header && parameter.name == name,
        RefOr::Ref(_) => false,
    })
}

/// Gives every response its headers, and those that are errors their body.
fn describe(operation: &mut Operation) {
    let takes_key = takes_header(operation, "Idempotency-Key");
    let is_read_again = takes_header(operation, "If-None-Match");
    let is_tagged = is_read_again || takes_header(operation, "If-Match");
    if is_read_again {
        let unchanged = ResponseBuilder::new().description("It is what the client has already");
        operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged.build()));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with('2') {
            errors::header(response, "x-request-id", "RequestId");
            if takes_key {
                errors::header(response, "Idempotency-Replayed", "IdempotencyReplayed");
            }
            if is_tagged {
                errors::header(response, "ETag", "ETag");
            }
        } else if status == "304" {
            errors::header(response, "x-request-id", "RequestId");
            errors::header(response, "ETag", "ETag");
        } else {
            errors::fill(status, response);
        }
    }
}
