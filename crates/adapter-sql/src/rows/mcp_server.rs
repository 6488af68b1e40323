use diesel::prelude::*;
use serde_json::Value;
use stead_domain::{
    Invalid,
    mcp_server::{
        Argument, CallTimeout, Command, McpServer, SealedHeaders, ServerName, ServerUrl, ToolGrant, ToolName, Transport,
    },
};

use crate::{
    error::InvalidColumn,
    names::TransportName,
    schema::mcp_servers,
    types::{DbId, DbJson, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mcp_servers, treat_none_as_default_value = false)]
pub struct McpServerRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub name: String,
    pub transport: DbName<TransportName>,
    pub url: Option<String>,
    pub header_names: Option<DbJson>,
    pub sealed_headers: Option<Vec<u8>>,
    pub command: Option<String>,
    pub args: Option<DbJson>,
    pub timeout_s: i32,
    pub enabled: bool,
    pub read_only_tools: DbJson,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
}

impl From<&McpServer> for McpServerRow {
    fn from(server: &McpServer) -> Self {
        let McpServer {
            id,
            organization_id,
            name,
            transport,
            timeout,
            enabled,
            read_only_tools,
            version,
            created_at,
            updated_at,
        } = server;
        let (kind, url, headers, command, args) = match transport {
            Transport::Http { url, headers } => (TransportName::Http, Some(url), headers.as_ref(), None, None),
            Transport::Stdio { command, args } => (TransportName::Stdio, None, None, Some(command), Some(args)),
        };
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            name: name.as_str().to_owned(),
            transport: DbName(kind),
            url: url.map(|url| url.as_str().to_owned()),
            header_names: headers.map(|headers| DbJson(headers.names.clone().into())),
            sealed_headers: headers.map(|headers| headers.sealed.clone()),
            command: command.map(|command| command.as_str().to_owned()),
            args: args.map(|args| DbJson(args.iter().map(Argument::as_str).collect())),
            timeout_s: i32::from(timeout.seconds()),
            enabled: *enabled,
            read_only_tools: DbJson(read_only_tools.iter().map(ToolName::as_str).collect()),
            version: *version,
            created_at: (*created_at).into(),
            updated_at: (*updated_at).into(),
        }
    }
}

impl TryFrom<McpServerRow> for McpServer {
    type Error = InvalidColumn;

    fn try_from(row: McpServerRow) -> Result<Self, InvalidColumn> {
        let transport = match row.transport.0 {
            TransportName::Http => {
                let url = row.url.ok_or_else(|| InvalidColumn::missing("mcp_servers.url"))?;
                let names = row.header_names.map(|names| texts("mcp_servers.header_names", names, Ok)).transpose()?;
                Transport::Http {
                    url: ServerUrl::parse(&url).map_err(InvalidColumn::of("mcp_servers.url"))?,
                    headers: names.zip(row.sealed_headers).map(|(names, sealed)| SealedHeaders { names, sealed }),
                }
            }
            TransportName::Stdio => {
                let command = row.command.ok_or_else(|| InvalidColumn::missing("mcp_servers.command"))?;
                let args = row.args.ok_or_else(|| InvalidColumn::missing("mcp_servers.args"))?;
                Transport::Stdio {
                    command: Command::parse(command).map_err(InvalidColumn::of("mcp_servers.command"))?,
                    args: texts("mcp_servers.args", args, Argument::parse)?,
                }
            }
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            name: ServerName::parse(&row.name).map_err(InvalidColumn::of("mcp_servers.name"))?,
            transport,
            timeout: CallTimeout::parse(i64::from(row.timeout_s))
                .map_err(InvalidColumn::of("mcp_servers.timeout_s"))?,
            enabled: row.enabled,
            read_only_tools: texts("mcp_servers.read_only_tools", row.read_only_tools, ToolName::parse)?,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

/// The names of tools as a grant's column has them.
pub fn tool_names(grant: &ToolGrant) -> Option<DbJson> {
    grant.tools.as_ref().map(|tools| DbJson(tools.iter().map(ToolName::as_str).collect()))
}

/// A grant from its columns.
pub fn tool_grant(server: DbId, tools: Option<DbJson>) -> Result<ToolGrant, InvalidColumn> {
    let tools = tools.map(|tools| texts("agent_tools.tool_names", tools, ToolName::parse)).transpose()?;
    Ok(ToolGrant { server: server.into(), tools })
}

/// A list of texts.
fn texts<T>(
    column: &'static str,
    list: DbJson,
    parse: impl Fn(String) -> Result<T, Invalid>,
) -> Result<Vec<T>, InvalidColumn> {
    let Value::Array(items) = list.0 else {
        return Err(InvalidColumn::of(column)(Invalid::new("must be a list")));
    };
    let text = |item: Value| match item {
        Value::String(text) => parse(text),
        _ => Err(Invalid::new("must be a list of texts")),
    };
    items.into_iter().map(text).collect::<Result<_, _>>().map_err(InvalidColumn::of(column))
}
