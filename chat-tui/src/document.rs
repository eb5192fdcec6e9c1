//! A file that a person writes: TOML, and the line where something in it is wrong.

use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in such a file, and where: a sentence for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {words}")]
pub struct Mistake {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub words: String,
}

/// The text of such a file, taken apart.
#[derive(Debug)]
pub struct Document<'t> {
    file: String,
    text: &'t str,
    root: DeTable<'t>,
}

/// A key with its value.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'d> {
    pub key: &'d str,
    pub value: &'d DeValue<'d>,
    /// Where the key stands.
    at: usize,
}

impl<'t> Document<'t> {
    /// Takes apart what stands in the file at `path`.
    pub fn parse(path: &Path, text: &'t str) -> Result<Self, Mistake> {
        let file = path.display().to_string();
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { file, text, root: root.into_inner() }),
            Err(error) => {
                let at = error.span().map_or(text.len(), |span| span.start);
                Err(Mistake { file, line: line_at(text, at), words: format!("this is not TOML: {}", error.message()) })
            }
        }
    }

    /// Everything outside of tables, and the tables, in the order of the file.
    pub fn pairs(&self) -> Vec<Pair<'_>> {
        pairs(&self.root)
    }

    /// Says what is wrong with a pair.
    pub fn mistake(&self, pair: Pair, words: impl Into<String>) -> Mistake {
        Mistake { file: self.file.clone(), line: line_at(self.text, pair.at), words: words.into() }
    }
}

impl<'d> Pair<'d> {
    /// What is in it, if it is a table.
    pub fn table(self) -> Option<Vec<Pair<'d>>> {
        self.value.as_table().map(pairs)
    }

    /// What is in it, if it is a list: each with the same key, in its own place.
    pub fn items(self) -> Option<Vec<Pair<'d>>> {
        let item = |item: &'d Spanned<DeValue<'d>>| Pair { value: item.get_ref(), at: item.span().start, ..self };
        self.value.as_array().map(|list| list.iter().map(item).collect())
    }

    /// The value as it is written, but for its quotes.
    pub fn shown(self) -> String {
        match self.value {
            DeValue::String(text) => format!("{text:?}"),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(is_so) => is_so.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }
}

/// The pairs of a table, in the order of the file.
fn pairs<'d>(table: &'d DeTable<'d>) -> Vec<Pair<'d>> {
    let pair = |(key, value): (&'d Spanned<_>, &'d Spanned<_>)| Pair {
        key: AsRef::<str>::as_ref(key.get_ref()),
        value: value.get_ref(),
        at: key.span().start,
    };
    let mut pairs: Vec<Pair> = table.iter().map(pair).collect();
    pairs.sort_by_key(|pair| pair.at);
    pairs
}

fn line_at(text: &str, at: usize) -> usize {
    text[..text.floor_char_boundary(at)].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_in_the_order_of_the_file_and_know_their_line() {
        let text = "# mine\ntheme = 'light'\nbell = 3\n\n[keys]\nf5 = 'help'\n";
        let document = Document::parse(Path::new("config.toml"), text).unwrap();

        let pairs = document.pairs();

        assert_eq!(pairs.iter().map(|pair| pair.key).collect::<Vec<_>>(), ["theme", "bell", "keys"]);
        assert_eq!(document.mistake(pairs[1], "no").to_string(), "config.toml, line 3: no");
        let inside = pairs[2].table().unwrap();
        assert_eq!((inside[0].key, inside[0].shown().as_str()), ("f5", "\"help\""));
        assert_eq!(document.mistake(inside[0], "no").line, 6);
    }

    #[test]
    fn what_is_not_toml_is_a_sentence_with_its_line() {
        let mistake = Document::parse(Path::new("c"), "a = 1\nb = \n").unwrap_err();

        assert_eq!(mistake.line, 2);
        assert!(mistake.to_string().starts_with("c, line 2: this is not TOML: "), "{mistake}");
    }
}
