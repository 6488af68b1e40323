use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use stead_application::turn::{Decision, Reason};
use stead_domain::ToolCallId;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{RunBody, id, present},
    error::ApiError,
    extract::{Body, Call, ChatPath, Problems, RequestBody, RunPath, ThreadPath},
    respond,
};

/// What is said to a tool call that waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecideToolCall)]
pub struct DecideToolCallBody {
    /// The call, as `approval.requested` names it.
    #[serde(default)]
    #[schema(value_type = uuid::Uuid, required = true)]
    tool_call_id: Option<String>,
    /// Whether it may be made.
    #[serde(default)]
    #[schema(value_type = bool, required = true)]
    approve: Option<bool>,
    /// Why not; the agent reads it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 1000)]
    reason: Option<String>,
}

impl RequestBody for DecideToolCallBody {
    type Meaning = Decision;

    fn check(self, problems: &mut Problems) -> Option<Decision> {
        let call = problems.required("tool_call_id", self.tool_call_id, id);
        let approve = problems.required("approve", self.approve, Ok);
        let reason = problems.optional("reason", self.reason, Reason::parse);
        Some(Decision { call: ToolCallId::new(call?), approve: approve?, reason })
    }
}

/// Allow or refuse a tool call
///
/// The call is made exactly as it was asked for, once, when every call that waits with it is decided; then the run goes on.
/// What nobody decides within 15 minutes expires with its run.
#[utoipa::path(
    tag = "runs",
    operation_id = "decide_tool_call",
    params(ChatPath, ThreadPath, RunPath),
    request_body(content = DecideToolCallBody, example = json!({
        "tool_call_id": "0197a3c4-5d6e-7f80-9a1b-000000000009", "approve": true,
    })),
    responses(
        (status = 200, description = "The run as it is now", body = RunBody,
            example = json!(RunBody::sample_running())),
        (status = 409, description = "`not_awaiting_approval`: it was decided before, or waited too long; `conflict`: others \
            changed the run at the same time"),
    ),
)]
#[post("/chat/{agent_id}/threads/{thread_id}/runs/{run_id}/approvals")]
pub async fn decide_tool_call(
    call: Call<RunPath>,
    body: Body<DecideToolCallBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, RunPath { agent_id, thread_id, run_id }, decision) = (call.caller, call.path, body.0);
    let run = api.write(move |application| async move {
        application.decide_tool_call(&caller, agent_id, thread_id, run_id, decision).await
    });
    Ok(respond::ok(&RunBody::from(run.await?)))
}
