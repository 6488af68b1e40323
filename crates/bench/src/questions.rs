//! What a question costs before the model is asked: looking up by words and by meaning, the gate, the prompt. Among 100,000
//! messages of real chat in 100 channels, each with a vector: beside one channel, and in one's own room, from all of them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::{
    house::{Ground, House, On},
    indexing::caught_up,
    measure::{Line, Times, times},
    model::Model,
    people::Person,
    search::{CHAT, texts},
};

const CHANNELS: usize = 100;
const MESSAGES: usize = 100_000;
const CLIENTS: usize = 32;
const QUESTIONS: usize = 40;
const PATIENCE: Duration = Duration::from_secs(20);
/// What is only asked to open connections, and to read what is kept in memory.
const WARM_UP: usize = 3;
/// Nobody asks the next while the indexes still take the last answer.
const READING: Duration = Duration::from_millis(200);

pub async fn measure(on: On) -> anyhow::Result<Vec<Line>> {
    let model = Model::start()?;
    let ground = Ground::new(on).await?.model(&model.base_url);
    let texts = texts(Path::new(CHAT))?;
    if texts.is_empty() {
        let figures = vec![("not measured", format!("there is no chat in {CHAT}"))];
        return Ok(vec![Line { what: format!("{}: questions", ground.name), figures }]);
    }
    let house = ground.open().await?;
    let founder = house.found().await?;
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(house.channel(&founder, &json!({"kind": "private", "name": format!("room {n}")})).await?);
    }
    let said = channels.iter().cycle().zip(texts.iter().filter(|text| !text.trim().is_empty()).cycle()).take(MESSAGES);
    let (house_ref, founder_ref) = (&house, &founder);
    stream::iter(said)
        .map(|(channel, text)| async move { house_ref.say(founder_ref, channel, text).await.map(drop) })
        .buffer_unordered(CLIENTS)
        .try_collect::<()>()
        .await?;
    let indexed = caught_up(&ground.place()).await?;
    let mut lines = vec![Line {
        what: format!("{}: {MESSAGES} messages in {CHANNELS} channels", ground.name),
        figures: vec![("indexed after the last one was said for", format!("{:.1} s", indexed.as_secs_f64()))],
    }];
    let asked = |n: usize| texts.get(n * 601 % texts.len()).map(|text| format!("question {n}: {text}"));
    let channel = channels.first().context("there are channels")?;
    lines.push(Line {
        what: format!("{}: asked beside a channel", ground.name),
        figures: before_the_model(&model, asked, |question| {
            let path = format!("/ai/channels/{channel}/query");
            async move {
                let begun = Instant::now();
                house_ref.post(&path, Some(&founder_ref.token), &json!({"query": question})).await?;
                Ok(begun)
            }
        })
        .await?,
    });
    let own = own_room(&house, &founder).await?;
    lines.push(Line {
        what: format!("{}: asked in one's own room, of all channels", ground.name),
        figures: before_the_model(&model, asked, |question| {
            let path = format!("/channels/{own}/messages");
            async move {
                // One question at a time: what waits for another's answer takes longer.
                answered(house_ref, founder_ref, &path).await?;
                let begun = Instant::now();
                house_ref.post(&path, Some(&founder_ref.token), &json!({"content": question})).await?;
                Ok(begun)
            }
        })
        .await?,
    });
    let mut n = 0;
    let found = times(QUESTIONS, || {
        n += 1;
        let question = asked(n).unwrap_or_default();
        async move {
            let text = question.get(..question.floor_char_boundary(400)).unwrap_or_default();
            let parameters = [("mode", "hybrid"), ("limit", "10"), ("q", text)];
            let search = reqwest::Url::parse_with_params(&format!("{}/api/v1/search", house_ref.url), parameters)?;
            let answer = house_ref.http.get(search).bearer_auth(&founder_ref.token).send().await?;
            answer.error_for_status()?.bytes().await?;
            Ok(())
        }
    });
    lines.push(Line {
        what: format!("{}: searched by words and meaning in all", ground.name),
        figures: found.await?.figures(),
    });
    house.close().await?;
    model.stop().await;
    Ok(lines)
}

/// Waits until what was said last in a room is an answer, and as long as somebody takes to read it.
async fn answered(house: &House, who: &Person, path: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let last = house.get(&format!("{path}?limit=1"), &who.token).await?;
        let last = last["messages"].as_array().and_then(|messages| messages.first());
        if last.is_none_or(|last| last["from_ai"] == true && last["status"] == "complete") {
            break;
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "no answer came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(READING).await;
    Ok(())
}

/// How long it takes from a question's request until the model is asked it: `ask` answers when it began.
async fn before_the_model<F>(
    model: &Model,
    asked: impl Fn(usize) -> Option<String>,
    ask: impl Fn(String) -> F,
) -> anyhow::Result<Vec<(&'static str, String)>>
where
    F: Future<Output = anyhow::Result<Instant>>,
{
    let mut took = Vec::new();
    for n in 0..QUESTIONS + WARM_UP {
        let question = asked(n).context("there are texts")?;
        let begun = ask(question.clone()).await?;
        let own = loop {
            if let Some(own) = model.time_of(&question) {
                break own;
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the model was not asked: {question}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        if n >= WARM_UP {
            took.push(own.asked.duration_since(begun));
        }
    }
    Ok(Times::new(took).figures())
}

async fn own_room(house: &House, of: &Person) -> anyhow::Result<String> {
    let mine = house.get("/channels/me", &of.token).await?;
    let rooms = mine["channels"].as_array().context("there are channels")?;
    let own = rooms.iter().find(|room| room["ai_channel"] == true).context("everybody has a room of their own")?;
    Ok(own["id"].as_str().context("it has an id")?.to_owned())
}
