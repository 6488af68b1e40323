use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use stead_domain::{
    ConversationId, OrganizationId, Timestamp, UserId,
    event::{Audience, EventKind, LoggedEvent, NewEvent},
    ports::{
        notifier::{Fleeting, Notice},
        store::{RoomMember, Store, StoreError},
    },
    status::PresenceViewer,
};

use super::{Room, Subject, Told, subjects::Subjects};
use crate::{Application, Error};

/// How many users one statement takes.
const AT_ONCE: usize = 10_000;

/// Who listens.
pub(super) type Listeners = HashMap<OrganizationId, HashSet<UserId>>;

/// An event and whom to tell of it.
#[derive(Debug)]
pub(super) struct Telling {
    pub told: Arc<Told>,
    pub to: Recipients,
}

/// Whom, of those who listen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recipients {
    /// Everyone of its organization.
    All,
    These(Vec<UserId>),
}

/// Who of those who listen is a member of what now.
#[derive(Debug, Default)]
struct Members {
    rooms: HashMap<ConversationId, Room>,
    of: HashMap<ConversationId, Vec<UserId>>,
}

/// What to tell whom of a batch of events: their subjects as they are now, to those whom they concern now, in their order.
pub(super) async fn tellings(
    application: &Application,
    mut events: Vec<LoggedEvent>,
    listeners: &Listeners,
) -> Result<Vec<Telling>, StoreError> {
    events.retain(|logged| may_concern(&logged.event, listeners));
    if events.is_empty() {
        return Ok(Vec::new());
    }
    // In this order: what a member is told was written while they were one.
    let subjects = Subjects::load(application, &events).await?;
    let members = Members::find(&*application.store, rooms_of(&events), listeners).await?;
    let tellings = events.iter().filter_map(|logged| {
        let subject = subjects.find(&logged.event)?;
        telling(logged, subject, &members)
    });
    Ok(tellings.collect())
}

/// The same for one user who missed many events: what is none of theirs is left out before anything is fetched.
pub(super) async fn tellings_to_one(
    application: &Application,
    mut events: Vec<LoggedEvent>,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<Telling>, StoreError> {
    let listeners = Listeners::from([(organization, HashSet::from([user]))]);
    events.retain(|logged| may_concern(&logged.event, &listeners));
    let members = Members::find(&*application.store, rooms_of(&events), &listeners).await?;
    events.retain(|logged| recipients(&logged.event, &members) != Recipients::These(Vec::new()));
    tellings(application, events, &listeners).await
}

/// What to tell whom of what is true for a moment.
pub(super) async fn fleeting(
    application: &Application,
    notices: Vec<Notice>,
    listeners: &Listeners,
) -> Result<Vec<Telling>, Error> {
    let notices: Vec<Notice> = notices
        .into_iter()
        .filter(|notice| listeners.get(&notice.organization_id).is_some_and(|users| may_tell(&notice.what, users)))
        .collect();
    let mut rooms: Vec<_> = notices
        .iter()
        .filter(|notice| person_of(&notice.what).is_none())
        .filter_map(|notice| room_of(&notice.what).map(|conversation| (notice.organization_id, conversation)))
        .collect();
    rooms.sort_unstable();
    rooms.dedup();
    let members = Members::find(&*application.store, rooms, listeners).await?;
    let mut tellings = presences(application, &notices).await?;
    tellings.extend(notices.into_iter().filter_map(|Notice { organization_id, what, at }| {
        let conversation = room_of(&what)?;
        let (room, to) = match person_of(&what) {
            Some(person) => (Room::Thread(conversation), vec![person]),
            None => (members.rooms.get(&conversation).copied()?, members.of(conversation).to_vec()),
        };
        let to = Recipients::These(to);
        let (kind, subject) = match what {
            Fleeting::Typing { typist, .. } => ("typing", Subject::Typing(typist)),
            Fleeting::AiTyping { agent_id, on_behalf_of, run_id, .. } => {
                ("ai.typing", Subject::AiTyping { agent: agent_id, on_behalf_of, run: run_id })
            }
            Fleeting::Delta { run_id, message_id, from, text, .. } => {
                let text = text.as_str().to_owned();
                ("content.delta", Subject::Delta { run: run_id, message: message_id, from, text })
            }
            Fleeting::PresenceChanged { .. } => return None,
        };
        let told = Arc::new(Told::new((kind, None), organization_id, Some(room), subject, at));
        Some(Telling { told, to })
    }));
    Ok(tellings)
}

/// Who came, went or set something, as others see them now.
async fn presences(application: &Application, notices: &[Notice]) -> Result<Vec<Telling>, Error> {
    let mut changed: HashMap<OrganizationId, Vec<(UserId, Timestamp)>> = HashMap::new();
    for Notice { organization_id, what, at } in notices {
        if let Fleeting::PresenceChanged { user_id } = what {
            let users = changed.entry(*organization_id).or_default();
            users.retain(|(user, _)| user != user_id);
            users.push((*user_id, *at));
        }
    }
    let mut tellings = Vec::new();
    for (organization, changed) in changed {
        let (users, times): (Vec<UserId>, Vec<Timestamp>) = changed.into_iter().unzip();
        let seen = application.presences(organization, &users, PresenceViewer::Others).await?;
        tellings.extend(seen.into_iter().zip(times).map(|(seen, at)| {
            let subject = Subject::Presence(Box::new(seen));
            let told = Arc::new(Told::new(("presence.changed", None), organization, None, subject, at));
            Telling { told, to: Recipients::All }
        }));
    }
    Ok(tellings)
}

fn room_of(what: &Fleeting) -> Option<ConversationId> {
    match what {
        Fleeting::Typing { conversation_id, .. }
        | Fleeting::AiTyping { conversation_id, .. }
        | Fleeting::Delta { conversation_id, .. } => Some(*conversation_id),
        Fleeting::PresenceChanged { .. } => None,
    }
}

/// Whom alone it is for, where that is known without asking who is in the room.
fn person_of(what: &Fleeting) -> Option<UserId> {
    match what {
        Fleeting::Delta { person, .. } => *person,
        Fleeting::Typing { .. } | Fleeting::AiTyping { .. } | Fleeting::PresenceChanged { .. } => None,
    }
}

/// Whether it may concern any of those who listen.
fn may_tell(what: &Fleeting, listeners: &HashSet<UserId>) -> bool {
    person_of(what).is_none_or(|person| listeners.contains(&person))
}

/// Whether an event may concern anybody who listens.
fn may_concern(event: &NewEvent, listeners: &Listeners) -> bool {
    let Some(users) = listeners.get(&event.organization_id) else { return false };
    match event.audience {
        Audience::Members | Audience::Organization => true,
        Audience::User(user) => users.contains(&user),
    }
}

/// The rooms whose members are to be known.
fn rooms_of(events: &[LoggedEvent]) -> Vec<(OrganizationId, ConversationId)> {
    let mut rooms: Vec<_> = events
        .iter()
        .filter_map(|logged| Some((logged.event.organization_id, logged.event.conversation_id?)))
        .collect();
    rooms.sort_unstable();
    rooms.dedup();
    rooms
}

fn telling(logged: &LoggedEvent, subject: Subject, members: &Members) -> Option<Telling> {
    let LoggedEvent { cursor, event } = logged;
    let mut to = recipients(event, members);
    if subject.is_for_members() {
        let members = event.conversation_id.map(|conversation| members.of(conversation)).unwrap_or_default();
        to = match to {
            Recipients::All => Recipients::These(members.to_vec()),
            Recipients::These(users) => {
                Recipients::These(users.into_iter().filter(|user| members.contains(user)).collect())
            }
        };
    }
    if to == Recipients::These(Vec::new()) {
        return None;
    }
    let known = event.conversation_id.and_then(|conversation| members.rooms.get(&conversation).copied());
    let room = known.or_else(|| usual_room(event));
    let kind = (event.kind.as_str(), Some(*cursor));
    Some(Telling { told: Arc::new(Told::new(kind, event.organization_id, room, subject, event.at)), to })
}

fn recipients(event: &NewEvent, members: &Members) -> Recipients {
    match (event.audience, event.conversation_id) {
        (Audience::Organization, _) => Recipients::All,
        (Audience::User(user), _) => Recipients::These(vec![user]),
        (Audience::Members, None) => Recipients::These(Vec::new()),
        (Audience::Members, Some(conversation)) => Recipients::These(members.of(conversation).to_vec()),
    }
}

/// The room of an event whose members were not asked for.
fn usual_room(event: &NewEvent) -> Option<Room> {
    let conversation = event.conversation_id?;
    Some(match event.kind {
        EventKind::MessageCreated
        | EventKind::MessageUpdated
        | EventKind::ThreadCreated
        | EventKind::ThreadUpdated
        | EventKind::ThreadDeleted
        | EventKind::RunQueued
        | EventKind::RunStarted
        | EventKind::RunAwaitingApproval
        | EventKind::RunEnded => Room::Thread(conversation),
        _ => Room::Channel(conversation),
    })
}

impl Members {
    fn of(&self, conversation: ConversationId) -> &[UserId] {
        self.of.get(&conversation).map(Vec::as_slice).unwrap_or_default()
    }

    async fn find(
        store: &dyn Store,
        rooms: Vec<(OrganizationId, ConversationId)>,
        listeners: &Listeners,
    ) -> Result<Self, StoreError> {
        let organizations: HashSet<_> = rooms.iter().map(|(organization, _)| *organization).collect();
        let users: Vec<UserId> =
            organizations.iter().filter_map(|organization| listeners.get(organization)).flatten().copied().collect();
        let conversations: Vec<_> = rooms.into_iter().map(|(_, conversation)| conversation).collect();
        let mut members = Self::default();
        for users in users.chunks(AT_ONCE) {
            for found in store.members_among(conversations.clone(), users.to_vec()).await? {
                let RoomMember { conversation, user, in_thread } = found;
                let room = if in_thread { Room::Thread(conversation) } else { Room::Channel(conversation) };
                members.rooms.insert(conversation, room);
                members.of.entry(conversation).or_default().push(user);
            }
        }
        Ok(members)
    }
}
