//! Real time over HTTP: what a connection is told (`frames`), and the WebSocket (`socket`) and the server-sent events
//! (`stream`) that carry it, with what clients may say (`from_client`), how much at once (`bounded`) and how fast (`pace`).

mod bounded;
pub mod frames;
mod from_client;
mod pace;
pub mod socket;
pub mod stream;

pub use bounded::bounded;
