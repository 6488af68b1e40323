//! Who follows the event log, where they are, and what they walk through.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    FileId, MessageId, OrganizationId,
    event::EventCursor,
    ports::store::{
        Change, FollowedLog, LogFollower, LogStep, MessageChange, MessageRef, Store, Walk, WalkPlace, WalkThrough,
    },
    run::LeaseOwner,
};

use super::{
    expectations::apply,
    files::{attach_to_thread, stored},
    scenes::worker,
};
use crate::builders::{self, Seed};

const FOLLOWER: LogFollower = LogFollower::Vectors;

async fn claim(store: &dyn Store, owner: LeaseOwner) -> Option<FollowedLog> {
    store.claim_log(FOLLOWER, owner).await.unwrap()
}

async fn keep(store: &dyn Store, log: &FollowedLog, step: LogStep) -> bool {
    store.keep_log_place(FOLLOWER, log.lease.clone(), step).await.unwrap()
}

fn place(row: i64) -> EventCursor {
    EventCursor { epoch: 1, transaction: 3, row }
}

pub async fn one_process_at_a_time_follows_the_log(store: Arc<dyn Store>) {
    let (one, other) = (worker(), worker());
    let first = claim(&*store, one).await.unwrap();
    assert_eq!((first.place, first.walk, first.walked), (None, None, None));
    assert_eq!(claim(&*store, other).await, None);
    let again = claim(&*store, one).await.unwrap();
    assert_eq!(again.lease, first.lease, "prolonged");
    assert!(store.claim_log(LogFollower::Words, other).await.unwrap().is_some(), "each is for itself");
    store.release_leases(one).await.unwrap();
    let taken = claim(&*store, other).await.unwrap();
    assert!(taken.lease.fence > first.lease.fence);
    assert_eq!(claim(&*store, one).await, None);
}

pub async fn a_place_is_kept_by_the_one_who_follows(store: Arc<dyn Store>) {
    let (one, other) = (worker(), worker());
    let first = claim(&*store, one).await.unwrap();
    assert!(keep(&*store, &first, LogStep::At(place(7))).await);
    assert_eq!(claim(&*store, one).await.unwrap().place, Some(place(7)));
    store.release_leases(one).await.unwrap();
    let second = claim(&*store, other).await.unwrap();
    assert_eq!(second.place, Some(place(7)));
    assert!(!keep(&*store, &first, LogStep::At(place(9))).await, "it is another's now");
    assert!(keep(&*store, &second, LogStep::At(place(8))).await);
    assert_eq!(claim(&*store, other).await.unwrap().place, Some(place(8)));
}

pub async fn who_follows_afresh_walks_through_everything(store: Arc<dyn Store>) {
    let log = claim(&*store, worker()).await.unwrap();
    assert!(store.is_walking(FOLLOWER).await.unwrap(), "it has never begun");
    assert!(keep(&*store, &log, LogStep::Afresh(place(5))).await);
    let log = claim(&*store, log.lease.owner).await.unwrap();
    let begun = Walk { organization: None, forced: false, at: WalkPlace::Messages(None) };
    assert_eq!((log.place, log.walk.as_ref()), (Some(place(5)), Some(&begun)));
    let places = [
        WalkPlace::Messages(Some(builders::id())),
        WalkPlace::Files(None),
        WalkPlace::Files(Some(builders::id())),
        WalkPlace::Index(None),
        WalkPlace::Index(Some("anything:1".to_owned())),
    ];
    let mut from = begun;
    for at in places {
        assert!(keep(&*store, &log, LogStep::Walked { from: from.clone(), to: Some(at.clone()) }).await);
        from.at = at;
        assert_eq!(claim(&*store, log.lease.owner).await.unwrap().walk.as_ref(), Some(&from));
        assert!(store.is_walking(FOLLOWER).await.unwrap());
    }
    assert!(keep(&*store, &log, LogStep::Walked { from, to: None }).await);
    let ended = claim(&*store, log.lease.owner).await.unwrap();
    assert_eq!((ended.walk, ended.place), (None, Some(place(5))));
    assert!(ended.walked.unwrap() < Duration::from_secs(600));
    assert!(!store.is_walking(FOLLOWER).await.unwrap());
}

pub async fn a_walk_that_begins_anew_is_not_ended_by_the_one_before(store: Arc<dyn Store>) {
    let log = claim(&*store, worker()).await.unwrap();
    let organization: OrganizationId = builders::id();
    store.ask_for_walk(FOLLOWER, Some(organization), false).await.unwrap();
    let walk = async || claim(&*store, log.lease.owner).await.unwrap().walk;
    let begun = walk().await.unwrap();
    assert_eq!((begun.organization, begun.forced), (Some(organization), false));
    let to = WalkPlace::Index(None);
    assert!(keep(&*store, &log, LogStep::Walked { from: begun.clone(), to: Some(to.clone()) }).await);
    store.ask_for_walk(FOLLOWER, Some(organization), true).await.unwrap();
    let from = Walk { at: to, ..begun.clone() };
    assert!(keep(&*store, &log, LogStep::Walked { from, to: None }).await, "it still follows");
    let anew = Walk { forced: true, ..begun };
    assert_eq!(walk().await, Some(anew.clone()));
    store.ask_for_walk(FOLLOWER, Some(organization), false).await.unwrap();
    assert_eq!(walk().await, Some(anew.clone()), "it stays forced");
    store.ask_for_walk(FOLLOWER, None, false).await.unwrap();
    assert_eq!(walk().await.unwrap().organization, None, "everything first");
    assert!(keep(&*store, &log, LogStep::Walked { from: walk().await.unwrap(), to: None }).await);
    assert!(keep(&*store, &log, LogStep::Walked { from: anew, to: None }).await);
    assert_eq!(walk().await, None);
}

pub async fn a_walk_goes_through_messages_and_files(store: Arc<dyn Store>) {
    let (seed, foreign) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let messages = seed.messages(&*store, 3).await;
    let other = seed.another_thread(&*store).await;
    let elsewhere = builders::user_message(&other, "x");
    apply(&*store, [Change::Message(MessageChange::Insert(elsewhere.clone()))]).await;
    foreign.messages(&*store, 1).await;
    let ours = WalkThrough::Organization(seed.organization.id);
    let ids = |refs: Vec<MessageRef>| refs.into_iter().map(|one| one.message).collect::<Vec<MessageId>>();
    let walk = async |through, after, limit| ids(store.walk_messages(through, after, limit).await.unwrap());
    let expected: Vec<MessageId> = messages.iter().chain([&elsewhere]).map(|message| message.id).collect();
    assert_eq!(walk(ours, None, 10).await, expected);
    assert_eq!(walk(ours, Some(expected[1]), 1).await, [expected[2]]);
    assert_eq!(walk(WalkThrough::Conversation(other.id), None, 10).await, [elsewhere.id]);
    assert_eq!(walk(WalkThrough::All, None, 10).await.len(), 5);
    let first = store.walk_messages(ours, None, 1).await.unwrap()[0];
    assert_eq!((first.organization, first.conversation), (seed.organization.id, seed.thread.id));

    let (file, loose) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    attach_to_thread(&*store, &other, &[&file]).await;
    let files = async |through, after| {
        let found = store.walk_files(through, after, 10).await.unwrap();
        found.into_iter().map(|one| one.file).collect::<Vec<FileId>>()
    };
    assert_eq!(files(ours, None).await, [file.id, loose.id]);
    assert_eq!(files(ours, Some(file.id)).await, [loose.id]);
    assert_eq!(files(WalkThrough::Conversation(other.id), None).await, [file.id]);
    assert_eq!(files(WalkThrough::Organization(foreign.organization.id), None).await, []);
}
