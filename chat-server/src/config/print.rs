//! `chat-server config`: the configuration as a file that would make it.

use super::form::Style;
use super::setting::{Group, Setting};
use super::{Config, SETTINGS};
use std::fmt::{self, Display, Formatter};

const HEAD: &str = "\
# What this server would serve with. Every key is also a flag (--login-timeout)
# and a variable (CHAT_SERVER_LOGIN_TIMEOUT); a flag counts more than a variable,
# a variable more than the file, and the file more than the defaults.
";
const LIMITS: &str = "

# Limits
";

impl Display for Config {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(HEAD)?;
        let mut group = Group::Common;
        for setting in SETTINGS {
            if setting.group != group {
                out.write_str(LIMITS)?;
                group = setting.group;
            }
            write_setting(self, setting, out)?;
        }
        Ok(())
    }
}

fn write_setting(config: &Config, setting: &Setting, out: &mut Formatter<'_>) -> fmt::Result {
    writeln!(out)?;
    for line in setting.doc {
        writeln!(out, "#{line}")?;
    }
    match (setting.show)(config) {
        Some(shown) => writeln!(out, "{} = {}", setting.key, literal(setting.style, &shown)),
        None => writeln!(out, "# {} = {:?}  # not set", setting.key, setting.value_name),
    }
}

fn literal(style: Style, shown: &str) -> String {
    match style {
        Style::Number => shown.to_owned(),
        Style::Switch => (shown == "on").to_string(),
        Style::Text | Style::Size => toml::Value::from(shown).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    /// Something that some setting takes.
    fn written() -> impl Strategy<Value = String> {
        prop_oneof![
            (1..70_000_u64).prop_map(|number| number.to_string()),
            (1..90_000_u64, "ms|s|m|h|d|us").prop_map(|(number, unit)| format!("{number}{unit}")),
            (1..5_000_u64, "B|KiB|MiB|GiB").prop_map(|(number, unit)| format!("{number} {unit}")),
            (1..5_000_u64, "s|min|h|d").prop_map(|(number, period)| format!("{number}/{period}")),
            (1..5_000_u64, "s|min|h|d", 1..5_000_u64)
                .prop_map(|(n, period, burst)| format!("{n}/{period} burst {burst}")),
            (1..5_000_u64, "s|min|h|d").prop_map(|(number, period)| format!("{number} KiB/{period} burst 1 MiB")),
            (1..400_u64, 1..5_000_u64, "MiB|GiB").prop_map(|(days, bytes, unit)| format!("{days}d, {bytes}{unit}")),
            "on|off|unlimited|forever|::1|192\\.0\\.2\\.7|chat\\.example\\.org:7000",
            ".{1,20}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_configuration_reads_its_own_output_back(values in proptest::collection::vec(written(), SETTINGS.len() * 4)) {
            let mut config = Config::default();
            for (setting, values) in SETTINGS.iter().zip(values.chunks(4)) {
                // Most of them are nothing to this setting; the first that is something counts.
                let _ = values.iter().find(|value| (setting.set)(&mut config, value).is_some());
            }

            let mut read = Config::default();
            file::apply(&mut read, Path::new("printed"), &config.to_string()).expect("its own output is a file");

            prop_assert_eq!(read, config);
        }
    }
}
