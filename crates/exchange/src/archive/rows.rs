//! What stands in a line. Names and times are those of the API.

use serde_json::{Value, json};
use stead_domain::{
    Id, Timestamp,
    agent::{Agent, AgentKind},
    channel::{Channel, Mention},
    file::File,
    membership::{Membership, Participant},
    message::{Author, MessageRole, MessageStatus},
    organization::Organization,
    ports::store::{ExportedMessage, Pin},
    thread::Thread,
    user::{OrganizationRole, User, UserKind},
};

use super::writer::hex;

pub(super) fn organization(organization: &Organization) -> Value {
    json!({
        "id": id(organization.id),
        "name": organization.name.as_str(),
        "default_agent_id": id(organization.default_agent_id),
        "retention_days": organization.retention.map(|days| days.get()),
        "ai_enabled": organization.ai_enabled,
        "created_at": at(organization.created_at),
    })
}

pub(super) fn user(user: &User) -> Value {
    let kind = match user.kind {
        UserKind::Person => "person",
        UserKind::Service => "service",
    };
    let role = match user.role {
        OrganizationRole::Member => "member",
        OrganizationRole::Admin => "admin",
        OrganizationRole::Owner => "owner",
    };
    json!({
        "id": id(user.id),
        "kind": kind,
        "role": role,
        "handle": user.handle.as_str(),
        "email": user.email.as_ref().map(|email| email.as_str()),
        "display_name": user.display_name.as_str(),
        "bio": user.bio.as_ref().map(|bio| bio.as_str()),
        "deactivated_at": user.deactivated_at.map(at),
        "created_at": at(user.created_at),
    })
}

pub(super) fn agent(agent: &Agent) -> Value {
    let owner = match agent.kind {
        AgentKind::Organization => None,
        AgentKind::Personal { owner } => Some(id(owner)),
    };
    json!({
        "id": id(agent.id),
        "handle": agent.handle.as_str(),
        "display_name": agent.display_name.as_str(),
        "owner_user_id": owner,
        "description": agent.description.as_str(),
        "instructions": agent.instructions.as_str(),
        "model": agent.model.as_ref().map(|model| model.as_str()),
        "created_at": at(agent.created_at),
        "deleted_at": agent.deleted_at.map(at),
    })
}

pub(super) fn channel(channel: &Channel) -> Value {
    json!({
        "id": id(channel.id),
        "kind": channel.kind.as_str(),
        "name": channel.name.as_ref().map(|name| name.as_str()),
        "topic": channel.topic.as_str(),
        "agent_id": channel.agent_id.map(id),
        "agent_personality": channel.agent_personality.as_ref().map(|text| text.as_str()),
        "created_by": id(channel.created_by),
        "created_at": at(channel.created_at),
        "updated_at": at(channel.updated_at),
    })
}

pub(super) fn member(member: &Membership) -> Value {
    let (kind, entity) = match member.participant {
        Participant::User(user) => ("user", id(user)),
        Participant::Agent(agent) => ("agent", id(agent)),
    };
    json!({
        "channel_id": id(member.conversation_id),
        "entity_type": kind,
        "entity_id": entity,
        "role": member.role.as_str(),
        "joined_at": at(member.joined_at),
    })
}

pub(super) fn pin(pin: &Pin) -> Value {
    json!({
        "channel_id": id(pin.message.message.conversation_id),
        "message_id": id(pin.message.message.id),
        "pinned_by": id(pin.pinned_by),
        "pinned_at": at(pin.pinned_at),
    })
}

pub(super) fn thread(thread: &Thread, files: &[File]) -> Value {
    json!({
        "id": id(thread.id),
        "agent_id": id(thread.agent_id),
        "user_id": id(thread.user_id),
        "channel_id": thread.channel_id.map(id),
        "title": thread.title.as_ref().map(|title| title.as_str()),
        "metadata": thread.metadata.value(),
        "archived": thread.archived,
        "file_ids": files.iter().map(|file| id(file.id)).collect::<Vec<_>>(),
        "created_at": at(thread.created_at),
        "last_activity_at": at(thread.last_activity_at),
    })
}

pub(super) fn message(exported: &ExportedMessage) -> Value {
    let ExportedMessage { message, mentions, reactions, files } = exported;
    let (author_kind, author, on_behalf_of) = match message.author {
        Author::User(user) => ("user", Some(id(user)), None),
        Author::Agent { agent, on_behalf_of } => ("agent", Some(id(agent)), on_behalf_of.map(id)),
        Author::System => ("system", None, None),
    };
    let role = match message.role {
        MessageRole::User => "user",
        MessageRole::Assistant => "assistant",
        MessageRole::System => "system",
    };
    let status = match message.status {
        MessageStatus::Queued => "queued",
        MessageStatus::Streaming => "streaming",
        MessageStatus::Complete => "complete",
        MessageStatus::Cancelled => "cancelled",
        MessageStatus::Failed => "failed",
    };
    let mentions = mentions.iter().map(|mention| match mention {
        Mention::User(user) => json!({"kind": "user", "id": id(*user)}),
        Mention::Agent(agent) => json!({"kind": "agent", "id": id(*agent)}),
        Mention::Channel => json!({"kind": "channel"}),
        Mention::Here => json!({"kind": "here"}),
    });
    let reactions = reactions
        .iter()
        .map(|(user, emoji, when)| json!({"user_id": id(*user), "emoji": emoji.as_str(), "created_at": at(*when)}));
    json!({
        "id": id(message.id),
        "conversation_id": id(message.conversation_id),
        "author": {"kind": author_kind, "id": author},
        "on_behalf_of": on_behalf_of,
        "role": role,
        "from_ai": message.from_ai,
        "content": message.content,
        "metadata": message.metadata.value(),
        "parent_id": message.reply_to_id.map(id),
        "branch_parent_id": message.branch_parent_id.map(id),
        "active": message.active,
        "status": status,
        "version": message.version,
        "created_at": at(message.created_at),
        "edited_at": message.edited_at.map(at),
        "deleted_at": message.deleted_at.map(at),
        "mentions": mentions.collect::<Vec<_>>(),
        "reactions": reactions.collect::<Vec<_>>(),
        "file_ids": files.iter().map(|file| id(*file)).collect::<Vec<_>>(),
    })
}

pub(super) fn file(file: &File) -> Value {
    json!({
        "id": id(file.id),
        "uploaded_by": id(file.uploaded_by),
        "name": file.name.as_str(),
        "content_type": file.content_type,
        "size": file.size,
        "sha256": hex(&file.sha256),
        "summary": file.summary,
        "created_at": at(file.created_at),
        "part": format!("files/{}", file.id),
    })
}

pub(super) fn id<K>(id: Id<K>) -> Value {
    Value::String(id.to_string())
}

fn at(at: Timestamp) -> Value {
    let at = at.get();
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second, micros) = at.to_hms_micro();
    let month = u8::from(month);
    Value::String(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"))
}
