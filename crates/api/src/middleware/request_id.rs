use actix_web::http::header::HeaderMap;
use uuid::Uuid;

use crate::headers::X_REQUEST_ID;

/// The id a request came with, if it is a sane one, else a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok());
    match given.filter(|id| is_sane(id)) {
        Some(id) => id.to_owned(),
        None => new_id().to_string(),
    }
}

fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[expect(
    clippy::disallowed_methods,
    reason = "names a request in the logs; nothing is decided by it or stored with it"
)]
fn new_id() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
            request_id(&headers)
        };
        assert_eq!(of(b"trace-1.a_B"), "trace-1.a_B");
        let long = [b'a'; 65];
        for bad in [b"".as_slice(), b"a b", b"<x>", "é".as_bytes(), &long] {
            assert!(Uuid::try_parse(&of(bad)).is_ok());
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
