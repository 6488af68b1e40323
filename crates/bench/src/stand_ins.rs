//! How soon somebody who is away is stood in for: from the answer to a message in a direct channel until the room is told that
//! their agent writes, and until its answer is there, less the model's own time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    house::{Ground, House, On},
    measure::{Line, Times},
    model::Model,
    people::Person,
    sockets,
};

const TURNS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn measure(on: On) -> anyhow::Result<Vec<Line>> {
    let model = Arc::new(Model::start()?);
    let ground = Ground::new(on).await?.for_many_people().model(&model.base_url);
    let house = ground.open().await?;
    let founder = house.found().await?;
    let away = house.invite(&founder, 17).await?;
    let mut lines = Vec::new();
    let (one, many) = away.split_at(1);
    for people in [one, many] {
        let mut delays = Delays::default();
        for delay in futures_util::future::join_all(people.iter().map(|one| talk(&house, &model, &founder, one))).await
        {
            let Delays { typing, whole } = delay?;
            delays.typing.extend(typing);
            delays.whole.extend(whole);
        }
        let typing = Times::new(delays.typing).figures().into_iter().zip(["ai.typing p50", "p95", "p99"]);
        let whole =
            Times::new(delays.whole).figures().into_iter().zip(["answer over the model's time p50", "p95", "p99"]);
        let figures = typing.chain(whole).map(|((_, figure), name)| (name, figure)).collect();
        lines.push(Line { what: format!("{}: stood in for, {} at once", ground.name, people.len()), figures });
    }
    house.close().await?;
    if let Ok(model) = Arc::try_unwrap(model) {
        model.stop().await;
    }
    Ok(lines)
}

#[derive(Default)]
struct Delays {
    typing: Vec<Duration>,
    whole: Vec<Duration>,
}

/// Says something to somebody who is away, again and again.
async fn talk(house: &House, model: &Model, founder: &Person, away: &Person) -> anyhow::Result<Delays> {
    let room = house.channel(founder, &json!({"kind": "direct", "user_ids": [away.id]})).await?;
    let url = format!("{}/api/v1/realtime", house.url);
    let mut socket = sockets::open(&url, Some(&founder.token)).await?;
    let mut delays = Delays::default();
    for turn in 0..=TURNS {
        let said = format!("turn {turn} with {}", away.id);
        house.say(founder, &room, &said).await?;
        let stored = Instant::now();
        let typing = until(&mut socket, &room, |event| event["type"] == "ai.typing").await?;
        let is_answer =
            |event: &Value| event["type"] == "message.created" && event["data"]["message"]["from_ai"] == true;
        let answered = until(&mut socket, &room, is_answer).await?;
        let own = model.time_of(&said).context("the model was not asked")?;
        // The first one opens connections.
        if turn > 0 {
            delays.typing.push(typing.saturating_duration_since(stored));
            delays.whole.push(answered.duration_since(stored).saturating_sub(own.done - own.asked));
        }
    }
    Ok(delays)
}

/// When something was told of a room.
async fn until(socket: &mut sockets::Socket, room: &str, is_it: impl Fn(&Value) -> bool) -> anyhow::Result<Instant> {
    tokio::time::timeout(PATIENCE, async {
        loop {
            let Message::Text(text) = socket.next().await.context("the socket was closed")?? else { continue };
            let at = Instant::now();
            if text.contains(room) && is_it(&serde_json::from_str(&text)?) {
                return anyhow::Ok(at);
            }
        }
    })
    .await
    .context("nobody stood in")?
}
