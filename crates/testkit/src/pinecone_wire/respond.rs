//! From a request to its answer.

use std::{collections::HashMap, convert::Infallible, io, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header,
};
use serde_json::{Value, json};

use super::{
    fault::PineconeFault,
    operations::{Refusal, delete, list, query, stats, upsert},
    server::{PineconeRequest, PineconeServer, Shared},
};

type WireBody = UnsyncBoxBody<Bytes, io::Error>;

/// The largest request.
const MAX_REQUEST: usize = 2 * 1024 * 1024;
/// Versions of the API that this server speaks.
const VERSIONS: [&str; 2] = ["2025-04", "2025-10"];

pub(super) async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<WireBody>, Infallible> {
    let (parts, body) = request.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(broken) => return Ok(refuse(&format!("the body broke off: {broken}").into())),
    };
    let parameters = parameters(parts.uri.query().unwrap_or_default());
    let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut record = PineconeRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        parameters,
        body: json,
        bytes: bytes.len(),
        refused: None,
    };
    let fault = shared.next_fault();
    match &fault {
        Some(PineconeFault::Hangs(gate)) => {
            shared.keep(record.clone());
            gate.pass().await;
        }
        Some(PineconeFault::Status(status)) => {
            shared.keep(record.clone());
            let message = format!("{}: {}", PineconeServer::API_KEY, record.body);
            return Ok(answer(*status, &json!({"code": 13, "message": message, "details": []})));
        }
        Some(PineconeFault::Throttles(seconds)) => {
            shared.keep(record);
            let mut refused = answer(429, &json!({"code": 8, "message": "slow down", "details": []}));
            refused.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            return Ok(refused);
        }
        Some(PineconeFault::Redirects(to)) => {
            let to = format!("{to}{}", record.path);
            shared.keep(record);
            let mut redirect = answer(307, &Value::Null);
            redirect.headers_mut().insert(header::LOCATION, to.parse().expect("an address"));
            return Ok(redirect);
        }
        _ => {}
    }
    let done = perform(&shared, &record, matches!(fault, Some(PineconeFault::IgnoresTheFilter)));
    record.refused = done.as_ref().err().map(|refusal| refusal.message.clone());
    let is_query = record.path == "/query";
    if !matches!(fault, Some(PineconeFault::Hangs(_))) {
        shared.keep(record);
    }
    if let Some(PineconeFault::HangsAfterDoing(gate)) = &fault {
        gate.pass().await;
    }
    Ok(match (done, fault) {
        (_, Some(PineconeFault::Hits(hits))) if is_query => answer(200, &json!({"matches": hits, "namespace": ""})),
        (Ok(done), Some(fault)) => spoil(&done, &fault),
        (Ok(done), None) => answer(200, &done),
        (Err(refusal), _) => refuse(&refusal),
    })
}

fn perform(shared: &Shared, request: &PineconeRequest, ignores_filter: bool) -> Result<Value, Refusal> {
    check_headers(&request.headers, &request.method)?;
    if request.bytes > MAX_REQUEST {
        return Err("the request is larger than 2 MB".into());
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/vectors/upsert") => upsert(shared, &request.body),
        ("POST", "/vectors/delete") => delete(shared, &request.body),
        ("POST", "/query") => query(shared, &request.body, ignores_filter),
        ("POST", "/describe_index_stats") => stats(shared, &request.body),
        ("GET", "/vectors/list") => list(shared, &request.parameters),
        _ => Err(Refusal { status: 404, code: 12, message: "no such operation".to_owned() }),
    }
}

fn check_headers(headers: &HeaderMap, method: &str) -> Result<(), Refusal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("api-key") != PineconeServer::API_KEY {
        // Somebody repeats a wrong key: nobody may pass that on.
        let message = format!("Invalid API key {}", header("api-key"));
        return Err(Refusal { status: 401, code: 16, message });
    }
    if !VERSIONS.contains(&header("x-pinecone-api-version")) {
        return Err("the header X-Pinecone-Api-Version is missing or unknown".into());
    }
    if method == Method::POST && header("content-type") != "application/json" {
        return Err("the body must be application/json".into());
    }
    Ok(())
}

fn parameters(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

/// What a form wrote with `+` and `%`.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, later)) = rest.split_first() {
        let pair = later.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = &later[2..];
            continue;
        }
        bytes.push(if *first == b'+' { b' ' } else { *first });
        rest = later;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The answer, as the fault leaves it.
fn spoil(done: &Value, fault: &PineconeFault) -> Response<WireBody> {
    let text = done.to_string();
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let first = stream::iter([Ok(Frame::data(half))]);
    let body: WireBody = match fault {
        PineconeFault::Says(bytes) => whole(bytes.clone()),
        PineconeFault::CutsBodies => {
            let broken = stream::iter([Err(io::Error::other("cut as told"))]);
            StreamBody::new(first.chain(broken).boxed()).boxed_unsync()
        }
        PineconeFault::StallsBodies => StreamBody::new(first.chain(stream::pending()).boxed()).boxed_unsync(),
        PineconeFault::Endless => {
            let spaces = Bytes::from_static(&[b' '; 64 * 1024]);
            let endless = stream::repeat_with(move || Ok(Frame::data(spaces.clone())));
            StreamBody::new(endless.boxed()).boxed_unsync()
        }
        _ => whole(text.into()),
    };
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(body).expect("a response")
}

fn refuse(refusal: &Refusal) -> Response<WireBody> {
    answer(refusal.status, &json!({"code": refusal.code, "message": refusal.message, "details": []}))
}

fn answer(status: u16, body: &Value) -> Response<WireBody> {
    Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(whole(body.to_string().into()))
        .expect("a response")
}

fn whole(bytes: Bytes) -> WireBody {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}
