//! What was said, and what opens doors, is in no log line, however much is logged.

use std::fs::{self, File};

use serde_json::json;
use stead_testkit::openai_wire::Reply;

use crate::{
    harness::{
        Account, Setup,
        account::{PASSWORD, joining, registration},
        call::Address,
        eventually,
        process::Process,
        setup::Model,
        talk::text,
    },
    stand_ins::{are, direct, messages, say},
};

on_both!(nothing_that_was_said_or_opens_doors_is_logged);

/// Stands in every text.
const SAID: &str = "canary-4713";

async fn nothing_that_was_said_or_opens_doors_is_logged(setup: Setup) {
    let setup = setup.wire().await.setting("STEAD_LOG__FORMAT", "json");
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    let said = |what: &str| format!("{what} {SAID}");
    wire.answer_with(|_| Reply::text(format!("The answer {SAID}")));
    let log = setup.home.data_dir.path().join("the.log");
    let process = Process::serve_logging(&setup, &Address::default(), File::create(&log).unwrap()).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let invitation = ann.post("/invitations", json!({"role": "member"})).await.expect(201)["token"].clone();
    let joined = stranger.post("/auth/register", joining("ben", &invitation)).await.expect(201);
    let ben = Account::from_sign_in(&stranger, "ben@example.org", joined);
    let key = ann.post("/api-keys", json!({"name": "A key", "scopes": ["channels:read"]})).await.expect(201);
    ann.with_token(text(&key["secret"])).get("/channels/me").await.expect(200);
    let ticket = ann.post_nothing("/auth/ticket").await.expect(201);
    stranger
        .post("/auth/login", json!({"email": ann.email, "password": SAID.repeat(3)}))
        .await
        .refused(401, "unauthorized");
    let again = ann.sign_in_again().await;
    let refreshed = json!({"refresh_token": again.refresh_token});
    let refreshed = stranger.post("/auth/refresh", refreshed).await.expect(200);

    // By every way that a model is asked.
    let room = json!({"name": "Board", "kind": "private", "user_ids": [ben.id()], "topic": said("A topic")});
    let room = text(&ann.post("/channels", room).await.expect(201)["id"]).to_owned();
    let file = ann.upload(&format!("{SAID}.txt"), said("A file")).await;
    let body = json!({"content": said("A message"), "file_ids": [file["id"]]});
    let message = ann.post(&format!("/channels/{room}/messages"), body).await.expect(201);
    ann.patch(&format!("/messages/{}", text(&message["id"])), json!({"content": said("Edited")})).await.expect(200);
    let pair = direct(&ann, &ben).await;
    for (room, question) in
        [(&pair, said("When?")), (&room, said("@ben when?")), (&ann.own_channel().await, said("So?"))]
    {
        let before = messages(&ann, room).await.len();
        say(&ann, room, &question).await;
        are(&ann, room, before + 2).await;
    }
    let query = format!("/ai/channels/{room}/query");
    ann.post(&query, json!({"query": said("Why?"), "fileIds": [file["id"]]})).await.expect(200);
    ann.get(&format!("/ai/channels/{room}/summarize?quantity=1&time_unit=days")).await.expect(200);
    ann.put("/ai/persona/me", json!({"instructions": said("Be brief")})).await.expect(200);
    ben.post(&format!("/ai/persona/{}", ann.id()), json!({"message": said("And?")})).await.expect(200);
    let talk = ann.talk().await;
    talk.say(&said("A question")).await.expect(201);
    ann.post_nothing(&talk.at("/generate_title")).await.expect(200);
    eventually("the search to find it", async || {
        let found = ann.get(&format!("/search?q={SAID}")).await.expect(200);
        (found["results"].as_array().unwrap().len() > 4).then_some(())
    })
    .await;
    // And where it fails, with texts that come back.
    wire.answer_with(|_| Reply::status(400).json_error("bad", "invalid_request_error", SAID));
    talk.say(&said("Another question")).await;
    ann.post(&query, json!({"query": said("Once more")})).await;
    wire.answer_with(|_| Reply::pieces([SAID, SAID]).not_json_after(1));
    talk.say(&said("A third question")).await;
    for (path, body) in [
        ("/channels", json!({"name": "x", "kind": SAID})),
        ("/agents", json!({"handle": SAID, "display_name": SAID, "temperature": SAID})),
        ("/api-keys", json!({SAID: SAID})),
    ] {
        ann.post(path, body).await;
    }
    process.terminate().await;
    assert!(process.ended().await.0.success());

    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.len() > 500, "something was logged: {logged}");
    let doors = [
        text(&invitation),
        text(&key["secret"]),
        text(&ticket["ticket"]),
        &ann.access_token,
        &ann.refresh_token,
        &again.refresh_token,
        text(&refreshed["access_token"]),
        PASSWORD,
        "a-key-that-nobody-may-see",
    ];
    for secret in doors.into_iter().chain([SAID]) {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
