use serde_json::{Number, Value};
use stead_domain::{FileId, Invalid, Json, file::MAX_ATTACHED, text::checked};
use uuid::Uuid;

use crate::extract::uuid;

/// The address of a picture: absolute, http or https, up to 2,000 characters.
pub fn avatar_url(text: String) -> Result<String, Invalid> {
    let invalid = || Invalid::new("must be an absolute http or https URL of at most 2000 characters");
    let text = checked(text, 1, 2_000).map_err(|Invalid(problem)| Invalid::new(problem))?;
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(invalid());
    }
    let uri: actix_web::http::Uri = text.parse().map_err(|error| Invalid::new(format!("must be a URL: {error}")))?;
    let is_web = (text.starts_with("http://") || text.starts_with("https://"))
        && uri.host().is_some_and(|host| !host.is_empty());
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if is_web && !has_user { Ok(text) } else { Err(invalid()) }
}

/// An id in a body.
pub fn id(text: String) -> Result<Uuid, Invalid> {
    uuid(&text).ok_or_else(|| Invalid::new("must be a UUID"))
}

/// The ids of files to attach: at most 20, each once.
pub fn file_ids(texts: Vec<String>) -> Result<Vec<FileId>, Invalid> {
    if texts.len() > MAX_ATTACHED {
        return Err(Invalid::new(format!("must have at most {MAX_ATTACHED} items")));
    }
    let ids: Vec<_> = texts.into_iter().map(|text| id(text).map(FileId::new)).collect::<Result<_, _>>()?;
    let is_repeated = ids.iter().enumerate().any(|(n, id)| ids.iter().take(n).any(|earlier| earlier == id));
    if is_repeated { Err(Invalid::new("must not name a file twice")) } else { Ok(ids) }
}

/// What a client keeps with a thread or a message.
pub fn metadata(value: Value) -> Result<Json, Invalid> {
    Json::metadata(value)
}

/// A JSON number without a fraction, however it is written: `8`, `8.0`, `8e0`.
pub fn whole_number(number: &Number) -> Result<i64, Invalid> {
    let invalid = || Invalid::new("must be a whole number");
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15).ok_or_else(invalid)?;
    // In this range every whole f64 is an i64.
    Ok(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn avatars_are_on_the_web() {
        for good in ["https://a.org/x.png", "http://127.0.0.1:9/a?b=c", "https://a.org"] {
            assert!(avatar_url(good.to_owned()).is_ok(), "{good}");
        }
        let long = format!("https://a.org/{}", "x".repeat(2_000));
        for bad in [
            "",
            "/x.png",
            "a.org",
            "ftp://a.org",
            "javascript:alert(1)",
            "https://",
            "https://a.org/\0",
            "https://u:p@a.org",
            "https://a.org/a b",
            "data:image/png;base64,x",
            &long,
        ] {
            assert!(avatar_url(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_point() {
        let of = |text: &str| whole_number(&serde_json::from_str(text).unwrap());
        assert_eq!((of("8"), of("8.0"), of("-3e0")), (Ok(8), Ok(8), Ok(-3)));
        for bad in ["8.5", "1e300", "18446744073709551615"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
