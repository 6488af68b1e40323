//! Tags: what the client has already is not sent again, and what others changed meanwhile is not overwritten.

mod if_match;
mod if_none_match;
