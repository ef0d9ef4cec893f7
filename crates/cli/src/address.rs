//! Listening: a clear word when an address is taken, and none but loopback without credentials.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

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

/// How long a port may still be held by the children of a process that was killed. An agent goes on with its task for
/// a grace of three seconds; the rest is for a busy machine.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(8);
/// Between two looks whether it is free.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Looks whether a child will get this address, for a while when it is in use.
///
/// # Errors
/// When it stays in use or cannot be had.
pub async fn check_free_address(address: SocketAddr, flag: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + GIVEN_UP_WITHIN;
    while Instant::now() < deadline && is_in_use(address).await {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    listen(address, flag).await.map(drop)
}

async fn is_in_use(address: SocketAddr) -> bool {
    let bound = TcpListener::bind(address).await;
    bound.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

/// Looks whether a child will get its port on this machine.
///
/// # Errors
/// When it stays in use; the flag is what would make do without the child.
pub async fn check_free(port: u16, child: &str, flag: &str) -> Result<(), Failure> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let deadline = Instant::now() + GIVEN_UP_WITHIN;
    while TcpListener::bind(address).await.is_err() {
        if Instant::now() >= deadline {
            return Err(Failure::with_hint(
                format!("port {port} is in use ({address}), which {child} needs"),
                format!(
                    "stop the program that has it (`ss -ltnp sport = :{port}` names it), or leave out {flag}"
                ),
            ));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
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
