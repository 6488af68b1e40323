//! A real S3 server in this process, over a folder that goes with it, which fails on command.

mod faults;
mod objects;
mod server;
mod uploads;

pub use faults::S3Fault;
pub use server::S3Server;
