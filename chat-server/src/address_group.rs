//! Addresses as they are counted: those that one household or one machine has are one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 address, or the first 64 bits of an IPv6 address: whoever has one of these has them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AddressGroup(IpAddr);

impl AddressGroup {
    /// The group of an address. An IPv4 address is the same however a socket writes it.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(Ipv6Addr::LOCALHOST) => Self(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
        }
    }

    /// Whether it is the server's own machine.
    pub(crate) fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(address: &str) -> AddressGroup {
        AddressGroup::of(address.parse().expect("an address"))
    }

    #[test]
    fn an_address_of_version_4_stands_for_itself_and_64_bits_of_version_6_for_a_household() {
        assert_eq!(group("192.0.2.7"), group("::ffff:192.0.2.7"));
        assert_ne!(group("192.0.2.7"), group("192.0.2.8"));
        assert_eq!(group("2001:db8:1:2::7"), group("2001:db8:1:2:ffff::"));
        assert_ne!(group("2001:db8:1:2::7"), group("2001:db8:1:3::7"));
    }

    #[test]
    fn the_machine_itself_is_known_in_every_spelling() {
        assert!(
            ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].iter().all(|address| group(address).is_loopback())
        );
        assert!(!["192.0.2.7", "::2", "2001:db8::1"].iter().any(|address| group(address).is_loopback()));
    }
}
