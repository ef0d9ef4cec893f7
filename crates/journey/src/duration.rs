//! Durations as a person says them.

/// `250 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn human(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    // Rounded first, so that 59.96 s is a minute and not "60.0 s".
    let seconds = (milliseconds + 500) / 1_000;
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..59_950 => {
            let tenths = (milliseconds + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        59_950..3_599_500 => two(seconds, 60, "min", "s"),
        3_599_500..86_370_000 => two((seconds + 30) / 60, 60, "h", "min"),
        _ => two((seconds + 1_800) / 3_600, 24, "d", "h"),
    }
}

fn two(amount: i64, per: i64, large: &str, small: &str) -> String {
    match (amount / per, amount % per) {
        (whole, 0) => format!("{whole} {large}"),
        (whole, rest) => format!("{whole} {large} {rest} {small}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_at_most_and_never_sixty_of_one() {
        let said = [
            -5,
            0,
            999,
            1_000,
            4_180,
            59_949,
            59_950,
            200_000,
            3_599_499,
            3_599_500,
            86_400_000,
            273_600_000,
        ]
        .map(human);
        assert_eq!(
            said,
            [
                "0 ms",
                "0 ms",
                "999 ms",
                "1.0 s",
                "4.2 s",
                "59.9 s",
                "1 min",
                "3 min 20 s",
                "59 min 59 s",
                "1 h",
                "1 d",
                "3 d 4 h"
            ]
        );
    }
}
