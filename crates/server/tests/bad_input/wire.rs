use crate::harness::{Stead, raw};

on_both!(
    large_headers_are_no_failure_of_the_server,
    what_is_no_http_is_no_failure_of_the_server,
    a_request_id_is_taken_over_where_it_is_sane
);

async fn large_headers_are_no_failure_of_the_server(stead: Stead) {
    let ann = stead.register("ann").await;
    let large = format!("x-large: {}\r\n", "x".repeat(16 * 1024));
    raw::get(&ann, b"/api/v1/users/me", large.as_bytes()).await.refused(401);
    let token = format!("authorization: Bearer {}\r\n", "x".repeat(16 * 1024));
    raw::get(&ann, b"/api/v1/users/me", token.as_bytes()).await.refused(401);
    for odd in [
        &b"authorization: Bearer \xff\xfe\r\n"[..],
        b"authorization: \r\n",
        b"authorization: Bearer\r\n",
        b"authorization: bearer  x y\r\n",
        b"cookie: \xff=\xfe; stead_access=\r\n",
    ] {
        raw::get(&ann, b"/api/v1/users/me", odd).await.refused(401);
    }
    // Beyond what any server reads: refused, or cut off, but nothing else suffers.
    let huge = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-huge: {}\r\n\r\n", "x".repeat(1024 * 1024));
    if let Some(answer) = raw::send(&ann, huge.as_bytes()).await {
        assert!((400..500).contains(&answer.status), "{}", answer.head);
    }
    let many = "x-many: 1\r\n".repeat(2_000);
    let many = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{many}\r\n");
    if let Some(answer) = raw::send(&ann, many.as_bytes()).await {
        assert!(answer.status < 500, "{}", answer.head);
    }
    ann.get("/users/me").await.expect(200);
}

async fn what_is_no_http_is_no_failure_of_the_server(stead: Stead) {
    let ann = stead.register("ann").await;
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}",
        b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n{}",
        b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n",
    ] {
        if let Some(answer) = raw::send(&ann, bytes).await {
            assert!((400..500).contains(&answer.status), "{}: {}", String::from_utf8_lossy(bytes), answer.head);
        }
    }
    ann.get("/users/me").await.expect(200);
}

async fn a_request_id_is_taken_over_where_it_is_sane(stead: Stead) {
    let ann = stead.register("ann").await;
    let id = "7f3a-Request_1";
    let answer = ann.get("/users/me").header("x-request-id", id).await;
    assert_eq!(answer.header("x-request-id"), Some(id));
    let refused = ann.get("/agents/x").header("x-request-id", id).await;
    assert_eq!(refused.refused(400, "invalid_request")["request_id"], id);
    for strange in ["<script>", "a b", "", &"x".repeat(300)] {
        let answer = ann.get("/users/me").header("x-request-id", strange).await;
        assert_ne!(answer.header("x-request-id"), Some(strange));
        answer.expect(200);
    }
    let (one, other) = (ann.get("/users/me").await, ann.get("/users/me").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
