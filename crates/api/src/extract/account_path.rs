use actix_router::{Path, Url};
use stead_domain::{AvatarId, InvitationId, SessionId, UserId, text::Handle};
use utoipa::IntoParams;

use super::{
    Problems,
    path::{PathParams, id},
};

/// `/users/{user_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UserPath {
    /// The user.
    #[param(value_type = Uuid)]
    pub user_id: UserId,
}

/// `/avatars/{avatar_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AvatarPath {
    /// The picture.
    #[param(value_type = Uuid)]
    pub avatar_id: AvatarId,
}

/// `/auth/sessions/{session_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The sign-in.
    #[param(value_type = Uuid)]
    pub session_id: SessionId,
}

/// `/invitations/{invitation_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InvitationPath {
    /// The invitation.
    #[param(value_type = Uuid)]
    pub invitation_id: InvitationId,
}

/// `/profiles/{handle}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct HandlePath {
    /// The person's handle, in any case.
    #[param(value_type = String, example = "ann", min_length = 2, max_length = 32,
        pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_]$")]
    pub handle: Handle,
}

impl PathParams for UserPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { user_id: id(path, "user_id", problems)? })
    }
}

impl PathParams for AvatarPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { avatar_id: id(path, "avatar_id", problems)? })
    }
}

impl PathParams for SessionPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { session_id: id(path, "session_id", problems)? })
    }
}

impl PathParams for InvitationPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { invitation_id: id(path, "invitation_id", problems)? })
    }
}

impl PathParams for HandlePath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let handle = path.get("handle").unwrap_or_default();
        Some(Self { handle: problems.required("handle", Some(handle), Handle::parse)? })
    }
}
