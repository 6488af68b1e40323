//! Every path that makes a prompt, over everybody who may take it.

use serde_json::json;

use super::places::{Places, QUESTION, secrets_in, told};
use crate::harness::{Account, Setup, talk::text};

on_both!(
    nobody_is_told_what_not_all_readers_may_read,
    whatever_the_index_says,
    nobody_finds_what_they_may_not_read,
    an_index_that_is_away_tells_nothing,
);

async fn nobody_is_told_what_not_all_readers_may_read(setup: Setup) {
    let places = Places::of(setup).await;
    every_path(&places).await;
}

async fn whatever_the_index_says(setup: Setup) {
    let places = Places::of(setup).await;
    places.turn_hostile();
    every_path(&places).await;
}

async fn an_index_that_is_away_tells_nothing(setup: Setup) {
    let places = Places::of(setup).await;
    places.vectors.break_with(stead_testkit::fakes::VectorFault::Down);
    every_path(&places).await;
}

/// Asks in every way: of what may be known some is found, and nothing else.
async fn every_path(places: &Places) {
    let Places { house, cy, eve, ab, open, dm_ab, dm_bc, .. } = places;
    let (ann, ben) = (&house.ann, &house.ben);
    let of_ann_and_ben = ["file-ab", "in-ab", "in-dm-ab", "in-open"].as_slice();
    let of_cy_and_ben = ["file-bc", "in-bc", "in-dm-bc", "in-left"].as_slice();
    let with_helper = format!("@helper {QUESTION}");
    let with_ben = format!("@ben {QUESTION}");
    let asked: [(&Account, &str, &str, &[&str]); 6] = [
        // A person's stand-in, to each: what both are in.
        (ann, dm_ab, QUESTION, of_ann_and_ben),
        (cy, dm_bc, QUESTION, of_cy_and_ben),
        // In a channel: that channel, whoever asks.
        (ann, ab, &with_ben, &["file-ab", "in-ab"]),
        (ann, open, &with_ben, &["in-open"]),
        (ann, ab, &with_helper, &["file-ab", "in-ab"]),
        (ann, open, &with_helper, &["in-open"]),
    ];
    for (who, room, asks, may) in asked {
        let before = places.asked();
        places.asks_in(who, room, asks).await;
        known(places, before, may, &format!("{} in {room}: {asks}", who.id()));
    }
    let of_ann = ["file-ab", "in-ab", "in-dm-ab", "in-dm-ac", "in-open", "in-own-ann"].as_slice();
    let of_ben = ["file-ab", "file-bc", "in-ab", "in-bc", "in-dm-ab", "in-dm-bc", "in-left", "in-open", "in-own-ben"];
    let of_cy = ["file-bc", "in-bc", "in-dm-ac", "in-dm-bc", "in-left", "in-own-cy"].as_slice();
    let own: [(&Account, &[&str]); 4] = [(ann, of_ann), (ben, &of_ben), (cy, of_cy), (eve, &["elsewhere"])];
    for (who, may) in own {
        let (own, before) = (who.own_channel().await, places.asked());
        places.asks_in(who, &own, QUESTION).await;
        known(places, before, may, &format!("{} with their own agent", who.id()));
    }
    let shown: [(&Account, &Account, &[&str]); 4] =
        [(ann, ben, of_ann_and_ben), (cy, ben, of_cy_and_ben), (ann, cy, &["in-dm-ac"]), (eve, eve, &[])];
    for (who, of, may) in shown {
        let before = places.asked();
        let shown = who.post(&format!("/ai/persona/{}", of.id()), json!({"message": QUESTION})).await.expect(200);
        known(places, before, may, &format!("{} would hear from {}", who.id(), of.id()));
        assert!(secrets_in(&shown.to_string()).is_empty(), "it repeats the question: {shown}");
    }
    for who in [ann, ben, cy] {
        let before = places.asked();
        who.talk().await.say(QUESTION).await.expect(201);
        known(places, before, &[], "a thread with an agent that knows nothing");
    }
}

/// Of this some was told since, and nothing else.
fn known(places: &Places, before: usize, may: &[&str], what: &str) {
    let requests = places.asked_since(before);
    let told = told(&requests);
    assert!(told.iter().all(|secret| may.contains(secret)), "{what}: told {told:?}, may be {may:?}");
    assert!(may.is_empty() || !told.is_empty(), "{what}: nothing was found: {requests:#?}");
}

async fn nobody_finds_what_they_may_not_read(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, cy, eve, .. } = &places;
    for hostile in [false, true] {
        if hostile {
            places.turn_hostile();
        }
        let may: [(&Account, &[&str]); 3] = [
            (&house.ann, &["in-ab", "file-ab", "in-open", "in-dm-ab", "in-dm-ac", "in-own-ann", "talk-ann"]),
            (cy, &["in-bc", "file-bc", "in-left", "in-dm-bc", "in-dm-ac", "in-own-cy"]),
            (eve, &["elsewhere"]),
        ];
        for (who, may) in may {
            for mode in ["keyword", "semantic", "hybrid"] {
                let query = format!("/search?q=pumpkin%20harvest&limit=100&mode={mode}");
                let found = secrets_in(&who.get(&query).await.expect(200).to_string());
                assert!(found.iter().all(|secret| may.contains(secret)), "{mode}, {}: {found:?}", who.id());
                assert!(
                    hostile || mode == "keyword" || may.iter().all(|secret| found.contains(secret)),
                    "{mode}, {}: {found:?}",
                    who.id()
                );
                nothing_elsewhere(&places, who, &query).await;
            }
        }
        of_whom_asked(&places);
    }
}

/// In a room that somebody is not in, nothing is found, and no index is asked.
async fn nothing_elsewhere(places: &Places, who: &Account, query: &str) {
    let unknown = "0197a3c4-5d6e-7f80-9a1b-000000000099".to_owned();
    let Places { house, cy, .. } = places;
    let ben_alone = house.ben.own_channel().await;
    let elsewhere: Vec<&String> = if who.id() == house.ann.id() {
        vec![&ben_alone, &unknown, &places.left, &places.bc]
    } else if who.id() == cy.id() {
        vec![&ben_alone, &unknown, &places.ab]
    } else {
        vec![&ben_alone, &unknown, &places.ab, &places.open]
    };
    for room in elsewhere {
        let before = places.vectors.queries().len();
        let found = who.get(&format!("{query}&channel_id={room}")).await.expect(200);
        assert_eq!(found["results"], json!([]), "{query} in {room}");
        assert_eq!(places.vectors.queries().len(), before, "{query} in {room}");
    }
}

/// Nobody's question was about an organization that is not theirs.
fn of_whom_asked(places: &Places) {
    let ours = text(&places.house.ann.organization["id"]).to_owned();
    let theirs = text(&places.eve.organization["id"]).to_owned();
    let asked = places.vectors.queries();
    let rooms = |organization: &str| {
        let of = asked.iter().filter(|(of, _)| of.to_string() == organization);
        of.flat_map(|(_, query)| query.places.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(!rooms(&ours).is_empty() && rooms(&ours).is_disjoint(&rooms(&theirs)));
}
