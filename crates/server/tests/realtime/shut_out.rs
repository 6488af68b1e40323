//! Who may open a socket, and how long.

use serde_json::json;

use super::{
    Socket,
    socket::{request, request_with},
};
use crate::harness::Stead;

on_both!(
    a_ticket_opens_one_socket,
    a_socket_ends_with_its_sign_in_or_key,
    a_key_is_told_what_its_scopes_may_read,
    a_cookie_opens_a_socket_from_the_servers_own_pages_alone,
);

async fn a_ticket_opens_one_socket(stead: Stead) {
    let ann = stead.register("ann").await;
    let stranger = stead.stranger();
    for way in ["in the query", "in the first frame"] {
        let ticket = ann.post_nothing("/auth/ticket").await.expect(201)["ticket"].as_str().unwrap().to_owned();
        let mut socket = if way == "in the query" {
            Socket::with(request(&stranger, &format!("?ticket={ticket}"))).await
        } else {
            let mut socket = Socket::with(request(&stranger, "")).await;
            socket.send(json!({"type": "auth", "ticket": ticket})).await;
            socket
        };
        assert_eq!(socket.next().await["type"], "hello");
        assert_eq!(Socket::refused(request(&stranger, &format!("?ticket={ticket}"))).await, 401, "it was used");
    }
    assert_eq!(Socket::refused(request(&stranger, "?ticket=AAAA")).await, 401);
    let ended = ann.sign_in_again().await;
    let ticket = ended.post_nothing("/auth/ticket").await.expect(201)["ticket"].as_str().unwrap().to_owned();
    ended.post_nothing("/auth/logout").await.expect(204);
    assert_eq!(Socket::refused(request(&stranger, &format!("?ticket={ticket}"))).await, 401);
    let mut nobody = Socket::with(request(&stranger, "")).await;
    nobody.send(json!({"type": "ping"})).await;
    assert_eq!(nobody.closed().await, 4001);
    assert_eq!(Socket::refused(request_with(&stranger, "garbage", "")).await, 401);
}

async fn a_socket_ends_with_its_sign_in_or_key(stead: Stead) {
    let ann = stead.register("ann").await;
    let there = ann.sign_in_again().await;
    let (socket, _) = Socket::open(&there).await;
    there.post_nothing("/auth/logout").await.expect(204);
    assert_eq!(socket.closed().await, 4001);
    let key = ann.post("/api-keys", json!({"name": "A key", "scopes": ["events:read"]})).await.expect(201);
    let socket = Socket::with(request_with(&ann, key["secret"].as_str().unwrap(), "")).await;
    ann.delete(&format!("/api-keys/{}", key["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(socket.closed().await, 4001);
    let bob = ann.invite("bob", "member").await;
    let (socket, _) = Socket::open(&bob).await;
    ann.patch(&format!("/users/{}", bob.id()), json!({"deactivated": true})).await.expect(200);
    assert_eq!(socket.closed().await, 4001);
}

async fn a_key_is_told_what_its_scopes_may_read(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut sockets = Vec::new();
    for scopes in [json!(["events:read", "threads:read"]), json!(["events:read", "channels:read"])] {
        let key = ann.post("/api-keys", json!({"name": "A key", "scopes": scopes})).await.expect(201);
        sockets.push(Socket::open_with_key(&ann, &key).await);
    }
    let key = ann.post("/api-keys", json!({"name": "A key", "scopes": ["threads:read"]})).await.expect(201);
    assert_eq!(Socket::refused(request_with(&ann, key["secret"].as_str().unwrap(), "")).await, 403);
    ann.talk().await;
    assert_eq!(sockets[0].until("thread.created").await.last().unwrap()["data"]["thread"]["title"], "A thread");
    sockets[1].is_told_nothing().await;
}

async fn a_cookie_opens_a_socket_from_the_servers_own_pages_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let with_cookie = |origin: Option<String>| {
        let mut request = request(&stead.stranger(), "");
        let cookie = format!("stead_access={}", ann.access_token);
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        request
    };
    let mut socket = Socket::with(with_cookie(Some(ann.origin()))).await;
    assert_eq!(socket.next().await["type"], "hello");
    assert_eq!(Socket::refused(with_cookie(Some("https://evil.example".to_owned()))).await, 403);
    assert_eq!(Socket::refused(with_cookie(None)).await, 403);
}
