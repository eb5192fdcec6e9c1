//! The loop: the one place where terminal, link, host, signals and time become an [`Event`], and effects are carried
//! out.
//!
//! ```text
//! main: Start, World -> run -> terminal given back -> main: host drained, exit
//! ```
//!
//! What is beyond this process stands behind [`World`]; the loop owns the terminal and the clock, and nothing else.

mod around;
mod farewell;
mod frames;
mod input;
mod signals;
mod waiting;

pub use around::look_around;
pub use farewell::Failure;

use crate::effect::Effect;
use crate::event::{Event, EventKind, HostEvent};
use crate::export::{FileEvent, FileStep};
use crate::hyperlink::Uri;
use crate::keeper::Note;
use crate::link::{Command, LinkEvent, OutboxItem};
use crate::plain;
use crate::state::{Face, Screen, Start, State};
use crate::terminal::{self, Mouse, Terminal};
use crate::update::{begin, update};
use around::now;
use chat_proto::{Fingerprint, Nick};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use farewell::{Farewell, hurried};
use frames::{Frames, Pace};
use input::{Input, Typed};
use signals::{Signal, Signals};
use std::collections::VecDeque;
use std::io::{self, IsTerminal, stdin};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};
use waiting::{answered, at, next_of_link, room_in_link, until};

/// How long the end waits for the link to say `Bye`.
const BYE: Duration = Duration::from_secs(1);
/// The same when the terminal is gone: the rest of its two seconds belongs to a host's drain.
const BYE_AFTER_HANGUP: Duration = Duration::from_millis(500);
/// When there are no more lines, what they became may take so long.
const SETTLE: Duration = Duration::from_secs(30);
/// Posts that are on their way before another line is taken: whoever writes faster waits.
const POSTS_MAX: usize = 32;

/// Both ends of a link, as the loop holds them. Dropping them ends the link without a `Bye`.
#[derive(Debug)]
pub struct LinkEnds {
    /// The link takes commands whether it is connected or not; it never waits for a socket before taking the next.
    pub commands: mpsc::Sender<Command>,
    /// Closed when the link has ended.
    pub events: mpsc::Receiver<LinkEvent>,
}

/// What the loop needs of the world. The link and the host stand behind it; tests put their own there.
pub trait World {
    /// Starts a link to this server under this name, which keeps itself up.
    fn dial(&mut self, server: String, key: Option<Fingerprint>, name: Nick) -> LinkEnds;

    /// Starts to serve at this address, unless somebody does already. The server lives as long as the world does.
    fn host(&mut self, server: String) -> oneshot::Receiver<HostEvent>;

    /// Keeps this on disk for later runs, if it can; does not wait for it.
    fn keep(&mut self, note: Note);

    /// Does this with the file that is written for somebody; the next step waits for what became of this one.
    fn file(&mut self, step: FileStep) -> oneshot::Receiver<FileEvent>;
    /// Lets something else open this link.
    ///
    /// # Errors
    /// There is nothing that does.
    fn open(&mut self, link: &Uri) -> io::Result<()>;

    /// Keeps what was written under this name for a server that is left, until somebody comes back to it.
    fn shelve(&mut self, server: &str, name: Nick, posts: Vec<OutboxItem>);
}

/// Runs the client until it ends. The terminal is given back when this returns, with what to leave on it, if anything.
///
/// # Errors
/// The terminal could not be taken over or drawn on; or what was to be done in lines was not.
pub async fn run(mut start: Start, world: &mut impl World) -> Result<Option<String>, Failure> {
    let signals = Signals::install()?;
    let hangup = terminal::hangup()?;
    let mut terminal = Terminal::take(start.around.face, mouse(&start), start.options.links)?;
    let told = terminal.ask(&start.kept.terminals, start.around.now)?;
    (start.around.widths, start.around.background) = (told.widths, told.background);
    if let Some(met) = told.met.clone() {
        world.keep(Note::Terminal(met));
    }
    let input = if start.around.face == Face::PlainOnly { Input::lines()? } else { Input::keys(told) };
    let (state, effects) = begin(start);
    let mut app = App {
        state,
        world,
        terminal,
        input,
        settle_by: None,
        signals,
        hangup,
        link: None,
        server: None,
        unsent: VecDeque::new(),
        hosting: None,
        writing: None,
        frames: Frames::begin(Instant::now()),
        is_blank: false,
    };
    let farewell = match app.carry_out_all(effects).and_then(|()| app.follow()) {
        Ok(()) => app.run().await,
        Err(farewell) => farewell,
    };
    app.end(farewell).await
}

fn mouse(start: &Start) -> Mouse {
    if start.options.mouse { Mouse::Ours } else { Mouse::Terminals }
}

struct App<'a, W> {
    state: State,
    world: &'a mut W,
    terminal: Terminal,
    input: Input,
    /// There is no more input: by then, everything has become something.
    settle_by: Option<Instant>,
    signals: Signals,
    hangup: oneshot::Receiver<()>,
    link: Option<LinkEnds>,
    /// Where the last link goes or went.
    server: Option<String>,
    /// Commands that wait for a link, or for room in its queue. As many as a person makes.
    unsent: VecDeque<Command>,
    hosting: Option<oneshot::Receiver<HostEvent>>,
    writing: Option<oneshot::Receiver<FileEvent>>,
    frames: Frames,
    /// Whether the screen may show anything: the next drawing starts from nothing.
    is_blank: bool,
}

impl<W: World> App<'_, W> {
    async fn run(&mut self) -> Farewell {
        loop {
            if let Err(farewell) = self.step().await {
                return farewell;
            }
        }
    }

    async fn step(&mut self) -> Result<(), Farewell> {
        let wake_at = self.state.wake_at();
        let commands = self.link.as_ref().map(|link| link.commands.clone());
        tokio::select! {
            typed = self.input.next(), if self.takes_input() => self.on_input(typed),
            () = at(self.settle_by) => Err(Farewell::Unsettled("there was no answer in time".to_owned())),
            event = next_of_link(&mut self.link) => self.on_link(event),
            () = room_in_link(commands), if !self.unsent.is_empty() => {
                self.flush();
                Ok(())
            }
            event = answered(&mut self.hosting) => self.on_hosted(event),
            event = answered(&mut self.writing) => self.on_written(event),
            signal = self.signals.next() => self.on_signal(signal),
            _ = &mut self.hangup => self.on_hangup(),
            () = until(wake_at) => self.take_in(EventKind::Tick),
            () = at(self.frames.due()) => self.draw(),
        }
    }

    /// Lines are for the room, and for the questions before it: on the way between these, they wait.
    fn takes_input(&self) -> bool {
        let is_on_the_way = self.state.attempt.is_some() || self.state.screen == Screen::Connecting;
        let is_ready = !is_on_the_way && self.state.undelivered() < POSTS_MAX;
        self.settle_by.is_none() && (is_ready || self.state.face != Face::PlainOnly)
    }

    fn on_input(&mut self, typed: Option<io::Result<Typed>>) -> Result<(), Farewell> {
        match typed {
            Some(Ok(Typed::Event(event))) => self.on_event(event),
            Some(Ok(Typed::Line(line))) => {
                self.terminal.has_heard();
                self.take_in(EventKind::Line(line))
            }
            Some(Err(error)) => Err(error.into()),
            None if self.state.face == Face::PlainOnly => {
                self.settle_by = Some(Instant::now() + SETTLE);
                self.look_for_end()
            }
            None => Err(Farewell::Hangup),
        }
    }

    fn on_event(&mut self, event: TerminalEvent) -> Result<(), Farewell> {
        match event {
            // Lines are laid out as they are written; what lies over a screen, on one of their own.
            TerminalEvent::Resize(..) if self.state.is_plain() => return Ok(()),
            // A terminal that shrank and grew again while nobody looked has the old size, and has lost its contents.
            TerminalEvent::Resize(..) => self.is_blank = true,
            TerminalEvent::Key(key) if key.code == KeyCode::Enter => self.terminal.has_heard(),
            _ => {}
        }
        self.take_in(EventKind::Terminal(event))
    }

    fn follow(&mut self) -> Result<(), Farewell> {
        self.terminal.follow(&self.state)?;
        self.look_for_end()
    }

    /// Where nobody answers, what failed is the end; and so is the end of the lines, once all of them became something.
    fn look_for_end(&self) -> Result<(), Farewell> {
        if self.state.face != Face::PlainOnly {
            return Ok(());
        }
        if let Some(sentence) = plain::has_failed(&self.state).filter(|_| !stdin().is_terminal()) {
            return Err(Farewell::Unsettled(sentence));
        }
        match self.settle_by.and_then(|_| plain::settled(&self.state)) {
            Some(Ok(())) => Err(Farewell::Quit),
            Some(Err(sentence)) => Err(Farewell::Unsettled(sentence)),
            None => Ok(()),
        }
    }

    fn on_link(&mut self, event: Option<LinkEvent>) -> Result<(), Farewell> {
        if let Some(event) = event {
            return self.take_in(EventKind::Link(event));
        }
        self.link = None;
        match self.state.dialed {
            // It should have said why.
            Some(_) => self.take_in(EventKind::Link(LinkEvent::Ended("the link failed".to_owned()))),
            None => Ok(()),
        }
    }

    fn on_hosted(&mut self, event: Option<HostEvent>) -> Result<(), Farewell> {
        self.hosting = None;
        let failed = || HostEvent::Failed("the server did not start".to_owned());
        self.take_in(EventKind::Host(event.unwrap_or_else(failed)))
    }

    fn on_written(&mut self, event: Option<FileEvent>) -> Result<(), Farewell> {
        self.writing = None;
        let failed = || FileEvent::Failed("the file could not be written".to_owned());
        self.take_in(EventKind::File(event.unwrap_or_else(failed)))
    }

    fn on_signal(&mut self, signal: Signal) -> Result<(), Farewell> {
        match signal {
            Signal::End => self.on_hangup(),
            Signal::Stop => self.suspend(),
            Signal::Continue => self.retake(),
        }
    }

    fn on_hangup(&mut self) -> Result<(), Farewell> {
        Err(hurried(self.take_in(EventKind::Hangup)))
    }

    fn take_in(&mut self, kind: EventKind) -> Result<(), Farewell> {
        let (picture, screen) = (self.state.picture, self.state.screen);
        let pace = Pace::of(&kind);
        let effects = update(&mut self.state, Event { at: now(), kind });
        if self.state.picture != picture {
            // Another screen is what somebody waits for.
            let pace = if self.state.screen == screen { pace } else { Pace::Hand };
            self.frames.want(pace, Instant::now());
        }
        self.carry_out_all(effects)?;
        self.follow()
    }

    fn carry_out_all(&mut self, effects: Vec<Effect>) -> Result<(), Farewell> {
        effects.into_iter().try_for_each(|effect| self.carry_out(effect))
    }

    fn carry_out(&mut self, effect: Effect) -> Result<(), Farewell> {
        match effect {
            Effect::Dial { server, key, name } => self.dial(server, key, name),
            Effect::Link(command) => self.tell_link(command),
            Effect::Host { server } => self.hosting = Some(self.world.host(server)),
            Effect::Keep(note) => self.world.keep(note),
            Effect::File(step) => self.writing = Some(self.world.file(step)),
            Effect::Copy(text) => self.terminal.copy(&text)?,
            Effect::Open(link) => self.open(link)?,
            Effect::Bell => self.terminal.ring()?,
            Effect::Notify(words) => self.terminal.notify(&words)?,
            Effect::Suspend => self.suspend()?,
            Effect::Turn(face) => self.turn(face)?,
            Effect::Redraw => self.is_blank = true,
            Effect::Quit => return Err(Farewell::Quit),
        }
        Ok(())
    }

    fn open(&mut self, link: Uri) -> Result<(), Farewell> {
        match self.world.open(&link) {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::debug!(%error, "a link was not opened");
                self.take_in(EventKind::NotOpened(link))
            }
        }
    }

    fn dial(&mut self, server: String, key: Option<Fingerprint>, name: Nick) {
        self.flush();
        // A request belonged to the link that ends here; what was written belongs to the room.
        self.unsent.retain(|command| matches!(command, Command::Post(_) | Command::Discard(_)));
        if let Some(before) = self.server.replace(server.clone()).filter(|before| *before != server) {
            self.shelve(&before);
        }
        self.link = Some(self.world.dial(server, key, name));
        self.flush();
    }

    /// What no link has taken belongs to rooms of the server that is left.
    fn shelve(&mut self, server: &str) {
        let unsent = self.unsent.drain(..);
        let posts: Vec<_> =
            unsent.filter_map(|command| if let Command::Post(item) = command { Some(item) } else { None }).collect();
        if let (Some(name), false) = (self.state.name.clone(), posts.is_empty()) {
            self.world.shelve(server, name, posts);
        }
    }

    fn tell_link(&mut self, command: Command) {
        self.unsent.push_back(command);
        self.flush();
    }

    /// Hands over what the link has room for.
    fn flush(&mut self) {
        let Some(link) = &self.link else { return };
        while let Some(command) = self.unsent.pop_front() {
            if let Err(error) = link.commands.try_send(command) {
                self.unsent.push_front(error.into_inner());
                break;
            }
        }
    }

    fn suspend(&mut self) -> Result<(), Farewell> {
        self.terminal.suspend()?;
        self.retake()
    }

    fn turn(&mut self, face: Face) -> Result<(), Farewell> {
        self.terminal.turn(face)?;
        self.measure()
    }

    /// Back from a stop: the window may have another size, and shows something else.
    fn retake(&mut self) -> Result<(), Farewell> {
        self.terminal.retake()?;
        self.measure()
    }

    /// Only a screen has a size that matters.
    fn measure(&mut self) -> Result<(), Farewell> {
        if self.state.is_plain() {
            return self.follow();
        }
        let (columns, rows) = crossterm::terminal::size()?;
        self.take_in(EventKind::Terminal(TerminalEvent::Resize(columns, rows)))
    }

    fn draw(&mut self) -> Result<(), Farewell> {
        if std::mem::take(&mut self.is_blank) {
            self.terminal.clear();
        }
        self.terminal.draw(&self.state)?;
        self.frames.are_drawn(Instant::now());
        Ok(())
    }

    /// Gives the terminal back first: nobody looks at a screen that no longer answers.
    async fn end(self, farewell: Farewell) -> Result<Option<String>, Failure> {
        let Self { terminal, input, link, mut unsent, state, .. } = self;
        drop((terminal, input));
        let limit = if let Farewell::Hangup = farewell { BYE_AFTER_HANGUP } else { BYE };
        if let Some(link) = link {
            unsent.push_back(Command::Bye);
            // Whoever is not told in time finds out by the connection.
            let _ = timeout(limit, say_bye(link, unsent)).await;
        }
        match farewell {
            Farewell::Terminal(error) => Err(error.into()),
            Farewell::Unsettled(sentence) => Err(Failure::Unsettled(sentence)),
            Farewell::Quit | Farewell::Hangup => Ok(state.last_words()),
        }
    }
}

/// Hands everything over and waits until the link has ended.
async fn say_bye(mut link: LinkEnds, unsent: VecDeque<Command>) {
    for command in unsent {
        tokio::select! {
            biased;
            sent = link.commands.send(command) => if sent.is_err() { return },
            () = async { while link.events.recv().await.is_some() {} } => return,
        }
    }
    while link.events.recv().await.is_some() {}
}
