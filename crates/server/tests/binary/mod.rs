//! The built binary: what an operator starts, stops, kills and reads.

mod commands;
mod nodes;
mod people;
mod shutdown;
mod start;
mod taken_over;
