//! Tells UUIDs in their usual spelling from all other texts, many bytes at a time: every value of a column is looked
//! at.

/// Length of the text.
pub const LENGTH: usize = 36;

/// Where the dashes are.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// One where a dash has to be.
const IS_DASH: [u8; LENGTH] = {
    let mut places = [0; LENGTH];
    let mut at = 0;
    while at < DASHES.len() {
        places[DASHES[at]] = 1;
        at += 1;
    }
    places
};

/// How the letters among the digits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Or there are none.
    Lower,
    Upper,
}

/// The case of a text that is a UUID in one case.
pub fn case(text: &[u8]) -> Option<Case> {
    let bytes = <&[u8; LENGTH]>::try_from(text).ok()?;
    // Without a branch, so that it is done for many bytes at once.
    let (mut wrong, mut lower, mut upper) = (0, 0, 0);
    for (byte, dash) in bytes.iter().zip(IS_DASH) {
        let is_digit = u8::from(byte.wrapping_sub(b'0') < 10);
        let is_lower = u8::from(byte.wrapping_sub(b'a') < 6);
        let is_upper = u8::from(byte.wrapping_sub(b'A') < 6);
        let is_dash = u8::from(*byte == b'-');
        wrong |= (is_digit | is_lower | is_upper) ^ dash ^ 1;
        wrong |= is_dash ^ dash;
        lower |= is_lower;
        upper |= is_upper;
    }
    match (wrong | (lower & upper), upper) {
        (0, 0) => Some(Case::Lower),
        (0, _) => Some(Case::Upper),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_told_from_what_looks_like_them() {
        let lower = b"550e8400-e29b-41d4-a716-446655440000";
        let upper = b"550E8400-E29B-41D4-A716-446655440000";
        let digits = b"55008400-0290-4104-0716-446655440000";
        assert_eq!(case(lower), Some(Case::Lower));
        assert_eq!(case(upper), Some(Case::Upper));
        assert_eq!(case(digits), Some(Case::Lower));
        assert_eq!(case(b"550E8400-e29b-41d4-a716-446655440000"), None);
        assert_eq!(case(&lower[..LENGTH - 1]), None);
        for at in 0..LENGTH {
            for byte in 0..=u8::MAX {
                let mut changed = *lower;
                changed[at] = byte;
                let fits = match DASHES.contains(&at) {
                    true => byte == b'-',
                    false => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
                };
                assert_eq!(case(&changed).is_some(), fits, "{byte} at {at}");
            }
        }
    }
}
