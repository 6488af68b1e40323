use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use stead_application::Caller;

use super::{Problems, QueryParams, QueryReader, authentication::caller, path::PathParams};
use crate::error::ApiError;

/// What every protected operation begins with: who asks, and about what. Without a type for the query no parameter is
/// taken.
#[derive(Debug)]
pub struct Call<P = (), Q = ()> {
    /// Who asks.
    pub caller: Caller,
    /// The ids in the path.
    pub path: P,
    /// The query's parameters.
    pub query: Q,
}

/// What an operation without credentials begins with.
#[derive(Debug)]
pub struct OpenCall;

impl<P: PathParams, Q: QueryParams> FromRequest for Call<P, Q> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| {
            let (path, query) = read(request)?;
            Ok(Self { caller, path, query })
        }))
    }
}

impl FromRequest for OpenCall {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read::<(), ()>(request).map(|_| Self))
    }
}

fn read<P: PathParams, Q: QueryParams>(request: &HttpRequest) -> Result<(P, Q), ApiError> {
    let mut problems = Problems::default();
    let path = P::read(request.match_info(), &mut problems);
    let (query, problems) = QueryReader::read(request.query_string(), problems);
    problems.none()?;
    let path = path.ok_or_else(|| ApiError::new(crate::error::Code::InvalidRequest))?;
    Ok((path, query))
}
