//! What holds for every request, outermost first: `unread_body`, `boundary` (request id, span, log, the error shape,
//! security headers), `headers_limit`, compression, `aliases`, `authenticate`, `limit`, `methods`.

mod aliases;
mod authenticate;
mod boundary;
mod figures;
mod headers_limit;
mod limit;
mod methods;
mod request_id;
mod unread_body;

pub use aliases::aliases;
pub use authenticate::authenticate;
pub use boundary::boundary;
pub use headers_limit::headers_limit;
pub use limit::{FREE, limit};
pub use methods::methods;
pub use unread_body::unread_body;
