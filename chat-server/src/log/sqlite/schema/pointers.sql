-- Entries that point at entries.
--
-- entries.target is the place of the message that an edit or a reaction changes, as long as it counts: of the last edit of a
-- message, and of the last reaction of a person with an emoji, given or taken back. An edit that no longer counts has the same
-- place below zero, so that its text is found when the message is erased; then, and of everything else, it is NULL.

-- Whose edits there are.
CREATE INDEX edits ON entries (person, place) WHERE kind = 7 AND target IS NOT NULL;

-- Messages of which the index of words holds something else than they say now; what it holds of them, in place of which
-- it is to hold what they say.
CREATE TABLE stale (
  place  INTEGER PRIMARY KEY,
  author TEXT NOT NULL,                -- as in words
  text   TEXT NOT NULL,                -- as in words
  erased TEXT                          -- every word that was ever said there, if it was erased; NULL if it was edited
) STRICT;
