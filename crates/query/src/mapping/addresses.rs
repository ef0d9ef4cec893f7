//! Clauses over addresses: single ones, blocks such as `10.0.0.0/8`, and ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::MappingError;
use super::rewrite::renamed;
use crate::ast::{Bound, Field, Query, Scalar};

/// The first and the last of all addresses.
pub const FIRST: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
pub const LAST: IpAddr = IpAddr::V6(Ipv6Addr::from_bits(u128::MAX));

/// The address behind another, in the order of both versions.
pub fn next(address: IpAddr) -> Option<IpAddr> {
    let next = place(address).checked_add(1)?;
    Some(Ipv6Addr::from(next).into())
}

/// The address before another, in the order of both versions.
pub fn previous(address: IpAddr) -> Option<IpAddr> {
    let previous = place(address).checked_sub(1)?;
    Some(Ipv6Addr::from(previous).into())
}

/// Where an address stands in the order of both versions.
pub fn place(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The clause over a field of addresses.
pub(super) fn addresses(path: &str, leaf: &Query) -> Result<Query, MappingError> {
    Ok(match leaf {
        Query::Match { text, .. } | Query::Text { text, .. } | Query::Phrase { text, .. } => {
            in_block(path, text)?
        }
        Query::Term { value, .. } => in_block(path, &text_of(value))?,
        Query::Terms { values, .. } => {
            let each = values.iter().map(|value| in_block(path, &text_of(value)));
            Query::any_of(each.collect::<Result<_, _>>()?)
        }
        other => renamed(other, path),
    })
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// One address, or all of a block.
fn in_block(path: &str, text: &str) -> Result<Query, MappingError> {
    let (first, last) = block(text)?;
    Ok(between(path, first, last))
}

/// The first and the last address of a block, or one address as both.
///
/// # Errors
/// When it is neither.
pub fn block(text: &str) -> Result<(IpAddr, IpAddr), MappingError> {
    let refused = || MappingError::NoAddress {
        given: text.to_owned(),
    };
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address.trim().parse().map_err(|_| refused())?;
    let bits = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    let kept: u32 = match length {
        "" => bits,
        length => length.parse().map_err(|_| refused())?,
    };
    let free = bits.checked_sub(kept).ok_or_else(refused)?;
    let mask = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    let number = number_of(address);
    Ok((
        of_number(number & !mask, address),
        of_number(number | mask, address),
    ))
}

fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address of this number in the version of another.
fn of_number(number: u128, like: IpAddr) -> IpAddr {
    match (like, u32::try_from(number)) {
        (IpAddr::V4(_), Ok(number)) => Ipv4Addr::from(number).into(),
        (IpAddr::V4(_), Err(_)) => Ipv4Addr::BROADCAST.into(),
        (IpAddr::V6(_), _) => Ipv6Addr::from(number).into(),
    }
}

fn between(path: &str, first: IpAddr, last: IpAddr) -> Query {
    Query::Addresses {
        field: Field::Named(path.to_owned()),
        first,
        last,
    }
}

/// A range over a field of addresses.
pub(super) fn address_range(
    path: &str,
    lower: Option<&Bound>,
    upper: Option<&Bound>,
) -> Result<Query, MappingError> {
    let read = |bound: &Bound| {
        let text = text_of(&bound.value);
        let refused = |_| MappingError::NoAddress {
            given: text.clone(),
        };
        text.trim().parse::<IpAddr>().map_err(refused)
    };
    let first = match lower {
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        Some(bound) => {
            let address = read(bound)?;
            match bound.inclusive {
                true => address,
                false => match number_of(address).checked_add(1) {
                    Some(next) => of_number(next, address),
                    None => return Ok(Query::Nothing),
                },
            }
        }
    };
    let last = match upper {
        None => IpAddr::V6(Ipv6Addr::from(u128::MAX)),
        Some(bound) => {
            let address = read(bound)?;
            match bound.inclusive {
                true => address,
                false => match number_of(address).checked_sub(1) {
                    Some(previous) => of_number(previous, address),
                    None => return Ok(Query::Nothing),
                },
            }
        }
    };
    Ok(between(path, first, last))
}
