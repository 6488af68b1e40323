//! What is kept beside the messages of channels: mentions, edits, reactions, pins; and what is left of a deleted one.

use std::sync::Arc;

use stead_domain::{
    UserId,
    channel::Mention,
    emoji::Emoji,
    message::Message,
    page::{Position, Slice},
    ports::store::{
        Attach, Change, ChannelMessageChange, FileChange, Guard, MOST_PINS, MessageChange, MessageEdit, Outcome,
        REACTORS_SHOWN, Reactions, Store, UserChange, Versioned,
    },
    user::User,
};
use uuid::Uuid;

use super::{
    channel_room::{Room, change, mention, speaker},
    expectations::{apply, apply_one, holds},
    paging_model::every_page_is_right,
    scenes::{insert_message, page},
};
use crate::builders;

pub async fn mentions_come_with_their_message_in_order(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (said, other) = (room.message("@..."), room.message("@here"));
    let meant = vec![
        Mention::Channel,
        Mention::User(room.member.id),
        Mention::Here,
        Mention::Agent(room.seed.agent.id),
        Mention::User(room.seed.owner.id),
    ];
    let insert = |message: &Message| Change::Message(MessageChange::Insert(message.clone()));
    let outcomes = apply(&*store, [insert(&said), mention(&room, &said, meant.clone())]).await;
    assert_eq!(outcomes, [Outcome::Inserted, Outcome::Inserted]);
    apply(&*store, [insert(&other), mention(&room, &other, vec![Mention::Here])]).await;
    let listed: Vec<_> = room.listed(&*store).await.into_iter().map(|said| said.mentions).collect();
    assert_eq!(listed, [meant, vec![Mention::Here]]);
}

pub async fn an_edit_replaces_the_text_and_keeps_what_was(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = room.say(&*store, "One").await;
    apply_one(&*store, mention(&room, &said, vec![Mention::Here])).await;
    let (second, third) = (room.edit(&said, "Two", vec![Mention::Channel]), room.edit(&said, "Three", vec![]));
    for (edit, mentions) in [(&second, vec![Mention::Channel]), (&third, vec![])] {
        assert_eq!(apply_one(&*store, change(ChannelMessageChange::Edit(edit.clone()))).await, Outcome::Updated);
        assert_eq!(room.now(&*store, said.id).await.mentions, mentions);
    }
    let expected = Message {
        content: "Three".to_owned(),
        content_html: "<p>Three</p>".to_owned(),
        version: 3,
        edited_at: Some(third.at),
        ..said.clone()
    };
    assert_eq!(room.now(&*store, said.id).await.message, expected);

    let edits = async |before, limit| store.list_message_edits(said.id, before, limit).await.unwrap();
    let read: Vec<_> = edits(None, 10).await.into_iter().map(|edit| (edit.version, edit.content)).collect();
    assert_eq!(read, [(1, "One".to_owned()), (2, "Two".to_owned())]);
    let times: Vec<_> = edits(None, 10).await.into_iter().map(|edit| (edit.edited_by, edit.edited_at)).collect();
    assert_eq!(times, [(second.by, second.at), (third.by, third.at)]);
    let versions = |edits: Vec<MessageEdit>| -> Vec<i64> { edits.iter().map(|edit| edit.version).collect() };
    assert_eq!(versions(edits(None, 1).await), [2]);
    assert_eq!(versions(edits(Some(2), 10).await), [1]);
    assert_eq!(versions(edits(Some(1), 10).await), Vec::<i64>::new());
}

pub async fn a_messages_version_is_guarded(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = room.say(&*store, "One").await;
    let at = |version| Guard::Version(Versioned::Message(said.id), version);
    assert!(holds(&*store, at(1)).await && !holds(&*store, at(2)).await);
    apply_one(&*store, change(ChannelMessageChange::Edit(room.edit(&said, "Two", vec![])))).await;
    assert!(!holds(&*store, at(1)).await && holds(&*store, at(2)).await);
    let guard = Guard::Message { conversation: room.channel.id, message: said.id };
    assert!(holds(&*store, guard.clone()).await);
    apply_one(&*store, room.delete(&said)).await;
    assert!(!holds(&*store, guard).await && holds(&*store, at(3)).await);
}

pub async fn a_deleted_message_keeps_its_place_and_nothing_else(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let file = builders::file(&room.seed.owner);
    let said = Message { client_id: Some(builders::uuid()), ..room.message("Secret") };
    insert_message(&*store, &said).await;
    let attach = Attach {
        organization: room.seed.organization.id,
        conversation: room.channel.id,
        message: Some(said.id),
        files: vec![file.id],
    };
    let changes = [
        Change::File(FileChange::Insert(file.clone())),
        Change::File(FileChange::Attach(attach)),
        mention(&room, &said, vec![Mention::Here]),
        change(ChannelMessageChange::Edit(room.edit(&said, "Secret too", vec![Mention::Here]))),
        room.react(&said, "👍", room.member.id),
        room.pin(&said),
    ];
    apply(&*store, changes).await;
    assert_eq!(room.now(&*store, said.id).await.attachments, vec![file.clone()]);
    let reply = room.reply(&*store, &said).await;

    let delete = room.delete(&said);
    let Change::ChannelMessage(ChannelMessageChange::Delete { at, .. }) = delete else { unreachable!() };
    assert_eq!(apply_one(&*store, delete.clone()).await, Outcome::Updated);
    let left = room.now(&*store, said.id).await;
    let expected = Message {
        content: String::new(),
        content_html: String::new(),
        version: 3,
        edited_at: left.message.edited_at,
        deleted_at: Some(at),
        ..said.clone()
    };
    assert_eq!(left.message, expected);
    assert_eq!((left.mentions, left.reactions, left.attachments, left.reply_count), (vec![], vec![], vec![], 1));
    assert_eq!(store.list_message_edits(said.id, None, 10).await.unwrap(), vec![]);
    assert_eq!(store.list_reactors(said.id, page(Position::Newest, 10)).await.unwrap().items, vec![]);
    assert_eq!(room.pinned(&*store).await, vec![]);
    let ids: Vec<_> = room.listed(&*store).await.into_iter().map(|said| said.message.id).collect();
    assert_eq!(ids, [said.id, reply.id]);
    assert_eq!(apply_one(&*store, delete).await, Outcome::Unchanged);
    let edit = change(ChannelMessageChange::Edit(room.edit(&said, "Back", vec![])));
    assert_eq!(apply_one(&*store, edit).await, Outcome::Unchanged);
    // Its uploader still has the file.
    assert!(store.find_file(room.seed.organization.id, file.id).await.unwrap().is_some());
}

pub async fn reactions_are_told_by_emoji(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (said, other) = (room.say(&*store, "Hello").await, room.say(&*store, "Bye").await);
    let (me, member) = (room.seed.owner.id, room.member.id);
    let shown = |emoji: &str, me, users: &[UserId]| Reactions {
        emoji: Emoji::parse(emoji).unwrap(),
        count: users.len() as i64,
        me,
        users: users.to_vec(),
    };
    for (message, emoji, user) in
        [(&said, "🎉", member), (&said, "❤️", me), (&said, "🎉", me), (&other, "👍🏽", member), (&said, "🇩🇪", member)]
    {
        assert_eq!(apply_one(&*store, room.react(message, emoji, user)).await, Outcome::Inserted);
        assert_eq!(apply_one(&*store, room.react(message, emoji, user)).await, Outcome::Unchanged);
    }
    let listed: Vec<_> = room.listed(&*store).await.into_iter().map(|said| said.reactions).collect();
    let of_said = [shown("🎉", true, &[member, me]), shown("❤", true, &[me]), shown("🇩🇪", false, &[member])];
    assert_eq!(listed, [of_said.to_vec(), vec![shown("👍🏽", false, &[member])]]);

    let unreact = |emoji: &str, user| {
        change(ChannelMessageChange::Unreact { message: said.id, emoji: Emoji::parse(emoji).unwrap(), user })
    };
    assert_eq!(apply_one(&*store, unreact("🎉", me)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, unreact("🎉", me)).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, unreact("❤️", me)).await, Outcome::Updated);
    let left = [shown("🎉", false, &[member]), shown("🇩🇪", false, &[member])];
    assert_eq!(room.now(&*store, said.id).await.reactions, left);
}

pub async fn of_many_who_reacted_the_first_are_shown_and_all_are_listed(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = room.say(&*store, "Hello").await;
    let people: Vec<User> = (0..25).map(|_| builders::user(&room.seed.organization)).collect();
    apply(&*store, people.iter().map(|user| Change::User(UserChange::Insert(user.clone(), None)))).await;
    apply(&*store, people.iter().map(|user| room.react(&said, "👍", user.id))).await;
    apply_one(&*store, room.react(&said, "🎉", people[3].id)).await;
    let reactions = room.now(&*store, said.id).await.reactions;
    let first: Vec<UserId> = people.iter().take(REACTORS_SHOWN as usize).map(|user| user.id).collect();
    assert_eq!((reactions[0].count, &reactions[0].users), (25, &first));

    let mut ids: Vec<Uuid> = people.iter().map(|user| user.id.uuid()).collect();
    ids.sort();
    every_page_is_right(&ids, async |page| {
        let slice = store.list_reactors(said.id, page).await.unwrap();
        Slice {
            items: slice.items.iter().map(|reactor| reactor.user_id.uuid()).collect(),
            has_older: slice.has_older,
            has_newer: slice.has_newer,
        }
    })
    .await;
    let all = store.list_reactors(said.id, page(Position::Newest, 100)).await.unwrap().items;
    let fourth = all.iter().find(|reactor| reactor.user_id == people[3].id).unwrap();
    assert_eq!((&fourth.user, fourth.emoji.len()), (&speaker(&people[3]), 2));
}

pub async fn pins_are_listed_in_their_order(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (first, second) = (room.say(&*store, "One").await, room.say(&*store, "Two").await);
    for message in [&second, &first] {
        assert_eq!(apply_one(&*store, room.pin(message)).await, Outcome::Inserted);
        assert_eq!(apply_one(&*store, room.pin(message)).await, Outcome::Unchanged);
    }
    assert_eq!(room.pinned(&*store).await, [second.id, first.id]);
    let elsewhere = room.another(&*store).await;
    assert_eq!(elsewhere.pinned(&*store).await, vec![]);
    let pins = store.list_pins(room.seed.organization.id, room.channel.id, room.member.id).await.unwrap();
    assert_eq!((pins[0].pinned_by, &pins[0].message.message), (room.member.id, &second));
    let unpin = change(ChannelMessageChange::Unpin { channel: room.channel.id, message: second.id });
    assert_eq!(apply_one(&*store, unpin.clone()).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, unpin).await, Outcome::Unchanged);
    assert_eq!(room.pinned(&*store).await, [first.id]);
}

pub async fn there_is_room_for_so_many_pins(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let messages: Vec<Message> = (0..MOST_PINS).map(|n| room.message(&n.to_string())).collect();
    apply(&*store, messages.iter().map(|said| Change::Message(MessageChange::Insert(said.clone())))).await;
    let place = |max| Guard::PinRoom { channel: room.channel.id, max };
    assert!(holds(&*store, place(1)).await && !holds(&*store, place(0)).await);
    apply(&*store, messages.iter().map(|said| room.pin(said))).await;
    assert!(!holds(&*store, place(MOST_PINS)).await && holds(&*store, place(MOST_PINS + 1)).await);
    assert!(!holds(&*store, Guard::PinRoom { channel: builders::id(), max: 1 }).await);
    assert_eq!(room.pinned(&*store).await.len() as i64, MOST_PINS);
}

pub async fn a_purged_users_messages_have_nothing_beside_them_any_more(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = builders::channel_message(&room.channel, room.member.id, "Secret");
    insert_message(&*store, &said).await;
    let changes = [
        change(ChannelMessageChange::Edit(room.edit(&said, "Secret too", vec![Mention::Here]))),
        room.react(&said, "👍", room.seed.owner.id),
        room.pin(&said),
    ];
    apply(&*store, changes).await;
    let (user, at) = (room.member.id, builders::at());
    apply_one(&*store, Change::User(UserChange::Delete { user, at })).await;
    while apply_one(&*store, Change::User(UserChange::Purge { user, at, at_most: 2 })).await == Outcome::Updated {}
    let left = room.now(&*store, said.id).await;
    assert_eq!((left.message.content.as_str(), left.message.deleted_at), ("", Some(at)));
    assert_eq!((left.mentions, left.reactions), (vec![], vec![]));
    assert_eq!(store.list_message_edits(said.id, None, 10).await.unwrap(), vec![]);
    assert_eq!(store.list_reactors(said.id, page(Position::Newest, 10)).await.unwrap().items, vec![]);
    assert_eq!(room.pinned(&*store).await, vec![]);
}
