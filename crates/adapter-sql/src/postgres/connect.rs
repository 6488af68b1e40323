//! Connections to Postgres: from the URL to a session with our settings.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::open::OpenError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A statement that hangs, a lock that is not given and a transaction that was forgotten end by themselves.
const SESSION: &str = "SET statement_timeout = '5s'; SET lock_timeout = '2s'; \
                       SET idle_in_transaction_session_timeout = '10s'";

/// What a connection hears beside answers.
type Heard = Result<AsyncMessage, tokio_postgres::Error>;

/// Knows how to reach the database.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`. With `sslmode=require`, `verify-ca` or
    /// `verify-full` the connection is encrypted, and the server's certificate checked as `verify-full` says: against the
    /// authorities in the file `sslrootcert`, or those of the system, and against the host's name. Without, or with
    /// `disable`, `allow` or `prefer`, it is not encrypted.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(OpenError::Url("must begin with postgres://".to_owned()));
        }
        let (url, encryption) = without_encryption(url)?;
        let encrypted = encryption.is_some();
        let mut config: Config = url.parse().map_err(|error| OpenError::Url(format!("is not understood: {error}")))?;
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("stead");
        }
        let tls = encryption.map(|Encryption { authorities }| tls(authorities.as_deref())).transpose()?;
        Ok(Self { config, tls })
    }

    /// A session with our time limits.
    pub(super) async fn session(&self) -> ConnectionResult<AsyncPgConnection> {
        let mut connection = self.unlimited().await?;
        connection.batch_execute(SESSION).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    /// A connection and what it hears: it works as long as that is asked for.
    pub(super) async fn listening(&self) -> Result<(Client, BoxStream<'static, Heard>), tokio_postgres::Error> {
        match &self.tls {
            Some(tls) => {
                let (client, mut connection) = self.config.connect(tls.clone()).await?;
                Ok((client, stream::poll_fn(move |context| connection.poll_message(context)).boxed()))
            }
            None => {
                let (client, mut connection) = self.config.connect(NoTls).await?;
                Ok((client, stream::poll_fn(move |context| connection.poll_message(context)).boxed()))
            }
        }
    }

    /// A session without limits, for migrations.
    pub(super) async fn unlimited(&self) -> ConnectionResult<AsyncPgConnection> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(refused)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(refused)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        }
    }
}

fn refused(error: tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}

/// How a connection is to be encrypted.
struct Encryption {
    /// The file with the authorities that may vouch for the server; not set: the system's.
    authorities: Option<PathBuf>,
}

/// The URL without what it says of encryption, and that.
fn without_encryption(url: &str) -> Result<(String, Option<Encryption>), OpenError> {
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let (ours, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("sslmode=") || pair.starts_with("sslrootcert="));
    let last = |name| ours.iter().rev().find_map(|pair| pair.strip_prefix(name));
    let authorities = last("sslrootcert=").map(file).transpose()?;
    let encryption = match last("sslmode=") {
        None | Some("disable" | "allow" | "prefer") if authorities.is_some() => {
            return Err(OpenError::Url("has an sslrootcert, but no sslmode that encrypts".to_owned()));
        }
        None | Some("disable" | "allow" | "prefer") => None,
        Some("require" | "verify-ca" | "verify-full") => Some(Encryption { authorities }),
        Some(other) => return Err(OpenError::Url(format!("has an unknown sslmode: {other}"))),
    };
    Ok((format!("{base}?{}", others.join("&")), encryption))
}

fn file(written: &str) -> Result<PathBuf, OpenError> {
    match percent_encoding::percent_decode_str(written).decode_utf8() {
        Ok(path) if !path.is_empty() => Ok(PathBuf::from(path.as_ref())),
        _ => Err(OpenError::Url("has an sslrootcert that is no file's name".to_owned())),
    }
}

fn tls(authorities: Option<&Path>) -> Result<MakeRustlsConnect, OpenError> {
    let found = match authorities {
        Some(file) => rustls_native_certs::load_certs_from_paths(Some(file), None),
        None => rustls_native_certs::load_native_certs(),
    };
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of an authority cannot be read");
    }
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(found.certs);
    if trusted == 0 {
        return Err(OpenError::Tls("there are no certificates to trust".into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Tls(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        match Connector::parse(url) {
            Ok(_) => panic!("{url} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_url_without_sslmode_is_not_encrypted() {
        for url in ["postgres://a@b/c", "postgresql://a@b/c?sslmode=prefer", "postgres://a:b@c:1/d?sslmode=disable"] {
            assert!(Connector::parse(url).unwrap().tls.is_none(), "{url}");
        }
    }

    #[test]
    fn other_options_of_the_url_are_kept() {
        let url = "postgres://a@b/c?sslmode=disable&application_name=x&connect_timeout=7";
        let config = Connector::parse(url).unwrap().config;
        assert_eq!(config.get_application_name(), Some("x"));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(7)));
    }

    #[test]
    fn refusals_do_not_repeat_the_password() {
        for url in [
            "mysql://u:hunter2@h/d",
            "postgres://u:hunter2@h/d?sslmode=no",
            "postgres://u:hunter2@h:x/d",
            "postgres://u:hunter2@h/d?sslrootcert=/ca.pem",
            "postgres://u:hunter2@h/d?sslmode=require&sslrootcert=",
            "postgres://u:hunter2@h/d?sslmode=require&sslrootcert=/nowhere/hunter2",
        ] {
            assert!(!refusal(url).contains("hunter2"), "{}", refusal(url));
        }
    }
}
