//! Many strings in one allocation.

/// Strings one after the other, with the end of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Strings {
    ends: Vec<u32>,
    text: String,
}

impl Strings {
    /// Strings from their ends and their text; `None` when they do not fit each other.
    pub fn from_parts(ends: Vec<u32>, text: String) -> Option<Self> {
        let mut previous = 0;
        for end in &ends {
            if *end < previous || !text.is_char_boundary(*end as usize) {
                return None;
            }
            previous = *end;
        }
        (previous as usize == text.len()).then_some(Self { ends, text })
    }

    /// None yet, with memory for so many of so many bytes together.
    pub fn with_room(strings: usize, bytes: usize) -> Self {
        Self {
            ends: Vec::with_capacity(strings),
            text: String::with_capacity(bytes),
        }
    }

    /// How many strings there is memory for.
    pub fn room(&self) -> usize {
        self.ends.capacity()
    }

    /// Appends a string.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        let end = u32::try_from(self.text.len());
        self.ends
            .push(end.expect("blocks and segments are cut long before 4 GB"));
    }

    /// Appends all strings of another.
    pub fn append(&mut self, other: &Strings) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        let total = u32::try_from(self.text.len());
        total.expect("blocks and segments are cut long before 4 GB");
        self.ends
            .extend(other.ends.iter().map(|end| base as u32 + end));
    }

    /// The string at this place.
    pub fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..self.ends[at] as usize]
    }

    /// All strings, one behind the other.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of the string that holds this byte of the text.
    pub fn place_at(&self, byte: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= byte)
    }

    /// Where the string at this place ends in the text.
    pub fn end(&self, at: usize) -> usize {
        self.ends[at] as usize
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no string.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Memory they take.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * 4
    }

    /// Length of all strings together.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }
}

impl<T: AsRef<str>> FromIterator<T> for Strings {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut strings = Strings::default();
        for item in items {
            strings.push(item.as_ref());
        }
        strings
    }
}
