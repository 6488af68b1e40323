use stead_domain::{
    agent::Agent,
    message::Message,
    organization::Organization,
    ports::store::{
        AgentChange, Change, Committed, MessageChange, OrganizationChange, Store, ThreadChange, UserChange,
    },
    thread::Thread,
    user::User,
};

use super::{
    accounts::{organization, owner, password_hash, user},
    agents::default_agent,
    commits::commit,
    minted::id,
    threads::{thread, user_message},
    turns::{Turn, turn},
};

/// An organization with its owner, its default agent, and a thread of the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// The organization.
    pub organization: Organization,
    /// Its owner, who has a password's hash.
    pub owner: User,
    /// Its default agent.
    pub agent: Agent,
    /// The owner's thread with that agent: empty.
    pub thread: Thread,
}

impl Seed {
    /// Makes one and stores it.
    pub async fn commit(store: &dyn Store) -> Self {
        let organization = organization();
        let owner = owner(&organization);
        let agent = default_agent(&organization);
        let thread = thread(&agent, &owner);
        let seed = Self { organization, owner, agent, thread };
        seed.store(store, seed.changes()).await;
        seed
    }

    /// The changes that store it.
    pub fn changes(&self) -> Vec<Change> {
        vec![
            Change::Organization(OrganizationChange::Insert(self.organization.clone())),
            Change::User(UserChange::Insert(self.owner.clone(), Some(password_hash()))),
            Change::Agent(AgentChange::Insert(self.agent.clone())),
            Change::Thread(ThreadChange::Insert(self.thread.clone(), id())),
        ]
    }

    /// Stores another member of the organization.
    pub async fn another_user(&self, store: &dyn Store) -> User {
        let user = user(&self.organization);
        self.store(store, vec![Change::User(UserChange::Insert(user.clone(), Some(password_hash())))]).await;
        user
    }

    /// Stores another agent of the organization.
    pub async fn another_agent(&self, store: &dyn Store) -> Agent {
        let agent = super::agent(&self.organization);
        self.store(store, vec![Change::Agent(AgentChange::Insert(agent.clone()))]).await;
        agent
    }

    /// Stores another thread of the owner and the agent.
    pub async fn another_thread(&self, store: &dyn Store) -> Thread {
        let thread = thread(&self.agent, &self.owner);
        self.store(store, vec![Change::Thread(ThreadChange::Insert(thread.clone(), id()))]).await;
        thread
    }

    /// Stores a queued turn in the thread.
    pub async fn turn(&self, store: &dyn Store) -> Turn {
        let turn = turn(&self.thread);
        self.store(store, turn.changes()).await;
        turn
    }

    /// Stores so many messages of the owner in the thread.
    pub async fn messages(&self, store: &dyn Store, count: usize) -> Vec<Message> {
        let messages: Vec<_> = (0..count).map(|n| user_message(&self.thread, &format!("Message {n}"))).collect();
        let inserts = messages.iter().map(|message| Change::Message(MessageChange::Insert(message.clone())));
        self.store(store, inserts.collect()).await;
        messages
    }

    async fn store(&self, store: &dyn Store, changes: Vec<Change>) {
        match store.commit(commit(changes)).await {
            Ok(Committed::Done(_)) => {}
            Ok(Committed::Replayed(record)) => panic!("a commit without a key was replayed: {record:?}"),
            Err(error) => panic!("a seed was not stored: {error:?}"),
        }
    }
}
