use serde_json::Value;

use crate::harness::{Stead, World, contract::Operation, world::operations};

on_both!(what_another_organization_has_is_not_there);

/// Every way to put one world's ids among the other's.
fn mixtures(own: &World, foreign: &World) -> Vec<World> {
    let world = |agent: &str, thread: &str, run: &str| World {
        account: own.account.clone(),
        agent: agent.to_owned(),
        thread: thread.to_owned(),
        run: run.to_owned(),
        // A path with one of the others has nothing else in it.
        ..foreign.clone()
    };
    vec![
        world(&foreign.agent, &foreign.thread, &foreign.run),
        world(&own.agent, &foreign.thread, &foreign.run),
        world(&own.agent, &own.thread, &foreign.run),
        world(&foreign.agent, &own.thread, &own.run),
        world("default", &foreign.thread, &foreign.run),
    ]
}

async fn refusal(world: &World, operation: &Operation) -> Option<Value> {
    let answer = world.call(operation).await;
    let (status, sent) = (answer.status, answer.sent.clone());
    if status != 404 {
        return None;
    }
    let mut error = answer.refused(404, "not_found");
    error.as_object_mut().unwrap_or_else(|| panic!("{sent}")).remove("request_id");
    Some(error)
}

async fn what_another_organization_has_is_not_there(stead: Stead) {
    let (ann, bob) = (World::new(&stead, "ann").await, World::new(&stead, "bob").await);
    let before = [snapshot(&ann).await, snapshot(&bob).await];
    let nothing = World::of_nothing(&ann.account);
    let mut walked = 0;
    for operation in operations().filter(|operation| operation.path.contains('{')) {
        for (foreign, unknown) in mixtures(&ann, &bob).iter().zip(mixtures(&ann, &nothing)) {
            let path = foreign.path(operation);
            let ids = [
                &bob.agent,
                &bob.thread,
                &bob.run,
                &bob.api_key,
                &bob.user,
                &bob.session,
                &bob.invitation,
                &bob.file,
                &bob.mcp_server,
                &bob.channel,
                &bob.channel_message,
                &bob.conversation,
            ];
            let has_foreign = ids.iter().any(|id| path.contains(id.as_str()));
            if !has_foreign || path.contains("/agents/default") {
                continue;
            }
            let theirs = refusal(foreign, operation).await;
            let theirs = theirs.unwrap_or_else(|| panic!("{} {path} is not a 404", operation.method));
            let nobodys = refusal(&unknown, operation).await.expect("an unknown id is a 404");
            assert_eq!(theirs, nobodys, "{} {path}", operation.method);
            walked += 1;
        }
    }
    assert!(walked > 40, "the walk goes over the whole document: {walked}");
    // A body that names another organization's agent is no better.
    let foreign = serde_json::json!({"default_agent_id": bob.agent});
    let unknown = serde_json::json!({"default_agent_id": nothing.agent});
    let mut errors = Vec::new();
    for body in [foreign, unknown] {
        let mut error = ann.account.patch("/organization", body).await.refused(404, "not_found");
        error.as_object_mut().unwrap().remove("request_id");
        errors.push(error);
    }
    assert_eq!(errors[0], errors[1]);
    assert_eq!([snapshot(&ann).await, snapshot(&bob).await], before, "nothing has changed");
}

async fn snapshot(world: &World) -> [Value; 3] {
    let thread = format!("/chat/{}/threads/{}", world.agent, world.thread);
    [
        world.account.get("/agents").await.expect(200),
        world.account.get(&thread).await.expect(200),
        world.account.get("/organization").await.expect(200),
    ]
}
