//! The program as a shell sees it, with servers that are known, new or changed.

use crate::Person;
use crate::server::{Identity, Server};
use chat_proto::Fingerprint;
use chat_tui::known_servers::Voucher;
use std::process::{Output, Stdio};
use tokio::process::Command;

impl Person {
    /// Runs `chat-tui` in this person's home.
    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
        command
            .args(line)
            .env("XDG_DATA_HOME", &self.home)
            .env("XDG_STATE_HOME", &self.home)
            .env("XDG_CONFIG_HOME", &self.home)
            .env_remove("CHAT_TLS");
        command.env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "").stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn run(&self, line: &[&str]) -> Output {
        let mut command = self.command(line);
        tokio::time::timeout(crate::SOON, command.output()).await.expect("the program ends").unwrap()
    }

    async fn send(&self, server: &str) -> Output {
        self.run(&["send", "--tls", "--server", server, "--join", "AB3Z", "--name", "ci", "hello"]).await
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn send_tells_of_a_first_contact_and_is_silent_from_then_on() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());

    let first = person.send(&server.address).await;
    let second = person.send(&server.address).await;

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}", stderr(&first));
    let told = format!("first contact with {}: its key is {}", server.address, identity.fingerprint);
    assert!(stderr(&first).contains(&told), "{}", stderr(&first));
    assert_eq!(stderr(&second), "");
}

#[tokio::test]
async fn send_ends_at_a_changed_key_and_goes_on_when_it_is_accepted() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    let known = Fingerprint::of(b"before");
    person.learn(&server.address, Voucher::Key(known));

    let refused = person.send(&server.address).await;

    let told = stderr(&refused);
    let command = format!("chat-tui trust {} {}", server.address, identity.fingerprint);
    let command = command.replace(" -", " -- -");
    assert_eq!(refused.status.code(), Some(1), "{told}");
    for line in [known.to_string(), identity.fingerprint.to_string()] {
        assert!(told.lines().any(|it| it.trim() == line), "{line} stands alone in\n{told}");
    }
    let shown = told.lines().map(str::trim).find(|line| line.starts_with("chat-tui trust")).unwrap();
    assert_eq!(shown.replace("-- ", ""), command.replace("-- ", ""));

    // As pasted.
    let words: Vec<&str> = shown.split_whitespace().skip(1).collect();
    let accepted = person.run(&words).await;

    assert_eq!(accepted.status.code(), Some(0), "{}", stderr(&accepted));
    let said = stdout(&accepted);
    assert!(said.contains(&known.to_string()) && said.contains(&identity.fingerprint.to_string()), "{said}");
    assert_eq!(person.send(&server.address).await.status.code(), Some(0));
}

#[tokio::test]
async fn the_environment_can_ask_for_tls_as_the_flag_does() {
    for (value, handshakes) in [("1", 1), ("0", 0)] {
        let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
        let mut command = person.command(&["send", "--server", &server.address, "--join", "AB3Z", "hello"]);

        command.env("CHAT_TLS", value);

        // A server of TLS alone gets it either way; whether it was spoken plain first, its first handshake tells.
        let sent = tokio::time::timeout(crate::SOON, command.output()).await.unwrap().unwrap();
        assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
        assert_eq!(server.failed_handshakes(), 1 - handshakes, "CHAT_TLS={value}");
    }
}

#[tokio::test]
async fn tail_ends_at_a_changed_key() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    person.learn(&server.address, Voucher::Key(Fingerprint::of(b"before")));

    let ended = person.run(&["tail", "--tls", "--server", &server.address, "--join", "AB3Z"]).await;

    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("chat-tui trust"), "{}", stderr(&ended));
}

#[tokio::test]
async fn a_server_address_may_be_an_invite_that_names_its_key() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    let post_to = |key: Fingerprint| {
        let invite = format!("chat://{}?key={key}", server.address);
        let person = &person;
        async move { person.run(&["send", "--server", &invite, "--join", "AB3Z", "--name", "ci", "hello"]).await }
    };

    let refused = post_to(Fingerprint::of(b"another")).await;
    let sent = post_to(identity.fingerprint).await;

    assert_eq!((refused.status.code(), sent.status.code()), (Some(1), Some(0)), "{}", stderr(&sent));
    assert!(stderr(&refused).contains("than the invite names"), "{}", stderr(&refused));
    assert_eq!(stderr(&sent), "");
}

#[tokio::test]
async fn trust_shows_accepts_and_forgets() {
    let person = Person::new();
    // One that looks like a flag, too.
    let keys = (0..=u16::MAX).map(|n| Fingerprint::of(&n.to_be_bytes()));
    let dashed = keys.into_iter().find(|key| key.to_string().starts_with("-h")).unwrap();
    let key = dashed.to_string();

    let unknown = person.run(&["trust", "Chat.Example.org"]).await;
    let accepted = person.run(&["trust", "--", "Chat.Example.org", &key]).await;
    let shown = person.run(&["trust", "chat.example.org:7000"]).await;
    let wrong = person.run(&["trust", "chat.example.org:7000", "nokey"]).await;
    let forgotten = person.run(&["trust", "--forget", "chat.example.org"]).await;

    let codes = [&unknown, &accepted, &shown, &wrong, &forgotten].map(|output| output.status.code().unwrap());
    assert_eq!(codes, [1, 0, 0, 2, 0], "{}", stderr(&accepted));
    assert!(stderr(&unknown).contains("nothing is known of chat.example.org:7000"), "{}", stderr(&unknown));
    assert!(
        stdout(&shown).starts_with(&format!("chat.example.org:7000 has the key {key} since 2")),
        "{}",
        stdout(&shown)
    );
    assert!(stdout(&forgotten).contains(&key), "{}", stdout(&forgotten));
    assert_eq!(person.knows("chat.example.org:7000"), None);
}
