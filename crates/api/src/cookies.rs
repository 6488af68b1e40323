use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite, time};
use stead_application::accounts::{ACCESS_TOKEN_LIFE, SESSION_LIFE, SignedIn};

use crate::ApiOptions;

/// Carries the access token, for browsers.
pub const ACCESS_COOKIE: &str = "stead_access";
/// Carries the refresh token, to the one place that takes it.
pub const REFRESH_COOKIE: &str = "stead_refresh";

const REFRESH_PATH: &str = "/api/v1/auth";

/// The cookies of a sign-in.
pub fn signed_in(signed_in: &SignedIn, options: &ApiOptions) -> [Cookie<'static>; 2] {
    [
        cookie(ACCESS_COOKIE, signed_in.access_token.clone(), "/", ACCESS_TOKEN_LIFE, options),
        cookie(REFRESH_COOKIE, signed_in.refresh_token.clone(), REFRESH_PATH, SESSION_LIFE, options),
    ]
}

/// What takes them away.
pub fn signed_out(options: &ApiOptions) -> [Cookie<'static>; 2] {
    [
        cookie(ACCESS_COOKIE, String::new(), "/", Duration::ZERO, options),
        cookie(REFRESH_COOKIE, String::new(), REFRESH_PATH, Duration::ZERO, options),
    ]
}

fn cookie(
    name: &'static str,
    value: String,
    path: &'static str,
    life: Duration,
    options: &ApiOptions,
) -> Cookie<'static> {
    let is_https = options.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
    Cookie::build(name, value)
        .path(path)
        .max_age(time::Duration::seconds(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_closed_to_scripts_and_other_sites() {
        for (url, secure) in [(None, false), (Some("https://chat.example.com".to_owned()), true)] {
            let options = ApiOptions { public_url: url, ..ApiOptions::default() };
            let [access, refresh] = signed_out(&options).map(|cookie| cookie.to_string());
            let tail = |path: &str| {
                let secure = if secure { "; Secure" } else { "" };
                format!("=; HttpOnly; SameSite=Lax{secure}; Path={path}; Max-Age=0")
            };
            assert_eq!(access, format!("stead_access{}", tail("/")));
            assert_eq!(refresh, format!("stead_refresh{}", tail("/api/v1/auth")));
        }
    }
}
