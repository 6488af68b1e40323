use stead_domain::{
    ConversationId, Invalid, MemberId, UserId,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MOST_IN_GROUP, MemberRole, Topic},
    event::EventKind,
    membership::{Membership, Participant},
    ports::store::{Change, ChannelChange, ChannelView, Commit, Committed, Guard, StoreError, UniqueKey},
    user::OrganizationRole,
};

use super::{
    access::refused,
    events::{channel_event, member_event},
};
use crate::{
    Application, Caller, Conflict, Error, Made,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// How many people a public or private channel may begin with, besides who makes it.
pub const MOST_FIRST_MEMBERS: usize = 100;

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// What kind of room it is to be.
    pub kind: NewChannelKind,
    /// What it is about.
    pub topic: Topic,
    /// Who is to be in it besides the caller.
    pub user_ids: Vec<UserId>,
}

/// What kind of room can be asked for.
#[derive(Debug, Clone)]
pub enum NewChannelKind {
    /// One that everybody may join.
    Public(ChannelName),
    /// One for its members alone.
    Private(ChannelName),
    /// That of two people: there is one, however often it is asked for.
    Direct,
    /// One of a few people.
    Group,
}

/// What came of asking for a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The channel.
    pub made: Made<ChannelView>,
    /// Whether the two had it before.
    pub existed: bool,
}

impl Application {
    /// Makes a channel whose admin is the caller, or finds the one that two people have.
    ///
    /// # Errors
    /// [`Error::NotFound`] if somebody is not of the organization, or not let in now; [`Error::Invalid`] for too few or too many;
    /// [`Conflict::NameTaken`].
    pub async fn create_channel(
        &self,
        caller: &Caller,
        new: NewChannel,
        request: Option<KeyedRequest>,
    ) -> Result<Opened, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.channel_made_before(caller, ConversationId::new(made)).await;
        }
        let mut others = new.user_ids.clone();
        others.retain(|user| *user != caller.user);
        others.sort_unstable();
        others.dedup();
        let (kind, name, key) = match new.kind {
            NewChannelKind::Public(name) => {
                (ChannelKind::Public, Some(name.clone()), Some(ConversationKey::Name(name)))
            }
            NewChannelKind::Private(name) => {
                (ChannelKind::Private, Some(name.clone()), Some(ConversationKey::Name(name)))
            }
            NewChannelKind::Direct => match others[..] {
                [other] => return self.direct_channel(caller, other, new.topic, request).await,
                _ => return Err(wrong_people("must be one other user")),
            },
            NewChannelKind::Group => {
                if !(2..MOST_IN_GROUP).contains(&others.len()) {
                    return Err(wrong_people("must be from 2 to 19 other users"));
                }
                (ChannelKind::Group, None, None)
            }
        };
        let channel = self.new_channel(caller, kind, name, new.topic);
        match self.commit(self.opening(caller, &channel, key, &others, request.as_ref())).await {
            Ok(Committed::Done(_)) => {}
            Ok(Committed::Replayed(record)) => {
                let request = request.ok_or_else(replayed_without_key)?;
                return self.channel_made_before(caller, ConversationId::new(same_request(&request, &record)?)).await;
            }
            Err(StoreError::Conflict(UniqueKey::ConversationKey)) => {
                return Err(Error::Conflict(Conflict::NameTaken));
            }
            Err(error) => return Err(refused(caller, error)),
        }
        let value = self.channel(caller, channel.id).await?;
        Ok(Opened { made: Made { value, replayed: false }, existed: false })
    }

    /// The channel of the caller and somebody else: made if there is none. Concurrent starts make one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none and the other is not of the organization, or not let in now.
    pub async fn direct_channel(
        &self,
        caller: &Caller,
        other: UserId,
        topic: Topic,
        request: Option<KeyedRequest>,
    ) -> Result<Opened, Error> {
        if other == caller.user {
            return Err(wrong_people("must be somebody else"));
        }
        let key = ConversationKey::Direct(caller.user, other);
        for n in 0..crate::TRIES {
            if let Some(value) = self.store.find_channel_by_key(caller.organization, &key, caller.user).await? {
                return Ok(Opened { made: Made { value, replayed: false }, existed: true });
            }
            if n == 0 {
                self.admit_conversation(caller)?;
            }
            let channel = self.new_channel(caller, ChannelKind::Direct, None, topic.clone());
            let commit = self.opening(caller, &channel, Some(key.clone()), &[other], request.as_ref());
            match self.commit(commit).await {
                Ok(Committed::Done(_)) => {
                    let value = self.channel(caller, channel.id).await?;
                    return Ok(Opened { made: Made { value, replayed: false }, existed: false });
                }
                Ok(Committed::Replayed(record)) => {
                    let request = request.ok_or_else(replayed_without_key)?;
                    let made = ConversationId::new(same_request(&request, &record)?);
                    return self.channel_made_before(caller, made).await;
                }
                // The other was faster.
                Err(StoreError::Conflict(UniqueKey::ConversationKey)) => {}
                Err(error) => return Err(refused(caller, error)),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    fn new_channel(&self, caller: &Caller, kind: ChannelKind, name: Option<ChannelName>, topic: Topic) -> Channel {
        let now = self.clock.now();
        Channel {
            id: ConversationId::new(self.ids.next()),
            organization_id: caller.organization,
            kind,
            name,
            topic,
            agent_id: None,
            agent_personality: None,
            created_by: caller.user,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    fn opening(
        &self,
        caller: &Caller,
        channel: &Channel,
        key: Option<ConversationKey>,
        others: &[UserId],
        request: Option<&KeyedRequest>,
    ) -> Commit {
        let own_role = if channel.kind.is_fixed() { MemberRole::Member } else { MemberRole::Admin };
        let mut first = vec![self.membership(channel, Participant::User(caller.user), own_role)];
        let member = |user: &UserId| self.membership(channel, Participant::User(*user), MemberRole::Member);
        first.extend(others.iter().map(member));
        let mut events = vec![channel_event(channel, EventKind::ChannelCreated)];
        if channel.kind.is_named() {
            events.extend(others.iter().map(|user| {
                let (organization, at) = (channel.organization_id, channel.created_at);
                member_event(organization, channel.id, Participant::User(*user), EventKind::MemberAdded, at)
            }));
        }
        // In the order of their ids: so that two commits that guard the same people do not wait for each other.
        let mut guards: Vec<Guard> = others.iter().map(|user| self.guard_there(caller, *user)).collect();
        guards.push(caller.still_there());
        guards.sort_by_key(|guard| match guard {
            Guard::User { user, .. } => Some(*user),
            _ => None,
        });
        Commit {
            idempotency: self.remember(caller, request, channel.id),
            guards,
            changes: vec![Change::Channel(ChannelChange::Insert(channel.clone(), key, first))],
            events,
            ..Commit::default()
        }
    }

    /// Holds as long as the user is of the caller's organization and let in.
    pub(super) fn guard_there(&self, caller: &Caller, user: UserId) -> Guard {
        Guard::User { organization: caller.organization, user, at_least: OrganizationRole::Member }
    }

    pub(super) fn membership(&self, channel: &Channel, participant: Participant, role: MemberRole) -> Membership {
        Membership {
            id: MemberId::new(self.ids.next()),
            organization_id: channel.organization_id,
            conversation_id: channel.id,
            participant,
            role,
            joined_at: self.clock.now(),
        }
    }

    async fn channel_made_before(&self, caller: &Caller, id: ConversationId) -> Result<Opened, Error> {
        let value = self.channel(caller, id).await?;
        Ok(Opened { made: Made { value, replayed: true }, existed: false })
    }
}

fn wrong_people(problem: &str) -> Error {
    Error::invalid("user_ids", Invalid::new(problem))
}
