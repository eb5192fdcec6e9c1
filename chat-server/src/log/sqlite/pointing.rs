//! Drafts that point at entries: whether they may, and what they change there.

use super::entries::body_of;
use super::erasing;
use super::kinds::is_said;
use super::place::place;
use super::retention::signed;
use super::stale;
use super::words::{SPOKEN, Spoken};
use crate::log::pointing::{Change, Pointer, TAKEN_BACK_MAX, is_before, judge_author, judge_edit, judge_reaction};
use crate::log::{Draft, Verdict};
use chat_proto::entry::{React, ReactionState};
use chat_proto::{EntryBody, PersonId, Seq};
use rusqlite::{Connection, OptionalExtension};

/// The message that a draft behind `head` would change, if it would change one; or why it may not.
pub(super) fn judge(
    file: &Connection,
    (room, head): (i64, Seq),
    draft: &Draft,
) -> rusqlite::Result<Result<Option<Spoken>, Verdict>> {
    let (target, change) = match Pointer::of(&draft.body) {
        Pointer::None => return Ok(Ok(None)),
        Pointer::Answers(to) if is_before(to, head) => return Ok(Ok(None)),
        Pointer::Changes(target, change) if is_before(target, head) => (target, change),
        Pointer::Answers(_) | Pointer::Changes(..) => return Ok(Err(Verdict::NoSuchMessage)),
    };
    let Some(message) = message(file, room, target)? else { return Ok(Err(Verdict::NoSuchMessage)) };
    let judgement = match judge_author(draft, change, message.person) {
        Ok(()) => judge_change(file, draft, change, &message)?,
        verdict => verdict,
    };
    Ok(judgement.map(|()| Some(message)))
}

fn judge_change(
    file: &Connection,
    draft: &Draft,
    change: Change<'_>,
    message: &Spoken,
) -> rusqlite::Result<Result<(), Verdict>> {
    match change {
        Change::Edit => Ok(judge_edit(erasing::count_edits(file, message.place)?)),
        Change::Delete => Ok(Ok(())),
        Change::React(react) => {
            let given = given(file, message.place)?;
            let given = given.iter().map(|(person, emoji)| (*person, emoji.as_slice()));
            Ok(judge_reaction(react, draft.author.person, given))
        }
    }
}

/// What was said there, and is not erased.
fn message(file: &Connection, room: i64, target: Seq) -> rusqlite::Result<Option<Spoken>> {
    let sql = format!(
        "SELECT {SPOKEN} FROM entries WHERE place = ?1 AND NOT EXISTS \
         (SELECT 1 FROM forgetting WHERE room = ?2 AND forgetting.person = entries.person AND before > ?3)"
    );
    let row = (place(room, target), room, target.0.cast_signed());
    let message = file.prepare_cached(&sql)?.query_row(row, Spoken::read).optional()?;
    Ok(message.filter(|message| is_said(message.kind)))
}

/// The reactions to a message, by whom and with what.
fn given(file: &Connection, message: i64) -> rusqlite::Result<Vec<(PersonId, Vec<u8>)>> {
    let mut statement = file.prepare_cached("SELECT person, kind, body FROM entries WHERE target = ?1 AND kind = 9")?;
    let rows = statement.query_map([message], |row| {
        let person = PersonId(row.get::<_, i64>(0)?.cast_unsigned());
        Ok(match body_of(row.get(1)?, row.get(2)?) {
            EntryBody::React(React { emoji, state: ReactionState::On, .. }) => Some((person, emoji.to_vec())),
            _ => None,
        })
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// Changes a message as a draft says that is about to be appended; says what its entry points at from then on.
pub(super) fn change(file: &Connection, draft: &Draft, message: &Spoken) -> rusqlite::Result<Option<i64>> {
    match &draft.body {
        EntryBody::Edit(_) => edit(file, message).map(|()| Some(message.place)),
        EntryBody::Delete(_) => erasing::erase(file, message).map(|_| None),
        EntryBody::React(react) => react_to(file, message, (react, draft.author.person)),
        _ => Ok(None),
    }
}

fn edit(file: &Connection, message: &Spoken) -> rusqlite::Result<()> {
    stale::note_edit(file, message)?;
    let mut statement = file.prepare_cached("UPDATE entries SET target = -target WHERE target = ?1 AND kind = 7")?;
    statement.execute([message.place]).map(drop)
}

fn react_to(file: &Connection, message: &Spoken, (react, person): (&React, PersonId)) -> rusqlite::Result<Option<i64>> {
    let bytes = |state| EntryBody::React(React { state, ..react.clone() }).bytes().into_owned();
    let (on, off) = (bytes(ReactionState::On), bytes(ReactionState::Off));
    let sql = "UPDATE entries SET target = NULL WHERE target = ?1 AND kind = 9 AND person = ?2 AND body IN (?3, ?4)";
    let known = file.prepare_cached(sql)?.execute((message.place, person.0.cast_signed(), &*on, &*off))?;
    match react.state {
        ReactionState::On => Ok(Some(message.place)),
        ReactionState::Off if known == 0 => Ok(None),
        ReactionState::Off => forget_taken_back(file, message).map(|()| Some(message.place)),
    }
}

/// Makes place for one more that is taken back.
fn forget_taken_back(file: &Connection, message: &Spoken) -> rusqlite::Result<()> {
    // The last byte of a reaction is its state.
    let sql = "UPDATE entries SET target = NULL WHERE place IN (SELECT place FROM entries \
               WHERE target = ?1 AND kind = 9 AND substr(body, -1) = x'01' ORDER BY place DESC LIMIT -1 OFFSET ?2)";
    file.prepare_cached(sql)?.execute((message.place, signed(TAKEN_BACK_MAX - 1))).map(drop)
}
