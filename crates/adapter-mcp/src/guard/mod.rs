//! Keeps requests to addresses that users give out of private networks.
//!
//! An address is checked twice: what is written in it ([`Guard::check`]), and, for names, what they resolve to at the
//! moment of connecting ([`Guard::http_client`]): only what was checked is connected to, so a name that changes its mind
//! gains nothing. Whoever sends requests to such addresses uses both.

mod address;
mod redirects;
mod resolver;

use std::{net::IpAddr, sync::Arc};

use url::{Host, Url};

pub use address::is_public;
use resolver::{GuardedResolver, resolve};

/// Decides where requests may go.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    allow_private: bool,
}

/// Why a request may not go there.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Blocked {
    /// It is no address of the web.
    #[error("the address must be an http or https URL without a user name or password")]
    NotWeb,
    /// It leads into a private network.
    #[error("the address leads into a private network, which network.allow_private does not allow")]
    Private,
}

impl Guard {
    /// A guard; one that allows private networks still checks that an address is one of the web.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Checks what is written in an address. Every hop needs it: a client does not resolve literals.
    ///
    /// # Errors
    /// [`Blocked`] says why not.
    pub fn check(self, url: &Url) -> Result<(), Blocked> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let Some(host) = url.host().filter(|_| is_web) else { return Err(Blocked::NotWeb) };
        match host {
            Host::Ipv4(address) => self.check_address(address.into()),
            Host::Ipv6(address) => self.check_address(address.into()),
            Host::Domain(_) => Ok(()),
        }
    }

    /// The same, and what its name resolves to now: early advice for a person, no protection. A name that cannot be resolved
    /// is no error.
    ///
    /// # Errors
    /// [`Blocked`] says why not.
    pub async fn check_name(self, url: &Url) -> Result<(), Blocked> {
        self.check(url)?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        match resolve(name, 0).await {
            Ok(addresses) if !addresses.is_empty() && !self.allow_private => {
                let is_public = addresses.iter().any(|address| is_public(address.ip()));
                if is_public { Ok(()) } else { Err(Blocked::Private) }
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// A client that connects to nothing else: names are filtered when they are resolved, redirects stay at their origin,
    /// proxies of the environment do not count. Literals must be checked by [`Guard::check`].
    pub fn http_client(self) -> reqwest::ClientBuilder {
        let client = reqwest::Client::builder().no_proxy().redirect(redirects::within_origin());
        if self.allow_private { client } else { client.dns_resolver(Arc::new(GuardedResolver)) }
    }

    fn check_address(self, address: IpAddr) -> Result<(), Blocked> {
        if self.allow_private || is_public(address) { Ok(()) } else { Err(Blocked::Private) }
    }
}

#[cfg(test)]
mod tests;
