//! Any texts come back, their words are told, and no bytes are trusted.

use std::collections::BTreeSet;

use proptest::prelude::*;
use swarmscope_query::analysis::words;
use xxhash_rust::xxh3::xxh3_64;

use bytes::Bytes;

use super::*;
use crate::block::strings::Strings;

/// A column's pages of so many texts, its dictionary, and the hashes of the words of each page.
struct Encoded {
    pages: Vec<Vec<u8>>,
    dictionary: Vec<u8>,
    tokens: Vec<Vec<u32>>,
}

fn encode(texts: &Strings, page: usize, mut encoder: TextEncoder) -> Encoded {
    let mut encoded = Encoded {
        pages: Vec::new(),
        dictionary: Vec::new(),
        tokens: Vec::new(),
    };
    for from in (0..texts.len()).step_by(page) {
        let (mut bytes, mut tokens) = (Vec::new(), Vec::new());
        let range = from..texts.len().min(from + page);
        encoder.page(texts, range, &mut bytes, &mut tokens);
        encoded.pages.push(bytes);
        encoded.tokens.push(tokens);
    }
    encoder.finish(&mut encoded.dictionary);
    encoded
}

fn open(page: &[u8]) -> Option<TextPage> {
    TextPage::take(Bytes::copy_from_slice(page))
}

impl Encoded {
    fn bytes(&self) -> usize {
        self.pages.iter().map(Vec::len).sum::<usize>() + self.dictionary.len()
    }
}

/// Encodes, decodes in both ways, and compares; gives the bytes that were needed.
fn round(texts: &Strings, page: usize) -> usize {
    let encoded = encode(texts, page, TextEncoder::new());
    let without_words = encode(texts, page, TextEncoder::without_words());
    assert_eq!(without_words.pages, encoded.pages);
    assert_eq!(without_words.dictionary, encoded.dictionary);
    assert!(without_words.tokens.iter().all(Vec::is_empty));
    let dictionary = TextDictionary::decode(&encoded.dictionary).expect("a dictionary");
    for (number, bytes) in encoded.pages.iter().enumerate() {
        let from = number * page;
        let own: Strings = (from..texts.len().min(from + page))
            .map(|at| texts.get(at))
            .collect();
        assert_eq!(decode_page(bytes, &dictionary), Some(own.clone()));
        let wanted: Vec<u32> = (0..own.len() as u32)
            .filter(|at| at % 3 == 1 || at % 7 == 0)
            .collect();
        let some: Strings = wanted.iter().map(|at| own.get(*at as usize)).collect();
        let page = open(bytes).expect("a page");
        assert_eq!(page.some(&dictionary, &wanted), Some(some));
        assert_eq!(page.some(&dictionary, &[own.len() as u32]), None);
        finds(&page, &dictionary, &own);
        let expected: BTreeSet<u32> = own
            .iter()
            .flat_map(words)
            .map(|word| xxh3_64(word.as_bytes()) as u32)
            .collect();
        let given: BTreeSet<u32> = encoded.tokens[number].iter().copied().collect();
        assert_eq!(given, expected);
    }
    encoded.bytes()
}

/// Looks for words of a page's texts, alone and two at a time: every text that has them is among those that
/// are given, and those are as they were.
fn finds(page: &TextPage, dictionary: &TextDictionary, own: &Strings) {
    let of_texts: Vec<BTreeSet<String>> = own
        .iter()
        .map(|text| words(text).map(|word| word.into_owned()).collect())
        .collect();
    let all: BTreeSet<&String> = of_texts.iter().flatten().collect();
    let asked: Vec<&String> = all.into_iter().step_by(3).take(16).collect();
    for (at, one) in asked.iter().enumerate() {
        let other = asked[asked.len() - 1 - at];
        for words in [vec![*one], vec![*one, other]] {
            let finder = WordFinder::new(dictionary, words.iter().map(|word| word.as_str()));
            let Some(mut finder) = finder else { continue };
            let selected = page.selected(dictionary, Some(&mut finder), |_| true);
            let Selected::Some(places, texts) = selected.expect("a page") else {
                continue;
            };
            for (place, of_text) in (0..).zip(&of_texts) {
                let found = places.binary_search(&place);
                let has_all = words.iter().all(|word| of_text.contains(*word));
                assert!(
                    found.is_ok() || !has_all,
                    "{words:?} in {:?}",
                    own.get(place as usize)
                );
                if let Ok(found) = found {
                    assert_eq!(texts.get(found), own.get(place as usize));
                }
            }
        }
    }
}

/// Numbers without a pattern.
fn noise(number: u64) -> u64 {
    let mixed = (number ^ number >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 5
}

#[test]
fn messages_take_what_varies_in_them() {
    let texts: Strings = (0..4096)
        .map(|row| {
            let (one, two) = (noise(row), noise(row + (1 << 40)));
            match row % 3 {
                0 => format!(
                    "Stored shard {} in {}.{:03} s",
                    one % 1024,
                    two % 8,
                    two % 999 + 1
                ),
                1 => format!("agent worker_{} took task {:016x}", one % 16, two),
                _ => format!("no answer from 10.0.0.{} after {}ms", one % 256, two % 4096),
            }
        })
        .collect();
    // About 10 + 13, 4 + 64 and 8 + 12 bits, and less than two for which of the three it is.
    assert!(round(&texts, 2048) < 4096 * 40 / 8 + 400);
}

#[test]
fn columns_of_one_kind_take_as_much_as_their_values() {
    let times: Strings = (0..2048)
        .map(|row| {
            format!(
                "2026-01-31T23:{:02}:{:02}.{:03}Z",
                row / 60 % 60,
                row % 60,
                row % 1000
            )
        })
        .collect();
    assert!(round(&times, 2048) < 2048 * 2);
    let uuids: Strings = (0..2048_u64)
        .map(|row| uuid::Uuid::from_u64_pair(noise(row), noise(row << 20)).to_string())
        .collect();
    assert!(round(&uuids, 2048) < 2048 * 16 + 200);
    let mixed: Strings = (0..4096_usize)
        .map(|row| match row % 7 {
            0 => uuids.get(row / 2).to_uppercase(),
            1 => format!("{} of {row}", uuids.get(row / 2)),
            2 => uuids.get(row / 2)[1..].to_owned(),
            _ => uuids.get(row / 2).to_owned(),
        })
        .collect();
    round(&mixed, 1000);
    let shared: Strings = (0..2048).map(|row| uuids.get(row / 8)).collect();
    assert!(round(&shared, 2048) < 256 * 16 + 2048 + 200);
    let names: Strings = (0..2048).map(|row| format!("task-{row}")).collect();
    assert!(round(&names, 2048) < 100);
}

#[test]
fn rare_words_do_not_fill_the_dictionary() {
    let texts: Strings = (0..8192)
        .map(|row| {
            let name: String = (0..6)
                .map(|letter| char::from(b'a' + (noise(row * 8 + letter) % 26) as u8))
                .collect();
            format!(
                "Fetched the page about {name} from the archive in {} steps",
                row % 50
            )
        })
        .collect();
    let encoded = encode(&texts, 2048, TextEncoder::new());
    let dictionary = TextDictionary::decode(&encoded.dictionary).expect("a dictionary");
    let rare = words(texts.get(700)).nth(4).expect("a name").into_owned();
    let mut finder = WordFinder::new(&dictionary, [rare.as_str()].into_iter()).expect("letters");
    let page = open(&encoded.pages[0]).expect("a page");
    let selected = page.selected(&dictionary, Some(&mut finder), |_| true);
    let Some(Selected::Some(places, _)) = selected else {
        panic!("few texts have the word: {selected:?}");
    };
    assert!(places.contains(&700) && places.len() < 20, "{places:?}");
    let mut none = WordFinder::new(&dictionary, ["zebra"].into_iter()).expect("letters");
    let selected = page.selected(&dictionary, Some(&mut none), |_| true);
    // The first of their kind are in no template yet and stand as they are: they are never ruled out.
    assert!(matches!(selected, Some(Selected::Some(places, _)) if places.len() < 20));
    assert!(
        encoded.dictionary.len() < 1000,
        "{}",
        encoded.dictionary.len()
    );
    assert!(round(&texts, 2048) < 8192 * 6);
}

#[test]
fn a_word_is_found_behind_one_that_ends_as_it_begins() {
    let name = |row: u64| -> String {
        (0..4)
            .map(|letter| char::from(b'g' + (noise(row * 8 + letter) % 20) as u8))
            .collect()
    };
    let mut texts: Vec<String> = (0..1000)
        .map(|row| format!("user {} logged in", name(row)))
        .collect();
    for (at, own) in [(900, "jan"), (901, "ana"), (950, "tes"), (951, "test")] {
        texts[at] = format!("user {own} logged in");
    }
    let texts: Strings = texts.iter().map(String::as_str).collect();
    let encoded = encode(&texts, 1000, TextEncoder::new());
    let dictionary = TextDictionary::decode(&encoded.dictionary).expect("a dictionary");
    let page = open(&encoded.pages[0]).expect("a page");
    for (word, place) in [("ana", 901), ("test", 951)] {
        for asked in [vec![word], vec![word, "logged"]] {
            let mut finder = WordFinder::new(&dictionary, asked.into_iter()).expect("letters");
            let selected = page.selected(&dictionary, Some(&mut finder), |_| true);
            let Some(Selected::Some(places, _)) = selected else {
                panic!("few texts have the word: {selected:?}");
            };
            assert!(places.contains(&place), "{word} in {places:?}");
        }
    }
}

#[test]
fn what_is_no_log_line_comes_back_as_well() {
    let long = "x1 ".repeat(700_000);
    let traceback =
        "Traceback:\n  File \"a.py\", line 88, in run\n    raise Error(\"\u{1f980}\")\n";
    let texts: Strings = [
        "",
        "0",
        "00",
        "007",
        "-0",
        "1.0",
        "1.",
        ".5",
        "1.2.3.4",
        "01.5",
        "999999999999999999",
        "9999999999999999999",
        "0x7f",
        "0X7F",
        "0xZZ",
        "deadbeef",
        "DEADBEEF",
        "DeadBeef",
        "facade",
        "12ab",
        "12AB34",
        "5d",
        "x86_64",
        "v2beta3",
        "task42",
        "10ms",
        "2026-02-29T00:00:00Z",
        "2026-02-28 23:59:60",
        "2024-02-29T12:00:00,5+00:00",
        "0000-01-01T00:00:00",
        "2026-01-01T00:00:00.123456789Z",
        "9999-12-31T23:59:59.999999999Z",
        "2026-01-01T00:00:00Zulu",
        "2026-01-01T00:00:00.1234567890Z",
        "123e4567-e89b-42d3-a456-426614174000",
        "123E4567-E89B-42D3-A456-426614174000",
        "123e4567-E89B-42d3-a456-426614174000",
        "123e4567-e89b-42d3-a456-4266141740001",
        "abcdefab-cdef-abcd-efab-cdefabcdefab",
        "\u{fc}12",
        "12\u{fc}",
        "日本1語",
        "\u{0}\u{1}2\u{7f}",
        "a\u{2014}1",
        traceback,
        &long,
    ]
    .into_iter()
    .cycle()
    .take(120)
    .collect();
    round(&texts, 50);
    round(&texts, 7);
    let empty: Strings = ["", "", ""].into_iter().collect();
    round(&empty, 2);
}

#[test]
fn a_text_of_very_many_numbers_comes_back() {
    let many = "1 ".repeat(1_100_000);
    let texts: Strings = ["few 1", &many, "few 2"].into_iter().collect();
    round(&texts, 3);
}

#[test]
fn long_texts_come_back_in_any_order() {
    // Longer than what is looked for number by number; two of three stand alone, the third is a template.
    let texts: Strings = (0..60_u64)
        .map(|row| match row % 4 {
            0 => format!("short {} of {}", noise(row) % 50, row),
            1 => (0..90)
                .map(|at| format!("step {at} took {} ", noise(row * 90 + at) % 900))
                .collect(),
            2 => (0..80)
                .map(|at| format!("{}|", noise(row * 80 + at) % 7))
                .collect(),
            _ => (0..row + 70)
                .map(|at| format!("{row}.{at}:{}, ", noise(at) % 30))
                .collect(),
        })
        .collect();
    let encoded = encode(&texts, 60, TextEncoder::new());
    let dictionary = TextDictionary::decode(&encoded.dictionary).expect("a dictionary");
    let page = open(&encoded.pages[0]).expect("a page");
    let rising: Vec<u32> = (0..60).collect();
    let falling: Vec<u32> = rising.iter().rev().copied().collect();
    let mixed: Vec<u32> = rising
        .iter()
        .map(|at| at * 37 % 60)
        .chain([5, 5, 6, 1])
        .collect();
    for places in [rising, falling, mixed] {
        let expected: Strings = places.iter().map(|at| texts.get(*at as usize)).collect();
        assert_eq!(
            page.some(&dictionary, &places),
            Some(expected),
            "{places:?}"
        );
    }
}

#[test]
fn pages_with_changed_or_missing_bytes_are_read_or_refused() {
    let texts: Strings = (0..60_u64)
        .map(|row| {
            format!(
                "worker {row} of k8s took {:012x} at 2026-01-01T00:00:{:02}Z: {} {}",
                noise(row),
                row % 60,
                uuid::Uuid::from_u64_pair(noise(row / 3), 1),
                noise(row) % 7,
            )
        })
        .collect();
    let encoded = encode(&texts, 60, TextEncoder::new());
    let dictionary = TextDictionary::decode(&encoded.dictionary).expect("a dictionary");
    let whole = &encoded.pages[0];
    for at in 0..whole.len() {
        assert_eq!(decode_page(&whole[..at], &dictionary), None);
        for change in [0x01, 0x90] {
            let mut page = whole.clone();
            page[at] ^= change;
            let _ = decode_page(&page, &dictionary);
            let Some(page) = open(&page) else { continue };
            let _ = page.some(&dictionary, &[0, 30, 59]);
            for word in ["took", "nova"] {
                let mut finder = WordFinder::new(&dictionary, [word].into_iter()).expect("letters");
                let _ = page.selected(&dictionary, Some(&mut finder), |at| at < 3);
            }
        }
    }
    for at in 0..encoded.dictionary.len() {
        assert!(TextDictionary::decode(&encoded.dictionary[..at]).is_none());
        let mut bytes = encoded.dictionary.clone();
        bytes[at] ^= 0x11;
        if let Some(dictionary) = TextDictionary::decode(&bytes) {
            let _ = decode_page(whole, &dictionary);
        }
    }
}

/// Texts as programs write them, and as they never should.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,8}",
        2 => "[ .,:=/_-]{1,2}",
        2 => "[0-9]{1,20}",
        1 => "0[0-9]{1,3}",
        1 => "[0-9a-f]{4,16}",
        1 => "[0-9A-F]{8}",
        1 => "[0-9]{1,3}\\.[0-9]{1,4}",
        1 => "[a-z_]{1,6}[0-9]{1,3}[a-z]{0,4}",
        1 => "0x[0-9a-f]{1,16}",
        1 => "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
        1 => "[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-A[0-9A-F]{3}-[0-9A-F]{12}",
        1 => "20[0-9]{2}-0[1-9]-[012][0-9][T ][01][0-9]:[0-5][0-9]:[0-5][0-9]([.,][0-9]{1,9})?Z?",
        1 => "\\PC{0,6}",
        1 => "[0-9]{250,256}",
        1 => "(User|Agent|Was|İ|語|ß){1,2}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_texts_come_back(
        texts in prop::collection::vec(any_text(), 1..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..80),
        page in 1..40_usize,
    ) {
        let texts: Strings = order.iter().map(|index| index.get(&texts)).collect();
        round(&texts, page);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes: Vec<u8>, kind in 0..3_u8) {
        let _ = TextDictionary::decode(&bytes);
        bytes.insert(0, kind);
        let _ = decode_page(&bytes, &TextDictionary::default());
        if let Some(page) = open(&bytes) {
            let _ = page.some(&TextDictionary::default(), &[0, 3]);
        }
    }
}
