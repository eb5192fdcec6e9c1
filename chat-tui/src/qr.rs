//! QR codes as text: two modules in a cell, one above the other, with the empty margin that readers look for.
//!
//! ```text
//! ' ' both light   '▀' the upper one dark   '▄' the lower one dark   '█' both dark
//! ```
//!
//! Dark is what is written, light is what it is written on: whoever draws it sees to that.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, as ISO/IEC 18004 asks for.
const QUIET: i32 = 4;

/// A code that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Qr(QrCode);

impl Qr {
    /// The smallest code that holds `text`; none if there is none that large.
    pub fn of(text: &str) -> Option<Self> {
        QrCode::encode_text(text, QrCodeEcc::Low).ok().map(Self)
    }

    /// Columns that it takes, its margin included.
    pub fn columns(&self) -> usize {
        (self.0.size() + 2 * QUIET).cast_unsigned() as usize
    }

    /// The rows, the first on top, each of [`Self::columns`] characters.
    pub fn rows(&self) -> Vec<String> {
        let end = self.0.size() + QUIET;
        let row = |y: i32| (-QUIET..end).map(|x| cell(self.0.get_module(x, y), self.0.get_module(x, y + 1))).collect();
        (-QUIET..end).step_by(2).map(row).collect()
    }
}

fn cell(upper_is_dark: bool, lower_is_dark: bool) -> char {
    match (upper_is_dark, lower_is_dark) {
        (false, false) => ' ',
        (true, false) => '▀',
        (false, true) => '▄',
        (true, true) => '█',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drawn, taken apart again: whether the module at a place is dark.
    fn is_dark(rows: &[String], x: i32, y: i32) -> bool {
        let (x, y) = (x + QUIET, y + QUIET);
        let cell =
            rows[y.cast_unsigned() as usize / 2].chars().nth(x.cast_unsigned() as usize).expect("it is in the drawing");
        matches!((cell, y % 2), ('█', _) | ('▀', 0) | ('▄', 1))
    }

    #[test]
    fn what_is_drawn_is_what_the_library_made() {
        let qr = Qr::of("chat://chat.example.org:7000/AB3Z").unwrap();
        let rows = qr.rows();

        for (x, y) in (0..qr.0.size()).flat_map(|x| (0..qr.0.size()).map(move |y| (x, y))) {
            assert_eq!(is_dark(&rows, x, y), qr.0.get_module(x, y), "{x},{y}");
        }
    }

    #[test]
    fn the_margin_is_four_light_modules_on_every_side() {
        let qr = Qr::of("AB3Z").unwrap();
        let (rows, size) = (qr.rows(), qr.0.size());

        assert_eq!(size, 21, "the smallest code");
        assert_eq!(qr.columns(), 29);
        for at in -QUIET..size + QUIET {
            for out in (-QUIET..0).chain(size..size + QUIET) {
                assert!(!is_dark(&rows, at, out) && !is_dark(&rows, out, at), "{at} {out}");
            }
        }
    }

    /// The three large squares in the corners, as every reader looks for them: the order of light and dark is right.
    #[test]
    fn the_corners_are_where_a_reader_looks_for_them() {
        let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
        let qr = Qr::of("AB3Z").unwrap();
        let (rows, far) = (qr.rows(), qr.0.size() - 7);

        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for (y, line) in (top..).zip(finder) {
                for (x, module) in (left..).zip(line.chars()) {
                    assert_eq!(is_dark(&rows, x, y), module == '#', "{x},{y}");
                }
            }
        }
        assert!(!is_dark(&rows, far, far), "and none in the fourth");
    }

    #[test]
    fn an_odd_number_of_rows_ends_in_half_a_row_that_is_light() {
        let rows = Qr::of("AB3Z").unwrap().rows();

        assert_eq!(rows.len(), 15);
        assert_eq!(rows[14], " ".repeat(29));
        assert!(rows.iter().all(|row| row.chars().count() == 29));
    }

    #[test]
    fn what_no_code_can_hold_has_none() {
        assert!(Qr::of(&"x".repeat(3_000)).is_none());
    }
}
