//! Free-form JSON that somebody else gives meaning to: `metadata`, tool arguments, tool results.

use serde_json::Value;

use crate::text::Invalid;

/// How deep JSON may nest.
const MAX_DEPTH: usize = 64;

/// A JSON value of bounded size without NUL characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Json(Value);

impl Json {
    /// The largest `metadata`, in bytes of its compact form.
    pub const METADATA_BYTES: usize = 16 * 1024;

    /// Accepts any JSON whose compact form has at most `max_bytes`.
    ///
    /// # Errors
    /// It is larger, nested deeper than 64, or holds a NUL.
    pub fn parse(value: Value, max_bytes: usize) -> Result<Self, Invalid> {
        check(&value, 0)?;
        // serde_json's own Display writes the compact form; counting it needs no copy.
        let mut counter = Counter(0);
        let counted = std::fmt::Write::write_fmt(&mut counter, format_args!("{value}"));
        if counted.is_err() || counter.0 > max_bytes {
            return Err(Invalid::new(format!("must have at most {max_bytes} bytes as JSON")));
        }
        Ok(Self(value))
    }

    /// Accepts a JSON object as `metadata`.
    ///
    /// # Errors
    /// It is no object, larger than 16 KiB, nested deeper than 64, or holds a NUL.
    pub fn metadata(value: Value) -> Result<Self, Invalid> {
        if !value.is_object() {
            return Err(Invalid::new("must be a JSON object"));
        }
        Self::parse(value, Self::METADATA_BYTES)
    }

    /// `{}`
    pub fn empty() -> Self {
        Self(Value::Object(serde_json::Map::new()))
    }

    /// What was once accepted, read back from a store.
    pub fn trusted(value: Value) -> Self {
        Self(value)
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The value, owned.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// The same object with `key` set: how the server adds its own facts to a message's metadata.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(map) = &mut self.0 {
            map.insert(key.to_owned(), value.into());
        }
        self
    }
}

struct Counter(usize);

impl std::fmt::Write for Counter {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

fn check(value: &Value, depth: usize) -> Result<(), Invalid> {
    if depth > MAX_DEPTH {
        return Err(Invalid::new(format!("must not nest deeper than {MAX_DEPTH}")));
    }
    let nul = || Invalid::new("must not contain the NUL character");
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => {
            if text.contains('\0') {
                Err(nul())
            } else {
                Ok(())
            }
        }
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(map) => {
            map.iter().try_for_each(|(key, item)| if key.contains('\0') { Err(nul()) } else { check(item, depth + 1) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nul_is_refused_anywhere() {
        for bad in [json!({"a\0": 1}), json!({"a": ["x\0"]})] {
            assert!(Json::metadata(bad).is_err());
        }
    }

    #[test]
    fn size_counts_the_compact_form() {
        let fits = json!({"k": "x".repeat(Json::METADATA_BYTES - 8)});
        assert!(Json::metadata(fits).is_ok());
        let over = json!({"k": "x".repeat(Json::METADATA_BYTES - 7)});
        assert!(Json::metadata(over).is_err());
    }

    #[test]
    fn metadata_is_an_object() {
        assert!(Json::metadata(json!([])).is_err());
        assert!(Json::metadata(json!({})).is_ok());
    }
}
