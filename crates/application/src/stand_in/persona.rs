use std::collections::BTreeSet;

use stead_domain::{
    ConversationId, Invalid, OrganizationId, UserId,
    persona::{AnswersADay, Cooldown, MOST_LEFT_OUT, Persona, PersonaHistory, PersonaInstructions},
    ports::store::{Change, Commit, Guard, StoreError, Versioned},
};

use crate::{Application, Caller, Conflict, Error, TRIES};

/// What of it is to change.
#[derive(Debug, Clone, Default)]
pub struct PersonaPatch {
    /// Whether they want to be stood in for.
    pub enabled: Option<bool>,
    /// How, in their own words.
    pub instructions: Option<PersonaInstructions>,
    /// So many messages of what was said last are read,
    pub max_messages: Option<i64>,
    /// from the last so many days.
    pub max_days: Option<i64>,
    /// How long after an answer in a conversation no other is given there.
    pub cooldown: Option<Cooldown>,
    /// The same in a channel, for mentions.
    pub mention_cooldown: Option<Cooldown>,
    /// How many answers are given on one day.
    pub answers_a_day: Option<AnswersADay>,
    /// Conversations that are never used.
    pub left_out: Option<Vec<ConversationId>>,
}

impl Application {
    /// How the caller wants to be stood in for.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_persona(&self, caller: &Caller) -> Result<Persona, Error> {
        self.persona_of(caller.organization, caller.user).await
    }

    pub(crate) async fn persona_of(&self, organization: OrganizationId, user: UserId) -> Result<Persona, Error> {
        match self.store.find_persona(organization, user).await? {
            Some(persona) => Ok(persona),
            None => Persona::unset(organization, user).map_err(Error::internal),
        }
    }

    /// Changes it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for numbers that are out of bounds, or conversations that the caller is not in.
    pub async fn set_persona(&self, caller: &Caller, patch: PersonaPatch) -> Result<Persona, Error> {
        for _ in 0..TRIES {
            let before = self.my_persona(caller).await?;
            let version = before.version;
            let persona = self.patched_persona(caller, before, patch.clone()).await?;
            let commit = Commit {
                guards: vec![caller.still_there(), Guard::Version(Versioned::Persona(caller.user), version)],
                changes: vec![Change::Persona(persona.clone())],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return Ok(persona),
                Err(StoreError::Refused(Guard::Version(..)) | StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn patched_persona(&self, caller: &Caller, before: Persona, patch: PersonaPatch) -> Result<Persona, Error> {
        let messages =
            patch.max_messages.unwrap_or_else(|| i64::try_from(before.history.messages()).unwrap_or(i64::MAX));
        let days = patch.max_days.unwrap_or_else(|| before.history.days().into());
        let history =
            PersonaHistory::parse(messages, days).map_err(|invalid| Error::invalid("max_messages", invalid))?;
        let left_out = match patch.left_out {
            Some(left_out) => self.conversations_of_caller(caller, left_out).await?,
            None => before.left_out,
        };
        Ok(Persona {
            enabled: patch.enabled.unwrap_or(before.enabled),
            instructions: patch.instructions.unwrap_or(before.instructions),
            history,
            cooldown: patch.cooldown.unwrap_or(before.cooldown),
            mention_cooldown: patch.mention_cooldown.unwrap_or(before.mention_cooldown),
            answers_a_day: patch.answers_a_day.unwrap_or(before.answers_a_day),
            left_out,
            version: before.version + 1,
            updated_at: self.clock.now(),
            ..before
        })
    }

    async fn conversations_of_caller(
        &self,
        caller: &Caller,
        named: Vec<ConversationId>,
    ) -> Result<Vec<ConversationId>, Error> {
        let named: BTreeSet<ConversationId> = named.into_iter().collect();
        let invalid = |reason: String| Error::invalid("excluded_channel_ids", Invalid::new(reason));
        if named.len() > MOST_LEFT_OUT {
            return Err(invalid(format!("must be at most {MOST_LEFT_OUT} channels")));
        }
        let asked = named.iter().map(|channel| (*channel, caller.user.uuid())).collect();
        let member_of: BTreeSet<ConversationId> = self
            .store
            .find_members(asked)
            .await?
            .into_iter()
            .filter(|member| member.membership.organization_id == caller.organization)
            .map(|member| member.membership.conversation_id)
            .collect();
        if named != member_of {
            return Err(invalid("must be channels that you are in".to_owned()));
        }
        Ok(named.into_iter().collect())
    }
}
