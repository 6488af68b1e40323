//! How long an endpoint asks to be left alone.

use std::time::{Duration, SystemTime};

/// Longer than this means nothing more.
const FOREVER: f64 = 365.0 * 24.0 * 3600.0;

/// Reads `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), of the headers that
/// `header` gives by name. What cannot be read is as if it were absent.
pub fn retry_after<'a>(header: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Option<Duration> {
    let millis = header("retry-after-ms").and_then(number);
    if let Some(millis) = millis {
        return Some(Duration::from_secs_f64(millis / 1000.0));
    }
    let value = header("retry-after")?.trim();
    if let Some(seconds) = number(value) {
        return Some(Duration::from_secs_f64(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    (number.is_finite() && number >= 0.0).then(|| number.min(FOREVER))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn read(name: &'static str, value: &'static str) -> Option<Duration> {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        retry_after(|asked| (asked == name).then_some(value), now)
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_read() {
        assert_eq!(read("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(read("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(read("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), Some(Duration::from_secs(3)));
        assert_eq!(read("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_is_as_if_absent() {
        for value in ["", "soon", "-1", "NaN", "inf"] {
            assert_eq!(read("retry-after", value), None, "{value}");
        }
    }
}
