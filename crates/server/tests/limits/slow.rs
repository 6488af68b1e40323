use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{Account, Setup, patience::soon, raw};

on_both!(
    a_slow_body_is_given_up,
    a_body_that_nobody_reads_is_not_waited_for,
    a_slow_head_is_given_up,
    a_slow_head_on_a_kept_connection_is_given_up,
    a_head_that_begins_behind_another_request_is_given_up,
    what_is_slow_for_other_reasons_is_not_cut,
    large_headers_are_refused
);

/// A request whose body is announced one way or the other, and never comes to its end.
fn unfinished(account: &Account, method: &str, path: &str, announced: &str) -> Vec<u8> {
    let host = account.origin().trim_start_matches("http://").to_owned();
    format!(
        "{method} /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\n{announced}",
        account.access_token
    )
    .into_bytes()
}

async fn a_slow_body_is_given_up(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__BODY_TIMEOUT", "100ms").start().await;
    let ann = stead.register("ann").await;
    for announced in ["content-length: 20\r\n\r\n{\"bio\":", "transfer-encoding: chunked\r\n\r\n7\r\n{\"bio\":\r\n"] {
        // That there is an answer at all says that the connection was closed.
        let request = unfinished(&ann, "PATCH", "/users/me", announced);
        let answer = raw::send(&ann, &request).await.expect("an answer");
        answer.refused(408);
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
    }
    ann.patch("/users/me", serde_json::json!({"bio": "in time"})).await.expect(200);
}

async fn a_body_that_nobody_reads_is_not_waited_for(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__DISCONNECT_TIMEOUT", "1s").start().await;
    let ann = stead.register("ann").await;
    let mut requests = Vec::new();
    for announced in ["content-length: 20\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
        for (method, path, status) in
            [("GET", "/users/me", 200), ("DELETE", "/organization", 405), ("POST", "/nothing", 404)]
        {
            requests.push((unfinished(&ann, method, path, announced), status));
        }
    }
    let send = async |(request, status): &(Vec<u8>, u16)| {
        // That there is an answer at all says that the connection was closed.
        let answer = raw::send(&ann, request).await.expect("an answer");
        assert_eq!(answer.status, *status, "{}", answer.head);
    };
    futures_util::future::join_all(requests.iter().map(send)).await;
}

async fn a_slow_head_is_given_up(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__HEADER_TIMEOUT", "1s").start().await;
    let ann = stead.register("ann").await;
    let answer = raw::send(&ann, b"GET /api/v1/users/me HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(answer.is_none_or(|answer| answer.status == 408));
    ann.get("/users/me").await.expect(200);
}

/// Sends something and reads the answer to it, a JSON object.
async fn answered(socket: &mut TcpStream, bytes: &[u8]) -> String {
    socket.write_all(bytes).await.expect("it listens");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        soon("an answer", socket.read_buf(&mut answer)).await.expect("an answer");
    }
    String::from_utf8(answer).expect("text")
}

/// Sends something and reads everything until the server closes.
async fn closed_after(socket: &mut TcpStream, bytes: &[u8]) -> String {
    socket.write_all(bytes).await.expect("it listens");
    let mut answer = String::new();
    soon("the connection's end", socket.read_to_string(&mut answer)).await.expect("a clean end");
    answer
}

const HEALTHZ: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

async fn connect(account: &Account) -> TcpStream {
    TcpStream::connect(account.origin().trim_start_matches("http://")).await.expect("it listens")
}

async fn a_slow_head_on_a_kept_connection_is_given_up(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__HEADER_TIMEOUT", "1s").start().await;
    let ann = stead.register("ann").await;
    let mut socket = connect(&ann).await;
    for _ in 0..2 {
        assert!(answered(&mut socket, HEALTHZ).await.starts_with("HTTP/1.1 200"));
    }
    let begun = Instant::now();
    let answer = closed_after(&mut socket, b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"), "{answer}");
    let took = begun.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(5)).contains(&took), "{took:?}");
}

async fn a_head_that_begins_behind_another_request_is_given_up(setup: Setup) {
    let setup = setup.setting("STEAD_SERVER__HEADER_TIMEOUT", "1s").setting("STEAD_SERVER__KEEP_ALIVE", "1s");
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    // It has come in with the first request: here the time that a connection is kept counts.
    let answer = closed_after(&mut connect(&ann).await, &[HEALTHZ, b"GET /healthz HT"].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

async fn what_is_slow_for_other_reasons_is_not_cut(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__HEADER_TIMEOUT", "1s").start().await;
    let ann = stead.register("ann").await;
    let mut socket = connect(&ann).await;
    assert!(answered(&mut socket, HEALTHZ).await.starts_with("HTTP/1.1 200"));
    // A client that thinks before it sends, and one whose body takes long.
    let pause = Duration::from_millis(1_300);
    tokio::time::sleep(pause).await;
    let announced = "content-length: 14\r\n\r\n{\"bio\":";
    socket.write_all(&unfinished(&ann, "PATCH", "/users/me", announced)).await.unwrap();
    tokio::time::sleep(pause).await;
    let answer = answered(&mut socket, b"\"slow\"}").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("slow"), "{answer}");
    assert!(answered(&mut socket, HEALTHZ).await.starts_with("HTTP/1.1 200"));
}

async fn large_headers_are_refused(stead: crate::harness::Stead) {
    let ann = stead.register("ann").await;
    let large = format!("x-large: {}\r\n", "x".repeat(40 * 1024));
    raw::get(&ann, b"/api/v1/users/me", large.as_bytes()).await.refused(431);
    let many = format!("x-many: {}\r\n", "x".repeat(1_000)).repeat(40);
    raw::get(&ann, b"/healthz", many.as_bytes()).await.refused(431);
    ann.get("/users/me").await.expect(200);
}
