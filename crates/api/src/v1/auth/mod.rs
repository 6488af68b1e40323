//! Signing in and staying signed in.

mod end_session;
mod login;
mod logout;
mod refresh;
mod register;
mod sessions;
mod ticket;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use stead_application::accounts::SignedIn;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{Api, cookies, dto::SignedInBody};

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(register::register)
        .service(login::login)
        .service(refresh::refresh)
        .service(logout::logout)
        .service(sessions::list_sessions)
        .service(end_session::end_session)
        .service(ticket::make_ticket);
}

/// The tokens, in the body for programs and as cookies for browsers.
fn signed_in(status: StatusCode, signed_in: SignedIn, api: &Api) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    for cookie in cookies::signed_in(&signed_in, &api.options) {
        response.cookie(cookie);
    }
    response.json(SignedInBody::from(signed_in))
}

/// How the client names itself.
fn user_agent(request: &HttpRequest) -> Option<String> {
    request.headers().get(header::USER_AGENT)?.to_str().ok().map(str::to_owned)
}
