use stead_domain::{
    ConversationId, UserId,
    channel::{ChannelKind, MOST_IN_GROUP, MOST_MEMBERS, MemberRole},
    event::EventKind,
    membership::Participant,
    ports::store::{Change, ChannelChange, ChannelMember, Commit, Guard, StoreError, Versioned},
};

use super::{
    access::{looks_after, not_fixed, refused},
    events::member_event,
};
use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Makes somebody of the organization a member of a channel, or gives a member another role.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who is not of the organization, or not let in now; [`Error::Forbidden`];
    /// [`Conflict::FixedChannel`]; [`Conflict::ChannelFull`]; [`Conflict::LastAdmin`] where nobody would look after it.
    pub async fn put_member(
        &self,
        caller: &Caller,
        id: ConversationId,
        user: UserId,
        role: Option<MemberRole>,
    ) -> Result<ChannelMember, Error> {
        for _ in 0..TRIES {
            let view = self.channel(caller, id).await?;
            if view.role.is_some() {
                not_fixed(&view)?;
            }
            let right = looks_after(caller, &view)?;
            let before = self.one_member(id, user).await?;
            if let Some(before) =
                before.as_ref().filter(|before| role.is_none_or(|role| role == before.membership.role))
            {
                return Ok(before.clone());
            }
            let mut guards = vec![caller.still_there(), right];
            let (change, event) = match (before, role) {
                (Some(_), Some(role)) => {
                    guards.push(Guard::Member { conversation: id, user });
                    if role < MemberRole::Admin {
                        guards.push(Guard::AnotherAdmin { conversation: id, besides: user });
                    }
                    (ChannelChange::SetRole { channel: id, user, role }, self.member_updated(caller, id, user))
                }
                (_, role) => {
                    let max = if view.channel.kind == ChannelKind::Group {
                        i64::try_from(MOST_IN_GROUP).unwrap_or(i64::MAX)
                    } else {
                        MOST_MEMBERS
                    };
                    guards.push(self.guard_there(caller, user));
                    guards.push(Guard::Version(Versioned::Channel(id), view.channel.version));
                    guards.push(Guard::MemberRoom { conversation: id, more: 1, max });
                    let participant = Participant::User(user);
                    let role = role.unwrap_or(MemberRole::Member);
                    let membership = self.membership(&view.channel, participant, role);
                    let (kind, at) = (EventKind::MemberAdded, membership.joined_at);
                    let event = member_event(caller.organization, id, participant, kind, at);
                    (ChannelChange::PutMember(membership), event)
                }
            };
            let commit =
                Commit { guards, changes: vec![Change::Channel(change)], events: vec![event], ..Commit::default() };
            match self.commit(commit).await {
                Ok(_) => {
                    if let Some(member) = self.one_member(id, user).await? {
                        return Ok(member);
                    }
                }
                Err(StoreError::Refused(Guard::Version(..))) => {}
                // They left a moment ago.
                Err(StoreError::Refused(Guard::Member { user: gone, .. })) if gone == user => {}
                Err(error) => return Err(refused(caller, error)),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn one_member(&self, id: ConversationId, user: UserId) -> Result<Option<ChannelMember>, Error> {
        Ok(self.store.find_members(vec![(id, user.uuid())]).await?.pop())
    }
}
