//! What the writer and the reader of a page agree on.

/// The first byte of a page whose texts are as they are.
pub const PLAIN: u8 = 0;
/// The first byte of a page whose texts are split into fragments and variables.
pub const SPLIT: u8 = 1;

/// The code of a text that stands as it is among the literals.
pub const LITERAL: u32 = 0;
/// The code of a text whose fragments are spelled out.
pub const SPELLED: u32 = 1;
/// The code of the first template.
pub const FIRST_TEMPLATE: u32 = 2;

const NONE: u32 = u32::MAX;

/// The streams of numbers of a page, one for each fragment that numbers follow, in the order in which
/// templates by their number, and then what is spelled out, name them.
#[derive(Debug)]
pub struct Slots {
    of_fragment: Vec<u32>,
    /// The fragment of each stream.
    fragments: Vec<u32>,
    counts: Vec<u32>,
}

impl Slots {
    /// No streams, with so many fragments in the dictionary.
    pub fn new(fragments: usize) -> Self {
        Self {
            of_fragment: vec![NONE; fragments],
            fragments: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// How many numbers there are.
    pub fn total(&self) -> usize {
        self.counts.iter().map(|count| *count as usize).sum()
    }

    /// Counts more numbers behind a fragment of the dictionary.
    pub fn add(&mut self, fragment: u32, times: u32) {
        let slot = &mut self.of_fragment[fragment as usize];
        if *slot == NONE {
            *slot = self.counts.len() as u32;
            self.fragments.push(fragment);
            self.counts.push(0);
        }
        let count = &mut self.counts[*slot as usize];
        *count = count.saturating_add(times);
    }

    /// The stream of the numbers behind a fragment that was added.
    pub fn of(&self, fragment: u32) -> usize {
        self.of_fragment[fragment as usize] as usize
    }

    /// The fragment that the numbers of each stream follow.
    pub fn into_fragments(self) -> Vec<u32> {
        self.fragments
    }

    /// How many numbers each stream has.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }
}

/// The templates among codes that are below `end`, in order, and how often each occurs.
pub fn used_templates(codes: &[u32], end: u32) -> Option<Vec<(u32, u32)>> {
    let highest = codes.iter().copied().max().unwrap_or(0);
    if highest >= end {
        return None;
    }
    let mut times = vec![0_u32; highest as usize + 1];
    for code in codes {
        times[*code as usize] += 1;
    }
    let templates = (0..).zip(times.into_iter().skip(FIRST_TEMPLATE as usize));
    Some(templates.filter(|(_, times)| *times > 0).collect())
}
