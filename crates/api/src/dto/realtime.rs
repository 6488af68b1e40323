use serde::Serialize;
use stead_application::realtime::{Room, Seq, Subject, Told};
use stead_domain::{ports::notifier::Typist, status::SeenPresence};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ChannelBody, ChannelMemberBody, ChannelMessageBody, FileBody, MessageBody, PresenceBody, RunBody, StatusModeBody,
    ThreadBody, Time,
};

/// An event: what happened, where and when. Those with a `seq` are kept in the order in which they happened: connect again
/// with `since` and the last `seq`, and none is missed or doubled. Those without are true for a moment only, and may be
/// lost. Take what you do not know for something newer, and leave it be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RealtimeEvent)]
pub struct RealtimeEventBody {
    /// What happened.
    #[serde(flatten)]
    pub what: WhatHappened,
    /// The place in the log after it: opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    pub seq: Option<String>,
    /// In which organization.
    pub organization_id: Uuid,
    /// In which channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub channel_id: Option<Uuid>,
    /// In which thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub thread_id: Option<Uuid>,
    /// When.
    pub at: Time,
}

/// What happened: `type` is its name, `data` what it is about, as that is when it is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = WhatHappened)]
pub enum WhatHappened {
    /// You are connected: what follows is everything after `seq`.
    #[serde(rename = "hello")]
    Hello {},
    /// You missed what can no longer be told: read everything anew. What follows is everything after `seq`.
    #[serde(rename = "resync")]
    Resync {},
    /// Nothing has happened for a while, up to `seq`.
    #[serde(rename = "heartbeat")]
    Heartbeat {},
    /// An answer to `ping`.
    #[serde(rename = "pong")]
    Pong {},
    /// What you sent was not understood, or is not for you to do. Nothing was done.
    #[serde(rename = "error")]
    Error { code: &'static str, message: String },
    /// The server stops: connect again with `since`.
    #[serde(rename = "server.closing")]
    ServerClosing {},
    /// A message was stored. An answer in a thread is empty as long as it is being written.
    #[serde(rename = "message.created")]
    MessageCreated { message: SaidBody },
    /// A message or an answer changed.
    #[serde(rename = "message.updated")]
    MessageUpdated { message: SaidBody },
    /// A message was deleted: what is left of it.
    #[serde(rename = "message.deleted")]
    MessageDeleted { message: SaidBody },
    /// Somebody reacted to a message.
    #[serde(rename = "reaction.added")]
    ReactionAdded { message: SaidBody },
    /// Somebody took a reaction back.
    #[serde(rename = "reaction.removed")]
    ReactionRemoved { message: SaidBody },
    /// A message was pinned.
    #[serde(rename = "channel.pin_added")]
    PinAdded { message: SaidBody },
    /// A message was unpinned.
    #[serde(rename = "channel.pin_removed")]
    PinRemoved { message: SaidBody },
    /// A channel was made.
    #[serde(rename = "channel.created")]
    ChannelCreated { channel: Box<ChannelBody> },
    /// What a channel is called, is about or how it is set up changed. The event is the same for everyone in it: `role` is
    /// null.
    #[serde(rename = "channel.updated")]
    ChannelUpdated { channel: Box<ChannelBody> },
    /// A channel was deleted.
    #[serde(rename = "channel.deleted")]
    ChannelDeleted { channel_id: Uuid },
    /// Somebody became a member, or is let in again: perhaps you, of a channel that you did not know.
    #[serde(rename = "member.added")]
    MemberAdded { member: Box<ChannelMemberBody> },
    /// A member's role changed.
    #[serde(rename = "member.updated")]
    MemberUpdated { member: Box<ChannelMemberBody> },
    /// A person or an agent is no longer a member, or is deactivated. Where it is you, nothing of the channel follows.
    #[serde(rename = "member.removed")]
    MemberRemoved {
        /// The id of the person or agent.
        member_id: Uuid,
    },
    /// You have read on, perhaps elsewhere.
    #[serde(rename = "read.updated")]
    ReadUpdated {
        /// The last message that you have read.
        message_id: Uuid,
    },
    /// A thread was made; without its messages.
    #[serde(rename = "thread.created")]
    ThreadCreated { thread: Box<ThreadBody> },
    /// A thread's title, archive flag or metadata changed; without its messages.
    #[serde(rename = "thread.updated")]
    ThreadUpdated { thread: Box<ThreadBody> },
    /// A thread was deleted.
    #[serde(rename = "thread.deleted")]
    ThreadDeleted { thread_id: Uuid },
    /// A run was queued.
    #[serde(rename = "run.queued")]
    RunQueued { run: Box<RunBody> },
    /// A run started.
    #[serde(rename = "run.started")]
    RunStarted { run: Box<RunBody> },
    /// A run waits for its person to allow tool calls.
    #[serde(rename = "run.awaiting_approval")]
    RunAwaitingApproval { run: Box<RunBody> },
    /// A run ended, one way or another.
    #[serde(rename = "run.ended")]
    RunEnded { run: Box<RunBody> },
    /// Somebody came, went or set their status. Fleeting.
    #[serde(rename = "presence.changed")]
    PresenceChanged(PresenceChangedBody),
    /// Somebody types; ask for no more than five seconds. Fleeting.
    #[serde(rename = "typing")]
    Typing {
        /// The person,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Uuid, required = false)]
        user_id: Option<Uuid>,
        /// or the agent.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Uuid, required = false)]
        agent_id: Option<Uuid>,
    },
    /// An agent has begun an answer. Fleeting.
    #[serde(rename = "ai.typing")]
    AiTyping {
        agent_id: Uuid,
        /// The person it stands in for.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Uuid, required = false)]
        on_behalf_of: Option<Uuid>,
        run_id: Uuid,
    },
    /// A file of yours was understood, or could not be.
    #[serde(rename = "file.updated")]
    FileUpdated { file: Box<FileBody> },
    /// A file of yours was deleted.
    #[serde(rename = "file.deleted")]
    FileDeleted { file_id: Uuid },
    /// More of an answer, to the members of its channel or the person of its thread. Fleeting: the whole of it comes with
    /// `message.created` in a channel and with `message.updated` in a thread, after which this says nothing new.
    #[serde(rename = "content.delta")]
    ContentDelta {
        run_id: Uuid,
        /// In a thread the answer. In a channel, where a message has its id from when it is stored, the run.
        message_id: Uuid,
        /// How many characters (Unicode scalar values) of the answer come before. It stands in place of all that is there
        /// from here on; where you have fewer, some of it did not reach you.
        #[schema(minimum = 0)]
        from: usize,
        delta: String,
    },
}

/// A message as its room shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Said)]
pub enum SaidBody {
    /// In a thread.
    Thread(Box<MessageBody>),
    /// In a channel.
    Channel(Box<ChannelMessageBody>),
}

/// Whether somebody is there, as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PresenceChanged)]
pub struct PresenceChangedBody {
    /// Who.
    pub user_id: Uuid,
    /// Whether they are there.
    pub status: PresenceBody,
    /// What they have set.
    pub manual_status: StatusModeBody,
    /// What they say they are doing.
    #[schema(required = true)]
    pub status_text: Option<String>,
    /// The same in one emoji.
    #[schema(required = true)]
    pub status_emoji: Option<String>,
    /// When they were last active; null: never.
    #[schema(required = true)]
    pub last_seen_at: Option<Time>,
}

impl RealtimeEventBody {
    /// What is told of an event; nothing where its name and what it is about do not belong together.
    pub fn of(told: &Told) -> Option<Self> {
        let (channel_id, thread_id) = match told.room {
            Some(Room::Channel(channel)) => (Some(channel.uuid()), None),
            Some(Room::Thread(thread)) => (None, Some(thread.uuid())),
            None => (None, None),
        };
        Some(Self {
            what: WhatHappened::of(told)?,
            seq: told.place.map(|place| Seq(place).to_string()),
            organization_id: told.organization.uuid(),
            channel_id,
            thread_id,
            at: Time(told.at),
        })
    }
}

impl WhatHappened {
    fn of(told: &Told) -> Option<Self> {
        let what = match &told.subject {
            Subject::Message(message) => {
                let message = SaidBody::Thread(Box::new(MessageBody::from((**message).clone())));
                return Self::of_message(told.kind, message);
            }
            Subject::ChannelMessage(message) => {
                let message = ChannelMessageBody::for_everyone((**message).clone());
                return Self::of_message(told.kind, SaidBody::Channel(Box::new(message)));
            }
            Subject::Channel(channel) => {
                let channel = Box::new(ChannelBody::from((**channel).clone()));
                match told.kind {
                    "channel.created" => Self::ChannelCreated { channel },
                    "channel.updated" => Self::ChannelUpdated { channel },
                    _ => return None,
                }
            }
            Subject::DeletedChannel(channel) => Self::ChannelDeleted { channel_id: channel.uuid() },
            Subject::Member(member) => {
                let member = Box::new(ChannelMemberBody::from((**member).clone()));
                match told.kind {
                    "member.added" => Self::MemberAdded { member },
                    "member.updated" => Self::MemberUpdated { member },
                    _ => return None,
                }
            }
            Subject::RemovedMember(member) => Self::MemberRemoved { member_id: *member },
            Subject::Read(marker) => Self::ReadUpdated { message_id: marker.message_id.uuid() },
            Subject::Thread(thread, owner_visibility) => {
                let thread = Box::new(ThreadBody::without_messages((**thread).clone(), *owner_visibility));
                match told.kind {
                    "thread.created" => Self::ThreadCreated { thread },
                    "thread.updated" => Self::ThreadUpdated { thread },
                    _ => return None,
                }
            }
            Subject::DeletedThread(thread) => Self::ThreadDeleted { thread_id: thread.uuid() },
            Subject::Run(run) => {
                let run = (**run).clone();
                let run = Box::new(match told.room {
                    Some(Room::Channel(_)) => RunBody::in_channel(run),
                    Some(Room::Thread(_)) | None => RunBody::from(run),
                });
                match told.kind {
                    "run.queued" => Self::RunQueued { run },
                    "run.started" => Self::RunStarted { run },
                    "run.awaiting_approval" => Self::RunAwaitingApproval { run },
                    "run.ended" => Self::RunEnded { run },
                    _ => return None,
                }
            }
            Subject::Presence(seen) => Self::PresenceChanged(PresenceChangedBody::from((**seen).clone())),
            Subject::Typing(Typist::User(user)) => Self::Typing { user_id: Some(user.uuid()), agent_id: None },
            Subject::Typing(Typist::Agent(agent)) => Self::Typing { user_id: None, agent_id: Some(agent.uuid()) },
            Subject::AiTyping { agent, on_behalf_of, run } => Self::AiTyping {
                agent_id: agent.uuid(),
                on_behalf_of: on_behalf_of.map(|user| user.uuid()),
                run_id: run.uuid(),
            },
            Subject::File(file) => Self::FileUpdated { file: Box::new(FileBody::from((**file).clone())) },
            Subject::DeletedFile(file) => Self::FileDeleted { file_id: file.uuid() },
            Subject::Delta { run, message, from, text } => {
                Self::ContentDelta { run_id: run.uuid(), message_id: message.uuid(), from: *from, delta: text.clone() }
            }
        };
        Some(what)
    }

    fn of_message(kind: &str, message: SaidBody) -> Option<Self> {
        Some(match kind {
            "message.created" => Self::MessageCreated { message },
            "message.updated" => Self::MessageUpdated { message },
            "message.deleted" => Self::MessageDeleted { message },
            "reaction.added" => Self::ReactionAdded { message },
            "reaction.removed" => Self::ReactionRemoved { message },
            "channel.pin_added" => Self::PinAdded { message },
            "channel.pin_removed" => Self::PinRemoved { message },
            _ => return None,
        })
    }
}

impl From<SeenPresence> for PresenceChangedBody {
    fn from(SeenPresence { user_id, status, set, last_seen_at }: SeenPresence) -> Self {
        Self {
            user_id: user_id.uuid(),
            status: status.into(),
            manual_status: set.mode.into(),
            status_text: set.text.map(|text| text.into_string()),
            status_emoji: set.emoji.map(|emoji| emoji.as_str().to_owned()),
            last_seen_at: last_seen_at.map(Time),
        }
    }
}

impl RealtimeEventBody {
    /// As an example for the document.
    pub fn sample() -> Self {
        let message = MessageBody::sample_question();
        Self {
            seq: Some("1-2f0a-4c".to_owned()),
            organization_id: ThreadBody::sample_new().organization_id,
            channel_id: None,
            thread_id: Some(message.thread_id),
            at: Time::sample(60),
            what: WhatHappened::MessageCreated { message: SaidBody::Thread(Box::new(message)) },
        }
    }
}
