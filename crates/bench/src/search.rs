//! Search in 100,000 messages of real chat: indexing them, finding words, and the gate that every hit passes.

use std::{fs, path::Path, time::Instant};

use stead_domain::{
    ConversationId, MessageId,
    channel::{Channel, ChannelKind, ConversationKey, MemberRole, Topic},
    membership::{Membership, Participant},
    message::Message,
    ports::{
        read_gate::Readers,
        store::{Change, ChannelChange, Matching, MessageChange, MessageSearch, Rooms, Store},
    },
    search::SearchQuery,
};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, a_second, millis, times},
    store::Database,
};

/// Logs of real channels, a message a line; beside the checkout, where they are at all.
pub const CHAT: &str = "../shared/data/irc";
const MESSAGES: usize = 100_000;
const PAGE: u32 = 50;

/// Takes a database of its own.
pub async fn measure(database: &Database) -> anyhow::Result<Vec<Line>> {
    let texts = texts(Path::new(CHAT))?;
    if texts.is_empty() {
        let figures = vec![("not measured", format!("there is no chat in {CHAT}"))];
        return Ok(vec![Line { what: format!("{}: search", database.name), figures }]);
    }
    let store = database.store.as_ref();
    let seed = Seed::commit(store).await;
    let mut rooms = Vec::new();
    for _ in 0..16 {
        rooms.push(room(store, &seed).await?);
    }
    let said = say(store, &seed, &rooms, &texts).await?;
    let begun = Instant::now();
    for some in said.chunks(500) {
        store.index_messages(some, false).await?;
    }
    let indexing = said.len() as f64 / begun.elapsed().as_secs_f64();
    let mut lines = vec![Line {
        what: format!("{}: {} messages indexed", database.name, said.len()),
        figures: vec![("rate", a_second(indexing))],
    }];
    for (name, query) in [
        ("a common word", "the "),
        ("two common words", "you can "),
        ("a rare word", "segfault "),
        ("a phrase", "\"how do i\""),
        ("a beginning", "kern*"),
        ("nothing", "xyzzyplugh "),
    ] {
        lines.push(search(database, &seed, name, query).await?);
    }
    Ok(lines)
}

/// A page, and the same page through the gate.
async fn search(database: &Database, seed: &Seed, name: &str, query: &str) -> anyhow::Result<Line> {
    let store = database.store.as_ref();
    let search = MessageSearch {
        organization: seed.organization.id,
        user: seed.owner.id,
        query: SearchQuery::parse(query).map_err(|error| anyhow::anyhow!("{error}"))?,
        matching: Matching::All { below: None },
        rooms: Rooms::Any,
        conversations: None,
        author: None,
        since: None,
        before: None,
        limit: PAGE,
    };
    let found: Vec<_> = store.search_messages(search.clone()).await?.into_iter().map(|hit| hit.candidate).collect();
    let searched = times(100, || {
        let search = search.clone();
        async { store.search_messages(search).await.map(drop).map_err(Into::into) }
    });
    let searched = searched.await?;
    let readers = Readers::one(seed.organization.id, seed.owner.id);
    let gated =
        times(100, || async { store.readable_messages(&readers, &found).await.map(drop).map_err(Into::into) }).await?;
    let mut figures = vec![("found", found.len().to_string())];
    figures.extend(searched.figures());
    figures.push(("gate p50", millis(gated.median())));
    Ok(Line { what: format!("{}: search, {name}", database.name), figures })
}

/// What was said there, in the order of the files.
pub fn texts(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    let Ok(files) = fs::read_dir(folder) else { return Ok(texts) };
    for file in files {
        for line in fs::read_to_string(file?.path())?.lines() {
            let said: serde_json::Value = serde_json::from_str(line)?;
            texts.extend(said.get("text").and_then(|text| text.as_str()).map(str::to_owned));
        }
    }
    Ok(texts)
}

async fn room(store: &dyn Store, seed: &Seed) -> anyhow::Result<ConversationId> {
    let id: ConversationId = builders::id();
    let channel = Channel {
        id,
        organization_id: seed.organization.id,
        kind: ChannelKind::Group,
        name: None,
        topic: Topic::parse("").map_err(|error| anyhow::anyhow!("{error}"))?,
        agent_id: None,
        agent_personality: None,
        created_by: seed.owner.id,
        version: 1,
        created_at: builders::at(),
        updated_at: builders::at(),
    };
    let member = Membership {
        id: builders::id(),
        organization_id: seed.organization.id,
        conversation_id: id,
        participant: Participant::User(seed.owner.id),
        role: MemberRole::Member,
        joined_at: builders::at(),
    };
    let insert = ChannelChange::Insert(channel, None::<ConversationKey>, vec![member]);
    store.commit(builders::commit([Change::Channel(insert)])).await?;
    Ok(id)
}

/// What was said, over and over until there is enough of it.
async fn say(
    store: &dyn Store,
    seed: &Seed,
    rooms: &[ConversationId],
    texts: &[String],
) -> anyhow::Result<Vec<MessageId>> {
    let all: Vec<(&String, &ConversationId)> = texts.iter().cycle().zip(rooms.iter().cycle()).take(MESSAGES).collect();
    let mut said = Vec::with_capacity(all.len());
    for some in all.chunks(500) {
        let mut changes = Vec::with_capacity(some.len());
        for (text, room) in some {
            let message = Message { conversation_id: **room, ..builders::user_message(&seed.thread, text) };
            said.push(message.id);
            changes.push(Change::Message(MessageChange::Insert(message)));
        }
        store.commit(builders::commit(changes)).await?;
    }
    Ok(said)
}
