//! Finds out whether floats are decimal numbers with few places, which nearly all metrics are.
//!
//! A float is taken for a decimal only when the decimal gives back its very bits.

/// Most decimal places that are looked for: nanoseconds in seconds.
const MAX_PLACES: u8 = 9;
/// Whole numbers up to here are exact as floats.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;
const POWERS: [f64; MAX_PLACES as usize + 1] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// Values as whole numbers of a decimal place, and those that are none.
#[derive(Debug, Default)]
pub struct Decimals {
    pub places: u8,
    /// One for each value; that of an exception is the one before.
    pub whole: Vec<i64>,
    /// Position and bits.
    pub exceptions: Vec<(usize, u64)>,
}

impl Decimals {
    /// Takes the values apart. False when too many of them are no decimals.
    pub fn split(&mut self, values: &[f64]) -> bool {
        // Staleness markers and a few odd values are exceptions; more than that is another kind of data.
        let most = values.len() / 16 + 2;
        self.places = places(values);
        self.whole.clear();
        self.exceptions.clear();
        let mut previous = 0;
        for (position, value) in values.iter().enumerate() {
            match whole(*value, self.places) {
                Some(number) => previous = number,
                None if self.exceptions.len() == most => return false,
                None => self.exceptions.push((position, value.to_bits())),
            }
            self.whole.push(previous);
        }
        true
    }
}

/// The float of a whole number of a decimal place.
pub fn float(whole: i64, places: u8) -> f64 {
    let power = POWERS.get(usize::from(places)).copied().unwrap_or(1.0);
    whole as f64 / power
}

fn whole(value: f64, places: u8) -> Option<i64> {
    let scaled = (value * POWERS[usize::from(places)]).round();
    if scaled.abs() > MAX_WHOLE || !scaled.is_finite() {
        return None;
    }
    let number = scaled as i64;
    (float(number, places).to_bits() == value.to_bits()).then_some(number)
}

/// The places that most values need: as many as the neediest of those that are decimals at all.
fn places(values: &[f64]) -> u8 {
    let mut places = 0;
    for value in values {
        if whole(*value, places).is_none()
            && let Some(more) =
                (places + 1..=MAX_PLACES).find(|more| whole(*value, *more).is_some())
        {
            places = more;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmscope_model::metrics::STALE_NAN;

    #[test]
    fn decimals_are_found_and_others_are_exceptions() {
        let mut decimals = Decimals::default();
        assert!(decimals.split(&[1.5, 2.25, 3.0, STALE_NAN, -0.01]));
        assert_eq!(decimals.places, 2);
        assert_eq!(decimals.whole, [150, 225, 300, 300, -1]);
        assert_eq!(decimals.exceptions, [(3, STALE_NAN.to_bits())]);
        assert!(decimals.split(&[-0.0, 1e300, 1.0, 2.0]));
        assert_eq!(decimals.exceptions.len(), 2);
        let thirds: Vec<f64> = (1..100).map(|n| f64::from(n) / 3.0 + 0.1).collect();
        assert!(!decimals.split(&thirds));
    }
}
