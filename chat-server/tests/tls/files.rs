//! Key and certificate on disk: made once, never replaced, refused with a sentence.

use crate::support::scratch::Scratch;
use chat_proto::Fingerprint;
use chat_server::Tls;
use chat_server::tls::TlsError;
use rcgen::{KeyPair, PublicKeyData};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A key and a certificate in a directory that was not there.
fn made() -> (Scratch, PathBuf, PathBuf, Tls) {
    let scratch = Scratch::new();
    let state = scratch.path().join("a/b");
    let tls = Tls::load_or_make(&state).unwrap();
    (scratch, state.join("tls-key.pem"), state.join("tls-cert.pem"), tls)
}

fn sentence(refused: Result<Tls, TlsError>) -> String {
    let sentence = refused.unwrap_err().to_string();
    assert!(!sentence.contains('\n'), "one line: {sentence}");
    sentence
}

fn reload(key: &Path) -> Result<Tls, TlsError> {
    Tls::load_or_make(key.parent().unwrap())
}

#[test]
fn the_first_start_makes_a_key_that_only_its_owner_can_read_and_the_next_takes_the_same() {
    let (_scratch, key, certificate, tls) = made();

    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(key.parent().unwrap()), 0o700);
    assert_eq!(fs::read_dir(key.parent().unwrap()).unwrap().count(), 2, "nothing else is left there");
    assert_eq!(reload(&key).unwrap().fingerprint(), tls.fingerprint());
    assert_eq!(Tls::from_files(&certificate, &key).unwrap().fingerprint(), tls.fingerprint());
}

#[test]
fn the_fingerprint_is_that_of_the_public_key_whatever_the_certificate() {
    let (_scratch, key, certificate, tls) = made();
    let pair = KeyPair::from_pem(&fs::read_to_string(&key).unwrap()).unwrap();
    assert_eq!(tls.fingerprint(), Fingerprint::of(&pair.subject_public_key_info()));

    let first = fs::read(&certificate).unwrap();
    fs::remove_file(&certificate).unwrap();
    let renewed = reload(&key).unwrap();

    assert_ne!(fs::read(&certificate).unwrap(), first, "a certificate that is missing is made from the key");
    assert_eq!(renewed.fingerprint(), tls.fingerprint());
}

#[test]
fn servers_that_start_at_once_have_the_same_key() {
    for _ in 0..10 {
        let scratch = Scratch::new();
        let state = scratch.path().join("state");
        let start = || Tls::load_or_make(&state).unwrap().fingerprint();

        let fingerprints: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|started| started.join().unwrap()).collect()
        });

        assert!(fingerprints.iter().all(|fingerprint| *fingerprint == start()), "{fingerprints:?}");
    }
}

#[test]
fn a_key_that_others_can_read_is_refused_with_what_mends_it() {
    let (_scratch, key, certificate, _) = made();
    for open in [0o644, 0o640, 0o604, 0o620] {
        set_mode(&key, open);

        let refused = sentence(reload(&key));

        assert!(refused.contains(&format!("chmod 600 {}", key.display())), "{refused}");
    }
    set_mode(&key, 0o640);
    assert!(Tls::from_files(&certificate, &key).is_ok(), "an operator may let a group in");
    set_mode(&key, 0o644);
    assert!(sentence(Tls::from_files(&certificate, &key)).contains("chmod 600"));
}

#[test]
fn a_damaged_file_is_refused_and_never_replaced() {
    type Damage = fn(&[u8]) -> Vec<u8>;
    let damages: [Damage; 5] = [
        |_| Vec::new(),
        |whole| whole[..whole.len() / 2].to_vec(),
        |whole| whole.iter().map(|byte| byte.wrapping_add(1)).collect(),
        |whole| String::from_utf8_lossy(whole).replace("MI", "!?").into_bytes(),
        |_| b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_vec(),
    ];
    for damage in damages {
        for damaged in ["tls-key.pem", "tls-cert.pem"] {
            let (_scratch, key, ..) = made();
            let path = key.with_file_name(damaged);
            let broken = damage(&fs::read(&path).unwrap());
            fs::write(&path, &broken).unwrap();

            let refused = sentence(reload(&key));

            assert!(refused.contains(damaged) && refused.contains("move"), "{refused}");
            assert_eq!(fs::read(&path).unwrap(), broken);
        }
    }
}

#[test]
fn a_damaged_key_without_a_certificate_is_refused_and_never_replaced() {
    let (_scratch, key, certificate, _) = made();
    fs::remove_file(&certificate).unwrap();
    fs::write(&key, "").unwrap();

    assert!(sentence(reload(&key)).contains("tls-key.pem"));

    assert_eq!((fs::read(&key).unwrap().len(), certificate.exists()), (0, false));
}

#[test]
fn a_certificate_whose_key_is_gone_is_no_reason_for_a_new_key() {
    let (_scratch, key, _, _) = made();
    fs::remove_file(&key).unwrap();

    let refused = sentence(reload(&key));

    assert!(refused.contains("tls-key.pem is gone"), "{refused}");
    assert!(!key.exists());
}

#[test]
fn a_certificate_for_another_key_is_refused() {
    let (_scratch, key, _, _) = made();
    let (_other_scratch, _, foreign, _) = made();

    assert!(sentence(Tls::from_files(&foreign, &key)).contains("is not for the key"));
}

#[test]
fn what_is_not_there_or_cannot_be_made_is_said_with_its_path() {
    let scratch = Scratch::new();
    let file = scratch.path().join("file");
    fs::write(&file, "").unwrap();

    let refused =
        [sentence(Tls::from_files(&scratch.path().join("none.pem"), &file)), sentence(Tls::load_or_make(&file))];

    assert!(refused[0].contains("none.pem"), "{refused:?}");
    assert!(refused[1].contains("file/tls-cert.pem") || refused[1].contains("file/tls-key.pem"), "{refused:?}");
}
