//! The end of the work: all of it or nothing.

use bytes::Bytes;
use cdr_insights::store::{Completion, Failure, State, StoreError, StoredReport};
use uuid::Uuid;

use crate::stage::{MANY, Stage, at, completion, draft};

crate::on_both_stores! {
    a_completed_submission_has_its_reports,
    the_payload_is_destroyed_unless_it_is_kept,
    a_completion_that_is_not_whole_writes_nothing,
    a_completion_happens_once,
    giving_up_says_why_and_keeps_the_orders,
    giving_up_may_keep_the_payload,
}

async fn a_completed_submission_has_its_reports(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let claimed = stage.claim_at(1).await;
    let mut done = completion(&new);
    done.reports[0].1 = 20_000;
    // The order of the request counts, not the order of completion.
    done.reports.reverse();
    assert!(stage.complete(claimed.lease, done.clone(), at(2)).await.unwrap());

    let found = stage.found(&new, 3).await;
    assert_eq!(found.state, State::Completed);
    assert_eq!(found.report_length, 21_000);
    let one = stage.find("acme", new.insights_id, Some(new.orders[0]), at(3)).await.unwrap().unwrap();
    assert_eq!(one.report_length, 20_000);

    let all = stage.report("acme", new.insights_id, None, at(3)).await.unwrap().unwrap();
    assert_eq!(all.head, done.head);
    assert_eq!(all.reports.iter().map(|report| report.order_id).collect::<Vec<_>>(), new.orders);
    for order_id in &new.orders {
        let one = stage.report("acme", new.insights_id, Some(*order_id), at(3)).await.unwrap().unwrap();
        assert_eq!(one.head, done.head);
        assert_eq!(one.reports.len(), 1);
        assert_eq!(one.reports[0].body, Bytes::from(format!("report of {order_id}")));
    }
    assert!(stage.report("acme", new.insights_id, Some(Uuid::new_v4()), at(3)).await.unwrap().is_none());
    assert_eq!(stage.count("job").await, 0);
    assert!(stage.due(at(1_000), MANY).await.unwrap().is_empty());
}

async fn the_payload_is_destroyed_unless_it_is_kept(stage: &Stage) {
    let (destroyed, kept) = (draft("acme"), draft("acme"));
    stage.accept(&destroyed).await;
    stage.finish(&destroyed, 1).await;
    assert_eq!(stage.count("payload").await, 0);
    stage.accept(&kept).await;
    let claimed = stage.claim_at(1).await;
    assert!(stage.complete(claimed.lease, Completion { keep_payload: true, ..completion(&kept) }, at(2)).await.unwrap());
    assert_eq!(stage.count("payload").await, 1);
}

async fn a_completion_that_is_not_whole_writes_nothing(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let claimed = stage.claim_at(1).await;
    let whole = completion(&new);
    let mut short = whole.clone();
    short.reports.pop();
    let mut foreign = whole.clone();
    foreign.reports[1].0 = StoredReport { order_id: Uuid::new_v4(), body: Bytes::from_static(b"of nobody") };
    let mut longer = whole.clone();
    longer.reports.push((StoredReport { order_id: Uuid::new_v4(), body: Bytes::from_static(b"of nobody") }, 1));
    for broken in [short, foreign, longer] {
        let outcome = stage.complete(claimed.lease, broken, at(2)).await;
        assert!(matches!(outcome, Err(StoreError::Inconsistent { .. })), "{outcome:?}");
        assert_eq!(stage.state(&new, 2).await, State::Processing);
        assert_eq!(stage.number("SELECT count(*) FROM order_report WHERE report IS NOT NULL").await, 0);
        assert_eq!(stage.count("payload").await, 1);
        assert_eq!(stage.count("job").await, 1);
    }
    assert!(stage.complete(claimed.lease, whole, at(3)).await.unwrap());
}

async fn a_completion_happens_once(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let lease = stage.claim_at(1).await.lease;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, done) = (stage.handle(), completion(&new));
            tokio::spawn(async move { store.complete(lease, done, at(2)).await.unwrap() })
        })
        .collect();
    let mut completed = 0;
    for task in tasks {
        completed += usize::from(task.await.unwrap());
    }
    assert_eq!(completed, 1);
    assert!(!stage.give_up(lease, Failure::AnalysisPanic, false, at(3)).await.unwrap());
    assert_eq!(stage.state(&new, 3).await, State::Completed);
}

async fn giving_up_says_why_and_keeps_the_orders(stage: &Stage) {
    for failure in [Failure::AnalysisPanic, Failure::AnalysisLimit, Failure::AttemptsExhausted] {
        let new = draft("acme");
        stage.accept(&new).await;
        let claimed = stage.claim_at(1).await;
        assert!(stage.give_up(claimed.lease, failure, false, at(2)).await.unwrap());
        let found = stage.found(&new, 3).await;
        assert_eq!(found.state, State::Failed(failure));
        assert_eq!(found.report_length, 0);
        assert_eq!(found.accepted, new.accepted);
        let one = stage.find("acme", new.insights_id, Some(new.orders[1]), at(3)).await.unwrap().unwrap();
        assert_eq!(one.state, State::Failed(failure));
        assert!(stage.report("acme", new.insights_id, None, at(3)).await.unwrap().is_none());
        assert!(!stage.complete(claimed.lease, completion(&new), at(3)).await.unwrap());
        assert_eq!(stage.count("job").await, 0);
        assert_eq!(stage.count("payload").await, 0);
    }
}

async fn giving_up_may_keep_the_payload(stage: &Stage) {
    let new = draft("acme");
    stage.accept(&new).await;
    let claimed = stage.claim_at(1).await;
    assert!(stage.give_up(claimed.lease, Failure::AnalysisLimit, true, at(2)).await.unwrap());
    assert_eq!(stage.count("payload").await, 1);
}
