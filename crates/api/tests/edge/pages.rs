use crate::harness::{Edge, get};

#[actix_web::test]
async fn every_answer_has_an_id_and_headers_for_browsers() {
    let edge = Edge::new().await;
    for path in ["/healthz", "/nothing", "/api/v1/agents", "/docs/"] {
        let answer = edge.send(get(path).insert_header(("x-request-id", "trace-1"))).await;
        assert_eq!(answer.header("x-request-id"), "trace-1", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        let answer = edge.send(get(path).insert_header(("x-request-id", "not sane"))).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
}

#[actix_web::test]
async fn the_root_leads_to_the_docs_which_need_nothing_else() {
    let edge = Edge::new().await;
    for path in ["/", "/docs"] {
        let answer = edge.send(get(path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (307, "/docs/"));
    }
    let page = edge.send(get("/docs/")).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
    assert!(!page.text().contains("<script>"), "the policy forbids scripts in the page");
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let answer = edge.send(get(&format!("/docs/{file}"))).await;
        assert!(answer.status == 200 && answer.body.len() > 100, "{file}");
    }
    assert_eq!(edge.send(get("/docs/nothing.js")).await.refusal(404), "not_found");
}

#[actix_web::test]
async fn the_document_is_served() {
    let edge = Edge::new().await;
    let plain = edge.send(get("/openapi.json")).await;
    assert_eq!(plain.text(), stead_api::openapi_json());
    for encoding in ["gzip", "br", "zstd"] {
        let small = edge.send(get("/openapi.json").insert_header(("accept-encoding", encoding))).await;
        assert_eq!(small.header("content-encoding"), encoding);
        assert!(small.body.len() * 4 < plain.body.len(), "{encoding}");
    }
    let picky = edge.send(get("/openapi.json").insert_header(("accept-encoding", "identity;q=0"))).await;
    assert_eq!((picky.status.as_u16(), picky.body.len()), (200, plain.body.len()));
}

#[actix_web::test]
async fn routers_answer_at_the_root_but_not_with_pages() {
    let edge = Edge::new().await;
    let token = edge.token().await;
    for path in ["/users/me", "/user/me", "/api/v1/user/me"] {
        let me = edge.send(get(path).insert_header(("authorization", token.as_str()))).await;
        assert_eq!(me.json()["handle"], "ann", "{path}");
    }
    let page = get("/users/me").insert_header(("accept", "text/html,*/*;q=0.8"));
    assert_eq!(edge.send(page).await.refusal(404), "not_found");
    assert_eq!(edge.send(get("/agents")).await.refusal(404), "not_found");
}

#[actix_web::test]
async fn a_server_that_stops_lives_but_is_not_ready() {
    let edge = Edge::new().await;
    assert_eq!(edge.send(get("/readyz")).await.json()["status"], "ready");
    edge.application.background().stopping().cancel();
    let answer = edge.send(get("/readyz")).await;
    assert_eq!(answer.refusal(503), "unavailable");
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(edge.send(get("/healthz")).await.json()["status"], "ok");
}
