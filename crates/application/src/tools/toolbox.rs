use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};
use stead_domain::{
    McpServerId,
    agent::{Agent, ToolPolicy},
    mcp_server::{McpServer, ServerName, ToolFingerprint, ToolGrant},
    ports::tool_server::{ToolDefinition, ToolServerAddress},
};

use super::{
    acceptance::{Standing, standing},
    listings::{Listed, Tool},
    qualified_name::qualified_name,
};
use crate::{Application, Error};

/// A model is offered so many tools at most.
const MAX_OFFERED: usize = 128;
/// So many servers are asked at a time.
const AT_ONCE: usize = 8;

/// What an agent may call in a turn.
#[derive(Default)]
pub(crate) struct Toolbox {
    /// Its tools, by server.
    pub tools: Vec<OfferedTool>,
    /// The servers that cannot be used now.
    pub unavailable: Vec<ServerName>,
}

/// A tool that an agent may call.
pub(crate) struct OfferedTool {
    /// Where it is.
    pub server: ToolServerAddress,
    /// What its server is called.
    pub server_name: ServerName,
    /// As its server describes it.
    pub definition: ToolDefinition,
    /// What the model calls it.
    pub qualified_name: String,
    /// Whether the operator says that it has no side effects.
    pub read_only: bool,
}

impl Toolbox {
    /// The tool that the model means.
    pub fn find(&self, qualified: &str) -> Option<&OfferedTool> {
        self.tools.iter().find(|tool| tool.qualified_name == qualified)
    }
}

/// A server whose tools are known, and what of them the agent may call.
struct Offer {
    server: McpServer,
    address: ToolServerAddress,
    tools: Vec<Tool>,
}

impl Application {
    /// What the agent may call now: of each server that it was granted and that answers, the tools that it was granted and
    /// whose definitions are those that were accepted. A definition that nobody has seen before is accepted hereby.
    ///
    /// # Errors
    /// Those of the store. A server that cannot be used is none: it is named in the toolbox.
    pub(crate) async fn toolbox(&self, agent: &Agent) -> Result<Toolbox, Error> {
        if agent.tool_policy == ToolPolicy::Off || agent.max_tool_rounds.get() == 0 {
            return Ok(Toolbox::default());
        }
        let granted = self.store.list_tool_grants(agent.organization_id, agent.id).await?;
        let enabled = granted.into_iter().filter(|(server, _)| server.enabled);
        let listed = stream::iter(enabled)
            .map(|(server, grant)| async move {
                let listed = self.listed(&server).await;
                (server, grant, listed)
            })
            .buffered(AT_ONCE)
            .collect::<Vec<_>>();
        let (mut toolbox, mut offers) = (Toolbox::default(), Vec::new());
        for (server, grant, listed) in listed.await {
            match listed {
                Some((address, listed)) => offers.push((server, grant, address, listed)),
                None => toolbox.unavailable.push(server.name),
            }
        }
        if offers.is_empty() {
            return Ok(toolbox);
        }
        // Read after the servers were asked: what an admin accepted in the meantime counts.
        let servers: Vec<McpServerId> = offers.iter().map(|(server, ..)| server.id).collect();
        let mut accepted = self.accepted_definitions(&servers).await?;
        let mut trusted = Vec::with_capacity(offers.len());
        for (server, grant, address, listed) in offers {
            let known = accepted.remove(&server.id).unwrap_or_default();
            self.accept_first_seen(&server, &known, &listed).await?;
            let tools = trusted_tools(&server, &grant, &known, &listed);
            trusted.push(Offer { server, address, tools });
        }
        toolbox.tools = offered(trusted);
        Ok(toolbox)
    }

    /// A server's tools, and how it is reached; nothing where it cannot be used.
    async fn listed(&self, server: &McpServer) -> Option<(ToolServerAddress, Listed)> {
        let Some(address) = self.address_of(server) else {
            tracing::warn!(server = %server.id, "the headers of a server of tools cannot be read: auth.secret was changed");
            return None;
        };
        match self.listings.get(&*self.tools, &address).await {
            Ok(listed) => Some((address, listed)),
            Err(error) => {
                tracing::warn!(server = %server.id, error = &error as &dyn std::error::Error, "a server of tools cannot be used");
                None
            }
        }
    }
}

/// Those of a server's tools that are granted and are what they were when they were accepted, each name once.
fn trusted_tools(
    server: &McpServer,
    grant: &ToolGrant,
    known: &HashMap<String, ToolFingerprint>,
    listed: &[Tool],
) -> Vec<Tool> {
    let mut names = HashSet::new();
    let trusted = listed.iter().filter(|tool| {
        let name = &tool.definition.name;
        if !grant.covers(name) {
            return false;
        }
        match standing(known, tool) {
            Standing::Changed => {
                tracing::warn!(server = %server.id, tool = ?name, "a tool's definition changed since it was accepted");
                false
            }
            Standing::AsAccepted | Standing::FirstSeen => names.insert(qualified_name(&server.name, name)),
        }
    });
    trusted.cloned().collect()
}

/// The tools as the model is told of them: at most as many as it may be, of each server a fair share.
fn offered(offers: Vec<Offer>) -> Vec<OfferedTool> {
    let counts: Vec<usize> = offers.iter().map(|offer| offer.tools.len()).collect();
    let shares = fair_shares(&counts, MAX_OFFERED);
    let mut offered = Vec::new();
    for (Offer { server, address, tools }, share) in offers.into_iter().zip(shares) {
        if share < tools.len() {
            tracing::warn!(server = %server.id, tools = tools.len(), share, "an agent has more tools than a model is offered");
        }
        offered.extend(tools.into_iter().take(share).map(|tool| OfferedTool {
            qualified_name: qualified_name(&server.name, &tool.definition.name),
            read_only: server.read_only_tools.iter().any(|name| name.as_str() == tool.definition.name),
            server: address.clone(),
            server_name: server.name.clone(),
            definition: tool.definition,
        }));
    }
    offered
}

/// How many each gets of `room`: nobody goes short as long as somebody has more.
fn fair_shares(wanted: &[usize], room: usize) -> Vec<usize> {
    let mut level = 0;
    let given_at = |level: usize| wanted.iter().map(|wanted| (*wanted).min(level)).sum::<usize>();
    while level < room && given_at(level + 1) <= room {
        level += 1;
    }
    let mut left = room.saturating_sub(given_at(level));
    let share = |wanted: &usize| {
        let more = usize::from(*wanted > level && left > 0);
        left -= more;
        (*wanted).min(level) + more
    };
    wanted.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_server_with_many_tools_leaves_room_for_the_others() {
        assert_eq!(fair_shares(&[1_000, 3, 200], 128), [63, 3, 62]);
        assert_eq!(fair_shares(&[5, 3], 128), [5, 3]);
        assert_eq!(fair_shares(&[1_000], 128), [128]);
        assert_eq!(fair_shares(&[], 128), [] as [usize; 0]);
    }

    proptest! {
        #[test]
        fn all_room_is_used_and_no_more(wanted in prop::collection::vec(0usize..400, 0..40)) {
            let shares = fair_shares(&wanted, 128);
            prop_assert!(shares.iter().zip(&wanted).all(|(share, wanted)| share <= wanted));
            prop_assert_eq!(shares.iter().sum::<usize>(), wanted.iter().sum::<usize>().min(128));
        }
    }
}
