//! Bytes: `4096`, `128 KiB`, `1 MiB`.

const UNITS: [(&str, usize); 5] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// More than a machine has, and little enough to count with.
pub(crate) const BYTES_MAX: usize = 1 << 46;

/// Reads a whole number of bytes above zero, or of a unit.
pub(crate) fn parse(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let bytes = number.parse::<usize>().ok()?.checked_mul(unit_bytes(unit.trim_start())?)?;
    (1..=BYTES_MAX).contains(&bytes).then_some(bytes)
}

fn unit_bytes(unit: &str) -> Option<usize> {
    let known = || UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, bytes)| *bytes);
    if unit.is_empty() { Some(1) } else { known() }
}

/// Writes it in the largest unit of which it is a whole number.
pub(crate) fn show(bytes: usize) -> String {
    let (name, unit) = UNITS.iter().find(|(_, unit)| bytes != 0 && bytes.is_multiple_of(*unit)).unwrap_or(&("B", 1));
    format!("{} {name}", bytes / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_any_unit_and_shown_in_the_largest_that_fits() {
        let cases =
            [("1", "1 B"), ("128 KiB", "128 KiB"), ("128kib", "128 KiB"), ("1024 KiB", "1 MiB"), ("1000", "1000 B")];
        for (written, shown) in cases {
            assert_eq!(parse(written).map(show).as_deref(), Some(shown), "{written}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for written in ["", "KiB", "-1", "1.5 MiB", "1 MB", "0", "1 KiB 2", "99999999999999999999", "9999999 TiB"] {
            assert_eq!(parse(written), None, "{written}");
        }
    }
}
