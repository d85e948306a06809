//! A port of this machine that is kept free until a container takes it.

use std::net::{IpAddr, SocketAddr, TcpListener};

use super::OperationError;

/// A reserved port. Dropping it frees the port for the container that is about to be started.
#[derive(Debug)]
pub(super) struct HostPort {
    port: u16,
    held: Option<TcpListener>,
}

impl HostPort {
    /// Reserves `wanted`, or any free port.
    ///
    /// The engine of another machine has ports of its own: there, a wanted port is taken at its word and
    /// a free one is drawn from those that Linux hands out by itself.
    pub(super) fn reserve(
        host: IpAddr,
        wanted: Option<u16>,
        engine_is_local: bool,
    ) -> Result<Self, OperationError> {
        if !engine_is_local {
            return Ok(Self {
                port: wanted.unwrap_or_else(|| rand::random_range(32_768..=60_999)),
                held: None,
            });
        }
        match TcpListener::bind(SocketAddr::new(host, wanted.unwrap_or(0))) {
            Ok(listener) => {
                let port = listener
                    .local_addr()
                    .map_or(wanted.unwrap_or(0), |address| address.port());
                Ok(Self {
                    port,
                    held: Some(listener),
                })
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                Err(OperationError::PortTaken {
                    port: wanted.unwrap_or(0),
                    by: None,
                })
            }
            // This user may not bind it (a port below 1024), or the address is the engine's and not ours:
            // the engine will say.
            Err(_) => Ok(Self {
                port: wanted.unwrap_or_else(|| rand::random_range(32_768..=60_999)),
                held: None,
            }),
        }
    }

    /// Its number.
    pub(super) fn number(&self) -> u16 {
        self.port
    }

    /// Frees it for the container.
    pub(super) fn release(self) {
        drop(self.held);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_taken_port_is_refused_and_a_released_one_is_free() {
        let first = HostPort::reserve(LOOPBACK, None, true).unwrap();
        let port = first.number();
        assert!(matches!(
            HostPort::reserve(LOOPBACK, Some(port), true),
            Err(OperationError::PortTaken { port: taken, by: None }) if taken == port
        ));
        first.release();
        assert_eq!(
            HostPort::reserve(LOOPBACK, Some(port), true)
                .unwrap()
                .number(),
            port
        );
    }
}
