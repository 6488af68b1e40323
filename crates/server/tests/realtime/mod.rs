//! What happens, told as it happens.

mod files;
mod frames;
mod model;
mod nodes;
mod replay;
mod rooms;
mod shut_out;
mod slow;
mod socket;
mod threads;

pub use socket::Socket;
