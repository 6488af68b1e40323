//! Pinecone's language of filters: checked, and applied.

use serde_json::{Map, Value};

/// The most values of one `$in` or `$nin`.
const MAX_VALUES: usize = 10_000;

type Fields = Map<String, Value>;

/// Says why Pinecone would refuse the filter.
pub(super) fn check(filter: &Value) -> Result<(), String> {
    let fields = filter.as_object().ok_or("the filter must be an object")?;
    if fields.is_empty() {
        return Err("the filter must not be empty".into());
    }
    for (name, condition) in fields {
        match name.as_str() {
            "$and" | "$or" => {
                let clauses = condition.as_array().ok_or_else(|| format!("{name} takes a list"))?;
                if clauses.is_empty() {
                    return Err(format!("{name} takes at least one clause"));
                }
                clauses.iter().try_for_each(check)?;
            }
            _ if name.starts_with('$') => return Err(format!("{name} cannot stand at the top")),
            _ => check_condition(name, condition)?,
        }
    }
    Ok(())
}

fn check_condition(name: &str, condition: &Value) -> Result<(), String> {
    // A bare value is short for `$eq`.
    let Some(operators) = condition.as_object() else { return scalar(name, condition) };
    if operators.is_empty() {
        return Err(format!("{name} has no operator"));
    }
    for (operator, operand) in operators {
        match operator.as_str() {
            "$eq" | "$ne" => scalar(name, operand)?,
            "$gt" | "$gte" | "$lt" | "$lte" if operand.is_number() => {}
            "$exists" if operand.is_boolean() => {}
            "$in" | "$nin" => {
                let values = operand.as_array().ok_or_else(|| format!("{operator} of {name} takes a list"))?;
                if values.len() > MAX_VALUES {
                    return Err(format!("{operator} of {name} has {} values, at most {MAX_VALUES}", values.len()));
                }
                if !values.iter().all(|value| value.is_string() || value.is_number()) {
                    return Err(format!("{operator} of {name} takes texts and numbers"));
                }
            }
            _ => return Err(format!("{operator} of {name} is no operator for {operand}")),
        }
    }
    Ok(())
}

fn scalar(name: &str, value: &Value) -> Result<(), String> {
    if value.is_string() || value.is_number() || value.is_boolean() {
        Ok(())
    } else {
        Err(format!("{name} cannot be compared with {value}"))
    }
}

/// Whether metadata fit a filter that was checked.
pub(super) fn fits(filter: &Value, metadata: &Fields) -> bool {
    let no_fields = Fields::new();
    filter.as_object().unwrap_or(&no_fields).iter().all(|(name, condition)| {
        let clauses = || condition.as_array().into_iter().flatten();
        match name.as_str() {
            "$and" => clauses().all(|clause| fits(clause, metadata)),
            "$or" => clauses().any(|clause| fits(clause, metadata)),
            _ => fits_condition(metadata.get(name), condition),
        }
    })
}

fn fits_condition(field: Option<&Value>, condition: &Value) -> bool {
    let Some(operators) = condition.as_object() else { return any(field, |value| same(value, condition)) };
    operators.iter().all(|(operator, operand)| {
        let compared = |is_so: fn(f64, f64) -> bool| {
            any(
                field,
                |value| matches!((value.as_f64(), operand.as_f64()), (Some(one), Some(other)) if is_so(one, other)),
            )
        };
        let is_in = || {
            let values = operand.as_array().map(Vec::as_slice).unwrap_or_default();
            any(field, |value| values.iter().any(|one| same(value, one)))
        };
        match operator.as_str() {
            "$eq" => any(field, |value| same(value, operand)),
            "$ne" => !any(field, |value| same(value, operand)),
            "$gt" => compared(|one, other| one > other),
            "$gte" => compared(|one, other| one >= other),
            "$lt" => compared(|one, other| one < other),
            "$lte" => compared(|one, other| one <= other),
            "$exists" => Some(field.is_some()) == operand.as_bool(),
            "$in" => is_in(),
            "$nin" => !is_in(),
            _ => false,
        }
    })
}

/// Whether the field, or one element of its list, is so.
fn any(field: Option<&Value>, is_so: impl Fn(&Value) -> bool) -> bool {
    match field {
        Some(Value::Array(values)) => values.iter().any(is_so),
        Some(value) => is_so(value),
        None => false,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}
