use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header};
use stead_application::{Caller, realtime::Seq};
use stead_domain::{event::EventCursor, text::Text};
use utoipa::IntoParams;

use super::{Authentication, QueryParams, QueryReader, call::read};
use crate::{
    Api,
    error::{ApiError, Code},
    headers::LAST_EVENT_ID,
    origin::check_origin,
    scopes,
};

/// What the WebSocket begins with: it takes callers that have not said yet who they are.
#[derive(Debug)]
pub struct RealtimeCall {
    /// Who asks, where the request says so.
    pub caller: Option<Caller>,
    /// The query's parameters.
    pub query: RealtimeQuery,
}

/// Where a WebSocket goes on, and who opens it.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RealtimeQuery {
    /// The `seq` of the last event that was seen: what came after it is told first.
    #[param(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "1-2f0a-4c")]
    pub since: Option<EventCursor>,
    /// A ticket, in place of other credentials.
    #[param(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub ticket: Option<String>,
}

impl QueryParams for RealtimeQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { since: query.place("since"), ticket: query.text::<1, 200>("ticket").map(Text::into_string) }
    }
}

impl FromRequest for RealtimeCall {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(call(request))
    }
}

fn call(request: &HttpRequest) -> Result<RealtimeCall, ApiError> {
    let found = request.extensions_mut().remove::<Authentication>();
    let caller = found.map(|Authentication(found)| found).transpose()?;
    let is_upgrade = request.headers().contains_key(header::UPGRADE);
    if caller.is_none() && !is_upgrade && !request.query_string().contains("ticket=") {
        return Err(ApiError::new(Code::Unauthorized));
    }
    let ((), query) = read::<(), RealtimeQuery>(request)?;
    if let Some(caller) = &caller {
        // Any page may have a browser open a WebSocket, and its cookies go with it.
        let by_cookie = !request.headers().contains_key(header::AUTHORIZATION);
        let options = request.app_data::<actix_web::web::Data<Api>>().map(|api| &api.options);
        if by_cookie && is_upgrade && !options.is_some_and(|options| check_origin(request, options)) {
            let reason = "A WebSocket with the session cookie must be opened by the server's own origin";
            return Err(ApiError::new(Code::Forbidden).saying(reason));
        }
        scopes::check(request, caller)?;
    }
    Ok(RealtimeCall { caller, query })
}

/// The place after which the events go on, in the header that browsers send when they connect again.
pub struct LastSeq(pub Option<EventCursor>);

/// The header, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct LastSeqHeader {
    /// The `id` of the last event that was seen; it counts more than `since`.
    #[param(rename = "Last-Event-ID", value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{1,64}$",
        example = "1-2f0a-4c")]
    last_event_id: Option<String>,
}

impl FromRequest for LastSeq {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wrong = |problem: String| ApiError::invalid_field("Last-Event-ID", problem);
        let Some(id) = request.headers().get(LAST_EVENT_ID) else { return ready(Ok(Self(None))) };
        let id = id.to_str().map_err(|error| wrong(format!("must be the id of an event: {error}")));
        let seq = id.and_then(|id| id.parse::<Seq>().map_err(|problem| wrong(problem.0)));
        ready(seq.map(|seq| Self(Some(seq.0))))
    }
}
