//! Whether arguments fit a tool's schema. The schema comes from a stranger: it is looked at before it is used, and where it
//! is not understood, or could take long, only its server can tell what it takes.

use jsonschema::PatternOptions;
use serde_json::Value;
use stead_domain::Json;

/// How many places a schema may have once its references are followed, and how deep they may lie. What goes in a circle has
/// more.
const MOST_PLACES: usize = 10_000;
const DEEPEST: usize = 128;
/// What a pattern may come to, in bytes.
const PATTERN_BYTES: usize = 256 * 1024;
/// So many problems are told, each in so many characters.
const MOST_TOLD: usize = 3;
const LONGEST_TOLD: usize = 300;

/// What is wrong with the arguments of a call, in words for the model; nothing where they fit. What does not compile, or
/// refers to something outside, takes any object.
pub(crate) fn schema_problem(schema: &Json, arguments: &Value) -> Option<String> {
    if !arguments.is_object() {
        return Some("the arguments must be a JSON object".to_owned());
    }
    if !is_checkable(schema.value()) {
        return None;
    }
    let options = jsonschema::options()
        .offline()
        .should_validate_formats(false)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES));
    let validator = options.build(schema.value()).ok()?;
    let told = validator.iter_errors(arguments).take(MOST_TOLD).map(|error| {
        let place = error.instance_path().to_string();
        let problem: String = error.to_string().chars().take(LONGEST_TOLD).collect();
        if place.is_empty() { problem } else { format!("{place}: {problem}") }
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { None } else { Some(told.join("; ")) }
}

/// Whether a schema is small once its references are followed, and all of them lead into itself.
fn is_checkable(schema: &Value) -> bool {
    let mut places = 0;
    schema.is_object() && is_small(schema, schema, &mut places, 0)
}

fn is_small(root: &Value, value: &Value, places: &mut usize, depth: usize) -> bool {
    *places += 1;
    if *places > MOST_PLACES || depth > DEEPEST {
        return false;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => items.iter().all(|item| is_small(root, item, places, depth + 1)),
        Value::Object(map) => map.iter().all(|(key, item)| match (key.as_str(), item) {
            ("$ref", Value::String(reference)) => {
                let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
                target.is_some_and(|target| is_small(root, target, places, depth + 1))
            }
            ("$dynamicRef" | "$recursiveRef", Value::String(_)) => false,
            // Below another base, references lead elsewhere.
            ("$id" | "id", Value::String(_)) => depth == 0,
            _ => is_small(root, item, places, depth + 1),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;

    fn problem(schema: Value, arguments: Value) -> Option<String> {
        schema_problem(&Json::parse(schema, 64 * 1024).unwrap(), &arguments)
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_place() {
        let schema = json!({
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"$ref": "#/$defs/days"}},
            "required": ["city"],
            "$defs": {"days": {"type": "integer", "maximum": 7}}
        });
        assert_eq!(problem(schema.clone(), json!({"city": "Oslo", "days": 3})), None);
        let told = problem(schema.clone(), json!({"days": 8})).unwrap();
        assert!(told.contains("/days: 8") && told.contains("\"city\" is a required property"), "{told}");
        let told = problem(schema, json!({"city": "x".repeat(100_000), "days": "y".repeat(100_000)})).unwrap();
        assert!(told.len() < 1_000, "{}", told.len());
    }

    #[test]
    fn arguments_are_an_object_whatever_the_schema() {
        for arguments in [json!([]), json!("x"), json!(null), json!(1)] {
            assert!(problem(json!({}), arguments.clone()).is_some(), "{arguments}");
        }
    }

    #[test]
    fn what_is_not_understood_takes_any_object() {
        for schema in [
            json!({"type": "no such type"}),
            json!({"pattern": 5}),
            json!({"properties": {"a": {"type": "string", "pattern": "(?=lookahead)"}}}),
            json!({"properties": {"a": {"type": "string", "pattern": "(((a{1000}){1000}){1000})"}}}),
            json!({"$ref": "https://example.org/schema.json"}),
            json!({"$ref": "file:///etc/passwd"}),
            json!({"$ref": "#/$defs/nothing"}),
            json!({"$ref": "#"}),
            json!({"$dynamicRef": "#x"}),
            json!({"$schema": "https://example.org/meta", "type": "string"}),
            json!({"properties": {"a": {"$id": "http://example.org/", "$ref": "#/$defs/b"}}}),
        ] {
            assert_eq!(problem(schema.clone(), json!({"a": 1})), None, "{schema}");
        }
    }

    #[test]
    fn hostile_schemas_take_no_time() {
        let twice =
            |next: usize| json!({"allOf": [{"$ref": format!("#/$defs/{next}")}, {"$ref": format!("#/$defs/{next}")}]});
        let doubling: serde_json::Map<String, Value> = (0..40).map(|n| (n.to_string(), twice(n + 1))).collect();
        let deep_pair = json!({"properties": {"n": {"$ref": "#"}}});
        let patterns = json!({"properties": {"a": {"pattern": "^(a+)+$"}}});
        let mut nested = json!({});
        for _ in 0..50 {
            nested = json!({"n": nested, "a": format!("{}!", "a".repeat(10_000))});
        }
        let began = Instant::now();
        for schema in [
            json!({"$ref": "#/$defs/0", "$defs": doubling}),
            json!({"allOf": [deep_pair, deep_pair], "type": "object"}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            patterns,
        ] {
            problem(schema, nested.clone());
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
