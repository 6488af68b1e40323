//! Whatever is sent, the answer is a clear 4xx in the one shape, and the next request works.

mod bodies;
mod fields;
mod media;
mod methods;
mod targets;
mod wire;
