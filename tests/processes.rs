//! The real binaries: killed, terminated, side by side; on both stores.

#[path = "processes/canary.rs"]
mod canary;
#[path = "support/postgres.rs"]
#[expect(dead_code, reason = "these tests do not stop the server")]
mod cluster;
#[path = "support/payload.rs"]
mod payload;
#[path = "support/process.rs"]
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::watch;

use cluster::Cluster;
use payload::household;
use process::{PATIENCE, Server, token};

const BASE: &str = "/cdr-data/v2/banking-data-insights";
const CLIENTS: usize = 8;
/// When a refused or cut request is sent again, unless a new server is announced first.
const AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

fn http() -> Client {
    // The first test of the process installs it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client")
}

/// What one submission ended as.
#[derive(Debug)]
struct Sent {
    key: String,
    body: String,
    insights_id: String,
}

/// Posts until it is accepted, whatever happens to the server meanwhile.
async fn post_until_accepted(http: &Client, server: &mut watch::Receiver<String>, token: &str, key: &str, body: &str) -> String {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "{key} is never accepted");
        let url = server.borrow_and_update().clone();
        let request =
            http.post(format!("{url}{BASE}")).bearer_auth(token).header("idempotency-key", key).header("content-type", "application/json");
        match request.body(body.to_owned()).send().await {
            Ok(response) if response.status() == StatusCode::CREATED => {
                // The connection may be cut inside the answer: then it was not an answer.
                if let Ok(accepted) = response.json::<Value>().await {
                    return accepted["insightsId"].as_str().expect("a 201 names its id").to_owned();
                }
            }
            Ok(response) => {
                let status = response.status();
                assert!(
                    [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS, StatusCode::CONFLICT].contains(&status),
                    "{status}"
                );
                let _ = tokio::time::timeout(AGAIN, server.changed()).await;
            }
            // Killed: the next address comes when it has been started again, or it has come already.
            Err(_) => {
                let _ = tokio::time::timeout(AGAIN, server.changed()).await;
            }
        }
    }
}

async fn report(http: &Client, url: &str, token: &str, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "{id} is never ready");
        let request = http.get(format!("{url}{BASE}/{id}")).bearer_auth(token).header("prefer", "wait=30");
        let response = request.send().await.expect("the server answers");
        match response.status() {
            StatusCode::NO_CONTENT => {}
            StatusCode::OK => return response.json().await.expect("JSON"),
            status => panic!("{id}: {status}"),
        }
    }
}

/// Every 201 ends COMPLETED, once, and every key replays its id, though the process is killed again and again.
async fn nothing_is_lost_when_killed(database_url: String, submissions: usize, kills: usize) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(directory.path(), &database_url);
    let token = token(directory.path(), "killer");
    let (announce, address) = watch::channel(server.url.clone());
    let (accepted, next) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let progress = Arc::new(tokio::sync::Notify::new());

    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (http, mut address, token) = (http(), address.clone(), token.clone());
        let (accepted, next, progress) = (Arc::clone(&accepted), Arc::clone(&next), Arc::clone(&progress));
        clients.spawn(async move {
            let mut sent = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= submissions {
                    return sent;
                }
                let (key, body) = (format!("key-{seed}"), household(seed, 12));
                let insights_id = post_until_accepted(&http, &mut address, &token, &key, &body).await;
                sent.push(Sent { key, body, insights_id });
                accepted.fetch_add(1, Ordering::SeqCst);
                progress.notify_one();
            }
        });
    }

    for kill in 1..=kills {
        while accepted.load(Ordering::SeqCst) < submissions * kill / (kills + 1) {
            tokio::time::timeout(PATIENCE, progress.notified()).await.expect("submissions go on");
        }
        server.kill();
        server = Server::start(directory.path(), &database_url);
        announce.send(server.url.clone()).expect("clients listen");
    }

    let sent: Vec<Sent> = clients.join_all().await.into_iter().flatten().collect();
    assert_eq!(sent.len(), submissions);
    let mut ids: Vec<&str> = sent.iter().map(|sent| sent.insights_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), submissions, "no two keys share a submission");
    let (http, mut address) = (http(), address);
    for Sent { key, body, insights_id } in &sent {
        let report = report(&http, &server.url, &token, insights_id).await;
        assert_eq!(report["meta"]["status"], "COMPLETED", "{insights_id}");
        assert_eq!(report["insightsHeader"]["reports"].as_array().map(Vec::len), Some(1), "{insights_id}");
        let replayed = post_until_accepted(&http, &mut address, &token, key, body).await;
        assert_eq!(&replayed, insights_id, "{key} replays its id");
    }
}

/// How many submissions a campaign sends; the long form by environment.
fn campaign() -> usize {
    std::env::var("CDR_INSIGHTS_TEST_SUBMISSIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_loses_nothing_when_killed() {
    nothing_is_lost_when_killed("sqlite:kill.db".to_owned(), campaign(), 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_loses_nothing_when_killed() {
    let Some(cluster) = Cluster::start(true) else { return };
    let url = cluster.empty_database().await;
    nothing_is_lost_when_killed(url, campaign(), 5).await;
}

/// SIGTERM while jobs wait and run: the process ends with 0 in time, and another finishes what it left.
async fn termination_loses_nothing(database_url: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = Server::start(directory.path(), database_url);
    let (http, token) = (http(), token(directory.path(), "drain"));
    let mut ids = Vec::new();
    for seed in 0..20 {
        let request = http.post(format!("{}{BASE}", first.url)).bearer_auth(&token).header("content-type", "application/json");
        let accepted: Value = request.body(household(seed, 2_000)).send().await.expect("answers").json().await.expect("JSON");
        ids.push(accepted["insightsId"].as_str().expect("accepted").to_owned());
    }
    first.terminate();
    assert!(first.wait().success(), "a drained process ends with 0");
    let second = Server::start(directory.path(), database_url);
    for id in &ids {
        assert_eq!(report(&http, &second.url, &token, id).await["meta"]["status"], "COMPLETED");
    }
}

#[tokio::test]
async fn sqlite_termination_loses_nothing() {
    termination_loses_nothing("sqlite:drain.db").await;
}

#[tokio::test]
async fn postgres_termination_loses_nothing() {
    let Some(cluster) = cluster::shared().await else { return };
    termination_loses_nothing(&cluster.empty_database().await).await;
}

/// What one process accepts and does not work on, another one finishes; each answers for both.
#[tokio::test]
async fn two_processes_share_one_postgres() {
    let Some(cluster) = cluster::shared().await else { return };
    let database = cluster.database().await;
    let directory = tempfile::tempdir().expect("a directory");
    let without_workers = Server::start_with(directory.path(), &database, &[("CDR_INSIGHTS_WORKERS", "0")]);
    let with_workers = Server::start(directory.path(), &database);
    let (http, token) = (http(), token(directory.path(), "two"));
    for seed in 0..10 {
        let request = http.post(format!("{}{BASE}", without_workers.url)).bearer_auth(&token).header("content-type", "application/json");
        let accepted: Value = request.body(household(seed, 50)).send().await.expect("answers").json().await.expect("JSON");
        let id = accepted["insightsId"].as_str().expect("accepted");
        let here = report(&http, &without_workers.url, &token, id).await;
        assert_eq!(here["meta"]["status"], "COMPLETED");
        assert_eq!(here, report(&http, &with_workers.url, &token, id).await, "both processes give the same report");
    }
}
