//! The outbox of a link that crashed, taken over by the next.

use crate::fake::{Scene, item};
use chat_proto::frame::{Accepted, ClientFrame, Done, Durability, Stay};
use chat_proto::{Nick, Seq};
use chat_tui::link::{Command, LinkEvent, Mark};
use std::path::{Path, PathBuf};

struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("chat-link-{:016x}", rand::random::<u64>())))
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.0).map_or(0, Iterator::count)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn scene(directory: &Path) -> Scene {
    Scene::with(64 * 1024, Some(directory), Stay::Resident)
}

async fn crash(mut scene: Scene) {
    let (_, events) = tokio::sync::mpsc::channel(1);
    drop(std::mem::replace(&mut scene.events, events));
    drop(scene);
    // The task of the link ends at its next turn.
    tokio::task::yield_now().await;
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_post_without_an_answer_is_sent_again_by_the_next_run_under_its_id() {
    let directory = Directory::new();
    let mut first = scene(&directory.0);
    let mut peer = first.enter(3).await;
    first.ask(Command::Post(item(1))).await;
    let (_, id) = peer.post().await;
    crash(first).await;

    let mut second = scene(&directory.0);
    let mut peer = second.enter(3).await;
    let restored = second.event_where(|event| matches!(event, LinkEvent::Restored { .. })).await;
    let (request, again) = peer.post().await;
    peer.say(request, Accepted { id, seq: Seq(4), durability: Durability::Memory }).await;
    second.event_where(|event| matches!(event, LinkEvent::Marked { mark: Mark::Accepted { .. }, .. })).await;
    second.ask(Command::Bye).await;
    drop(peer);
    second.has_ended().await;

    assert_eq!(again, id);
    assert_eq!(restored, LinkEvent::Restored { items: vec![(item(1), Mark::Waiting)] });
    assert_eq!(directory.files(), 0, "nothing is left of what was delivered");
}

#[tokio::test(start_paused = true)]
async fn a_post_is_kept_for_the_name_that_its_author_took_before_or_after_it() {
    for is_renamed_first in [true, false] {
        let directory = Directory::new();
        let mut first = scene(&directory.0);
        let mut peer = first.enter(3).await;
        let rename = Command::Rename(Nick::parse(b"eve").unwrap());
        let post = Command::Post(item(1));
        for command in if is_renamed_first { [rename, post] } else { [post, rename] } {
            first.ask(command).await;
            let (request, asked) = peer.request_where(|frame| !matches!(frame, ClientFrame::Ping(_))).await;
            if matches!(asked, ClientFrame::Rename(_)) {
                peer.say(request, Done {}).await;
                first.event_where(|event| matches!(event, LinkEvent::Renamed(_))).await;
            }
        }
        crash(first).await;

        let mut second = Scene::named("eve", &directory.0);
        let _peer = second.enter(3).await;

        let next = second.event().await;
        assert_eq!(next, LinkEvent::Restored { items: vec![(item(1), Mark::Waiting)] }, "{is_renamed_first}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_said_in_the_moment_of_the_end_is_kept() {
    let directory = Directory::new();
    let mut first = scene(&directory.0);
    let _peer = first.enter(3).await;
    first.commands.try_send(Command::Post(item(1))).unwrap();
    crash(first).await;

    let mut second = scene(&directory.0);
    let _peer = second.enter(3).await;

    let restored = second.event_where(|event| matches!(event, LinkEvent::Restored { .. })).await;
    assert_eq!(restored, LinkEvent::Restored { items: vec![(item(1), Mark::Waiting)] });
}

#[tokio::test(start_paused = true)]
async fn the_outbox_of_a_running_link_is_left_alone() {
    let directory = Directory::new();
    let mut first = scene(&directory.0);
    let mut first_peer = first.enter(3).await;
    first.ask(Command::Post(item(1))).await;
    first_peer.post().await;

    let mut second = scene(&directory.0);
    let _peer = second.enter(3).await;
    second.ask(Command::Post(item(2))).await;

    let event = second.event().await;
    assert!(matches!(event, LinkEvent::Marked { .. }), "nothing is restored: {event:?}");
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_cannot_be_written_is_told_and_the_chat_goes_on() {
    let mut scene = scene(Path::new("/proc/nowhere"));

    let LinkEvent::Notice(sentence) = scene.event().await else { panic!("not told") };
    assert!(sentence.contains("will not survive"), "{sentence}");
    let mut peer = scene.enter(3).await;
    scene.ask(Command::Post(item(1))).await;
    peer.post().await;
}
