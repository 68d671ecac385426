//! Accepting, and finding again.

use std::sync::Arc;

use cdr_insights::store::seal::{Column, Keyring};
use cdr_insights::store::{NewSubmission, Purged, Remembered, State, StoreError, Submitted};
use uuid::Uuid;

use crate::stage::{DAY, MANY, Stage, at, completion, draft, keyed};

crate::on_both_stores! {
    a_submission_is_found_while_it_is_processed,
    sealed_blobs_come_back_as_they_went_in,
    an_order_is_found_by_its_own_id_only,
    to_another_client_nothing_exists,
    a_large_payload_and_a_hundred_orders_come_back,
    what_does_not_fit_leaves_nothing,
    a_key_replays_the_first_answer,
    a_key_with_another_body_is_a_conflict,
    a_key_is_its_clients_own,
    an_expired_key_is_free,
    a_key_ends_with_its_submission,
    a_purge_frees_the_key,
    a_purge_leaves_a_key_that_stands_for_another,
    one_key_sent_many_times_at_once_makes_one_submission,
    one_key_sent_with_many_bodies_at_once_takes_one,
}

async fn a_submission_is_found_while_it_is_processed(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let found = stage.found(&new, 1).await;
    assert_eq!(found.state, State::Processing);
    assert_eq!(found.accepted_at, new.accepted_at);
    assert_eq!(found.raw_length, new.raw_length);
    assert_eq!(found.report_length, 0);
    assert_eq!(found.key, new.key);
    assert_eq!(found.accepted, new.accepted);
    assert!(stage.report("acme", new.insights_id, None, at(1)).await.unwrap().is_none());
    assert_eq!(stage.in_flight("acme").await.unwrap(), 1);
}

async fn sealed_blobs_come_back_as_they_went_in(stage: &Stage) {
    let keyring = Keyring::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let mut new = draft("acme");
    let (data_key, wrapped) = keyring.new_data_key(new.insights_id, "acme");
    new.key = wrapped;
    new.accepted = data_key.seal(Column::Accepted, b"the 201 body");
    new.payload = data_key.seal(Column::Payload, b"the payload");
    stage.accept(&new).await;

    let claimed = stage.claim_at(1).await;
    let worker_key = keyring.open(new.insights_id, &claimed.client_id, &claimed.key).unwrap();
    assert_eq!(worker_key.open(Column::Payload, &claimed.payload, 100).unwrap(), b"the payload");
    let mut done = completion(&new);
    done.head = worker_key.seal(Column::Head, b"the head");
    done.reports[1].0.body = worker_key.seal(Column::Report(new.orders[1]), b"the second report");
    assert!(stage.complete(claimed.lease, done, at(2)).await.unwrap());

    let found = stage.found(&new, 3).await;
    let reader_key = keyring.open(new.insights_id, "acme", &found.key).unwrap();
    assert_eq!(reader_key.open(Column::Accepted, &found.accepted, 100).unwrap(), b"the 201 body");
    let stored = stage.report("acme", new.insights_id, Some(new.orders[1]), at(3)).await.unwrap().unwrap();
    assert_eq!(reader_key.open(Column::Head, &stored.head, 100).unwrap(), b"the head");
    let report = &stored.reports[0];
    assert_eq!(reader_key.open(Column::Report(report.order_id), &report.body, 100).unwrap(), b"the second report");
}

async fn an_order_is_found_by_its_own_id_only(stage: &Stage) {
    let (new, other) = (draft("acme"), draft("acme"));
    stage.accept(&new).await;
    stage.accept(&other).await;
    for order_id in &new.orders {
        assert!(stage.find("acme", new.insights_id, Some(*order_id), at(1)).await.unwrap().is_some());
    }
    for stranger in [other.orders[0], new.insights_id, Uuid::nil()] {
        assert!(stage.find("acme", new.insights_id, Some(stranger), at(1)).await.unwrap().is_none());
    }
}

async fn to_another_client_nothing_exists(stage: &Stage) {
    let new = keyed("acme", "key");
    stage.accept(&new).await;
    for is_complete in [false, true] {
        if is_complete {
            stage.finish(&new, 1).await;
        }
        for stranger in ["acm", "acme ", "ACME", "another", ""] {
            for order_id in [None, Some(new.orders[0])] {
                assert!(stage.find(stranger, new.insights_id, order_id, at(2)).await.unwrap().is_none());
                assert!(stage.report(stranger, new.insights_id, order_id, at(2)).await.unwrap().is_none());
            }
            assert!(stage.remembered(stranger, "key", &new.digest, at(2)).await.unwrap().is_none());
            assert_eq!(stage.purge(stranger, new.insights_id, at(2)).await.unwrap(), Purged::NotFound);
            assert_eq!(stage.in_flight(stranger).await.unwrap(), 0);
        }
    }
    assert_eq!(stage.state(&new, 2).await, State::Completed);
    assert_eq!(stage.count("deletion").await, 0);
}

async fn a_large_payload_and_a_hundred_orders_come_back(stage: &Stage) {
    let mut new = draft("acme");
    new.payload = (0..5_000_000_u32).map(|index| index.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect::<Vec<u8>>().into();
    new.orders = (0..100).map(|_| Uuid::new_v4()).collect();
    stage.accept(&new).await;
    let claimed = stage.claim_at(1).await;
    assert!(claimed.payload == new.payload);
    assert_eq!(claimed.orders, new.orders);
    assert!(stage.complete(claimed.lease, completion(&new), at(2)).await.unwrap());
    let stored = stage.report("acme", new.insights_id, None, at(3)).await.unwrap().unwrap();
    assert_eq!(stored.reports.iter().map(|report| report.order_id).collect::<Vec<_>>(), new.orders);
    assert_eq!(stage.found(&new, 3).await.report_length, 100_000);
}

async fn what_does_not_fit_leaves_nothing(stage: &Stage) {
    let first = draft("acme");
    stage.accept(&first).await;
    let rows = stage.living_rows().await;
    let again = NewSubmission { insights_id: first.insights_id, ..keyed("acme", "key") };
    assert!(matches!(stage.submit(again.clone()).await, Err(StoreError::Database(_))));
    let mut twice = keyed("acme", "key");
    twice.orders[1] = twice.orders[0];
    assert!(matches!(stage.submit(twice).await, Err(StoreError::Database(_))));
    assert_eq!(stage.living_rows().await, rows);
    assert!(stage.remembered("acme", "key", &again.digest, at(1)).await.unwrap().is_none());
    stage.accept(&keyed("acme", "key")).await;
}

async fn a_key_replays_the_first_answer(stage: &Stage) {
    let first = keyed("acme", "key");
    assert!(stage.remembered("acme", "key", &first.digest, at(0)).await.unwrap().is_none());
    stage.accept(&first).await;
    let rows = stage.living_rows().await;

    let again = NewSubmission { digest: first.digest, accepted_at: at(DAY - 1), ..keyed("acme", "key") };
    let Submitted::Replayed(answer) = stage.submit(again).await.unwrap() else { panic!("it was accepted before") };
    let Some(Remembered::SameBody(asked)) = stage.remembered("acme", "key", &first.digest, at(DAY - 1)).await.unwrap() else {
        panic!("it was accepted before")
    };
    for accepted in [answer, asked] {
        assert_eq!(accepted.insights_id, first.insights_id);
        assert_eq!(accepted.key, first.key);
        assert_eq!(accepted.accepted, first.accepted);
    }
    assert_eq!(stage.living_rows().await, rows);
    assert_eq!(stage.due(at(DAY), MANY).await.unwrap().len(), 1);
}

async fn a_key_with_another_body_is_a_conflict(stage: &Stage) {
    let first = keyed("acme", "key");
    stage.accept(&first).await;
    let rows = stage.living_rows().await;
    let other = keyed("acme", "key");
    assert!(matches!(stage.submit(other.clone()).await.unwrap(), Submitted::KeyConflict));
    assert!(matches!(stage.remembered("acme", "key", &other.digest, at(1)).await.unwrap(), Some(Remembered::OtherBody)));
    assert_eq!(stage.living_rows().await, rows);
    assert!(stage.is_gone(&other, 1).await);
}

async fn a_key_is_its_clients_own(stage: &Stage) {
    let (ours, theirs) = (keyed("acme", "key"), keyed("bank", "key"));
    stage.accept(&ours).await;
    stage.accept(&theirs).await;
    for new in [&ours, &theirs] {
        let Some(Remembered::SameBody(accepted)) = stage.remembered(&new.client_id, "key", &new.digest, at(1)).await.unwrap() else {
            panic!("each has its own")
        };
        assert_eq!(accepted.insights_id, new.insights_id);
    }
}

async fn an_expired_key_is_free(stage: &Stage) {
    let first = keyed("acme", "key");
    stage.accept(&first).await;
    assert!(stage.remembered("acme", "key", &first.digest, at(DAY)).await.unwrap().is_none());
    let mut second = keyed("acme", "key");
    second.accepted_at = at(DAY);
    second.idempotency.as_mut().unwrap().expires_at = at(2 * DAY);
    stage.accept(&second).await;
    assert!(matches!(stage.remembered("acme", "key", &first.digest, at(DAY)).await.unwrap(), Some(Remembered::OtherBody)));
    assert!(matches!(stage.remembered("acme", "key", &second.digest, at(DAY)).await.unwrap(), Some(Remembered::SameBody(_))));
}

async fn a_key_ends_with_its_submission(stage: &Stage) {
    let first = NewSubmission { expires_at: at(3_600), ..keyed("acme", "key") };
    stage.accept(&first).await;
    assert!(stage.remembered("acme", "key", &first.digest, at(3_599)).await.unwrap().is_some());
    assert!(stage.remembered("acme", "key", &first.digest, at(3_600)).await.unwrap().is_none());
    stage.accept(&NewSubmission { accepted_at: at(3_600), ..keyed("acme", "key") }).await;
}

async fn a_purge_frees_the_key(stage: &Stage) {
    let first = keyed("acme", "key");
    stage.accept(&first).await;
    assert_eq!(stage.purge("acme", first.insights_id, at(1)).await.unwrap(), Purged::Now);
    assert!(stage.remembered("acme", "key", &first.digest, at(1)).await.unwrap().is_none());
    stage.accept(&keyed("acme", "key")).await;
}

async fn a_purge_leaves_a_key_that_stands_for_another(stage: &Stage) {
    let first = keyed("acme", "key");
    stage.accept(&first).await;
    let mut second = keyed("acme", "key");
    second.accepted_at = at(DAY);
    second.idempotency.as_mut().unwrap().expires_at = at(2 * DAY);
    stage.accept(&second).await;
    assert_eq!(stage.purge("acme", first.insights_id, at(DAY)).await.unwrap(), Purged::Now);
    assert!(matches!(stage.remembered("acme", "key", &second.digest, at(DAY)).await.unwrap(), Some(Remembered::SameBody(_))));
}

/// Sends them all at once, half of them through another process.
async fn send_at_once(stage: &Stage, all: &[NewSubmission]) -> Vec<Submitted> {
    let stores = [stage.handle(), stage.another_process().await];
    let tasks: Vec<_> = all
        .iter()
        .zip(stores.iter().cycle())
        .map(|(new, store)| {
            let (store, new) = (Arc::clone(store), new.clone());
            tokio::spawn(async move { store.submit(new).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn one_key_sent_many_times_at_once_makes_one_submission(stage: &Stage) {
    for round in 0..5 {
        let key = format!("key {round}");
        let digest = draft("acme").digest;
        let all: Vec<_> = (0..12).map(|_| NewSubmission { digest, ..keyed("acme", &key) }).collect();
        let answers = send_at_once(stage, &all).await;
        let winners: Vec<_> = all.iter().zip(&answers).filter(|(_, answer)| matches!(answer, Submitted::Inserted)).collect();
        assert_eq!(winners.len(), 1);
        let winner = winners[0].0;
        for answer in answers {
            match answer {
                Submitted::Inserted => {}
                Submitted::Replayed(accepted) => {
                    assert_eq!(accepted.insights_id, winner.insights_id);
                    assert_eq!(accepted.accepted, winner.accepted);
                    assert_eq!(accepted.key, winner.key);
                }
                Submitted::KeyConflict => panic!("the bodies are the same"),
            }
        }
    }
    assert_eq!(stage.count("submission").await, 5);
    assert_eq!(stage.count("job").await, 5);
}

async fn one_key_sent_with_many_bodies_at_once_takes_one(stage: &Stage) {
    let all: Vec<_> = (0..12).map(|_| keyed("acme", "key")).collect();
    let answers = send_at_once(stage, &all).await;
    let inserted = answers.iter().filter(|answer| matches!(answer, Submitted::Inserted)).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Submitted::KeyConflict)).count();
    assert_eq!((inserted, refused), (1, 11));
    assert_eq!(stage.count("submission").await, 1);
    assert_eq!(stage.count("payload").await, 1);
}
