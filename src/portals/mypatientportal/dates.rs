//! Reading dates.

use jiff::civil::Date;

/// Ten characters, no more: jiff would also take a week date or a date with a time.
pub fn read_date(text: &str) -> Option<Date> {
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let shaped = text.len() == 10 && text.bytes().enumerate().all(shape);
    if shaped { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_in_one_way() {
        assert_eq!(read_date("2025-06-02"), Some(jiff::civil::date(2025, 6, 2)));
        for wrong in [
            "2025-6-2",
            "20250602",
            "2025-W23-1",
            "2025-06-31",
            "2025-06-02T08:00",
            "+2025-06-02",
            "02.06.2025",
            "٢٠٢٥",
        ] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }
}
