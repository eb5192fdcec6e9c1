//! A room's own state as it is kept: JSON that a later version can read as well.
//!
//! Besides, there are the entries, the members (a record each) and the code. What may be missing has a default; what
//! must not be guessed (who owns the room, whether it is private) has none.

use super::order::{List, Order, Whom};
use super::pair::{Pair, Side};
use crate::environment::Moment;
use crate::network::Network;
use crate::people::Key;
use chat_proto::frame::Lock;
use chat_proto::limits::SECRET_BYTES;
use chat_proto::{Nick, PersonId, Secret, Topic, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Who opened a room, and how: the same for as long as it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Their number.
    pub person: PersonId,
    /// The id of their request.
    pub request: u64,
    /// Their key: it has so many rooms open.
    pub key: Key,
    /// From where.
    pub address: Network,
    /// When.
    pub time: UnixMillis,
    /// For whom, if it is a direct room.
    pub pair: Option<Pair>,
}

#[derive(Serialize, Deserialize)]
struct RoomFile {
    opened: OpenedFile,
    #[serde(default, with = "topic")]
    topic: Topic,
    #[serde(with = "hex")]
    owner: Key,
    #[serde(default)]
    operators: Vec<WhomFile>,
    #[serde(default)]
    muted: Vec<WhomFile>,
    #[serde(default)]
    banned: Vec<WhomFile>,
    #[serde(default)]
    kicked: Vec<KickedFile>,
    #[serde(default)]
    is_locked: bool,
    door: DoorFile,
}

#[derive(Serialize, Deserialize)]
struct OpenedFile {
    person: u64,
    request: u64,
    #[serde(with = "hex")]
    key: Key,
    address: Network,
    /// Milliseconds since 1970.
    time: i64,
}

#[derive(Serialize, Deserialize)]
struct WhomFile {
    person: u64,
    #[serde(with = "name")]
    name: Nick,
    #[serde(with = "hex")]
    key: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Network>,
}

#[derive(Serialize, Deserialize)]
struct KickedFile {
    #[serde(with = "hex")]
    key: Key,
    /// Milliseconds since 1970.
    until: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DoorFile {
    Open,
    Private {
        #[serde(with = "hex")]
        secret: [u8; SECRET_BYTES],
    },
    Direct {
        pair: [SideFile; 2],
    },
}

#[derive(Serialize, Deserialize)]
struct SideFile {
    person: u64,
    #[serde(with = "name")]
    name: Nick,
    #[serde(with = "hex")]
    key: Key,
}

/// A room's own state, written at `moment`.
pub(super) fn written(origin: &Origin, topic: &Topic, order: &Order, moment: Moment) -> String {
    let kicked = |(key, until): (&Key, &_)| KickedFile { key: *key, until: moment.wall_at(*until).0 };
    let file = RoomFile {
        opened: OpenedFile {
            person: origin.person.0,
            request: origin.request,
            key: origin.key,
            address: origin.address,
            time: origin.time.0,
        },
        topic: topic.clone(),
        owner: order.owner,
        operators: order.operators.values().map(WhomFile::from).collect(),
        muted: order.muted.values().map(WhomFile::from).collect(),
        banned: order.banned.values().map(WhomFile::from).collect(),
        kicked: order.kicked.iter().map(kicked).collect(),
        is_locked: order.lock == Lock::Locked,
        door: door_file(origin, order),
    };
    serde_json::to_string(&file).expect("texts, numbers and lists of them")
}

fn door_file(origin: &Origin, order: &Order) -> DoorFile {
    match (&origin.pair, order.secret) {
        (Some(pair), _) => DoorFile::Direct { pair: pair.sides().each_ref().map(SideFile::from) },
        (None, Some(Secret(secret))) => DoorFile::Private { secret },
        (None, None) => DoorFile::Open,
    }
}

/// Reads what [`written`] wrote, at another `moment`.
///
/// # Errors
/// What is wrong with it, and where.
pub(super) fn read(
    state: &str,
    kick_rest: Duration,
    moment: Moment,
) -> Result<(Origin, Topic, Order), serde_json::Error> {
    let file: RoomFile = serde_json::from_str(state)?;
    let OpenedFile { person, request, key, address, time } = file.opened;
    let (secret, pair) = match file.door {
        DoorFile::Open => (None, None),
        DoorFile::Private { secret } => (Some(Secret(secret)), None),
        DoorFile::Direct { pair: [one, other] } => (None, Some(Pair::of(one.into(), other.into()))),
    };
    let kicked = |KickedFile { key, until }| (key, moment.future(UnixMillis(until), kick_rest));
    let order = Order {
        owner: file.owner,
        operators: listed(file.operators),
        muted: listed(file.muted),
        banned: listed(file.banned),
        kicked: file.kicked.into_iter().map(kicked).collect::<BTreeMap<_, _>>(),
        lock: if file.is_locked { Lock::Locked } else { Lock::Unlocked },
        secret,
        is_direct: pair.is_some(),
        kick_rest,
    };
    let origin = Origin { person: PersonId(person), request, key, address, time: UnixMillis(time), pair };
    Ok((origin, file.topic, order))
}

fn listed(list: Vec<WhomFile>) -> List {
    let whom = |file: WhomFile| Whom::listed(PersonId(file.person), file.name, file.key, file.address);
    list.into_iter().map(|file| (file.key, whom(file))).collect()
}

impl From<&Whom> for WhomFile {
    fn from(whom: &Whom) -> Self {
        Self { person: whom.person.0, name: whom.name.clone(), key: whom.key, address: whom.address }
    }
}

impl From<&Side> for SideFile {
    fn from(side: &Side) -> Self {
        Self { person: side.person.0, name: side.name.clone(), key: side.key }
    }
}

impl From<SideFile> for Side {
    fn from(file: SideFile) -> Self {
        Self { person: PersonId(file.person), name: file.name, key: file.key }
    }
}

/// Keys and secrets.
mod hex {
    use data_encoding::HEXLOWER;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(source: D) -> Result<[u8; N], D::Error> {
        let bytes = HEXLOWER.decode(String::deserialize(source)?.as_bytes()).map_err(de::Error::custom)?;
        bytes.try_into().map_err(|bytes: Vec<u8>| de::Error::invalid_length(bytes.len(), &"as many bytes as it has"))
    }
}

mod name {
    use chat_proto::Nick;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(name: &Nick, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Nick, D::Error> {
        Nick::parse(String::deserialize(source)?.as_bytes()).map_err(de::Error::custom)
    }
}

mod topic {
    use chat_proto::Topic;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(topic: &Topic, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(topic.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Topic, D::Error> {
        Topic::parse(String::deserialize(source)?.as_bytes()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::System;
    use chat_proto::entry::BanScope;
    use chat_proto::{Act, Target};

    const REST: Duration = Duration::from_mins(10);

    fn whom(number: u8) -> Whom {
        let name = Nick::parse(format!("p{number}").as_bytes()).expect("a name");
        let address = Some(Network::of([192, 0, 2, number].into()));
        Whom::listed(PersonId(number.into()), name, [number; 32], address)
    }

    fn acts(target: &Target) -> Vec<Act> {
        let target = || target.clone();
        vec![
            Act::Kick(target()),
            Act::Ban(target(), BanScope::Key),
            Act::Ban(target(), BanScope::Address),
            Act::Unban(target()),
            Act::Mute(target()),
            Act::Unmute(target()),
            Act::Op(target()),
            Act::Deop(target()),
            Act::Own(target()),
            Act::Lock,
            Act::Unlock,
            Act::Rekey,
        ]
    }

    fn origin() -> Origin {
        Origin {
            person: PersonId(u64::MAX),
            request: u64::MAX,
            key: [1; 32],
            address: Network::of([127, 0, 0, 1].into()),
            time: UnixMillis(1_795_348_800_000),
            pair: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_comes_back_as_it_was_after_whatever_acts() {
        let moment = Moment::now(&System);
        let topic = Topic::parse("«lunch» at 12".as_bytes()).expect("a topic");
        let mut order = Order::new([0; 32], Some(Secret([9; 16])), REST);
        let mut dice = 0x9e37_79b9_u32;
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 8) as usize % sides
        };

        for _ in 0..1_000 {
            let whom = whom(u8::try_from(roll(7)).expect("below 7"));
            let acts = acts(&whom.target());
            let drawn = u8::try_from(roll(200)).expect("below 200");
            order = order.after(&acts[roll(acts.len())], Some(&whom), || Secret([drawn; 16]));

            let kept = written(&origin(), &topic, &order, moment);
            let restored = read(&kept, REST, moment).expect("what was written");
            assert_eq!(restored, (origin(), topic.clone(), order.clone()), "{kept}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_room_between_two_people_comes_back_as_one() {
        let moment = Moment::now(&System);
        let side = |number: u8| Side { person: PersonId(number.into()), key: [number; 32], name: whom(number).name };
        let origin = Origin { pair: Some(Pair::of(side(2), side(1))), ..origin() };
        let order = Order::of_nobody(REST);

        let kept = written(&origin, &Topic::default(), &order, moment);

        assert_eq!(read(&kept, REST, moment).expect("what was written"), (origin, Topic::default(), order));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_later_version_adds_or_leaves_out_does_no_harm_but_a_door_is_never_guessed() {
        let moment = Moment::now(&System);
        let kept = written(&origin(), &Topic::default(), &Order::new([0; 32], None, REST), moment);
        let mut state: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
        let fields = state.as_object_mut().expect("an object");
        fields.insert("mood".to_owned(), "good".into());
        fields.remove("kicked");
        fields.remove("topic");

        assert!(read(&state.to_string(), REST, moment).is_ok());

        state.as_object_mut().expect("an object").remove("door");
        assert!(read(&state.to_string(), REST, moment).is_err());
        assert!(read("", REST, moment).is_err());
        assert!(read(&kept.replace("\"open\"", "{\"private\":{\"secret\":\"00\"}}"), REST, moment).is_err());
    }
}
