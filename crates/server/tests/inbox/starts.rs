use serde_json::{Value, json};

use super::{CONVERSATIONS, inbox, messages, own_agent, start, start_with};
use crate::harness::{Account, Stead};

on_both!(
    a_conversation_is_started_once_and_then_got,
    a_person_is_found_by_their_handle,
    of_many_starts_one_is_made,
    what_cannot_be_started,
    a_start_with_a_key_is_repeated,
);

async fn a_conversation_is_started_once_and_then_got(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let answer = start(&ann, &mia).await;
    let location = answer.header("location").unwrap().to_owned();
    let first = answer.expect(201);
    assert_eq!(first, json!({"id": first["id"], "chat_type": "profile", "is_new": true}));
    assert_eq!(location, format!("/api/v1{}", messages(&first)));
    for again in [start(&ann, &mia).await, start(&mia, &ann).await] {
        assert_eq!(again.expect(200), json!({"id": first["id"], "chat_type": "profile", "is_new": false}));
    }
    // It is the direct channel.
    let direct = json!({"kind": "direct", "user_ids": [ann.id()]});
    assert_eq!(mia.post("/channels", direct).await.expect(200)["id"], first["id"]);
    // With an agent it is a thread, and not one of those made elsewhere.
    let talk = mia.talk().await;
    let with_agent = start_with(&mia, mia.default_agent()).await.expect(201);
    assert_eq!((&with_agent["chat_type"], &with_agent["is_new"]), (&json!("agent"), &json!(true)));
    assert_ne!(with_agent["id"], *talk.id);
    let again = start_with(&mia, mia.default_agent()).await.expect(200);
    assert_eq!(again, json!({"id": with_agent["id"], "chat_type": "agent", "is_new": false}));
    let thread = format!("/chat/default/threads/{}", with_agent["id"].as_str().unwrap());
    mia.get(&thread).await.expect(200);
    assert_ne!(start_with(&ann, mia.default_agent()).await.expect(201)["id"], with_agent["id"]);
    // What is deleted is begun anew.
    mia.delete(&thread).await.expect(204);
    assert_ne!(start_with(&mia, mia.default_agent()).await.expect(201)["id"], with_agent["id"]);
    // The router answers at the root too.
    let root = ann.at_root().post(CONVERSATIONS, json!({"target_user_id": mia.id(), "chat_type": "profile"}));
    assert_eq!(root.await.expect(200)["id"], first["id"]);
}

async fn a_person_is_found_by_their_handle(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let by_handle = json!({"target_handle": "MIA", "chat_type": "profile"});
    let first = ann.post(CONVERSATIONS, by_handle.clone()).await.expect(201);
    assert_eq!(start(&ann, &mia).await.expect(200)["id"], first["id"]);
    let agent = own_agent(&mia).await;
    let of_mia = json!({"target_handle": "mia", "chat_type": "agent", "target_avee_id": agent["id"]});
    let with_agent = ann.post(CONVERSATIONS, of_mia).await.expect(201);
    let of_mia = json!({"target_user_id": mia.id(), "chat_type": "agent", "target_avee_id": agent["id"]});
    assert_eq!(ann.post(CONVERSATIONS, of_mia).await.expect(200)["id"], with_agent["id"]);
    mia.delete("/users/me").await.expect(204);
    ann.post(CONVERSATIONS, by_handle).await.refused(404, "not_found");
    assert_eq!(start(&ann, &mia).await.expect(200)["id"], first["id"], "what was said stays");
}

async fn of_many_starts_one_is_made(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agent = ann.default_agent().to_owned();
    let starts = (0..16).map(|n| {
        let (one, other, agent) = if n % 2 == 0 { (&ann, &mia, None) } else { (&ann, &mia, Some(agent.clone())) };
        let (one, other) = if n % 4 == 0 { (other.clone(), one.clone()) } else { (one.clone(), other.clone()) };
        async move {
            let answer = match agent {
                Some(agent) => start_with(&one, &agent).await,
                None => start(&one, &other).await,
            };
            (answer.status, answer.json())
        }
    });
    let answers: Vec<(u16, Value)> = futures_util::future::join_all(starts).await;
    for kind in ["profile", "agent"] {
        let of_kind: Vec<_> = answers.iter().filter(|(_, body)| body["chat_type"] == kind).collect();
        assert_eq!(of_kind.len(), 8, "{answers:?}");
        assert_eq!(of_kind.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
        assert!(of_kind.iter().all(|(status, body)| matches!(status, 200 | 201) && body["id"] == of_kind[0].1["id"]));
    }
    assert_eq!(inbox(&ann).await.len(), 2);
}

async fn what_cannot_be_started(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let mia = ann.invite("mia", "member").await;
    let hidden = mia.agent("hidden").await["id"].clone();
    let (of_mia, of_bob) = (own_agent(&mia).await["id"].clone(), own_agent(&bob).await["id"].clone());
    let try_it = async |body: Value| ann.post(CONVERSATIONS, body).await;
    let unknown = "0189aaaa-0000-7000-8000-000000000000";
    for (field, body) in [
        ("target_user_id", json!({"target_user_id": ann.id(), "chat_type": "profile"})),
        ("target_handle", json!({"target_handle": "Ann", "chat_type": "profile"})),
        ("chat_type", json!({"target_user_id": mia.id()})),
        ("chat_type", json!({"target_user_id": mia.id(), "chat_type": "group"})),
        ("target_user_id", json!({"chat_type": "profile"})),
        ("target_user_id", json!({"target_user_id": "mia", "chat_type": "profile"})),
        ("target_handle", json!({"target_user_id": mia.id(), "target_handle": "mia", "chat_type": "profile"})),
        ("target_handle", json!({"target_handle": "m i a", "chat_type": "profile"})),
        ("target_avee_id", json!({"target_user_id": mia.id(), "chat_type": "agent"})),
        ("target_avee_id", json!({"target_user_id": mia.id(), "chat_type": "profile", "target_avee_id": of_mia})),
        ("target_avee_id", json!({"target_user_id": ann.id(), "chat_type": "agent", "target_avee_id": of_mia})),
        ("topic", json!({"target_user_id": mia.id(), "chat_type": "profile", "topic": "x"})),
    ] {
        try_it(body).await.complains_about(field);
    }
    for body in [
        json!({"target_user_id": unknown, "chat_type": "profile"}),
        json!({"target_user_id": bob.id(), "chat_type": "profile"}),
        json!({"target_handle": "bob", "chat_type": "profile"}),
        json!({"target_handle": "nobody", "chat_type": "profile"}),
        json!({"chat_type": "agent", "target_avee_id": unknown}),
        json!({"chat_type": "agent", "target_avee_id": of_bob}),
        json!({"chat_type": "agent", "target_avee_id": hidden}),
        json!({"target_handle": "bob", "chat_type": "agent", "target_avee_id": of_mia}),
    ] {
        try_it(body).await.refused(404, "not_found");
    }
    assert_eq!(inbox(&ann).await, Vec::<Value>::new());
    // One's own agents are there to be talked to.
    start_with(&mia, hidden.as_str().unwrap()).await.expect(201);
}

async fn a_start_with_a_key_is_repeated(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agent = json!({"chat_type": "agent", "target_avee_id": ann.default_agent()});
    let person = json!({"chat_type": "profile", "target_user_id": mia.id()});
    for (key, body) in [("one", &agent), ("two", &person)] {
        let post = |account: &Account| account.post(CONVERSATIONS, body.clone()).key(key);
        let first = post(&ann).await.expect(201);
        let again = post(&ann).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.expect(201), first);
    }
    ann.post(CONVERSATIONS, agent.clone()).key("two").await.refused(409, "idempotency_mismatch");
    let thread = ann.post(CONVERSATIONS, agent.clone()).await.expect(200);
    ann.delete(&format!("/chat/default/threads/{}", thread["id"].as_str().unwrap())).await.expect(204);
    ann.post(CONVERSATIONS, agent).key("one").await.refused(404, "not_found");
}
