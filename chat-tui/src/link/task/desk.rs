//! The desk: where commands come in and events go out, in every phase of a link. It also keeps the outbox on disk.

use crate::link::end::End;
use crate::link::sync::Core;
use crate::link::{Command, Environment, LinkEvent};
use crate::outbox::Outbox;
use chat_proto::UnixMillis;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a holder may take over the last events.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct Desk {
    pub(super) core: Core,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<LinkEvent>,
    outbox: Option<Outbox>,
}

impl Desk {
    pub(super) fn new(
        core: Core,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<LinkEvent>,
        environment: &Environment,
        server: String,
    ) -> Self {
        let mut desk = Self { core, commands, events, outbox: None };
        if let Some(directory) = &environment.outbox {
            match Outbox::open(directory, server, desk.core.name().to_string()) {
                Ok(outbox) => desk.outbox = Some(outbox),
                Err(error) => desk.notice(format!("unsent messages will not survive the end of this program: {error}")),
            }
        }
        desk
    }

    /// Does one thing for the holder: takes a command, or hands out events.
    ///
    /// # Errors
    /// [`End::Bye`] if that is the command, [`End::Abandoned`] if there is no holder any more.
    pub(super) async fn serve(&mut self) -> Result<(), End> {
        let has_events = self.core.events_waiting() > 0;
        let command = tokio::select! {
            // Commands first: what a holder asked for before it went, it asked for. A `Bye` above all.
            biased;
            command = self.commands.recv() => command.ok_or(End::Abandoned)?,
            permit = self.events.reserve(), if has_events => {
                let permit = permit.map_err(|_| End::Abandoned)?;
                if let Some(event) = self.core.pop_event() {
                    permit.send(event);
                }
                return Ok(());
            }
            () = self.events.closed() => return Err(End::Abandoned),
        };
        self.on_command(command)
    }

    fn on_command(&mut self, command: Command) -> Result<(), End> {
        if command == Command::Bye {
            return Err(End::Bye);
        }
        self.core.on_command(command);
        // Written down before it can be sent, and before the holder may believe it is kept.
        self.save();
        Ok(())
    }

    /// Takes over what earlier runs left, now that we are logged in.
    pub(super) fn adopt(&mut self, now: UnixMillis) {
        let Some(outbox) = &mut self.outbox else { return };
        let adopted = outbox.adopt(self.core.kept());
        self.core.adopt(adopted.items, now);
        self.tell_all(adopted.notices);
    }

    /// Sentences for the person.
    pub(super) fn tell_all(&mut self, sentences: Vec<String>) {
        for sentence in sentences {
            self.notice(sentence);
        }
    }

    /// Brings the outbox on disk up to date, also with the name under which the next run will look for it.
    pub(super) fn save(&mut self) {
        let changed = self.core.take_changed_outbox();
        let Some(outbox) = &mut self.outbox else { return };
        let is_renamed = outbox.rename(self.core.name().as_str());
        let Some(items) = changed.or_else(|| is_renamed.then(|| self.core.kept())) else { return };
        if let Err(error) = outbox.save(&items) {
            self.notice(format!("an unsent message could not be written down: {error}"));
        }
    }

    fn notice(&mut self, sentence: String) {
        self.core.tell(LinkEvent::Notice(sentence));
    }

    /// Hands out the last events and the reason of the end.
    pub(super) async fn close(mut self, end: End) {
        // What was said before the end is kept, even if this task had not come to it yet.
        while let Ok(command) = self.commands.try_recv() {
            self.core.on_command(command);
        }
        self.save();
        match end {
            End::LoginRefused { sentence, free_name } => {
                self.core.tell(LinkEvent::LoginRefused { sentence, free_name });
            }
            End::Distrusted(distrust) => self.core.tell(LinkEvent::Distrusted(distrust)),
            End::Replaced(sentence) => self.core.tell(LinkEvent::Ended(sentence)),
            End::GivenUp => self.core.tell(LinkEvent::GivenUp),
            End::Bye => self.core.tell(LinkEvent::Ended("said goodbye".into())),
            _ => {}
        }
        drop(tokio::time::timeout(LAST_WORDS, self.hand_out()).await);
    }

    async fn hand_out(&mut self) {
        while let Some(event) = self.core.pop_event() {
            if self.events.send(event).await.is_err() {
                return;
            }
        }
    }
}
