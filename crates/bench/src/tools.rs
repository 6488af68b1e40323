//! What a turn with one tool call takes when neither the model nor the tool takes any time: three exchanges over HTTP, and
//! all that is kept on the way.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use stead_domain::{Json, ports::tool_server::ToolDefinition};
use stead_testkit::{
    mcp_wire::{AnswersBy, McpHttpServer, McpReply},
    openai_wire::{OpenAiWireServer, Reply},
};

use crate::{
    house::{Ground, House, client},
    measure::{Line, Times},
};

const TURNS: usize = 20;

pub async fn measure(ground: Ground) -> anyhow::Result<Vec<Line>> {
    let model = OpenAiWireServer::start().await;
    model.answer_with(|request| match request.messages().last() {
        Some(last) if last["role"] == "tool" => Reply::text("done"),
        Some(last) if last["content"] == "go" => Reply::tool_calls([("x", "kit__echo", r#"{"n":1}"#)]),
        _ => Reply::text("A title"),
    });
    let kit = McpHttpServer::start(AnswersBy::Json).await;
    let schema = Json::trusted(json!({"type": "object"}));
    kit.offer([&ToolDefinition { name: "echo".to_owned(), description: "Echoes.".to_owned(), input_schema: schema }]);
    kit.answer_with(|_| McpReply::text("echo"));

    let ground = ground.model(&model.base_url()).setting("STEAD_NETWORK__ALLOW_PRIVATE", "true");
    let house = ground.open().await?;
    let token = house.register().await?;
    let agent = agent(&house, &token, &kit.url()).await?;
    let mut lines = Vec::new();
    for streams in [1, 64] {
        let what = format!("{}: turns with one tool call, {streams} at once", ground.name);
        let took = turns(&house, &token, &agent, streams).await?;
        let busy = took.iter().sum::<Duration>().as_secs_f64();
        let mut figures = Times::new(took.clone()).figures();
        #[expect(clippy::cast_precision_loss, reason = "a count of turns")]
        let each = 1_000.0 * busy / (took.len() * streams) as f64;
        figures.push(("of the server for each", format!("{each:.1} ms")));
        lines.push(Line { what, figures });
    }
    house.close().await?;
    Ok(lines)
}

async fn agent(house: &House, token: &str, url: &str) -> anyhow::Result<String> {
    let server = json!({"name": "kit", "transport": "http", "url": url});
    let server = house.post("/mcp-servers", Some(token), &server).await?;
    let agent = json!({"handle": "tools", "display_name": "Tools", "tool_policy": "auto"});
    let agent = house.post("/agents", Some(token), &agent).await?;
    let agent = agent["id"].as_str().context("an agent has an id")?.to_owned();
    let grant = json!({"servers": [{"mcp_server_id": server["id"]}]});
    let granting = client()?.put(format!("{}/api/v1/agents/{agent}/tools", house.url)).bearer_auth(token);
    granting.json(&grant).send().await?.error_for_status()?;
    Ok(agent)
}

async fn turns(house: &House, token: &str, agent: &str, streams: usize) -> anyhow::Result<Vec<Duration>> {
    let http = client()?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..streams {
        let thread = house.post(&format!("/chat/{agent}/threads"), Some(token), &json!({})).await?;
        let thread = thread["id"].as_str().context("a thread has an id")?;
        let messages = format!("{}/api/v1/chat/{agent}/threads/{thread}/messages", house.url);
        let (http, token) = (http.clone(), token.to_owned());
        tasks.spawn(async move {
            let mut took = Vec::new();
            for turn in 0..=TURNS {
                let begun = Instant::now();
                let answer = http.post(&messages).bearer_auth(&token).json(&json!({"content": "go"})).send().await?;
                let answer: serde_json::Value = serde_json::from_str(&answer.error_for_status()?.text().await?)?;
                anyhow::ensure!(answer["tool_calls"][0]["status"] == "succeeded", "{answer}");
                // The first one opens connections.
                if turn > 0 {
                    took.push(begun.elapsed());
                }
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        took.extend(ended??);
    }
    Ok(took)
}
