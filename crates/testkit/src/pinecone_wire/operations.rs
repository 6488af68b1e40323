//! The operations: what they take, what they do, what they answer.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{
    filter,
    index::Change,
    server::Shared,
    vectors::{id, object, values, vectors},
};

/// An operation was refused: a status, gRPC's code and a sentence.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: i64,
    pub(super) message: String,
}

const MAX_ANSWER: usize = 4 * 1024 * 1024;
const MAX_IDS: usize = 1_000;
const MAX_TOP_K: u64 = 10_000;
const MAX_PAGE: usize = 100;

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { status: 400, code: 3, message }
    }
}

impl From<&str> for Refusal {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

fn namespace_missing() -> Refusal {
    Refusal { status: 404, code: 5, message: "Namespace not found".to_owned() }
}

fn namespace(fields: &Map<String, Value>) -> Result<&str, Refusal> {
    let name = fields.get("namespace").and_then(Value::as_str).unwrap_or_default();
    // Pinecone has one without a name; whoever uses it here forgot to say whose vectors they are.
    if name.is_empty() || !name.is_ascii() {
        return Err("this server wants a namespace".into());
    }
    Ok(name)
}

pub(super) fn upsert(shared: &Shared, body: &Value) -> Result<Value, Refusal> {
    let fields = object(body, &["namespace", "vectors"])?;
    let namespace = namespace(fields)?;
    let vectors = vectors(fields.get("vectors"), shared.dimension)?;
    let count = vectors.len();
    shared.state().index.write(Change::Upsert(namespace.to_owned(), vectors));
    Ok(json!({"upsertedCount": count}))
}

pub(super) fn delete(shared: &Shared, body: &Value) -> Result<Value, Refusal> {
    let fields = object(body, &["namespace", "ids", "filter", "deleteAll"])?;
    let namespace = namespace(fields)?.to_owned();
    let change = match (fields.get("ids"), fields.get("filter"), fields.get("deleteAll")) {
        (Some(ids), None, None) => {
            let ids = ids.as_array().ok_or("ids must be a list")?;
            if ids.is_empty() || ids.len() > MAX_IDS {
                return Err(format!("1 to {MAX_IDS} ids are taken, not {}", ids.len()).into());
            }
            let ids: Result<Vec<String>, String> = ids.iter().map(id).collect();
            Change::Delete(namespace.clone(), ids?)
        }
        (None, Some(filter), None) => {
            filter::check(filter)?;
            Change::DeleteFiltered(namespace.clone(), filter.clone())
        }
        (None, None, Some(Value::Bool(true))) => Change::DeleteAll(namespace.clone()),
        _ => return Err("exactly one of ids, filter and deleteAll is taken".into()),
    };
    let mut state = shared.state();
    if !state.index.truth().has(&namespace) {
        return Err(namespace_missing());
    }
    state.index.write(change);
    Ok(json!({}))
}

pub(super) fn query(shared: &Shared, body: &Value, ignores_filter: bool) -> Result<Value, Refusal> {
    let known = ["namespace", "topK", "vector", "filter", "includeValues", "includeMetadata"];
    let fields = object(body, &known)?;
    let namespace = namespace(fields)?;
    let most = fields.get("topK").and_then(Value::as_u64).filter(|most| (1..=MAX_TOP_K).contains(most));
    let most = most.ok_or("topK must be 1 to 10,000")?;
    let values = values(fields.get("vector"), shared.dimension)?;
    if let Some(filter) = fields.get("filter") {
        filter::check(filter)?;
    }
    let flag = |name: &str| match fields.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{name} must be true or false")),
    };
    if flag("includeValues")? {
        return Err("this server gives no values: nobody needs them".into());
    }
    let with_metadata = flag("includeMetadata")?;
    let (asked, filter) = if ignores_filter { (None, None) } else { (Some(namespace), fields.get("filter")) };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let matches = shared.state().index.shown().nearest(asked, &values, filter, most, with_metadata);
    let answer = json!({"matches": matches, "namespace": namespace, "usage": {"readUnits": 1}});
    if answer.to_string().len() > MAX_ANSWER {
        return Err("the result is larger than 4 MB: choose a lower topK".into());
    }
    Ok(answer)
}

pub(super) fn list(shared: &Shared, parameters: &HashMap<String, String>) -> Result<Value, Refusal> {
    let known = ["namespace", "prefix", "limit", "paginationToken"];
    if let Some(unknown) = parameters.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown parameter {unknown}").into());
    }
    let namespace = parameters.get("namespace").filter(|name| !name.is_empty()).ok_or("a namespace is wanted")?;
    let limit = match parameters.get("limit") {
        None => MAX_PAGE,
        Some(limit) => {
            limit.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or("limit must be 1 to 100")?
        }
    };
    let after = match parameters.get("paginationToken") {
        None => None,
        Some(token) => Some(read_token(token).ok_or("the pagination token is none")?),
    };
    let prefix = parameters.get("prefix").map(String::as_str).unwrap_or_default();
    let mut state = shared.state();
    let ids = state.index.shown().ids(namespace).filter(|id| id.starts_with(prefix));
    let mut ids = ids.filter(|id| after.as_deref().is_none_or(|after| *id > after)).peekable();
    let page: Vec<&str> = ids.by_ref().take(limit).collect();
    let mut answer = json!({
        "vectors": page.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
        "namespace": namespace,
        "usage": {"readUnits": 1},
    });
    if let (Some(last), Some(_)) = (page.last(), ids.peek()) {
        answer["pagination"] = json!({"next": token(last)});
    }
    Ok(answer)
}

pub(super) fn stats(shared: &Shared, body: &Value) -> Result<Value, Refusal> {
    // Serverless indexes take no filter.
    object(body, &[])?;
    let metric = shared.metric();
    let mut state = shared.state();
    let counts: HashMap<&str, usize> = state.index.shown().counts().collect();
    let total: usize = counts.values().sum();
    let namespaces: Map<String, Value> =
        counts.iter().map(|(name, count)| ((*name).to_owned(), json!({"vectorCount": count}))).collect();
    Ok(json!({
        "namespaces": namespaces,
        "dimension": shared.dimension,
        "indexFullness": 0,
        "totalVectorCount": total,
        "metric": metric,
        "vectorType": "dense",
    }))
}

/// In hex: nobody shall take it for an id.
fn token(id: &str) -> String {
    id.bytes().map(|byte| format!("{byte:02x}")).collect::<String>() + "=="
}

fn read_token(token: &str) -> Option<String> {
    let hex = token.strip_suffix("==")?;
    let pairs = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()
}
