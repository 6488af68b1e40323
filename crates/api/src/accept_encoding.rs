use actix_web::{
    HttpMessage,
    dev::ServiceRequest,
    http::header::{self, AcceptEncoding, Encoding},
};

/// Forgets an `Accept-Encoding` that excludes even the plain text: it is answered plain (RFC 9110, section 12.5.3), where
/// the compressing middleware would refuse.
pub fn allow_identity(request: &mut ServiceRequest) {
    let accepted = request.get_header::<AcceptEncoding>();
    if accepted.is_some_and(|accepted| accepted.negotiate([Encoding::identity()].iter()).is_none()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
}
