//! What a request's parameters mean, in query strings and forms alike, with Prometheus's words for what is
//! wrong with them.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use swarmscope_model::limits::MAX_FORM_BYTES;
use swarmscope_model::metrics::{Matcher, duration as spelling};
use swarmscope_promql::parser::{ParseError, parse_selector};

use super::errors::PrometheusError;

/// The earliest time that Prometheus knows, in milliseconds: the start of ranges without one.
pub const MIN_TIME: i64 = (i64::MIN / 1_000 + 62_135_596_801) * 1_000;
/// The latest one: the end of ranges without one.
pub const MAX_TIME: i64 = (i64::MAX / 1_000 - 62_135_596_801) * 1_000 + 999;
/// Both as clients send them back; no calendar reaches so far.
const MIN_TIME_TEXT: &str = "-292273086-05-16T16:47:06Z";
const MAX_TIME_TEXT: &str = "292277025-08-18T07:12:54.999999999Z";

/// Parameters of the query string and, for those who post a form, of the body. Those of the body come first.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

/// A span of time, both ends inside, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: i64,
    pub end: i64,
}

impl Form {
    /// The parameters of both texts.
    pub fn parse(body: &[u8], query: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body).chain(form_urlencoded::parse(query));
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value of a parameter; empty when it is not there, which is the same to Prometheus.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(each, _)| each == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of a parameter.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(each, _)| each == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// A time that has to be there, in milliseconds.
    ///
    /// # Errors
    /// When it is none.
    pub fn time(&self, name: &str) -> Result<i64, PrometheusError> {
        time(self.get(name)).map_err(|reason| PrometheusError::invalid_parameter(name, reason))
    }

    /// A time, or the default when it is not there.
    ///
    /// # Errors
    /// When it is none.
    pub fn time_or(&self, name: &str, default: i64) -> Result<i64, PrometheusError> {
        match self.get(name) {
            "" => Ok(default),
            text => time(text).map_err(|reason| {
                let reason = format!("invalid time value for '{name}': {reason}");
                PrometheusError::invalid_parameter(name, reason)
            }),
        }
    }

    /// `start` and `end`, each as far as time goes when it is not there.
    ///
    /// # Errors
    /// When one is no time.
    pub fn span(&self) -> Result<Span, PrometheusError> {
        Ok(Span {
            start: self.time_or("start", MIN_TIME)?,
            end: self.time_or("end", MAX_TIME)?,
        })
    }

    /// A length of time in nanoseconds.
    ///
    /// # Errors
    /// When it is none.
    pub fn duration(&self, name: &str) -> Result<i64, PrometheusError> {
        duration(self.get(name)).map_err(|reason| PrometheusError::invalid_parameter(name, reason))
    }

    /// `limit`; `None` when there is none, or 0.
    ///
    /// # Errors
    /// When it is no whole number, or negative.
    pub fn limit(&self) -> Result<Option<usize>, PrometheusError> {
        let invalid = |reason: String| PrometheusError::invalid_parameter("limit", reason);
        match self.get("limit") {
            "" => Ok(None),
            text => match text.parse::<i64>() {
                Ok(0) => Ok(None),
                Ok(limit) => match usize::try_from(limit) {
                    Ok(limit) => Ok(Some(limit)),
                    Err(_) => Err(invalid("limit must be non-negative".to_owned())),
                },
                Err(_) => Err(invalid(format!(
                    "strconv.Atoi: parsing {text:?}: invalid syntax"
                ))),
            },
        }
    }

    /// The selectors in `match[]`, whatever they match.
    ///
    /// # Errors
    /// When one does not parse.
    pub fn selectors(&self) -> Result<Vec<Vec<Matcher>>, PrometheusError> {
        let texts = self.all("match[]");
        let parsed: Result<_, ParseError> = texts.into_iter().map(parse_selector).collect();
        parsed.map_err(|error| PrometheusError::bad_data(error.to_string()))
    }

    /// The selectors in `match[]`.
    ///
    /// # Errors
    /// When one does not parse, or would match every series.
    pub fn matchers(&self) -> Result<Vec<Vec<Matcher>>, PrometheusError> {
        let lists = self.selectors()?;
        let selects_all = |list: &Vec<Matcher>| list.iter().all(Matcher::matches_empty);
        if lists.iter().any(selects_all) {
            return Err(PrometheusError::bad_data(
                "match[] must contain at least one non-empty matcher",
            ));
        }
        Ok(lists)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = PrometheusError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, PrometheusError> {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or("").as_bytes();
        if parts.method == Method::GET || !is_form(&parts.headers) {
            return Ok(Self::parse(b"", query));
        }
        let body = to_bytes(body, MAX_FORM_BYTES).await.map_err(|error| {
            PrometheusError::bad_data(format!("error parsing form values: {error}"))
        })?;
        Ok(Self::parse(&body, query))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or(kind).trim();
            kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

/// Seconds with decimals, or RFC 3339.
fn time(text: &str) -> Result<i64, String> {
    if let Some(seconds) = number(text) {
        // Whole seconds apart, so that their size takes no digits from the milliseconds.
        let milliseconds = (seconds.fract() * 1_000.0).round() as i64;
        let whole = (seconds.trunc() as i64).saturating_mul(1_000);
        return Ok(whole.saturating_add(milliseconds).clamp(MIN_TIME, MAX_TIME));
    }
    match text {
        MIN_TIME_TEXT => Ok(MIN_TIME),
        MAX_TIME_TEXT => Ok(MAX_TIME),
        _ => text
            .parse::<jiff::Timestamp>()
            .map(jiff::Timestamp::as_millisecond)
            .map_err(|_| format!("cannot parse {text:?} to a valid timestamp")),
    }
}

/// Seconds with decimals, or Prometheus's spelling such as `1h30m`; in nanoseconds.
pub fn duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("cannot parse {text:?} to a valid duration");
    let overflows = || format!("{}. It overflows int64", invalid());
    if let Some(seconds) = number(text) {
        let nanoseconds = seconds * 1e9;
        if nanoseconds.abs() >= i64::MAX as f64 {
            return Err(overflows());
        }
        return Ok(nanoseconds as i64);
    }
    let spelled = spelling::parse(text).map_err(|_| invalid())?;
    i64::try_from(spelled.as_nanos()).map_err(|_| overflows())
}

/// A truth value as Go reads one.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(format!(
            "strconv.ParseBool: parsing {other:?}: invalid syntax"
        )),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(query: &str) -> Form {
        Form::parse(b"", query.as_bytes())
    }

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        for (text, expected) in [
            ("1435781430.781", 1_435_781_430_781),
            ("-0.5", -500),
            ("123.1236", 123_124),
            ("2015-07-01T20:10:30.781Z", 1_435_781_430_781),
            ("2015-07-01T22:10:30.781%2B02:00", 1_435_781_430_781),
            (MIN_TIME_TEXT, MIN_TIME),
            (MAX_TIME_TEXT, MAX_TIME),
        ] {
            assert_eq!(
                form(&format!("time={text}")).time("time"),
                Ok(expected),
                "{text}"
            );
        }
        let error = form("start=yesterday").time("start").expect_err("no time");
        assert_eq!(
            error.message,
            "invalid parameter \"start\": cannot parse \"yesterday\" to a valid timestamp"
        );
        let error = form("time=NaN").time_or("time", 0).expect_err("no time");
        assert_eq!(
            error.message,
            "invalid parameter \"time\": invalid time value for 'time': cannot parse \"NaN\" to a valid timestamp"
        );
    }

    #[test]
    fn durations_are_seconds_or_spelled() {
        for (text, expected) in [
            ("15", 15_000_000_000),
            ("0.5", 500_000_000),
            ("1h30m", 5_400_000_000_000),
        ] {
            assert_eq!(form(&format!("step={text}")).duration("step"), Ok(expected));
        }
        let said = |query: &str| form(query).duration("step").expect_err("refused").message;
        assert_eq!(
            said(""),
            "invalid parameter \"step\": cannot parse \"\" to a valid duration"
        );
        assert_eq!(
            said("step=1e10"),
            "invalid parameter \"step\": cannot parse \"1e10\" to a valid duration. It overflows int64"
        );
    }

    #[test]
    fn what_is_posted_goes_before_the_url() {
        let form = Form::parse(b"query=up&match[]=a", b"query=down&match%5B%5D=b");
        assert_eq!(form.get("query"), "up");
        assert_eq!(form.all("match[]"), ["a", "b"]);
        assert_eq!(form.get("time"), "");
    }

    #[test]
    fn limits_are_whole_and_not_negative() {
        assert_eq!(form("").limit(), Ok(None));
        assert_eq!(form("limit=0").limit(), Ok(None));
        assert_eq!(form("limit=7").limit(), Ok(Some(7)));
        let said = |query: &str| form(query).limit().expect_err("refused").message;
        assert_eq!(
            said("limit=-1"),
            "invalid parameter \"limit\": limit must be non-negative"
        );
        assert_eq!(
            said("limit=x"),
            "invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax"
        );
    }
}
