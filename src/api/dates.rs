//! Dates, times and whole numbers as requests write them. Stricter than the parsers below, which also take week dates,
//! any year, or a sign.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// 31 December 9999 minus a year, in Unix seconds: a week later is still a time that jiff can hold.
const LAST_SECOND: i64 = 253_370_764_800;

/// `YYYY-MM-DD`, and nothing else.
pub fn read_date(text: &str) -> Option<Date> {
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let shaped = text.len() == 10 && text.bytes().enumerate().all(shape);
    if shaped { text.parse().ok() } else { None }
}

/// RFC 3339 with its distance from UTC, in the years 1 to 9998; cut to milliseconds, which is what is stored.
pub fn read_time(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    let year = time.to_zoned_datetime(TimeZone::UTC).year();
    let stored = Timestamp::from_millisecond(time.as_millisecond()).ok()?;
    (1..=9998).contains(&year).then_some(stored)
}

/// Unix seconds in digits, from 1970 to the year 9998.
pub fn read_unix_seconds(text: &str) -> Option<Timestamp> {
    let seconds = read_digits(text).filter(|seconds| *seconds <= LAST_SECOND)?;
    Timestamp::from_second(seconds).ok()
}

/// A whole number in decimal digits, without a sign; `None` also where it does not fit.
pub fn read_digits(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_date_is_written_in_one_way() {
        assert_eq!(read_date("2025-06-02"), Some(date(2025, 6, 2)));
        for wrong in [
            "2025-6-2",
            "20250602",
            "2025-W23-1",
            "2025-06-31",
            "2025-06-02T08:00",
            "+2025-06-02",
            "02.06.2025",
            "٢٠٢٥",
            "",
        ] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_has_a_zone_and_a_year_of_four_digits() {
        assert!(read_time("2023-07-14T15:12:27Z").is_some());
        assert_eq!(
            read_time("2023-07-14T15:12:27.123456+02:00"),
            "2023-07-14T13:12:27.123Z".parse().ok()
        );
        for wrong in [
            "2023-07-14T15:12:27",
            "2023-07-14",
            "tomorrow",
            "-000001-01-01T00:00:00Z",
            "9999-12-01T00:00:00Z",
        ] {
            assert_eq!(read_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn unix_seconds_are_digits() {
        assert_eq!(
            read_unix_seconds("1458095488"),
            Timestamp::from_second(1_458_095_488).ok()
        );
        for wrong in [
            "-1",
            "1.5",
            "+1",
            "1e3",
            "",
            "9223372036854775807",
            "99999999999999999999",
        ] {
            assert_eq!(read_unix_seconds(wrong), None, "{wrong}");
        }
    }
}
