use stead_domain::{
    AgentId, ConversationId, Invalid, Json, MemberId, UserId,
    agent::Agent,
    channel::Topic,
    event::EventKind,
    ports::store::{Change, Commit, Committed, Guard, InboxKind, StoreError, ThreadChange, UniqueKey},
    scope::Scope,
    text::Handle,
    thread::{Thread, TitleSource},
};

use crate::{
    Application, Caller, Conflict, Error, TRIES,
    agents::AgentRef,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
    threads::thread_event,
};

/// A conversation that somebody wants to have.
#[derive(Debug, Clone)]
pub enum NewConversation {
    /// With a person.
    Profile(Target),
    /// With an agent; of this person, if that is said.
    Agent(AgentId, Option<Target>),
}

/// A person, as they are named.
#[derive(Debug, Clone)]
pub enum Target {
    /// By their id.
    Id(UserId),
    /// By their handle.
    Handle(Handle),
}

impl Target {
    /// The field that says so.
    fn field(&self) -> &'static str {
        match self {
            Self::Id(_) => "target_user_id",
            Self::Handle(_) => "target_handle",
        }
    }
}

/// A conversation that is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: ConversationId,
    /// With whom it is.
    pub kind: InboxKind,
    /// Whether it was made for this.
    pub is_new: bool,
    /// Whether an earlier request with the same key made it.
    pub replayed: bool,
}

impl Application {
    /// The caller's conversation with a person or an agent, which is made if there is none. Of many starts at once one makes
    /// it.
    ///
    /// # Errors
    /// [`Error::NotFound`] of a person who is not there, and of an agent that the caller may not see; [`Error::Invalid`] for
    /// oneself as a person, or an agent that is not that person's; [`Error::RateLimited`].
    pub async fn start_conversation(
        &self,
        caller: &Caller,
        new: NewConversation,
        request: Option<KeyedRequest>,
    ) -> Result<Started, Error> {
        let kind = match new {
            NewConversation::Profile(_) => InboxKind::Profile,
            NewConversation::Agent(..) => InboxKind::Agent,
        };
        if kind == InboxKind::Agent {
            caller.require(Scope::ThreadsWrite)?;
        }
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.started_before(caller, ConversationId::new(made), kind).await;
        }
        match new {
            NewConversation::Profile(target) => {
                let other = self.targeted(caller, &target).await?;
                if other == caller.user {
                    return Err(Error::invalid(target.field(), Invalid::new("must be somebody else")));
                }
                let opened = self.direct_channel(caller, other, no_topic()?, request).await?;
                let (id, replayed) = (opened.made.value.channel.id, opened.made.replayed);
                Ok(Started { id, kind, is_new: !opened.existed, replayed })
            }
            NewConversation::Agent(agent, of) => {
                let of = match &of {
                    Some(target) => Some(self.targeted(caller, target).await?),
                    None => None,
                };
                let agent = self.agent(caller, AgentRef::Id(agent)).await?;
                if of.is_some_and(|user| agent.owner() != Some(user)) {
                    return Err(Error::invalid("target_avee_id", Invalid::new("must be an agent of that user")));
                }
                self.inbox_thread(caller, &agent, request).await
            }
        }
    }

    /// Whom somebody means: by a handle, only who is there.
    async fn targeted(&self, caller: &Caller, target: &Target) -> Result<UserId, Error> {
        match target {
            Target::Id(user) => Ok(*user),
            Target::Handle(handle) => {
                let profile = self.store.find_profile(handle).await?;
                let user = profile.map(|profile| profile.user);
                let user = user.filter(|user| user.organization_id == caller.organization).ok_or(Error::NotFound)?;
                Ok(user.id)
            }
        }
    }

    async fn inbox_thread(
        &self,
        caller: &Caller,
        agent: &Agent,
        request: Option<KeyedRequest>,
    ) -> Result<Started, Error> {
        let (organization, kind) = (caller.organization, InboxKind::Agent);
        for n in 0..TRIES {
            if let Some(thread) = self.store.find_inbox_thread(organization, caller.user, agent.id).await? {
                if self.store.find_thread(organization, thread.id).await?.is_some() {
                    return Ok(Started { id: thread.id, kind, is_new: false, replayed: false });
                }
                // It is too old to be kept, and about to be removed.
                self.outdated_due.notify_one();
                break;
            }
            if n == 0 {
                self.admit_conversation(caller)?;
            }
            let thread = self.new_inbox_thread(caller, agent);
            let commit = Commit {
                idempotency: self.remember(caller, request.as_ref(), thread.id),
                guards: vec![caller.still_there(), Guard::Agent { organization, agent: agent.id }],
                changes: vec![Change::Thread(ThreadChange::Insert(thread.clone(), MemberId::new(self.ids.next())))],
                events: vec![thread_event(&thread, EventKind::ThreadCreated)],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(Committed::Done(_)) => return Ok(Started { id: thread.id, kind, is_new: true, replayed: false }),
                Ok(Committed::Replayed(record)) => {
                    let request = request.as_ref().ok_or_else(replayed_without_key)?;
                    let made = ConversationId::new(same_request(request, &record)?);
                    return self.started_before(caller, made, kind).await;
                }
                // Another start was faster.
                Err(StoreError::Conflict(UniqueKey::ConversationKey)) => {}
                // It was deleted a moment ago.
                Err(StoreError::Refused(Guard::Agent { .. })) => return Err(Error::NotFound),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    fn new_inbox_thread(&self, caller: &Caller, agent: &Agent) -> Thread {
        let now = self.clock.now();
        Thread {
            id: ConversationId::new(self.ids.next()),
            organization_id: caller.organization,
            agent_id: agent.id,
            user_id: caller.user,
            channel_id: None,
            inbox: true,
            title: None,
            title_source: TitleSource::None,
            metadata: Json::empty(),
            archived: false,
            version: 1,
            created_at: now,
            updated_at: now,
            last_activity_at: now,
        }
    }

    /// A repeat: what the first request made, if it is still there.
    async fn started_before(&self, caller: &Caller, id: ConversationId, kind: InboxKind) -> Result<Started, Error> {
        self.in_inbox(caller, id).await?;
        Ok(Started { id, kind, is_new: true, replayed: true })
    }
}

fn no_topic() -> Result<Topic, Error> {
    Topic::parse("").map_err(|problem| Error::invalid("topic", problem))
}
