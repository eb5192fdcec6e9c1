//! One connection after its login: reads, writes, keeps time, until it ends.

use super::Task;
use crate::link::dial::Dialer;
use crate::link::end::End;
use crate::link::handshake::Connected;
use crate::link::sync::Core;
use crate::link::wire::{Inbound, Outbound};
use chat_proto::frame::Bye;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

/// Events that may wait for a holder who is busy; then the socket is read no further.
const EVENTS_WAITING_MAX: usize = 1_024;
/// How long posts may still go out, and their answers come in, after `Bye` was commanded: half of what a holder has
/// left whose terminal has vanished. What is not answered by then stays in the outbox.
const BYE_PATIENCE: Duration = Duration::from_millis(250);
/// How long the server may take to hang up after it was told goodbye.
const HANG_UP_PATIENCE: Duration = Duration::from_millis(500);

impl<D: Dialer> Task<D> {
    /// Talks until the connection ends, and says why it ended.
    pub(super) async fn talk(&mut self, connected: Connected<D::Stream>) -> End {
        let Connected { mut inbound, mut outbound, welcome, security, notices } = connected;
        let now = self.now();
        self.desk.adopt(now.wall);
        let mut turn = match self.desk.core.on_login(now, &welcome, security) {
            // Frames may have come in the same segment as the welcome.
            Ok(()) => self.on_bytes(&mut inbound),
            Err(end) => return end,
        };
        self.desk.tell_all(notices);
        let mut watch = self.watch();
        while turn.is_ok() {
            self.fill(&mut outbound);
            let is_listening = self.desk.core.events_waiting() < EVENTS_WAITING_MAX;
            let wake_at = self.desk.core.next_at().map_or(watch.next_at(), |at| at.min(watch.next_at()));
            turn = tokio::select! {
                read = inbound.read(), if is_listening => self.on_read(read, &mut inbound),
                written = outbound.write_some(), if outbound.has_unsent() => written.map_err(|error| broken(&error)),
                served = self.desk.serve() => served,
                () = tokio::time::sleep_until(wake_at) => {
                    if !is_listening {
                        // A server that we do not listen to is not silent.
                        self.desk.core.on_heard(self.now());
                    }
                    let now = self.now();
                    if now.at >= watch.next_at() && watch.tick(now.at, now.wall) {
                        self.desk.core.on_wake(now);
                    }
                    self.desk.core.on_time(now)
                }
            };
        }
        match turn {
            Err(End::Bye) => self.say_bye(inbound, outbound).await,
            Err(end) => end,
            Ok(()) => End::Bye,
        }
    }

    fn on_read(&mut self, read: std::io::Result<bool>, inbound: &mut Inbound<D::Stream>) -> Result<(), End> {
        match read {
            Ok(true) => {
                let now = self.now();
                self.desk.core.on_heard(now);
                self.on_bytes(inbound)
            }
            Ok(false) => Err(self.desk.core.on_end_of_stream()),
            Err(error) => Err(broken(&error)),
        }
    }

    fn on_bytes(&mut self, inbound: &mut Inbound<D::Stream>) -> Result<(), End> {
        let now = self.now();
        while let Some((request, frame)) = inbound.next_frame()? {
            self.desk.core.on_frame(now, request, frame)?;
        }
        Ok(())
    }

    /// Makes frames while there is space, and brings the disk up to date before any of them is written.
    fn fill(&mut self, outbound: &mut Outbound<D::Stream>) {
        fill(&mut self.desk.core, outbound);
        self.desk.save();
    }

    /// The orderly end: the last posts, `Bye`, and then the server hangs up first, so that nothing of it is lost on the
    /// way. Each step is bounded: a person waits.
    async fn say_bye(&mut self, mut inbound: Inbound<D::Stream>, mut outbound: Outbound<D::Stream>) -> End {
        let until = Instant::now() + BYE_PATIENCE;
        drop(tokio::time::timeout_at(until, self.settle(&mut inbound, &mut outbound)).await);
        outbound.push(0, &Bye {}.into());
        let hang_up = async {
            while outbound.has_unsent() && outbound.write_some().await.is_ok() {}
            outbound.finish().await;
            while self.is_heard(&mut inbound).await {}
        };
        drop(tokio::time::timeout(HANG_UP_PATIENCE, hang_up).await);
        End::Bye
    }

    /// Until every post is written and answered.
    async fn settle(&mut self, inbound: &mut Inbound<D::Stream>, outbound: &mut Outbound<D::Stream>) {
        loop {
            self.fill(outbound);
            if self.desk.core.is_quiet() && !outbound.has_unsent() {
                return;
            }
            let turn = tokio::select! {
                read = inbound.read() => self.on_read(read, inbound),
                written = outbound.write_some(), if outbound.has_unsent() => written.map_err(|error| broken(&error)),
            };
            if turn.is_err() {
                return;
            }
        }
    }

    /// Takes in what still comes; `false` when the stream is over.
    async fn is_heard(&mut self, inbound: &mut Inbound<D::Stream>) -> bool {
        let read = inbound.read().await;
        self.on_read(read, inbound).is_ok()
    }
}

fn fill<S: AsyncRead + AsyncWrite>(core: &mut Core, outbound: &mut Outbound<S>) {
    while outbound.has_space()
        && let Some((request, frame)) = core.next_frame()
    {
        outbound.push(request, &frame);
    }
}

fn broken(error: &std::io::Error) -> End {
    End::lost(format!("the connection broke: {error}"))
}
