use serde_json::{Value, json};
use stead_domain::{
    Json, MessageId, OrganizationId, RunId, Timestamp, ToolCallId,
    tool_call::{ToolCall, ToolCallState},
};
use stead_testkit::builders;
use uuid::Uuid;

use super::{tool_call::ToolCallBody, *};

fn keys(value: impl serde::Serialize) -> Vec<String> {
    let Value::Object(map) = serde_json::to_value(value).unwrap() else { panic!("not an object") };
    let mut keys: Vec<_> = map.into_iter().map(|(key, _)| key).collect();
    keys.sort();
    keys
}

fn sorted(names: &str) -> Vec<String> {
    let mut names: Vec<_> = names.split(' ').map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn resources_have_the_fields_of_the_contract() {
    let thread = "id agent_id user_id organization_id title metadata created_at updated_at archived messages \
        last_activity_at owner_visibility message_count";
    assert_eq!(keys(ThreadBody::sample()), sorted(thread));
    let message = "id thread_id content content_html role tool_calls attachments metadata created_at parent_id active \
        status citations stale degraded";
    assert_eq!(keys(MessageBody::sample_answer()), sorted(message));
    let run = "id conversation_id thread_id agent_id status attempt trigger_message_id message_id created_at started_at \
        ended_at usage";
    assert_eq!(keys(RunBody::sample()), sorted(run));
    let agent = "id organization_id owner_user_id kind handle display_name avatar_url description instructions \
        temperature visibility owner_visibility knowledge tool_policy max_tool_rounds created_at updated_at";
    assert_eq!(keys(AgentBody::sample()), sorted(agent));
    let signed_in = "access_token refresh_token token_type expires_in user organization";
    assert_eq!(keys(SignedInBody::sample()), sorted(signed_in));
}

#[test]
fn a_run_names_its_thread_or_its_channel() {
    let thread =
        builders::thread(&builders::agent(&builders::organization()), &builders::user(&builders::organization()));
    let run = builders::turn(&thread).run;
    let (in_thread, in_channel) = (RunBody::from(run.clone()), RunBody::in_channel(run));
    let id = Some(thread.id.uuid());
    assert_eq!((in_thread.thread_id, in_thread.channel_id), (id, None));
    assert_eq!((in_channel.thread_id, in_channel.channel_id), (None, id));
}

#[test]
fn attachments_are_an_empty_list() {
    assert_eq!(serde_json::to_value(MessageBody::sample_answer()).unwrap()["attachments"], json!([]));
}

#[test]
fn a_tool_call_ends_with_a_result_or_an_error() {
    let call = |state| {
        let call = ToolCall {
            id: ToolCallId::new(Uuid::nil()),
            organization_id: OrganizationId::new(Uuid::nil()),
            message_id: MessageId::new(Uuid::nil()),
            run_id: RunId::new(Uuid::nil()),
            step: 0,
            server: "files".to_owned(),
            tool_name: "read".to_owned(),
            arguments: Json::empty(),
            state,
            start_time: Timestamp::EPOCH,
        };
        serde_json::to_value(ToolCallBody::from(call)).unwrap()
    };
    let end_time = Timestamp::EPOCH;
    let open = call(ToolCallState::Open);
    assert_eq!((&open["result"], &open["error"], &open["end_time"]), (&Value::Null, &Value::Null, &Value::Null));
    let succeeded = call(ToolCallState::Succeeded { result: Json::empty(), truncated: false, end_time });
    assert_eq!((&succeeded["result"], &succeeded["error"]), (&json!({}), &Value::Null));
    for failed in [
        call(ToolCallState::Failed { error: "no".to_owned(), end_time }),
        call(ToolCallState::Interrupted { end_time }),
    ] {
        assert!(failed["error"].is_string() && failed["end_time"].is_string(), "{failed}");
    }
}
