//! JSON written straight into bytes, with numbers as Prometheus writes them.
//!
//! A reply may hold millions of samples, so no tree of values is built on the way. Nothing here knows
//! what a reply means.

use swarmscope_model::metrics::histogram::Bucket;
use swarmscope_model::metrics::{Histogram, Labels};

use super::number;

/// Bytes of JSON in the making.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    /// The finished bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// JSON as it is.
    pub fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A key with its colon. The key must need no escapes.
    pub fn key(&mut self, name: &str) {
        self.0.push(b'"');
        self.raw(name);
        self.raw("\":");
    }

    /// A string in quotes.
    pub fn string(&mut self, text: &str) {
        self.0.push(b'"');
        let bytes = text.as_bytes();
        let mut written = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if !matches!(byte, 0..=0x1f | b'"' | b'\\') {
                continue;
            }
            self.0.extend_from_slice(&bytes[written..at]);
            written = at + 1;
            match byte {
                b'"' => self.raw("\\\""),
                b'\\' => self.raw("\\\\"),
                b'\n' => self.raw("\\n"),
                b'\r' => self.raw("\\r"),
                b'\t' => self.raw("\\t"),
                control => {
                    let text = format!("\\u{control:04x}");
                    self.raw(&text);
                }
            }
        }
        self.0.extend_from_slice(&bytes[written..]);
        self.0.push(b'"');
    }

    /// A whole number.
    pub fn integer(&mut self, number: impl itoa::Integer) {
        let mut buffer = itoa::Buffer::new();
        self.raw(buffer.format(number));
    }

    /// A plain JSON number. What JSON has no number for is 0, as in durations that were never measured.
    pub fn number(&mut self, number: f64) {
        if number.is_finite() {
            number::write_sample(&mut self.0, number);
        } else {
            self.0.push(b'0');
        }
    }

    /// A list of what `each` writes.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.0.push(b'[');
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.0.push(b',');
            }
            each(self, item);
        }
        self.0.push(b']');
    }

    /// A list of strings.
    pub fn strings<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.list(items, |json, item| json.string(item.as_ref()));
    }

    /// Labels as an object, by name.
    pub fn labels(&mut self, labels: &Labels) {
        self.0.push(b'{');
        for (position, (name, value)) in labels.iter().enumerate() {
            if position > 0 {
                self.0.push(b',');
            }
            self.string(name);
            self.0.push(b':');
            self.string(value);
        }
        self.0.push(b'}');
    }

    /// Milliseconds as seconds, with as many decimals as there are.
    pub fn timestamp(&mut self, milliseconds: i64) {
        if milliseconds < 0 {
            self.0.push(b'-');
        }
        let milliseconds = milliseconds.unsigned_abs();
        self.integer(milliseconds / 1000);
        let fraction = milliseconds % 1000;
        if fraction != 0 {
            self.0.push(b'.');
            let digits = [fraction / 100, fraction / 10 % 10, fraction % 10];
            self.0
                .extend(digits.iter().map(|digit| b'0' + *digit as u8));
        }
    }

    /// A sample's value: a string, because JSON has no NaN and no infinities.
    pub fn value(&mut self, value: f64) {
        self.0.push(b'"');
        number::write_sample(&mut self.0, value);
        self.0.push(b'"');
    }

    /// `[time, "value"]`
    pub fn point(&mut self, time: i64, value: f64) {
        self.0.push(b'[');
        self.timestamp(time);
        self.0.push(b',');
        self.value(value);
        self.0.push(b']');
    }

    /// `[time, {histogram}]`
    pub fn histogram_point(&mut self, time: i64, histogram: &Histogram) {
        self.0.push(b'[');
        self.timestamp(time);
        self.0.push(b',');
        self.histogram(histogram);
        self.0.push(b']');
    }

    /// A native histogram with the buckets that are not empty.
    fn histogram(&mut self, histogram: &Histogram) {
        self.raw("{\"count\":");
        self.value(histogram.count);
        self.raw(",\"sum\":");
        self.value(histogram.sum);
        let buckets = histogram.all_buckets();
        let mut filled = buckets.iter().filter(|bucket| bucket.count != 0.0);
        if let Some(first) = filled.next() {
            self.raw(",\"buckets\":");
            self.list(std::iter::once(first).chain(filled), Self::bucket);
        }
        self.0.push(b'}');
    }

    /// `[bounds, lower, upper, count]`; the first says which of the bounds are inside.
    fn bucket(&mut self, bucket: &Bucket) {
        self.0.push(b'[');
        self.integer(match (bucket.lower_inclusive, bucket.upper_inclusive) {
            (false, true) => 0,
            (true, false) => 1,
            (false, false) => 2,
            (true, true) => 3,
        });
        for value in [bucket.lower, bucket.upper, bucket.count] {
            self.0.push(b',');
            self.value(value);
        }
        self.0.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        write(&mut json);
        String::from_utf8(json.into_bytes()).expect("UTF-8")
    }

    #[test]
    fn times_have_as_many_decimals_as_they_need() {
        for (time, expected) in [
            (0, "0"),
            (1_435_781_451_781, "1435781451.781"),
            (1_435_781_451_000, "1435781451"),
            (1_005, "1.005"),
            (-1_050, "-1.050"),
            (-1, "-0.001"),
        ] {
            assert_eq!(written(|json| json.timestamp(time)), expected);
        }
    }

    #[test]
    fn strings_are_read_back_by_any_parser() {
        let text = "a\"b\\c\n\r\t\u{1}é\u{1f600}</x>";
        let json = written(|json| json.string(text));
        let back: String = serde_json::from_str(&json).expect("a JSON string");
        assert_eq!(back, text);
    }
}
