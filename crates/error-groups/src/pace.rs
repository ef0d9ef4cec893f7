//! When the next look is due: at once while there is more, soon after errors, ever later while there are
//! none, and patiently while a store does not answer.

use std::time::Duration;

use swarmscope_model::limits::{
    FOLLOWER_LONGEST_PAUSE, FOLLOWER_LONGEST_RETRY, FOLLOWER_PAUSE, FOLLOWER_RETRY,
};

/// Longest rest between two full pages: a catch-up leaves half a processor to others.
const LONGEST_REST: Duration = Duration::from_millis(50);

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// There is more to read.
    More,
    /// Errors were read, and no more are there.
    Errors,
    Nothing,
    /// A store did not answer.
    Failed,
}

/// The waits so far.
#[derive(Debug)]
pub struct Pace {
    pause: Duration,
    retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pause: FOLLOWER_PAUSE,
            retry: FOLLOWER_RETRY,
        }
    }
}

impl Pace {
    /// How long to wait after this look, which took so long.
    pub fn after(&mut self, look: Look, took: Duration) -> Duration {
        if look == Look::Failed {
            let wait = self.retry;
            self.retry = (wait * 2).min(FOLLOWER_LONGEST_RETRY);
            return wait;
        }
        self.retry = FOLLOWER_RETRY;
        match look {
            Look::More => return took.min(LONGEST_REST),
            Look::Nothing => self.pause = (self.pause * 2).min(FOLLOWER_LONGEST_PAUSE),
            Look::Errors | Look::Failed => self.pause = FOLLOWER_PAUSE,
        }
        self.pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_while_there_is_nothing_and_while_nobody_answers() {
        let mut pace = Pace::default();
        let mut after = |look| pace.after(look, Duration::from_secs(1));
        assert_eq!(after(Look::Errors), FOLLOWER_PAUSE);
        assert_eq!(after(Look::Nothing), FOLLOWER_PAUSE * 2);
        for _ in 0..5 {
            after(Look::Nothing);
        }
        assert_eq!(after(Look::Nothing), FOLLOWER_LONGEST_PAUSE);
        assert_eq!(after(Look::Errors), FOLLOWER_PAUSE);
        assert_eq!(after(Look::Failed), FOLLOWER_RETRY);
        for _ in 0..10 {
            after(Look::Failed);
        }
        assert_eq!(after(Look::Failed), FOLLOWER_LONGEST_RETRY);
        assert_eq!(after(Look::More), LONGEST_REST);
        assert_eq!(after(Look::Failed), FOLLOWER_RETRY);
    }
}
