//! `[keys]` in the file of options: what a person wants keys to do.
//!
//! ```toml
//! [keys]
//! ctrl-g = "next-room"        # wherever there is such a thing to be done
//! ctrl-l = "none"
//! [keys.room]
//! f12 = "toggle-people"       # in the room alone
//! ```

use super::bound::{Change, Keymap};
use super::{Action, Context, Key};
use crate::document::{Document, Mistake, Pair};
use crate::nearest::suggestion;

/// What takes a key away.
const NONE: &str = "none";

impl Keymap {
    /// Takes in the table, or says what is wrong with which line.
    pub fn rebind(&mut self, document: &Document, table: Pair) -> Result<(), Mistake> {
        let Some(pairs) = table.table() else {
            return Err(document.mistake(table, "keys is a table: [keys]"));
        };
        for pair in pairs {
            match pair.table() {
                None => self.change(pair, None).map_err(|words| document.mistake(pair, words))?,
                Some(inside) => self.rebind_in(document, pair, inside)?,
            }
        }
        Ok(())
    }

    fn rebind_in(&mut self, document: &Document, place: Pair, pairs: Vec<Pair>) -> Result<(), Mistake> {
        let context = Context::named(place.key).ok_or_else(|| {
            let names = Context::ALL.map(Context::name);
            let meant = suggestion(place.key, names);
            document
                .mistake(place, format!("there is no place {:?}{meant} (there are {})", place.key, names.join(", ")))
        })?;
        pairs
            .into_iter()
            .try_for_each(|pair| self.change(pair, Some(context)).map_err(|words| document.mistake(pair, words)))
    }

    fn change(&mut self, pair: Pair, context: Option<Context>) -> Result<(), String> {
        let key = Key::parse(pair.key).ok_or_else(|| {
            format!("{:?} is not a key; keys are written like ctrl-n, alt-enter, f5, pgup, shift-tab or x", pair.key)
        })?;
        let wanted = pair
            .value
            .as_str()
            .ok_or_else(|| format!("{}: {} is not the name of something to do, or \"none\"", pair.key, pair.shown()))?;
        let (places, to) = if wanted == NONE {
            (self.places_of_key(key, context)?, None)
        } else {
            let (places, action) = self.places_of(wanted, context)?;
            (places, Some(action))
        };
        self.check(key, &places, to)?;
        for place in &places {
            self.unbind(key, *place);
        }
        for (place, action) in places.iter().filter_map(|place| Some((place, to?))) {
            self.bind(key, *place, action);
        }
        self.changes.push(Change { key, context, to });
        Ok(())
    }

    /// Where this can be done, of the places that are meant.
    fn places_of(&self, name: &str, context: Option<Context>) -> Result<(Vec<Context>, Action), String> {
        let rows = self.rows().iter().filter(|row| row.action.name() == name);
        let all: Vec<_> = rows.map(|row| (row.context, row.action)).collect();
        let Some((_, action)) = all.first().copied() else {
            let meant = suggestion(name, self.rows().iter().map(|row| row.action.name()));
            return Err(format!(
                "there is nothing to do called {name:?}{meant} (chat-tui --print-config lists it all)"
            ));
        };
        let places: Vec<Context> = all.iter().map(|(place, _)| *place).collect();
        let meant: Vec<Context> =
            places.iter().copied().filter(|place| context.is_none_or(|it| it == *place)).collect();
        if !meant.is_empty() {
            return Ok((meant, action));
        }
        let places: Vec<&str> = places.into_iter().map(Context::name).collect();
        Err(format!("{name} can be done in {} only: write it into [keys.{}]", places.join(", "), places[0]))
    }

    /// Where the key means something, of the places that are meant.
    fn places_of_key(&self, key: Key, context: Option<Context>) -> Result<Vec<Context>, String> {
        let rows = self.rows().iter().filter(|row| row.keys.contains(&key));
        let places: Vec<Context> =
            rows.map(|row| row.context).filter(|place| context.is_none_or(|it| it == *place)).collect();
        match places.is_empty() {
            true => Err(format!("{key} means nothing there as it is: leave this line out")),
            false => Ok(places),
        }
    }

    fn check(&self, key: Key, places: &[Context], to: Option<Action>) -> Result<(), String> {
        if to.is_some() && key.types() && places.iter().any(|place| place.is_typed_in()) {
            return Err(format!("{key} is a letter to be typed there: take one with Ctrl or Alt, or one like F12"));
        }
        let meets = |change: &&Change| {
            change.key == key && change.context.is_none_or(|other| places.iter().any(|place| place.meets(other)))
        };
        match self.changes.iter().find(meets) {
            Some(before) => {
                let meaning = before.to.map_or(NONE, Action::name);
                Err(format!("{key} is bound above already, to {meaning}: a key means one thing in one place"))
            }
            None => Ok(()),
        }
    }
}
