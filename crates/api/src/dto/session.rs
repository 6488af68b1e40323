use serde::Serialize;
use stead_application::accounts::OwnSession;
use stead_domain::session::Session;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, page::page_body};

/// A sign-in that is not over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    /// Its id.
    pub id: Uuid,
    /// Whether this request was sent with it.
    pub current: bool,
    /// The client, as it named itself.
    #[schema(required = true)]
    pub user_agent: Option<String>,
    /// When they signed in.
    pub created_at: Time,
    /// When it was last prolonged.
    pub refreshed_at: Time,
    /// When it ends in any case.
    pub expires_at: Time,
}

impl From<OwnSession> for SessionBody {
    fn from(own: OwnSession) -> Self {
        let OwnSession { session, is_current } = own;
        let Session {
            id,
            user_id: _,
            organization_id: _,
            generation: _,
            rotated_at,
            expires_at,
            revoked_at: _,
            user_agent,
            created_at,
        } = session;
        Self {
            id: id.uuid(),
            current: is_current,
            user_agent,
            created_at: Time(created_at),
            refreshed_at: Time(rotated_at),
            expires_at: Time(expires_at),
        }
    }
}

impl SessionBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_000b),
            current: true,
            user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned()),
            created_at: Time::sample(0),
            refreshed_at: Time::sample(600),
            expires_at: Time::sample(30 * 24 * 60 * 60),
        }
    }
}

page_body! {
    /// A page of sign-ins, oldest to newest.
    pub struct SessionsBody as SessionList {
        /// The sign-ins.
        sessions: SessionBody,
    }
    from OwnSession, at |own| own.session.id.uuid()
}
