//! The built binary: what an operator starts, stops, kills and reads.

mod commands;
mod kill_points;
mod nodes;
mod people;
mod service_manager;
mod shutdown;
mod shutdown_under_load;
mod start;
mod taken_over;
mod tool_processes;
