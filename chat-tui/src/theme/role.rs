//! What things are: each role has its name in a theme's file, and what stands for it without colour.

use ratatui::style::Modifier;

const PLAIN: Modifier = Modifier::empty();

/// Makes the roles, their names and their looks without colour of one table.
macro_rules! roles {
    (
        $(#[$doc:meta])* $roles:ident
        $($(#[$role_doc:meta])* $role:ident $name:literal $mono:expr,)+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $roles { $($(#[$role_doc])* $role,)+ }

        impl $roles {
            pub const ALL: &'static [Self] = &[$(Self::$role),+];

            /// In a theme's file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)+ }
            }

            /// What stands for it without colour.
            pub(super) fn without_colour(self) -> Modifier {
                match self { $(Self::$role => $mono,)+ }
            }

            pub(super) fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.name() == name)
            }
        }
    };
}

roles! {
    /// What is written.
    Ink

    Text "text" PLAIN,
    Strong "strong" PLAIN,
    /// Beside the point: labels, hints, system lines.
    Muted "muted" Modifier::DIM,
    /// Even more so: a time that was shown a line above.
    Faint "faint" Modifier::DIM,
    Accent "accent" Modifier::BOLD,
    Good "good" PLAIN,
    Warning "warning" Modifier::BOLD,
    Error "error" Modifier::BOLD,
    /// On [`Ground::Focus`] only.
    OnFocus "on-focus" PLAIN,
    /// On [`Ground::Paper`] only: what a camera reads.
    OnPaper "on-paper" PLAIN,
    /// Lines and borders; never text.
    Rule "rule" Modifier::DIM,
    /// The line above what is unread; never text.
    UnreadRule "unread-rule" PLAIN,
}

roles! {
    /// What it is written on.
    Ground

    Base "base" PLAIN,
    /// Status line, member list, boxes.
    Panel "panel" PLAIN,
    /// Where something can be typed in a box.
    Field "field" Modifier::UNDERLINED,
    /// A message that names the reader.
    Mention "mention" PLAIN,
    /// What lies over a screen.
    Overlay "overlay" PLAIN,
    /// Something that can be pressed.
    Button "button" Modifier::UNDERLINED,
    /// The one thing that Enter presses.
    Focus "focus" Modifier::REVERSED,
    /// Light, for what a camera reads.
    Paper "paper" Modifier::REVERSED,
}
