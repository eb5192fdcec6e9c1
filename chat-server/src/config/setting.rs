//! A row of the table, as everything but [`Config`](super::Config) itself reads it.

use super::Config;
use super::form::Style;

/// How prominently a setting is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// In the short help.
    Common,
    /// In the long help, under its own heading.
    Limits,
}

/// One setting.
pub(super) struct Setting {
    pub group: Group,
    /// In the file, and as a flag after `--`.
    pub key: &'static str,
    /// The flag that turns a switch off.
    pub off_key: &'static str,
    /// What it is and why it is so, line by line.
    pub doc: &'static [&'static str],
    pub style: Style,
    /// Stands for a value in the help.
    pub value_name: &'static str,
    /// What a value must be, as in "is not ...".
    pub expects: &'static str,
    /// Takes a value as a person writes it; none if it is none.
    pub set: fn(&mut Config, &str) -> Option<()>,
    /// The value as a person writes it; none if it has none.
    pub show: fn(&Config) -> Option<String>,
}

impl Setting {
    /// The environment variable.
    pub(super) fn variable(&self) -> String {
        variable(self.key)
    }

    /// What it is, in one paragraph.
    pub(super) fn about(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// The environment variable that belongs to a key.
pub(super) fn variable(key: &str) -> String {
    format!("CHAT_SERVER_{}", key.replace('-', "_").to_uppercase())
}

/// Makes `Config`, its defaults, and the rows that everything else reads, of one table.
macro_rules! settings {
    (
        $(#[$config_doc:meta])* $config:ident
        $($group:ident {
            $($(#[doc = $doc:literal])+ $key:literal $field:ident: $type:ty as $form:ty = $default:expr,)+
        })+
    ) => {
        $(#[$config_doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $config {
            $($($(#[doc = $doc])+ pub $field: $type,)+)+
        }

        impl Default for $config {
            fn default() -> Self {
                Self { $($($field: $default,)+)+ }
            }
        }

        /// Every setting, in the order in which it is shown.
        pub(in crate::config) const SETTINGS: &[setting::Setting] = &[$($(setting::Setting {
            group: setting::Group::$group,
            key: $key,
            off_key: concat!("no-", $key),
            doc: &[$($doc),+],
            style: <$form as form::Form>::STYLE,
            value_name: <$form as form::Form>::VALUE_NAME,
            expects: <$form as form::Form>::EXPECTS,
            set: |config, text| {
                config.$field = <$form as form::Form>::parse(text)?;
                Some(())
            },
            show: |config| <$form as form::Form>::show(&config.$field),
        },)+)+];

        #[cfg(test)]
        #[test]
        fn every_key_is_the_name_of_its_field() {
            $($(assert_eq!($key.replace('-', "_"), stringify!($field));)+)+
        }
    };
}
pub(super) use settings;
