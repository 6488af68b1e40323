//! Everything that can be looked at, by everybody, with every id that there is: each sees what is theirs to see, all of it
//! and nothing else.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::places::{Places, repeats_what_it_is_told, secret_of, secrets_in};
use crate::harness::{
    Account, Client, Setup,
    contract::{Contract, Operation},
    talk::text,
    world::required_query,
};

on_both!(nobody_sees_what_is_not_theirs_whatever_they_ask_for);

/// Ids that belong together, by the names of the parameters that they are given for.
type Ids = Vec<(&'static str, String)>;

async fn nobody_sees_what_is_not_theirs_whatever_they_ask_for(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, cy, eve, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    let (ada, dan) = (ann.invite("ada", "admin").await, house.newcomer("dan").await);
    repeats_what_it_is_told(house.stead.llm());
    let things = things(&places).await;
    let anonymous = house.stead.stranger();
    let every: [(&str, &Client, &[&str]); 7] = [
        ("nobody", &anonymous, &[]),
        ("another organization's", eve, &["elsewhere"]),
        // An admin oversees the threads of the organization's agents, and no room that they are not in.
        ("an admin", &ada, &["talk-ann", "talk-ben"]),
        ("a member", &dan, &[]),
        ("ann", ann, &["file-ab", "in-ab", "in-dm-ab", "in-dm-ac", "in-open", "in-own-ann", "talk-ann", "talk-ben"]),
        (
            "ben",
            ben,
            &[
                "file-ab",
                "file-bc",
                "in-ab",
                "in-bc",
                "in-dm-ab",
                "in-dm-bc",
                "in-left",
                "in-open",
                "in-own-ben",
                "side-ben",
                "talk-ben",
            ],
        ),
        ("cy", cy, &["file-bc", "in-bc", "in-dm-ac", "in-dm-bc", "in-left", "in-own-cy"]),
    ];
    let operations = Contract::get().operations().iter();
    let paths: BTreeSet<String> =
        operations.flat_map(|asked| things.iter().flat_map(|ids| paths(asked, ids))).collect();
    for (name, client, may) in every {
        let mut seen = BTreeSet::new();
        for path in &paths {
            let shown = client.at_root().get(path).await;
            let secrets = secrets_in(&shown.text());
            assert!(secrets.iter().all(|secret| may.contains(secret)), "{name}: {path}: {secrets:?}");
            seen.extend(secrets);
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), may, "{name}");
    }
}

/// What a look with these ids is asked for, if it takes no others.
fn paths(operation: &Operation, ids: &Ids) -> Vec<String> {
    let named = ids.iter().fold(operation.path.clone(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    let is_live = ["/api/v1/events", "/api/v1/realtime"].contains(&named.as_str());
    if operation.method != Method::GET || named.contains('{') || is_live {
        return Vec::new();
    }
    match operation.path.as_str() {
        "/api/v1/search" => ["message", "file"]
            .map(|kind| format!("{named}?q=pumpkin&limit=100&type={kind}"))
            .into_iter()
            .chain(
                ids.iter()
                    .filter(|(name, _)| *name == "channel_id")
                    .map(|(_, id)| format!("{named}?q=pumpkin&channel_id={id}")),
            )
            .collect(),
        "/api/v1/files" => ids
            .iter()
            .filter(|(name, _)| *name == "conversation_id")
            .map(|(_, id)| format!("{named}?conversation_id={id}"))
            .chain([named.clone()])
            .collect(),
        "/api/v1/chat/{agent_id}/threads" => vec![named.clone(), format!("{named}?scope=organization")],
        _ => vec![named + required_query(operation)],
    }
}

/// Everything that holds a secret, by its ids.
async fn things(places: &Places) -> Vec<Ids> {
    let Places { house, cy, eve, ab, bc, open, left, dm_ab, dm_bc, dm_ac, .. } = places;
    let (ann, ben) = (&house.ann, &house.ben);
    let mut things = Vec::new();
    let own = [ann.own_channel().await, ben.own_channel().await, cy.own_channel().await, eve.own_channel().await];
    let rooms = [(ben, ab), (ben, bc), (ben, open), (ben, left), (ben, dm_ab), (ben, dm_bc), (ann, dm_ac)];
    for (reader, room) in rooms.into_iter().chain([ann, ben, cy, eve].into_iter().zip(&own)) {
        let said = crate::stand_ins::messages(reader, room).await;
        let holds = |said: &&Value| said["from_ai"] == false && (said["attachments"] != json!([]) || has_one(said));
        for said in said.iter().filter(holds) {
            let mut ids = vec![
                ("channel_id", room.clone()),
                ("conversation_id", room.clone()),
                ("message_id", text(&said["id"]).to_owned()),
            ];
            ids.extend(said["attachments"].as_array().unwrap().iter().map(|file| ("file_id", id_of(&file["file_id"]))));
            things.push(ids);
        }
    }
    for (who, secret) in [(ann, "talk-ann"), (ben, "talk-ben"), (eve, "elsewhere")] {
        let talk = who.talk().await;
        let answer = talk.say(&secret_of(secret)).await.expect(201);
        things.push(vec![
            ("agent_id", who.default_agent().to_owned()),
            ("thread_id", talk.id.clone()),
            ("conversation_id", talk.id.clone()),
            ("message_id", id_of(&answer["id"])),
            ("run_id", id_of(&answer["metadata"]["run_id"])),
        ]);
    }
    things.push(beside(ben, ab).await);
    things
}

fn has_one(said: &Value) -> bool {
    !secrets_in(text(&said["content"])).is_empty()
}

/// A conversation beside a channel.
async fn beside(who: &Account, channel: &str) -> Ids {
    let asked = json!({"query": secret_of("side-ben")});
    let asked = who.post(&format!("/ai/channels/{channel}/query"), asked).await.expect(200);
    let conversation = id_of(&asked["conversation"]["id"]);
    vec![
        ("agent_id", who.default_agent().to_owned()),
        ("thread_id", conversation.clone()),
        ("conversation_id", conversation),
        ("channel_id", channel.to_owned()),
        ("message_id", id_of(&asked["message"]["id"])),
    ]
}

fn id_of(value: &Value) -> String {
    text(value).to_owned()
}
