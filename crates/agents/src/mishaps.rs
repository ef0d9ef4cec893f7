//! Failures on purpose, in the three classes and their usual proportions. Drawn from a seed, so that
//! a run can be repeated.

use rand::RngExt;
use rand::rngs::StdRng;
use swarmscope_sdk::TaskError;

/// How often, of 1, a task fails in each class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mishaps {
    pub transient: f64,
    pub permanent: f64,
    pub unexpected: f64,
}

impl Default for Mishaps {
    fn default() -> Self {
        Self {
            transient: 0.08,
            permanent: 0.02,
            unexpected: 0.01,
        }
    }
}

impl Mishaps {
    /// No failures on purpose.
    pub const NONE: Self = Self {
        transient: 0.0,
        permanent: 0.0,
        unexpected: 0.0,
    };

    /// What happens to the next task, if anything.
    pub fn draw(&self, random: &mut StdRng) -> Option<Mishap> {
        let lot: f64 = random.random_range(0.0..1.0);
        let variant = random.random_range(0..2_usize);
        if lot < self.transient {
            Some(Mishap::Transient(variant))
        } else if lot < self.transient + self.permanent {
            Some(Mishap::Permanent(variant))
        } else if lot < self.transient + self.permanent + self.unexpected {
            Some(Mishap::Unexpected(variant))
        } else {
            None
        }
    }
}

/// One failure, with which of its class's forms it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    Transient(usize),
    Permanent(usize),
    Unexpected(usize),
}

/// The errors that the demo's mishaps stand for.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("the source did not answer within 2 s")]
    SourceTimeout(#[source] std::io::Error),
    #[error("the language model answered 429 Too Many Requests")]
    RateLimited,
    #[error("the source's licence forbids quoting it")]
    Forbidden,
    #[error("the document is encrypted and there is no key for it")]
    Encrypted,
    #[error("the model's reply has an unbalanced quote")]
    Garbled,
}

impl Mishap {
    /// Lets it happen. Every second unexpected one is a real panic.
    pub fn strike(self) -> TaskError {
        match self {
            Mishap::Transient(0) => TaskError::transient(Cause::SourceTimeout(
                std::io::Error::from(std::io::ErrorKind::TimedOut),
            )),
            Mishap::Transient(_) => TaskError::transient(Cause::RateLimited),
            Mishap::Permanent(0) => TaskError::permanent(Cause::Forbidden),
            Mishap::Permanent(_) => TaskError::permanent(Cause::Encrypted),
            Mishap::Unexpected(0) => panic!("a paragraph of negative length"),
            Mishap::Unexpected(_) => TaskError::unexpected(Cause::Garbled),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use swarmscope_model::state::ErrorClass;

    use super::*;

    #[test]
    fn failures_come_in_their_proportions_and_the_same_for_the_same_seed() {
        let draw = |seed| -> Vec<Option<Mishap>> {
            let mut random = StdRng::seed_from_u64(seed);
            (0..10_000)
                .map(|_| Mishaps::default().draw(&mut random))
                .collect()
        };
        let drawn = draw(7);
        assert_eq!(drawn, draw(7));
        assert_ne!(drawn, draw(8));
        let share = |class: fn(&Mishap) -> bool| {
            drawn
                .iter()
                .flatten()
                .filter(|mishap| class(mishap))
                .count()
        };
        assert!((650..950).contains(&share(|m| matches!(m, Mishap::Transient(_)))));
        assert!((130..270).contains(&share(|m| matches!(m, Mishap::Permanent(_)))));
        assert!((50..150).contains(&share(|m| matches!(m, Mishap::Unexpected(_)))));
        assert_eq!(Mishap::Transient(0).strike().class(), ErrorClass::Transient);
        assert_eq!(Mishap::Permanent(1).strike().class(), ErrorClass::Permanent);
        assert_eq!(
            Mishap::Unexpected(1).strike().class(),
            ErrorClass::Unexpected
        );
    }
}
