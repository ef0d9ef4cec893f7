//! Rare words. They come in pairs that about nine messages share, spread over all the time.

use crate::random::{Draws, Stream};

/// Of so many events one has rare words.
pub const EVENTS_TO_A_PAIR: u64 = 4;
/// Messages that share a pair, on average.
const MESSAGES_OF_A_PAIR: u64 = 9;
/// Pairs that a word is the first or the second of.
const PAIRS_TO_A_WORD: u64 = 3;

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";
/// Syllables of a word, six bits each.
const SYLLABLES: u32 = 4;

/// The words that belong to an event among `count`.
pub fn pair(seed: u64, count: u64, number: u64) -> [String; 2] {
    let pairs = (count / EVENTS_TO_A_PAIR / MESSAGES_OF_A_PAIR).max(1);
    let words = pairs.div_ceil(PAIRS_TO_A_WORD).max(2);
    let pair = Draws::of(seed, Stream::Topic, number).below(pairs);
    let first = pair % words;
    let apart = Draws::of(seed, Stream::Topic, !pair).below(words - 1) + 1;
    [word(first), word((first + apart) % words)]
}

/// Another word for every number below 2^24.
fn word(number: u64) -> String {
    // An odd factor is a bijection, so no two numbers have the same word.
    let mut scrambled = number.wrapping_mul(0x9e_3779) & ((1 << (6 * SYLLABLES)) - 1);
    let mut word = String::with_capacity(2 * SYLLABLES as usize);
    for _ in 0..SYLLABLES {
        word.push(char::from(CONSONANTS[(scrambled & 15) as usize]));
        word.push(char::from(VOWELS[(scrambled >> 4 & 3) as usize]));
        scrambled >>= 6;
    }
    word
}
