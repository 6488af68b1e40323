use std::collections::HashSet;

use actix_router::ResourceDef;
use actix_web::http::Method;
use bytes::Bytes;
use utoipa::openapi::{OpenApi, PathItem};

use crate::openapi::to_json;

/// What the server promises, made once of the document: the document itself, which methods each path takes, and which of
/// them come with a body.
pub struct Contract {
    /// The document as JSON.
    pub json: Bytes,
    routes: Vec<(ResourceDef, String)>,
    with_body: HashSet<(String, Method)>,
}

impl Contract {
    /// From the document.
    pub fn new(document: &OpenApi) -> Self {
        let routes = document.paths.paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)));
        Self { json: Bytes::from(to_json(document)), routes: routes.collect(), with_body: with_body(document) }
    }

    /// Whether the operation with this method at this pattern (`/channels/{channel_id}`) takes a body.
    pub fn takes_a_body(&self, method: &Method, pattern: &str) -> bool {
        self.with_body.contains(&(pattern.to_owned(), method.clone()))
    }

    /// The methods of a path, as in `Allow`, if it is one of the contract's.
    pub fn allowed(&self, path: &str) -> Option<&str> {
        self.routes.iter().find(|(route, _)| route.is_match(path)).map(|(_, methods)| methods.as_str())
    }

    /// The same of a path that the contract names as it is, without parameters.
    pub fn allowed_literally(&self, path: &str) -> Option<&str> {
        let found = self.routes.iter().find(|(route, _)| route.pattern() == Some(path));
        found.map(|(_, methods)| methods.as_str())
    }
}

fn with_body(document: &OpenApi) -> HashSet<(String, Method)> {
    let operations = document.paths.paths.iter().flat_map(|(path, item)| {
        [(Method::POST, &item.post), (Method::PUT, &item.put), (Method::PATCH, &item.patch)]
            .into_iter()
            .filter(|(_, operation)| operation.as_ref().is_some_and(|operation| operation.request_body.is_some()))
            .map(|(method, _)| (path.clone(), method))
    });
    operations.collect()
}

fn methods(item: &PathItem) -> String {
    let taken = [
        ("GET", item.get.is_some()),
        ("HEAD", item.head.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    let names: Vec<_> = taken.into_iter().filter(|(_, is_taken)| *is_taken).map(|(name, _)| name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[test]
    fn paths_know_their_methods() {
        let contract = Contract::new(&document());
        for (path, methods) in [
            ("/api/v1/agents", Some("GET, POST")),
            ("/api/v1/agents/anything", Some("GET, PATCH, DELETE")),
            ("/api/v1/auth/login", Some("POST")),
            ("/api/v1/chat/default/threads/x/runs/y/events", Some("GET")),
            ("/healthz", Some("GET")),
            ("/api/v1/agents/", None),
            ("/api/v1/agents/a/b", None),
            ("/api/v1", None),
            ("/", None),
        ] {
            assert_eq!(contract.allowed(path), methods, "{path}");
        }
    }

    #[test]
    fn operations_know_whether_they_take_a_body() {
        let contract = Contract::new(&document());
        for (method, pattern, takes) in [
            (Method::POST, "/api/v1/channels", true),
            (Method::PATCH, "/api/v1/channels/{channel_id}", true),
            (Method::POST, "/api/v1/channels/{channel_id}/join", false),
            (Method::PUT, "/api/v1/messages/{message_id}/reactions/{emoji}", false),
            (Method::GET, "/api/v1/channels", false),
            (Method::POST, "/api/v1/nothing", false),
        ] {
            assert_eq!(contract.takes_a_body(&method, pattern), takes, "{method} {pattern}");
        }
    }
}
