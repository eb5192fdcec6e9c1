//! What strace says that a server did: to its files, and over the network.

use std::collections::HashMap;
use std::path::Path;

#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// Bytes of a file were changed, sooner or later on the disk as well.
    Written { file: String, at: usize, bytes: Vec<u8> },
    /// A file was cut to this length.
    Cut { file: String, len: usize },
    /// Everything that was written to a file so far is on the disk.
    Kept { file: String },
    /// Somebody was told this.
    Told { bytes: Vec<u8> },
}

/// The options that make strace write down what [`read`] reads.
pub(crate) fn options(log: &Path) -> Vec<String> {
    let log = log.to_str().expect("a name in UTF-8");
    // Threads, no announcements, names of files, everything in hexadecimal, whole, no signals.
    let how = ["-D", "-f", "-qq", "-y", "-xx", "-s", "1048576", "-e", "signal=none", "-o", log];
    let what = ["-e", "trace=pwrite64,write,ftruncate,fsync,fdatasync,sendto,writev"];
    how.iter().chain(&what).map(|option| (*option).to_owned()).collect()
}

/// In the order in which things began; what is kept, when that was over.
pub(crate) fn read(log: &str) -> Vec<Event> {
    let mut waiting = HashMap::new();
    log.lines().filter_map(|line| event(line, &mut waiting)).collect()
}

/// A line is `THREAD CALL(FD<FILE>, ARGUMENTS) = RESULT`, or its beginning or its end, if another thread came between.
fn event<'a>(line: &'a str, waiting: &mut HashMap<&'a str, &'a str>) -> Option<Event> {
    let (thread, call) = line.split_once(' ')?;
    let call = call.trim_start();
    if call.starts_with("<... f") && call.contains("sync resumed") {
        return kept(waiting.remove(thread)?, call);
    }
    let (name, arguments) = call.split_once('(')?;
    match name {
        "fsync" | "fdatasync" if call.ends_with("<unfinished ...>") => {
            waiting.insert(thread, arguments);
            None
        }
        "fsync" | "fdatasync" => kept(arguments, call),
        "pwrite64" => written(arguments),
        "ftruncate" => cut(arguments),
        "sendto" | "write" | "writev" => Some(Event::Told { bytes: strings(arguments) }),
        _ => None,
    }
}

fn kept(arguments: &str, call: &str) -> Option<Event> {
    call.ends_with("= 0").then(|| Event::Kept { file: file(arguments) })
}

fn written(arguments: &str) -> Option<Event> {
    let after = arguments.rsplit_once('"')?.1;
    assert!(!after.starts_with("..."), "strace has shortened what was written");
    let at = numbers(after).nth(1).expect("a length and a place");
    Some(Event::Written { file: file(arguments), at, bytes: strings(arguments) })
}

fn cut(arguments: &str) -> Option<Event> {
    let len = numbers(arguments.split_once('>')?.1).next().expect("a length");
    Some(Event::Cut { file: file(arguments), len })
}

/// The last part of the name between `<` and `>`.
fn file(arguments: &str) -> String {
    let path = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path);
    let path = String::from_utf8(unescaped(path)).expect("a name in UTF-8");
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Everything between quotes.
fn strings(arguments: &str) -> Vec<u8> {
    arguments.split('"').skip(1).step_by(2).flat_map(unescaped).collect()
}

fn unescaped(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.split("\\x").skip(1);
    digits.map(|digits| u8::from_str_radix(digits, 16).expect("two digits")).collect()
}

fn numbers(text: &str) -> impl Iterator<Item = usize> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
}
