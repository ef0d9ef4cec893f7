//! `MovingFunctions.*`: one number from those of a window.

/// A function of a window, and the further numbers that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovingFunction {
    Max,
    Min,
    Sum,
    UnweightedAverage,
    LinearWeightedAverage,
    StandardDeviation,
    Ewma,
    Holt,
}

impl MovingFunction {
    /// The function of that name with so many numbers behind the window.
    pub fn named(name: &str, numbers: usize) -> Option<Self> {
        Some(match (name, numbers) {
            ("max", 0) => Self::Max,
            ("min", 0) => Self::Min,
            ("sum", 0) => Self::Sum,
            ("unweightedAvg", 0) => Self::UnweightedAverage,
            ("linearWeightedAvg", 0) => Self::LinearWeightedAverage,
            ("stdDev", 1) => Self::StandardDeviation,
            ("ewma", 1) => Self::Ewma,
            ("holt", 2) => Self::Holt,
            _ => return None,
        })
    }

    /// The result; what is no number in the window is passed over.
    pub fn apply(self, window: &[f64], numbers: &[f64]) -> f64 {
        let known = window.iter().copied().filter(|number| !number.is_nan());
        let number = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
        match self {
            Self::Max => known.reduce(f64::max).unwrap_or(f64::NAN),
            Self::Min => known.reduce(f64::min).unwrap_or(f64::NAN),
            Self::Sum => known.fold(0.0, |sum, number| sum + number),
            Self::UnweightedAverage => {
                let (mut sum, mut count) = (0.0, 0_u32);
                for number in known {
                    (sum, count) = (sum + number, count + 1);
                }
                sum / f64::from(count)
            }
            Self::LinearWeightedAverage => linear(known),
            Self::StandardDeviation => {
                let average = number(0);
                let (mut sum, mut count) = (0.0, 0_u32);
                for number in known {
                    (sum, count) = (sum + (number - average).powi(2), count + 1);
                }
                (sum / f64::from(count)).sqrt()
            }
            Self::Ewma => {
                let alpha = number(0);
                let mixed =
                    known.reduce(|average, number| number * alpha + average * (1.0 - alpha));
                mixed.unwrap_or(f64::NAN)
            }
            Self::Holt => holt(known, number(0), number(1)),
        }
    }
}

/// Later numbers weigh more. The weights begin at one in their sum as well.
fn linear(known: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut total, mut weight) = (0.0, 1.0, 1.0);
    for number in known {
        sum += number * weight;
        total += weight;
        weight += 1.0;
    }
    if weight == 1.0 { f64::NAN } else { sum / total }
}

/// Level and trend, each smoothed; the first trend is none.
fn holt(known: impl Iterator<Item = f64>, alpha: f64, beta: f64) -> f64 {
    let mut last: Option<(f64, f64)> = None;
    for number in known {
        last = Some(match last {
            None => (number, 0.0),
            Some((level, trend)) => {
                let next = alpha * number + (1.0 - alpha) * (level + trend);
                (next, beta * (next - level) + (1.0 - beta) * trend)
            }
        });
    }
    last.map_or(f64::NAN, |(level, _)| level)
}
