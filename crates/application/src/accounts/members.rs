use stead_domain::{
    UserId,
    page::{Page, Slice},
    ports::store::{UserFilter, UserSearch},
    scope::Scope,
    text::Handle,
    user::{Profile, User},
};

use crate::{Application, Caller, Error};

impl Application {
    /// The members of the caller's organization. E-mail addresses are for admins and for oneself, the deactivated for admins.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub async fn users(&self, caller: &Caller, search: Option<UserSearch>, page: Page) -> Result<Slice<User>, Error> {
        caller.require(Scope::UsersRead)?;
        let organization = caller.organization;
        let filter = UserFilter { organization, search, with_deactivated: sees_all(caller), page };
        let Slice { items, has_older, has_newer } = self.store.list_users(filter).await?;
        let items = items.into_iter().map(|user| as_seen_by(caller, user)).collect();
        Ok(Slice { items, has_older, has_newer })
    }

    /// A member of the caller's organization.
    ///
    /// # Errors
    /// [`Error::NotFound`], for who is no admin also of one who is deactivated; [`Error::MissingScope`].
    pub async fn user(&self, caller: &Caller, id: UserId) -> Result<User, Error> {
        let user = self.store.find_user(caller.organization, id).await?;
        let user = user.filter(|user| user.deactivated_at.is_none() || sees_all(caller)).ok_or(Error::NotFound)?;
        caller.require(Scope::UsersRead)?;
        Ok(as_seen_by(caller, user))
    }

    /// What anybody may know of a person.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn profile(&self, handle: &Handle) -> Result<Profile, Error> {
        self.store.find_profile(handle).await?.ok_or(Error::NotFound)
    }
}

fn sees_all(caller: &Caller) -> bool {
    caller.role.is_admin() && caller.require(Scope::Admin).is_ok()
}

fn as_seen_by(caller: &Caller, mut user: User) -> User {
    if user.id != caller.user && !sees_all(caller) {
        user.email = None;
        user.ai_budget = None;
    }
    user
}
