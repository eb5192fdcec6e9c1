//! Whether whoever answers is the server that was meant: a decision about facts, which opens and asks nothing.
//!
//! ```text
//! an invite names a key    it is that one, or it is not the server        RFC 7671, 5.1: a key that was named counts,
//! .. and another is known  it has changed, unless the roots vouch          whatever name and dates stand beside it
//! the roots vouch          no more is needed
//! a key is known           it is that one, or it has changed
//! the roots vouched once   then nobody else may answer there
//! nobody vouches           first contact
//! the certificate is bad   no: what somebody got wrong is not trusted on first use
//! ```
//!
//! A known key that comes with a certificate that has run out is still the known key: nobody whom we believe set that
//! date. So a certificate is judged only where it is all there is; and a server with a bad one can be let in by its
//! key.

use super::dial::{Trust, Why};
use crate::known_servers::Voucher;
use chat_proto::Fingerprint;

/// What the certificate roots say about a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It holds, and is for this server.
    Holds,
    /// They do not know who made it: the server itself, most likely.
    Unvouched,
    /// It does not hold; what is wrong with it, without a full stop.
    Bad(String),
}

/// All that is known about whoever answers.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The key it holds.
    pub(crate) found: Fingerprint,
    pub(crate) verdict: Verdict,
    /// The key that an invite names.
    pub(crate) named: Option<Fingerprint>,
    /// What vouched for this server before.
    pub(crate) known: Option<Voucher>,
}

/// Why this is the server, or why nobody can tell.
pub(crate) fn decide(evidence: &Evidence) -> Result<Trust, Why> {
    let Evidence { found, verdict, named, known } = evidence;
    match (named, known, verdict) {
        (Some(named), ..) if named != found => Err(Why::NotInvited { named: *named }),
        (Some(_), _, Verdict::Holds) | (Some(_), None, _) => Ok(Trust::Invited),
        (Some(_), Some(Voucher::Key(known)), _) if known == found => Ok(Trust::Invited),
        (None, _, Verdict::Holds) => Ok(Trust::Roots),
        (None, Some(Voucher::Key(known)), _) if known == found => Ok(Trust::Known),
        (_, Some(Voucher::Key(known)), _) => Err(Why::Changed { known: *known }),
        (_, _, Verdict::Bad(sentence)) => Err(Why::Certificate(sentence.clone())),
        (_, Some(Voucher::Roots), Verdict::Unvouched) => Err(Why::Certificate(UNVOUCHED_NOW.to_owned())),
        (None, None, Verdict::Unvouched) => Ok(Trust::FirstContact),
    }
}

const UNVOUCHED_NOW: &str =
    "the certificate roots of this system vouched for this server before, and for this key they do not";

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Fingerprint {
        Fingerprint::of(&[n])
    }

    fn bad() -> Verdict {
        Verdict::Bad("it has run out".into())
    }

    /// About a server that shows key 1.
    fn decided(verdict: Verdict, named: Option<u8>, known: Option<Voucher>) -> Result<Trust, Why> {
        decide(&Evidence { found: key(1), verdict, named: named.map(key), known })
    }

    #[test]
    fn an_invited_key_is_the_server_of_which_nothing_else_is_known_and_no_other_is() {
        for verdict in [Verdict::Holds, Verdict::Unvouched, bad()] {
            for known in [None, Some(Voucher::Key(key(1)))] {
                assert_eq!(decided(verdict.clone(), Some(1), known), Ok(Trust::Invited));
            }
            for known in [None, Some(Voucher::Key(key(1))), Some(Voucher::Key(key(2))), Some(Voucher::Roots)] {
                let other = decided(verdict.clone(), Some(2), known);
                assert_eq!(other, Err(Why::NotInvited { named: key(2) }), "{verdict:?} {known:?}");
            }
        }
    }

    /// Anybody can write an invite, and sit on the way to a server that is known.
    #[test]
    fn an_invite_does_not_outvote_what_is_known() {
        for verdict in [Verdict::Unvouched, bad()] {
            let changed = Err(Why::Changed { known: key(2) });
            assert_eq!(decided(verdict.clone(), Some(1), Some(Voucher::Key(key(2)))), changed);
            let once_vouched_for = decided(verdict, Some(1), Some(Voucher::Roots));
            assert!(matches!(once_vouched_for, Err(Why::Certificate(_))), "{once_vouched_for:?}");
        }
        for known in [Voucher::Key(key(2)), Voucher::Roots] {
            assert_eq!(decided(Verdict::Holds, Some(1), Some(known)), Ok(Trust::Invited), "but the roots agree");
        }
    }

    #[test]
    fn what_the_roots_vouch_for_needs_no_pin() {
        for known in [None, Some(Voucher::Key(key(2))), Some(Voucher::Roots)] {
            assert_eq!(decided(Verdict::Holds, None, known), Ok(Trust::Roots));
        }
    }

    #[test]
    fn a_known_key_is_the_server_also_when_its_certificate_has_run_out() {
        for verdict in [Verdict::Unvouched, bad()] {
            assert_eq!(decided(verdict, None, Some(Voucher::Key(key(1)))), Ok(Trust::Known));
        }
    }

    #[test]
    fn another_key_than_the_known_one_is_a_change_whatever_is_wrong_with_its_certificate() {
        for verdict in [Verdict::Unvouched, bad()] {
            let changed = Err(Why::Changed { known: key(2) });
            assert_eq!(decided(verdict, None, Some(Voucher::Key(key(2)))), changed);
        }
    }

    #[test]
    fn only_what_nobody_ever_vouched_for_is_a_first_contact() {
        assert_eq!(decided(Verdict::Unvouched, None, None), Ok(Trust::FirstContact));
    }

    #[test]
    fn a_bad_certificate_is_never_trusted_on_first_use() {
        for known in [None, Some(Voucher::Roots)] {
            assert_eq!(decided(bad(), None, known), Err(Why::Certificate("it has run out".into())));
        }
    }

    #[test]
    fn nobody_takes_the_place_of_a_server_that_the_roots_vouched_for() {
        let decided = decided(Verdict::Unvouched, None, Some(Voucher::Roots));

        assert!(matches!(&decided, Err(Why::Certificate(sentence)) if sentence.contains("before")), "{decided:?}");
    }
}
