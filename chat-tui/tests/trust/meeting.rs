//! Who is trusted: A41 and A42, over real handshakes.

use crate::server::{Authority, Identity, Server};
use crate::{Person, SOON};
use chat_proto::Fingerprint;
use chat_tui::known_servers::Voucher;
use chat_tui::link::{Encryption, LinkEvent, Roots, Security, Trouble, Trust, Why};
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};

fn run_out(params: &mut CertificateParams) {
    (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
}

fn to_come(params: &mut CertificateParams) {
    (params.not_before, params.not_after) = (date_time_ymd(2200, 1, 1), date_time_ymd(2201, 1, 1));
}

fn for_elsewhere(params: &mut CertificateParams) {
    params.subject_alt_names = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap().subject_alt_names;
}

#[tokio::test]
async fn the_first_contact_is_told_with_the_key_and_remembered() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    let key = server_key(&server, &person).await;

    assert_eq!(person.knows(&server.address), Some(Voucher::Key(key)));
}

/// Meets the server for the first time.
async fn server_key(server: &Server, person: &Person) -> Fingerprint {
    match person.dial(&server.address).security().await {
        Security::Tls { key, trust: Trust::FirstContact } => key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_fingerprint_is_that_of_the_certificate_s_public_key() {
    let identity = Identity::self_made();
    let server = Server::open(identity.clone()).await;

    assert_eq!(server_key(&server, &Person::new()).await, identity.fingerprint);
}

#[tokio::test]
async fn a_known_key_is_silent() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    server_key(&server, &person).await;

    assert_eq!(person.dial(&server.address.to_uppercase()).trust().await, Trust::Known);
}

#[tokio::test]
async fn a_changed_key_is_refused_and_told_nothing() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    let known = Fingerprint::of(b"another");
    person.learn(&server.address, Voucher::Key(known));

    let distrust = person.dial(&server.address).distrust().await;

    assert_eq!(distrust.why, Why::Changed { known });
    assert_eq!(server.heard_until_hung_up().await, b"");
    assert_eq!(person.knows(&server.address), Some(Voucher::Key(known)));
}

#[tokio::test]
async fn an_invited_key_is_trusted_and_remembered() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());

    let trust = person.dial_invited(&server.address, identity.fingerprint).trust().await;

    assert_eq!(trust, Trust::Invited);
    assert_eq!(person.dial(&server.address).trust().await, Trust::Known);
}

#[tokio::test]
async fn another_key_than_the_invited_one_is_refused_whoever_vouches_for_it() {
    let authority = Authority::new();
    let named = Fingerprint::of(b"the key in the invite");
    for identity in [Identity::self_made(), authority.certify(|_| {})] {
        let server = Server::open(identity.clone()).await;
        let person = Person::believing(authority.roots());

        let distrust = person.dial_invited(&server.address, named).distrust().await;

        assert_eq!((distrust.found, distrust.why), (identity.fingerprint, Why::NotInvited { named }));
        assert_eq!(server.heard_until_hung_up().await, b"");
        assert_eq!(person.knows(&server.address), None);
    }
}

#[tokio::test]
async fn an_invite_with_another_key_than_the_known_one_is_refused_until_somebody_accepts_it() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    let known = Fingerprint::of(b"before");
    person.learn(&server.address, Voucher::Key(known));

    let distrust = person.dial_invited(&server.address, identity.fingerprint).distrust().await;

    assert_eq!((distrust.found, distrust.why), (identity.fingerprint, Why::Changed { known }));
    assert_eq!(server.heard_until_hung_up().await, b"");
    person.learn(&server.address, Voucher::Key(identity.fingerprint));
    assert_eq!(person.dial_invited(&server.address, identity.fingerprint).trust().await, Trust::Invited);
}

#[tokio::test]
async fn an_invite_does_not_take_the_place_of_the_roots() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());
    person.learn(&server.address, Voucher::Roots);

    let distrust = person.dial_invited(&server.address, identity.fingerprint).distrust().await;

    assert!(matches!(distrust.why, Why::Certificate(_)), "{distrust}");
    assert_eq!(person.knows(&server.address), Some(Voucher::Roots));
}

#[tokio::test]
async fn an_invite_that_the_roots_agree_with_leaves_them_their_place() {
    let authority = Authority::new();
    let identity = authority.certify(|_| {});
    let (server, person) = (Server::open(identity.clone()).await, Person::believing(authority.roots()));
    person.learn(&server.address, Voucher::Roots);

    assert_eq!(person.dial_invited(&server.address, identity.fingerprint).trust().await, Trust::Invited);

    assert_eq!(person.knows(&server.address), Some(Voucher::Roots));
}

#[tokio::test]
async fn what_the_roots_vouch_for_is_trusted_without_a_pin_and_may_change_its_key() {
    let authority = Authority::new();
    let person = Person::believing(authority.roots());
    let server = Server::open(authority.certify(|_| {})).await;

    assert_eq!(person.dial(&server.address).trust().await, Trust::Roots);
    server.become_another(&authority.certify(|_| {}));
    assert_eq!(person.dial(&server.address).trust().await, Trust::Roots);
}

#[tokio::test]
async fn nobody_takes_the_place_of_a_server_that_the_roots_vouched_for() {
    let authority = Authority::new();
    let person = Person::believing(authority.roots());
    let server = Server::open(authority.certify(|_| {})).await;
    person.dial(&server.address).trust().await;
    server.become_another(&Identity::self_made());

    let distrust = person.dial(&server.address).distrust().await;

    assert!(matches!(distrust.why, Why::Certificate(_)), "{distrust:?}");
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_is_refused_with_what_is_wrong_and_told_nothing() {
    let authority = Authority::new();
    let cases: [(Identity, &str); 6] = [
        (Authority::new().certify(|_| {}), "its signature is wrong"),
        (authority.certify(run_out), "it ran out on 2020-01-01"),
        (authority.certify(to_come), "it is not valid before 2200-01-01"),
        (authority.certify(for_elsewhere), "it is for elsewhere.example"),
        // webpki looks at dates before it looks for who signed.
        (Identity::self_made_with(run_out), "it ran out on 2020-01-01"),
        (Identity::self_made_with(to_come), "it is not valid before 2200-01-01"),
    ];
    for (identity, wrong) in cases {
        let person = Person::believing(authority.roots());
        let server = Server::open(identity).await;

        let distrust = person.dial(&server.address).distrust().await;

        assert!(matches!(&distrust.why, Why::Certificate(why) if why.starts_with(wrong)), "{wrong}: {distrust:?}");
        assert_eq!(server.heard_until_hung_up().await, b"", "{wrong}");
        assert_eq!(person.knows(&server.address), None, "{wrong}");
    }
}

#[tokio::test]
async fn a_known_key_is_trusted_also_when_its_certificate_has_run_out_or_is_for_another_host() {
    let authority = Authority::new();
    for identity in [Identity::self_made_with(run_out), authority.certify(run_out), authority.certify(for_elsewhere)] {
        let person = Person::believing(authority.roots());
        let server = Server::open(identity.clone()).await;
        person.learn(&server.address, Voucher::Key(identity.fingerprint));

        assert_eq!(person.dial(&server.address).trust().await, Trust::Known);
    }
}

#[tokio::test]
async fn a_certificate_for_the_address_that_a_name_led_to_vouches_for_no_name() {
    let authority = Authority::new();
    let for_its_address = |params: &mut CertificateParams| {
        params.subject_alt_names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().subject_alt_names;
    };
    let server = Server::open(authority.certify(for_its_address)).await;
    // No certificate can name it, and whoever answers for names says where it leads.
    let unnameable = server.address.replace("localhost", "127.1");
    let person = Person::believing(authority.roots());
    let known = Fingerprint::of(b"another");
    person.learn(&unnameable, Voucher::Key(known));

    assert_eq!(person.dial(&unnameable).distrust().await.why, Why::Changed { known });
    assert_eq!(server.heard_until_hung_up().await, b"");
}

#[tokio::test]
async fn what_a_server_made_for_itself_is_a_first_contact_whatever_stands_in_it() {
    let as_openssl_does = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for identity in [Identity::self_made_with(for_elsewhere), Identity::self_made_with(as_openssl_does)] {
        let server = Server::open(identity).await;

        assert_eq!(Person::new().dial(&server.address).trust().await, Trust::FirstContact);
    }
}

#[tokio::test]
async fn an_authority_that_the_system_does_not_know_vouches_for_nobody() {
    let server = Server::open(Authority::called("somebody").certify(|_| {})).await;
    let person = Person::believing(Authority::new().roots());

    assert_eq!(person.dial(&server.address).trust().await, Trust::FirstContact);
}

#[tokio::test]
async fn whoever_shows_a_certificate_without_holding_its_key_gets_nowhere() {
    let genuine = Identity::self_made();
    let server = Server::open(Identity::self_made().posing_as(&genuine)).await;
    let person = Person::new();
    person.learn(&server.address, Voucher::Key(genuine.fingerprint));

    let trouble = person.dial(&server.address).trouble().await;

    assert!(matches!(&trouble, Trouble::Lost(why) if why.contains("does not hold the key")), "{trouble:?}");
    assert_eq!(server.heard_until_hung_up().await, b"");
}

#[tokio::test]
async fn an_unreadable_file_of_known_servers_trusts_nobody() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    std::fs::create_dir(person.file()).unwrap();

    let trouble = person.dial(&server.address).trouble().await;

    assert!(matches!(&trouble, Trouble::Lost(why) if why.contains("known_servers")), "{trouble:?}");
    assert_eq!(server.heard(), b"");
}

#[tokio::test]
async fn a_damaged_line_about_the_server_trusts_nobody_and_one_about_others_is_named() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    std::fs::write(person.file(), format!("{} half-a-key\n", server.address)).unwrap();
    let trouble = person.dial(&server.address).trouble().await;
    assert!(matches!(&trouble, Trouble::Lost(why) if why.contains("line 1")), "{trouble:?}");

    std::fs::write(person.file(), "elsewhere:7000 half-a-key\n").unwrap();
    let mut line = person.dial(&server.address);
    assert_eq!(line.trust().await, Trust::FirstContact);
    let LinkEvent::Notice(sentence) = line.event().await else { panic!("not told") };
    assert!(sentence.contains("line 1"), "{sentence}");
    let text = std::fs::read_to_string(person.file()).unwrap();
    assert!(text.contains("elsewhere:7000 half-a-key\n"), "{text}");
}

#[tokio::test]
async fn a_key_that_cannot_be_written_down_is_told() {
    let (server, person) = (Server::open(Identity::self_made()).await, Person::new());
    std::fs::create_dir(person.file().with_extension("lock")).unwrap();
    let mut line = person.dial(&server.address);

    assert_eq!(line.trust().await, Trust::FirstContact);

    let LinkEvent::Notice(sentence) = line.event().await else { panic!("not told") };
    assert!(sentence.contains("could not be remembered"), "{sentence}");
}

#[tokio::test]
async fn roots_of_the_system_that_are_none_are_no_error() {
    let server = Server::open(Identity::self_made()).await;
    let person = Person::believing(Roots::OfThisSystem);

    let mut line = person.dial_with(&server.address, None, Encryption::Always);

    assert_eq!(tokio::time::timeout(SOON, line.trust()).await.unwrap(), Trust::FirstContact);
}
