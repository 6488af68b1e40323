//! Servers of tools, what was accepted of their tools, and what agents may call of them.

use std::sync::Arc;

use stead_domain::{
    AgentId, McpServerId, OrganizationId, Timestamp,
    agent::Agent,
    mcp_server::{AcceptedTool, CallTimeout, McpServer, SealedHeaders, ServerName, ServerUrl, ToolGrant, Transport},
    page::Slice,
    ports::store::{
        AgentChange, AgentToolsChange, Change, Guard, McpServerChange, OrganizationChange, Outcome, Store, UniqueKey,
        UserChange, Versioned,
    },
    text::Text,
};
use uuid::Uuid;

use super::{
    expectations::{apply, apply_one, conflict_of, done, holds},
    paging_model::every_page_is_right,
};
use crate::builders::{self, Seed};

fn insert(server: &McpServer) -> Change {
    Change::McpServer(McpServerChange::Insert(server.clone()))
}

fn update(server: &McpServer) -> Change {
    Change::McpServer(McpServerChange::Update(server.clone()))
}

fn delete(server: &McpServer) -> Change {
    Change::McpServer(McpServerChange::Delete(server.id))
}

async fn registered(store: &dyn Store, seed: &Seed) -> McpServer {
    let server = builders::mcp_server(&seed.organization);
    assert_eq!(apply_one(store, insert(&server)).await, Outcome::Inserted);
    server
}

async fn now(store: &dyn Store, server: &McpServer) -> Option<McpServer> {
    store.find_mcp_server(server.organization_id, server.id).await.unwrap()
}

fn accepted(name: &str, byte: u8) -> AcceptedTool {
    AcceptedTool { name: Text::parse(name).unwrap(), fingerprint: [byte; 32] }
}

fn accept_new(server: &McpServer, tools: Vec<AcceptedTool>) -> Change {
    let (server, organization) = (server.id, server.organization_id);
    Change::McpServer(McpServerChange::AcceptNew { server, organization, tools })
}

fn accept_only(server: &McpServer, tools: Vec<AcceptedTool>) -> Change {
    let (server, organization) = (server.id, server.organization_id);
    Change::McpServer(McpServerChange::AcceptOnly { server, organization, tools })
}

async fn known(store: &dyn Store, server: &McpServer) -> Vec<AcceptedTool> {
    let known = store.list_accepted_tools(&[server.id]).await.unwrap();
    assert!(known.iter().all(|(of, _)| *of == server.id));
    known.into_iter().map(|(_, tool)| tool).collect()
}

fn grant(agent: &Agent, grants: Vec<ToolGrant>) -> Change {
    Change::AgentTools(AgentToolsChange { agent: agent.id, organization: agent.organization_id, grants })
}

async fn granted(store: &dyn Store, organization: OrganizationId, agent: AgentId) -> Vec<(McpServerId, ToolGrant)> {
    let granted = store.list_tool_grants(organization, agent).await.unwrap();
    granted.into_iter().map(|(server, grant)| (server.id, grant)).collect()
}

/// One with a value in every field that may be empty.
fn full(seed: &Seed) -> McpServer {
    let headers = SealedHeaders { names: vec!["Authorization".to_owned(), "X-Ü".to_owned()], sealed: vec![0, 255, 7] };
    McpServer {
        transport: Transport::Http {
            url: ServerUrl::parse("http://[::1]:8080/mcp?a=%20").unwrap(),
            headers: Some(headers),
        },
        timeout: CallTimeout::parse(600).unwrap(),
        enabled: false,
        read_only_tools: vec![Text::parse("天気").unwrap(), Text::parse("x".repeat(128)).unwrap()],
        version: 1 << 40,
        updated_at: builders::at(),
        ..builders::mcp_server(&seed.organization)
    }
}

fn process(seed: &Seed) -> McpServer {
    let args = vec![Text::parse("").unwrap(), Text::parse("--größe=\"7\"").unwrap()];
    let transport = Transport::Stdio { command: Text::parse("/usr/bin/server").unwrap(), args };
    McpServer { transport, ..builders::mcp_server(&seed.organization) }
}

pub async fn every_kind_of_tool_server_is_read_as_written(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    for server in [builders::mcp_server(&seed.organization), full(&seed), process(&seed)] {
        assert_eq!(apply_one(&*store, insert(&server)).await, Outcome::Inserted);
        assert_eq!(now(&*store, &server).await, Some(server.clone()));
        assert_eq!(store.find_mcp_server(other.organization.id, server.id).await.unwrap(), None);
        assert_eq!(conflict_of(&*store, insert(&server)).await, UniqueKey::Id);
    }
    assert_eq!(store.find_mcp_server(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn a_tool_server_update_writes_all_but_identity(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let before = registered(&*store, &seed).await;
    for template in [full(&seed), process(&seed), builders::mcp_server(&seed.organization)] {
        let written = McpServer { id: before.id, created_at: before.created_at, ..template };
        let given =
            McpServer { organization_id: other.organization.id, created_at: Timestamp::EPOCH, ..written.clone() };
        assert_eq!(apply_one(&*store, update(&given)).await, Outcome::Updated);
        assert_eq!(now(&*store, &written).await, Some(written));
    }
    let unknown = builders::mcp_server(&seed.organization);
    assert_eq!(apply_one(&*store, update(&unknown)).await, Outcome::Unchanged);
    assert_eq!(now(&*store, &unknown).await, None);
}

pub async fn a_tool_servers_name_is_taken_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let first = registered(&*store, &seed).await;
    let same = McpServer { name: first.name.clone(), ..builders::mcp_server(&seed.organization) };
    assert_eq!(conflict_of(&*store, insert(&same)).await, UniqueKey::McpServerName);
    let second = registered(&*store, &seed).await;
    let renamed = McpServer { name: first.name.clone(), ..second };
    assert_eq!(conflict_of(&*store, update(&renamed)).await, UniqueKey::McpServerName);
    let elsewhere = McpServer { name: first.name.clone(), ..builders::mcp_server(&other.organization) };
    assert_eq!(apply_one(&*store, insert(&elsewhere)).await, Outcome::Inserted);
    assert_eq!(apply_one(&*store, delete(&first)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, insert(&same)).await, Outcome::Inserted);
}

pub async fn tool_servers_are_listed_in_pages(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let mut ids = Vec::new();
    for _ in 0..6 {
        registered(&*store, &other).await;
        ids.push(registered(&*store, &seed).await.id.uuid());
    }
    let store = &store;
    every_page_is_right(&ids, async |page| {
        let Slice { items, has_older, has_newer } = store.list_mcp_servers(seed.organization.id, page).await.unwrap();
        let items: Vec<Uuid> = items.into_iter().map(|server| server.id.uuid()).collect();
        Slice { items, has_older, has_newer }
    })
    .await;
}

pub async fn a_definition_is_remembered_as_it_was_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (server, other) = (registered(&*store, &seed).await, registered(&*store, &seed).await);
    assert_eq!(known(&*store, &server).await, []);
    let (a, b) = (accepted("a", 1), accepted("b", 2));
    assert_eq!(apply_one(&*store, accept_new(&server, vec![b.clone(), a.clone()])).await, Outcome::Updated);
    let changed = vec![accepted("a", 9), accepted("Ä/c", 3)];
    assert_eq!(apply_one(&*store, accept_new(&server, changed)).await, Outcome::Updated);
    let expected = vec![a.clone(), b, accepted("Ä/c", 3)];
    assert_eq!(known(&*store, &server).await, expected);
    assert_eq!(apply_one(&*store, accept_new(&server, vec![a])).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, accept_new(&server, vec![])).await, Outcome::Unchanged);
    assert_eq!(known(&*store, &other).await, []);
    apply_one(&*store, accept_new(&other, vec![accepted("a", 7)])).await;
    let both = store.list_accepted_tools(&[other.id, server.id]).await.unwrap();
    let by_server = |of: McpServerId| both.iter().filter(|(server, _)| *server == of).count();
    assert_eq!((by_server(server.id), by_server(other.id), both.len()), (3, 1, 4));
    assert_eq!(store.list_accepted_tools(&[]).await.unwrap(), []);
}

pub async fn definitions_are_accepted_in_place_of_all_others(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (server, other) = (registered(&*store, &seed).await, registered(&*store, &seed).await);
    for server in [&server, &other] {
        apply_one(&*store, accept_new(server, vec![accepted("a", 1), accepted("b", 2)])).await;
    }
    let now = vec![accepted("a", 9), accepted("c", 3)];
    assert_eq!(apply_one(&*store, accept_only(&server, now.clone())).await, Outcome::Updated);
    assert_eq!(known(&*store, &server).await, now);
    assert_eq!(apply_one(&*store, accept_only(&server, vec![])).await, Outcome::Updated);
    assert_eq!(known(&*store, &server).await, []);
    assert_eq!(known(&*store, &other).await.len(), 2);
}

pub async fn an_agent_is_granted_tools_in_place_of_all_others(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (one, two) = (registered(&*store, &seed).await, registered(&*store, &seed).await);
    let agent = seed.another_agent(&*store).await;
    assert_eq!(granted(&*store, seed.organization.id, agent.id).await, []);
    let named = ToolGrant { server: two.id, tools: Some(vec![Text::parse("a").unwrap(), Text::parse("天").unwrap()]) };
    let grants = vec![builders::tool_grant(&one), named.clone()];
    assert_eq!(apply_one(&*store, grant(&agent, grants.clone())).await, Outcome::Updated);
    let expected = vec![(one.id, grants[0].clone()), (two.id, named.clone())];
    assert_eq!(granted(&*store, seed.organization.id, agent.id).await, expected);
    assert_eq!(granted(&*store, other.organization.id, agent.id).await, []);
    assert_eq!(granted(&*store, seed.organization.id, seed.agent.id).await, []);
    // With the servers as they are now.
    let renamed = McpServer { name: ServerName::parse("renamed").unwrap(), ..two.clone() };
    apply_one(&*store, update(&renamed)).await;
    let servers = store.list_tool_grants(seed.organization.id, agent.id).await.unwrap();
    assert_eq!(servers.into_iter().map(|(server, _)| server).collect::<Vec<_>>(), [one, renamed]);

    assert_eq!(apply_one(&*store, grant(&agent, vec![named.clone()])).await, Outcome::Updated);
    assert_eq!(granted(&*store, seed.organization.id, agent.id).await, [(two.id, named)]);
    apply_one(&*store, grant(&agent, vec![])).await;
    assert_eq!(granted(&*store, seed.organization.id, agent.id).await, []);
}

pub async fn a_removed_tool_server_leaves_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (server, kept) = (registered(&*store, &seed).await, registered(&*store, &seed).await);
    let grants = vec![builders::tool_grant(&server), builders::tool_grant(&kept)];
    apply(&*store, [accept_new(&server, vec![accepted("a", 1)]), grant(&seed.agent, grants)]).await;
    assert_eq!(apply_one(&*store, delete(&server)).await, Outcome::Updated);
    assert_eq!(now(&*store, &server).await, None);
    assert_eq!(known(&*store, &server).await, []);
    let left = granted(&*store, seed.organization.id, seed.agent.id).await;
    assert_eq!(left, [(kept.id, builders::tool_grant(&kept))]);
    assert_eq!(apply_one(&*store, delete(&server)).await, Outcome::Unchanged);
}

pub async fn an_agent_that_is_deleted_is_granted_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let server = registered(&*store, &seed).await;
    let (agent, own) = (seed.another_agent(&*store).await, builders::personal_agent(&seed.owner));
    apply_one(&*store, Change::Agent(AgentChange::Insert(own.clone()))).await;
    let all = || vec![builders::tool_grant(&server)];
    apply(&*store, [grant(&agent, all()), grant(&own, all()), grant(&seed.agent, all())]).await;
    let deleted = Agent { deleted_at: Some(builders::at()), ..agent.clone() };
    apply_one(&*store, Change::Agent(AgentChange::Update(deleted))).await;
    assert_eq!(granted(&*store, seed.organization.id, agent.id).await, []);
    let user = seed.owner.id;
    apply_one(&*store, Change::User(UserChange::Delete { user, at: builders::at() })).await;
    assert_eq!(granted(&*store, seed.organization.id, own.id).await, []);
    assert_eq!(granted(&*store, seed.organization.id, seed.agent.id).await.len(), 1);
}

pub async fn tool_servers_are_purged_with_their_organization(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (server, kept) = (registered(&*store, &seed).await, registered(&*store, &other).await);
    let changes =
        [accept_new(&server, vec![accepted("a", 1)]), grant(&seed.agent, vec![builders::tool_grant(&server)])];
    apply(&*store, changes).await;
    apply_one(&*store, accept_new(&kept, vec![accepted("a", 1)])).await;
    let organization = seed.organization.id;
    let at = builders::at();
    apply_one(&*store, Change::Organization(OrganizationChange::Delete { organization, at })).await;
    let purge = Change::Organization(OrganizationChange::Purge { organization, at_most: 2 });
    while apply_one(&*store, purge.clone()).await == Outcome::Updated {}
    assert_eq!(now(&*store, &server).await, None);
    assert_eq!(known(&*store, &server).await, []);
    assert_eq!(granted(&*store, organization, seed.agent.id).await, []);
    assert_eq!(now(&*store, &kept).await, Some(kept.clone()));
    assert_eq!(known(&*store, &kept).await.len(), 1);
}

pub async fn a_tool_server_guard_holds_until_it_is_removed(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let server = registered(&*store, &seed).await;
    let guard = |organization, server| Guard::McpServer { organization, server };
    let version = |version| Guard::Version(Versioned::McpServer(server.id), version);
    assert!(holds(&*store, guard(seed.organization.id, server.id)).await);
    assert!(!holds(&*store, guard(other.organization.id, server.id)).await);
    assert!(!holds(&*store, guard(seed.organization.id, builders::id())).await);
    let next = McpServer { version: 5, ..server.clone() };
    done(&*store, builders::guarded([version(1)], [update(&next)])).await;
    assert!(holds(&*store, version(5)).await && !holds(&*store, version(1)).await);
    apply_one(&*store, delete(&server)).await;
    assert!(!holds(&*store, guard(seed.organization.id, server.id)).await);
    assert!(!holds(&*store, version(5)).await);
}
