//! Reads the tables of golden bytes: rows of `label  bytes in hex`.

pub(crate) const CLIENT: &str = include_str!("client.hex");
pub(crate) const SERVER: &str = include_str!("server.hex");

/// The rows, in order.
pub(crate) fn rows(table: &str) -> Vec<(&str, Vec<u8>)> {
    table
        .lines()
        .map(|line| line.split_once("  ").expect("two columns"))
        .map(|(label, hex)| (label, bytes(hex)))
        .collect()
}

/// The bytes of hex digits with spaces between them.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {hex}");
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("hex digits")).collect()
}
