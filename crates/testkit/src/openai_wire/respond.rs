//! From a request to its response.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, body::Incoming, header};
use serde_json::{Value, json};

use super::{
    body::{Reader, WireBody, acting, whole},
    recorded::RecordedRequest,
    reply::{Before, Content, Reply},
    shared::Shared,
    side, strict,
};

pub(super) async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<WireBody>, Infallible> {
    let path = request.uri().path().to_owned();
    let is_side = [side::EMBEDDINGS, side::TRANSCRIPTIONS].contains(&path.as_str());
    if path != "/v1/chat/completions" && !is_side {
        return Ok(error(StatusCode::NOT_FOUND, "unknown_url", "unknown path"));
    }
    if request.method() != Method::POST {
        return Ok(error(StatusCode::METHOD_NOT_ALLOWED, "method_not_supported", "only POST is supported"));
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Ok(error(StatusCode::BAD_REQUEST, "unreadable", "the body broke off"));
    };
    let body = body.to_bytes();
    if is_side {
        return Ok(respond_aside(shared, &path, parts.headers, &body).await);
    }
    let body = serde_json::from_slice::<Value>(&body);
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wrong_key = shared.key.as_ref().is_some_and(|key| given != format!("Bearer {key}"));
    let refusal = match &body {
        // As OpenAI does, it repeats the key: nobody may pass that on.
        _ if wrong_key => Some((StatusCode::UNAUTHORIZED, format!("Incorrect API key provided: {given}"))),
        Err(broken) => Some((StatusCode::BAD_REQUEST, format!("the body is no JSON: {broken}"))),
        Ok(body) => strict::check(body).err().map(|why| (StatusCode::BAD_REQUEST, why)),
    };
    let recorded = RecordedRequest {
        headers: parts.headers,
        body: body.unwrap_or_default(),
        refused: refusal.as_ref().map(|(_, why)| why.clone()),
    };
    shared.progress.send_modify(|progress| progress.requests.push(recorded.clone()));
    Ok(match refusal {
        Some((StatusCode::UNAUTHORIZED, why)) => error(StatusCode::UNAUTHORIZED, "invalid_api_key", &why),
        Some((status, why)) => error(status, "invalid_request", &why),
        None => {
            let reply = shared.reply_to(&recorded);
            play(reply, &recorded, Reader::new(shared)).await
        }
    })
}

/// Answers what does not stream. Its replies are played as others are, of requests that hold nothing.
async fn respond_aside(shared: Arc<Shared>, path: &str, headers: HeaderMap, body: &Bytes) -> Response<WireBody> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wrong_key = shared.key.as_ref().is_some_and(|key| given != format!("Bearer {key}"));
    let request = side::read(path, headers, body);
    shared.progress.send_modify(|progress| progress.side_requests.push(request.clone()));
    if wrong_key {
        return error(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided");
    }
    if let Some((status, why)) = side::refusal(&request) {
        return error(status, "invalid_request", &why);
    }
    let scripted = shared.plan().side_script.pop_front();
    let reply = scripted.unwrap_or_else(|| Reply::text("").body(side::answer(&request).to_string()));
    let recorded = RecordedRequest { headers: request.headers, body: Value::Null, refused: None };
    play(reply, &recorded, Reader::new(shared)).await
}

async fn play(reply: Reply, request: &RecordedRequest, mut reader: Reader) -> Response<WireBody> {
    for before in reply.before {
        match before {
            Before::Hang => std::future::pending().await,
            Before::Gate(gate) => gate.pass().await,
            Before::Pause(pause) => tokio::time::sleep(pause).await,
        }
    }
    let (kind, body) = match reply.content {
        Content::Stream(script) => ("text/event-stream", acting(script.acts(request), reader)),
        Content::Whole(bytes) => {
            reader.done();
            ("application/json", whole(bytes))
        }
    };
    let mut response = Response::builder().status(reply.head.status);
    if !reply.head.headers.iter().any(|(name, _)| name == "content-type") {
        response = response.header(header::CONTENT_TYPE, kind);
    }
    for (name, value) in reply.head.headers {
        response = response.header(name, value);
    }
    response.body(body).expect("a scripted reply has valid headers")
}

fn error(status: StatusCode, code: &str, message: &str) -> Response<WireBody> {
    let body = json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}});
    let body = whole(Bytes::from(body.to_string()));
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .expect("a status and a body")
}
