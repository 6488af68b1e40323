use std::sync::OnceLock;

use bytes::Bytes;
use stead_domain::{ConversationId, OrganizationId, Timestamp, event::EventCursor, scope::Scope};

use super::Subject;

/// An event as everyone in its audience is told of it.
#[derive(Debug)]
pub struct Told {
    /// What happened: its stable name.
    pub kind: &'static str,
    /// The place after it in the log; none where it is fleeting.
    pub place: Option<EventCursor>,
    /// Where it happened.
    pub organization: OrganizationId,
    /// In which room.
    pub room: Option<Room>,
    /// What it is about.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
    wire: OnceLock<Bytes>,
}

/// A room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// A conversation with an agent.
    Thread(ConversationId),
    /// Any other.
    Channel(ConversationId),
}

impl Told {
    pub(super) fn new(
        (kind, place): (&'static str, Option<EventCursor>),
        organization: OrganizationId,
        room: Option<Room>,
        subject: Subject,
        at: Timestamp,
    ) -> Self {
        Self { kind, place, organization, room, subject, at, wire: OnceLock::new() }
    }

    /// It as it is sent, written once for all who get it.
    pub fn written(&self, write: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.wire.get_or_init(|| write(self)).clone()
    }

    /// The scope that a key needs to be told of it.
    pub(super) fn needs(&self) -> Scope {
        match (self.room, &self.subject) {
            (Some(Room::Thread(_)), _) => Scope::ThreadsRead,
            (Some(Room::Channel(_)), _) => Scope::ChannelsRead,
            (None, Subject::File(_) | Subject::DeletedFile(_)) => Scope::FilesRead,
            (None, _) => Scope::UsersRead,
        }
    }
}
