//! Walks over the whole OpenAPI document: what holds for every operation, also for those that are still to come.

mod aliases;
mod credentials;
mod document;
mod organizations;
mod queries;
mod scopes;
