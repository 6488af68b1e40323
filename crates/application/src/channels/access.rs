use stead_domain::{
    ConversationId,
    channel::{ChannelKind, MemberRole},
    ports::store::{ChannelView, Guard, StoreError},
    user::OrganizationRole,
};

use crate::{Application, Caller, Conflict, Error};

/// What who is no member is told.
pub(crate) const NOT_A_MEMBER: &str = "Not a member of this channel";
const NO_ADMIN: &str = "only the channel's admins, and of a public channel the organization's, do this";

impl Application {
    /// A channel that the caller may see: a public one of their organization, or one that they are in.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for one that they are not in.
    pub async fn channel(&self, caller: &Caller, id: ConversationId) -> Result<ChannelView, Error> {
        let view = self.store.find_channel(caller.organization, id, caller.user).await?.ok_or(Error::NotFound)?;
        if view.role.is_some() || view.channel.kind == ChannelKind::Public {
            Ok(view)
        } else {
            Err(Error::Forbidden(NOT_A_MEMBER))
        }
    }

    /// A channel that the caller is a member of. What they do in it is to be guarded by [`Guard::Member`], see [`refused`].
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`].
    pub(crate) async fn channel_of_member(&self, caller: &Caller, id: ConversationId) -> Result<ChannelView, Error> {
        let view = self.channel(caller, id).await?;
        if view.role.is_some() { Ok(view) } else { Err(Error::Forbidden(NOT_A_MEMBER)) }
    }
}

/// Whether the caller looks after the channel; the guard under which they go on doing so.
pub(super) fn looks_after(caller: &Caller, view: &ChannelView) -> Result<Guard, Error> {
    if view.role == Some(MemberRole::Admin) {
        let (conversation, user) = (view.channel.id, caller.user);
        return Ok(Guard::MemberRole { conversation, user, at_least: MemberRole::Admin });
    }
    if view.channel.kind == ChannelKind::Public && caller.oversees_as().is_admin() {
        return Ok(caller.still(OrganizationRole::Admin));
    }
    Err(Error::Forbidden(if view.role.is_some() || view.channel.kind == ChannelKind::Public {
        NO_ADMIN
    } else {
        NOT_A_MEMBER
    }))
}

/// Goes on only where it can be changed who is in it, and that it is there.
pub(super) fn not_fixed(view: &ChannelView) -> Result<(), Error> {
    if view.channel.kind.is_fixed() { Err(Error::Conflict(Conflict::FixedChannel)) } else { Ok(()) }
}

/// What a refusal by a channel's guards comes to. Those of versions are for who decides again.
pub(crate) fn refused(caller: &Caller, error: StoreError) -> Error {
    match error {
        StoreError::Refused(Guard::Member { .. }) => Error::Forbidden(NOT_A_MEMBER),
        StoreError::Refused(Guard::MemberRole { .. }) => Error::Forbidden(NO_ADMIN),
        StoreError::Refused(Guard::Channel { .. } | Guard::Agent { .. }) => Error::NotFound,
        StoreError::Refused(Guard::User { user, .. }) if user != caller.user => Error::NotFound,
        StoreError::Refused(Guard::MemberRoom { .. }) => Error::Conflict(Conflict::ChannelFull),
        StoreError::Refused(Guard::AnotherAdmin { .. }) => Error::Conflict(Conflict::LastAdmin),
        error => error.into(),
    }
}
