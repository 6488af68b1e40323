use serde::Serialize;
use stead_application::accounts::SignedIn;
use utoipa::ToSchema;

use super::{OrganizationBody, UserBody};

/// A sign-in: tokens, and whose they are.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInBody {
    /// Goes into `Authorization: Bearer …`.
    pub access_token: String,
    /// Good once, for the next pair of tokens.
    pub refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token is good, in seconds.
    #[schema(minimum = 1)]
    pub expires_in: u64,
    /// Who.
    pub user: UserBody,
    /// Where.
    pub organization: OrganizationBody,
}

impl From<SignedIn> for SignedInBody {
    fn from(signed_in: SignedIn) -> Self {
        let SignedIn { access_token, refresh_token, expires_in, user, organization } = signed_in;
        Self {
            access_token,
            refresh_token,
            token_type: "Bearer",
            expires_in,
            user: user.into(),
            organization: organization.into(),
        }
    }
}

impl SignedInBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            access_token: "eyJhbGciOiJIUzI1NiJ9.example.example".to_owned(),
            refresh_token: "AZejxF1uf4CaGwAAAAAAAAEAAAAAAAAAAexample".to_owned(),
            token_type: "Bearer",
            expires_in: 600,
            user: UserBody::sample(),
            organization: OrganizationBody::sample(),
        }
    }
}
