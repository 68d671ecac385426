//! Which Idempotency-Keys this process is serving right now: a second request with the same key meets the first one.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// A client's Idempotency-Key.
type ClientKey = (Arc<str>, Arc<str>);

/// The Idempotency-Keys that this process is serving.
#[derive(Clone, Debug, Default)]
pub(super) struct KeysInFlight(Arc<Mutex<BTreeSet<ClientKey>>>);

/// A key that is being served, until it is dropped.
#[derive(Debug)]
pub(super) struct KeyInFlight {
    keys: KeysInFlight,
    entry: ClientKey,
}

impl KeysInFlight {
    /// `None` when the client's key is being served already.
    pub(super) fn enter(&self, client: &Arc<str>, key: &Arc<str>) -> Option<KeyInFlight> {
        let entry = (Arc::clone(client), Arc::clone(key));
        self.0.lock().insert(entry.clone()).then(|| KeyInFlight { keys: self.clone(), entry })
    }
}

impl Drop for KeyInFlight {
    fn drop(&mut self) {
        self.keys.0.lock().remove(&self.entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_flight_for_one_client_until_it_is_dropped() {
        let keys = KeysInFlight::default();
        let (a, b, key): (Arc<str>, Arc<str>, Arc<str>) = ("a".into(), "b".into(), "k".into());
        let held = keys.enter(&a, &key).expect("nobody has it");
        assert!(keys.enter(&a, &key).is_none());
        assert!(keys.enter(&b, &key).is_some(), "another client's key is another key");
        drop(held);
        assert!(keys.enter(&a, &key).is_some());
    }
}
