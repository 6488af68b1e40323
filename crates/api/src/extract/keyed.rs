use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::HeaderMap};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use stead_application::{
    files::UploadKey,
    idempotency::{KeyedRequest, fingerprint},
};
use stead_domain::idempotency::IdempotencyKey;
use utoipa::IntoParams;

use super::{
    Nothing, RequestBody,
    body::{needed, read_value, understand},
};
use crate::{error::ApiError, headers::IDEMPOTENCY_KEY, scopes};

/// The body of a request that may carry a key and then has one effect, however often it is sent.
pub struct Keyed<T: RequestBody> {
    /// What it means.
    pub body: T::Meaning,
    /// Its key, with what was asked.
    pub request: Option<KeyedRequest>,
}

/// The header of such a request, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct IdempotencyHeader {
    /// Makes a repeat of this request have one effect for 24 hours. The same key with another body is refused (409,
    /// `idempotency_mismatch`).
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[ -~]+$", value_type = String,
        required = false, example = "5b1f9d0e-first-message")]
    idempotency_key: Option<String>,
}

impl<T: RequestBody> FromRequest for Keyed<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = key(request.headers());
        let operation = format!("{} {}", request.method(), request.path());
        let read = read_value(request, payload);
        let asked = request.clone();
        Box::pin(async move {
            let key = key?;
            let value = needed(read.await?)?;
            let request = key.map(|key| KeyedRequest { key, operation, fingerprint: fingerprint(&value) });
            let body = understand::<T>(value)?;
            scopes::check_after_body(&asked)?;
            Ok(Self { body, request })
        })
    }
}

/// A request with nothing to say that may carry a key: its body is absent, null or `{}`.
pub struct KeyedNothing(pub Option<KeyedRequest>);

impl FromRequest for KeyedNothing {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = key(request.headers());
        let operation = format!("{} {}", request.method(), request.path());
        let read = read_value(request, payload);
        let asked = request.clone();
        Box::pin(async move {
            let key = key?;
            if let Some(value) = read.await?.filter(|value| !value.is_null()) {
                understand::<Nothing>(value)?;
            }
            scopes::check_after_body(&asked)?;
            Ok(Self(key.map(|key| KeyedRequest { key, operation, fingerprint: fingerprint(&Value::Null) })))
        })
    }
}

/// The key of a request whose body says what is asked only when all of it has come.
pub fn upload_key(request: &HttpRequest) -> Result<Option<UploadKey>, ApiError> {
    let operation = format!("{} {}", request.method(), request.path());
    Ok(key(request.headers())?.map(|key| UploadKey { key, operation }))
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY);
    let Some(key) = keys.next() else { return Ok(None) };
    let wrong = |problem: String| ApiError::invalid_field("Idempotency-Key", problem);
    if keys.next().is_some() {
        return Err(wrong("must be given once".to_owned()));
    }
    let key = key.to_str().map_err(|error| wrong(format!("must be printable ASCII: {error}")))?;
    IdempotencyKey::parse(key).map(Some).map_err(|problem| wrong(problem.0))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn keys_are_printable_and_given_once() {
        let read = |values: &[&[u8]]| {
            let mut request = TestRequest::post();
            for value in values {
                let value = actix_web::http::header::HeaderValue::from_bytes(value).unwrap();
                request = request.append_header((IDEMPOTENCY_KEY, value));
            }
            key(request.to_http_request().headers()).map(|key| key.map(|key| key.as_str().to_owned()))
        };
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[b"a key"]).unwrap().as_deref(), Some("a key"));
        let long = [b'x'; 256];
        for bad in [&[b"".as_slice()][..], &[&long], &[b"a", b"a"], &["é".as_bytes()]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
