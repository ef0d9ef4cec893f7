//! Learners at rest, between requests.

use std::sync::{Mutex, PoisonError};

use super::Learner;

/// Learners that nobody uses at the moment, the one used last on top.
#[derive(Debug)]
pub struct Learners {
    resting: Mutex<Vec<Learner>>,
    most: usize,
}

impl Learners {
    /// Room for so many; more are forgotten after their use.
    pub fn new(most: usize) -> Self {
        Self {
            resting: Mutex::default(),
            most,
        }
    }

    /// Does a piece of work with one of them.
    pub fn lend<T>(&self, work: impl FnOnce(&mut Learner) -> T) -> T {
        let resting = || self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut learner = resting().pop().unwrap_or_default();
        let outcome = work(&mut learner);
        let mut resting = resting();
        if resting.len() < self.most {
            resting.push(learner);
        }
        outcome
    }
}
