//! Listening: a clear word when an address is taken, and none but loopback without credentials.

use std::io::ErrorKind;
use std::net::SocketAddr;

use swarmscope_api::guard::Credentials;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Refuses an address that strangers reach while nobody has to say who they are.
///
/// # Errors
/// When the address is not loopback and there are no credentials.
pub fn check_exposure(
    address: SocketAddr,
    flag: &str,
    credentials: &Credentials,
) -> Result<(), Failure> {
    if address.ip().is_loopback() || !credentials.is_empty() {
        return Ok(());
    }
    Err(Failure::with_hint(
        format!("{flag} {address} is open to other machines, and there are no credentials"),
        "give credentials (`[credentials]` in the file of `up --config`, --user or --api-key \
         elsewhere), or listen on 127.0.0.1",
    ))
}

/// Takes the address.
///
/// # Errors
/// When it is in use or cannot be had.
pub async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::with_hint(
            format!("port {} is in use ({address})", address.port()),
            format!("stop the program that has it (`ss -ltnp sport = :{}` names it), or choose another with {flag}", address.port()),
        ),
        _ => Failure::with_hint(
            format!("cannot listen on {address}: {error}"),
            format!("choose another address with {flag}"),
        ),
    })
}
