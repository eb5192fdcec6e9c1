//! Opening links with whatever this machine opens them with: another program, given the link as it is, without a shell.

use crate::hyperlink::Uri;
use crate::markup;
use std::io;
use std::process::{Child, Command, Stdio};

#[cfg(target_os = "macos")]
const PROGRAM: &str = "open";
#[cfg(not(target_os = "macos"))]
const PROGRAM: &str = "xdg-open";

const SCHEMES: [&str; 3] = ["https", "http", "mailto"];
/// Links of one message that can be chosen from.
const LINKS_MAX: usize = 9;

/// Whether what is opened here would be seen by whoever sits at the terminal.
pub fn is_here(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_elsewhere = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
    let has_screen = cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_screen && !is_elsewhere
}

/// The links in `text` that may be opened, each once, as many as can be chosen from.
pub fn links(text: &str) -> Vec<Uri> {
    let mut links: Vec<Uri> = Vec::new();
    for (_, uri) in markup::links(text) {
        if may_be_opened(&uri) && links.len() < LINKS_MAX && !links.contains(&uri) {
            links.push(uri);
        }
    }
    links
}

/// Only what a browser or a mail program takes: other schemes run whatever was registered for them.
fn may_be_opened(link: &Uri) -> bool {
    let scheme = link.as_str().split(':').next().unwrap_or_default().to_ascii_lowercase();
    SCHEMES.contains(&scheme.as_str())
}

/// Opens a link; does not wait for it.
///
/// # Errors
/// It is none that may be opened, or there is no program for it.
pub fn open(link: &Uri) -> io::Result<()> {
    if !may_be_opened(link) {
        return Err(io::Error::other("only web and mail links are opened"));
    }
    let mut command = Command::new(PROGRAM);
    command.arg(link.as_str()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn()?;
    std::thread::spawn(move || wait_for(child));
    Ok(())
}

/// Nobody is left behind as a zombie.
fn wait_for(mut child: Child) {
    if let Err(error) = child.wait() {
        tracing::debug!(%error, "the program that opens links");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_here_with(set: &[&str]) -> bool {
        is_here(|name| set.contains(&name).then(|| "1".to_owned()))
    }

    #[test]
    fn over_ssh_links_would_open_where_nobody_sees_them() {
        assert!(is_here_with(&["DISPLAY"]) && is_here_with(&["WAYLAND_DISPLAY"]));
        assert!(!is_here_with(&["DISPLAY", "SSH_CONNECTION"]) && !is_here_with(&["DISPLAY", "SSH_TTY"]));
        assert_eq!(is_here_with(&[]), cfg!(target_os = "macos"));
    }

    #[test]
    fn only_what_a_browser_or_a_mail_program_takes_is_opened() {
        let text = "https://a.example gopher://b.example ftp://c.example mailto:d@e.example HTTP://F.example https://a.example";

        let links: Vec<String> = links(text).iter().map(|link| link.as_str().to_owned()).collect();

        assert_eq!(links, ["https://a.example", "mailto:d@e.example", "HTTP://F.example"]);
        assert!(open(&Uri::parse("gopher://b.example").unwrap()).is_err());
    }
}
