//! What people say in the talk: short and long, in several scripts, with code, links, quotes and lists. `{n}` is
//! another number each time.

/// As long as a cycle of the talk has messages, or not: what is said in one place differs from cycle to cycle.
pub(crate) const SAID: [&str; 32] = [
    "ok",
    "build {n} is green again 👍",
    "deployed to staging without trouble, then I had to roll it back",
    "see https://ci.example.org/builds/{n}?job=integration&attempt=2#step:7:{n}",
    "@alice can you look at this before we ship it?",
    "日本語のテキストも折り返されるはずです。番号は {n} です。",
    "the *first* one is **wrong**, the second is `fine({n})`, ~~the third~~ is gone",
    "lol",
    "- [ ] release notes\n- [x] changelog\n- [x] tag v0.{n}",
    "```rust\nfn answer(n: u64) -> u64 {\n    // who wrote this?\n    n.wrapping_mul(42) ^ {n}\n}\n```",
    "> nothing works on staging\nworks for me, did you clear the cache?",
    "größere Änderungen erst nach dem Release, bitte; die Tests laufen noch",
    "I have read the whole thing twice now, and I still do not see how the second request can overtake the first one \
     unless somebody holds on to the connection for longer than the timeout allows, which the log says nobody does",
    "good morning",
    "[the design](https://wiki.example.org/design/{n}) says otherwise, section 4, below the table of costs",
    "who is on call tonight?",
    "@here lunch in ten minutes",
    "1. stop the old one\n2. copy `/var/lib/chat/{n}`\n3. start the new one\n4. look at the graphs for a while",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 🇪🇺 ☺\u{fe0f} 👍🏽 and so on",
    "that is {n} ms at the median and twice of that at the end of the tail",
    "thanks!",
    "`cargo test -p chat-tui --test ui` fails here with `assertion failed: left == right` in row {n}, and only on CI",
    "привет, а кто-нибудь проверял это на старой версии?",
    "# what is left\nthe *migration*, and a word to everybody who has an old client\n> we meet on Thursday\n> bring numbers",
    "yes",
    "no, wait",
    "it is in `src/log/sqlite/words/looking.rs`, around line {n}",
    "does anybody remember why we retry three times and not four? \
     https://example.org/a/very/long/address/that/does/not/fit/into/one/row/of/the/pane/because/nobody/shortens/it/{n}",
    "tomorrow then",
    "c\u{327}a va, merci; et toi? Ça marche depuis hier soir, à part les e\u{301}claircies…",
    "the graphs look much better since Tuesday: p50 went down from {n} to a third of it",
    "brb",
];

pub(crate) const REACTIONS: [&str; 6] = ["👍", "🎉", "❤\u{fe0f}", "😄", "👀", "🚀"];

pub(crate) const NAMES: [&str; 24] = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "zoë",
    "niaj",
    "olivia",
    "peggy",
    "rupert",
    "sybil",
    "trent",
    "victor",
    "walter",
    "юлия",
    "葵",
    "łukasz",
    "release-bot",
];
