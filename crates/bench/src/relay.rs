//! How long a token takes from the model to a client: through the turn, the stream, HTTP and back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use serde_json::json;
use stead_domain::ports::{
    LlmProvider,
    llm::{FinishReason, Finished, LlmError, LlmEvent, LlmRequest, LlmStream, Purpose},
};
use stead_server::EphemeralBuilder;

use crate::{
    http::register,
    measure::{Line, Times},
};

const TOKENS: u32 = 500;
const PAUSE: Duration = Duration::from_millis(2);

/// Says how many microseconds have passed since it was made, a token each.
struct Stopwatch(Instant);

#[async_trait]
impl LlmProvider for Stopwatch {
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let (begun, tokens) = (self.0, if request.purpose == Purpose::Answer { TOKENS } else { 0 });
        let texts = stream::iter(0..tokens).then(move |_| async move {
            tokio::time::sleep(PAUSE).await;
            Ok(LlmEvent::Text(format!("{} ", begun.elapsed().as_micros())))
        });
        let end = Finished { reason: FinishReason::Stop, usage: None, model: self.default_model().to_owned() };
        Ok(texts.chain(stream::iter([Ok(LlmEvent::Finished(end))])).boxed())
    }

    fn default_model(&self) -> &str {
        "stopwatch"
    }
}

pub async fn measure() -> anyhow::Result<Line> {
    let begun = Instant::now();
    let stead = EphemeralBuilder::default().llm(Arc::new(Stopwatch(begun))).start().await?;
    let token = register(stead.url()).await?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let threads = format!("{}/api/v1/chat/default/threads", stead.url());
    let thread = http.post(&threads).bearer_auth(&token).json(&json!({})).send().await?.error_for_status()?;
    let thread: serde_json::Value = thread.json().await?;
    let messages = format!("{threads}/{}/messages", thread["id"].as_str().context("a thread has an id")?);
    let request = http.post(messages).bearer_auth(&token).header("accept", "text/event-stream");
    let mut body = request.json(&json!({"content": "go"})).send().await?.error_for_status()?.bytes_stream();
    let mut delays = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        let now = begun.elapsed();
        let text = String::from_utf8_lossy(&piece);
        let deltas = text.lines().filter_map(|line| line.split_once("\"delta\":\"")).map(|(_, rest)| rest);
        let tokens = deltas.flat_map(|delta| delta.split('"').next().unwrap_or_default().split_whitespace());
        delays.extend(
            tokens.filter_map(|token| token.parse().ok()).map(|sent| now.saturating_sub(Duration::from_micros(sent))),
        );
    }
    stead.stop().await;
    anyhow::ensure!(delays.len() == TOKENS as usize, "{} of {TOKENS} tokens were seen", delays.len());
    Ok(Line { what: "relay of a token, model to client".to_owned(), figures: Times::new(delays).figures() })
}
