use stead_domain::{
    UserId,
    ports::store::{Change, Commit, Guard, StoreError, UniqueKey, UserChange},
    text::{DisplayName, Email, Handle},
    user::{OrganizationRole, User, UserKind},
};

use super::{Import, ids::derived};
use crate::Error;

/// How many are made in one commit.
const AT_ONCE: usize = 100;
/// How many handles are tried: `ann`, `ann-2`, ...
const HANDLES: u32 = 1_000;
/// How long a handle may be to which a number is added.
const ROOM: usize = 27;

/// Somebody as the source knows them.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What names them in the source.
    pub key: String,
    /// What names them there too.
    pub also: Option<String>,
    /// How they were addressed; made to fit.
    pub handle: String,
    /// What they were called.
    pub display_name: String,
    /// Their address: who has it here is the same person.
    pub email: Option<Email>,
    /// Whether who has this handle here is the same person.
    pub is_here: bool,
    /// Whether it is a program.
    pub is_service: bool,
}

/// Somebody whom the source names.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// They are here.
    Here { id: UserId, handle: Handle, is_active: bool },
    /// They were deleted here, and stay so.
    Gone,
}

impl Import {
    /// Finds people, or makes them: without a way to sign in, deactivated until somebody lets them in.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(&mut self, people: Vec<NewPerson>) -> Result<(), Error> {
        let mut new: Vec<User> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        let mut others: Vec<(String, String)> = Vec::new();
        for person in people {
            if self.people.contains_key(&person.key) || keys.contains(&person.key) {
                continue;
            }
            others.extend(person.also.clone().map(|also| (also, person.key.clone())));
            if let Some(user) = self.find_person(&person).await? {
                self.tally.people_known += 1;
                self.know(person.key, &user);
                continue;
            }
            new.push(self.new_person(&person)?);
            keys.push(person.key);
            if new.len() == AT_ONCE {
                self.make_people(std::mem::take(&mut keys), std::mem::take(&mut new)).await?;
            }
        }
        self.make_people(keys, new).await?;
        for (other, key) in others {
            if let Some(known) = self.people.get(&key).cloned() {
                self.people.entry(other).or_insert(known);
            }
        }
        Ok(())
    }

    /// How somebody is addressed here.
    pub fn handle_of(&self, key: &str) -> Option<&Handle> {
        match self.people.get(key)? {
            Known::Here { handle, .. } => Some(handle),
            Known::Gone => None,
        }
    }

    pub(super) fn user_of(&self, key: &str) -> Option<UserId> {
        match self.people.get(key)? {
            Known::Here { id, .. } => Some(*id),
            Known::Gone => None,
        }
    }

    pub(super) fn is_active(&self, key: &str) -> bool {
        matches!(self.people.get(key), Some(Known::Here { is_active: true, .. }))
    }

    async fn find_person(&self, person: &NewPerson) -> Result<Option<User>, Error> {
        let (store, organization) = (&self.application.store, self.organization.id);
        if let Some(user) = store.find_user(organization, self.person_id(&person.key)).await? {
            return Ok(Some(user));
        }
        let is_ours = |user: &User| user.organization_id == organization;
        if let Some(email) = &person.email
            && let Some(user) = store.find_by_email(email).await?.filter(is_ours)
        {
            return Ok(Some(user));
        }
        if person.is_here
            && let Ok(handle) = Handle::parse(&person.handle)
            && let Some(profile) = store.find_profile(&handle).await?
        {
            return Ok(Some(profile.user).filter(is_ours));
        }
        Ok(None)
    }

    async fn make_people(&mut self, keys: Vec<String>, users: Vec<User>) -> Result<(), Error> {
        if users.is_empty() {
            return Ok(());
        }
        let all = users.iter().map(|user| Change::User(UserChange::Insert(user.clone(), None))).collect();
        match self.commit_people(all).await {
            Ok(()) => {
                for (key, user) in keys.into_iter().zip(&users) {
                    self.tally.people_made += 1;
                    self.know(key, user);
                }
                Ok(())
            }
            // Somebody's handle or address is taken: each by themselves.
            Err(StoreError::Conflict(_)) => {
                for (key, user) in keys.into_iter().zip(users) {
                    self.make_person(key, user).await?;
                }
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn make_person(&mut self, key: String, mut user: User) -> Result<(), Error> {
        let wished = user.handle.clone();
        let mut n = 1;
        loop {
            match self.commit_people(vec![Change::User(UserChange::Insert(user.clone(), None))]).await {
                Ok(()) => {
                    self.tally.people_made += 1;
                    self.know(key, &user);
                    return Ok(());
                }
                // Another organization's: here they have none.
                Err(StoreError::Conflict(UniqueKey::UserEmail)) if user.email.is_some() => user.email = None,
                Err(StoreError::Conflict(UniqueKey::UserHandle)) if n < HANDLES => {
                    n += 1;
                    user.handle = numbered(&wished, n)?;
                }
                Err(StoreError::Conflict(UniqueKey::Id)) => {
                    let known = match self.application.store.find_user(self.organization.id, user.id).await? {
                        Some(user) => known(&user),
                        None => Known::Gone,
                    };
                    self.people.insert(key, known);
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn commit_people(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let guards = vec![Guard::Organization(self.organization.id)];
        self.application.commit(Commit { guards, changes, ..Commit::default() }).await.map(drop)
    }

    fn know(&mut self, key: String, user: &User) {
        self.handles.insert(user.handle.clone(), user.id);
        self.people.insert(key, known(user));
    }

    fn person_id(&self, key: &str) -> UserId {
        let organization = self.organization.id.uuid();
        let parts: [&[u8]; 4] = [organization.as_bytes(), self.source.as_bytes(), b"person", key.as_bytes()];
        UserId::new(derived(self.organization.created_at, 0, &parts))
    }

    fn new_person(&self, person: &NewPerson) -> Result<User, Error> {
        let handle = fitting(&person.handle)?;
        let display_name = DisplayName::fitting(person.display_name.trim()).filter(|name| !name.as_str().is_empty());
        let display_name = match display_name {
            Some(name) => name,
            None => DisplayName::parse(handle.as_str()).map_err(Error::internal)?,
        };
        let now = self.application.clock.now();
        Ok(User {
            id: self.person_id(&person.key),
            organization_id: self.organization.id,
            kind: if person.is_service { UserKind::Service } else { UserKind::Person },
            role: OrganizationRole::Member,
            handle,
            email: person.email.clone().filter(|_| !person.is_service),
            display_name,
            bio: None,
            avatar: None,
            ai_budget: None,
            deactivated_at: Some(now),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

fn known(user: &User) -> Known {
    Known::Here { id: user.id, handle: user.handle.clone(), is_active: user.deactivated_at.is_none() }
}

/// The handle that is nearest to what somebody was called.
fn fitting(name: &str) -> Result<Handle, Error> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '_' };
    let mut handle: String = name.chars().map(plain).skip_while(|c| !c.is_ascii_alphanumeric()).take(32).collect();
    handle.truncate(handle.trim_end_matches(['.', '-']).len());
    // These mean everybody.
    if matches!(handle.to_ascii_lowercase().as_str(), "" | "channel" | "here") {
        handle.insert_str(0, "user_");
    }
    if handle.len() < 2 {
        handle.push('_');
    }
    Handle::parse(&handle).map_err(Error::internal)
}

fn numbered(handle: &Handle, n: u32) -> Result<Handle, Error> {
    let mut base: String = handle.as_str().chars().take(ROOM).collect();
    base.truncate(base.trim_end_matches(['.', '-']).len());
    Handle::parse(&format!("{base}-{n}")).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_becomes_the_nearest_handle() {
        for (name, expected) in [
            ("Ann", "ann"),
            ("x", "x_"),
            ("", "user_"),
            ("_rust|bot-", "rust_bot"),
            ("José", "jos_"),
            ("here", "user_here"),
        ] {
            assert_eq!(fitting(name).unwrap().as_str(), expected, "{name}");
        }
        let long = fitting(&"a".repeat(50)).unwrap();
        assert_eq!(numbered(&long, 1_000).unwrap().as_str(), format!("{}-1000", "a".repeat(27)));
    }

    proptest! {
        #[test]
        fn every_name_has_a_handle(name in any::<String>(), dotted in "[._-]{0,40}[a-z]{0,2}[.-]{0,40}") {
            for name in [name, dotted] {
                let handle = fitting(&name).unwrap();
                prop_assert!(numbered(&handle, 2).is_ok());
            }
        }
    }
}
