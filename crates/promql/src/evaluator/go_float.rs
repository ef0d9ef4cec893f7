//! Floats as Prometheus writes them in labels that stand for numbers, and roughly in messages.

use swarmscope_model::metrics::float::general;

/// As OpenMetrics has it: whole numbers end in `.0`.
pub(crate) fn open_metrics(value: f64) -> String {
    let text = general(value);
    if !value.is_finite() || text.contains(['e', '.']) {
        return text;
    }
    if value == 0.0 {
        // Zero has no sign there.
        return "0.0".to_owned();
    }
    text + ".0"
}

/// At most two digits: Go's `%.2g`.
pub(crate) fn two_digits(value: f64) -> String {
    if !value.is_finite() {
        return general(value);
    }
    let scientific = format!("{value:.1e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let mantissa = mantissa.trim_end_matches(".0");
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..2).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => scientific.parse::<f64>().map_or(scientific, general),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_prometheus() {
        for (value, shown) in [
            (0.5, "0.5"),
            (1.0, "1.0"),
            (0.0, "0.0"),
            (1e10, "1e+10"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(open_metrics(value), shown);
        }
        for (value, shown) in [
            (0.0, "0"),
            (12.345, "12"),
            (1.25e-7, "1.2e-07"),
            (100.0, "1e+02"),
            (0.25, "0.25"),
        ] {
            assert_eq!(two_digits(value), shown);
        }
    }
}
