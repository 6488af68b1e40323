use stead_domain::{
    Invalid, McpServerId,
    mcp_server::{Argument, CallTimeout, Command, McpServer, ServerName, ServerUrl, ToolName, Transport},
    ports::store::{Change, Commit, Guard, McpServerChange, StoreError, Versioned},
    user::OrganizationRole,
};

use super::super::Header;
use crate::{Application, Caller, Conflict, Error, Expected, TRIES};

/// What changes of a server of tools; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct McpServerPatch {
    /// Unique in the organization.
    pub name: Option<ServerName>,
    /// Where it is: of one that is reached over HTTP.
    pub url: Option<ServerUrl>,
    /// Sent with every request, in place of all that were; of one that is reached over HTTP.
    pub headers: Option<Vec<Header>>,
    /// The program: of one that is a process.
    pub command: Option<Command>,
    /// Its arguments: of one that is a process.
    pub args: Option<Vec<Argument>>,
    /// How long one call may take.
    pub timeout: Option<CallTimeout>,
    /// Whether its tools are offered at all.
    pub enabled: Option<bool>,
    /// Tools without side effects. In order, each once.
    pub read_only_tools: Option<Vec<ToolName>>,
}

impl Application {
    /// Changes a server of tools. Where it leads elsewhere, what was accepted of its tools is forgotten: they are seen for the
    /// first time again.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin; [`Error::Invalid`] if it may not be reached this way, for
    /// what belongs to the other transport, or if its headers would be sent somewhere else;
    /// [`Conflict::NameTaken`]; [`Error::PreconditionFailed`].
    pub async fn update_mcp_server(
        &self,
        caller: &Caller,
        id: McpServerId,
        expected: Expected,
        patch: McpServerPatch,
    ) -> Result<McpServer, Error> {
        for _ in 0..TRIES {
            let before = self.mcp_server(caller, id).await?;
            expected.check(before.version)?;
            let transport = self.changed_transport(&before, &patch)?;
            if transport != before.transport {
                self.check_transport(&transport).await?;
            }
            let leads_elsewhere = !transport.leads_to_the_same_as(&before.transport);
            let patch = patch.clone();
            let server = McpServer {
                name: patch.name.unwrap_or(before.name),
                transport,
                timeout: patch.timeout.unwrap_or(before.timeout),
                enabled: patch.enabled.unwrap_or(before.enabled),
                read_only_tools: patch.read_only_tools.unwrap_or(before.read_only_tools),
                version: before.version + 1,
                updated_at: self.clock.now(),
                ..before
            };
            let mut changes = vec![
                Change::McpServer(McpServerChange::Update(server.clone())),
                self.tools_audit(caller, "mcp_server.updated", id),
            ];
            if leads_elsewhere {
                let organization = caller.organization;
                let nothing = McpServerChange::AcceptOnly { server: id, organization, tools: Vec::new() };
                changes.push(Change::McpServer(nothing));
            }
            let guards =
                vec![caller.still(OrganizationRole::Admin), Guard::Version(Versioned::McpServer(id), before.version)];
            match self.commit(Commit { guards, changes, ..Commit::default() }).await {
                Ok(_) => return Ok(server),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    fn changed_transport(&self, server: &McpServer, patch: &McpServerPatch) -> Result<Transport, Error> {
        let McpServerPatch { url, headers, command, args, .. } = patch;
        let of_the_other = match &server.transport {
            Transport::Http { .. } => [command.as_ref().map(|_| "command"), args.as_ref().map(|_| "args")],
            Transport::Stdio { .. } => [url.as_ref().map(|_| "url"), headers.as_ref().map(|_| "headers")],
        };
        if let Some(field) = of_the_other.into_iter().flatten().next() {
            return Err(Error::invalid(field, Invalid::new("belongs to servers of the other transport")));
        }
        match &server.transport {
            Transport::Http { url: before, headers: sealed } => {
                let url = url.as_ref().unwrap_or(before).clone();
                let sealed = match headers {
                    Some(headers) => self.header_seals.seal(server.organization_id, server.id, headers)?,
                    // Nobody gets to see them by leading them to a server of their own.
                    None if sealed.is_some() && !url.has_origin_of(before) => {
                        let problem = "must be given anew, or null, where the URL leads to another host";
                        return Err(Error::invalid("headers", Invalid::new(problem)));
                    }
                    None => sealed.clone(),
                };
                Ok(Transport::Http { url, headers: sealed })
            }
            Transport::Stdio { command: program, args: arguments } => Ok(Transport::Stdio {
                command: command.as_ref().unwrap_or(program).clone(),
                args: args.as_ref().unwrap_or(arguments).clone(),
            }),
        }
    }
}
