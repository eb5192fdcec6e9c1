//! Which theme is shown, which was chosen, and which would be there on another terminal.

use crate::config::Options;
use crate::shared_file::Lines;
use crate::state::Surroundings;
use crate::theme::{Background, Choice, DARK, Depth, Theme, Themes};

/// What somebody wants things to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    pub themes: Themes,
    pub chosen: Choice,
    /// What an option names counts at every start, so that no other choice outlives the run.
    pub option: Option<String>,
    depth: Depth,
    background: Background,
}

impl Looks {
    /// What was chosen: by an option, in an earlier run, or by nobody. And a sentence if it cannot be had.
    pub fn new(
        themes: Themes,
        options: &Options,
        remembered: Option<&str>,
        around: &Surroundings,
    ) -> (Self, Option<String>) {
        let named = options.theme.as_deref().or(remembered).unwrap_or(DARK);
        let (chosen, problem) = match themes.find(named) {
            Ok(choice) => (choice, None),
            Err(sentence) => (themes.find(DARK).expect("it is one of the program's own"), Some(sentence)),
        };
        let (depth, background) = (around.depth, around.background);
        (Self { themes, chosen, option: options.theme.clone(), depth, background }, problem)
    }

    /// What the chosen theme is on this terminal.
    pub fn theme(&self) -> Theme {
        self.preview(self.chosen)
    }

    /// What another would be.
    pub fn preview(&self, choice: Choice) -> Theme {
        self.themes.theme(choice, self.depth, self.background)
    }

    /// What is to be listed.
    pub fn choices(&self) -> Vec<Choice> {
        self.themes.choices().collect()
    }

    /// The row of the list in which the chosen one stands.
    pub fn chosen_row(&self) -> usize {
        self.themes.choices().position(|choice| choice == self.chosen).unwrap_or(0)
    }
}

/// What was chosen in an earlier run, on disk.
///
/// ```text
/// chat theme 1
/// light
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remembered {
    pub theme: Option<String>,
}

impl Lines for Remembered {
    const HEADER: &str = "chat theme 1";

    fn take(&mut self, line: &str) -> Option<()> {
        self.theme = Some(line.to_owned());
        Some(())
    }

    fn write(&self, out: &mut String) {
        if let Some(name) = &self.theme {
            out.push_str(name);
            out.push('\n');
        }
    }
}
