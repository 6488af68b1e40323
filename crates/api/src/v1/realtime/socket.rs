use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, get, rt, web};

use crate::{
    Api,
    dto::RealtimeEventBody,
    error::{ApiError, Code},
    extract::{RealtimeCall, RealtimeQuery},
    realtime::{bounded, socket},
};

/// Open a WebSocket
///
/// Each event comes as text, a `RealtimeEvent`, to those whom it concerns when it is told. The first is `hello`, with the
/// `seq` after which everything follows. With `since` what was missed comes first, then what comes, each once and in order;
/// `resync` says that something cannot be told any more. When nothing happens for 15 seconds a `heartbeat` says up to where.
///
/// It is opened with an access token, an API key or the session cookie (from the server's own origin); or with a ticket in
/// the query; or with none of these, if the first frame is `{"type":"auth","ticket":"…"}` within 5 seconds.
///
/// An API key is told of what its scopes let it read: of channels, threads and its person's files by theirs, of who is there
/// by `users:read`.
///
/// A client may send `{"type":"ping"}`, `{"type":"presence"}` (its person does something) and
/// `{"type":"typing","channel_id":"…"}`: text, up to 64 KiB, 20 a second. What is not understood is answered with `error`.
/// The server pings every 20 seconds and closes a socket that says nothing for 60.
///
/// It is closed with 4001 when what it was opened with is good no longer, 4008 when its client takes too little too slowly
/// (connect again with `since`: nothing is lost), 4009 when its client is silent, 4029 when it sends too much, 1009 when what
/// it sends is too large, 1012 when the server stops, 1013 when it is to try again.
#[utoipa::path(
    tag = "real time",
    operation_id = "realtime",
    params(RealtimeQuery),
    responses(
        (status = 101, description = "The WebSocket is open; what comes is this", body = RealtimeEventBody,
            example = json!(RealtimeEventBody::sample())),
        (status = 403, description = "With the session cookie: another origin. With an API key: it lacks the scope."),
    ),
)]
#[get("/realtime")]
pub async fn realtime(
    call: RealtimeCall,
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let RealtimeCall { caller, query: RealtimeQuery { since, ticket } } = call;
    let mut payload: Payload = Payload::Stream { payload: Box::pin(bounded(payload, socket::LARGEST)) };
    let payload = web::Payload::from_request(&request, &mut payload).await;
    let opened = payload.and_then(|payload| actix_ws::handle(&request, payload));
    let (response, session, messages) = opened
        .map_err(|error| ApiError::new(Code::InvalidRequest).saying(format!("This takes a WebSocket: {error}")))?;
    let caller = match ticket {
        Some(ticket) => Some(api.write(|application| async move { application.use_ticket(&ticket).await }).await?),
        None => caller,
    };
    // It ends with the process: it is told when that stops, and the HTTP server waits for it.
    rt::spawn(socket::serve((**api).clone(), session, messages, caller, since));
    Ok(response)
}
