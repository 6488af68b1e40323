//! `stead healthcheck`: whether the server of this configuration is ready, for container runtimes.

use std::{
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use anyhow::{Context, bail, ensure};

use crate::config::Config;

/// Less than container runtimes wait.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks `/readyz` and says what it answered.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let port = config.server.port;
    ensure!(port != 0, "server.port is 0: which port was taken is not known");
    let host = reachable(&config.server.host);
    let mut addresses = (host.as_str(), port).to_socket_addrs().with_context(|| format!("{host} has no address"))?;
    let address = addresses.next().with_context(|| format!("{host} has no address"))?;
    let status = ask(address, "/readyz")?;
    if status == 200 { Ok(()) } else { bail!("{address} is not ready: it answered {status}") }
}

/// A server that listens everywhere is asked here.
fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(any)) if any.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        Ok(IpAddr::V6(any)) if any.is_unspecified() => Ipv6Addr::LOCALHOST.to_string(),
        Ok(_) | Err(_) => host.to_owned(),
    }
}

/// What a server answers a GET of this path with.
pub fn ask(address: SocketAddr, path: &str) -> anyhow::Result<u16> {
    let connected = TcpStream::connect_timeout(&address, PATIENCE);
    let mut stream = connected.with_context(|| format!("no answer from {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).context("it does not answer")?;
    let status = line.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    status.context("it answered with something other than HTTP")
}
