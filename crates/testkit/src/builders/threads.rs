use stead_domain::{
    ConversationId, Json, MessageId,
    agent::Agent,
    message::{Author, Message, MessageRole, MessageStatus},
    thread::{Thread, TitleSource},
    user::User,
};

use super::minted::{id, time_of};

/// A thread without a title.
pub fn thread(agent: &Agent, user: &User) -> Thread {
    let id: ConversationId = id();
    Thread {
        id,
        organization_id: user.organization_id,
        agent_id: agent.id,
        user_id: user.id,
        channel_id: None,
        inbox: false,
        title: None,
        title_source: TitleSource::None,
        metadata: Json::empty(),
        archived: false,
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
        last_activity_at: time_of(id),
    }
}

/// What the thread's person says.
pub fn user_message(thread: &Thread, content: &str) -> Message {
    let id: MessageId = id();
    Message {
        id,
        organization_id: thread.organization_id,
        conversation_id: thread.id,
        author: Author::User(thread.user_id),
        role: MessageRole::User,
        from_ai: false,
        content: content.to_owned(),
        content_html: format!("<p>{content}</p>"),
        metadata: Json::empty(),
        reply_to_id: None,
        branch_parent_id: None,
        active: true,
        run_id: None,
        status: MessageStatus::Complete,
        client_id: None,
        version: 1,
        created_at: time_of(id),
        edited_at: None,
        deleted_at: None,
    }
}

/// What the thread's agent said, of which no run is known.
pub fn assistant_message(thread: &Thread, content: &str) -> Message {
    Message {
        author: Author::Agent { agent: thread.agent_id, on_behalf_of: None },
        role: MessageRole::Assistant,
        from_ai: true,
        ..user_message(thread, content)
    }
}
