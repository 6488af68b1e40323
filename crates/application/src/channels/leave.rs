use stead_domain::{
    ConversationId, UserId,
    channel::MemberRole,
    event::{EventKind, NewEvent},
    membership::{Membership, Participant},
    ports::store::{Change, ChannelChange, ChannelView, Commit, Guard, StoreError, Versioned},
};

use super::{
    access::{NOT_A_MEMBER, looks_after, not_fixed, refused},
    events::{member_event, removed},
};
use crate::{Application, Caller, Conflict, Error, TRIES};
use stead_domain::{
    MemberId,
    channel::{ChannelKind, MOST_MEMBERS},
};

impl Application {
    /// Makes the caller a member of a public channel; who is one stays as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for one that is not public; [`Conflict::ChannelFull`].
    pub async fn join_channel(&self, caller: &Caller, id: ConversationId) -> Result<ChannelView, Error> {
        for _ in 0..TRIES {
            let view = self.channel(caller, id).await?;
            if view.role.is_some() {
                return Ok(view);
            }
            if view.channel.kind != ChannelKind::Public {
                return Err(Error::Forbidden(NOT_A_MEMBER));
            }
            let now = self.clock.now();
            let membership = Membership {
                id: MemberId::new(self.ids.next()),
                organization_id: caller.organization,
                conversation_id: id,
                participant: Participant::User(caller.user),
                role: MemberRole::Member,
                joined_at: now,
            };
            let commit = Commit {
                guards: vec![
                    caller.still_there(),
                    // It is still public.
                    Guard::Version(Versioned::Channel(id), view.channel.version),
                    Guard::MemberRoom { conversation: id, more: 1, max: MOST_MEMBERS },
                ],
                changes: vec![Change::Channel(ChannelChange::PutMember(membership))],
                events: vec![member_event(
                    caller.organization,
                    id,
                    membership.participant,
                    EventKind::MemberAdded,
                    now,
                )],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return self.channel(caller, id).await,
                Err(StoreError::Refused(Guard::Version(..))) => {}
                Err(error) => return Err(refused(caller, error)),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// The caller is no longer in a channel. Where they were the last to look after it, who has been there longest does.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`]; [`Conflict::FixedChannel`].
    pub async fn leave_channel(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        let view = self.channel_of_member(caller, id).await?;
        not_fixed(&view)?;
        let right = Guard::Member { conversation: id, user: caller.user };
        self.end_membership(caller, id, caller.user, right).await
    }

    /// Somebody is no longer in a channel; oneself is so as by leaving.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for who is no member; [`Error::Forbidden`]; [`Conflict::FixedChannel`].
    pub async fn remove_member(&self, caller: &Caller, id: ConversationId, user: UserId) -> Result<(), Error> {
        let view = self.channel(caller, id).await?;
        if view.role.is_some() {
            not_fixed(&view)?;
            if user == caller.user {
                return self.leave_channel(caller, id).await;
            }
        }
        let right = looks_after(caller, &view)?;
        if self.store.find_members(vec![(id, user.uuid())]).await?.is_empty() {
            return Err(Error::NotFound);
        }
        self.end_membership(caller, id, user, right).await
    }

    async fn end_membership(
        &self,
        caller: &Caller,
        id: ConversationId,
        user: UserId,
        right: Guard,
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let guards = vec![caller.still_there(), right.clone()];
            let mut commit = self.departure(caller, id, user, guards);
            commit.guards.push(Guard::AnotherAdmin { conversation: id, besides: user });
            match self.commit(commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Refused(Guard::AnotherAdmin { .. })) => {}
                Err(error) => return Err(refused(caller, error)),
            }
            let others = self.store.member_users(id).await?;
            let others = others.iter().filter(|member| member.participant != Participant::User(user));
            let longest = others.min_by_key(|member| (member.joined_at, member.id));
            let mut commit = self.departure(caller, id, user, vec![caller.still_there(), right.clone()]);
            if let Some(successor) = longest.and_then(|member| member.participant.user()) {
                let role = MemberRole::Admin;
                commit.guards.push(Guard::MemberRole {
                    conversation: id,
                    user: successor,
                    at_least: MemberRole::Member,
                });
                commit.changes.push(Change::Channel(ChannelChange::SetRole { channel: id, user: successor, role }));
                commit.events.push(self.member_updated(caller, id, successor));
            }
            match self.commit(commit).await {
                Ok(_) => return Ok(()),
                // The successor left as well.
                Err(StoreError::Refused(Guard::MemberRole { at_least: MemberRole::Member, .. })) => {}
                Err(error) => return Err(refused(caller, error)),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    fn departure(&self, caller: &Caller, id: ConversationId, user: UserId, guards: Vec<Guard>) -> Commit {
        let (now, participant) = (self.clock.now(), Participant::User(user));
        let gone = ChannelChange::RemoveMember { channel: id, participant, at: now };
        Commit {
            guards,
            changes: vec![Change::Channel(gone)],
            events: removed(caller.organization, id, participant, now).collect(),
            ..Commit::default()
        }
    }

    pub(super) fn member_updated(&self, caller: &Caller, id: ConversationId, user: UserId) -> NewEvent {
        let (kind, now) = (EventKind::MemberUpdated, self.clock.now());
        member_event(caller.organization, id, Participant::User(user), kind, now)
    }
}
