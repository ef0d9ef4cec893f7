//! Message templates: sentences of common words with places for variables.
//!
//! They are put together from word lists, always the same ones, so that nobody has to read three hundred
//! sentences.

use crate::Events;
use crate::kind::TEMPLATES;
use crate::random::{Draws, Stream};
use crate::timeline::{self, Agent, Place};
use crate::vocabulary::EVENTS_TO_A_PAIR;
use crate::{AGENTS, write};

const VERBS: [&str; 32] = [
    "Accepted",
    "Archived",
    "Assembled",
    "Checked",
    "Claimed",
    "Collected",
    "Compared",
    "Compressed",
    "Dispatched",
    "Embedded",
    "Evaluated",
    "Exported",
    "Fetched",
    "Filtered",
    "Generated",
    "Indexed",
    "Loaded",
    "Merged",
    "Normalised",
    "Parsed",
    "Planned",
    "Published",
    "Queued",
    "Ranked",
    "Received",
    "Resolved",
    "Reviewed",
    "Scored",
    "Stored",
    "Summarised",
    "Translated",
    "Validated",
];
const ADJECTIVES: [&str; 16] = [
    "cached",
    "cold",
    "failed",
    "final",
    "first",
    "incoming",
    "large",
    "partial",
    "pending",
    "previous",
    "primary",
    "ranked",
    "remote",
    "shared",
    "stale",
    "temporary",
];
const NOUNS: [&str; 40] = [
    "answer",
    "article",
    "batch",
    "chapter",
    "chunk",
    "citation",
    "claim",
    "context",
    "corpus",
    "dataset",
    "document",
    "draft",
    "embedding",
    "entity",
    "fragment",
    "graph",
    "heading",
    "index",
    "inference",
    "interview",
    "memory",
    "outline",
    "page",
    "paragraph",
    "passage",
    "plan",
    "prompt",
    "quotation",
    "reference",
    "report",
    "response",
    "result",
    "section",
    "sentence",
    "session",
    "shard",
    "source",
    "summary",
    "table",
    "transcript",
];
const PREPOSITIONS: [&str; 12] = [
    "after", "against", "before", "behind", "by", "for", "from", "into", "of", "through", "under",
    "with",
];
/// What a variable is announced by.
const LABELS: [&str; 16] = [
    "tokens", "attempt", "offset", "batch", "shard", "version", "step", "bytes", "rows", "window",
    "port", "slot", "epoch", "page", "retry", "size",
];

/// A part of a message.
#[derive(Debug, Clone)]
pub enum Piece {
    Text(String),
    Integer { below: u64 },
    Decimal { thousandths_below: u64 },
    Hex { digits: u32 },
    Address,
    Agent,
    Task,
    RareWord(usize),
}

/// A sentence with places for variables.
#[derive(Debug, Clone)]
pub struct Template(Vec<Piece>);

/// All of them, those of one event type after those of another.
pub fn all() -> Vec<Template> {
    (0..TEMPLATES).map(template).collect()
}

fn template(number: u64) -> Template {
    let mut draws = Draws::of(0, Stream::Template, number);
    let mut sentence = Sentence::default();
    sentence.words(&[draws.pick(&VERBS)]);
    if draws.one_in(4) {
        sentence.words(&[draws.pick(&ADJECTIVES)]);
    }
    sentence.words(&[draws.pick(&NOUNS)]);
    if number.is_multiple_of(EVENTS_TO_A_PAIR) {
        for word in 0..2 {
            sentence.words(&[draws.pick(&PREPOSITIONS), draws.pick(&NOUNS)]);
            sentence.variable(Piece::RareWord(word));
        }
    }
    for variable in 0..2 + draws.below(2) {
        sentence.words(&[draws.pick(&PREPOSITIONS)]);
        // Every other message has a run of hex digits, as hashes and trace ids are.
        let piece = match (variable, number % 2) {
            (0, 1) => Piece::Hex {
                digits: [8, 12, 16, 16][draws.below(4) as usize],
            },
            _ => variable_piece(&mut draws),
        };
        let announced = match piece {
            Piece::Integer { .. } | Piece::Decimal { .. } => draws.pick(&LABELS),
            _ => draws.pick(&NOUNS),
        };
        sentence.words(&[announced]);
        sentence.variable(piece);
    }
    sentence.words(&[draws.pick(&PREPOSITIONS), draws.pick(&NOUNS)]);
    sentence.finish()
}

fn variable_piece(draws: &mut Draws) -> Piece {
    match draws.below(10) {
        0..=4 => Piece::Integer {
            below: [16, 100, 1_000, 10_000, 1_000_000][draws.below(5) as usize],
        },
        5 => Piece::Decimal {
            thousandths_below: 100_000,
        },
        6 => Piece::Address,
        7 => Piece::Agent,
        _ => Piece::Task,
    }
}

/// A template under construction: words with single spaces between.
#[derive(Default)]
struct Sentence {
    pieces: Vec<Piece>,
    text: String,
}

impl Sentence {
    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.space();
            self.text.push_str(word);
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() || !self.pieces.is_empty() {
            self.text.push(' ');
        }
    }

    fn variable(&mut self, piece: Piece) {
        self.space();
        self.pieces
            .push(Piece::Text(std::mem::take(&mut self.text)));
        self.pieces.push(piece);
    }

    fn finish(mut self) -> Template {
        self.pieces.push(Piece::Text(self.text));
        Template(self.pieces)
    }
}

impl Template {
    /// Its parts in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The words around the first rare word, when the sentence has any.
    pub fn around_rare_word(&self) -> Option<(&str, &str)> {
        let at = self
            .0
            .iter()
            .position(|piece| matches!(piece, Piece::RareWord(0)))?;
        match (&self.0[at - 1], self.0.get(at + 1)?) {
            (Piece::Text(before), Piece::Text(after)) => Some((
                before.split_whitespace().next_back()?,
                after.split_whitespace().next()?,
            )),
            _ => None,
        }
    }
}

impl Piece {
    /// Appends it, with this event's value when it is a variable.
    pub fn append(
        &self,
        events: &Events,
        place: Place,
        number: u64,
        draws: &mut Draws,
        line: &mut Vec<u8>,
    ) {
        match self {
            Self::Text(text) => line.extend_from_slice(text.as_bytes()),
            Self::Integer { below } => write::integer(line, draws.below(*below)),
            Self::Decimal { thousandths_below } => {
                write::thousandths(line, draws.below(*thousandths_below));
            }
            Self::Hex { digits } => write::hex(line, draws.bits(), *digits),
            Self::Address => {
                line.extend_from_slice(b"10.0.");
                write::integer(line, draws.below(4));
                line.push(b'.');
                write::integer(line, draws.below(256));
                line.extend_from_slice(b":8080");
            }
            Self::Agent => Agent(draws.below(AGENTS)).write(line),
            Self::Task => write::uuid(line, timeline::task(events.seed, place)),
            Self::RareWord(which) => {
                line.extend_from_slice(events.rare_pair(number)[*which].as_bytes());
            }
        }
    }
}
