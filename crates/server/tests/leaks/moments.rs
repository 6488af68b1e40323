//! What was so a moment ago: what is gone is gone at once, whatever an index still holds, and who was removed while an
//! answer was being written does not get it.

use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::places::{Places, QUESTION, repeated, repeats_what_it_is_told, secret_of, secrets_in, shares_file, told};
use crate::{
    harness::{Account, Setup, eventually, talk::text},
    realtime::Socket,
    stand_ins::{finds, messages, say},
};

on_both!(
    what_is_gone_is_told_to_nobody,
    who_was_removed_has_none_of_it,
    what_a_member_asked_beside_a_channel_goes_with_their_membership,
    an_answer_whose_reader_was_removed_is_not_given,
    an_answer_whose_source_was_deleted_is_not_given,
    an_agent_in_a_thread_does_not_tell_who_was_removed,
    what_was_asked_for_is_not_told_to_who_was_removed,
    what_is_written_beside_a_channel_ends_with_their_membership,
    an_index_is_not_asked_about_nothing,
    two_who_ask_the_same_are_told_their_own,
    who_oversees_no_longer_sees_nothing,
);

/// The model repeats the secrets that it was told, once the gate is open.
fn repeats_behind(places: &Places, gate: &Gate) {
    let gate = gate.clone();
    places.house.stead.llm().answer_with(move |request| FakeReply::text(repeated(request)).behind(&gate));
}

fn membership(room: &str, who: &Account) -> String {
    format!("/channels/{room}/members/{}", who.id())
}

/// All that Ann is told and shown, in every way, of what was said in the open room.
async fn all_that_ann_hears(places: &Places) -> String {
    let Places { house, open, dm_ab, .. } = places;
    let (ann, ben, before) = (&house.ann, &house.ben, places.asked());
    let mut shown = String::new();
    for path in [
        "/search?q=pumpkin&limit=100".to_owned(),
        format!("/channels/{open}/messages?limit=100"),
        format!("/ai/channels/{open}/summarize?quantity=1&time_unit=days"),
        "/messaging/conversations".to_owned(),
    ] {
        shown.push_str(&ann.get(&path).await.expect(200).to_string());
    }
    ann.post(&format!("/ai/persona/{}", ben.id()), json!({"message": QUESTION})).await.expect(200);
    ann.post(&format!("/ai/channels/{open}/query"), json!({"query": QUESTION})).await.expect(200);
    places.asks_in(ann, dm_ab, QUESTION).await;
    places.asks_in(ann, open, &format!("@helper {QUESTION}")).await;
    places.asks_in(ann, &ann.own_channel().await, QUESTION).await;
    shown + &told(&places.asked_since(before)).iter().map(|secret| format!("{secret}-secret ")).collect::<String>()
}

async fn what_is_gone_is_told_to_nobody(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, open, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    let dan = house.newcomer("dan").await;
    let (_socket, begin) = Socket::open(ann).await;
    let kept = places.vectors.kept(text(&ann.organization["id"]).parse().unwrap()).len();
    let body = json!({"kind": "private", "name": "Late", "user_ids": [ben.id()]});
    let late = text(&ann.post("/channels", body).await.expect(201)["id"]).to_owned();
    dan.post_nothing(&format!("/channels/{open}/join")).await.expect(200);
    let said = say(ann, open, &secret_of("late-said")).await;
    let edited = say(ann, open, &secret_of("late-edited")).await;
    say(ann, &late, &secret_of("late-room")).await;
    say(&dan, open, &secret_of("late-user")).await;
    let file = shares_file(ann, open, "late-file").await;
    let late_ones = ["late-said", "late-edited", "late-room", "late-user", "late-file"];
    for secret in late_ones {
        finds(ann, &format!("%22{secret}-secret%22"), 1).await;
    }
    eventually("the index", async || {
        (places.vectors.kept(text(&ann.organization["id"]).parse().unwrap()).len() >= kept + 6).then_some(())
    })
    .await;
    let heard = all_that_ann_hears(&places).await;
    for secret in late_ones {
        assert!(heard.contains(&format!("{secret}-secret")), "it is there: {secret}");
    }
    places.turn_hostile();
    ann.delete(&format!("/messages/{}", text(&said["id"]))).await.expect(204);
    ann.patch(&format!("/messages/{}", text(&edited["id"])), json!({"content": "The pumpkin harvest is over"}))
        .await
        .expect(200);
    ann.delete(&format!("/channels/{late}")).await.expect(204);
    dan.delete("/users/me").await.expect(204);
    ann.delete(&format!("/files/{file}")).await.expect(204);
    let heard = all_that_ann_hears(&places).await;
    let still: Vec<&str> = secrets_in(&heard).into_iter().filter(|secret| secret.starts_with("late")).collect();
    assert!(still.is_empty(), "{still:?}: {heard}");
    let mut replay = Socket::open_since(ann, &begin).await;
    let mut replayed = String::new();
    while !replayed.contains("channel.deleted") {
        replayed.push_str(&replay.next().await.to_string());
    }
    let still: Vec<&str> = secrets_in(&replayed).into_iter().filter(|secret| secret.starts_with("late")).collect();
    assert!(still.is_empty(), "{still:?} came back from the log: {replayed}");
    ann.get(&format!("/files/{file}/content")).await.refused(404, "not_found");
}

async fn who_was_removed_has_none_of_it(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, dm_ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    places.turn_hostile();
    ann.delete(&membership(ab, ben)).await.expect(204);
    let before = places.asked();
    let found = ben.get("/search?q=pumpkin&limit=100").await.expect(200).to_string();
    places.asks_in(ben, &ben.own_channel().await, QUESTION).await;
    ben.post(&format!("/ai/persona/{}", ann.id()), json!({"message": QUESTION})).await.expect(200);
    ann.post(&format!("/ai/persona/{}", ben.id()), json!({"message": QUESTION})).await.expect(200);
    places.asks_in(ann, dm_ab, QUESTION).await;
    let told = told(&places.asked_since(before));
    assert!(!told.contains(&"in-ab") && !told.contains(&"file-ab") && told.contains(&"in-bc"), "{told:?}");
    assert!(!found.contains("in-ab-secret") && !found.contains("file-ab-secret"), "{found}");
}

async fn what_a_member_asked_beside_a_channel_goes_with_their_membership(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    let said = messages(ann, ab).await;
    let file = said.iter().find_map(|said| said["attachments"][0]["file_id"].as_str()).unwrap().to_owned();
    repeats_what_it_is_told(house.stead.llm());
    let query = json!({"query": secret_of("side-ben"), "fileIds": [file]});
    let asked = ben.post(&format!("/ai/channels/{ab}/query"), query).await.expect(200);
    let sidebar = text(&asked["conversation"]["id"]).to_owned();
    assert!(asked.to_string().contains("in-ab-secret") && asked.to_string().contains("file-ab-secret"), "{asked}");
    finds(ben, "%22side-ben-secret%22", 1).await;
    ann.delete(&membership(ab, ben)).await.expect(204);
    for path in [
        format!("/files/{file}"),
        format!("/files/{file}/content"),
        format!("/files?conversation_id={sidebar}"),
        format!("/files?conversation_id={ab}"),
        format!("/ai/channels/{ab}/conversations/{sidebar}"),
        format!("/ai/channels/{ab}/conversations"),
        format!("/chat/default/threads/{sidebar}"),
        format!("/chat/default/threads/{sidebar}/messages"),
        format!("/messaging/conversations/{sidebar}/messages"),
        format!("/channels/{sidebar}/messages"),
    ] {
        let answer = ben.get(&path).await;
        assert!([403, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
    }
    let found = ben.get("/search?q=pumpkin&limit=100").await.expect(200).to_string();
    let may = ["in-bc", "file-bc", "in-open", "in-left", "in-dm-ab", "in-dm-bc", "in-own-ben", "talk-ben"];
    let found = secrets_in(&found);
    assert!(found.iter().all(|secret| may.contains(secret)), "{found:?}");
    let another = ben.post("/chat/default/threads", json!({"file_ids": [file]})).await;
    assert_eq!(another.status, 400, "nor may they hang it up elsewhere: {}", another.text());
}

async fn an_answer_whose_reader_was_removed_is_not_given(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, dm_ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    // In a room: whoever asked.
    let gate = Gate::new();
    repeats_behind(&places, &gate);
    say(ben, ab, &format!("@helper {QUESTION}")).await;
    gate.reached().await;
    ann.delete(&membership(ab, ben)).await.expect(204);
    gate.open();
    house.settles().await;
    let said = messages(ann, ab).await;
    assert!(said.iter().all(|said| said["from_ai"] == false), "{said:#?}");
    // Between two: one of them, from where it was said.
    ann.put_nothing(&membership(ab, ben)).await.expect(200);
    let gate = Gate::new();
    repeats_behind(&places, &gate);
    say(ann, dm_ab, QUESTION).await;
    gate.reached().await;
    ann.delete(&membership(ab, ben)).await.expect(204);
    gate.open();
    house.settles().await;
    let said = messages(ann, dm_ab).await;
    assert!(said.iter().all(|said| said["from_ai"] == false), "{said:#?}");
    // Asked again, it is answered without.
    places.asks_in(ann, dm_ab, QUESTION).await;
    let answer = messages(ann, dm_ab).await.pop().unwrap();
    let told = secrets_in(text(&answer["content"]));
    assert!(!told.contains(&"in-ab") && told.contains(&"in-open"), "{answer}");
}

async fn an_answer_whose_source_was_deleted_is_not_given(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, dm_ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    let said = messages(ann, ab).await;
    let source = said.iter().find(|said| text(&said["content"]).contains("in-ab-secret")).unwrap();
    let gate = Gate::new();
    repeats_behind(&places, &gate);
    say(ann, dm_ab, QUESTION).await;
    gate.reached().await;
    ben.delete(&format!("/messages/{}", text(&source["id"]))).await.expect(204);
    gate.open();
    house.settles().await;
    let said = messages(ann, dm_ab).await;
    assert!(said.iter().all(|said| said["from_ai"] == false), "{said:#?}");
}

async fn an_agent_in_a_thread_does_not_tell_who_was_removed(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    let agents = ann.get("/agents").await.expect(200);
    let helper = agents["agents"].as_array().unwrap().iter().find(|agent| agent["handle"] == "helper").unwrap();
    let helper = text(&helper["id"]);
    ann.patch(&format!("/agents/{helper}"), json!({"knowledge": "shared_channels"})).await.expect(200);
    repeats_what_it_is_told(house.stead.llm());
    let knows = ben.talk_with(helper).await.say(QUESTION).await.expect(201);
    let told = secrets_in(text(&knows["content"]));
    assert_eq!(told, ["in-ab", "in-open", "file-ab"], "where both are: {knows}");
    let gate = Gate::new();
    repeats_behind(&places, &gate);
    let talk = ben.talk_with(helper).await;
    let run = talk.send(QUESTION).await;
    let ask = async { ben.post(&format!("/ai/channels/{ab}/query"), json!({"query": QUESTION})).await };
    let remove = async {
        gate.reached_by(2).await;
        ann.delete(&membership(ab, ben)).await.expect(204);
        gate.open();
    };
    let (beside, ()) = tokio::join!(ask, remove);
    assert!(secrets_in(&beside.text()).is_empty(), "{}", beside.text());
    let run = talk.ended(text(&run["id"])).await;
    assert_eq!(run["status"], "cancelled");
    let said = json!(talk.messages().await).to_string();
    assert!(secrets_in(&said).is_empty(), "{said}");
    ann.put_nothing(&membership(ab, ben)).await.expect(200);
    let beside = ben.get(&format!("/ai/channels/{ab}/conversations")).await.expect(200).to_string();
    assert!(beside.contains(QUESTION) && secrets_in(&beside).is_empty(), "{beside}");
}

async fn what_was_asked_for_is_not_told_to_who_was_removed(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    for (path, body, status) in [
        (format!("/ai/channels/{ab}/summarize?quantity=1&time_unit=days"), None, 403),
        (format!("/ai/persona/{}", ann.id()), Some(json!({"message": QUESTION})), 409),
    ] {
        let gate = Gate::new();
        repeats_behind(&places, &gate);
        let ask = async {
            match body {
                Some(body) => ben.post(&path, body).await,
                None => ben.get(&path).await,
            }
        };
        let remove = async {
            gate.reached().await;
            ann.delete(&membership(ab, ben)).await.expect(204);
            gate.open();
        };
        let (answer, ()) = tokio::join!(ask, remove);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(secrets_in(&answer.text()).is_empty(), "{}", answer.text());
        ann.put_nothing(&membership(ab, ben)).await.expect(200);
    }
}

async fn what_is_written_beside_a_channel_ends_with_their_membership(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, ab, .. } = &places;
    let (ann, ben, gate) = (&house.ann, &house.ben, Gate::new());
    house.stead.script().answers([FakeReply::text("Let me see. ").then_waits(&gate).then_text("It is in-ab-secret")]);
    let query = json!({"query": QUESTION});
    let mut events = ben.post(&format!("/ai/channels/{ab}/query"), query).stream().await;
    events.until("content.delta").await;
    gate.reached().await;
    ann.delete(&membership(ab, ben)).await.expect(204);
    let rest = events.rest().await;
    assert!(rest.iter().all(|event| !event.name.starts_with("run.") && event.name != "message.completed"), "{rest:?}");
    gate.open();
    let page = format!("/ai/channels/{ab}/conversations");
    ann.put_nothing(&membership(ab, ben)).await.expect(200);
    eventually("the run to end", async || {
        (!ben.get(&page).await.expect(200).to_string().contains("streaming")).then_some(())
    })
    .await;
}

async fn an_index_is_not_asked_about_nothing(setup: Setup) {
    let places = Places::of(setup).await;
    let (ann, ben) = (&places.house.ann, &places.house.ben);
    let ids = async |who: &Account| {
        let mine = who.get("/channels/me").await.expect(200);
        let mine = mine["channels"].as_array().unwrap().iter();
        mine.map(|room| text(&room["id"]).to_owned()).collect::<Vec<String>>()
    };
    let (asks, mine) = (json!({"message": QUESTION}), ids(ben).await);
    let preview = format!("/ai/persona/{}", ben.id());
    let before = places.vectors.queries().len();
    ann.post(&preview, asks.clone()).await.expect(200);
    assert_eq!(places.vectors.queries().len(), before + 1);
    ben.put("/ai/persona/me", json!({"excluded_channel_ids": mine})).await.expect(200);
    let asked = places.asked();
    ann.post(&preview, asks).await.expect(200);
    assert_eq!(places.vectors.queries().len(), before + 1, "there is nowhere to look");
    let told = told(&places.asked_since(asked));
    assert!(told.iter().all(|secret| *secret == "in-dm-ab"), "but for the conversation itself: {told:?}");
}

async fn two_who_ask_the_same_are_told_their_own(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, cy, eve, .. } = &places;
    let before = places.asked();
    let own = async |who: &Account| places.asks_in(who, &who.own_channel().await, QUESTION).await;
    tokio::join!(own(&house.ann), own(&house.ben), own(cy), own(eve));
    let asked = places.asked_since(before);
    assert_eq!(asked.len(), 4);
    for request in asked {
        let told = told(std::slice::from_ref(&request));
        let own: Vec<&&str> =
            told.iter().filter(|secret| secret.starts_with("in-own") || **secret == "elsewhere").collect();
        assert_eq!(own.len(), 1, "{told:?}");
        let foreign: &[&str] = match *own[0] {
            "in-own-ann" => &["in-bc", "file-bc", "in-dm-bc", "in-left", "elsewhere"],
            "in-own-ben" => &["in-dm-ac", "elsewhere"],
            "in-own-cy" => &["in-ab", "file-ab", "in-dm-ab", "in-open", "elsewhere"],
            _ => &["in-ab", "in-bc", "in-open", "in-left"],
        };
        assert!(told.iter().all(|secret| !foreign.contains(secret)), "{told:?}");
    }
}

async fn who_oversees_no_longer_sees_nothing(setup: Setup) {
    let places = Places::of(setup).await;
    let (ann, ben) = (&places.house.ann, &places.house.ben);
    let ada = ann.invite("ada", "admin").await;
    let talk = ben.talk().await;
    talk.say(&secret_of("talk-ben")).await.expect(201);
    let paths = ["/chat/default/threads?scope=organization".to_owned(), talk.at("/messages"), talk.path.clone()];
    for path in &paths {
        assert!(ada.get(path).await.expect(200).to_string().contains("talk-ben-secret"), "{path}");
    }
    ann.patch(&format!("/users/{}", ada.id()), json!({"role": "member"})).await.expect(200);
    for path in &paths {
        let answer = ada.get(path).await;
        assert!(answer.status >= 400 && secrets_in(&answer.text()).is_empty(), "{path}: {}", answer.text());
    }
}
