use actix_web::{HttpResponse, get, web};
use stead_domain::event::EventCursor;
use utoipa::IntoParams;

use crate::{
    Api,
    dto::RealtimeEventBody,
    error::ApiError,
    extract::{Call, LastSeq, LastSeqHeader, QueryParams, QueryReader},
    realtime::stream,
};

/// Where the events go on.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The `seq` of the last event that was seen: what came after it is told first.
    #[param(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "1-2f0a-4c")]
    since: Option<EventCursor>,
}

impl QueryParams for EventsQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { since: query.place("since") }
    }
}

/// Follow what happens
///
/// The events of the WebSocket as server-sent events: `event` is the type, `id` the `seq`, `data` the whole
/// `RealtimeEvent`. A comment comes when nothing else did for 15 seconds, with the `id` up to which nothing was missed. The
/// stream ends when what the request came with is good no longer, when its client reads too slowly, and when the server
/// stops: connect again with `Last-Event-ID`, and nothing is missed.
#[utoipa::path(
    tag = "real time",
    operation_id = "events",
    params(EventsQuery, LastSeqHeader),
    responses((status = 200, description = "The events", body = RealtimeEventBody, content_type = "text/event-stream")),
)]
#[get("/events")]
pub async fn events(call: Call<(), EventsQuery>, from: LastSeq, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path: (), query: EventsQuery { since } } = call;
    let subscription = api.application.connect(&caller, from.0.or(since))?;
    Ok(stream::answer((**api).clone(), caller, subscription))
}
