use std::time::Duration;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use utoipa::ToSchema;

use super::{Problems, read_body::read_json};
use crate::{
    Api,
    error::{ApiError, Code},
    scopes,
};

/// A JSON body as it is written, and what it means.
pub trait RequestBody: DeserializeOwned + 'static {
    /// What it means.
    type Meaning: 'static;

    /// Checks every field and notes what is wrong. What it answers counts only if nothing is.
    fn check(self, problems: &mut Problems) -> Option<Self::Meaning>;
}

/// A body that must be there.
pub struct Body<T: RequestBody>(pub T::Meaning);

/// A body that may be absent, or null.
pub struct OptionalBody<T: RequestBody>(pub Option<T::Meaning>);

/// The body of a request that has nothing to say: absent, or `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl RequestBody for Nothing {
    type Meaning = ();

    fn check(self, _: &mut Problems) -> Option<()> {
        Some(())
    }
}

impl<T: RequestBody> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read_value(request, payload);
        let asked = request.clone();
        Box::pin(async move {
            let body = understand::<T>(needed(read.await?)?)?;
            scopes::check_after_body(&asked)?;
            Ok(Self(body))
        })
    }
}

impl<T: RequestBody> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read_value(request, payload);
        let asked = request.clone();
        Box::pin(async move {
            let body = read.await?.filter(|body| !body.is_null()).map(understand::<T>).transpose()?;
            scopes::check_after_body(&asked)?;
            Ok(Self(body))
        })
    }
}

/// The JSON of a request's body, if it has one.
pub fn read_value(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Option<Value>, ApiError>> + use<> {
    let (request, payload) = (request.clone(), payload.take());
    async move {
        let options = request.app_data::<web::Data<Api>>().map(|api| &api.options);
        let limit = options.map_or(0, |options| options.max_body_bytes);
        let within = options.map_or(Duration::ZERO, |options| options.body_timeout);
        read_json(&request, payload, limit, within).await
    }
}

/// A body that has to be there.
pub fn needed(value: Option<Value>) -> Result<Value, ApiError> {
    value.ok_or_else(|| ApiError::new(Code::InvalidRequest).saying("The request needs a JSON body"))
}

/// Reads a body and checks it, telling everything that is wrong at once.
pub fn understand<T: RequestBody>(value: Value) -> Result<T::Meaning, ApiError> {
    let Value::Object(mut fields) = value else {
        return Err(ApiError::new(Code::InvalidRequest).saying("The body must be a JSON object"));
    };
    let mut problems = Problems::default();
    let meaning = loop {
        match serde_path_to_error::deserialize::<_, T>(Value::Object(fields.clone())) {
            Ok(body) => break body.check(&mut problems),
            Err(error) => {
                problems.add_misread(&error.path().to_string(), &error.inner().to_string());
                // Without the field that is wrong, the others can be judged.
                let removed = match error.path().iter().next() {
                    Some(Segment::Map { key }) => fields.shift_remove(key),
                    _ => None,
                };
                if removed.is_none() {
                    break None;
                }
            }
        }
    };
    problems.none()?;
    meaning.ok_or_else(|| ApiError::new(Code::InvalidRequest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        size: Option<i64>,
    }

    impl RequestBody for Example {
        type Meaning = (String, Option<i64>);

        fn check(self, problems: &mut Problems) -> Option<Self::Meaning> {
            let name = problems.required("name", self.name, Ok);
            Some((name?, self.size))
        }
    }

    fn problems(body: Value) -> Vec<(String, String)> {
        let error = understand::<Example>(body).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest);
        error.details().iter().map(|detail| (detail.field.clone(), detail.message.clone())).collect()
    }

    #[test]
    fn what_is_right_is_understood() {
        assert_eq!(understand::<Example>(json!({"name": "a", "size": null})).unwrap(), ("a".to_owned(), None));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut told = problems(json!({"size": "x", "color": 1, "weight.in.kg": 2}));
        told.sort();
        let fields: Vec<_> = told.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["color", "name", "size", "weight.in.kg"], "{told:?}");
        for ((_, message), expected) in told.iter().zip(["is unknown", "is required", "expected i64", "is unknown"]) {
            assert!(message.contains(expected), "{told:?}");
        }
    }

    #[test]
    fn the_fields_that_there_are_are_listed_once() {
        let error = understand::<Example>(json!({"color": 1, "shape": 2})).unwrap_err();
        let told: Vec<_> = error.details().iter().map(|detail| detail.message.as_str()).collect();
        assert_eq!(told, ["is unknown; expected `name` or `size`", "is unknown", "is required"]);
        assert_eq!(error.to_string(), "invalid_request: The request is invalid: `color` is unknown");
    }

    #[test]
    fn a_wrong_field_is_told_once() {
        assert_eq!(problems(json!({"name": 5})).len(), 1);
    }

    #[test]
    fn a_body_is_an_object() {
        for body in [json!([]), json!("x"), json!(1), json!(null)] {
            assert!(understand::<Example>(body).is_err());
        }
    }
}
