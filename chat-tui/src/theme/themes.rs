//! The themes there are to choose from: the program's own, and those of whoever runs it.

use super::file;
use super::palette::Palette;
use super::{Background, DARK, Depth, Theme};
use crate::document::Mistake;
use crate::nearest::suggestion;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The choice that follows the terminal's own ground.
pub const AUTO: &str = "auto";
const LIGHT: &str = "light";

/// The program's own: name and file.
pub(super) const BUILT_IN: [(&str, &str); 4] = [
    (DARK, include_str!("../../themes/dark.toml")),
    (LIGHT, include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("terminal", include_str!("../../themes/terminal.toml")),
];
/// More than any theme has: a wrong file is not read whole.
const BYTES_MAX: u64 = 64 * 1024;
/// More themes of one's own are not listed.
const OWN_MAX: usize = 100;
const NAME_MAX: usize = 24;

static OURS: LazyLock<Vec<Palette>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| {
        let alone = |other: &str| Err(format!("{other} stands for itself"));
        file::read(name, Path::new(name), text, alone).expect("the program's own themes are tested")
    };
    BUILT_IN.iter().map(read).collect()
});
static BUILT_IN_LISTED: LazyLock<Vec<Listed>> = LazyLock::new(ours);

/// A theme by its name, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    name: String,
    palette: Result<&'static Palette, String>,
}

/// All there are. They live as long as the program, so that a [`Theme`] may be copied everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Themes(&'static [Listed]);

/// What somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Dark or light, as the terminal is.
    Auto,
    /// This place of the list.
    At(usize),
}

impl Themes {
    pub fn built_in() -> Self {
        Self(&BUILT_IN_LISTED)
    }

    /// With those that are files in this directory.
    pub fn with_own(directory: &Path) -> Self {
        Self(ours().into_iter().chain(own(directory)).collect::<Vec<_>>().leak())
    }

    /// In the order in which they are shown.
    pub fn choices(self) -> impl Iterator<Item = Choice> {
        [Choice::Auto].into_iter().chain((0..self.0.len()).map(Choice::At))
    }

    pub fn name(self, choice: Choice) -> &'static str {
        match choice {
            Choice::Auto => AUTO,
            Choice::At(at) => &self.0[at].name,
        }
    }

    /// A few words about it; or why it cannot be used.
    pub fn about(self, choice: Choice) -> Result<&'static str, &'static str> {
        match choice {
            Choice::Auto => Ok("dark or light, as the terminal is"),
            Choice::At(at) => match &self.0[at].palette {
                Ok(palette) => Ok(&palette.about),
                Err(sentence) => Err(sentence),
            },
        }
    }

    /// The choice that goes by this name.
    ///
    /// # Errors
    /// A sentence: there is none, or its file is wrong.
    pub fn find(self, name: &str) -> Result<Choice, String> {
        let choice = self.choices().find(|choice| self.name(*choice) == name);
        let choice = choice.ok_or_else(|| {
            let names: Vec<_> = self.choices().map(|choice| self.name(choice)).collect();
            let meant = suggestion(name, names.iter().copied());
            format!("there is no theme {name}{meant} (there are {})", names.join(", "))
        })?;
        self.about(choice).map(|_| choice).map_err(str::to_owned)
    }

    /// What is chosen, on such a terminal. A theme that cannot be used is the default one.
    pub fn theme(self, choice: Choice, depth: Depth, background: Background) -> Theme {
        let palette = match choice {
            Choice::Auto => our(if background == Background::Light { LIGHT } else { DARK }),
            Choice::At(at) => self.0[at].palette.clone().unwrap_or_else(|_| our(DARK)),
        };
        Theme { depth, palette }
    }
}

/// One of the program's own.
pub(super) fn our(name: &str) -> &'static Palette {
    OURS.iter().find(|palette| palette.name == name).expect("it is asked for by its own name")
}

fn ours() -> Vec<Listed> {
    OURS.iter().map(|palette| Listed { name: palette.name.clone(), palette: Ok(palette) }).collect()
}

fn own(directory: &Path) -> Vec<Listed> {
    let files = fs::read_dir(directory).into_iter().flatten().filter_map(|file| Some(file.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    files.sort();
    files.truncate(OWN_MAX);
    files.iter().filter_map(|path| listed(path)).collect()
}

fn listed(path: &Path) -> Option<Listed> {
    let name = path.file_stem()?.to_str().filter(|name| is_name(name))?.to_owned();
    let palette = load(&name, path).map(|palette| &*Box::leak(Box::new(palette)));
    Some(Listed { name, palette })
}

fn is_name(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_plain && (1..=NAME_MAX).contains(&name.len())
}

/// Reads a theme of one's own, or says what is wrong with it.
fn load(name: &str, path: &Path) -> Result<Palette, String> {
    if name == AUTO || BUILT_IN.iter().any(|(ours, _)| *ours == name) {
        return Err(format!("{}: {name} is a theme of the program's own; give the file another name", path.display()));
    }
    let text = text_of(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    file::read(name, path, &text, inherited).map_err(|mistake: Mistake| mistake.to_string())
}

fn inherited(name: &str) -> Result<Palette, String> {
    let names = BUILT_IN.map(|(name, _)| name);
    match names.contains(&name) {
        true => Ok(our(name).clone()),
        false => Err(format!("inherit: {name:?} is not one of {}", names.join(", "))),
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}
