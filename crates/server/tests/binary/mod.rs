//! The built binary: what an operator starts, stops, kills and reads.

mod commands;
mod crash;
mod interrupted;
mod shutdown;
mod start;
