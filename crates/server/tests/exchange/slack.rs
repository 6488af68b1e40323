use serde_json::{Value, json};

use super::{channel, messages, refused, said, written, zipped};
use crate::harness::{
    Account, Setup,
    account::{PASSWORD, joining},
    eventually, process,
};

on_both!(
    a_workspace_comes_as_it_was,
    who_was_imported_and_is_invited_takes_over_what_they_said,
    a_repeat_leaves_what_was_changed_here,
    what_is_no_export_is_one_line,
);

/// A small workspace: Ann is here with her address, the others are not.
fn workspace() -> Vec<u8> {
    zipped(&[
        (
            "users.json",
            json!([
                {"id": "U1", "name": "annie", "profile": {"display_name": "Annie", "email": "ann@example.org"}},
                {"id": "U2", "name": "Bob.B", "real_name": "Bob", "profile": {"display_name": "", "email": "bob@example.org"}},
                {"id": "U3", "name": "ann", "profile": null},
                {"id": "U4", "name": "robot", "is_bot": true, "profile": {"bot_id": "B4", "real_name": "Robot"}},
            ]),
        ),
        (
            "channels.json",
            json!([
                {"id": "C1", "name": "general", "created": 1_500_000_000, "creator": "U2", "members": ["U1", "U2"],
                    "topic": {"value": ""}, "purpose": {"value": "All"}},
                {"id": "C2", "name": "plans", "created": 1_500_000_100, "creator": "U1", "members": ["U1", "U2", "U3"],
                    "topic": {"value": "What <https://example.org|comes>"},
                    "pins": [{"id": "1500000200.000100", "type": "C", "user": "U2", "created": 1_500_000_900}]},
            ]),
        ),
        (
            "groups.json",
            json!([{"id": "G1", "name": "secret", "created": 1_500_000_100, "creator": "U2", "members": ["U2", "U3"]}]),
        ),
        ("dms.json", json!([{"id": "D1", "created": 1_500_000_100, "members": ["U1", "U2"]}])),
        (
            "mpims.json",
            json!([{"id": "G2", "name": "mpdm-x", "created": 1_500_000_100, "creator": "U1", "members": ["U1", "U2", "U3"]}]),
        ),
        (
            "plans/2017-07-14.json",
            json!([
                {"type": "message", "user": "U2", "ts": "1500000200.000100", "text": "Hello <@U1>, *all* of <!channel> :+1:",
                    "thread_ts": "1500000200.000100", "edited": {"user": "U2", "ts": "1500000300.000000"},
                    "reactions": [{"name": "+1", "users": ["U1", "U3"]}, {"name": "partyparrot", "users": ["U1"]}]},
                {"type": "message", "user": "U1", "ts": "1500000200.000200", "text": "here is walruses.pdf",
                    "files": [{"id": "F1", "name": "walruses.pdf", "mimetype": "application/pdf", "size": 7,
                        "url_private": "https://files.example.org/walruses.pdf"}]},
                {"type": "message", "subtype": "channel_join", "user": "U3", "ts": "1500000201.000000", "text": "joined"},
            ]),
        ),
        (
            "plans/2017-07-15.json",
            json!([
                {"type": "message", "user": "U3", "ts": "1500086600.000100", "text": "a reply", "thread_ts": "1500000200.000100"},
                {"type": "message", "subtype": "bot_message", "bot_id": "B4", "ts": "1500086500.000100", "text": null,
                    "attachments": [{"fallback": "built &lt;well&gt;"}]},
                {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": "1500086700.000000", "text": "gone"},
                {"type": "message", "user": "U9", "ts": "1500086800.000000", "text": "who?", "user_profile": {"name": "zoe", "display_name": "Zoe"}},
                {"type": "message", "user": "U2", "text": "no time"},
            ]),
        ),
        (
            "secret/2017-07-14.json",
            json!([{"type": "message", "user": "U2", "ts": "1500000200.000100", "text": "hush"}]),
        ),
        ("D1/2017-07-14.json", json!([{"type": "message", "user": "U2", "ts": "1500000200.000100", "text": "psst"}])),
        (
            "mpdm-x/2017-07-14.json",
            json!([{"type": "message", "user": "U3", "ts": "1500000200.000100", "text": "we three"}]),
        ),
        (
            "general/2017-07-14.json",
            json!([{"type": "message", "user": "U2", "ts": "1500000200.000100", "text": "first"}]),
        ),
    ])
}

async fn import(setup: &Setup) -> String {
    let file = written(setup.home.data_dir.path(), "slack.zip", workspace());
    said(setup, &["import", "slack", file.to_str().unwrap(), "--organization", "ann"]).await
}

fn contents(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["content"].as_str().unwrap()).collect()
}

async fn people(ann: &Account) -> Vec<Value> {
    let page = ann.get("/users?limit=100").await.expect(200);
    page["users"].as_array().unwrap().clone()
}

async fn a_workspace_comes_as_it_was(setup: Setup) {
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    let told = import(&setup).await;
    assert!(told.contains("messages: 10 stored, 0 were there, 2 left out"), "{told}");
    let plans = channel(&ann, "plans").await;
    assert_eq!((&plans["kind"], &plans["role"]), (&json!("public"), &json!("admin")));
    assert_eq!(
        (&plans["topic"], &plans["created_by"]),
        (&json!("What [comes](https://example.org)"), &json!(ann.id()))
    );
    let found = messages(&ann, &plans).await;
    assert_eq!(
        contents(&found),
        [
            "Hello @ann, **all** of @channel 👍",
            "here is walruses.pdf\n\n[walruses.pdf](https://files.example.org/walruses.pdf)",
            "built \\<well>",
            "a reply",
            "",
            "who?",
        ]
    );
    let (first, second, reply) = (&found[0], &found[1], &found[3]);
    assert_eq!(first["created_at"], "2017-07-14T02:43:20.000100Z");
    assert_eq!(first["edited_at"], "2017-07-14T02:45:00.000000Z");
    assert_eq!(first["mentions"], json!([{"kind": "user", "id": ann.id()}, {"kind": "channel"}]));
    assert_eq!((&first["reply_count"], &reply["parent_id"]), (&json!(1), &first["id"]));
    assert_eq!((&first["reactions"][0]["emoji"], &first["reactions"][0]["count"]), (&json!("👍"), &json!(2)));
    assert_eq!(first["reactions"].as_array().unwrap().len(), 1);
    assert_eq!(second["author"]["id"], ann.id());
    assert_eq!(second["metadata"]["files"][0]["url"], "https://files.example.org/walruses.pdf");
    assert!(found[4]["deleted_at"].is_string() && found[4]["content"] == "");
    assert_eq!((&found[5]["author"]["handle"], &found[5]["author"]["display_name"]), (&json!("zoe"), &json!("Zoe")));
    let pins = ann.get(&format!("/channels/{}/pins", plans["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(pins["pins"].as_array().unwrap().len(), 1, "{pins}");
    // What was there stays; who was there is the same.
    assert_eq!(contents(&messages(&ann, &channel(&ann, "general").await).await), ["first"]);
    let page = ann.get("/channels?limit=100").await.expect(200);
    let kinds: Vec<_> =
        page["channels"].as_array().unwrap().iter().map(|channel| channel["kind"].as_str().unwrap()).collect();
    // Not of her is the private one.
    assert!(kinds.contains(&"direct") && kinds.contains(&"group") && !kinds.contains(&"private"), "{kinds:?}");
    let mine = ann.get("/channels/me").await.expect(200);
    assert!(mine["channels"].as_array().unwrap().iter().all(|channel| channel["unread_count"] == 0), "{mine}");
    let everybody = people(&ann).await;
    let bob = everybody.iter().find(|user| user["handle"] == "bob.b").unwrap();
    assert!(bob["deactivated_at"].is_string() && bob["display_name"] == "Bob", "{bob}");
    assert!(everybody.iter().any(|user| user["handle"] == "ann-2"), "{everybody:?}");
    let found =
        async || Some(ann.get("/search?q=walruses").await.expect(200)).filter(|page| page["results"][0].is_object());
    eventually("what came is found", found).await;

    // Let in, and given a password, he has what was his.
    ann.patch(&format!("/users/{}", bob["id"].as_str().unwrap()), json!({"deactivated": false})).await.expect(200);
    let reset = said(&setup, &["admin", "reset-password", "--email", "bob@example.org"]).await;
    let password = reset.split_whitespace().last().unwrap();
    let signed_in = json!({"email": "bob@example.org", "password": password});
    let signed_in = stead.stranger().post("/auth/login", signed_in).await.expect(200);
    let bob = Account::from_sign_in(&stead.stranger(), "bob@example.org", signed_in);
    let secret = channel(&bob, "secret").await;
    assert_eq!((&secret["role"], contents(&messages(&bob, &secret).await)), (&json!("admin"), vec!["hush"]));
    assert_ne!(password, PASSWORD);
}

async fn who_was_imported_and_is_invited_takes_over_what_they_said(setup: Setup) {
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    import(&setup).await;
    // Some have a channel of their own by then, without an agent.
    said(&setup, &["admin", "ensure-assistants"]).await;
    let imported = people(&ann).await.into_iter().find(|user| user["handle"] == "bob.b").unwrap();
    let invite =
        async || ann.post("/invitations", json!({"email": "bob@example.org", "role": "admin"})).await.expect(201);
    let invited = invite().await;
    let joined = stead.stranger().post("/auth/register", joining("bob", &invited["token"])).await.expect(201);
    let bob = Account::from_sign_in(&stead.stranger(), "bob@example.org", joined);
    assert_eq!((&bob.user["id"], &bob.user["role"]), (&imported["id"], &json!("admin")));
    let secret = channel(&bob, "secret").await;
    assert_eq!(contents(&messages(&bob, &secret).await), ["hush"]);
    let plans = messages(&ann, &channel(&ann, "plans").await).await;
    assert_eq!((&plans[0]["author"]["id"], &plans[0]["author"]["handle"]), (&imported["id"], &json!("bob")));
    let agents = bob.get("/agents").await.expect(200)["agents"].clone();
    let own = agents.as_array().unwrap().iter().find(|agent| agent["owner_user_id"] == bob.user["id"]).unwrap();
    let mine = bob.get("/channels?limit=100").await.expect(200)["channels"].clone();
    let with_agent: Vec<_> =
        mine.as_array().unwrap().iter().filter(|channel| channel["ai_channel"] == true).cloned().collect();
    assert_eq!((with_agent.len(), &with_agent[0]["agent_id"]), (1, &own["id"]));
    let sign_in = json!({"email": "bob@example.org", "password": PASSWORD});
    stead.stranger().post("/auth/login", sign_in).await.expect(200);

    // Who was there and is shut out is let in by nobody's invitation.
    let again = invite().await;
    ann.patch(&format!("/users/{}", bob.id()), json!({"deactivated": true})).await.expect(200);
    let refused = stead.stranger().post("/auth/register", joining("bobby", &again["token"])).await;
    let mut taken = joining("bobby", &again["token"]);
    taken["email"] = json!("bob@example.org");
    refused.complains_about("email");
    stead.stranger().post("/auth/register", taken).await.refused(409, "email_taken");
}

async fn a_repeat_leaves_what_was_changed_here(setup: Setup) {
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    import(&setup).await;
    let plans = channel(&ann, "plans").await;
    let path = format!("/channels/{}", plans["id"].as_str().unwrap());
    let before = messages(&ann, &plans).await;
    let thumb = format!("/messages/{}/reactions/%F0%9F%91%8D", before[0]["id"].as_str().unwrap());
    ann.delete(&thumb).await.expect(204);
    ann.delete(&format!("/messages/{}", before[1]["id"].as_str().unwrap())).await.expect(204);
    ann.patch(&path, json!({"name": "the plans"})).await.expect(200);
    let told = import(&setup).await;
    assert!(told.contains("people: 0 made") && told.contains("channels: 0 made"), "{told}");
    assert!(told.contains("messages: 0 stored, 10 were there"), "{told}");
    let plans = channel(&ann, "the plans").await;
    let after = messages(&ann, &plans).await;
    assert_eq!(after.len(), before.len());
    assert_eq!(after[0]["reactions"][0]["count"], 1);
    assert!(after[1]["deleted_at"].is_string() && after[1]["content"] == "");
}

async fn what_is_no_export_is_one_line(setup: Setup) {
    let stead = setup.clone().start().await;
    stead.register("ann").await;
    let folder = setup.home.data_dir.path();
    let no_zip = written(folder, "x.zip", b"x");
    let wrong = written(folder, "wrong.zip", zipped(&[("users.json", json!({"id": 1}))]));
    for (file, organization, expected) in [
        (no_zip.to_str().unwrap(), "ann", "is not a zip file"),
        (wrong.to_str().unwrap(), "ann", "users.json is not what Slack writes"),
        ("/nowhere.zip", "ann", "cannot be read"),
        (no_zip.to_str().unwrap(), "nobody", "nobody has the handle"),
        (no_zip.to_str().unwrap(), "-", "neither an id nor a handle"),
    ] {
        let organization = format!("--organization={organization}");
        let told = refused(&setup, &["import", "slack", file, &organization]).await;
        assert!(told.contains(expected), "{told}");
    }
    assert!(process::run(&["import", "slack"], &[]).await.status.code() == Some(2));
}
