//! `chat-tui completions` and `man`: made of what clap knows of the command line.

use super::{Ending, printed};
use crate::config::Config;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;

/// Prints what this shell needs to complete our command line.
pub fn completions(shell: Shell, mut out: impl Write) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Config::command(), "chat-tui", &mut script);
    printed(out.write_all(&script))
}

/// Prints the manual page of the program, or of one of its commands.
pub fn page(command: Option<&str>, out: &mut impl Write) -> Ending {
    let mut program = Config::command();
    // Only then the commands have their whole names, and the flags that hold everywhere.
    program.build();
    match command {
        None => printed(Man::new(program).render(out)),
        Some(name) => match program.find_subcommand(name) {
            Some(found) => printed(Man::new(found.clone()).render(out)),
            None => Ending::Refused(format!("there is no command {name}; there are {}", names(&program))),
        },
    }
}

fn names(program: &Command) -> String {
    program.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", ")
}
