use super::*;
use chat_proto::PersonId;
use chat_proto::entry::{BanScope, Target};

fn text(text: &str) -> Text {
    Text::parse(text.as_bytes()).unwrap()
}

fn target(name: &str) -> Target {
    Target { person: PersonId(0), name: name.to_owned().into() }
}

#[test]
fn every_command_is_understood() {
    let table = [
        ("/help", Action::Help),
        ("/me waves", Action::Me(text("waves"))),
        ("/reply  yes, it did", Action::Reply(text("yes, it did"))),
        ("/edit", Action::EditLast),
        ("/react :tada:", Action::React(Emoji::parse("🎉".as_bytes()).unwrap())),
        ("/react 🎉", Action::React(Emoji::parse("🎉".as_bytes()).unwrap())),
        ("/join ab3z", Action::Join(Destination::parse("AB3Z").unwrap())),
        ("/j AB3Z ", Action::Join(Destination::parse("AB3Z").unwrap())),
        ("/join chat://h/AB3Z", Action::Join(Destination::parse("chat://h:7000/AB3Z").unwrap())),
        ("/switch release", Action::Switch("release".into())),
        ("/rooms", Action::Switch(String::new())),
        ("/notify", Action::ShowLevel),
        ("/notify nothing", Action::SetLevel(Level::Nothing)),
        ("/create", Action::Create(Door::Open, Keep::Default)),
        ("/create private", Action::Create(Door::Private, Keep::Default)),
        ("/create 7d", Action::Create(Door::Open, Keep::Millis(604_800_000))),
        ("/create private  forever", Action::Create(Door::Private, Keep::Forever)),
        ("/invite", Action::Invite(View::Line)),
        ("/invite qr", Action::Invite(View::Qr)),
        ("/leave", Action::Leave),
        ("/nick bob", Action::Nick(Nick::parse(b"bob").unwrap())),
        ("/topic", Action::ShowTopic),
        ("/topic release planning", Action::Topic(Topic::parse(b"release planning").unwrap())),
        ("/topic -", Action::Topic(Topic::default())),
        ("/kick bob", Action::Act(Act::Kick(target("bob")))),
        ("/kick @Bob ", Action::Act(Act::Kick(target("Bob")))),
        ("/ban bob", Action::Act(Act::Ban(target("bob"), BanScope::Key))),
        ("/ban bob  address", Action::Act(Act::Ban(target("bob"), BanScope::Address))),
        ("/unban bob", Action::Act(Act::Unban(target("bob")))),
        ("/op bob", Action::Act(Act::Op(target("bob")))),
        ("/deop bob", Action::Act(Act::Deop(target("bob")))),
        ("/mute bob", Action::Act(Act::Mute(target("bob")))),
        ("/unmute bob", Action::Act(Act::Unmute(target("bob")))),
        ("/lock", Action::Act(Act::Lock)),
        ("/unlock", Action::Act(Act::Unlock)),
        ("/rekey", Action::Act(Act::Rekey)),
        ("/whois bob", Action::Whois(Nick::parse(b"bob").unwrap())),
        ("/whoami", Action::WhoAmI),
        ("/ignore bob", Action::Ignore(Nick::parse(b"bob").unwrap())),
        ("/ignore", Action::ShowIgnored),
        ("/unignore bob", Action::Unignore(Nick::parse(b"bob").unwrap())),
        ("/msg bob", Action::Message(Nick::parse(b"bob").unwrap(), None)),
        ("/dm @bob hi there", Action::Message(Nick::parse(b"bob").unwrap(), Some(text("hi there")))),
        ("/query bob", Action::Message(Nick::parse(b"bob").unwrap(), None)),
        ("/away", Action::Away(Topic::default())),
        ("/away at lunch", Action::Away(Topic::parse(b"at lunch").unwrap())),
        ("/back", Action::Back),
        ("/search a from:bob", Action::Search(Typed::parse("a from:bob").unwrap())),
        ("/mentions", Action::Mentions),
        ("/theme", Action::ListThemes),
        ("/at yesterday 14:05", Action::At(Moment::parse("yesterday 14:05").unwrap())),
        ("/export ~/notes.txt", Action::Export(Wanted::parse("~/notes.txt").unwrap())),
        ("/theme light", Action::Theme("light".into())),
        ("/forget", Action::Forget),
        ("/clear", Action::Clear),
        ("/plain", Action::Plain),
        ("/resend", Action::Resend),
        ("/discard", Action::Discard),
        ("/quit", Action::Quit),
        ("/exit", Action::Quit),
        ("/QUIT", Action::Quit),
    ];
    for (line, action) in table {
        assert_eq!(parse(line), Ok(Line::Do(action)), "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_command_is_a_sentence() {
    let lines = [
        "/me",
        "/reply",
        "/edit it",
        "/react",
        "/react :nothing_is_called_so:",
        "/join",
        "/join ABC",
        "/join 0000",
        "/join chat://h",
        "/join chat://h/AB3Z#x",
        "/create secret",
        "/create private soon",
        "/create 7d private",
        "/invite bob",
        "/nick",
        "/nick a b",
        "/quit now",
        "/notify some",
        "/nope",
        "/",
        "/kick",
        "/kick bob now",
        "/ban",
        "/ban bob addr",
        "/ban bob address now",
        "/op a/b",
        "/lock now",
        "/rekey bob",
        "/whois",
        "/whoami bob",
        "/ignore a b",
        "/unignore",
        "/msg",
        "/msg a/b hi",
        "/back now",
        "/search",
        "/search x since:soon",
        "/mentions bob",
        "/at",
        "/at noon",
        "/export",
        "/export --json",
        "/theme very light",
        "/forget bob",
    ];
    for line in lines {
        let sentence = parse(line).unwrap_err();
        assert!(sentence.contains(' '), "{line}: {sentence}");
    }
}

#[test]
fn two_slashes_say_one() {
    assert_eq!(parse("//etc/hosts"), Ok(Line::Say("/etc/hosts".into())));
    assert_eq!(parse("a /quit"), Ok(Line::Say("a /quit".into())));
}

#[test]
fn no_name_stands_twice_in_the_table() {
    let mut all: Vec<&str> = COMMANDS.iter().flat_map(|command| command.names).copied().collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn whoever_looks_for_somebody_of_a_reserved_name_is_not_told_to_take_another() {
    for line in ["/msg nobody hi", "/whois @nobody", "/kick nobody", "/ignore nobody"] {
        let sentence = "there is nobody called nobody: nobody can take this name".to_owned();
        assert_eq!(parse(line).unwrap_err(), sentence, "{line}");
    }
    assert_eq!(parse("/nick nobody").unwrap_err(), "this name is reserved; take another");
}
