use crate::harness::{Stead, World, raw, world::operations};

on_both!(an_id_that_is_none_is_refused, odd_targets_are_refused_in_shape, odd_queries_are_refused_in_shape);

async fn an_id_that_is_none_is_refused(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for operation in operations().filter(|operation| operation.path.contains('{')) {
        for (parameter, id) in [("agent", &world.agent), ("thread", &world.thread), ("run", &world.run)] {
            if !operation.path.contains(&format!("{{{parameter}_id}}")) {
                continue;
            }
            for wrong in [
                "x",
                "0",
                "-1",
                "null",
                "%20",
                "a%00b",
                "%00",
                "%ff",
                "01890000-0000-7000-8000-00000000000",
                "%F0%9F%92%A9",
                "01890000-0000-7000-8000-00000000000g",
                "%7B01890000-0000-7000-8000-000000000000%7D",
                "1'%20OR%20'1'='1",
                "urn:uuid:01890000-0000-7000-8000-000000000000",
                "01890000000070008000000000000000",
            ] {
                let path = world.path(operation).replace(id.as_str(), wrong);
                let call = world.account.at_root().call(operation.method.clone(), &path);
                let call = crate::harness::world::filled(call, operation);
                let answer = call.await;
                assert_eq!(answer.status, 400, "{}: {}", answer.sent, answer.text());
                answer.refused(400, "invalid_request");
            }
        }
    }
}

async fn odd_targets_are_refused_in_shape(stead: Stead) {
    let ann = stead.register("ann").await;
    for target in [
        &b"/%00"[..],
        b"/api/v1/%00",
        b"/%ff%fe",
        b"/a%2fb",
        b"/%",
        b"/%zz",
        b"/;a=b",
        b"//",
        b"/\\",
        b"/api/v1/agents%00",
    ] {
        let answer = raw::get(&ann, target, b"").await;
        assert!((400..500).contains(&answer.status), "{}: {}", String::from_utf8_lossy(target), answer.head);
        answer.refused(answer.status);
    }
}

async fn odd_queries_are_refused_in_shape(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for operation in operations().filter(|operation| crate::harness::world::reads(operation)) {
        for query in [
            "limit=%00",
            "%00=1",
            "limit=%ff",
            "%ff=1",
            "limit[]=1",
            "limit=1&limit=1",
            "=",
            "=1",
            "limit",
            "&&surprise",
            "a=%",
            "limit=1;offset=2",
            "Limit=1",
            "limit =1",
            "limit=%201",
            "limit=1_0",
            "limit=0x1",
            "limit=1e0",
            "limit=١",
        ] {
            let (path, query) = (world.path(operation), query.replace(' ', "%20"));
            let path = if path.contains('?') { format!("{path}&{query}") } else { format!("{path}?{query}") };
            let answer = world.account.at_root().get(&path).await;
            assert_eq!(answer.status, 400, "{}: {}", answer.sent, answer.text());
        }
        // Nothing is as good as no query.
        let path = world.path(operation);
        let is_stream = ["/events", "/realtime"].iter().any(|end| operation.path.ends_with(end));
        if !is_stream && !path.contains('?') {
            let answer = world.account.at_root().get(&format!("{path}?")).raw().await;
            // (There is nothing of theirs that they oversee.)
            assert!([200, 404].contains(&answer.status().as_u16()), "{}: {}", operation.path, answer.status());
        }
    }
}
