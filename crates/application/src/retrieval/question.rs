use stead_domain::{
    ConversationId, MessageId, Timestamp, UserId,
    message::Author,
    ports::{
        read_gate::{MessageText, Readers, SaidIn},
        store::Rooms,
        vector_store::{VectorKind, VectorPlace},
    },
    usage::Account,
};

use super::Found;

/// How much is looked up for an answer.
const FOR_AN_ANSWER: usize = 12;

/// What is looked for, by whom, and where.
pub(crate) struct Question<'a> {
    /// In words.
    pub text: &'a str,
    /// Who all read the answer.
    pub readers: Readers,
    /// One of them, who asks.
    pub asker: UserId,
    /// Where to look.
    pub places: Vec<VectorPlace>,
    /// Whether what lies elsewhere and all readers may read fits as well. An index of vectors is asked for the places all the
    /// same.
    pub everywhere: bool,
    /// Messages of what kind of conversations.
    pub rooms: Rooms,
    /// Only what this user said or uploaded.
    pub author: Option<UserId>,
    /// Only messages, or only files.
    pub kind: Option<VectorKind>,
    /// Only what was said or uploaded then or later,
    pub since: Option<Timestamp>,
    /// and before.
    pub before: Option<Timestamp>,
    /// Messages that are known already.
    pub leave_out: Vec<MessageId>,
    /// How.
    pub mode: Mode,
    /// At most so much,
    pub limit: usize,
    /// and of a file everything that fits, or only what fits best.
    pub each_file_once: bool,
    /// Who pays for embedding the question.
    pub account: Account,
}

/// How something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By its words.
    Keyword,
    /// By its meaning.
    Semantic,
    /// By both.
    Hybrid,
}

impl<'a> Question<'a> {
    /// All that fits in these places, as much as a prompt is told of.
    pub fn new(text: &'a str, readers: Readers, asker: UserId, places: Vec<VectorPlace>, account: Account) -> Self {
        Self {
            text,
            readers,
            asker,
            places,
            everywhere: false,
            rooms: Rooms::Any,
            author: None,
            kind: None,
            since: None,
            before: None,
            leave_out: Vec::new(),
            mode: Mode::Hybrid,
            limit: FOR_AN_ANSWER,
            each_file_once: false,
            account,
        }
    }

    /// The conversations in which it must lie; any where absent.
    pub fn conversations(&self) -> Option<Vec<ConversationId>> {
        (!self.everywhere).then(|| self.places.iter().map(|place| place.conversation_id()).collect())
    }

    /// The readers, and where what they are shown must lie.
    pub fn audience(&self) -> Readers {
        let readers = self.readers.clone();
        match self.conversations() {
            Some(conversations) => readers.within(conversations),
            None => readers,
        }
    }

    /// Whether it is what was asked for, whatever an index says.
    pub fn is_answered_by(&self, found: &Found) -> bool {
        let (kind, is_by_author, at) = match found {
            Found::Message(message) if !self.may_be(message) => return false,
            Found::Message(message) => {
                let is_by_author = self.author.is_none_or(|author| message.author == Author::User(author));
                (VectorKind::Message, is_by_author, message.created_at)
            }
            Found::Passage(_) | Found::File(_) => {
                let Some(file) = found.file() else { return false };
                (VectorKind::File, self.author.is_none_or(|author| file.uploaded_by == author), file.created_at)
            }
        };
        is_by_author
            && self.kind.is_none_or(|wanted| wanted == kind)
            && self.since.is_none_or(|since| at >= since)
            && self.before.is_none_or(|before| at < before)
    }

    fn may_be(&self, message: &MessageText) -> bool {
        let is_in_room = match (self.rooms, message.said_in) {
            (Rooms::Any, _) | (Rooms::Channels, SaidIn::Channel(_)) | (Rooms::Threads, SaidIn::Thread { .. }) => true,
            (Rooms::Channels, SaidIn::Thread { .. }) | (Rooms::Threads, SaidIn::Channel(_)) => false,
        };
        is_in_room && message.active && !message.content.is_empty() && !self.leave_out.contains(&message.id)
    }
}
