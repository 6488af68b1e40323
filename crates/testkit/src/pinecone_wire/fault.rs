use bytes::Bytes;
use serde_json::Value;

use crate::gate::Gate;

/// What is wrong with the server.
#[derive(Debug, Clone)]
pub enum PineconeFault {
    /// This status, whatever is asked; its message repeats the key and the request.
    Status(u16),
    /// 429, and how many seconds to stay away.
    Throttles(u64),
    /// No answer before the gate is opened.
    Hangs(Gate),
    /// The request is done, and its answer does not come before the gate is opened.
    HangsAfterDoing(Gate),
    /// These bytes in place of an answer, with status 200.
    Says(Bytes),
    /// The connection breaks off in the middle of the body.
    CutsBodies,
    /// The body stops in the middle, and nothing more comes.
    StallsBodies,
    /// A body without end.
    Endless,
    /// Somewhere else, with the same path.
    Redirects(String),
    /// Queries are answered with these matches.
    Hits(Vec<Value>),
    /// Queries are answered with everything that the index holds, of all namespaces.
    IgnoresTheFilter,
}
