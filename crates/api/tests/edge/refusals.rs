use actix_web::{http::header::ContentType, test::TestRequest};
use serde_json::{Value, json};

use crate::harness::{Answer, Edge, MAX_BODY, post};

const LOGIN: &str = "/api/v1/auth/login";

async fn login(edge: &Edge, body: impl Into<Vec<u8>>) -> Answer {
    edge.send(post(LOGIN).insert_header(ContentType::json()).set_payload(body.into())).await
}

fn fields(answer: &Answer) -> Vec<String> {
    let details = answer.json()["details"].as_array().cloned().unwrap_or_default();
    let mut fields: Vec<_> = details.iter().map(|detail| detail["field"].as_str().unwrap().to_owned()).collect();
    fields.sort();
    fields
}

#[actix_web::test]
async fn malformed_bodies_are_bad_requests() {
    let edge = Edge::new().await;
    let bad: [&[u8]; 9] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\"x\"",
        b"{\"email\":1,}",
        b"{\"email\":\"\xff\"}",
        b"{} {}",
        br#"{"email":"a@b.org","email":"a@b.org","password":"123456789012"}"#,
    ];
    for body in bad {
        assert_eq!(login(&edge, body).await.refusal(400), "invalid_request", "{}", String::from_utf8_lossy(body));
    }
    let nested = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(login(&edge, nested).await.refusal(400), "invalid_request");
}

#[actix_web::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let edge = Edge::new().await;
    let answer = login(&edge, r#"{"email":"nobody","passwort":"x"}"#).await;
    assert_eq!(answer.refusal(400), "invalid_request");
    assert_eq!(fields(&answer), ["email", "password", "passwort"]);
    let answer = login(&edge, r#"{"email":7,"password":"123456789012\u0000"}"#).await;
    assert_eq!(fields(&answer), ["email", "password"]);
}

#[actix_web::test]
async fn a_body_is_json_and_says_so() {
    let edge = Edge::new().await;
    let body = r#"{"email":"a@b.org","password":"123456789012"}"#;
    let send = |request: TestRequest| edge.send(request.set_payload(body));
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "nonsense", ""]
    {
        let answer = send(post(LOGIN).insert_header(("content-type", kind))).await;
        assert_eq!(answer.refusal(415), "unsupported_media_type", "{kind}");
    }
    assert_eq!(send(post(LOGIN)).await.refusal(415), "unsupported_media_type");
    let encoded = post(LOGIN).insert_header(ContentType::json()).insert_header(("content-encoding", "gzip"));
    assert_eq!(send(encoded).await.refusal(415), "unsupported_media_type");
    for kind in ["application/json", "Application/JSON; charset=\"UTF-8\""] {
        let answer = send(post(LOGIN).insert_header(("content-type", kind))).await;
        assert_eq!(answer.refusal(401), "unauthorized", "{kind}");
    }
}

#[actix_web::test]
async fn a_body_over_the_limit_is_too_large() {
    let edge = Edge::new().await;
    let of = |length: usize| {
        let frame = r#"{"email":"a@b.org","password":""}"#.len();
        format!(r#"{{"email":"a@b.org","password":"{}"}}"#, "x".repeat(length - frame))
    };
    assert_eq!(login(&edge, of(MAX_BODY)).await.refusal(400), "invalid_request");
    assert_eq!(login(&edge, of(MAX_BODY + 1)).await.refusal(413), "payload_too_large");
}

#[actix_web::test]
async fn headers_are_read_as_strictly() {
    let edge = Edge::new().await;
    let token = edge.token().await;
    let create = |key: &'static [u8]| {
        let key = actix_web::http::header::HeaderValue::from_bytes(key).unwrap();
        let request = post("/api/v1/agents").insert_header(("authorization", token.as_str()));
        edge.send(
            request.insert_header(("idempotency-key", key)).set_json(json!({"handle": "ab", "display_name": "A"})),
        )
    };
    for bad in [b"".as_slice(), b"\xe9"] {
        let answer = create(bad).await;
        assert_eq!(answer.refusal(400), "invalid_request");
        assert_eq!(fields(&answer), ["Idempotency-Key"]);
    }
    assert_eq!(create(b"good").await.status, 201);
}

#[actix_web::test]
async fn null_is_absent_in_a_post_and_refused_in_a_patch() {
    let edge = Edge::new().await;
    let token = edge.token().await;
    let with = |request: TestRequest, body: Value| {
        edge.send(request.insert_header(("authorization", token.as_str())).set_json(body))
    };
    let body = json!({"handle": "ab", "display_name": "A", "model": null, "visibility": null, "max_tool_rounds": null});
    let answer = with(post("/api/v1/agents"), body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let agent = answer.json();
    assert_eq!((&agent["visibility"], &agent["max_tool_rounds"]), (&json!("private"), &json!(8)));
    assert!(agent.get("model").is_none());
    let path = format!("/api/v1/agents/{}", agent["id"].as_str().unwrap());
    let patch = || TestRequest::patch().uri(&path);
    let answer = with(patch(), json!({"display_name": null, "visibility": null, "model": null})).await;
    assert_eq!(answer.refusal(400), "invalid_request");
    assert_eq!(fields(&answer), ["display_name", "visibility"]);
    assert_eq!(with(patch(), json!({"model": "small", "temperature": 1})).await.json()["model"], "small");
    assert!(with(patch(), json!({"model": null})).await.json().get("model").is_none());
    assert_eq!(with(patch(), json!({})).await.json()["temperature"], json!(1.0));
}
