//! What is said in channels: sends of 64 people to one channel and to a channel each, beside the same rows written raw; a
//! send and the latest 50 messages where there are 1,000 messages, and where there are 1,000,000.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    MessageId,
    channel::{Channel, ChannelKind},
    event::{Audience, EventKind, NewEvent},
    page::{Page, PageLimit, Position},
    ports::store::{Change, ChannelChange, ChannelMessageFilter, Commit, Guard, MessageChange, Store, UserChange},
    user::{OrganizationRole, User},
};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, a_second, millis, of, rate, times},
    raw::Raw,
    repeat::{self, When},
    sends::TEXT,
    store::Database,
};

const PEOPLE: usize = 64;

/// Sends a second to one channel, and to as many as there are people.
pub async fn sends(database: &Database, floor: &Raw) -> anyhow::Result<Line> {
    let mut figures = Vec::new();
    for (name, channels) in [("to one channel", 1), ("to 64 channels", PEOPLE)] {
        let rooms = Arc::new(Rooms::new(database.store.as_ref(), channels).await?);
        let sends = rate(PEOPLE, Duration::from_secs(3), |person| {
            let (store, rooms) = (Arc::clone(&database.store), Arc::clone(&rooms));
            move || {
                let (store, commit) = (Arc::clone(&store), rooms.send(person).0);
                async move { store.commit(commit).await.map(drop).map_err(Into::into) }
            }
        });
        let sends = sends.await?;
        let beside = of(sends, &[("one each", floor.each), ("32 in one", floor.grouped)]);
        figures.push((name, format!("{}{beside}", a_second(sends))));
    }
    Ok(Line { what: format!("{}: sends of 64 people", database.name), figures })
}

/// A send and the latest messages, among few and among many.
pub async fn among_many(database: &Database) -> anyhow::Result<Line> {
    let store = database.store.as_ref();
    let rooms = Rooms::new(store, 1).await?;
    let (commit, first) = rooms.send(0);
    store.commit(commit).await?;
    let mut figures = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    for (send, latest, more) in
        [("send among 1,000", "latest 50", 999_u32), ("send among 1,000,000", "latest 50", 999_000)]
    {
        repeat::messages(&database.place, &[first], more, When::Before).await?;
        let sent = times(300, || async { store.commit(rooms.send(0).0).await.map(drop).map_err(Into::into) }).await?;
        let listed = times(300, || async { rooms.latest(store).await }).await?;
        let (sent, listed) = (sent.median(), listed.median());
        let now = (sent.as_secs_f64(), listed.as_secs_f64());
        let times_as =
            |now: f64, then: Option<f64>| then.map_or(String::new(), |then| format!(" ({:.2} times)", now / then));
        figures.push((send, format!("{}{}", millis(sent), times_as(now.0, before.map(|before| before.0)))));
        figures.push((latest, format!("{}{}", millis(listed), times_as(now.1, before.map(|before| before.1)))));
        before = Some(now);
    }
    Ok(Line { what: format!("{}: a channel of many messages", database.name), figures })
}

/// People, and the channels that they are all in.
struct Rooms {
    people: Vec<User>,
    channels: Vec<Channel>,
}

impl Rooms {
    async fn new(store: &dyn Store, channels: usize) -> anyhow::Result<Self> {
        let seed = Seed::commit(store).await;
        let people: Vec<User> = (0..PEOPLE).map(|_| builders::user(&seed.organization)).collect();
        let inserts = people.iter().map(|user| Change::User(UserChange::Insert(user.clone(), None)));
        store.commit(builders::commit(inserts)).await?;
        let channels: Vec<Channel> =
            (0..channels).map(|_| builders::channel(&seed.owner, ChannelKind::Private)).collect();
        for channel in &channels {
            let members = people.iter().map(|user| builders::membership(channel, user.id)).collect();
            let insert = ChannelChange::Insert(channel.clone(), builders::name_key(channel), members);
            store.commit(builders::commit([Change::Channel(insert)])).await?;
        }
        Ok(Self { people, channels })
    }

    /// What somebody sends, as the use case commits it.
    fn send(&self, person: usize) -> (Commit, MessageId) {
        let (user, channel) = (&self.people[person], &self.channels[person % self.channels.len()]);
        let message = builders::channel_message(channel, user.id, TEXT);
        let event = NewEvent {
            organization_id: channel.organization_id,
            conversation_id: Some(channel.id),
            audience: Audience::Members,
            kind: EventKind::MessageCreated,
            subject_id: message.id.uuid(),
            subject_version: 1,
            at: message.created_at,
        };
        let id = message.id;
        let commit = Commit {
            guards: vec![
                Guard::Member { conversation: channel.id, user: user.id },
                Guard::User {
                    organization: channel.organization_id,
                    user: user.id,
                    at_least: OrganizationRole::Member,
                },
            ],
            changes: vec![Change::Message(MessageChange::Insert(message))],
            events: vec![event],
            ..Commit::default()
        };
        (commit, id)
    }

    async fn latest(&self, store: &dyn Store) -> anyhow::Result<()> {
        let channel = &self.channels[0];
        let filter = ChannelMessageFilter {
            organization: channel.organization_id,
            channel: channel.id,
            replies_to: None,
            reader: self.people[0].id,
            page: Page { position: Position::Newest, limit: PageLimit::DEFAULT },
        };
        let page = store.list_channel_messages(filter).await?;
        anyhow::ensure!(page.items.len() == 50, "not what was asked");
        Ok(())
    }
}
