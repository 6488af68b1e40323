//! What holds for every request, outermost first: `boundary` (request id, span, log, the error shape, security headers),
//! compression, `aliases`, `authenticate`.

mod aliases;
mod authenticate;
mod boundary;
mod request_id;

pub use aliases::aliases;
pub use authenticate::authenticate;
pub use boundary::boundary;
