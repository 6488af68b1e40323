//! What models have used.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Timestamp, UserId,
    organization::TokenBudget,
    ports::store::{
        Change, FinishRun, OrganizationChange, Outcome, PruneBefore, RunChange, Store, ThreadChange, UsageFilter,
        UserChange,
    },
    run::{RunStatus, Usage},
    usage::{Account, UsageBy, UsageEntry, UsageKey, UsagePurpose},
    user::User,
};

use super::{
    expectations::apply_one,
    prune::{NOTHING, prune_to_the_end},
    scenes::{end_of, finish, run_now, running_turn},
};
use crate::builders::{self, Seed};

/// Runs a turn that uses so much; when it was started.
async fn used(store: &dyn Store, seed: &Seed, input_tokens: i64, output_tokens: i64) -> Timestamp {
    let (turn, lease) = running_turn(store, seed).await;
    let usage = Usage { input_tokens, output_tokens, cached_tokens: Some(1), ..Usage::default() };
    finish(store, &lease, FinishRun { usage, ..end_of(turn.run.id, RunStatus::Completed) }).await;
    run_now(store, &turn.run).await.started_at.expect("it was started")
}

async fn tokens(store: &dyn Store, seed: &Seed, since: Timestamp) -> i64 {
    store.tokens_used(seed.organization.id, None, since).await.unwrap()
}

async fn tokens_of(store: &dyn Store, seed: &Seed, user: UserId, since: Timestamp) -> i64 {
    store.tokens_used(seed.organization.id, Some(user), since).await.unwrap()
}

/// A question of nobody for a title, at this second.
fn question(seed: &Seed, second: u64, input_tokens: i64) -> UsageEntry {
    UsageEntry {
        id: builders::id::<()>().uuid(),
        account: Account {
            organization: seed.organization.id,
            user: None,
            agent: None,
            conversation: None,
            purpose: UsagePurpose::Title,
        },
        usage: Usage { input_tokens, output_tokens: 1, cached_tokens: None, cost_micros: 7 },
        at: Timestamp::EPOCH.plus(Duration::from_secs(second)),
    }
}

async fn enter(store: &dyn Store, entry: UsageEntry) -> Outcome {
    apply_one(store, Change::Usage(entry)).await
}

fn since_ever(seed: &Seed) -> UsageFilter {
    let to = Timestamp::EPOCH.plus(Duration::from_secs(100 * 365 * 24 * 60 * 60));
    UsageFilter { organization: seed.organization.id, user: None, from: Timestamp::EPOCH, to }
}

/// What each used in tokens of prompts, most first.
async fn by(store: &dyn Store, filter: UsageFilter, by: UsageBy) -> Vec<(UsageKey, i64)> {
    let items = store.list_usage(filter, by, 100).await.unwrap();
    items.into_iter().map(|(key, usage)| (key, usage.input_tokens)).collect()
}

pub async fn what_an_organizations_runs_used_is_summed_since_a_time(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 0);
    let first = used(&*store, &seed, 1 << 40, 2).await;
    let second = used(&*store, &seed, 10, 20).await;
    used(&*store, &other, 100, 200).await;
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, (1 << 40) + 32);
    assert_eq!(tokens(&*store, &seed, first).await, (1 << 40) + 32);
    assert_eq!(tokens(&*store, &seed, second).await, 30);
    assert_eq!(tokens(&*store, &seed, second.plus(Duration::from_micros(1))).await, 0);
}

pub async fn what_a_user_used_is_summed_apart(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (ann, bob) = (seed.owner.id, seed.another_user(&*store).await.id);
    used(&*store, &seed, 10, 20).await;
    let entry = question(&seed, 1, 4);
    enter(&*store, UsageEntry { account: Account { user: Some(bob), ..entry.account }, ..entry }).await;
    enter(&*store, question(&seed, 1, 100)).await;
    assert_eq!(tokens_of(&*store, &seed, ann, Timestamp::EPOCH).await, 30);
    assert_eq!(tokens_of(&*store, &seed, bob, Timestamp::EPOCH).await, 5);
    assert_eq!(tokens_of(&*store, &seed, bob, Timestamp::EPOCH.plus(Duration::from_secs(2))).await, 0);
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 136, "what nobody asked for is the organization's");
    let other = Seed::commit(&*store).await;
    assert_eq!(tokens_of(&*store, &other, ann, Timestamp::EPOCH).await, 0, "of a user of another organization nothing");
}

pub async fn what_a_question_used_is_entered_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let entry = question(&seed, 1, 9);
    assert_eq!(enter(&*store, entry).await, Outcome::Inserted);
    assert_eq!(enter(&*store, entry).await, Outcome::Unchanged);
    let sum = store.sum_usage(since_ever(&seed)).await.unwrap();
    assert_eq!(sum, Usage { input_tokens: 9, output_tokens: 1, cached_tokens: Some(0), cost_micros: 7 });
}

pub async fn usage_is_told_apart_by_who_and_what_for(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (turn, lease) = running_turn(&*store, &seed).await;
    let so_far = Usage { input_tokens: 30, output_tokens: 2, cached_tokens: Some(3), cost_micros: 11 };
    apply_one(&*store, Change::Run(RunChange::Use { run: turn.run.id, usage: so_far })).await;
    finish(&*store, &lease, FinishRun { usage: so_far, ..end_of(turn.run.id, RunStatus::Completed) }).await;
    let mut entry = question(&seed, 1, 20);
    entry.account.conversation = Some(turn.run.conversation_id);
    enter(&*store, entry).await;
    let mut entry = question(&seed, 1, 50);
    entry.account.purpose = UsagePurpose::Embedding;
    enter(&*store, entry).await;
    enter(&*store, question(&other, 1, 1_000)).await;

    let all = since_ever(&seed);
    let sum = store.sum_usage(all).await.unwrap();
    assert_eq!(sum, Usage { input_tokens: 130, output_tokens: 6, cached_tokens: Some(6), cost_micros: 36 });
    let of_ann = UsageKey::User(Some(seed.owner.id));
    assert_eq!(by(&*store, all, UsageBy::User).await, [(UsageKey::User(None), 70), (of_ann, 60)]);
    let agent = UsageKey::Agent(Some(turn.run.agent_id));
    assert_eq!(by(&*store, all, UsageBy::Agent).await, [(UsageKey::Agent(None), 70), (agent, 60)]);
    let conversation = UsageKey::Conversation(Some(turn.run.conversation_id));
    let expected = [(conversation, 80), (UsageKey::Conversation(None), 50)];
    assert_eq!(by(&*store, all, UsageBy::Conversation).await, expected);
    let expected = [(UsagePurpose::Turn, 60), (UsagePurpose::Embedding, 50), (UsagePurpose::Title, 20)];
    let expected = expected.map(|(purpose, tokens)| (UsageKey::Purpose(purpose), tokens));
    assert_eq!(by(&*store, all, UsageBy::Purpose).await, expected);
    let own = UsageFilter { user: Some(seed.owner.id), ..all };
    assert_eq!(by(&*store, own, UsageBy::Purpose).await, [(UsageKey::Purpose(UsagePurpose::Turn), 60)]);
    assert_eq!(store.sum_usage(own).await.unwrap().cost_micros, 22);
}

pub async fn usage_is_of_its_time_and_most_comes_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let users: Vec<User> = vec![seed.another_user(&*store).await, seed.another_user(&*store).await, seed.owner.clone()];
    for (user, second) in users.iter().zip([10, 20, 30]) {
        let entry = question(&seed, second, i64::try_from(second).unwrap());
        enter(&*store, UsageEntry { account: Account { user: Some(user.id), ..entry.account }, ..entry }).await;
    }
    let at = |second| Timestamp::EPOCH.plus(Duration::from_secs(second));
    let filter = |from, to| UsageFilter { from: at(from), to: at(to), ..since_ever(&seed) };
    for (from, to, expected) in
        [(10, 31, vec![30, 20, 10]), (10, 30, vec![20, 10]), (11, 30, vec![20]), (31, 99, vec![])]
    {
        let found: Vec<i64> =
            by(&*store, filter(from, to), UsageBy::User).await.into_iter().map(|(_, it)| it).collect();
        assert_eq!(found, expected, "{from} to {to}");
        let sum = store.sum_usage(filter(from, to)).await.unwrap();
        assert_eq!(sum.input_tokens, expected.iter().sum::<i64>());
    }
    assert_eq!(store.list_usage(filter(0, 99), UsageBy::User, 2).await.unwrap().len(), 2);
}

pub async fn budgets_are_kept(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let budget = |tokens| Some(TokenBudget::parse(tokens).unwrap());
    for tokens in [budget(1 << 39), None] {
        let user = User { ai_budget: tokens, version: seed.owner.version + 1, ..seed.owner.clone() };
        apply_one(&*store, Change::User(UserChange::Update(user.clone()))).await;
        assert_eq!(store.find_user(seed.organization.id, user.id).await.unwrap(), Some(user));
    }
    let user = User { ai_budget: budget(5), ..builders::user(&seed.organization) };
    apply_one(&*store, Change::User(UserChange::Insert(user.clone(), None))).await;
    assert_eq!(store.find_user(seed.organization.id, user.id).await.unwrap(), Some(user));
}

pub async fn what_was_used_is_known_when_the_thread_is_gone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 10, 20).await;
    let conversation = seed.thread.id;
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation, at: builders::at() })).await;
    let purge = || Change::Thread(ThreadChange::Purge { conversation, at_most: 100 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 30);
}

pub async fn what_was_used_goes_with_the_organization(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 10, 20).await;
    enter(&*store, question(&seed, 1, 4)).await;
    let organization = seed.organization.id;
    let delete = OrganizationChange::Delete { organization, at: builders::at() };
    apply_one(&*store, Change::Organization(delete)).await;
    let purge = || Change::Organization(OrganizationChange::Purge { organization, at_most: 100 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 0);
}

pub async fn what_was_used_earlier_is_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 1, 2).await;
    let second = used(&*store, &seed, 10, 20).await;
    prune_to_the_end(&*store, PruneBefore { usage: second, ..NOTHING }).await;
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 30);
}
