use std::collections::BTreeSet;

use stead_domain::{
    Invalid,
    mcp_server::{Argument, MAX_ARGUMENTS, ToolName},
    ports::tool_server::MAX_TOOLS,
};

/// Names of tools: in order, each once.
pub fn tool_names(names: Vec<String>) -> Result<Vec<ToolName>, Invalid> {
    if names.len() > MAX_TOOLS {
        return Err(Invalid::new(format!("must be at most {MAX_TOOLS} names")));
    }
    let names: BTreeSet<String> = names.into_iter().collect();
    names.into_iter().map(ToolName::parse).collect()
}

/// The arguments of a program.
pub fn arguments(args: Vec<String>) -> Result<Vec<Argument>, Invalid> {
    if args.len() > MAX_ARGUMENTS {
        return Err(Invalid::new(format!("must be at most {MAX_ARGUMENTS} arguments")));
    }
    args.into_iter().map(Argument::parse).collect()
}
