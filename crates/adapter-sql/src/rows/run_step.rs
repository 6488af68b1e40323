use diesel::prelude::*;
use serde_json::Value;
use stead_domain::{
    RunId, ToolCallId,
    run::{RunStep, RunStepKind, RunStepState, Usage},
};

use crate::{
    names::RunStepKindName,
    schema::run_steps,
    types::{DbId, DbJson, DbName},
};

#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(
    table_name = run_steps,
    primary_key(run_id, attempt, n),
    treat_none_as_default_value = false,
    treat_none_as_null = true
)]
pub struct RunStepRow {
    pub run_id: DbId,
    pub attempt: i32,
    pub n: i32,
    pub kind: DbName<RunStepKindName>,
    pub text: String,
    pub tool_call_ids: DbJson,
    pub state: DbName<RunStepState>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_tokens: Option<i64>,
    pub cost_micros: i64,
}

impl RunStepRow {
    pub fn new(run: RunId, step: &RunStep) -> Self {
        let RunStep {
            attempt,
            n,
            kind,
            state,
            usage: Usage { input_tokens, output_tokens, cached_tokens, cost_micros },
        } = step;
        let (kind, text, tool_calls) = match kind {
            RunStepKind::Model { text, tool_calls } => (RunStepKindName::Model, text.clone(), tool_calls),
            RunStepKind::Tool { tool_calls } => (RunStepKindName::Tool, String::new(), tool_calls),
        };
        Self {
            run_id: run.into(),
            attempt: *attempt,
            n: *n,
            kind: DbName(kind),
            text,
            tool_call_ids: DbJson(Value::Array(tool_calls.iter().map(as_text).collect())),
            state: DbName(*state),
            input_tokens: *input_tokens,
            output_tokens: *output_tokens,
            cached_tokens: *cached_tokens,
            cost_micros: *cost_micros,
        }
    }
}

fn as_text(id: &ToolCallId) -> Value {
    Value::String(id.to_string())
}
