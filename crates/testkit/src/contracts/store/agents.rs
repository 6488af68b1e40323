//! Agents.

use std::sync::Arc;

use stead_domain::{
    Timestamp, UserId,
    agent::{Agent, AgentKind, Knowledge, OwnerVisibility, Temperature, ToolPolicy, ToolRounds, Visibility},
    page::{Page, Position, Slice},
    ports::store::{AgentChange, AgentViewer, Change, Outcome, Store, UniqueKey},
    text::{Handle, Text},
    user::{OrganizationRole, User},
};
use uuid::Uuid;

use super::{
    expectations::{apply, apply_one, conflict_of},
    paging_model::every_page_is_right,
    scenes::page,
};
use crate::builders::{self, Seed};

fn insert(agent: &Agent) -> Change {
    Change::Agent(AgentChange::Insert(agent.clone()))
}

fn update(agent: &Agent) -> Change {
    Change::Agent(AgentChange::Update(agent.clone()))
}

async fn agent_now(store: &dyn Store, agent: &Agent) -> Agent {
    store.find_agent(agent.organization_id, agent.id).await.unwrap().expect("an agent that is there")
}

async fn delete(store: &dyn Store, agent: &Agent) -> Agent {
    let deleted = Agent { deleted_at: Some(builders::at()), version: agent.version + 1, ..agent.clone() };
    assert_eq!(apply_one(store, update(&deleted)).await, Outcome::Updated);
    deleted
}

/// An agent with a value in every field that may be empty.
fn full(owner: &User) -> Agent {
    Agent {
        avatar_url: Some("https://example.org/ä.png".to_owned()),
        description: Text::parse("Knows 天気 🌦️").unwrap(),
        instructions: Text::parse("🦉".repeat(40_000)).unwrap(),
        model: Some(Text::parse("gpt-größer").unwrap()),
        temperature: Some(Temperature::parse(0.1 + 0.2).unwrap()),
        version: 1 << 40,
        updated_at: builders::at(),
        deleted_at: Some(builders::at()),
        ..builders::personal_agent(owner)
    }
}

pub async fn every_kind_of_agent_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let plain = builders::agent(&seed.organization);
    let mut agents = vec![plain.clone(), full(&seed.owner)];
    for visibility in [Visibility::Private, Visibility::Organization] {
        agents.push(Agent { visibility, ..builders::agent(&seed.organization) });
    }
    for owner_visibility in [OwnerVisibility::Full, OwnerVisibility::Metadata, OwnerVisibility::None] {
        agents.push(Agent { owner_visibility, ..builders::agent(&seed.organization) });
    }
    for knowledge in [Knowledge::None, Knowledge::SharedChannels] {
        agents.push(Agent { knowledge, ..builders::agent(&seed.organization) });
    }
    for tool_policy in [ToolPolicy::Auto, ToolPolicy::Ask, ToolPolicy::Off] {
        agents.push(Agent { tool_policy, ..builders::agent(&seed.organization) });
    }
    for rounds in [0, 32] {
        let max_tool_rounds = ToolRounds::parse(rounds).unwrap();
        agents.push(Agent { max_tool_rounds, ..builders::agent(&seed.organization) });
    }
    for temperature in [0.0, 0.7, 2.0] {
        let temperature = Some(Temperature::parse(temperature).unwrap());
        agents.push(Agent { temperature, ..builders::agent(&seed.organization) });
    }
    for agent in agents {
        assert_eq!(apply_one(&*store, insert(&agent)).await, Outcome::Inserted);
        assert_eq!(agent_now(&*store, &agent).await, agent);
    }
}

pub async fn an_agent_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    assert_eq!(store.find_agent(other.organization.id, seed.agent.id).await.unwrap(), None);
    assert_eq!(store.find_agent(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn an_agent_update_writes_all_but_identity(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let before = builders::personal_agent(&seed.owner);
    apply_one(&*store, insert(&before)).await;
    let written = Agent {
        id: before.id,
        created_at: before.created_at,
        handle: Handle::parse("renamed").unwrap(),
        display_name: Text::parse("Renamed").unwrap(),
        visibility: Visibility::Private,
        owner_visibility: OwnerVisibility::None,
        knowledge: Knowledge::SharedChannels,
        tool_policy: ToolPolicy::Off,
        max_tool_rounds: ToolRounds::parse(31).unwrap(),
        ..full(&seed.owner)
    };
    let given = Agent {
        organization_id: other.organization.id,
        kind: AgentKind::Organization,
        created_at: Timestamp::EPOCH,
        ..written.clone()
    };
    assert_eq!(apply_one(&*store, update(&given)).await, Outcome::Updated);
    assert_eq!(agent_now(&*store, &written).await, written);

    let cleared = Agent { avatar_url: None, model: None, temperature: None, deleted_at: None, ..written };
    assert_eq!(apply_one(&*store, update(&cleared)).await, Outcome::Updated);
    assert_eq!(agent_now(&*store, &cleared).await, cleared);
}

pub async fn an_update_of_an_unknown_agent_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agent = builders::agent(&seed.organization);
    assert_eq!(apply_one(&*store, update(&agent)).await, Outcome::Unchanged);
    assert_eq!(store.find_agent(agent.organization_id, agent.id).await.unwrap(), None);
}

pub async fn a_deleted_agent_is_still_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let deleted = delete(&*store, &seed.another_agent(&*store).await).await;
    assert_eq!(agent_now(&*store, &deleted).await, deleted);
}

pub async fn an_agents_handle_is_taken_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let same = Agent { handle: seed.agent.handle.clone(), ..builders::agent(&seed.organization) };
    assert_eq!(conflict_of(&*store, insert(&same)).await, UniqueKey::AgentHandle);

    let personal = Agent { handle: seed.agent.handle.clone(), ..builders::personal_agent(&seed.owner) };
    assert_eq!(conflict_of(&*store, insert(&personal)).await, UniqueKey::AgentHandle);

    let elsewhere = Agent { handle: seed.agent.handle.clone(), ..builders::agent(&other.organization) };
    assert_eq!(apply_one(&*store, insert(&elsewhere)).await, Outcome::Inserted);
}

pub async fn an_agents_new_handle_may_be_taken(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agent = seed.another_agent(&*store).await;
    let renamed = Agent { handle: seed.agent.handle.clone(), version: 2, ..agent.clone() };
    assert_eq!(conflict_of(&*store, update(&renamed)).await, UniqueKey::AgentHandle);
    assert_eq!(agent_now(&*store, &agent).await, agent);
}

pub async fn an_agent_may_have_the_handle_of_a_user(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let own = Agent { handle: seed.owner.handle.clone(), ..builders::personal_agent(&seed.owner) };
    assert_eq!(apply_one(&*store, insert(&own)).await, Outcome::Inserted);
}

pub async fn a_deleted_agents_handle_is_free(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let deleted = delete(&*store, &seed.another_agent(&*store).await).await;
    let heir = Agent { handle: deleted.handle.clone(), ..builders::agent(&seed.organization) };
    assert_eq!(apply_one(&*store, insert(&heir)).await, Outcome::Inserted);

    let back = Agent { deleted_at: None, ..deleted };
    assert_eq!(conflict_of(&*store, update(&back)).await, UniqueKey::AgentHandle);
}

/// Agents of every kind and visibility, of two owners, some deleted; in order of their ids.
async fn every_sort_of_agent(store: &dyn Store, seed: &Seed, member: &User) -> Vec<Agent> {
    let mut agents = Vec::new();
    for visibility in [Visibility::Private, Visibility::Organization] {
        for deleted_at in [None, Some(builders::at())] {
            for agent in [
                builders::agent(&seed.organization),
                builders::personal_agent(&seed.owner),
                builders::personal_agent(member),
            ] {
                agents.push(Agent { visibility, deleted_at, ..agent });
            }
        }
    }
    apply(store, agents.iter().map(insert)).await;
    agents.push(seed.agent.clone());
    agents.sort_by_key(|agent| agent.id);
    agents
}

async fn listed(store: &dyn Store, seed: &Seed, viewer: AgentViewer, page: Page) -> Slice<Agent> {
    store.list_agents(seed.organization.id, viewer, page).await.unwrap()
}

pub async fn a_viewer_sees_the_agents_that_are_visible_to_them(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let member = seed.another_user(&*store).await;
    let agents = every_sort_of_agent(&*store, &seed, &member).await;
    every_sort_of_agent(&*store, &other, &other.owner).await;

    let viewers: [(UserId, OrganizationRole); 4] = [
        (seed.owner.id, OrganizationRole::Owner),
        (seed.owner.id, OrganizationRole::Member),
        (member.id, OrganizationRole::Admin),
        (member.id, OrganizationRole::Member),
    ];
    for (user, role) in viewers {
        let viewer = AgentViewer { user, is_admin: role.is_admin() };
        let seen = listed(&*store, &seed, viewer, page(Position::Newest, 100)).await;
        let visible: Vec<Agent> = agents.iter().filter(|agent| agent.is_visible_to(user, role)).cloned().collect();
        assert_eq!(seen, Slice { items: visible, has_older: false, has_newer: false }, "{viewer:?}");
    }
}

pub async fn agents_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let member = seed.another_user(&*store).await;
    let mut agents = every_sort_of_agent(&*store, &seed, &member).await;
    for _ in 0..6 {
        agents.push(seed.another_agent(&*store).await);
    }
    let viewer = AgentViewer { user: member.id, is_admin: false };
    let ids: Vec<Uuid> = agents
        .iter()
        .filter(|agent| agent.is_visible_to(member.id, OrganizationRole::Member))
        .map(|agent| agent.id.uuid())
        .collect();
    every_page_is_right(&ids, async |page| {
        let slice = listed(&*store, &seed, viewer, page).await;
        Slice {
            items: slice.items.into_iter().map(|agent| agent.id.uuid()).collect(),
            has_older: slice.has_older,
            has_newer: slice.has_newer,
        }
    })
    .await;
}

pub async fn an_unknown_organization_has_no_agents(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let viewer = AgentViewer { user: seed.owner.id, is_admin: true };
    let slice = store.list_agents(builders::id(), viewer, page(Position::Newest, 100)).await.unwrap();
    assert_eq!(slice, Slice { items: Vec::new(), has_older: false, has_newer: false });
}
