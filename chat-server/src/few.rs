//! A map of few things: most people have one session, and most sessions one room.
//!
//! In order, and in memory that is no larger than what is in it; a tree or a table of one takes as much as one of ten.
//! One thing stands in the map itself: whoever looks for it need not go elsewhere, where nobody has been for a while.
//! Putting something in takes as long as there are others, which limits keep few.

use smallvec::SmallVec;

/// A map that takes no more memory than its entries.
#[derive(Debug)]
pub(crate) struct Few<K, V>(SmallVec<[(K, V); 1]>);

impl<K: Ord, V> Few<K, V> {
    /// What was put in under `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.find(key).ok()?;
        Some(&self.0[at].1)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        Some(&mut self.0[at].1)
    }

    /// Whether anything is there under `key`.
    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Puts something in; returns what it replaces.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes out what is there under `key`.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        let (_, value) = self.0.remove(at);
        self.0.shrink_to_fit();
        Some(value)
    }

    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }
}

impl<K, V> Few<K, V> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All of them, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// What was put in.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn few_things_are_found_like_many_and_take_no_more_place(steps in vec((0..8_u8, any::<Option<u8>>()), 0..64)) {
            let (mut few, mut map) = (Few::default(), BTreeMap::new());

            for (key, value) in steps {
                let replaced = match value {
                    Some(value) => (few.insert(key, value), map.insert(key, value)),
                    None => (few.remove(&key), map.remove(&key)),
                };

                prop_assert_eq!(replaced.0, replaced.1);

                prop_assert!(few.iter().eq(map.iter()));
                prop_assert!((0..8).all(|key| few.get(&key) == map.get(&key)));
                prop_assert_eq!(few.0.capacity(), map.len().max(1));
            }
        }
    }
}
