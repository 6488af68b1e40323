use std::{collections::HashSet, hash::Hash};

use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId,
    event::{EventKind, LoggedEvent},
    ports::store::{FileRef, MessageRef},
};

/// What changed, or may have: each once, in the order in which it last did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Messages that came, were changed or went.
    pub messages: Vec<MessageRef>,
    /// Files that were understood, changed or went.
    pub files: Vec<FileRef>,
    /// Threads that came or were changed: other files, another branch.
    pub threads: Vec<(OrganizationId, ConversationId)>,
    /// Conversations that went, with everything in them.
    pub gone: Vec<(OrganizationId, ConversationId)>,
    /// Conversations of which the oldest messages went.
    pub outdated: Vec<(OrganizationId, ConversationId)>,
    /// Whether also what is in the index as it should be is put there anew.
    pub forced: bool,
}

impl Changed {
    /// What these events are about.
    pub fn of(events: &[LoggedEvent]) -> Self {
        let mut changed = Self::default();
        for LoggedEvent { event, .. } in events {
            let (organization, subject) = (event.organization_id, event.subject_id);
            match event.kind {
                EventKind::MessageCreated | EventKind::MessageUpdated | EventKind::MessageDeleted => {
                    if let Some(conversation) = event.conversation_id {
                        let message = MessageId::new(subject);
                        changed.messages.push(MessageRef { organization, conversation, message });
                    }
                }
                EventKind::FileUpdated | EventKind::FileDeleted => {
                    changed.files.push(FileRef { organization, file: FileId::new(subject) });
                }
                EventKind::ThreadCreated | EventKind::ThreadUpdated => {
                    changed.threads.push((organization, ConversationId::new(subject)));
                }
                EventKind::ThreadDeleted | EventKind::ChannelDeleted => {
                    changed.gone.push((organization, ConversationId::new(subject)));
                }
                EventKind::MessagesOutdated => changed.outdated.push((organization, ConversationId::new(subject))),
                _ => {}
            }
        }
        each_once(&mut changed.messages);
        each_once(&mut changed.files);
        each_once(&mut changed.threads);
        each_once(&mut changed.gone);
        each_once(&mut changed.outdated);
        changed
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many things changed.
    pub fn len(&self) -> usize {
        self.messages.len() + self.files.len() + self.threads.len() + self.gone.len() + self.outdated.len()
    }

    /// Each of them alone.
    pub fn one_by_one(&self) -> Vec<Self> {
        let one = || Self { forced: self.forced, ..Self::default() };
        let messages = self.messages.iter().map(|message| Self { messages: vec![*message], ..one() });
        let files = self.files.iter().map(|file| Self { files: vec![*file], ..one() });
        let threads = self.threads.iter().map(|thread| Self { threads: vec![*thread], ..one() });
        let gone = self.gone.iter().map(|gone| Self { gone: vec![*gone], ..one() });
        let outdated = self.outdated.iter().map(|outdated| Self { outdated: vec![*outdated], ..one() });
        messages.chain(files).chain(threads).chain(gone).chain(outdated).collect()
    }
}

/// Of equals the last one stays.
fn each_once<T: Copy + Eq + Hash>(all: &mut Vec<T>) {
    let mut seen = HashSet::new();
    all.reverse();
    all.retain(|one| seen.insert(*one));
    all.reverse();
}

#[cfg(test)]
mod tests {
    use stead_domain::{
        Timestamp,
        event::{Audience, EventCursor, NewEvent},
    };
    use uuid::Uuid;

    use super::*;

    fn event(kind: EventKind, subject: u128) -> LoggedEvent {
        let id = Uuid::from_u128(7);
        LoggedEvent {
            cursor: EventCursor { epoch: 1, transaction: 1, row: 1 },
            event: NewEvent {
                organization_id: OrganizationId::new(id),
                conversation_id: Some(ConversationId::new(id)),
                audience: Audience::Members,
                kind,
                subject_id: Uuid::from_u128(subject),
                subject_version: 1,
                at: Timestamp::EPOCH,
            },
        }
    }

    #[test]
    fn each_thing_is_told_once_where_it_last_changed() {
        let events = [
            event(EventKind::MessageCreated, 1),
            event(EventKind::MessageCreated, 2),
            event(EventKind::RunQueued, 3),
            event(EventKind::MessageUpdated, 1),
            event(EventKind::FileUpdated, 1),
        ];
        let changed = Changed::of(&events);
        let messages: Vec<u128> = changed.messages.iter().map(|one| one.message.uuid().as_u128()).collect();
        assert_eq!((messages, changed.len()), (vec![2, 1], 3));
        let alone = changed.one_by_one();
        assert!(alone.len() == 3 && alone.iter().all(|one| one.len() == 1));
    }
}
