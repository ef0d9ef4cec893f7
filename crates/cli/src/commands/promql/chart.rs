//! Series over time as a small chart of Braille dots, two by four in each character.

use anstyle::{AnsiColor, Style};
use swarmscope_model::Timestamp;

use super::answer::{Series, Value};
use super::table;
use crate::terminal::{self, FAINT};

/// Rows of the chart.
const HEIGHT: usize = 10;
/// The widest chart that is easily read, and what is taken where there is no terminal.
const MAX_WIDTH: usize = 120;
const DEFAULT_WIDTH: usize = 80;
/// Columns of the axis at the left.
const AXIS: usize = 10;
/// How long `2026-01-31` is.
const DAY: usize = 10;
/// The first of the characters with dots; the dots are bits of what is added to it.
const BRAILLE: u32 = 0x2800;
/// Bits of the dots, by row and column within a character.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Blue,
    AnsiColor::Magenta,
    AnsiColor::Cyan,
    AnsiColor::Red,
];

/// Columns that a chart may have here.
pub fn width() -> usize {
    terminal::columns().unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH)
}

/// What is drawn: where and how.
struct Canvas {
    columns: usize,
    /// Dots and the last line that set one, by row and column.
    cells: Vec<(u32, usize)>,
    times: (f64, f64),
    values: (f64, f64),
}

/// The value as a chart with its legend; as a table when there is nothing to draw.
pub fn draw(value: &Value, width: usize) -> String {
    let Value::Matrix(all) = value else {
        return table::draw(value);
    };
    let lines: Vec<Vec<(f64, f64)>> = all.iter().map(finite).collect();
    let Some(mut canvas) = Canvas::around(&lines, width.saturating_sub(AXIS + 2).max(10)) else {
        return table::draw(value);
    };
    for (line, points) in lines.iter().enumerate() {
        for pair in points.windows(2) {
            canvas.line(pair[0], pair[1], line);
        }
        if let [only] = points.as_slice() {
            canvas.line(*only, *only, line);
        }
    }
    let mut text = canvas.text();
    for (line, series) in all.iter().enumerate() {
        text.push_str(&legend(line, series));
    }
    text
}

fn finite(series: &Series) -> Vec<(f64, f64)> {
    let points = series.values.iter();
    points
        .filter_map(|point| Some((point.0, point.1.parse::<f64>().ok()?)))
        .filter(|(_, value)| value.is_finite())
        .collect()
}

impl Canvas {
    fn around(lines: &[Vec<(f64, f64)>], columns: usize) -> Option<Self> {
        let points = || lines.iter().flatten();
        points().next()?;
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = points().map(of);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        Some(Self {
            columns,
            cells: vec![(0, 0); columns * HEIGHT],
            times: range(|point| point.0),
            values: range(|point| point.1),
        })
    }

    /// A straight line between two points.
    fn line(&mut self, from: (f64, f64), to: (f64, f64), line: usize) {
        let (from, to) = (self.dot(from), self.dot(to));
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let at = |from: i64, to: i64| from + (to - from) * step / steps;
            self.set(at(from.0, to.0), at(from.1, to.1), line);
        }
    }

    /// Column and row of a point, in dots, from the top left.
    fn dot(&self, (time, value): (f64, f64)) -> (i64, i64) {
        let place = |at: f64, (low, high): (f64, f64), last: usize| {
            let share = if high > low {
                (at - low) / (high - low)
            } else {
                0.5
            };
            (share * last as f64).round() as i64
        };
        let bottom = HEIGHT * 4 - 1;
        (
            place(time, self.times, self.columns * 2 - 1),
            bottom as i64 - place(value, self.values, bottom),
        )
    }

    fn set(&mut self, x: i64, y: i64, line: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2) {
            cell.0 |= DOTS[y % 4][x % 2];
            cell.1 = line;
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (row, cells) in self.cells.chunks(self.columns).enumerate() {
            let label = match row {
                0 => short(self.values.1),
                row if row == HEIGHT / 2 => short((self.values.0 + self.values.1) / 2.0),
                row if row + 1 == HEIGHT => short(self.values.0),
                _ => String::new(),
            };
            text.push_str(&format!("{FAINT}{label:>AXIS$} ┤{FAINT:#}"));
            for (dots, line) in cells {
                let style = style(*line);
                match char::from_u32(BRAILLE + dots) {
                    Some(dots) if u32::from(dots) != BRAILLE => {
                        text.push_str(&format!("{style}{dots}{style:#}"));
                    }
                    _ => text.push(' '),
                }
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        let (first, last) = axis(self.times);
        let space = (AXIS + 2 + self.columns).saturating_sub(first.len() + last.len() + AXIS + 2);
        let margin = AXIS + 2;
        text.push_str(&format!(
            "{:margin$}{FAINT}{first}{}{last}{FAINT:#}\n",
            "",
            " ".repeat(space)
        ));
        text
    }
}

fn style(line: usize) -> Style {
    COLOURS[line % COLOURS.len()].on_default()
}

fn legend(line: usize, series: &Series) -> String {
    let style = style(line);
    let last = match (series.values.last(), series.histograms.last()) {
        (Some(point), _) => point.1.clone(),
        (None, Some((_, histogram))) => histogram.summary(),
        (None, None) => String::new(),
    };
    format!("{style}●{style:#} {}  {last}\n", series.metric)
}

/// Few digits, with the usual letters for large numbers.
fn short(value: f64) -> String {
    let size = value.abs();
    for (limit, unit) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if size >= limit {
            return format!("{:.2}{unit}", value / limit);
        }
    }
    if size != 0.0 && size < 0.01 {
        return format!("{value:.2e}");
    }
    format!("{value:.2}")
}

/// The ends of the time axis in UTC: times of day, for the day is known to who has just asked; days with hours and
/// minutes where they are not the same day.
fn axis((first, last): (f64, f64)) -> (String, String) {
    let text = |seconds: f64| {
        Timestamp::from_millisecond((seconds * 1_000.0).round() as i64)
            .to_string()
            .replace('T', " ")
    };
    let (first, last) = (text(first), text(last));
    let part = match first.get(..DAY) == last.get(..DAY) {
        true => DAY + 1..DAY + 1 + "12:00:00".len(),
        false => 0..DAY + " 12:00".len(),
    };
    let cut = |time: &str| time.get(part.clone()).unwrap_or(time).to_owned();
    (cut(&first), cut(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(json: &str) -> String {
        let value: Value = serde_json::from_str(json).expect("a value");
        anstream::adapter::strip_str(&draw(&value, 40)).to_string()
    }

    #[test]
    fn a_rising_line_rises() {
        let points: Vec<String> = (0..60).map(|step| format!("[{step},\"{step}\"]")).collect();
        let json = format!(
            r#"{{"resultType":"matrix","result":[{{"metric":{{"__name__":"up"}},"values":[{}]}}]}}"#,
            points.join(",")
        );
        let text = plain(&json);
        insta::assert_snapshot!(text, @r"
             59.00 ┤                         ⣀⠔⠊
                   ┤                      ⢀⡠⠊
                   ┤                   ⢀⡠⠒⠁
                   ┤                 ⡠⠒⠁
                   ┤              ⣀⠔⠊
             29.50 ┤           ⡠⠔⠉
                   ┤        ⢀⠤⠊
                   ┤     ⢀⠤⠊⠁
                   ┤   ⡠⠊⠁
              0.00 ┤⡠⠔⠉
                    00:00:00            00:00:59
        ● up  59
        ");
    }

    #[test]
    fn an_axis_over_midnight_has_days() {
        assert_eq!(
            axis((86_340.0, 86_400.0)),
            ("1970-01-01 23:59".to_owned(), "1970-01-02 00:00".to_owned())
        );
        assert_eq!(
            axis((0.0, 86_399.0)),
            ("00:00:00".to_owned(), "23:59:59".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_drawn_is_a_table() {
        let text = plain(
            r#"{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"NaN"]]}]}"#,
        );
        assert_eq!(text, "{a=\"b\"}  1970-01-01T00:00:01.000Z NaN\n");
        assert_eq!(
            plain(r#"{"resultType":"matrix","result":[]}"#),
            "no series\n"
        );
    }
}
