//! A row of the table of options, as everything but [`Options`] itself reads it.

use super::form::Style;
use super::options::Options;

/// Under which heading an option is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Also in the short help.
    Person,
    Screen,
    Notices,
}

/// One option.
#[derive(Debug)]
pub struct Row {
    pub group: Group,
    /// In the file, and as a flag after `--`.
    pub key: &'static str,
    /// The flag that turns a switch off.
    pub off_key: &'static str,
    /// What it is, line by line.
    pub doc: &'static [&'static str],
    pub style: Style,
    /// Stands for a value in the help.
    pub value_name: &'static str,
    /// What a value must be, as in "is not ...".
    pub expects: &'static str,
    /// The words there are to choose from, if there are few.
    pub words: fn() -> Vec<&'static str>,
    /// Takes a value as a person writes it; none if it is none.
    pub set: fn(&mut Options, &str) -> Option<()>,
    /// The value as a person writes it; none if it has none.
    pub show: fn(&Options) -> Option<String>,
}

impl Group {
    pub fn heading(self) -> &'static str {
        match self {
            Self::Person => "Who and where",
            Self::Screen => "What it looks like",
            Self::Notices => "What calls you",
        }
    }
}

impl Row {
    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("CHAT_{}", self.key.replace('-', "_").to_uppercase())
    }

    /// What it is, in one paragraph.
    pub fn about(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// Makes `Options`, its defaults, and the rows that everything else reads, of one table.
macro_rules! options {
    (
        $(#[$options_doc:meta])* $options:ident
        $($group:ident {
            $($(#[doc = $doc:literal])+ $key:literal $field:ident: $type:ty as $form:ty = $default:expr,)+
        })+
    ) => {
        $(#[$options_doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $options {
            $($($(#[doc = $doc])+ pub $field: $type,)+)+
        }

        impl Default for $options {
            fn default() -> Self {
                Self { $($($field: $default,)+)+ }
            }
        }

        /// Every option, in the order in which it is shown.
        pub const ROWS: &[Row] = &[$($(Row {
            group: Group::$group,
            key: $key,
            off_key: concat!("no-", $key),
            doc: &[$($doc),+],
            style: <$form as Form>::STYLE,
            value_name: <$form as Form>::VALUE_NAME,
            expects: <$form as Form>::EXPECTS,
            words: <$form as Form>::words,
            set: |options, text| {
                options.$field = <$form as Form>::parse(text)?;
                Some(())
            },
            show: |options| <$form as Form>::show(&options.$field),
        },)+)+];

        #[cfg(test)]
        #[test]
        fn every_key_is_the_name_of_its_field() {
            $($(assert_eq!($key.replace('-', "_"), stringify!($field));)+)+
        }
    };
}
pub(super) use options;
