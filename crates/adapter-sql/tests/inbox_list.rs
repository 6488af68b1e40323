//! The list of an inbox: 500 conversations of 20 messages each, half of them unread.

use std::time::Instant;

use stead_domain::{
    channel::{ChannelKind, ConversationKey},
    page::{Page, PageLimit, Position},
    ports::{
        Store,
        store::{AgentChange, Change, ChannelChange, InboxFilter, MessageChange, ThreadChange, UserChange},
    },
    thread::Thread,
};
use stead_testkit::builders::{self, Seed};

use crate::stores;

const EACH: usize = 250;
const MESSAGES: usize = 20;
/// How many of each are stored at once.
const TOGETHER: usize = 10;

/// Half of them with people, half with agents.
async fn filled(store: &dyn Store) -> Seed {
    let seed = Seed::commit(store).await;
    for _ in 0..EACH / TOGETHER {
        let changes = (0..TOGETHER).flat_map(|_| pair(&seed));
        store.commit(builders::commit(changes)).await.unwrap();
    }
    seed
}

/// A conversation with a person, and one with their agent.
fn pair(seed: &Seed) -> Vec<Change> {
    let other = builders::user(&seed.organization);
    let channel = builders::channel(&seed.owner, ChannelKind::Direct);
    let members = [seed.owner.id, other.id].map(|user| builders::membership(&channel, user)).to_vec();
    let key = ConversationKey::Direct(seed.owner.id, other.id);
    let agent = builders::personal_agent(&other);
    let thread = Thread { inbox: true, ..builders::thread(&agent, &seed.owner) };
    let mut changes = vec![
        Change::User(UserChange::Insert(other.clone(), None)),
        Change::Agent(AgentChange::Insert(agent)),
        Change::Channel(ChannelChange::Insert(channel.clone(), Some(key), members)),
        Change::Thread(ThreadChange::Insert(thread.clone(), builders::id())),
    ];
    for n in 0..MESSAGES {
        let (author, is_answer) = if n % 2 == 0 { (other.id, false) } else { (seed.owner.id, true) };
        let in_thread = if is_answer { builders::assistant_message } else { builders::user_message };
        let said = [builders::channel_message(&channel, author, "Hello"), in_thread(&thread, "Hello")];
        changes.extend(said.map(|said| Change::Message(MessageChange::Insert(said))));
    }
    changes
}

/// Prints the time: the benchmark judges it.
#[expect(clippy::print_stdout, reason = "a time to look at, not to judge")]
async fn is_listed(database: &str, store: &dyn Store, seed: &Seed) {
    for limit in [PageLimit::DEFAULT, PageLimit::MAX] {
        let filter = InboxFilter {
            organization: seed.organization.id,
            user: seed.owner.id,
            kind: None,
            search: None,
            page: Page { position: Position::Newest, limit },
        };
        let mut best = f64::INFINITY;
        for _ in 0..20 {
            let started = Instant::now();
            let listed = store.list_inbox(filter.clone()).await.unwrap();
            best = best.min(started.elapsed().as_secs_f64() * 1_000.0);
            assert_eq!(listed.items.len(), usize::try_from(limit.get()).unwrap());
            assert!(listed.items.iter().all(|conversation| conversation.unread_count == 10));
        }
        println!("{database}: {} of {} conversations: {best:.2} ms", limit.get(), 2 * EACH);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_lists_a_large_inbox() {
    let (store, _file) = stores::sqlite().await;
    let seed = filled(&*store).await;
    is_listed("SQLite", &*store, &seed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_lists_a_large_inbox() {
    let (store, database) = stores::postgres().await;
    let seed = filled(&*store).await;
    // What it does by itself some time after such an import.
    database.client().await.unwrap().batch_execute("ANALYZE").await.unwrap();
    is_listed("Postgres", &*store, &seed).await;
}
