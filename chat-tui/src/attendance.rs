//! How present the reader is: at the keys, idle for a while, or away, with a word if they left one.

use chat_proto::frame::Presence;
use chat_proto::limits::AWAY_BYTES;
use chat_proto::{Topic, UnixMillis};

const MINUTE_MS: i64 = 60 * 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    away: Option<Topic>,
    /// When a key was last pressed, or the mouse.
    touched: UnixMillis,
    /// After so long without one, nobody is at the keys.
    idle_after_ms: i64,
    /// What the server knows, over the connection there is.
    told: Presence,
}

impl Attendance {
    pub fn new(now: UnixMillis, idle_minutes: usize) -> Self {
        let idle_after_ms = i64::try_from(idle_minutes).unwrap_or(i64::MAX).saturating_mul(MINUTE_MS);
        Self { away: None, touched: now, idle_after_ms, told: Presence::Here }
    }

    /// A key was pressed.
    pub fn touch(&mut self, now: UnixMillis) {
        self.touched = now;
    }

    /// When that was last.
    pub fn touched(&self) -> UnixMillis {
        self.touched
    }

    /// Away from now on, whatever is typed.
    pub fn leave(&mut self, word: Topic) {
        self.away = Some(word);
    }

    /// Here again. Whether they were away.
    pub fn come_back(&mut self) -> bool {
        self.away.take().is_some()
    }

    /// The word that was left, if the reader is away.
    pub fn away(&self) -> Option<&str> {
        self.away.as_ref().map(Topic::as_str)
    }

    /// A new connection: its server takes the reader to be here.
    pub fn is_known_as_here(&mut self) {
        self.told = Presence::Here;
    }

    /// What the server knows.
    pub fn told(&self) -> &Presence {
        &self.told
    }

    /// What the server is to be told, if it does not know.
    pub fn news(&mut self, now: UnixMillis) -> Option<Presence> {
        let is = self.presence(now);
        (is != self.told).then(|| {
            self.told = is.clone();
            is
        })
    }

    fn presence(&self, now: UnixMillis) -> Presence {
        match &self.away {
            Some(word) => Presence::Away(word.as_str().to_owned().into()),
            None if self.idle_at() <= now => Presence::Idle,
            None => Presence::Here,
        }
    }

    fn idle_at(&self) -> UnixMillis {
        UnixMillis(self.touched.0.saturating_add(self.idle_after_ms))
    }

    /// When the reader becomes idle, if they are at the keys until then.
    pub fn changes_at(&self) -> Option<UnixMillis> {
        (self.told == Presence::Here && self.away.is_none()).then(|| self.idle_at())
    }
}

/// What somebody says about being away; nothing is fine.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn word(typed: &str) -> Result<Topic, String> {
    if typed.is_empty() {
        return Ok(Topic::default());
    }
    let word = Topic::parse(typed.as_bytes()).map_err(|error| error.to_string())?;
    match word.as_str().len() <= AWAY_BYTES {
        true => Ok(word),
        false => Err(format!("that is too long: {AWAY_BYTES} bytes are enough to say where you are")),
    }
}
