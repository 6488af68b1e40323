use stead_domain::{
    message::{Message, MessageStatus},
    page::Slice,
    ports::store::{ChannelMessage, Pin, ThreadMessage},
    thread::Thread,
};

use crate::{inbox::InboxMessage, threads::ThreadView, turn::RunEvent};

/// Something that messages are shown in.
pub trait ShowsMessages {
    /// Hands over each of them.
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message));
}

/// Whether there may be something that a message was made from: an answer that is being written has none yet, and one that
/// was deleted none any more.
pub(crate) fn has_sources(message: &Message) -> bool {
    let is_whole = match message.status {
        MessageStatus::Queued | MessageStatus::Streaming => false,
        MessageStatus::Complete | MessageStatus::Cancelled | MessageStatus::Failed => true,
    };
    message.from_ai && is_whole && message.deleted_at.is_none()
}

impl ShowsMessages for ThreadMessage {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        with(&self.message);
    }
}

impl ShowsMessages for ChannelMessage {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        with(&self.message);
    }
}

impl ShowsMessages for InboxMessage {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        with(&self.message);
    }
}

impl ShowsMessages for Pin {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        with(&self.message.message);
    }
}

impl ShowsMessages for ThreadView {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        self.messages.each_message(with);
    }
}

/// Of what a follower is told, the answer alone: the message that it answers is a person's.
impl ShowsMessages for RunEvent {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        if let Self::MessageCompleted(answer) = self {
            answer.each_message(with);
        }
    }
}

impl ShowsMessages for (Thread, Vec<ThreadMessage>) {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        self.1.each_message(with);
    }
}

impl<T: ShowsMessages> ShowsMessages for Vec<T> {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        self.iter().for_each(|one| one.each_message(with));
    }
}

impl<T: ShowsMessages> ShowsMessages for Slice<T> {
    fn each_message<'a>(&'a self, with: &mut dyn FnMut(&'a Message)) {
        self.items.each_message(with);
    }
}
