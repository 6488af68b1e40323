//! What events are about, fetched as it is now: for a batch of events, each kind in a constant number of statements. What
//! is not there any more is not told.

mod channels;
mod files;
mod markers;
mod members;
mod messages;
mod runs;
mod threads;

use std::collections::HashMap;

use stead_domain::{
    AgentId, ConversationId, FileId, MessageId, RunId, UserId,
    agent::OwnerVisibility,
    channel::ChannelKind,
    event::{Audience, EventKind, LoggedEvent, NewEvent},
    file::File,
    ports::{
        notifier::Typist,
        store::{ChannelMember, ChannelMessage, ChannelView, ReadMarker, StoreError, ThreadMessage},
    },
    run::Run,
    status::SeenPresence,
    thread::Thread,
};
use uuid::Uuid;

use crate::{
    Application,
    citations::{CitationsOf, Cited},
};

/// What an event is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A message of a thread, with what everybody in it may read of what it was made from.
    Message(Box<Cited<ThreadMessage>>),
    /// A thread, and how much of it the agent's owner may read.
    Thread(Box<Thread>, OwnerVisibility),
    /// A thread that is deleted.
    DeletedThread(ConversationId),
    /// A message of a channel, or the tombstone of one, likewise.
    ChannelMessage(Box<Cited<ChannelMessage>>),
    /// A channel, as nobody in particular sees it.
    Channel(Box<ChannelView>),
    /// A channel that is deleted.
    DeletedChannel(ConversationId),
    /// A member of a channel.
    Member(Box<ChannelMember>),
    /// A user or agent who is a member no longer.
    RemovedMember(Uuid),
    /// How far somebody has read.
    Read(ReadMarker),
    /// A run.
    Run(Box<Run>),
    /// A file that they uploaded.
    File(Box<File>),
    /// One that is deleted.
    DeletedFile(FileId),
    /// Whether somebody is there, as others see it.
    Presence(Box<SeenPresence>),
    /// Somebody who types.
    Typing(Typist),
    /// An agent that has begun an answer.
    AiTyping {
        /// The agent.
        agent: AgentId,
        /// The person it stands in for.
        on_behalf_of: Option<UserId>,
        /// The run that answers.
        run: RunId,
    },
    /// More of an answer.
    Delta {
        /// The run that writes it.
        run: RunId,
        /// The answer.
        message: MessageId,
        /// How many characters of it come before.
        from: usize,
        /// Its next text.
        text: String,
    },
}

impl Subject {
    /// Whether only who is a member now may know of it, whomever the event was for: of the rest is told that it is gone, or
    /// what is a user's own.
    pub(super) fn is_for_members(&self) -> bool {
        match self {
            Self::Message(_) | Self::ChannelMessage(_) | Self::Member(_) | Self::Run(_) | Self::Thread(..) => true,
            Self::Typing(_) | Self::AiTyping { .. } | Self::Delta { .. } => true,
            // (It was public when it was told, and may have become private.)
            Self::Channel(view) => view.channel.kind != ChannelKind::Public,
            Self::DeletedThread(_) | Self::DeletedChannel(_) | Self::RemovedMember(_) => false,
            Self::Read(_) | Self::Presence(_) | Self::File(_) | Self::DeletedFile(_) => false,
        }
    }
}

/// The subjects of a batch of events.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    messages: HashMap<Uuid, ThreadMessage>,
    channel_messages: HashMap<Uuid, ChannelMessage>,
    citations: CitationsOf,
    channels: HashMap<Uuid, ChannelView>,
    members: HashMap<(ConversationId, Uuid), ChannelMember>,
    markers: HashMap<(ConversationId, UserId), ReadMarker>,
    threads: HashMap<Uuid, (Thread, OwnerVisibility)>,
    runs: HashMap<Uuid, Run>,
    files: HashMap<Uuid, File>,
}

impl Subjects {
    /// Fetches them.
    pub async fn load(application: &Application, events: &[LoggedEvent]) -> Result<Self, StoreError> {
        let (mut subjects, store) = (Self::default(), &*application.store);
        let of = |is_of: fn(EventKind) -> bool| {
            let mut ids: Vec<Uuid> =
                events.iter().filter(|logged| is_of(logged.event.kind)).map(|logged| logged.event.subject_id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        messages::load(application, of(messages::is_of), &mut subjects).await?;
        threads::load(store, of(threads::is_of), &mut subjects).await?;
        runs::load(store, of(runs::is_of), &mut subjects).await?;
        files::load(store, of(files::is_of), &mut subjects).await?;
        channels::load(store, of(channels::is_of), &mut subjects).await?;
        members::load(store, events, &mut subjects).await?;
        markers::load(store, events, &mut subjects).await?;
        Ok(subjects)
    }

    /// What an event is about, if it is there. (Each kind is named: of a new one is decided here what is told.)
    pub fn find(&self, event: &NewEvent) -> Option<Subject> {
        let id = event.subject_id;
        match event.kind {
            EventKind::MessageCreated
            | EventKind::MessageUpdated
            | EventKind::MessageDeleted
            | EventKind::ReactionAdded
            | EventKind::ReactionRemoved
            | EventKind::PinAdded
            | EventKind::PinRemoved => {
                let in_thread = || Some(Subject::Message(Box::new(self.cited(self.messages.get(&id)?, id))));
                let in_channel =
                    || Some(Subject::ChannelMessage(Box::new(self.cited(self.channel_messages.get(&id)?, id))));
                in_thread().or_else(in_channel)
            }
            EventKind::ChannelCreated | EventKind::ChannelUpdated => {
                self.channels.get(&id).map(|channel| Subject::Channel(Box::new(channel.clone())))
            }
            EventKind::ChannelDeleted => Some(Subject::DeletedChannel(ConversationId::new(id))),
            EventKind::MemberAdded | EventKind::MemberUpdated => {
                let member = self.members.get(&(event.conversation_id?, id));
                member.map(|member| Subject::Member(Box::new(member.clone())))
            }
            EventKind::MemberRemoved => Some(Subject::RemovedMember(id)),
            EventKind::ReadUpdated => {
                let (Audience::User(user), Some(conversation)) = (event.audience, event.conversation_id) else {
                    return None;
                };
                self.markers.get(&(conversation, user)).cloned().map(Subject::Read)
            }
            EventKind::ThreadCreated | EventKind::ThreadUpdated => {
                self.threads.get(&id).map(|(thread, seen)| Subject::Thread(Box::new(thread.clone()), *seen))
            }
            EventKind::ThreadDeleted => Some(Subject::DeletedThread(ConversationId::new(id))),
            EventKind::RunQueued | EventKind::RunStarted | EventKind::RunAwaitingApproval | EventKind::RunEnded => {
                self.runs.get(&id).map(|run| Subject::Run(Box::new(run.clone())))
            }
            EventKind::FileUpdated => self.files.get(&id).map(|file| Subject::File(Box::new(file.clone()))),
            EventKind::FileDeleted => Some(Subject::DeletedFile(FileId::new(id))),
            // For the indexes alone.
            EventKind::MessagesOutdated => None,
        }
    }

    fn cited<T: Clone>(&self, said: &T, id: Uuid) -> Cited<T> {
        let own = self.citations.get_key_value(&MessageId::new(id));
        let citations = own.map(|(message, citations)| (*message, citations.clone())).into_iter().collect();
        Cited { shown: said.clone(), citations }
    }
}
