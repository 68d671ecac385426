//! Retention: what expired goes, in bounded batches, and leaves a record of why.

use cdr_insights::store::{Failure, NewIdempotency, NewSubmission, Reason};

use crate::stage::{DAY, MANY, Stage, at, completion, draft, first_lease, keyed};

crate::on_both_stores! {
    what_expired_goes_and_the_rest_stays,
    a_batch_is_no_larger_than_asked,
    the_record_says_what_ended_it,
    expired_keys_go_and_their_submissions_stay,
    more_expired_keys_than_a_batch_go,
    two_sweepers_share_the_work,
    a_sweep_beats_a_running_worker,
}

async fn what_expired_goes_and_the_rest_stays(stage: &Stage) {
    let short = NewSubmission { expires_at: at(100), ..keyed("acme", "short") };
    let long = NewSubmission { expires_at: at(101), ..keyed("acme", "long") };
    stage.accept(&short).await;
    let rows = stage.living_rows().await;
    stage.accept(&long).await;
    assert_eq!(stage.sweep(at(99), MANY).await.unwrap(), 0);
    assert_eq!(stage.living_rows().await, 2 * rows);
    assert_eq!(stage.sweep(at(100), MANY).await.unwrap(), 1);
    assert_eq!(stage.living_rows().await, rows);
    assert!(!stage.is_gone(&long, 100).await);
    assert_eq!(stage.sweep(at(100), MANY).await.unwrap(), 0);
    assert_eq!(stage.sweep(at(101), MANY).await.unwrap(), 1);
    assert_eq!(stage.living_rows().await, 0);
}

async fn a_batch_is_no_larger_than_asked(stage: &Stage) {
    let mut all = Vec::new();
    for index in 0..7 {
        let new = NewSubmission { expires_at: at(100 - index), ..draft("acme") };
        stage.accept(&new).await;
        all.push(new);
    }
    for (left, swept) in [(4, 3), (1, 3), (0, 1), (0, 0)] {
        assert_eq!(stage.sweep(at(200), 3).await.unwrap(), swept);
        // The longest expired go first.
        assert_eq!(stage.count("submission").await, left);
        let newest = usize::try_from(left).unwrap();
        for new in &all[..newest] {
            assert!(!stage.is_gone(new, 0).await);
        }
    }
}

async fn the_record_says_what_ended_it(stage: &Stage) {
    let retention = NewSubmission { expires_at: at(100), ..draft("acme") };
    let consent = NewSubmission { expires_at: at(100), expiry_reason: Reason::Consent, ..draft("bank") };
    stage.accept(&retention).await;
    stage.accept(&consent).await;
    assert_eq!(stage.sweep(at(150), MANY).await.unwrap(), 2);
    for (client, reason) in [("acme", "EXPIRED"), ("bank", "CONSENT")] {
        let record = format!(
            "SELECT count(*) FROM deletion WHERE client_id = '{client}' AND reason = '{reason}' AND deleted_at = {} AND transactions = 5000",
            at(150).as_microsecond()
        );
        assert_eq!(stage.number(&record).await, 1, "{reason}");
    }
}

async fn expired_keys_go_and_their_submissions_stay(stage: &Stage) {
    let new = keyed("acme", "key");
    stage.accept(&new).await;
    stage.sweep(at(DAY - 1), MANY).await.unwrap();
    assert_eq!(stage.count("idempotency").await, 1);
    assert_eq!(stage.sweep(at(DAY), MANY).await.unwrap(), 0);
    assert_eq!(stage.count("idempotency").await, 0);
    assert!(!stage.is_gone(&new, DAY).await);
}

async fn more_expired_keys_than_a_batch_go(stage: &Stage) {
    for index in 0..7 {
        let idempotency = NewIdempotency { key: format!("key {index}"), expires_at: at(100 + index) };
        stage.accept(&NewSubmission { idempotency: Some(idempotency), ..draft("acme") }).await;
    }
    assert_eq!(stage.sweep(at(105), 2).await.unwrap(), 0);
    assert_eq!(stage.count("idempotency").await, 1);
}

async fn two_sweepers_share_the_work(stage: &Stage) {
    let other = stage.another_process().await;
    for index in 0..30 {
        stage.accept(&NewSubmission { expires_at: at(100), ..keyed("acme", &format!("key {index}")) }).await;
    }
    let (one, two) = tokio::join!(stage.sweep(at(200), MANY), other.sweep(at(200), MANY));
    assert_eq!(one.unwrap() + two.unwrap(), 30);
    assert_eq!(stage.living_rows().await, 0);
    assert_eq!(stage.count("deletion").await, 30);
}

async fn a_sweep_beats_a_running_worker(stage: &Stage) {
    let new = NewSubmission { expires_at: at(10), leased_until: Some(at(15)), ..draft("acme") };
    stage.accept(&new).await;
    assert_eq!(stage.begin(first_lease(&new), at(1), at(16)).await.unwrap(), Some(1));
    assert_eq!(stage.sweep(at(10), MANY).await.unwrap(), 1);
    assert!(!stage.complete(first_lease(&new), completion(&new), at(11)).await.unwrap());
    assert!(!stage.give_up(first_lease(&new), Failure::AnalysisLimit, false, at(11)).await.unwrap());
    assert_eq!(stage.living_rows().await, 0);
}
