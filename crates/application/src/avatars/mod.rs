//! Pictures of users: drawn anew from what was sent, kept as blobs, and shown to anybody who knows their address.

mod orphans;
mod picture;
#[cfg(test)]
mod picture_tests;
mod redraw;
mod set;
mod show;

pub use picture::Picture;
pub(crate) use redraw::Redrawing;
