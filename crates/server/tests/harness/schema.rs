//! The document's schemas, ready to judge. For responses they are read strictly: a field that is not documented is wrong.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use jsonschema::Validator;
use serde_json::{Value, json};

pub struct Schemas {
    components: Value,
    /// The same, closed.
    strict_components: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub fn new(document: &Value) -> Self {
        let components = document["components"].clone();
        let mut parts = HashSet::new();
        find_parts(document, &mut parts);
        let mut strict_components = components.clone();
        if let Some(schemas) = strict_components["schemas"].as_object_mut() {
            for (name, schema) in schemas {
                close(schema, parts.contains(name));
            }
        }
        Self { components, strict_components, validators: Mutex::default() }
    }

    #[track_caller]
    pub fn check_response(&self, name: &str, schema: &Value, body: &Value, what: &str) {
        let validator = self.validator(name, || {
            let mut schema = schema.clone();
            close(&mut schema, false);
            whole(&schema, &self.strict_components)
        });
        let problems: Vec<String> =
            validator.iter_errors(body).map(|error| format!("at {}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{what} is not as documented: {problems:#?}\n{body:#}");
    }

    pub fn allows(&self, name: &str, schema: &Value, body: &Value) -> bool {
        self.validator(name, || whole(schema, &self.components)).is_valid(body)
    }

    fn validator(&self, name: &str, schema: impl FnOnce() -> Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let validator = validators.entry(name.to_owned()).or_insert_with(|| {
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            let built = options.build(&schema());
            Arc::new(built.unwrap_or_else(|error| panic!("the schema of {name}: {error}")))
        });
        Arc::clone(validator)
    }
}

/// A schema that can be read by itself.
fn whole(schema: &Value, components: &Value) -> Value {
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema], "components": components})
}

fn find_parts(value: &Value, parts: &mut HashSet<String>) {
    match value {
        Value::Object(fields) => {
            for part in fields.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                let reference = part.get("$ref").and_then(Value::as_str);
                parts.extend(reference.and_then(|path| path.rsplit('/').next()).map(str::to_owned));
            }
            fields.values().for_each(|field| find_parts(field, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| find_parts(item, parts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Forbids what is not documented, in this schema and all within it.
fn close(schema: &mut Value, is_part: bool) {
    let Some(fields) = schema.as_object_mut() else { return };
    let has_parts = fields.contains_key("allOf");
    if fields.contains_key("properties") && !fields.contains_key("additionalProperties") && !is_part && !has_parts {
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    if has_parts && !is_part {
        fields.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    for key in ["properties", "$defs"] {
        if let Some(inner) = fields.get_mut(key).and_then(Value::as_object_mut) {
            inner.values_mut().for_each(|property| close(property, false));
        }
    }
    for (key, is_part) in [("allOf", true), ("oneOf", is_part || has_parts), ("anyOf", is_part || has_parts)] {
        if let Some(inner) = fields.get_mut(key).and_then(Value::as_array_mut) {
            inner.iter_mut().for_each(|one| close(one, is_part));
        }
    }
    if let Some(items) = fields.get_mut("items") {
        close(items, false);
    }
}

mod tests {
    use super::*;

    fn schemas() -> Schemas {
        Schemas::new(&json!({"components": {"schemas": {
            "Point": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
            "Named": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {"name": {"type": "string"}}}]},
            "Base": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}},
        }}}))
    }

    fn check(schema: &str, body: &Value) {
        let reference = json!({"$ref": format!("#/components/schemas/{schema}")});
        schemas().check_response(schema, &reference, body, "a test");
    }

    #[test]
    fn what_is_documented_passes() {
        check("Point", &json!({"x": 1}));
        check("Named", &json!({"id": "0190f3b0-0000-7000-8000-000000000000", "name": "n"}));
    }

    #[test]
    #[should_panic(expected = "is not as documented")]
    fn a_field_that_is_not_documented_is_noticed() {
        check("Point", &json!({"x": 1, "y": 2}));
    }

    #[test]
    #[should_panic(expected = "is not as documented")]
    fn a_field_that_is_not_documented_is_noticed_in_an_object_of_parts() {
        check("Named", &json!({"id": "0190f3b0-0000-7000-8000-000000000000", "name": "n", "more": 1}));
    }

    #[test]
    #[should_panic(expected = "is not as documented")]
    fn a_wrong_format_is_noticed() {
        check("Named", &json!({"id": "7"}));
    }
}
