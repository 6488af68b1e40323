use crate::harness::{
    Setup, Stead, World,
    world::{body_of, with_body},
};

on_both!(a_body_must_say_that_it_is_json, a_body_over_the_limit_is_413, a_compressed_body_is_not_unpacked);

async fn a_body_must_say_that_it_is_json(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    let call = |operation| {
        let operation: &crate::harness::contract::Operation = operation;
        world.account.at_root().call(operation.method.clone(), &world.path(operation))
    };
    for operation in with_body() {
        let body = body_of(operation).unwrap().to_string();
        for wrong in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/json2",
            "json",
            "*/*",
            "",
        ] {
            let answer = call(operation).header("content-type", wrong).bytes(body.clone()).await;
            assert_eq!(answer.status, 415, "{wrong:?} for {}: {}", answer.sent, answer.text());
            answer.refused(415, "unsupported_media_type");
        }
        call(operation).bytes(body.clone()).await.refused(415, "unsupported_media_type");
    }
    for right in ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"] {
        let patch = world.account.call(reqwest::Method::PATCH, "/users/me").header("content-type", right);
        patch.bytes(r#"{"bio":"x"}"#).await.expect(200);
    }
}

async fn a_body_over_the_limit_is_413(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__MAX_BODY_BYTES", 4_096).start().await;
    let world = World::new(&stead, "ann").await;
    for operation in with_body() {
        let call = || world.account.at_root().call(operation.method.clone(), &world.path(operation));
        call().raw_json(vec![b' '; 4_097]).await.refused(413, "payload_too_large");
        // As large as it may be, it is read, and found to be nothing.
        assert_ne!(call().raw_json(vec![b' '; 4_096]).await.status, 413);
    }
    // Nobody says how long it is.
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let origin = world.account.origin();
    let head = format!(
        "PATCH /api/v1/users/me HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         authorization: Bearer {}\r\ntransfer-encoding: chunked\r\n\r\n",
        origin.trim_start_matches("http://"),
        world.account.access_token
    );
    let request = format!("{head}{chunk}{chunk}0\r\n\r\n");
    let answer = crate::harness::raw::send(&world.account, request.as_bytes()).await.expect("an answer");
    answer.refused(413);
    world.account.get("/users/me").await.expect(200);
}

async fn a_compressed_body_is_not_unpacked(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for encoding in ["gzip", "br", "zstd", "deflate", "x-unknown"] {
        let patch = world.account.call(reqwest::Method::PATCH, "/users/me").header("content-encoding", encoding);
        let answer = patch.raw_json(r#"{"bio":"x"}"#).await;
        assert!([400, 415].contains(&answer.status), "{encoding}: {} {}", answer.status, answer.text());
    }
}
