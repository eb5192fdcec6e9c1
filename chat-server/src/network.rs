//! What counts as one address: whoever has one usually has all of it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 address, or the /64 of an IPv6 address: a household gets that many at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Network {
    /// A /32.
    V4(Ipv4Addr),
    /// The first four groups.
    V6([u16; 4]),
}

impl Network {
    /// The one that `peer` belongs to. An IPv4 address that arrived on an IPv6 socket is one of IPv4.
    pub(crate) fn of(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            // The machine itself, however it is spelled.
            IpAddr::V6(Ipv6Addr::LOCALHOST) => Self::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }

    /// Whether it is the server's own machine.
    pub(crate) fn is_loopback(self) -> bool {
        matches!(self, Self::V4(address) if address.is_loopback())
    }
}

/// As it is shown.
impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shown = String::deserialize(deserializer)?;
        let (address, _) = shown.split_once('/').ok_or_else(|| de::Error::custom("an address without its length"))?;
        address.parse().map(Self::of).map_err(de::Error::custom)
    }
}

impl Display for Network {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(address) => write!(out, "{address}/32"),
            Self::V6([a, b, c, d]) => write!(out, "{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_what_one_household_has() {
        let cases = [
            ("192.0.2.1", "192.0.2.1/32"),
            ("::ffff:192.0.2.1", "192.0.2.1/32"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ];
        for (peer, network) in cases {
            let address = Network::of(peer.parse().expect("an address"));
            assert_eq!(address.to_string(), network);
            let kept = serde_json::to_string(&address).expect("a text");
            assert_eq!(serde_json::from_str::<Network>(&kept).expect("an address"), address);
        }
    }

    #[test]
    fn the_machine_itself_is_known_in_every_spelling() {
        let network = |peer: &str| Network::of(peer.parse().expect("an address"));

        assert!(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].iter().all(|peer| network(peer).is_loopback()));
        assert!(!["192.0.2.7", "::2", "2001:db8::1"].iter().any(|peer| network(peer).is_loopback()));
    }
}
