use utoipa::openapi::{
    KnownFormat, RefOr, SchemaFormat,
    schema::{AdditionalProperties, Components, Object, Schema, SchemaType, Type},
};

/// A handle, as the domain reads it.
const HANDLE: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_]$";
/// Text without the NUL character, which no field takes.
const NO_NUL: &str = r"^[^\u0000]*$";

/// Says of every text in a request which characters it takes.
pub fn patterns(components: &mut Components) {
    for schema in components.schemas.values_mut() {
        let RefOr::T(Schema::Object(body)) = schema else { continue };
        if !is_request(body) {
            continue;
        }
        for (name, field) in body.properties.iter_mut() {
            if let RefOr::T(Schema::Object(field)) = field
                && is_free_text(field)
            {
                let pattern = if name == "handle" { HANDLE } else { NO_NUL };
                field.pattern = Some(pattern.to_owned());
            }
        }
    }
}

/// Only requests refuse fields that they do not know.
fn is_request(body: &Object) -> bool {
    matches!(body.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}

fn is_free_text(field: &Object) -> bool {
    let is_text = match &field.schema_type {
        SchemaType::Type(only) => *only == Type::String,
        SchemaType::Array(any) => any.contains(&Type::String),
        SchemaType::AnyValue => false,
    };
    let is_free = matches!(field.format, None | Some(SchemaFormat::KnownFormat(KnownFormat::Password)));
    is_text && is_free && field.pattern.is_none() && field.enum_values.is_none()
}

#[cfg(test)]
mod tests {
    use stead_domain::text::Handle;

    use super::*;

    #[test]
    fn the_pattern_of_a_handle_is_the_domains() {
        // What the pattern says, in the words of the code that reads it.
        assert!(HANDLE.starts_with("^[A-Za-z0-9]") && HANDLE.ends_with("[A-Za-z0-9_]$"));
        for (text, fits) in [("ab", true), ("a_", true), ("a.", false), ("a-", false), ("_a", false), ("a", false)] {
            assert_eq!(Handle::parse(text).is_ok(), fits, "{text}");
        }
        for length in [2, 32, 33] {
            assert_eq!(Handle::parse(&"a".repeat(length)).is_ok(), length <= 32);
        }
    }
}
