//! Purge means purge.

use cdr_insights::store::{Failure, NewSubmission, Purged};
use uuid::Uuid;

use crate::stage::{DAY, MANY, Stage, at, completion, draft, first_lease, keyed};

crate::on_both_stores! {
    a_purge_takes_everything_whatever_the_state,
    the_client_that_deleted_it_is_told_so_again,
    a_purge_spares_everything_else,
    an_expired_submission_is_not_found_before_the_sweep,
    a_running_worker_writes_nothing_afterwards,
    of_many_purges_one_is_the_first,
    a_purge_and_a_completion_do_not_mix,
    master_keys_are_in_use_while_a_row_needs_them,
}

async fn a_purge_takes_everything_whatever_the_state(stage: &Stage) {
    for state in ["waiting", "running", "handed over", "completed", "kept", "failed"] {
        let new = keyed("acme", "key");
        let new = NewSubmission { leased_until: (state == "handed over").then(|| at(15)), ..new };
        stage.accept(&new).await;
        if !matches!(state, "waiting" | "handed over") {
            let lease = stage.claim_at(0).await.lease;
            match state {
                "completed" => assert!(stage.complete(lease, completion(&new), at(1)).await.unwrap()),
                "kept" | "failed" => assert!(stage.give_up(lease, Failure::AnalysisPanic, state == "kept", at(1)).await.unwrap()),
                _ => {}
            }
        }
        assert_eq!(stage.purge("acme", new.insights_id, at(2)).await.unwrap(), Purged::Now, "{state}");
        assert_eq!(stage.living_rows().await, 0, "{state}");
        assert!(stage.is_gone(&new, 2).await);
        assert!(stage.report("acme", new.insights_id, None, at(2)).await.unwrap().is_none());
        assert!(stage.due(at(DAY), MANY).await.unwrap().is_empty());
    }
    let records = "SELECT count(*) FROM deletion WHERE client_id = 'acme' AND reason = 'CLIENT'
        AND customers = 2 AND accounts = 5 AND transactions = 5000";
    assert_eq!(stage.number(&format!("{records} AND deleted_at = {}", at(2).as_microsecond())).await, 6);
}

async fn the_client_that_deleted_it_is_told_so_again(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    assert_eq!(stage.purge("bank", new.insights_id, at(1)).await.unwrap(), Purged::NotFound);
    assert_eq!(stage.purge("acme", new.insights_id, at(1)).await.unwrap(), Purged::Now);
    // However late: the record stays.
    for seconds in [1, 2, 400 * DAY] {
        assert_eq!(stage.purge("acme", new.insights_id, at(seconds)).await.unwrap(), Purged::Before);
        assert_eq!(stage.purge("bank", new.insights_id, at(seconds)).await.unwrap(), Purged::NotFound);
    }
    assert_eq!(stage.purge("acme", Uuid::new_v4(), at(1)).await.unwrap(), Purged::NotFound);
    assert_eq!(stage.count("deletion").await, 1);
}

async fn a_purge_spares_everything_else(stage: &Stage) {
    let (doomed, spared) = (keyed("acme", "one"), keyed("acme", "two"));
    stage.accept(&doomed).await;
    let rows = stage.living_rows().await;
    stage.accept(&spared).await;
    assert_eq!(stage.purge("acme", doomed.insights_id, at(1)).await.unwrap(), Purged::Now);
    assert_eq!(stage.living_rows().await, rows);
    stage.finish(&spared, 1).await;
    assert!(stage.remembered("acme", "two", &spared.digest, at(1)).await.unwrap().is_some());
}

async fn an_expired_submission_is_not_found_before_the_sweep(stage: &Stage) {
    let new = NewSubmission { expires_at: at(100), ..draft("acme") };
    stage.accept(&new).await;
    stage.finish(&new, 1).await;
    assert!(!stage.is_gone(&new, 99).await);
    assert!(stage.is_gone(&new, 100).await);
    for order_id in [None, Some(new.orders[0])] {
        assert!(stage.report("acme", new.insights_id, order_id, at(99)).await.unwrap().is_some());
        assert!(stage.report("acme", new.insights_id, order_id, at(100)).await.unwrap().is_none());
    }
    assert_eq!(stage.purge("acme", new.insights_id, at(100)).await.unwrap(), Purged::NotFound);
    assert_eq!(stage.count("deletion").await, 0);
    assert_eq!(stage.sweep(at(100), 10).await.unwrap(), 1);
    assert_eq!(stage.purge("acme", new.insights_id, at(101)).await.unwrap(), Purged::NotFound);
}

async fn a_running_worker_writes_nothing_afterwards(stage: &Stage) {
    let claimed = draft("acme");
    stage.accept(&claimed).await;
    let lease = stage.claim_at(0).await.lease;
    let handed_over = NewSubmission { leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&handed_over).await;
    for (new, lease) in [(&claimed, lease), (&handed_over, first_lease(&handed_over))] {
        assert_eq!(stage.purge("acme", new.insights_id, at(1)).await.unwrap(), Purged::Now);
        assert!(!stage.renew(lease, at(30)).await.unwrap());
        assert!(stage.begin(lease, at(2), at(30)).await.unwrap().is_none());
        assert!(!stage.complete(lease, completion(new), at(2)).await.unwrap());
        assert!(!stage.give_up(lease, Failure::AnalysisPanic, true, at(2)).await.unwrap());
        assert!(!stage.release(lease, at(2), false).await.unwrap());
    }
    assert_eq!(stage.living_rows().await, 0);
}

async fn of_many_purges_one_is_the_first(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, insights_id) = (stage.handle(), new.insights_id);
            tokio::spawn(async move { store.purge("acme", insights_id, at(1)).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| **answer == Purged::Now).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Purged::Before).count(), 7);
    assert_eq!(stage.count("deletion").await, 1);
}

async fn a_purge_and_a_completion_do_not_mix(stage: &Stage) {
    let other = stage.another_process().await;
    for _ in 0..20 {
        let new = NewSubmission { leased_until: Some(at(15)), ..keyed("acme", "key") };
        stage.accept(&new).await;
        let (purged, completed) =
            tokio::join!(stage.purge("acme", new.insights_id, at(1)), other.complete(first_lease(&new), completion(&new), at(1)));
        // Whoever comes first: the purge finds it, and nothing is left.
        assert_eq!(purged.unwrap(), Purged::Now);
        completed.unwrap();
        assert_eq!(stage.living_rows().await, 0);
    }
}

async fn master_keys_are_in_use_while_a_row_needs_them(stage: &Stage) {
    assert!(stage.master_keys_in_use().await.unwrap().is_empty());
    let mut all = Vec::new();
    for id in [*b"master 2", *b"master 1", *b"master 2"] {
        let mut new = draft("acme");
        new.key.master_key.0 = id;
        stage.accept(&new).await;
        all.push(new);
    }
    let in_use = async || -> Vec<[u8; 8]> { stage.master_keys_in_use().await.unwrap().iter().map(|id| id.0).collect() };
    assert_eq!(in_use().await, [*b"master 1", *b"master 2"]);
    stage.purge("acme", all[1].insights_id, at(1)).await.unwrap();
    stage.purge("acme", all[2].insights_id, at(1)).await.unwrap();
    assert_eq!(in_use().await, [*b"master 2"]);
}
