//! From a message to what is done about it, whatever it came by.

use serde_json::{Value, json};

use super::{
    reply::{Act, Before, McpReply},
    shared::{Shared, invocation},
};

/// What is done about a message.
pub(super) enum Done {
    /// It needs no answer.
    Taken,
    /// It began a session; this is the answer.
    Began(Value),
    /// This, in the name of the request with that id.
    Act(Value, Act),
}

/// Does what a message asks for.
pub(super) async fn handle(shared: &Shared, message: &Value) -> Done {
    let id = message.get("id").cloned();
    let Some(method) = message["method"].as_str() else {
        shared.progress.send_modify(|progress| progress.answers += 1);
        return Done::Taken;
    };
    let params = &message["params"];
    let Some(id) = id else {
        if method == "notifications/cancelled" {
            shared.progress.send_modify(|progress| progress.cancelled += 1);
        }
        return Done::Taken;
    };
    let reply = match method {
        "initialize" => {
            shared.progress.send_modify(|progress| progress.sessions += 1);
            let result = json!({
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {"listChanged": true}},
                "serverInfo": {"name": "wire", "version": "1"},
            });
            return Done::Began(answer(&id, result));
        }
        "ping" => McpReply::result(json!({})),
        "tools/list" => {
            let scripted = shared.plan().listings.pop_front();
            scripted.unwrap_or_else(|| McpReply::result(page(shared, params)))
        }
        "tools/call" => {
            let call = invocation(params);
            let is_known = shared.plan().tools.iter().any(|tool| tool["name"] == *call.tool_name);
            if is_known {
                let reply = shared.reply_to(&call);
                shared.progress.send_modify(|progress| progress.calls.push(call));
                reply
            } else {
                McpReply::error(-32602, &format!("Unknown tool: {}", call.tool_name))
            }
        }
        _ => McpReply::error(-32601, "Method not found"),
    };
    for before in reply.before {
        match before {
            Before::Gate(gate) => gate.pass().await,
            Before::Pause(pause) => tokio::time::sleep(pause).await,
        }
    }
    Done::Act(id, reply.act)
}

/// The message that answers.
pub(super) fn answer(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

pub(super) fn error(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// What a server may send on its own: requests, each followed by a notification.
pub(super) fn own_messages(count: usize) -> impl Iterator<Item = Value> {
    (0..count).flat_map(|n| {
        [
            json!({"jsonrpc": "2.0", "id": format!("own-{n}"), "method": "ping"}),
            json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}}),
        ]
    })
}

fn page(shared: &Shared, params: &Value) -> Value {
    let plan = shared.plan();
    let start: usize = params["cursor"].as_str().map_or(0, |cursor| cursor.parse().expect("a cursor of this server"));
    let end = plan.tools.len().min(start + plan.page_size);
    let mut page = json!({"tools": plan.tools[start..end]});
    if end < plan.tools.len() {
        page["nextCursor"] = json!(end.to_string());
    }
    page
}
