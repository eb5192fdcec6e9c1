//! `docs/security.md` says what the defaults make of guessing.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use chat_proto::RoomCode;
use chat_server::Config;

const DOCUMENT: &str = include_str!("../../docs/security.md");

/// As the page writes it: two or three digits that count.
fn written(hours: f64) -> String {
    let thousands = |number: f64| match number {
        1_000.0.. => format!("{},{:03.0}", (number / 1_000.0).trunc(), number.round() % 1_000.0),
        _ => format!("{number:.0}"),
    };
    match (hours, hours * 60.0, hours * 3_600.0) {
        (100.0.., _, _) => format!("{} h", thousands(hours)),
        (1.0.., _, _) => format!("{hours:.1} h"),
        (_, minutes @ 1.0.., _) => format!("{minutes:.1} min"),
        (_, _, seconds) => format!("{seconds:.1} s"),
    }
}

fn numbers(cells: &[&str]) -> Vec<f64> {
    let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>();
    cells.iter().map(|cell| digits(cell).parse().unwrap()).collect()
}

#[test]
fn the_table_of_guessing_is_what_the_defaults_come_to() {
    let codes = f64::from(u32::try_from(RoomCode::ALPHABET.len()).unwrap().pow(4));
    let guesses_an_hour = Config::default().guesses_lasting.per_second * 3_600.0;
    let mut table = DOCUMENT.lines().skip_while(|line| !line.starts_with("| open rooms |"));
    let row = |line: &'static str| -> Vec<_> { line.trim_matches('|').split('|').map(str::trim).collect() };
    let addresses = numbers(&row(table.next().unwrap())[1..]);
    let rows: Vec<_> = table.skip(1).take_while(|line| line.starts_with('|')).map(row).collect();
    assert_eq!((rows.len(), addresses.len()), (3, 3));

    for cells in rows {
        let rooms = numbers(&cells[..1])[0];
        let expected: Vec<_> = addresses.iter().map(|count| written(codes / rooms / count / guesses_an_hour)).collect();
        assert_eq!(cells[1..], expected, "with {rooms} rooms");
    }
}
