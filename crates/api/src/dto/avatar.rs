use stead_domain::AvatarId;

/// Where a user's picture is.
pub fn avatar_address(avatar: AvatarId) -> String {
    format!("/api/v1/avatars/{avatar}")
}
