use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use stead_application::assistant::{Period, TimeUnit};
use stead_domain::Invalid;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    dto::SummaryBody,
    error::ApiError,
    extract::{Call, ChannelPath, QueryParams, QueryReader},
    respond,
};

/// Of what time.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// So many units back: 366 days at most.
    #[param(value_type = u32, minimum = 1, maximum = 8784)]
    #[expect(dead_code, reason = "describes the parameter; the period is what it means")]
    quantity: (),
    /// Of what.
    #[param(inline, value_type = TimeUnitBody)]
    #[expect(dead_code, reason = "describes the parameter; the period is what it means")]
    time_unit: Option<TimeUnitBody>,
    /// What these mean.
    #[param(ignore)]
    period: Option<Period>,
}

/// In what a time is counted.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnitBody {
    Hours,
    Days,
    Weeks,
}

impl From<TimeUnitBody> for TimeUnit {
    fn from(unit: TimeUnitBody) -> Self {
        match unit {
            TimeUnitBody::Hours => Self::Hours,
            TimeUnitBody::Days => Self::Days,
            TimeUnitBody::Weeks => Self::Weeks,
        }
    }
}

impl QueryParams for PeriodQuery {
    fn read(query: &mut QueryReader) -> Self {
        let unit = query.required("time_unit", |unit| match unit {
            "hours" => Ok(TimeUnitBody::Hours),
            "days" => Ok(TimeUnitBody::Days),
            "weeks" => Ok(TimeUnitBody::Weeks),
            _ => Err(Invalid::new("must be `hours`, `days` or `weeks`")),
        });
        let whole = |quantity: &str| {
            let digits = quantity.bytes().all(|byte| byte.is_ascii_digit());
            let number = quantity.parse::<i64>().ok().filter(|_| digits);
            let number = number.ok_or_else(|| Invalid::new("must be a whole number"))?;
            Period::parse(number, unit.unwrap_or(TimeUnitBody::Weeks).into())
        };
        let period = query.required("quantity", whole);
        Self { quantity: (), time_unit: unit, period: period.filter(|_| unit.is_some()) }
    }
}

/// What happened in a channel
///
/// What was said in the last time, in short: at most 3,000 messages, the newest. It is made anew each time and not kept. The
/// Markdown has one shape: a line in bold that says what it is of, an empty line, then at most twelve bullets
/// `- **Topic:** text [1][2]`, whose numbers are in `citations`.
#[utoipa::path(
    tag = "assistant",
    operation_id = "summarize_channel",
    params(ChannelPath, PeriodQuery),
    responses(
        (status = 200, description = "The summary", body = SummaryBody, example = json!({
            "summary": "**#general, last 2 days** (14 messages from 3 people)\n\n- **Release:** Ann moves it to Monday [3].",
            "citations": [{"n": 3, "kind": "message", "id": "0197a3c4-5d6e-7f80-9a1b-000000000009", "cited": true}],
        })),
        (status = 403, description = "Not a member of this channel"),
        (status = 409, description = "`ai_disabled` or `ai_budget_used_up`"),
        (status = 503, description = "`ai_unavailable`: the model could not answer; or `unavailable`"),
    ),
)]
#[get("/ai/channels/{channel_id}/summarize")]
pub async fn summarize_channel(
    call: Call<ChannelPath, PeriodQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path: ChannelPath { channel_id }, query } = call;
    // Without one the query was refused.
    let period = query.period.ok_or(stead_application::Error::NotFound)?;
    api.application.admit_send(&caller)?;
    let summary = api.application.summarize_channel(&caller, channel_id, period).await?;
    Ok(respond::ok(&SummaryBody::from(summary)))
}
