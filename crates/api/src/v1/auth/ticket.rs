use actix_web::{HttpResponse, http::StatusCode, post, web};
use secrecy::ExposeSecret;
use serde::Serialize;
use stead_application::realtime::Ticket;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::Time,
    error::ApiError,
    extract::{Call, Nothing, OptionalBody},
};

/// What opens one WebSocket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketBody {
    /// It.
    ticket: String,
    /// It is good until then, once.
    expires_at: Time,
}

impl From<Ticket> for TicketBody {
    fn from(Ticket { ticket, expires_at }: Ticket) -> Self {
        Self { ticket: ticket.expose_secret().to_owned(), expires_at: Time(expires_at) }
    }
}

impl TicketBody {
    fn sample() -> Self {
        Self { ticket: "AZejxF1uf4CaGwAAAAAAAAEAAAAAAAAAAexample".to_owned(), expires_at: Time::sample(30) }
    }
}

/// Make a ticket for a WebSocket
///
/// For clients that can neither set a header nor send a cookie: it opens one WebSocket, within 30 seconds, at any node. It
/// ends with the sign-in that it was made for.
#[utoipa::path(
    tag = "accounts",
    operation_id = "make_ticket",
    responses((status = 201, description = "The ticket", body = TicketBody, example = json!(TicketBody::sample()))),
)]
#[post("/auth/ticket")]
pub async fn make_ticket(call: Call, _: OptionalBody<Nothing>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let ticket = api.application.ticket(&call.caller)?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(TicketBody::from(ticket)))
}
