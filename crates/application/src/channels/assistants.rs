use stead_domain::ports::store::{Commit, Guard, StoreError, UniqueKey};
use stead_domain::user::OrganizationRole;

use crate::{Application, Error};

/// How many people are looked at in one go.
const BATCH: u32 = 200;

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ensured {
    /// How many channels.
    pub made: u64,
}

impl Application {
    /// Makes a channel with their own agent for everybody who has none: once, however often it is asked for, and by however many.
    /// For who holds the database.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ensure_assistants(&self) -> Result<Ensured, Error> {
        let (mut ensured, mut after) = (Ensured::default(), None);
        loop {
            let people = self.store.list_without_assistant(after, BATCH).await?;
            let Some((last, _)) = people.last() else { return Ok(ensured) };
            after = Some(last.id);
            for (user, agent) in &people {
                let (changes, events) = self.own_channel(user, agent.as_ref())?;
                let (organization, at_least) = (user.organization_id, OrganizationRole::Member);
                let mut guards = Vec::new();
                // Who is not let in now keeps what they have: theirs is made all the same.
                if user.deactivated_at.is_none() {
                    guards.push(Guard::User { organization, user: user.id, at_least });
                }
                if let Some(agent) = agent {
                    guards.push(Guard::Agent { organization, agent: agent.id });
                }
                match self.commit(Commit { guards, changes, events, ..Commit::default() }).await {
                    Ok(_) => ensured.made += 1,
                    // Somebody else made it, or they are gone.
                    Err(StoreError::Conflict(UniqueKey::ConversationKey) | StoreError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}
