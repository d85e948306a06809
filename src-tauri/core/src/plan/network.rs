//! The network of a cluster: what the engine told of it, and which container gets which address.

use std::{fmt, net::Ipv4Addr, str::FromStr};

/// A cluster's network, as the engine made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its name.
    pub name: String,
    /// The engine's id of it.
    pub id: String,
    /// Its IPv4 subnet.
    pub subnet: String,
    /// The address of the host on it.
    pub gateway: String,
    /// Whether containers get fixed addresses.
    pub fixed_addresses: bool,
}

/// An IPv4 subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    base: u32,
    prefix: u8,
}

/// The text is no IPv4 subnet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IPv4 subnet")]
pub struct NotASubnet(String);

impl Subnet {
    /// The address that Docker gives the host: the first.
    pub fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::from(self.base + 1)
    }

    /// The upper half: what Docker may hand out, so that it never takes a fixed address that is free
    /// for a moment because its container is stopped.
    pub fn dynamic_half(self) -> Self {
        Self {
            base: self.base + (1 << (31 - self.prefix)),
            prefix: self.prefix + 1,
        }
    }

    /// Whether its lower half has room for `count` fixed addresses.
    pub fn has_room(self, count: u32) -> bool {
        self.prefix <= 28 && count + FIRST_FIXED < 1 << (31 - self.prefix)
    }
}

impl FromStr for Subnet {
    type Err = NotASubnet;

    fn from_str(text: &str) -> Result<Self, NotASubnet> {
        let parse = || {
            let (address, prefix) = text.split_once('/')?;
            let address: Ipv4Addr = address.parse().ok()?;
            let prefix: u8 = prefix
                .parse()
                .ok()
                .filter(|prefix| (1..=30).contains(prefix))?;
            Some(Self {
                base: u32::from(address) & (u32::MAX << (32 - prefix)),
                prefix,
            })
        };
        parse().ok_or_else(|| NotASubnet(text.to_owned()))
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.base), self.prefix)
    }
}

/// The first fixed address is the subnet's third: the first is the gateway's, the second k3d keeps for
/// its tools container.
const FIRST_FIXED: u32 = 3;

impl NetworkFacts {
    /// The fixed address of the cluster's `index`th container (servers, then agents, then load balancer).
    ///
    /// Clusters with etcd need one: a member is known by its address, and Docker hands out addresses anew
    /// after every restart, in any order.
    pub fn address(&self, index: u32) -> Option<Ipv4Addr> {
        let subnet: Subnet = self.fixed_addresses.then(|| self.subnet.parse().ok())??;
        Some(Ipv4Addr::from(subnet.base + FIRST_FIXED + index))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn fixed_addresses_lie_in_the_half_that_docker_does_not_hand_out() {
        let subnet: Subnet = "192.168.112.0/20".parse().unwrap();
        assert_eq!(subnet.to_string(), "192.168.112.0/20");
        assert_eq!(subnet.gateway().to_string(), "192.168.112.1");
        assert_eq!(subnet.dynamic_half().to_string(), "192.168.120.0/21");
        assert!(subnet.has_room(100));
        assert!(!"10.0.0.0/28".parse::<Subnet>().unwrap().has_room(5));
        let network = NetworkFacts {
            name: "k3d-dev".into(),
            id: "0a".into(),
            subnet: "192.168.112.0/20".into(),
            gateway: "192.168.112.1".into(),
            fixed_addresses: true,
        };
        assert_eq!(network.address(0), Some(Ipv4Addr::new(192, 168, 112, 3)));
        assert_eq!(network.address(2), Some(Ipv4Addr::new(192, 168, 112, 5)));
        assert_eq!(
            NetworkFacts {
                fixed_addresses: false,
                ..network
            }
            .address(0),
            None
        );
    }

    #[test]
    fn what_is_no_subnet_is_refused() {
        for text in ["", "10.0.0.0", "10.0.0.0/31", "fd00::/64", "invalid Prefix"] {
            assert_eq!(text.parse::<Subnet>(), Err(NotASubnet(text.into())));
        }
    }
}
