//! Keeps indexes up to date by following the event log: one process at a time for each of them, in batches, from a place
//! that is kept in the database.
//!
//! An index is an [`Indexer`]: it is told what changed, and brings itself to what that is now. Being told twice must do no
//! harm, and it is told nothing of what is not followed by an event; so now and then, where it is new, where its place in the
//! log became void, and where an operator asks, it is walked through everything that there is, and then through what it holds
//! itself.
//!
//! To bring another index: a name in [`LogFollower`], an `Indexer`, and a line in `start_worker`.

mod changed;
mod follow;
mod pass_on;
mod walk;

use async_trait::async_trait;
use stead_domain::{OrganizationId, ports::store::LogFollower};

pub(crate) use self::changed::Changed;
use crate::{Application, Error};

/// An index that follows the event log.
#[async_trait]
pub(crate) trait Indexer: Send + Sync + 'static {
    /// Under which name its place is kept.
    fn follower(&self) -> LogFollower;

    /// Brings the index to what all of this is now: what is there no more goes. Where everything was done before, it does
    /// nothing that costs. An error that will pass ([`Error::Unavailable`] and the like) has it called again with the same,
    /// for as long as it takes; after any other, a few times, then once for each thing alone, and what fails is left out.
    async fn take(&self, application: &Application, changed: &Changed) -> Result<(), Error>;

    /// Looks at a part of what the index holds, of an organization or of all, for what should not be there, and mends that.
    /// Answers after where the next part begins; `None`: that was the last.
    async fn sweep(
        &self,
        application: &Application,
        organization: Option<OrganizationId>,
        after: Option<String>,
    ) -> Result<Option<String>, Error>;
}
