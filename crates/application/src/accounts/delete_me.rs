use stead_domain::{
    ConversationId, JobId, Timestamp,
    channel::ChannelKind,
    job::{NewJob, Task},
    membership::Participant,
    ports::store::{Change, ChannelChange, Commit, Guard, OrganizationChange, StoreError, UserChange, Versioned},
    user::{OrganizationRole, User},
};

use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Deletes the caller: hidden at once, every token dead, address and handle free. A job empties what they wrote and
    /// removes their threads; their agents are deleted, and others' threads with those stay readable. With the last
    /// member goes the organization.
    ///
    /// # Errors
    /// [`Conflict::LastOwner`] while others are left without an owner; [`Error::Forbidden`] to an API key.
    pub async fn delete_me(&self, caller: &Caller) -> Result<(), Error> {
        caller.session()?;
        for _ in 0..TRIES {
            let me = self.me(caller).await?;
            let now = self.clock.now();
            match self.commit(self.leaving(&me, now).await?).await {
                Ok(_) => {
                    self.forget(me.id).await;
                    return Ok(());
                }
                // There is no other owner, or nobody who needs one.
                Err(StoreError::Refused(Guard::AnotherOwner { .. })) => {}
                Err(StoreError::Refused(_)) => continue,
                Err(error) => return Err(error.into()),
            }
            match self.commit(self.closing(&me, now)).await {
                Ok(_) => {
                    // Its services too.
                    self.forget(me.organization_id).await;
                    return Ok(());
                }
                Err(StoreError::Refused(Guard::SoleMember { .. })) => {
                    return Err(Error::Conflict(Conflict::LastOwner));
                }
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Somebody goes and the organization stays.
    async fn leaving(&self, me: &User, now: Timestamp) -> Result<Commit, Error> {
        let mut guards = Vec::new();
        if me.role == OrganizationRole::Owner {
            guards.push(Guard::AnotherOwner { organization: me.organization_id, besides: me.id });
        }
        guards.push(Guard::Version(Versioned::User(me.id), me.version));
        let mut commit = Commit {
            guards,
            changes: vec![Change::User(UserChange::Delete { user: me.id, at: now })],
            jobs: self.last_jobs(me, Task::PurgeUser(me.id), now),
            ..Commit::default()
        };
        // Their memberships end with them; their channel with their own agent goes, what they shared with others stays.
        commit.jobs.push(self.tell_rooms_job(me.organization_id, Participant::User(me.id), now));
        for (membership, kind) in self.store.memberships_of(me.organization_id, me.id).await? {
            if kind == ChannelKind::Assistant {
                let channel = membership.conversation_id;
                commit.changes.push(Change::Channel(ChannelChange::Delete { channel, at: now }));
                commit.jobs.push(self.purge_job(me, channel, now));
            }
        }
        Ok(commit)
    }

    fn purge_job(&self, me: &User, conversation: ConversationId, now: Timestamp) -> NewJob {
        NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: me.organization_id,
            task: Task::PurgeConversation(conversation),
            run_at: now,
        }
    }

    /// The last one goes and takes the organization along.
    fn closing(&self, me: &User, now: Timestamp) -> Commit {
        let organization = me.organization_id;
        Commit {
            guards: vec![
                Guard::SoleMember { organization, user: me.id },
                Guard::Version(Versioned::User(me.id), me.version),
            ],
            changes: vec![Change::Organization(OrganizationChange::Delete { organization, at: now })],
            jobs: self.last_jobs(me, Task::PurgeOrganization(organization), now),
            ..Commit::default()
        }
    }

    /// What removes the rest, and the picture.
    fn last_jobs(&self, me: &User, task: Task, now: Timestamp) -> Vec<NewJob> {
        let purge = NewJob { id: JobId::new(self.ids.next()), organization_id: me.organization_id, task, run_at: now };
        [purge].into_iter().chain(me.avatar.map(|avatar| self.avatar_job(me, avatar))).collect()
    }
}
