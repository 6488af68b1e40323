use std::collections::HashSet;

use serde_json::{Map, Value};
use stead_domain::event::EventKind;

use super::*;

fn json() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, &Map<String, Value>)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'static str)| (path.clone(), item);
    let mut all = Vec::new();
    for (path, item) in paths {
        for method in ["get", "put", "post", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                let (path, method) = of_path((path, method));
                all.push((path, method.to_owned(), operation.as_object().unwrap()));
            }
        }
    }
    all
}

#[test]
fn it_is_the_same_every_time() {
    assert_eq!(openapi_json(), openapi_json());
    assert!(openapi_json().ends_with("}\n"));
    assert_eq!(json()["openapi"], "3.1.0");
}

#[test]
fn exactly_the_operations_of_the_contract() {
    let document = json();
    let served: Vec<_> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    let thread = "/api/v1/chat/{agent_id}/threads/{thread_id}";
    let mut promised: Vec<String> = [
        "POST /api/v1/auth/register",
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/refresh",
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/ticket",
        "GET /api/v1/realtime",
        "GET /api/v1/events",
        "GET /api/v1/users/me",
        "PATCH /api/v1/users/me",
        "GET /api/v1/auth/sessions",
        "DELETE /api/v1/auth/sessions/{session_id}",
        "DELETE /api/v1/users/me",
        "PUT /api/v1/users/me/avatar",
        "DELETE /api/v1/users/me/avatar",
        "GET /api/v1/avatars/{avatar_id}",
        "GET /api/v1/users",
        "GET /api/v1/users/{user_id}",
        "PATCH /api/v1/users/{user_id}",
        "GET /api/v1/users/{user_id}/connection-status",
        "GET /api/v1/users/{user_id}/status",
        "PUT /api/v1/users/{user_id}/status",
        "GET /api/v1/profiles/{handle}",
        "POST /api/v1/invitations",
        "GET /api/v1/invitations",
        "DELETE /api/v1/invitations/{invitation_id}",
        "GET /api/v1/organization",
        "PATCH /api/v1/organization",
        "GET /api/v1/ai/channels/{channel_id}/conversations",
        "GET /api/v1/ai/channels/{channel_id}/conversations/{conversation_id}",
        "DELETE /api/v1/ai/channels/{channel_id}/conversations/{conversation_id}",
        "POST /api/v1/ai/channels/{channel_id}/query",
        "POST /api/v1/ai/channels/{channel_id}/conversations/{conversation_id}/messages",
        "GET /api/v1/ai/channels/{channel_id}/summarize",
        "GET /api/v1/ai/channels/{channel_id}/messages/{message_id}/summarize",
        "GET /api/v1/ai/usage",
        "GET /api/v1/ai/persona/me",
        "PUT /api/v1/ai/persona/me",
        "GET /api/v1/ai/persona/me/replies",
        "POST /api/v1/ai/persona/{user_id}",
        "POST /api/v1/api-keys",
        "GET /api/v1/api-keys",
        "DELETE /api/v1/api-keys/{api_key_id}",
        "POST /api/v1/agents",
        "GET /api/v1/agents",
        "GET /api/v1/agents/{agent_id}",
        "PATCH /api/v1/agents/{agent_id}",
        "DELETE /api/v1/agents/{agent_id}",
        "POST /api/v1/chat/{agent_id}/threads",
        "GET /api/v1/chat/{agent_id}/threads",
        "POST /api/v1/files",
        "GET /api/v1/files",
        "GET /api/v1/files/{file_id}",
        "DELETE /api/v1/files/{file_id}",
        "GET /api/v1/files/{file_id}/content",
        "GET /api/v1/search",
        "POST /api/v1/mcp-servers",
        "GET /api/v1/mcp-servers",
        "GET /api/v1/mcp-servers/{mcp_server_id}",
        "PATCH /api/v1/mcp-servers/{mcp_server_id}",
        "DELETE /api/v1/mcp-servers/{mcp_server_id}",
        "GET /api/v1/mcp-servers/{mcp_server_id}/tools",
        "POST /api/v1/mcp-servers/{mcp_server_id}/check",
        "GET /api/v1/agents/{agent_id}/tools",
        "PUT /api/v1/agents/{agent_id}/tools",
        "POST /api/v1/channels",
        "GET /api/v1/channels",
        "GET /api/v1/channels/me",
        "GET /api/v1/channels/{channel_id}",
        "PATCH /api/v1/channels/{channel_id}",
        "DELETE /api/v1/channels/{channel_id}",
        "GET /api/v1/channels/{channel_id}/members",
        "PUT /api/v1/channels/{channel_id}/members/{user_id}",
        "DELETE /api/v1/channels/{channel_id}/members/{user_id}",
        "POST /api/v1/channels/{channel_id}/join",
        "POST /api/v1/channels/{channel_id}/leave",
        "PUT /api/v1/channels/{channel_id}/agents/{agent_id}",
        "DELETE /api/v1/channels/{channel_id}/agents/{agent_id}",
        "POST /api/v1/channels/{channel_id}/read",
        "POST /api/v1/channels/{channel_id}/typing",
        "PUT /api/v1/channels/{channel_id}/notifications",
        "POST /api/v1/channels/{channel_id}/messages",
        "GET /api/v1/channels/{channel_id}/messages",
        "GET /api/v1/channels/{channel_id}/pins",
        "PUT /api/v1/channels/{channel_id}/pins/{message_id}",
        "DELETE /api/v1/channels/{channel_id}/pins/{message_id}",
        "GET /api/v1/messaging/conversations",
        "POST /api/v1/messaging/conversations",
        "GET /api/v1/messaging/conversations/{conversation_id}/messages",
        "POST /api/v1/messaging/conversations/{conversation_id}/messages",
        "GET /api/v1/messaging/agent-conversations",
        "GET /api/v1/messaging/agent-conversations/{conversation_id}/messages",
        "GET /api/v1/messages/{message_id}",
        "PATCH /api/v1/messages/{message_id}",
        "DELETE /api/v1/messages/{message_id}",
        "GET /api/v1/messages/{message_id}/replies",
        "GET /api/v1/messages/{message_id}/edits",
        "GET /api/v1/messages/{message_id}/reactions",
        "PUT /api/v1/messages/{message_id}/reactions/{emoji}",
        "DELETE /api/v1/messages/{message_id}/reactions/{emoji}",
        "GET /healthz",
        "GET /readyz",
        "GET /openapi.json",
    ]
    .map(str::to_owned)
    .to_vec();
    for (method, rest) in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/generate_title"),
        ("GET", "/messages"),
        ("POST", "/messages"),
        ("GET", "/runs/{run_id}"),
        ("POST", "/runs/{run_id}/cancel"),
        ("GET", "/runs/{run_id}/events"),
        ("POST", "/runs/{run_id}/approvals"),
        ("POST", "/messages/{message_id}/regenerate"),
        ("PUT", "/messages/{message_id}/feedback"),
    ] {
        promised.push(format!("{method} {thread}{rest}"));
    }
    let (served, promised): (HashSet<_>, HashSet<_>) = (served.into_iter().collect(), promised.into_iter().collect());
    assert_eq!(served, promised);
}

#[test]
fn every_operation_is_described() {
    let document = json();
    let mut ids = HashSet::new();
    let tags: HashSet<_> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty() && text.len() < 60), "{name}");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(tag)), "{name}");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}");
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name} {parameter}");
            assert!(parameter["schema"].is_object(), "{name} {parameter}");
        }
    }
}

#[test]
fn every_operation_has_examples() {
    let document = json();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        if let Some(body) = operation.get("requestBody").and_then(|body| body["content"].get("application/json")) {
            assert!(body.get("example").is_some(), "{name}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if let Some(content) = response.get("content").and_then(|content| content.get("application/json")) {
                assert!(content.get("example").is_some(), "{name} {status}");
            }
        }
    }
}

fn is_open(operation: &Map<String, Value>) -> bool {
    operation.get("security").and_then(Value::as_array).is_some_and(|ways| ways.contains(&serde_json::json!({})))
}

#[test]
fn every_operation_tells_its_scope() {
    for (path, method, operation) in operations(&json()) {
        if is_open(operation) || !path.starts_with("/api/") {
            continue;
        }
        let name = format!("{method} {path}");
        let ways = operation.get("security").and_then(Value::as_array);
        let ways = ways.unwrap_or_else(|| panic!("{name}: the table in scopes.rs does not know it"));
        let scope = ways.iter().find_map(|way| way.get("api_key"));
        let expected = match scope {
            Some(scopes) => format!("An API key needs the scope `{}`.", scopes[0].as_str().unwrap()),
            None => "API keys are not accepted.".to_owned(),
        };
        assert!(operation["description"].as_str().unwrap().ends_with(&expected), "{name}");
    }
}

#[test]
fn every_operation_tells_its_errors() {
    let document = json();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        let told: HashSet<_> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let is_open = is_open(operation);
        let is_api = path.starts_with("/api");
        assert!(told.contains("400") && told.contains("500"), "{name}");
        assert!(told.contains("503") || !is_api, "{name}");
        assert!(told.contains("401") || is_open, "{name}");
        assert!(told.contains("403") || is_open || method == "get", "{name}");
        assert!(told.contains("404") || !path.contains('{'), "{name}");
        assert!(told.contains("413") && told.contains("415") || !operation.contains_key("requestBody"), "{name}");
        assert_eq!(told.contains("429"), !["/healthz", "/readyz", "/metrics"].contains(&path.as_str()), "{name}");
        assert!(told.contains("408") || !operation.contains_key("requestBody"), "{name}");
        assert!(told.contains("431"), "{name}");
        assert!(told.iter().any(|status| status.starts_with('2') || *status == "101"), "{name}");
    }
}

#[test]
fn single_resources_have_tags() {
    let document = json();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        let responses = &operation["responses"];
        let takes = |header: &str| {
            operation.get("parameters").and_then(Value::as_array).is_some_and(|parameters| {
                parameters.iter().any(|parameter| parameter["name"] == header && parameter["in"] == "header")
            })
        };
        assert_eq!(takes("If-None-Match"), responses.get("304").is_some(), "{name}");
        assert_eq!(takes("If-Match"), responses.get("412").is_some(), "{name}");
        let is_tagged = responses.pointer("/200/headers/ETag").is_some();
        assert_eq!(is_tagged, takes("If-None-Match") || takes("If-Match"), "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, document: &Value, seen: &mut usize) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    let target = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(target).is_some(), "{reference}");
                    *seen += 1;
                }
                map.values().for_each(|value| walk(value, document, seen));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, document, seen)),
            _ => {}
        }
    }
    let document = json();
    let mut seen = 0;
    walk(&document, &document, &mut seen);
    assert!(seen > 100, "{seen}");
}

#[test]
fn requests_take_no_unknown_fields_and_say_their_limits() {
    let document = json();
    let schemas = &document["components"]["schemas"];
    for name in [
        "Register",
        "Login",
        "Refresh",
        "UpdateMe",
        "UpdateUser",
        "CreateInvitation",
        "UpdateOrganization",
        "CreateApiKey",
        "CreateAgent",
        "UpdateAgent",
        "CreateThread",
        "UpdateThread",
        "PostMessage",
    ] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
        for (field, schema) in schemas[name]["properties"].as_object().unwrap() {
            let is_text = schema["type"] == "string" || schema["type"][0] == "string";
            let is_bounded = schema.get("maxLength").is_some() || schema.get("format").is_some();
            assert!(!is_text || is_bounded, "{name}.{field}: {schema}");
        }
    }
    let required = |name: &str| -> Vec<String> { serde_json::from_value(schemas[name]["required"].clone()).unwrap() };
    assert_eq!(required("CreateAgent"), ["handle", "display_name"]);
    assert_eq!(required("PostMessage"), ["content"]);
    assert_eq!(required("Register"), ["email", "password", "handle", "display_name"]);
    assert!(schemas["UpdateAgent"].get("required").is_none());
}

#[test]
fn every_error_code_is_in_the_schema() {
    let document = json();
    let codes = document["components"]["schemas"]["Error"]["properties"]["error"]["enum"].as_array().unwrap().len();
    assert_eq!(codes, crate::error::TABLE.len());
}

#[test]
fn every_event_is_in_the_schema() {
    let document = json();
    let variants = document["components"]["schemas"]["RunEvent"]["oneOf"].as_array().unwrap().clone();
    let names: HashSet<_> =
        variants.iter().map(|variant| variant["properties"]["event"]["enum"][0].as_str().unwrap().to_owned()).collect();
    let promised = [
        "run.queued",
        "run.started",
        "run.restarted",
        "message.created",
        "message.snapshot",
        "content.delta",
        "reasoning.delta",
        "tool_call.delta",
        "approval.requested",
        "tool_call.started",
        "tool_call.completed",
        "usage",
        "message.completed",
        "run.completed",
        "run.failed",
        "run.cancelled",
        "server.closing",
    ];
    assert_eq!(names, promised.map(str::to_owned).into_iter().collect());
    let streams = operations(&document)
        .into_iter()
        .filter(|(_, _, operation)| operation["responses"].pointer("/200/content/text~1event-stream").is_some())
        .count();
    // Three of them are of threads, two beside channels, one is the log.
    assert_eq!(streams, 6);
}

/// A kind of event that the log holds without a name here would be told to nobody.
#[test]
fn everything_that_is_told_as_it_happens_is_in_the_schema() {
    let document = json();
    let variants = document["components"]["schemas"]["WhatHappened"]["oneOf"].as_array().unwrap().clone();
    let names: HashSet<_> =
        variants.iter().map(|variant| variant["properties"]["type"]["enum"][0].as_str().unwrap().to_owned()).collect();
    let own = ["hello", "resync", "heartbeat", "pong", "error", "server.closing"];
    let fleeting = ["presence.changed", "typing", "ai.typing", "content.delta"];
    // What is for the indexes alone is told to nobody.
    let kept = EventKind::ALL.into_iter().filter(|kind| *kind != EventKind::MessagesOutdated).map(EventKind::as_str);
    assert_eq!(names, own.into_iter().chain(fleeting).chain(kept).map(str::to_owned).collect());
}
