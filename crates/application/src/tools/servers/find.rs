use stead_domain::{
    McpServerId,
    mcp_server::McpServer,
    page::{Page, Slice},
};

use super::admins_only;
use crate::{Application, Caller, Error};

impl Application {
    /// A server of tools.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin.
    pub async fn mcp_server(&self, caller: &Caller, id: McpServerId) -> Result<McpServer, Error> {
        let server = self.mcp_server_of(caller, id).await?;
        admins_only(caller)?;
        Ok(server)
    }

    /// The organization's servers of tools.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who is no admin.
    pub async fn mcp_servers(&self, caller: &Caller, page: Page) -> Result<Slice<McpServer>, Error> {
        admins_only(caller)?;
        Ok(self.store.list_mcp_servers(caller.organization, page).await?)
    }
}
