use actix_web::{cookie::Cookie, test::TestRequest};
use serde_json::json;

use crate::harness::{Answer, Edge, get, post};

const ORIGIN: (&str, &str) = ("origin", "https://chat.example.org");

/// The value of a cookie that an answer sets.
fn set(answer: &Answer, name: &str) -> String {
    let cookies = answer.headers.get_all("set-cookie").map(|value| value.to_str().unwrap());
    let cookie = cookies.map(|text| Cookie::parse(text).unwrap()).find(|cookie| cookie.name() == name).unwrap();
    assert!(cookie.http_only() == Some(true) && cookie.secure() == Some(true), "{cookie}");
    cookie.value().to_owned()
}

async fn signed_in(edge: &Edge) -> (Cookie<'static>, Cookie<'static>) {
    edge.register("ann").await;
    let body = json!({"email": "ann@example.org", "password": "correct horse battery"});
    let answer = edge.send(post("/api/v1/auth/login").set_json(body)).await;
    let (access, refresh) = (set(&answer, "stead_access"), set(&answer, "stead_refresh"));
    (Cookie::new("stead_access", access), Cookie::new("stead_refresh", refresh))
}

#[actix_web::test]
async fn a_cookie_reads_from_anywhere_and_changes_from_here() {
    let edge = Edge::new().await;
    let (access, _) = signed_in(&edge).await;
    assert_eq!(edge.send(get("/api/v1/users/me").cookie(access.clone())).await.status, 200);
    let patch = || TestRequest::patch().uri("/api/v1/users/me").cookie(access.clone()).set_json(json!({"bio": "x"}));
    assert_eq!(edge.send(patch()).await.refusal(403), "forbidden");
    let elsewhere = patch().insert_header(("origin", "https://evil.example.org"));
    assert_eq!(edge.send(elsewhere).await.refusal(403), "forbidden");
    assert_eq!(edge.send(patch().insert_header(ORIGIN)).await.status, 200);
    assert_eq!(edge.send(patch().insert_header(("sec-fetch-site", "same-origin"))).await.status, 200);
}

#[actix_web::test]
async fn a_refresh_token_comes_in_the_body_or_the_cookie() {
    let edge = Edge::new().await;
    let (_, refresh) = signed_in(&edge).await;
    let again = || post("/api/v1/auth/refresh");
    assert_eq!(edge.send(again()).await.refusal(401), "unauthorized");
    assert_eq!(edge.send(again().cookie(refresh.clone())).await.refusal(403), "forbidden");
    let answer = edge.send(again().cookie(refresh).insert_header(ORIGIN)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let token = answer.json()["refresh_token"].clone();
    assert_eq!(token, set(&answer, "stead_refresh"));
    let answer = edge.send(again().set_json(json!({"refresh_token": token}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(edge.send(again().set_json(json!({"refresh_token": "nonsense"}))).await.refusal(401), "unauthorized");
}

#[actix_web::test]
async fn signing_out_takes_the_cookies_away() {
    let edge = Edge::new().await;
    let (access, _) = signed_in(&edge).await;
    let answer = edge.send(post("/api/v1/auth/logout").cookie(access.clone()).insert_header(ORIGIN)).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!((set(&answer, "stead_access"), set(&answer, "stead_refresh")), (String::new(), String::new()));
    assert_eq!(edge.send(get("/api/v1/users/me").cookie(access)).await.refusal(401), "unauthorized");
}

#[actix_web::test]
async fn a_bad_token_is_not_made_good_by_a_cookie() {
    let edge = Edge::new().await;
    let (access, _) = signed_in(&edge).await;
    let both = get("/api/v1/users/me").cookie(access).insert_header(("authorization", "Bearer nonsense"));
    assert_eq!(edge.send(both).await.refusal(401), "unauthorized");
}
