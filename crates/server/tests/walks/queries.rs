use crate::harness::{Stead, World, world::operations};

on_both!(every_operation_refuses_an_unknown_query_parameter);

async fn every_operation_refuses_an_unknown_query_parameter(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for operation in operations() {
        for query in ["surprise=1", "surprise", "id=1&surprise=2"] {
            let path = world.path(operation);
            let separator = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{separator}{query}");
            let call = world.account.at_root().call(operation.method.clone(), &path);
            let call = crate::harness::world::filled(call, operation);
            let answer = call.await;
            assert_eq!(answer.status, 400, "{}: {}", answer.sent, answer.text());
            answer.refused(400, "invalid_request");
        }
    }
    // None of them has done anything.
    world.account.get("/users/me").await.expect(200);
    let thread = format!("/chat/{}/threads/{}", world.agent, world.thread);
    assert_eq!(world.account.get(&thread).await.expect(200)["message_count"], 2);
    assert_eq!(world.account.get("/agents").await.expect(200)["agents"].as_array().unwrap().len(), 3);
}
