//! The task of a link: connects, talks until the connection ends, waits, starts over.
//!
//! It owns the connection and the clock; what is true it asks of [`Core`]. The desk (commands in, events out) is served
//! in every phase, so that typing goes on and marks tell the truth while the link is down.

mod desk;
mod talk;

use super::backoff::Backoff;
use super::dial::{Dialer, Encryption, Security};
use super::end::End;
use super::handshake;
use super::sync::{Core, Moment};
use super::wake::WakeWatch;
use super::{Command, Environment, LinkEvent, Target};
use desk::Desk;
use ed25519_dalek::SigningKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A connection that lived this long was a good one: the next wait is short again.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

pub(crate) struct Task<D> {
    dialer: D,
    key: SigningKey,
    environment: Environment,
    rng: StdRng,
    backoff: Backoff,
    /// What was encrypted once stays so: whoever cuts a connection does not get the next one plain.
    encryption: Encryption,
    desk: Desk,
}

impl<D: Dialer> Task<D> {
    pub(crate) fn new(
        dialer: D,
        target: Target,
        key: SigningKey,
        environment: Environment,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<LinkEvent>,
    ) -> Self {
        let mut rng = StdRng::seed_from_u64(environment.seed);
        let core = Core::new(target.name, target.stay, StdRng::from_rng(&mut rng));
        let desk = Desk::new(core, commands, events, &environment, target.server);
        Self { dialer, key, environment, rng, backoff: Backoff::default(), encryption: Encryption::ByAddress, desk }
    }

    /// Keeps the link up until it ends for good.
    pub(crate) async fn run(mut self) {
        loop {
            let end = self.connection().await;
            self.desk.core.on_lost();
            let wait = match (&end, end.trouble()) {
                (End::Renamed, _) => continue,
                (_, None) => return self.desk.close(end).await,
                (_, Some((trouble, at_least))) => {
                    let retry_in = self.backoff.next(&mut self.rng).max(at_least);
                    self.desk.core.tell(LinkEvent::Down { trouble, retry_in });
                    retry_in
                }
            };
            if let Err(end) = self.wait(wait).await {
                return self.desk.close(end).await;
            }
        }
    }

    /// One connection, from the dial to its end.
    async fn connection(&mut self) -> End {
        let connected = {
            let name = self.desk.core.name().clone();
            let instance = self.environment.instance;
            let connect = handshake::connect(&self.dialer, self.encryption, &self.key, instance, &name);
            tokio::pin!(connect);
            loop {
                tokio::select! {
                    connected = &mut connect => break connected,
                    served = self.desk.serve() => if let Err(end) = served { return end },
                }
            }
        };
        let connected = match connected {
            Ok(connected) => connected,
            Err(end) => return end,
        };
        if connected.security != Security::Plain {
            self.encryption = Encryption::Always;
        }
        let began = Instant::now();
        let end = self.talk(connected).await;
        if began.elapsed() >= HEALTHY_AFTER && !end.is_offence() {
            self.backoff.reset();
        }
        end
    }

    /// Waits before dialling again; shorter if the machine slept meanwhile, because then the network may be new.
    async fn wait(&mut self, wait: Duration) -> Result<(), End> {
        let until = Instant::now() + wait;
        let mut watch = self.watch();
        while Instant::now() < until {
            tokio::select! {
                () = tokio::time::sleep_until(until.min(watch.next_at())) => {
                    let now = self.now();
                    if now.at >= watch.next_at() && watch.tick(now.at, now.wall) {
                        self.backoff.reset();
                        return Ok(());
                    }
                }
                served = self.desk.serve() => {
                    served?;
                    if self.desk.core.take_hurry() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn watch(&self) -> WakeWatch {
        let now = self.now();
        WakeWatch::new(now.at, now.wall)
    }

    fn now(&self) -> Moment {
        Moment { at: Instant::now(), wall: (self.environment.wall)() }
    }
}
