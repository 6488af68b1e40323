//! What people say of answers.

use std::sync::Arc;

use stead_domain::{
    UserId,
    feedback::{Feedback, FeedbackComment, Rating},
    message::Message,
    ports::store::{Change, MessageChange, Outcome, SetFeedback, Store, ThreadChange},
};

use super::{
    expectations::{apply, apply_one},
    scenes::{insert_message, message_now, messages, page},
};
use crate::builders::{self, Seed};

fn feedback(rating: Rating, comment: Option<&str>) -> Feedback {
    let comment = comment.map(|comment| FeedbackComment::parse(comment).unwrap());
    Feedback { rating, comment, updated_at: builders::at() }
}

async fn set(store: &dyn Store, message: &Message, user: UserId, feedback: &Feedback) -> Outcome {
    let set = SetFeedback {
        organization: message.organization_id,
        conversation: message.conversation_id,
        message: message.id,
        user,
        feedback: feedback.clone(),
    };
    apply_one(store, Change::Message(MessageChange::SetFeedback(set))).await
}

pub async fn feedback_comes_with_its_message(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let said = feedback(Rating::Down, Some("Too\nlong 🙂"));
    assert_eq!(set(&*store, &turn.answer, seed.owner.id, &said).await, Outcome::Inserted);
    assert_eq!(message_now(&*store, &turn.answer).await.feedback, Some(said.clone()));
    let listed = messages(&*store, &seed.thread, page(stead_domain::page::Position::Newest, 10)).await.items;
    let listed: Vec<_> = listed.into_iter().map(|said| said.feedback).collect();
    assert_eq!(listed, [None, Some(said)]);
}

pub async fn what_is_said_last_of_a_message_counts(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    set(&*store, &turn.answer, seed.owner.id, &feedback(Rating::Up, Some("Good"))).await;
    let last = feedback(Rating::Down, None);
    assert_eq!(set(&*store, &turn.answer, seed.owner.id, &last).await, Outcome::Updated);
    assert_eq!(message_now(&*store, &turn.answer).await.feedback, Some(last));
}

pub async fn feedback_is_the_threads_persons_own(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let member = seed.another_user(&*store).await;
    set(&*store, &turn.answer, member.id, &feedback(Rating::Up, None)).await;
    assert_eq!(message_now(&*store, &turn.answer).await.feedback, None);
}

pub async fn feedback_is_purged_with_its_message(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let answer = builders::assistant_message(&seed.thread, "Once");
    insert_message(&*store, &answer).await;
    set(&*store, &answer, seed.owner.id, &feedback(Rating::Up, None)).await;
    let conversation = seed.thread.id;
    let before = answer.created_at.plus(std::time::Duration::from_secs(1));
    let purge = Change::Message(MessageChange::PurgeBefore { conversation, before, at_most: 1 });
    while apply_one(&*store, purge.clone()).await == Outcome::Updated {}
    insert_message(&*store, &answer).await;
    assert_eq!(message_now(&*store, &answer).await.feedback, None);

    set(&*store, &answer, seed.owner.id, &feedback(Rating::Up, None)).await;
    let delete = Change::Thread(ThreadChange::Delete { conversation, at: builders::at() });
    let purge = Change::Thread(ThreadChange::Purge { conversation, at_most: 1 });
    apply_one(&*store, delete).await;
    while apply_one(&*store, purge.clone()).await == Outcome::Updated {}
    let insert = Change::Thread(ThreadChange::Insert(seed.thread.clone(), builders::id()));
    apply(&*store, [insert, Change::Message(MessageChange::Insert(answer.clone()))]).await;
    assert_eq!(message_now(&*store, &answer).await.feedback, None);
}
