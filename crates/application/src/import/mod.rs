//! Brings conversations in that were held elsewhere. For who holds the database.
//!
//! The ids of what is brought in follow from where it comes from and when it was said, so that a repeat, or a second try
//! after a first one was cut off, finds what is there: nothing comes twice, and messages and people that were changed or
//! deleted here since stay as they are. A channel that was deleted comes back with a repeat once nothing is left of it. Messages come in batches, each with all that hangs on its messages; they have no events of their own: a channel
//! is told to have changed once it is complete. Indexes take what came by a walk through the organization.

mod ids;
mod messages;
mod people;
mod rooms;

use std::collections::HashMap;

use stead_domain::{
    OrganizationId, UserId,
    organization::Organization,
    page::{Page, PageLimit, Position},
    ports::store::{LogFollower, UserFilter},
    text::Handle,
    user::OrganizationRole,
};

use self::people::Known;
pub use self::{
    messages::{Place, Said},
    people::NewPerson,
    rooms::{ImportedRoom, NewRoom, RoomKind},
};
use crate::{Application, Error};

/// An import that is under way.
pub struct Import {
    application: Application,
    organization: Organization,
    /// From what it comes: the ids of what two sources bring differ.
    source: &'static str,
    /// Who has what nobody else has made.
    owner: UserId,
    people: HashMap<String, Known>,
    handles: HashMap<Handle, UserId>,
    tally: Tally,
}

/// What came of an import so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// People who were made.
    pub people_made: u64,
    /// People who were there.
    pub people_known: u64,
    /// Channels that were made.
    pub channels_made: u64,
    /// Channels that were there.
    pub channels_known: u64,
    /// Messages that were stored.
    pub messages: u64,
    /// Messages that were there.
    pub messages_known: u64,
    /// What was left out: messages of people or in channels that were deleted here, those that say nothing.
    pub left_out: u64,
}

impl Application {
    /// Begins an import into an organization.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such organization.
    pub async fn begin_import(&self, organization: OrganizationId, source: &'static str) -> Result<Import, Error> {
        let organization = self.store.find_organization(organization).await?.ok_or(Error::NotFound)?;
        let owner = self.first_owner(organization.id).await?;
        Ok(Import {
            application: self.clone(),
            organization,
            source,
            owner,
            people: HashMap::new(),
            handles: HashMap::new(),
            tally: Tally::default(),
        })
    }

    /// The organization that somebody with this handle is in. For who holds the database.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody has it.
    pub async fn organization_with(&self, handle: &Handle) -> Result<OrganizationId, Error> {
        let profile = self.store.find_profile(handle).await?.ok_or(Error::NotFound)?;
        Ok(profile.user.organization_id)
    }

    /// The owner who has been there longest.
    async fn first_owner(&self, organization: OrganizationId) -> Result<UserId, Error> {
        let mut position = Position::After(uuid::Uuid::nil());
        loop {
            let page = Page { position, limit: PageLimit::MAX };
            let filter = UserFilter { organization, search: None, with_deactivated: false, page };
            let users = self.store.list_users(filter).await?;
            if let Some(owner) = users.items.iter().find(|user| user.role == OrganizationRole::Owner) {
                return Ok(owner.id);
            }
            match users.items.last() {
                Some(last) if users.has_newer => position = Position::After(last.id.uuid()),
                _ => return Err(Error::NotFound),
            }
        }
    }
}

impl Import {
    /// What came of it so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Notes that something was left out that never came to be a message.
    pub fn leave_out(&mut self, how_much: u64) {
        self.tally.left_out += how_much;
    }

    /// Has the indexes take what came. Without this they do so with their next walk through everything.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish(&self) -> Result<Tally, Error> {
        for follower in LogFollower::ALL {
            self.application.store.ask_for_walk(follower, Some(self.organization.id), false).await?;
        }
        Ok(self.tally)
    }
}
