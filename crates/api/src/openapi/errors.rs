use serde_json::json;
use utoipa::openapi::{
    Components, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
    schema::{Schema, Type},
};
use utoipa::{PartialSchema, ToSchema};

use crate::error::{Code, ErrorBody, FieldErrorBody, TABLE};

/// The errors that operations share, by status: their name as a component, the code they show, what they say.
const SHARED: [(&str, &str, Code, &str); 14] = [
    (
        "400",
        "InvalidRequest",
        Code::InvalidRequest,
        "Something in the request is malformed, unknown, too long or out of range",
    ),
    ("401", "Unauthorized", Code::Unauthorized, "No credentials, or ones that are not good (any more)"),
    (
        "403",
        "Forbidden",
        Code::Forbidden,
        "With an API key: it lacks the scope that the operation takes. With the session cookie: the request comes from \
            another origin.",
    ),
    ("404", "NotFound", Code::NotFound, "There is no such thing, as far as the caller may know"),
    ("408", "RequestTimeout", Code::RequestTimeout, "The body did not arrive in time; the connection is closed"),
    ("409", "Conflict", Code::Conflict, "It does not fit the state things are in"),
    ("412", "PreconditionFailed", Code::PreconditionFailed, "It is not the version that `If-Match` names"),
    ("413", "PayloadTooLarge", Code::PayloadTooLarge, "The body is too large"),
    ("415", "UnsupportedMediaType", Code::UnsupportedMediaType, "The body is not `application/json`"),
    ("416", "RangeNotSatisfiable", Code::RangeNotSatisfiable, "The file has none of these bytes"),
    ("429", "RateLimited", Code::RateLimited, "Too much in too little time; `Retry-After` says when to try again"),
    ("431", "HeadersTooLarge", Code::HeadersTooLarge, "The headers are larger than 32 KiB together"),
    ("500", "Internal", Code::Internal, "Something went wrong in the server; it is logged under `request_id`"),
    ("503", "Unavailable", Code::Unavailable, "Too much is going on, or the database is away"),
];

/// The reference to a shared error.
pub fn reference(status: &str) -> Option<Ref> {
    let (_, name, _, _) = SHARED.iter().find(|(shared, ..)| *shared == status)?;
    Some(Ref::from_response_name(*name))
}

/// Gives an error that an operation describes itself its body and headers.
pub fn fill(status: &str, response: &mut Response) {
    let Some((_, _, code, _)) = SHARED.iter().find(|(shared, ..)| *shared == status) else { return };
    response.content.entry("application/json".to_owned()).or_insert_with(|| RefOr::T(content(*code)));
    headers(status, response);
}

/// The shared errors, headers and schemas, as components.
pub fn components(components: &mut Components) {
    components.schemas.insert(ErrorBody::name().into_owned(), error_schema());
    components.schemas.insert(FieldErrorBody::name().into_owned(), FieldErrorBody::schema());
    for (status, name, code, description) in SHARED {
        let mut response =
            ResponseBuilder::new().description(description).content("application/json", content(code)).build();
        headers(status, &mut response);
        components.responses.insert(name.to_owned(), RefOr::T(response));
    }
    for (name, schema, description) in [
        ("RequestId", text(), "The id of the request in the server's log; one that came with the request is kept"),
        ("RetryAfter", seconds(), "Where trying again may help: in so many seconds"),
        ("WwwAuthenticate", text(), "`Bearer`"),
        ("ETag", text(), "The version; send it back in `If-None-Match`, or in `If-Match` with a PATCH"),
        ("IdempotencyReplayed", text(), "`true` where an earlier request with the same key did it"),
    ] {
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
}

/// The error body, with every code there is.
fn error_schema() -> RefOr<Schema> {
    let mut schema = ErrorBody::schema();
    if let RefOr::T(Schema::Object(body)) = &mut schema
        && let Some(RefOr::T(Schema::Object(error))) = body.properties.get_mut("error")
    {
        error.enum_values = Some(TABLE.iter().map(|entry| json!(entry.name)).collect());
    }
    schema
}

fn headers(status: &str, response: &mut Response) {
    header(response, "x-request-id", "RequestId");
    match status {
        "401" => header(response, "WWW-Authenticate", "WwwAuthenticate"),
        "409" | "429" | "503" => header(response, "Retry-After", "RetryAfter"),
        _ => {}
    }
}

/// Refers to a header of the components.
pub fn header(response: &mut Response, name: &str, component: &str) {
    let reference = Ref::new(format!("#/components/headers/{component}"));
    response.headers.insert(name.to_owned(), RefOr::Ref(reference));
}

fn content(code: Code) -> utoipa::openapi::Content {
    let entry = code.entry();
    let example = ErrorBody::sample(entry.name, entry.sentence);
    ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).example(Some(json!(example))).build()
}

fn text() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(Type::String).build())
}

fn seconds() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build())
}
