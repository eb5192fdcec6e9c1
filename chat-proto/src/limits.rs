//! Every maximum of the protocol, with its unit and its reason.

use std::time::Duration;

/// Bytes of a frame's payload before login: the worst case is this times the strangers let in at once.
pub const FRAME_BYTES_BEFORE_LOGIN: usize = 4 * 1024;
/// Bytes of a frame's payload from a client that has logged in.
pub const FRAME_BYTES_FROM_CLIENT: usize = 64 * 1024;
/// Bytes of a frame's payload from a server; also what one decode may claim.
pub const FRAME_BYTES_FROM_SERVER: usize = 256 * 1024;

/// Bytes of a message: a pasted source file of ordinary size fits.
pub const TEXT_BYTES: usize = 16 * 1024;
/// Lines of a message.
pub const TEXT_LINES: usize = 400;
/// Bytes of a topic, which is one line.
pub const TOPIC_BYTES: usize = 256;
/// Terminal columns of a name: the timeline gives names a column of their own.
pub const NAME_COLUMNS: usize = 24;
/// Bytes of a name: 24 columns of the widest scripts, with their combining marks.
pub const NAME_BYTES: usize = 128;
/// Combining marks kept on one base character: natural text needs four at most.
pub const MARKS_PER_BASE: usize = 8;

/// Bytes of a reaction: the longest sequences of emoji have 35.
pub const EMOJI_BYTES: usize = 64;
/// Different emoji on one message: more of them would push away what was said.
pub const EMOJI_PER_MESSAGE: usize = 20;
/// Reactions on one message, so that a page can carry all of them.
pub const REACTIONS_PER_MESSAGE: usize = 500;
/// Edits of one message: all that it ever said goes at once when it is deleted.
pub const EDITS_PER_MESSAGE: usize = 64;
/// Bytes of what somebody says about being away, which is one line.
pub const AWAY_BYTES: usize = 128;

/// Posts of one client that the server holds unanswered before it reads no further.
pub const POSTS_UNANSWERED: usize = 32;
/// Entries of one page of history, and of one batch.
pub const PAGE_ENTRIES: usize = 200;
/// Entries of one page together with the later ones that point into it: the fullest message has fewer.
pub const PAGE_ENTRIES_WITH_POINTERS: usize = 1_000;
/// Bytes of entries in one page of history.
pub const PAGE_BYTES: usize = 128 * 1024;
/// Bytes of entries in one batch; a single larger entry cannot exist ([`TEXT_BYTES`]).
pub const BATCH_BYTES: usize = 64 * 1024;
/// Missed entries that a resume sends in full; beyond, the last page and one loadable gap.
pub const RESUME_ENTRIES: u64 = 2_000;
/// Bytes of what is looked for in one search.
pub const SEARCH_BYTES: usize = 256;
/// Words and phrases of one search: each costs the index another list.
pub const SEARCH_TERMS: usize = 8;
/// Hits in one `Found`.
pub const SEARCH_HITS: usize = 20;
/// Bytes of a message that stand in a hit.
pub const EXCERPT_BYTES: usize = 512;
/// Members in one `Members` frame.
pub const MEMBERS_PER_FRAME: usize = 200;
/// Names in a `NameList`: those in use, and those that rest.
pub const NAMES_PER_LIST: usize = 64;
/// Bytes of the secret of a private room: nobody guesses 128 bits.
pub const SECRET_BYTES: usize = 16;
/// Rooms of one session, and of one person; direct rooms do not count.
pub const ROOMS_PER_SESSION: usize = 64;
/// Direct rooms of one person.
pub const DIRECT_ROOMS_PER_PERSON: usize = 64;
/// Both together.
pub const MEMBERSHIPS: usize = ROOMS_PER_SESSION + DIRECT_ROOMS_PER_PERSON;
/// Bytes of the sentence in a refusal.
pub const SENTENCE_BYTES: usize = 512;

/// Somebody who goes on writing says so again after this long, and not sooner.
pub const TYPING_AGAIN: Duration = Duration::from_secs(3);
/// Somebody who has not said so again for this long is no longer writing.
pub const TYPING_LASTS: Duration = Duration::from_secs(8);
/// A client that has said nothing for this long says `Ping`: below the idle time-outs of common address translators.
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// A peer that was silent for this long is gone.
pub const SILENCE: Duration = Duration::from_secs(90);
