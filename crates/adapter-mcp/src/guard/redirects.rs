//! Which redirects are followed.

use reqwest::{StatusCode, redirect::Policy};

/// More are a loop.
const MAX_HOPS: usize = 5;

/// Those that keep the method and the body, at the same origin: `/mcp` to `/mcp/` is common. Anything else would take
/// headers and arguments somewhere that nobody named; the answer that redirects is what the caller gets.
pub(super) fn within_origin() -> Policy {
    Policy::custom(|attempt| {
        let keeps_body = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let origin = attempt.previous().first().map(url::Url::origin);
        let stays = origin.is_some_and(|origin| origin == attempt.url().origin());
        if keeps_body && stays && attempt.previous().len() <= MAX_HOPS { attempt.follow() } else { attempt.stop() }
    })
}
