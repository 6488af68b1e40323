use stead_domain::{
    ConversationId, Timestamp,
    page::{Page, PageLimit, Position, Slice},
    ports::store::{Branches, MessageFilter, ThreadMessage},
};
use uuid::Uuid;

use crate::{Application, Caller, Error, agents::AgentRef};

/// Which messages of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagesAt {
    /// Those at a place in the list.
    Position(Position),
    /// Those around a time.
    Time(Timestamp),
}

impl MessagesAt {
    /// The place in the list.
    pub(crate) fn position(self) -> Position {
        match self {
            Self::Position(position) => position,
            Self::Time(time) => Position::Around(smallest_id_at(time)),
        }
    }
}

impl Application {
    /// A page of a thread's messages, of the active branch or of all.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn messages(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        (branches, at): (Branches, MessagesAt),
        limit: PageLimit,
    ) -> Result<Slice<ThreadMessage>, Error> {
        let (_, _, access) = self.visible_thread(caller, agent, id).await?;
        if !access.may_read_messages() {
            return Ok(Slice { items: Vec::new(), has_older: false, has_newer: false });
        }
        let page = Page { position: at.position(), limit };
        let filter = MessageFilter { organization: caller.organization, conversation: id, branches, page };
        let Slice { items, has_older, has_newer } = self.store.list_messages(filter).await?;
        Ok(Slice { items: access.as_read(items), has_older, has_newer })
    }
}

/// The smallest UUIDv7 of a time: its first 48 bits are the milliseconds since 1970 (RFC 9562, section 5.7).
pub(crate) fn smallest_id_at(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.unix_micros() / 1_000).unwrap_or(0).min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ids_of_a_time_begin_with_it() {
        let at = Timestamp::EPOCH.plus(Duration::from_millis(0x0123_4567_89ab));
        assert_eq!(smallest_id_at(at).to_string(), "01234567-89ab-0000-0000-000000000000");
    }
}
