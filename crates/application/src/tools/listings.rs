use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use moka::{Expiry, future::Cache};
use stead_domain::{
    McpServerId,
    mcp_server::ToolFingerprint,
    ports::{
        ToolServer,
        tool_server::{ToolDefinition, ToolServerAddress, ToolServerError},
    },
};

use super::acceptance::fingerprint_of;

/// How long what a server listed is believed.
const GOOD_FOR: Duration = Duration::from_secs(60);
/// How long a server that could not be used is left alone.
const DOWN_FOR: Duration = Duration::from_secs(10);
/// No turn waits longer for a server to say what it has.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// What is remembered of all servers, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A tool as its server describes it, and what that description is known by.
#[derive(Debug, Clone)]
pub struct Tool {
    pub definition: ToolDefinition,
    pub fingerprint: ToolFingerprint,
}

/// A server's tools, in its order.
pub type Listed = Arc<[Tool]>;

type Answer = Result<Listed, ToolServerError>;

/// What servers answered a moment ago, when they were asked for their tools.
pub struct Listings(Cache<(McpServerId, i64), Answer>);

impl Listings {
    pub fn new() -> Self {
        let cache =
            Cache::builder().max_capacity(MOST_BYTES).weigher(|_, answer| weight(answer)).expire_after(AfterAnswer);
        Self(cache.build())
    }

    /// A server's tools, as it listed them less than a minute ago, or now. Who asks at the same time waits for one answer.
    pub async fn get(&self, tools: &dyn ToolServer, server: &ToolServerAddress) -> Answer {
        let hurried = ToolServerAddress { timeout: server.timeout.min(LONGEST_WAIT), ..server.clone() };
        self.0.get_with((server.id, server.version), async move { ask(tools, &hurried).await }).await
    }

    /// A server's tools, as it lists them now.
    pub async fn get_anew(&self, tools: &dyn ToolServer, server: &ToolServerAddress) -> Answer {
        let answer = ask(tools, server).await;
        self.0.insert((server.id, server.version), answer.clone()).await;
        answer
    }
}

async fn ask(tools: &dyn ToolServer, server: &ToolServerAddress) -> Answer {
    let definitions = tools.list_tools(server).await?;
    let tool = |definition| Tool { fingerprint: fingerprint_of(&definition), definition };
    Ok(definitions.into_iter().map(tool).collect())
}

/// About how many bytes it takes.
fn weight(answer: &Answer) -> u32 {
    let of_tool = |tool: &Tool| {
        let schema = tool.definition.input_schema.value().to_string().len();
        256 + tool.definition.name.len() + tool.definition.description.len() + 2 * schema
    };
    let bytes = answer.as_ref().map_or(256, |listed| listed.iter().map(of_tool).sum::<usize>() + 256);
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

struct AfterAnswer;

impl Expiry<(McpServerId, i64), Answer> for AfterAnswer {
    fn expire_after_create(&self, _: &(McpServerId, i64), answer: &Answer, _: Instant) -> Option<Duration> {
        Some(if answer.is_ok() { GOOD_FOR } else { DOWN_FOR })
    }

    fn expire_after_update(
        &self,
        key: &(McpServerId, i64),
        answer: &Answer,
        updated_at: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        self.expire_after_create(key, answer, updated_at)
    }
}
