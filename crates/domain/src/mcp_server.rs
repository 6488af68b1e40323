//! An MCP server: where an organization's agents find tools.

use std::time::Duration;

use crate::{
    Invalid, McpServerId, OrganizationId, Timestamp,
    text::{Text, checked},
};

/// A program that is started: 1 to 1,000 characters.
pub type Command = Text<1, 1_000>;
/// An argument of it: up to 4,000 characters.
pub type Argument = Text<0, 4_000>;
/// A tool's name at its server: 1 to 128 characters.
pub type ToolName = Text<1, 128>;
/// What a definition of a tool is known by: SHA-256 of its description and its schema.
pub type ToolFingerprint = [u8; 32];

/// A program may have so many arguments.
pub const MAX_ARGUMENTS: usize = 64;
/// A server may be sent so many headers.
pub const MAX_HEADERS: usize = 32;
/// So many definitions of a server's tools are remembered: more than it may have at a time, as tools come and go.
pub const MAX_REMEMBERED_TOOLS: usize = 2_000;
/// An agent may have tools of so many servers.
pub const MAX_SERVERS_OF_AGENT: usize = 32;

/// A server of tools that an organization's admins registered.
#[derive(Debug, Clone, PartialEq)]
pub struct McpServer {
    /// Its id.
    pub id: McpServerId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization; the first part of its tools' qualified names.
    pub name: ServerName,
    /// How it is reached.
    pub transport: Transport,
    /// How long one call may take.
    pub timeout: CallTimeout,
    /// Whether its tools are offered at all.
    pub enabled: bool,
    /// Tools that the operator says have no side effects: only these are done again after a crash. In order, each once.
    pub read_only_tools: Vec<ToolName>,
    /// Raised by every change.
    pub version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a server of tools is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Transport {
    /// MCP's Streamable HTTP.
    Http {
        /// Where.
        url: ServerUrl,
        /// The headers that are sent along.
        headers: Option<SealedHeaders>,
    },
    /// A process of its own on this machine, spoken to by standard input and output.
    Stdio {
        /// The program.
        command: Command,
        /// Its arguments: at most [`MAX_ARGUMENTS`].
        args: Vec<Argument>,
    },
}

impl Transport {
    /// Whether both lead to the same place, whatever is sent along.
    pub fn leads_to_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Http { url: one, .. }, Self::Http { url: other, .. }) => one == other,
            (Self::Stdio { .. }, Self::Stdio { .. }) => self == other,
            (Self::Http { .. }, Self::Stdio { .. }) | (Self::Stdio { .. }, Self::Http { .. }) => false,
        }
    }
}

/// Headers whose values only the application can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedHeaders {
    /// What they are called: all that is ever shown again. At most [`MAX_HEADERS`].
    pub names: Vec<String>,
    /// Names and values, encrypted.
    pub sealed: Vec<u8>,
}

/// A tool server's name: `[a-z0-9][a-z0-9-]{0,31}`. Without `_`, so that a qualified name `{server}__{tool}` says where the
/// one ends and the other begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerName(String);

impl ServerName {
    /// Accepts what has the form above.
    ///
    /// # Errors
    /// It does not have it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&text.len()) || text.starts_with('-') || !text.bytes().all(allowed) {
            return Err(Invalid::new("must have 1 to 32 characters: a to z, digits or '-', not beginning with '-'"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a server is: an absolute http or https URL without a user and without a fragment, at most 2,000 characters. Where it
/// may lead is not judged here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(String);

impl ServerUrl {
    /// Accepts what has the form above.
    ///
    /// # Errors
    /// It does not have it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must be an absolute http or https URL without a user and without a fragment");
        let text = checked(text.to_owned(), 1, 2_000)?;
        // What a URL parser passes over or mends in silence has no place here.
        let has_oddities = text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(invalid)?;
        let url = url::Url::parse(&text).map_err(|error| Invalid::new(format!("must be a URL: {error}")))?;
        let has_host = !rest.starts_with('/') && url.host_str().is_some_and(|host| !host.is_empty());
        let has_user = rest.split(['/', '?']).next().is_some_and(|authority| authority.contains('@'));
        if has_host && !has_user && !has_oddities && url.fragment().is_none() { Ok(Self(text)) } else { Err(invalid()) }
    }

    /// Whether both lead to the same scheme, host and port: what is secret for the one is nothing to tell another.
    pub fn has_origin_of(&self, other: &Self) -> bool {
        let origin = |url: &Self| url::Url::parse(&url.0).map(|url| url.origin());
        matches!((origin(self), origin(other)), (Ok(one), Ok(other)) if one == other)
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long one call of a tool may take: 1 to 600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimeout(u16);

impl CallTimeout {
    /// What a server has unless it says otherwise.
    pub const DEFAULT: Self = Self(30);

    /// Accepts 1 to 600.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(seconds: i64) -> Result<Self, Invalid> {
        match u16::try_from(seconds) {
            Ok(seconds) if (1..=600).contains(&seconds) => Ok(Self(seconds)),
            Ok(_) | Err(_) => Err(Invalid::new("must be from 1 to 600")),
        }
    }

    /// The number of seconds.
    pub fn seconds(self) -> u16 {
        self.0
    }

    /// As a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

/// The right of an agent to call tools of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolGrant {
    /// The server.
    pub server: McpServerId,
    /// These of its tools; `None`: all that it has. In order, each once.
    pub tools: Option<Vec<ToolName>>,
}

impl ToolGrant {
    /// Whether it is the right to call this tool.
    pub fn covers(&self, tool: &str) -> bool {
        self.tools.as_ref().is_none_or(|tools| tools.iter().any(|granted| granted.as_str() == tool))
    }
}

/// A tool of a server as its definition was when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedTool {
    /// Its name at the server.
    pub name: ToolName,
    /// Its definition.
    pub fingerprint: ToolFingerprint,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_taken_out_of_a_qualified_name() {
        for good in ["a", "0", "files-2", &"x".repeat(32)] {
            assert!(ServerName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a_b", "a b", "ä", &"x".repeat(33)] {
            assert!(ServerName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn urls_are_on_the_web_and_say_nothing_twice() {
        for good in
            ["https://tools.example.org/mcp", "http://127.0.0.1:9/a?b=c@d", "http://[::1]/mcp", "https://a.org/x@y"]
        {
            assert_eq!(ServerUrl::parse(good).unwrap().as_str(), good);
        }
        let long = format!("https://a.org/{}", "x".repeat(2_000));
        for bad in [
            "",
            "/mcp",
            "a.org",
            "ftp://a.org",
            "file:///etc/passwd",
            "https://",
            "https:///a.org",
            "https://u:p@a.org",
            "https://u@a.org",
            "https://@a.org",
            "https://a.org/#x",
            "https://a.org/a b",
            "https://a.org\\@b.org",
            "https://a.org/\0",
            "https://a.org:99999",
            "\thttps://a.org",
            &long,
        ] {
            assert!(ServerUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let url = |text| ServerUrl::parse(text).unwrap();
        let one = url("https://a.org/mcp?x=1");
        for same in ["https://a.org/other", "https://A.org:443/"] {
            assert!(one.has_origin_of(&url(same)), "{same}");
        }
        for other in ["http://a.org/mcp", "https://a.org:444/mcp", "https://b.a.org/mcp", "https://a.org.b/mcp"] {
            assert!(!one.has_origin_of(&url(other)), "{other}");
        }
    }

    #[test]
    fn another_header_does_not_lead_elsewhere() {
        let url = |text| ServerUrl::parse(text).unwrap();
        let headers = Some(SealedHeaders { names: vec!["x".to_owned()], sealed: vec![1] });
        let plain = Transport::Http { url: url("https://a.org"), headers: None };
        assert!(plain.leads_to_the_same_as(&Transport::Http { url: url("https://a.org"), headers: headers.clone() }));
        assert!(!plain.leads_to_the_same_as(&Transport::Http { url: url("https://b.org"), headers }));
        let stdio = |args| Transport::Stdio { command: Text::parse("server").unwrap(), args };
        assert!(stdio(vec![]).leads_to_the_same_as(&stdio(vec![])) && !plain.leads_to_the_same_as(&stdio(vec![])));
        assert!(!stdio(vec![]).leads_to_the_same_as(&stdio(vec![Text::parse("-v").unwrap()])));
    }

    #[test]
    fn a_grant_without_names_covers_all() {
        let server = McpServerId::new(uuid::Uuid::from_u128(1));
        let named = ToolGrant { server, tools: Some(vec![Text::parse("echo").unwrap()]) };
        assert!(named.covers("echo") && !named.covers("add") && !named.covers("Echo"));
        assert!(ToolGrant { server, tools: None }.covers("anything"));
    }
}
