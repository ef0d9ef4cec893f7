//! Numbers without a pattern, the same on every machine.

/// What numbers are drawn for, so that two purposes never share them.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    Event = 1,
    Message,
    Time,
    Correlation,
    Task,
    Agent,
    Interleaving,
    Neighbours,
    Topic,
    Template,
    Question,
}

/// splitmix64 (Steele, Lea, Flood 2014), started at a place of its own for every purpose and number.
#[derive(Debug, Clone)]
pub struct Draws(u64);

impl Draws {
    /// The numbers for one purpose and one event, task or template.
    pub fn of(seed: u64, stream: Stream, number: u64) -> Self {
        Self(mix(mix(seed ^ ((stream as u64) << 56)) ^ number))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is small against 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of them; the first ones more often than the last ones.
    pub fn skewed(&mut self, bound: u64) -> u64 {
        self.below(bound).min(self.below(bound))
    }

    /// One of them.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// The finaliser of splitmix64: a bijection.
fn mix(mut mixed: u64) -> u64 {
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
