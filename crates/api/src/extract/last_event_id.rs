use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use stead_application::turn::StreamPosition;
use utoipa::IntoParams;

use crate::{error::ApiError, headers::LAST_EVENT_ID};

/// The place after which a stream goes on.
pub struct LastEventId(pub Option<StreamPosition>);

/// The header that names it, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct LastEventIdHeader {
    /// The `id` of the last event that was seen: the stream goes on right after it.
    #[param(rename = "Last-Event-ID", pattern = "^[0-9]{1,9}[.][0-9]{1,9}[.][0-9]{1,9}$", value_type = String, required = false,
        example = "1.3.120")]
    last_event_id: Option<String>,
}

impl FromRequest for LastEventId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wrong = |problem: String| ApiError::invalid_field("Last-Event-ID", problem);
        let Some(id) = request.headers().get(LAST_EVENT_ID) else { return ready(Ok(Self(None))) };
        let id = id.to_str().map_err(|error| wrong(format!("must be the id of an event: {error}")));
        let parsed = id.and_then(|id| id.parse().map_err(|problem: stead_domain::Invalid| wrong(problem.0)));
        ready(parsed.map(|position| Self(Some(position))))
    }
}
