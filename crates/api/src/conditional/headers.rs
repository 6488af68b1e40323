use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap, HeaderName},
};
use stead_application::Expected;
use utoipa::IntoParams;

use super::{
    tag::Tag,
    tags::{EntityTag, Tags, parse},
};
use crate::error::ApiError;

/// What the client has already.
#[derive(Debug, Default)]
pub struct IfNoneMatch(Option<Tags>);

/// The version that the client means to change.
#[derive(Debug)]
pub struct IfMatch(pub Expected);

/// The header of a GET, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct IfNoneMatchHeader {
    /// Tags of what the client has, or `*`: where it is still that, the answer is 304, without a body.
    #[param(rename = "If-None-Match", value_type = String, required = false, example = "\"3-0f\"",
        pattern = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#)]
    if_none_match: Option<String>,
}

/// The header of a PATCH, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct IfMatchHeader {
    /// Tags of what is to be changed, or `*`: where it has another version by now, nothing is changed (412). Weak tags
    /// match nothing.
    #[param(rename = "If-Match", value_type = String, required = false, example = "\"3-0f\"",
        pattern = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#)]
    if_match: Option<String>,
}

impl IfNoneMatch {
    /// Whether this tag, which is written with its quotes, is among them: weak or strong makes no difference here.
    pub fn knows(&self, tag: &str) -> bool {
        let opaque = tag.trim_matches('"').as_bytes();
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(tags)) => tags.iter().any(|known| known.opaque == opaque),
        }
    }
}

impl FromRequest for IfNoneMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request.headers(), &header::IF_NONE_MATCH).map(Self))
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request.headers(), &header::IF_MATCH).map(|tags| Self(expected(tags))))
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, ApiError> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let read = parse(headers.get_all(name).map(|line| line.as_bytes()));
    let malformed = || ApiError::invalid_field(name.as_str(), "must be `*` or a list of entity tags in quotes");
    read.map(Some).ok_or_else(malformed)
}

/// Weak tags match nothing here (RFC 9110, 13.1.1), nor do tags that were never given out.
fn expected(tags: Option<Tags>) -> Expected {
    let version = |EntityTag { is_weak, opaque }: EntityTag| if is_weak { None } else { Tag::version(&opaque) };
    match tags {
        None | Some(Tags::Any) => Expected::Any,
        Some(Tags::These(tags)) => Expected::OneOf(tags.into_iter().filter_map(version).collect()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn request(name: HeaderName, lines: &[&str]) -> HttpRequest {
        let with = |request: TestRequest, line: &&str| request.append_header((name.clone(), *line));
        lines.iter().fold(TestRequest::default(), with).to_http_request()
    }

    fn known(lines: &[&str], tag: &str) -> bool {
        let header = IfNoneMatch::extract(&request(header::IF_NONE_MATCH, lines));
        header.into_inner().unwrap().knows(tag)
    }

    fn expects(lines: &[&str]) -> Expected {
        IfMatch::extract(&request(header::IF_MATCH, lines)).into_inner().unwrap().0
    }

    #[test]
    fn what_the_client_has_is_compared_weakly_and_whole() {
        let tag = "\"3-0f\"";
        for yes in [vec![tag], vec!["*"], vec!["W/\"3-0f\""], vec!["\"x\", \"3-0f\""], vec!["\"x\"", tag]] {
            assert!(known(&yes, tag), "{yes:?}");
        }
        for no in [vec![], vec!["\"3\""], vec!["\"3-00\""], vec!["\"\""], vec!["\"3-0f\u{e9}\""]] {
            assert!(!known(&no, tag), "{no:?}");
        }
    }

    #[test]
    fn what_is_to_be_changed_is_compared_strongly_by_its_version() {
        assert_eq!(expects(&[]), Expected::Any);
        assert_eq!(expects(&["*"]), Expected::Any);
        assert_eq!(expects(&["\"3-0f\", \"4-0f\"", "\"5-aa\""]), Expected::OneOf(vec![3, 4, 5]));
        assert_eq!(expects(&["W/\"3-0f\", \"x\""]), Expected::OneOf(vec![]));
    }

    #[test]
    fn a_malformed_header_is_refused_by_name() {
        for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
            let error = tags(request(name.clone(), &["3-0f"]).headers(), &name).unwrap_err();
            assert_eq!(error.details()[0].field, name.as_str());
        }
    }
}
