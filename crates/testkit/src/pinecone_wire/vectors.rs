//! What Pinecone takes as a vector, an id and metadata.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::index::Vector;

/// The most bytes of one vector's metadata.
const MAX_METADATA: usize = 40 * 1024;
/// The most characters of an id.
const MAX_ID: usize = 512;
const MAX_VECTORS: usize = 1_000;

/// An object that has no other fields than these.
pub(super) fn object<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let fields = value.as_object().ok_or("an object is expected")?;
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        Some(unknown) => Err(format!("unknown field {unknown}")),
        None => Ok(fields),
    }
}

/// The vectors of an upsert.
pub(super) fn vectors(value: Option<&Value>, dimension: usize) -> Result<Vec<Vector>, String> {
    let given = value.and_then(Value::as_array).ok_or("vectors must be a list")?;
    if given.is_empty() || given.len() > MAX_VECTORS {
        return Err(format!("1 to {MAX_VECTORS} vectors are taken, not {}", given.len()));
    }
    let vectors: Vec<Vector> = given.iter().map(|one| vector(one, dimension)).collect::<Result<_, _>>()?;
    let ids: HashSet<&str> = vectors.iter().map(|vector| vector.id.as_str()).collect();
    if ids.len() < vectors.len() {
        return Err("an id is there twice".into());
    }
    Ok(vectors)
}

fn vector(value: &Value, dimension: usize) -> Result<Vector, String> {
    let fields = object(value, &["id", "values", "metadata"])?;
    let values = values(fields.get("values"), dimension)?;
    if values.iter().all(|value| *value == 0.0) {
        return Err("Dense vectors must contain at least one non-zero value".into());
    }
    let metadata = match fields.get("metadata") {
        Some(metadata) => checked_metadata(metadata)?,
        None => Map::new(),
    };
    Ok(Vector { id: id(fields.get("id").unwrap_or(&Value::Null))?, values, metadata })
}

/// The values of a vector or a query.
pub(super) fn values(value: Option<&Value>, dimension: usize) -> Result<Vec<f32>, String> {
    let values = value.and_then(Value::as_array).ok_or("values must be a list")?;
    let values: Option<Vec<f32>> = values.iter().map(|value| value.as_f64().map(|value| value as f32)).collect();
    let values = values.ok_or("values must be numbers")?;
    if values.len() != dimension {
        return Err(format!("Vector dimension {} does not match the dimension of the index {dimension}", values.len()));
    }
    Ok(values)
}

pub(super) fn id(value: &Value) -> Result<String, String> {
    let id = value.as_str().ok_or("an id must be a text")?;
    if id.is_empty() || id.chars().count() > MAX_ID || !id.is_ascii() {
        return Err(format!("an id must have 1 to {MAX_ID} characters of ASCII"));
    }
    Ok(id.to_owned())
}

fn checked_metadata(value: &Value) -> Result<Map<String, Value>, String> {
    let fields = value.as_object().ok_or("metadata must be an object")?;
    let size = value.to_string().len();
    if size > MAX_METADATA {
        return Err(format!(
            "Metadata size is {size} bytes, which exceeds the limit of {MAX_METADATA} bytes per vector"
        ));
    }
    for (name, value) in fields {
        let is_taken = match value {
            Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
            Value::Array(values) => values.iter().all(Value::is_string),
            Value::Null | Value::Object(_) => false,
        };
        if name.starts_with('$') || !is_taken {
            return Err(format!("Metadata value must be a string, number, boolean or list of strings, got {name}"));
        }
    }
    Ok(fields.clone())
}
