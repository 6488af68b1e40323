use std::collections::HashSet;

use stead_domain::{
    ConversationId, MemberId, Timestamp,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MOST_IN_GROUP, MemberRole, Topic},
    event::EventKind,
    membership::{Membership, Participant},
    ports::store::{Change, ChannelChange, ChannelView, Commit, Guard, StoreError, UniqueKey, Versioned},
};

use super::{Import, ids::derived};
use crate::{Application, Conflict, Error, TRIES, channels::channel_event};

/// How many names are tried: `plans`, `plans-2`, ...
const NAMES: u32 = 1_000;
/// How long a name may be to which a number is added.
const ROOM: usize = 70;

/// A channel as the source knows it.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// What names it in the source.
    pub key: String,
    /// What kind of room it was.
    pub kind: RoomKind,
    /// What it was about; cut to fit.
    pub topic: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: Option<String>,
    /// Who was in it.
    pub members: Vec<String>,
}

/// What kind of room a channel was, and what it was called: made to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomKind {
    /// Everybody could join it. It becomes one with a public channel of this name that is here.
    Public(String),
    /// Only its members knew what is in it. It becomes one with nothing that is here.
    Private(String),
    /// Of two people; of one, it becomes a private channel.
    Direct,
    /// Of a few people.
    Group,
}

/// A channel into which messages are brought.
#[derive(Debug, Clone)]
pub struct ImportedRoom {
    pub(super) id: ConversationId,
    /// How many messages are pinned in it.
    pub(super) pins: i64,
    /// How many messages were brought.
    pub(super) brought: u64,
}

impl Import {
    /// Finds a channel, or makes it. `None` if it was deleted here and is not yet gone, or if one of its pair was.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn room(&mut self, room: NewRoom) -> Result<Option<ImportedRoom>, Error> {
        let id = self.room_id(&room);
        if let Some(found) = self.find_room(id).await? {
            return self.entered(found).await.map(Some);
        }
        let (kind, name) = self.fitting_kind(&room)?;
        let Some((kind, key)) = self.keyed(kind, name.as_ref(), &room.members) else { return Ok(None) };
        if let Some(key) = &key
            && kind != ChannelKind::Private
        {
            let (store, organization) = (&self.application.store, self.organization.id);
            let found = store.find_channel_by_key(organization, key, self.owner).await?;
            if let Some(found) = found.filter(|found| found.channel.kind == kind) {
                self.join(found.channel.id, &room.members).await?;
                return self.entered(found).await.map(Some);
            }
        }
        self.make_room(id, kind, name, key, &room).await
    }

    /// Tells that a channel has changed, if anything was brought into it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn room_is_complete(&self, room: &ImportedRoom) -> Result<(), Error> {
        if room.brought == 0 {
            return Ok(());
        }
        for _ in 0..TRIES {
            let Some(found) = self.find_room(room.id).await? else { return Ok(()) };
            let before = found.channel.version;
            let updated_at = self.application.clock.now();
            let channel = Channel { version: before + 1, updated_at, ..found.channel };
            let commit = Commit {
                guards: vec![
                    Guard::Channel { organization: self.organization.id, conversation: room.id },
                    Guard::Version(Versioned::Channel(room.id), before),
                ],
                events: vec![channel_event(&channel, EventKind::ChannelUpdated)],
                changes: vec![Change::Channel(ChannelChange::Update(channel))],
                ..Commit::default()
            };
            match self.application.commit(commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn make_room(
        &mut self,
        id: ConversationId,
        kind: ChannelKind,
        name: Option<ChannelName>,
        key: Option<ConversationKey>,
        room: &NewRoom,
    ) -> Result<Option<ImportedRoom>, Error> {
        let now = self.application.clock.now();
        let created_by = room.created_by.as_deref().and_then(|key| self.user_of(key)).unwrap_or(self.owner);
        let mut channel = Channel {
            id,
            organization_id: self.organization.id,
            kind,
            name: name.clone(),
            topic: Topic::fitting(&room.topic).map_or_else(|| Topic::parse("").map_err(Error::internal), Ok)?,
            agent_id: None,
            agent_personality: None,
            created_by,
            version: 1,
            created_at: room.created_at.unwrap_or(now),
            updated_at: now,
        };
        let members = self.first_members(&channel, room);
        let mut key = key;
        for n in 2..NAMES {
            let commit = Commit {
                guards: vec![Guard::Organization(self.organization.id)],
                changes: vec![Change::Channel(ChannelChange::Insert(channel.clone(), key.clone(), members.clone()))],
                events: vec![channel_event(&channel, EventKind::ChannelCreated)],
                ..Commit::default()
            };
            match (self.application.commit(commit).await, &name) {
                (Ok(_), _) => {
                    self.tally.channels_made += 1;
                    return Ok(Some(ImportedRoom { id, pins: 0, brought: 0 }));
                }
                (Err(StoreError::Conflict(UniqueKey::ConversationKey)), Some(name)) => {
                    let another = numbered(name, n)?;
                    key = Some(ConversationKey::Name(another.clone()));
                    channel.name = Some(another);
                }
                // It was deleted here a while ago.
                (Err(StoreError::Conflict(UniqueKey::Id)), _) => return Ok(None),
                (Err(error), _) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::NameTaken))
    }

    /// Who is in it from the beginning. Whoever made it looks after it; where they cannot, in a public one the owner does, in a
    /// private one the first who can.
    fn first_members(&self, channel: &Channel, room: &NewRoom) -> Vec<Membership> {
        let creator = room.created_by.as_deref();
        let cares = |key: &str| self.is_active(key) && room.members.iter().any(|member| member == key);
        let admin = match creator.filter(|creator| cares(creator)) {
            Some(creator) => self.user_of(creator),
            None if channel.kind == ChannelKind::Public => Some(self.owner),
            None => room.members.iter().find(|key| cares(key)).and_then(|key| self.user_of(key)),
        };
        let admin = admin.or_else(|| creator.and_then(|creator| self.user_of(creator)));
        let mut seen = HashSet::new();
        let mut users: Vec<_> = room.members.iter().filter_map(|key| self.user_of(key)).collect();
        if channel.kind == ChannelKind::Public {
            users.extend(admin);
        }
        users.retain(|user| seen.insert(*user));
        let member = |user| {
            let is_admin = Some(user) == admin && !channel.kind.is_fixed();
            let role = if is_admin { MemberRole::Admin } else { MemberRole::Member };
            membership(&self.application, channel.id, self, user, role)
        };
        users.into_iter().map(member).collect()
    }

    /// Those of the source who are in a channel that is here too join it.
    async fn join(&self, channel: ConversationId, keys: &[String]) -> Result<(), Error> {
        let there = self.application.store.export_members(channel).await?;
        let there: HashSet<_> = there.into_iter().map(|membership| membership.participant).collect();
        let users: Vec<_> = keys.iter().filter_map(|key| self.user_of(key)).collect();
        let new: Vec<_> = users.into_iter().filter(|user| !there.contains(&Participant::User(*user))).collect();
        for some in new.chunks(500) {
            let put = |user: &_| {
                let membership = membership(&self.application, channel, self, *user, MemberRole::Member);
                Change::Channel(ChannelChange::PutMember(membership))
            };
            let commit = Commit {
                guards: vec![Guard::Channel { organization: self.organization.id, conversation: channel }],
                changes: some.iter().map(put).collect(),
                ..Commit::default()
            };
            self.application.commit(commit).await?;
        }
        Ok(())
    }

    async fn find_room(&self, id: ConversationId) -> Result<Option<ChannelView>, Error> {
        Ok(self.application.store.find_channel(self.organization.id, id, self.owner).await?)
    }

    async fn entered(&mut self, found: ChannelView) -> Result<ImportedRoom, Error> {
        let (id, organization) = (found.channel.id, self.organization.id);
        let pins = self.application.store.list_pins(organization, id, self.owner).await?;
        self.tally.channels_known += 1;
        Ok(ImportedRoom { id, pins: i64::try_from(pins.len()).unwrap_or(i64::MAX), brought: 0 })
    }

    fn room_id(&self, room: &NewRoom) -> ConversationId {
        let organization = self.organization.id.uuid();
        let parts: [&[u8]; 4] = [organization.as_bytes(), self.source.as_bytes(), b"channel", room.key.as_bytes()];
        ConversationId::new(derived(room.created_at.unwrap_or(self.organization.created_at), 0, &parts))
    }

    fn fitting_kind(&self, room: &NewRoom) -> Result<(ChannelKind, Option<ChannelName>), Error> {
        let people = room.members.len();
        Ok(match &room.kind {
            RoomKind::Public(name) => (ChannelKind::Public, Some(fitting(name)?)),
            RoomKind::Private(name) => (ChannelKind::Private, Some(fitting(name)?)),
            RoomKind::Direct if people == 2 && room.members[0] != room.members[1] => (ChannelKind::Direct, None),
            RoomKind::Direct => (ChannelKind::Private, Some(fitting("notes")?)),
            RoomKind::Group if people <= MOST_IN_GROUP => (ChannelKind::Group, None),
            RoomKind::Group => (ChannelKind::Private, Some(fitting("group")?)),
        })
    }

    /// What may be there only once of it. `None` if it cannot be, since one of a pair was deleted here.
    fn keyed(
        &self,
        kind: ChannelKind,
        name: Option<&ChannelName>,
        members: &[String],
    ) -> Option<(ChannelKind, Option<ConversationKey>)> {
        if kind != ChannelKind::Direct {
            return Some((kind, name.cloned().map(ConversationKey::Name)));
        }
        match members {
            [one, other] => {
                let (one, other) = (self.user_of(one)?, self.user_of(other)?);
                (one != other).then_some((kind, Some(ConversationKey::Direct(one, other))))
            }
            _ => None,
        }
    }
}

fn membership(
    application: &Application,
    conversation_id: ConversationId,
    import: &Import,
    user: stead_domain::UserId,
    role: MemberRole,
) -> Membership {
    Membership {
        id: MemberId::new(application.ids.next()),
        organization_id: import.organization.id,
        conversation_id,
        participant: Participant::User(user),
        role,
        joined_at: application.clock.now(),
    }
}

/// The name that is nearest to what a channel was called.
fn fitting(name: &str) -> Result<ChannelName, Error> {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(80).collect();
    ChannelName::parse(&name).or_else(|_too_short| ChannelName::parse("channel")).map_err(Error::internal)
}

fn numbered(name: &ChannelName, n: u32) -> Result<ChannelName, Error> {
    let base: String = name.as_str().chars().take(ROOM).collect();
    ChannelName::parse(&format!("{base}-{n}")).map_err(Error::internal)
}
