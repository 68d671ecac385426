//! The queue: who may work on what, and until when.

use std::sync::Arc;

use cdr_insights::store::{Due, Failure, Lease, NewSubmission, QueueDepth, State, Store};

use crate::stage::{DAY, Kind, MANY, Stage, at, completion, draft, first_lease};

crate::on_both_stores! {
    a_claim_brings_all_that_the_analysis_needs,
    jobs_are_due_oldest_first_and_no_more_than_asked,
    one_of_many_claims_wins,
    many_workers_share_the_jobs,
    a_job_under_a_lease_is_not_due,
    a_lapsed_lease_is_taken_over_and_the_old_one_writes_nothing,
    a_renewed_lease_holds,
    every_claim_counts_an_attempt,
    a_stale_sighting_claims_nothing,
    a_handed_over_job_begins_and_completes,
    a_handed_over_job_that_never_began_is_simply_due,
    a_released_job_waits_until_it_is_due,
    a_refund_gives_the_attempt_back,
    a_job_of_an_expired_submission_is_left_alone,
    the_queue_is_counted,
    a_process_that_is_gone_frees_its_leases,
}

async fn writes_nothing(stage: &Stage, lease: Lease, new: &NewSubmission, seconds: i64) {
    assert!(!stage.renew(lease, at(seconds + 15)).await.unwrap());
    assert!(stage.begin(lease, at(seconds), at(seconds + 15)).await.unwrap().is_none());
    assert!(!stage.release(lease, at(seconds), true).await.unwrap());
    assert!(!stage.complete(lease, completion(new), at(seconds)).await.unwrap());
    assert!(!stage.give_up(lease, Failure::AnalysisPanic, false, at(seconds)).await.unwrap());
}

async fn a_claim_brings_all_that_the_analysis_needs(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let due = stage.due(at(0), 1).await.unwrap();
    assert_eq!(due, [Due { insights_id: new.insights_id, fence: 0, due_at: at(0), weight: new.weight }]);
    let claimed = stage.claim(due[0], at(0), at(15)).await.unwrap().unwrap();
    assert_eq!(claimed.lease, Lease { insights_id: new.insights_id, fence: 1 });
    assert_eq!(claimed.attempt, 1);
    assert_eq!(claimed.client_id, new.client_id);
    assert_eq!(claimed.accepted_at, new.accepted_at);
    assert_eq!(claimed.as_of, new.as_of);
    assert_eq!(claimed.digest, new.digest);
    assert_eq!(claimed.raw_length, new.raw_length);
    assert_eq!(claimed.orders, new.orders);
    assert_eq!(claimed.key, new.key);
    assert_eq!(claimed.payload, new.payload);
}

async fn jobs_are_due_oldest_first_and_no_more_than_asked(stage: &Stage) {
    let mut expected = Vec::new();
    for seconds in [5, 3, 9, 1, 7] {
        let new = NewSubmission { accepted_at: at(seconds), ..draft("acme") };
        stage.accept(&new).await;
        expected.push((seconds, new.insights_id));
    }
    expected.sort_unstable();
    let expected: Vec<_> = expected.into_iter().map(|(_, insights_id)| insights_id).collect();
    let seen =
        async |seconds, limit| -> Vec<_> { stage.due(at(seconds), limit).await.unwrap().iter().map(|due| due.insights_id).collect() };
    assert_eq!(seen(9, MANY).await, expected);
    assert_eq!(seen(9, 2).await, expected[..2]);
    assert_eq!(seen(6, MANY).await, expected[..3]);
    assert!(seen(0, MANY).await.is_empty());
}

async fn one_of_many_claims_wins(stage: &Stage) {
    let stores = [stage.handle(), stage.another_process().await];
    for round in 1..=5 {
        let new = draft("acme");
        stage.accept(&new).await;
        let due = stage.due(at(0), 1).await.unwrap()[0];
        let tasks: Vec<_> = (0..24)
            .zip(stores.iter().cycle())
            .map(|(_, store)| {
                let store = Arc::clone(store);
                tokio::spawn(async move { store.claim(due, at(0), at(15)).await.unwrap() })
            })
            .collect();
        let mut won = Vec::new();
        for task in tasks {
            won.extend(task.await.unwrap());
        }
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(won[0].attempt, 1);
        assert!(stage.complete(won[0].lease, completion(&new), at(1)).await.unwrap());
    }
}

async fn many_workers_share_the_jobs(stage: &Stage) {
    for _ in 0..40 {
        stage.accept(&draft("acme")).await;
    }
    let stores = [stage.handle(), stage.another_process().await];
    let worker = async |store: Arc<dyn Store>| {
        let mut claimed = Vec::new();
        loop {
            let due = store.due(at(0), 8).await.unwrap();
            if due.is_empty() {
                return claimed;
            }
            for due in due {
                claimed.extend(store.claim(due, at(0), at(15)).await.unwrap().map(|claimed| claimed.lease.insights_id));
            }
        }
    };
    let (one, two, three, four) = tokio::join!(
        worker(Arc::clone(&stores[0])),
        worker(Arc::clone(&stores[1])),
        worker(Arc::clone(&stores[0])),
        worker(Arc::clone(&stores[1])),
    );
    let mut all = [one, two, three, four].concat();
    assert_eq!(all.len(), 40);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40);
}

async fn a_job_under_a_lease_is_not_due(stage: &Stage) {
    stage.accept(&draft("acme")).await;
    let due = stage.due(at(0), 1).await.unwrap()[0];
    stage.claim(due, at(0), at(15)).await.unwrap().unwrap();
    assert!(stage.due(at(14), MANY).await.unwrap().is_empty());
    let again = stage.due(at(15), MANY).await.unwrap();
    assert_eq!(again, [Due { fence: 1, ..due }]);
    assert!(stage.claim(again[0], at(14), at(30)).await.unwrap().is_none());
}

async fn a_lapsed_lease_is_taken_over_and_the_old_one_writes_nothing(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let first = stage.claim_at(0).await;
    let second = stage.claim_at(15).await;
    assert_eq!(second.lease.fence, first.lease.fence + 1);
    assert_eq!(second.attempt, 2);
    writes_nothing(stage, first.lease, &new, 16).await;
    assert_eq!(stage.state(&new, 16).await, State::Processing);
    assert_eq!(stage.number("SELECT count(*) FROM order_report WHERE report IS NOT NULL").await, 0);
    assert_eq!(stage.count("payload").await, 1);
    assert!(stage.complete(second.lease, completion(&new), at(17)).await.unwrap());
    writes_nothing(stage, first.lease, &new, 18).await;
    writes_nothing(stage, second.lease, &new, 18).await;
    assert_eq!(stage.state(&new, 18).await, State::Completed);
}

async fn a_renewed_lease_holds(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let claimed = stage.claim_at(0).await;
    assert!(stage.renew(claimed.lease, at(20)).await.unwrap());
    assert!(stage.due(at(19), MANY).await.unwrap().is_empty());
    assert_eq!(stage.due(at(20), MANY).await.unwrap().len(), 1);
    // Late, but nobody took it: the work is still good.
    assert!(stage.renew(claimed.lease, at(40)).await.unwrap());
    assert!(stage.due(at(20), MANY).await.unwrap().is_empty());
    assert!(stage.complete(claimed.lease, completion(&new), at(50)).await.unwrap());
}

async fn every_claim_counts_an_attempt(stage: &Stage) {
    stage.accept(&draft("acme")).await;
    for attempt in 1..=7 {
        assert_eq!(stage.claim_at(i64::from(attempt) * 15).await.attempt, attempt);
    }
}

async fn a_stale_sighting_claims_nothing(stage: &Stage) {
    stage.accept(&draft("acme")).await;
    let seen = stage.due(at(0), 1).await.unwrap()[0];
    let claimed = stage.claim_at(0).await;
    assert!(stage.release(claimed.lease, at(1), false).await.unwrap());
    assert!(stage.claim(seen, at(1), at(16)).await.unwrap().is_none());
    let unknown = Due { insights_id: uuid::Uuid::new_v4(), ..seen };
    assert!(stage.claim(unknown, at(1), at(16)).await.unwrap().is_none());
    assert_eq!(stage.claim_at(1).await.attempt, 2);
}

async fn a_handed_over_job_begins_and_completes(stage: &Stage) {
    let new = NewSubmission { leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&new).await;
    assert!(stage.due(at(14), MANY).await.unwrap().is_empty());
    assert_eq!(stage.number("SELECT attempt FROM job").await, 0);
    assert_eq!(stage.begin(first_lease(&new), at(10), at(25)).await.unwrap(), Some(1));
    assert!(stage.due(at(24), MANY).await.unwrap().is_empty());
    assert!(stage.renew(first_lease(&new), at(35)).await.unwrap());
    assert!(stage.complete(first_lease(&new), completion(&new), at(30)).await.unwrap());
    assert_eq!(stage.state(&new, 31).await, State::Completed);
    assert_eq!(stage.in_flight("acme").await.unwrap(), 0);
}

async fn a_handed_over_job_that_never_began_is_simply_due(stage: &Stage) {
    let new = NewSubmission { leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&new).await;
    let claimed = stage.claim_at(15).await;
    assert_eq!((claimed.attempt, claimed.lease.fence), (1, 2));
    writes_nothing(stage, first_lease(&new), &new, 16).await;
    assert!(stage.complete(claimed.lease, completion(&new), at(17)).await.unwrap());
}

async fn a_released_job_waits_until_it_is_due(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let first = stage.claim_at(0).await;
    assert!(stage.release(first.lease, at(60), false).await.unwrap());
    writes_nothing(stage, first.lease, &new, 1).await;
    assert!(stage.due(at(59), MANY).await.unwrap().is_empty());
    let due = stage.due(at(60), MANY).await.unwrap();
    assert_eq!(due[0].due_at, at(60));
    assert!(stage.claim(due[0], at(59), at(90)).await.unwrap().is_none());
    assert_eq!(stage.claim_at(60).await.attempt, 2);
}

async fn a_refund_gives_the_attempt_back(stage: &Stage) {
    let new = NewSubmission { leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&new).await;
    assert!(stage.release(first_lease(&new), at(1), true).await.unwrap());
    assert_eq!(stage.number("SELECT attempt FROM job").await, 0);
    let claimed = stage.claim_at(1).await;
    assert_eq!(claimed.attempt, 1);
    assert!(stage.release(claimed.lease, at(2), true).await.unwrap());
    let claimed = stage.claim_at(2).await;
    assert_eq!(claimed.attempt, 1);
    assert!(stage.release(claimed.lease, at(3), false).await.unwrap());
    assert_eq!(stage.claim_at(3).await.attempt, 2);
}

async fn a_job_of_an_expired_submission_is_left_alone(stage: &Stage) {
    let new = NewSubmission { expires_at: at(100), ..draft("acme") };
    let handed_over = NewSubmission { expires_at: at(100), leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&new).await;
    stage.accept(&handed_over).await;
    let seen = stage.due(at(99), MANY).await.unwrap();
    assert_eq!(seen.len(), 2);
    assert!(stage.due(at(100), MANY).await.unwrap().is_empty());
    for due in seen {
        assert!(stage.claim(due, at(100), at(115)).await.unwrap().is_none());
    }
    assert!(stage.begin(first_lease(&handed_over), at(100), at(115)).await.unwrap().is_none());
}

async fn the_queue_is_counted(stage: &Stage) {
    assert_eq!(stage.queue_depth(at(0)).await.unwrap(), QueueDepth::default());
    for seconds in [3, 1, 2] {
        stage.accept(&NewSubmission { accepted_at: at(seconds), ..draft("acme") }).await;
    }
    let other = NewSubmission { accepted_at: at(0), leased_until: Some(at(15)), ..draft("bank") };
    stage.accept(&other).await;
    let depth = |waiting, running, oldest| QueueDepth { waiting, running, oldest_due_at: Some(at(oldest)) };
    assert_eq!(stage.queue_depth(at(5)).await.unwrap(), depth(3, 1, 1));
    assert_eq!(stage.queue_depth(at(15)).await.unwrap(), depth(4, 0, 0));
    assert_eq!(stage.queue_depth(at(0)).await.unwrap(), QueueDepth { oldest_due_at: None, ..depth(3, 1, 0) });
    assert_eq!(stage.in_flight("acme").await.unwrap(), 3);
    assert_eq!(stage.in_flight("bank").await.unwrap(), 1);
    assert!(stage.complete(first_lease(&other), completion(&other), at(6)).await.unwrap());
    assert_eq!(stage.in_flight("bank").await.unwrap(), 0);
    assert_eq!(stage.queue_depth(at(31 * DAY)).await.unwrap(), QueueDepth::default());
}

async fn a_process_that_is_gone_frees_its_leases(stage: &Stage) {
    let (running, waiting) = (draft("acme"), draft("acme"));
    stage.accept(&running).await;
    let claimed = stage.claim_at(0).await;
    stage.accept(&waiting).await;
    let freed = stage.another_process().await.free_leases(at(1)).await.unwrap();
    match stage.kind {
        Kind::Sqlite => {
            assert_eq!(freed, 1);
            assert_eq!(stage.due(at(1), MANY).await.unwrap().len(), 2);
            writes_nothing(stage, claimed.lease, &running, 1).await;
        }
        // Other processes live on the same database: their leases lapse by themselves.
        Kind::Postgres => {
            assert_eq!(freed, 0);
            assert_eq!(stage.due(at(1), MANY).await.unwrap().len(), 1);
            assert!(stage.renew(claimed.lease, at(30)).await.unwrap());
        }
    }
}
