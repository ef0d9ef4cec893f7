//! Addresses of networks: one, a block of them, or a range, compared as numbers and not as text.

use std::net::{IpAddr, Ipv6Addr};

/// An address between two others.
#[derive(Debug)]
pub struct AddressTest {
    first: Ipv6Addr,
    last: Ipv6Addr,
}

impl AddressTest {
    pub(super) fn new(first: IpAddr, last: IpAddr) -> Self {
        Self {
            first: mapped(first),
            last: mapped(last),
        }
    }

    pub(super) fn text(&self, text: &str) -> bool {
        let address = text.trim().parse().map(mapped);
        address.is_ok_and(|address| self.first <= address && address <= self.last)
    }
}

/// Version 4 in version 6, where both have one order.
fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_compare_as_numbers_in_either_version() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let test = AddressTest::new(address("9.0.0.0"), address("10.0.0.255"));
        assert!(test.text("10.0.0.7") && test.text("::ffff:10.0.0.7"));
        assert!(!test.text("10.0.1.0") && !test.text("2001:db8::1") && !test.text("nova"));
    }
}
