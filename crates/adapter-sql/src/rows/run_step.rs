use diesel::prelude::*;
use serde_json::Value;
use stead_domain::{
    RunId, ToolCallId,
    run::{RunStep, RunStepKind, RunStepState, Usage},
};

use crate::{
    error::InvalidColumn,
    names::RunStepKindName,
    schema::run_steps,
    types::{DbId, DbJson, DbName},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
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

impl TryFrom<RunStepRow> for (RunId, RunStep) {
    type Error = InvalidColumn;

    fn try_from(row: RunStepRow) -> Result<Self, InvalidColumn> {
        let RunStepRow { run_id, attempt, n, kind, text, tool_call_ids, state, .. } = row;
        let ids = match tool_call_ids.0 {
            Value::Array(ids) => ids.iter().map(|id| id.as_str()?.parse().ok()).collect::<Option<Vec<ToolCallId>>>(),
            _ => None,
        };
        let tool_calls = ids.ok_or_else(|| InvalidColumn::missing("run_steps.tool_call_ids"))?;
        let usage = Usage {
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_tokens: row.cached_tokens,
            cost_micros: row.cost_micros,
        };
        let kind = match kind.0 {
            RunStepKindName::Model => RunStepKind::Model { text, tool_calls },
            RunStepKindName::Tool => RunStepKind::Tool { tool_calls },
        };
        Ok((run_id.into(), RunStep { attempt, n, kind, state: state.0, usage }))
    }
}

fn as_text(id: &ToolCallId) -> Value {
    Value::String(id.to_string())
}
