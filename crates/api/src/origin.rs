use actix_web::{HttpRequest, http::header};

use crate::{ApiOptions, headers::SEC_FETCH_SITE};

/// Whether a browser says that a request comes from the server's own pages. Asked of requests that change something and
/// are authenticated by a cookie, which the browser sends by itself.
pub fn check_origin(request: &HttpRequest, options: &ApiOptions) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header(header::ORIGIN) {
        Some(origin) => {
            is_public_origin(origin, options.public_url.as_deref()) || is_host(origin, header(header::HOST))
        }
        None => header(SEC_FETCH_SITE) == Some("same-origin"),
    }
}

fn is_public_origin(origin: &str, public_url: Option<&str>) -> bool {
    public_url.is_some_and(|url| url.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

fn is_host(origin: &str, host: Option<&str>) -> bool {
    let Some((scheme @ ("http" | "https"), authority)) = origin.split_once("://") else { return false };
    let usual_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = |authority: &str| authority.strip_suffix(usual_port).unwrap_or(authority).to_ascii_lowercase();
    host.is_some_and(|host| !host.is_empty() && bare(host) == bare(authority))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn allowed(headers: &[(&'static str, &'static str)], public_url: Option<&str>) -> bool {
        let request = headers.iter().fold(TestRequest::post(), |request, header| request.insert_header(*header));
        let options = ApiOptions { public_url: public_url.map(str::to_owned), ..ApiOptions::default() };
        check_origin(&request.to_http_request(), &options)
    }

    #[test]
    fn the_servers_own_pages_may() {
        assert!(allowed(&[("host", "a.org:8080"), ("origin", "http://a.org:8080")], None));
        assert!(allowed(&[("host", "a.org"), ("origin", "https://A.org:443")], None));
        assert!(allowed(&[("host", "inner:8080"), ("origin", "https://a.org")], Some("https://a.org/")));
        assert!(allowed(&[("host", "a.org"), ("sec-fetch-site", "same-origin")], None));
    }

    #[test]
    fn others_may_not() {
        assert!(!allowed(&[("host", "a.org")], None));
        assert!(!allowed(&[("host", "a.org"), ("origin", "null")], None));
        assert!(!allowed(&[("host", "a.org"), ("origin", "http://evil.org")], None));
        assert!(!allowed(&[("host", "a.org"), ("origin", "http://a.org.evil.org")], Some("http://a.org")));
        assert!(!allowed(&[("host", "a.org"), ("sec-fetch-site", "same-site")], None));
        let both = [("host", "a.org"), ("origin", "http://evil.org"), ("sec-fetch-site", "same-origin")];
        assert!(!allowed(&both, None));
    }
}
