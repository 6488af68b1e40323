use std::time::Duration;

use actix_web::{HttpResponse, get, web};

use super::healthz::Health;
use crate::{
    Api,
    error::{ApiError, Code},
    extract::OpenCall,
    respond,
};

/// How far the clocks of this process and the database may be apart: ids are places in a conversation.
const DRIFT: Duration = Duration::from_millis(500);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the server can do its work
///
/// The database answers, its clock and this process's differ by at most half a second, and the process is not stopping.
#[utoipa::path(
    tag = "operations",
    operation_id = "get_readiness",
    responses(
        (status = 200, description = "It can", body = Health, example = json!(Health::sample("ready"))),
        (status = 503, description = "It cannot right now; `message` says why"),
    ),
    security(())
)]
#[get("/readyz")]
pub async fn readyz(_: OpenCall, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    if api.application.background().stopping().is_cancelled() {
        return Err(not_ready("The server is stopping"));
    }
    let clocks = tokio::time::timeout(PATIENCE, api.application.clocks()).await;
    let (database, here) = match clocks {
        Ok(Ok(clocks)) => clocks,
        Ok(Err(error)) => return Err(ApiError::from(error)),
        Err(_elapsed) => return Err(not_ready("The database does not answer")),
    };
    if database.since(here).max(here.since(database)) > DRIFT {
        return Err(not_ready("The server's clock and the database's differ by more than 500 ms"));
    }
    Ok(respond::ok(&Health { status: "ready" }))
}

fn not_ready(reason: &'static str) -> ApiError {
    ApiError::new(Code::Unavailable).saying(reason)
}
