use stead_domain::{
    SessionId,
    page::{Page, Slice},
    ports::store::{Change, Commit, SessionChange},
    session::Session,
};

use crate::{Application, Caller, Error};

/// A sign-in of the caller's.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnSession {
    /// It.
    pub session: Session,
    /// Whether this request was sent with it.
    pub is_current: bool,
}

impl Application {
    /// The caller's sign-ins that are not over.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to an API key.
    pub async fn sessions(&self, caller: &Caller, page: Page) -> Result<Slice<OwnSession>, Error> {
        let current = caller.session()?;
        let slice = self.store.list_sessions(caller.user, self.clock.now(), page).await?;
        let own = |session: Session| OwnSession { is_current: session.id == current, session };
        let Slice { items, has_older, has_newer } = slice;
        Ok(Slice { items: items.into_iter().map(own).collect(), has_older, has_newer })
    }

    /// Ends one of the caller's sign-ins: its tokens are dead at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is somebody else's or over; [`Error::Forbidden`] to an API key.
    pub async fn end_own_session(&self, caller: &Caller, id: SessionId) -> Result<(), Error> {
        let found = self.store.find_session(id).await?;
        let (session, _) = found.filter(|(session, _)| session.user_id == caller.user).ok_or(Error::NotFound)?;
        caller.session()?;
        if !session.is_live(self.clock.now()) {
            return Err(Error::NotFound);
        }
        let revoke = SessionChange::Revoke { session: id, at: self.clock.now() };
        self.commit(Commit { changes: vec![Change::Session(revoke)], ..Commit::default() }).await?;
        self.forget(id).await;
        Ok(())
    }
}
