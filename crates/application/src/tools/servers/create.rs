use stead_domain::{
    McpServerId,
    mcp_server::{CallTimeout, McpServer, ServerName, ToolName, Transport},
    ports::store::{Change, Commit, Committed, McpServerChange},
    user::OrganizationRole,
};

use super::{NewEndpoint, admins_only};
use crate::{
    Application, Caller, Error, Made,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// A server of tools to be registered.
#[derive(Debug, Clone)]
pub struct NewMcpServer {
    /// Unique in the organization.
    pub name: ServerName,
    /// How it is reached.
    pub endpoint: NewEndpoint,
    /// How long one call may take.
    pub timeout: CallTimeout,
    /// Whether its tools are offered at all.
    pub enabled: bool,
    /// Tools without side effects. In order, each once.
    pub read_only_tools: Vec<ToolName>,
}

impl Application {
    /// Registers a server of tools.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who is no admin; [`Error::Invalid`] if it may not be reached this way;
    /// [`Conflict::NameTaken`](crate::Conflict::NameTaken).
    pub async fn create_mcp_server(
        &self,
        caller: &Caller,
        new: NewMcpServer,
        request: Option<KeyedRequest>,
    ) -> Result<Made<McpServer>, Error> {
        let request = request.map(|request| self.header_seals.veiled(request));
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.registered_before(caller, McpServerId::new(made)).await;
        }
        admins_only(caller)?;
        let (id, now) = (McpServerId::new(self.ids.next()), self.clock.now());
        let transport = match new.endpoint {
            NewEndpoint::Http { url, headers } => {
                Transport::Http { url, headers: self.header_seals.seal(caller.organization, id, &headers)? }
            }
            NewEndpoint::Stdio { command, args } => Transport::Stdio { command, args },
        };
        self.check_transport(&transport).await?;
        let server = McpServer {
            id,
            organization_id: caller.organization,
            name: new.name,
            transport,
            timeout: new.timeout,
            enabled: new.enabled,
            read_only_tools: new.read_only_tools,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), id),
            guards: vec![caller.still(OrganizationRole::Admin)],
            changes: vec![
                Change::McpServer(McpServerChange::Insert(server.clone())),
                self.tools_audit(caller, "mcp_server.created", id),
            ],
            ..Commit::default()
        };
        match (self.commit(commit).await?, request) {
            (Committed::Done(_), _) => Ok(Made { value: server, replayed: false }),
            (Committed::Replayed(record), Some(request)) => {
                self.registered_before(caller, McpServerId::new(same_request(&request, &record)?)).await
            }
            (Committed::Replayed(_), None) => Err(replayed_without_key()),
        }
    }

    async fn registered_before(&self, caller: &Caller, id: McpServerId) -> Result<Made<McpServer>, Error> {
        Ok(Made { value: self.mcp_server(caller, id).await?, replayed: true })
    }
}
