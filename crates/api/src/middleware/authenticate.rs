use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap},
    middleware::Next,
    web,
};

use crate::{
    Api,
    cookies::ACCESS_COOKIE,
    error::{ApiError, Code},
    extract::Authentication,
    origin::check_origin,
};

/// Finds out who asks and leaves it with the request. It never refuses by itself: the handlers that need somebody do.
pub async fn authenticate<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if request.path().starts_with("/api/v1/")
        && let Some(api) = request.app_data::<web::Data<Api>>().cloned()
        && let Some(found) = found(&api, &request).await
    {
        request.extensions_mut().insert(Authentication(found));
    }
    next.call(request).await
}

async fn found(api: &Api, request: &ServiceRequest) -> Option<Result<stead_application::Caller, ApiError>> {
    if let Some(token) = bearer(request.headers()) {
        return Some(match token {
            Ok(token) => api.application.authenticate(token).await.map_err(ApiError::from),
            Err(error) => Err(error),
        });
    }
    let cookie = request.cookie(ACCESS_COOKIE)?;
    Some(match api.application.authenticate(cookie.value()).await {
        Ok(_) if !request.method().is_safe() && !check_origin(request.request(), &api.options) => {
            let reason = "A request with the session cookie must come from the server's own origin";
            Err(ApiError::new(Code::Forbidden).saying(reason))
        }
        found => found.map_err(ApiError::from),
    })
}

/// The token in `Authorization`, if that header is there at all.
fn bearer(headers: &HeaderMap) -> Option<Result<&str, ApiError>> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next()?;
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer") && values.next().is_none());
    Some(token.map(|(_, token)| token.trim()).ok_or_else(|| ApiError::new(Code::Unauthorized)))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_a_bearer_token() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).unwrap().map(str::to_owned).map_err(|error| error.code())
        };
        assert_eq!(read("Bearer abc"), Ok("abc".to_owned()));
        assert_eq!(read("bearer  abc"), Ok("abc".to_owned()));
        for bad in ["", "Bearer", "Basic abc", "abc"] {
            assert_eq!(read(bad), Err(Code::Unauthorized), "{bad}");
        }
        assert!(bearer(&HeaderMap::new()).is_none());
    }
}
