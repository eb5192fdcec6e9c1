-- What a server keeps. One file, one writer.
--
-- A number of 64 bits without a sign is stored with the same bits (instance, standing), or, where its order counts,
-- less 2^63 (n).
-- place = room << 40 | seq: the entries of a room lie together, in order, and so do they in the index of words.

-- Which program brought the file to which version of its schema.
CREATE TABLE versions (
  version INTEGER PRIMARY KEY,
  program TEXT NOT NULL
) STRICT;

CREATE TABLE rooms (
  room    INTEGER PRIMARY KEY AUTOINCREMENT,
  id      BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  code    TEXT NOT NULL UNIQUE CHECK (length(code) = 4),
  keep_ms INTEGER,                     -- how long it was asked to keep; NULL: the server's default; -1: for ever
  state   TEXT NOT NULL                -- JSON, the room's own
) STRICT;

-- What changes with every commit to a room, apart from its state, which may be long.
CREATE TABLE logs (
  room    INTEGER PRIMARY KEY,
  dropped INTEGER NOT NULL,            -- the highest seq that is no longer kept
  indexed INTEGER NOT NULL,            -- the highest seq whose words are in the index
  bytes   INTEGER NOT NULL             -- what its entries take, about
) STRICT;

CREATE TABLE entries (
  place    INTEGER PRIMARY KEY,
  prev     INTEGER NOT NULL,           -- the seq of the entry before it
  time     INTEGER NOT NULL,           -- ms since 1970, never falls within a room
  person   INTEGER NOT NULL,
  name     BLOB NOT NULL,              -- the author's, at that time
  instance INTEGER,                    -- the post's id, if it was posted
  n        INTEGER,
  kind     INTEGER NOT NULL,           -- as on the wire
  body     BLOB NOT NULL,              -- as on the wire; empty once it is erased, and kind 15
  target   INTEGER                     -- the place of the entry that it points at
) STRICT;

-- (room, person, instance, n) names a post for ever.
CREATE UNIQUE INDEX posts ON entries (place >> 40, person, instance, n) WHERE instance IS NOT NULL;
-- Whatever points at an entry, in order.
CREATE INDEX pointers ON entries (target, place) WHERE target IS NOT NULL;

-- Posts of which nothing is kept any more: none up to n is ever appended again.
CREATE TABLE gone (
  room     INTEGER NOT NULL,
  person   INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  seq      INTEGER NOT NULL,           -- of the last of them: the longest silent are forgotten first
  PRIMARY KEY (room, person, instance)
) STRICT, WITHOUT ROWID;

-- Messages that their authors erased, and that are being taken out piece by piece; until then they read as erased.
-- Room 0: the index of words is to be written anew (before = 1), or is being (2), as it holds beginnings of erased words.
CREATE TABLE forgetting (
  room   INTEGER NOT NULL,
  person INTEGER NOT NULL,
  before INTEGER NOT NULL,             -- seq of the entry that says so
  PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  room     INTEGER NOT NULL,
  person   INTEGER NOT NULL,
  standing INTEGER NOT NULL,
  gone     INTEGER,                    -- since when, ms; NULL: present
  read     INTEGER NOT NULL,           -- seq
  PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  person    INTEGER PRIMARY KEY AUTOINCREMENT,
  key       BLOB NOT NULL CHECK (length(key) = 32),
  name      TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  seen      INTEGER NOT NULL           -- 1: was in a room
) STRICT;

CREATE TABLE resting_names (
  look  TEXT PRIMARY KEY,              -- what the name looks like
  name  TEXT NOT NULL,
  key   BLOB NOT NULL CHECK (length(key) = 32),
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE resting_codes (
  code  TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Words of messages and actions; rowid = place. author: p<person>, and n<what the name looked like, in hex>. text: the
-- words that a search would look for, folded already, with spaces between them: the tokenizer only splits at those, so
-- that all logs find the same. A change of how words are folded is a migration: 'delete-all', and indexed = 0.
-- Holds no copy of the text; a message is taken out by giving its words again, and leaves nothing behind.
CREATE VIRTUAL TABLE words USING fts5 (
  author, text,
  content = '', columnsize = 0, tokenize = 'ascii'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
-- Every word in the index, each time it stands there, in the order of words. Holds nothing itself.
CREATE VIRTUAL TABLE found USING fts5vocab (words, instance);
