use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use stead_application::Caller;

use super::{Problems, QueryParams, QueryReader, authentication::caller, path::PathParams};
use crate::{error::ApiError, scopes};

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
pub struct OpenCall<P = ()> {
    /// What is in the path.
    pub path: P,
}

impl<P: PathParams, Q: QueryParams> FromRequest for Call<P, Q> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| {
            let (path, query) = read(request)?;
            scopes::check(request, &caller)?;
            Ok(Self { caller, path, query })
        }))
    }
}

impl<P: PathParams> FromRequest for OpenCall<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read::<P, ()>(request).and_then(|(path, ())| {
            scopes::check_open(request)?;
            Ok(Self { path })
        }))
    }
}

pub(super) fn read<P: PathParams, Q: QueryParams>(request: &HttpRequest) -> Result<(P, Q), ApiError> {
    let mut problems = Problems::default();
    let path = P::read(request.match_info(), &mut problems);
    let (query, problems) = QueryReader::read(request.query_string(), problems);
    problems.none()?;
    let path = path.ok_or_else(|| ApiError::new(crate::error::Code::InvalidRequest))?;
    Ok((path, query))
}
