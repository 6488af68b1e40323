//! What a turn takes beside the model's own time, to its first token and to its end, with so many streams at the same time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::StreamExt;
use serde_json::json;

use crate::{
    house::{Ground, House, client},
    measure::{Line, Times},
    model::{Model, TOKENS, WHOLE},
};

const TURNS: usize = 4;

pub async fn measure(ground: Ground) -> anyhow::Result<Vec<Line>> {
    let model = Arc::new(Model::start()?);
    let ground = ground.model(&model.base_url);
    let house = ground.open().await?;
    let token = house.register().await?;
    let mut lines = Vec::new();
    for streams in [1, 64, 256] {
        let what = format!("{}: (d) turns over the model's time, {streams} at once", ground.name);
        let figures = figures(&house, &model, &token, streams).await?;
        lines.push(Line { what, figures });
    }
    house.close().await?;
    if let Ok(model) = Arc::try_unwrap(model) {
        model.stop().await;
    }
    Ok(lines)
}

#[derive(Default)]
struct Over {
    first: Vec<Duration>,
    whole: Vec<Duration>,
}

async fn figures(
    house: &House,
    model: &Arc<Model>,
    token: &str,
    streams: usize,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let threads = house.threads(token, streams).await?;
    let (http, over) = (client()?, Arc::new(Mutex::new(Over::default())));
    let mut tasks = tokio::task::JoinSet::new();
    for (number, thread) in threads.into_iter().enumerate() {
        let (http, model, over, token) = (http.clone(), Arc::clone(model), Arc::clone(&over), token.to_owned());
        // They do not all begin at once, as people do not.
        let wait = WHOLE.mul_f64(f64::from(u32::try_from(number)?) / f64::from(u32::try_from(streams)?));
        tasks.spawn(async move {
            tokio::time::sleep(wait).await;
            for turn in 0..=TURNS {
                let said = format!("turn {turn} of {number} of {streams}");
                let (first, whole) = one(&http, &model, &token, &thread, &said).await?;
                // The first one opens connections.
                if turn > 0 {
                    let mut over = over.lock().unwrap_or_else(PoisonError::into_inner);
                    over.first.push(first);
                    over.whole.push(whole);
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    let over = std::mem::take(&mut *over.lock().unwrap_or_else(PoisonError::into_inner));
    let first = Times::new(over.first).figures();
    let whole = Times::new(over.whole).figures();
    let named = first.into_iter().zip(["first token p50", "p95", "p99"]).chain(whole.into_iter().zip([
        "whole p50",
        "p95",
        "p99",
    ]));
    Ok(named.map(|((_, figure), name)| (name, figure)).collect())
}

/// What a turn took beside the model's own time: to the first token, and to the end.
async fn one(
    http: &reqwest::Client,
    model: &Model,
    token: &str,
    thread: &str,
    said: &str,
) -> anyhow::Result<(Duration, Duration)> {
    let begun = Instant::now();
    let request = http.post(thread).bearer_auth(token).header("accept", "text/event-stream");
    let answer = request.json(&json!({"content": said})).send().await?.error_for_status()?;
    let mut body = answer.bytes_stream();
    let (mut first, mut deltas) = (None, 0);
    while let Some(piece) = body.next().await {
        let piece = piece?;
        let text = String::from_utf8_lossy(&piece);
        let here = u32::try_from(text.matches("word").count())?;
        if first.is_none() && here > 0 {
            first = Some(Instant::now());
        }
        deltas += here;
    }
    let done = Instant::now();
    anyhow::ensure!(deltas >= TOKENS, "{deltas} of {TOKENS} tokens were seen");
    let own = model.time_of(said).context("the model was not asked")?;
    let first = first.context("no token was seen")? - begun;
    Ok((first.saturating_sub(own.first - own.asked), (done - begun).saturating_sub(own.done - own.asked)))
}
