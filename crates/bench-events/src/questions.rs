//! What can be asked about the events: words and ids that certainly occur, others at every repetition.

use crate::random::{Draws, Stream};
use crate::{Events, timeline, write};

/// Fields whose values questions are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    CorrelationId,
    TaskId,
}

impl Events {
    /// An id that occurs, another one for each repetition.
    pub fn id(&self, field: Field, repetition: u64) -> String {
        let place = timeline::place(self.seed, self.any(field as u64, repetition));
        let bits = match field {
            Field::CorrelationId => timeline::correlation(self.seed, place),
            Field::TaskId => timeline::task(self.seed, place),
        };
        let mut text = Vec::with_capacity(36);
        write::uuid(&mut text, bits);
        ascii(text)
    }

    /// Two rare words that some messages have both of, others for each repetition.
    pub fn rare_words(&self, repetition: u64) -> [String; 2] {
        let (number, ..) = self.with_rare_words(repetition);
        self.rare_pair(number)
    }

    /// Three words that stand next to each other in some messages, others for each repetition.
    pub fn phrase(&self, repetition: u64) -> String {
        let (number, before, after) = self.with_rare_words(repetition);
        format!("{before} {} {after}", self.rare_pair(number)[0])
    }

    /// Any event.
    fn any(&self, purpose: u64, repetition: u64) -> u64 {
        Draws::of(self.seed, Stream::Question, purpose << 48 | repetition).below(self.count.max(1))
    }

    /// An event whose message has rare words, and the words around the first of them.
    fn with_rare_words(&self, repetition: u64) -> (u64, &str, &str) {
        let first = self.any(2, repetition);
        // A quarter of all messages have them, so the search ends soon. Only a handful of events can
        // have none; then an answer about an event beyond them is as good as any.
        (first..self.count)
            .chain(0..)
            .find_map(|number| {
                let (before, after) = self.template(number).0.around_rare_word()?;
                Some((number, before, after))
            })
            .unwrap_or_default()
    }
}

fn ascii(text: Vec<u8>) -> String {
    text.into_iter().map(char::from).collect()
}
