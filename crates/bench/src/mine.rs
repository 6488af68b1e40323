//! The channels of somebody who is in 500 of them, each with 21 members, beside the smallest read of the same house: when everything is read, and
//! when there is something new in each.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use stead_domain::MessageId;

use crate::{
    house::{Ground, House, On},
    measure::{Line, Times, millis, times},
    people::Person,
    repeat::{self, When},
    sends::TEXT,
};

const CHANNELS: usize = 500;
const PEOPLE: usize = 20;
const NEW_IN_EACH: u32 = 20;
const CALLS: usize = 200;

pub async fn measure(on: On) -> anyhow::Result<Line> {
    let ground = Ground::new(on).await?.for_many_people();
    let house = ground.open().await?;
    let founder = house.found().await?;
    let people = house.invite(&founder, PEOPLE).await?;
    let [reader, ..] = &people[..] else { anyhow::bail!("nobody was invited") };
    let ids: Vec<&str> = people.iter().map(|one| one.id.as_str()).collect();
    let channel = |number| json!({"kind": "private", "name": format!("Channel {number}"), "user_ids": ids});
    let making = (0..CHANNELS).map(|number| with_a_message(&house, &founder, reader, channel(number)));
    let said: Vec<MessageId> = stream::iter(making).buffer_unordered(8).try_collect().await?;
    let floor = reads(&house, reader, "/users/me").await?;
    let nothing_new = reads(&house, reader, "/channels/me").await?;
    repeat::messages(&ground.place(), &said, NEW_IN_EACH, When::After).await?;
    let mine = house.get("/channels/me", &reader.token).await?;
    let is_new = |channel: &&Value| channel["unread_count"] == json!(NEW_IN_EACH);
    let new = mine["channels"].as_array().map_or(0, |all| all.iter().filter(is_new).count());
    anyhow::ensure!(new == CHANNELS, "there is something new in {new} channels");
    let something_new = reads(&house, reader, "/channels/me").await?;
    house.close().await?;
    let shown = |times: &Times| format!("p50 {} p99 {}", millis(times.median()), millis(times.p99()));
    Ok(Line {
        what: format!("{}: GET /channels/me of {CHANNELS}", ground.name),
        figures: vec![
            ("floor, GET /users/me", shown(&floor)),
            ("all read", shown(&nothing_new)),
            ("20 new in each", shown(&something_new)),
        ],
    })
}

/// A new channel, with a message that has been read.
async fn with_a_message(house: &House, founder: &Person, reader: &Person, channel: Value) -> anyhow::Result<MessageId> {
    let channel = house.channel(founder, &channel).await?;
    let said = house.say(founder, &channel, TEXT).await?;
    let read = json!({"message_id": said});
    house.post(&format!("/channels/{channel}/read"), Some(&reader.token), &read).await?;
    said.parse().map_err(|error| anyhow::anyhow!("{error}"))
}

async fn reads(house: &House, reader: &Person, path: &str) -> anyhow::Result<Times> {
    let url = format!("{}/api/v1{path}", house.url);
    times(CALLS, || async {
        let answer = house.http.get(&url).bearer_auth(&reader.token).send().await?.error_for_status()?;
        answer.bytes().await?;
        Ok(())
    })
    .await
}
