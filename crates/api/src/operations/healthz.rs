use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{error::ApiError, extract::OpenCall, respond};

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `ready`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

impl Health {
    /// An example for the document.
    pub fn sample(status: &'static str) -> Self {
        Self { status }
    }
}

/// Whether the process lives
///
/// Says nothing about what it depends on.
#[utoipa::path(
    tag = "operations",
    operation_id = "get_health",
    responses((status = 200, description = "It lives", body = Health, example = json!(Health::sample("ok")))),
    security(())
)]
#[get("/healthz")]
pub async fn healthz(_: OpenCall) -> Result<HttpResponse, ApiError> {
    Ok(respond::ok(&Health { status: "ok" }))
}
