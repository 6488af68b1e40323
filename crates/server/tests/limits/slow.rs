use crate::harness::{Account, Setup, raw};

on_both!(
    a_slow_body_is_given_up,
    a_body_that_nobody_reads_is_not_waited_for,
    a_slow_head_is_given_up,
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

async fn large_headers_are_refused(stead: crate::harness::Stead) {
    let ann = stead.register("ann").await;
    let large = format!("x-large: {}\r\n", "x".repeat(40 * 1024));
    raw::get(&ann, b"/api/v1/users/me", large.as_bytes()).await.refused(431);
    let many = format!("x-many: {}\r\n", "x".repeat(1_000)).repeat(40);
    raw::get(&ann, b"/healthz", many.as_bytes()).await.refused(431);
    ann.get("/users/me").await.expect(200);
}
