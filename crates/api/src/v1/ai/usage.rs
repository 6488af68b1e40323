use actix_web::{HttpResponse, get, web};
use stead_application::metering::AiUsageQuery;
use stead_domain::{Timestamp, usage::UsageBy};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::{AiUsageBody, UsageByBody},
    error::ApiError,
    extract::{Call, QueryParams, QueryReader},
    respond,
};

/// Which usage.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// Not before; the beginning of this month in UTC.
    #[param(value_type = crate::dto::Time, required = false)]
    from: Option<Timestamp>,
    /// Before; now.
    #[param(value_type = crate::dto::Time, required = false)]
    to: Option<Timestamp>,
    /// By what it is told apart; by purpose.
    #[param(value_type = UsageByBody, required = false)]
    by: UsageBy,
    /// At most so many of those that used most.
    #[param(minimum = 1, maximum = 100, default = 50, required = false)]
    limit: u32,
}

impl QueryParams for UsageQuery {
    fn read(query: &mut QueryReader) -> Self {
        let by = [
            ("user", UsageBy::User),
            ("agent", UsageBy::Agent),
            ("channel", UsageBy::Conversation),
            ("purpose", UsageBy::Purpose),
        ];
        Self {
            from: query.time("from"),
            to: query.time("to"),
            by: query.word("by", &by).unwrap_or(UsageBy::Purpose),
            limit: query.number("limit", 1..=100, 50),
        }
    }
}

/// What models have used
///
/// Tokens and what they cost, and what is left of this month's budgets. For admins of the whole organization, for others of
/// themselves. It counts at the time when it was asked for, and is known for 400 days.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_ai_usage",
    params(UsageQuery),
    responses((status = 200, description = "What was used", body = AiUsageBody, example = json!(AiUsageBody::sample()))),
)]
#[get("/ai/usage")]
pub async fn get_ai_usage(call: Call<(), UsageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path: (), query: UsageQuery { from, to, by, limit } } = call;
    let usage = api.application.ai_usage(&caller, AiUsageQuery { from, to, by, limit }).await?;
    Ok(respond::ok(&AiUsageBody::new(by, usage)))
}
