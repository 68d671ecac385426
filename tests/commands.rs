//! The command line as a new user and an operator meet it: what each command prints, and with which code it ends.

#[path = "support/process.rs"]
#[expect(dead_code, reason = "nothing is killed here")]
mod process;

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use process::{Server, binary, token};

fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = binary(directory).args(arguments).output().expect("the binary runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_wrong_setting_is_one_line_and_exit_code_2() {
    let directory = tempfile::tempdir().expect("a directory");
    for (arguments, says) in [
        (&["serve"][..], "CDR_INSIGHTS_JWKS"),
        (&["serve", "--dev", "--listen", "0.0.0.0:0"], "loopback"),
        (&["serve", "--dev", "--listen", "nowhere"], "CDR_INSIGHTS_LISTEN"),
        (&["serve", "--dev", "--database-url", "mysql://x"], "DATABASE_URL"),
        (&["serve", "--dev", "--master-key", "dG9vIHNob3J0"], "CDR_INSIGHTS_MASTER_KEY"),
        (&["serve", "--dev", "--database-url", "sqlite::memory:"], "needs a file"),
        (&["serve", "--dev", "--timezone", "Mars/Olympus"], "CDR_INSIGHTS_TIMEZONE"),
        (&["serve", "--dev", "--retention", "soon"], "CDR_INSIGHTS_RETENTION"),
        (&["serve", "--dev", "--keep-payload", "perhaps"], "CDR_INSIGHTS_KEEP_PAYLOAD"),
        (&["serve", "--jwks", "missing.json", "--issuer", "i", "--audience", "a"], "missing.json"),
        (&["worker", "--dev", "--workers", "0"], "CDR_INSIGHTS_WORKERS"),
        (&["serve", "--dev", "--rules-dir", "missing"], "CDR_INSIGHTS_RULES_DIR"),
        (&["serve", "--dev", "--jwks", "http://example.com/keys"], "CDR_INSIGHTS_JWKS"),
        (&["token"], "--client"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let (code, out, error) = run(directory.path(), arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert_eq!(error.trim_end().lines().count(), 1, "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
        assert!(out.is_empty() && !error.contains("dG9vIHNob3J0"), "{arguments:?}: {error}");
    }
}

#[test]
fn analyse_says_the_same_twice_and_names_violations() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("payload.json"), cdr_insights::demo::HOUSEHOLD).expect("written");
    let (code, first, error) = run(directory.path(), &["analyse", "payload.json"]);
    assert_eq!(code, Some(0), "{error}");
    let (_, second, _) = run(directory.path(), &["analyse", "payload.json"]);
    assert_eq!(first, second);
    std::fs::write(directory.path().join("wrong.json"), r#"{"meta":{},"data":{"accounts":[{"accountId":"a"}],"transactions":[]}}"#)
        .expect("written");
    let (code, out, error) = run(directory.path(), &["analyse", "wrong.json"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let errors: Value = serde_json::from_str(&error).expect("the error document");
    assert_eq!(errors["errors"][0]["meta"]["source"]["pointer"], "/data/accounts/0/productCategory");
}

#[test]
fn the_demo_shows_its_figures_and_ends() {
    let directory = tempfile::tempdir().expect("a directory");
    let (code, out, error) = run(directory.path(), &["demo", "--once"]);
    assert_eq!(code, Some(0), "{out}{error}");
    for part in ["listening on http://127.0.0.1:", "201, insightsId", "Total", "Groceries", "curl "] {
        assert!(out.contains(part), "{part} is missing in {out}");
    }
}

#[test]
fn check_says_what_is_wrong() {
    let directory = tempfile::tempdir().expect("a directory");
    let (code, out, _) = run(directory.path(), &["check", "--dev"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("WRONG database"), "not there yet: {out}");
    assert!(!directory.path().join("cdr-insights.db").exists(), "a check leaves no database behind");
    assert_eq!(run(directory.path(), &["migrate"]).0, Some(0));
    let (code, out, _) = run(directory.path(), &["check", "--dev"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("retention 30 days"), "{out}");
}

/// A deployment's template sets what it does not use to nothing.
#[test]
fn an_empty_variable_counts_as_not_set() {
    let directory = tempfile::tempdir().expect("a directory");
    let empty = ["LISTEN", "WORKERS", "RETENTION", "JWKS", "MASTER_KEY", "MASTER_KEY_FILE", "KEEP_PAYLOAD"];
    let mut check = binary(directory.path());
    check.args(["check", "--dev"]).env("DATABASE_URL_FILE", "");
    check.envs(empty.map(|name| (format!("CDR_INSIGHTS_{name}"), "")));
    assert!(binary(directory.path()).arg("migrate").output().expect("the binary runs").status.success());
    let output = check.output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn secrets_are_read_from_files() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("url"), "sqlite:named.db\n").expect("written");
    std::fs::write(directory.path().join("key"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").expect("written");
    let run = |arguments: &[&str]| {
        let mut command = binary(directory.path());
        command.args(arguments).env("DATABASE_URL_FILE", "url").env("CDR_INSIGHTS_MASTER_KEY_FILE", "key");
        command.output().expect("the binary runs").status.code()
    };
    assert_eq!(run(&["migrate"]), Some(0));
    assert!(directory.path().join("named.db").exists());
    assert_eq!(run(&["check", "--dev"]), Some(0));
    assert!(!directory.path().join("cdr-insights-dev-master-key").exists(), "the named key is used");
    assert_eq!(run(&["migrate", "--database-url", "sqlite:other.db"]), Some(2), "one of the two must be meant");
}

#[test]
fn a_sqlite_file_has_one_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = Server::start(directory.path(), "sqlite:cdr-insights.db");
    for arguments in [&["serve", "--dev", "--listen", "127.0.0.1:0"][..], &["worker", "--dev"], &["demo", "--once"]] {
        let (code, out, error) = run(directory.path(), arguments);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{arguments:?}: {error}");
        assert!(error.contains("cdr-insights.db: another process"), "{arguments:?}: {error}");
    }
    assert_eq!(run(directory.path(), &["check", "--dev"]).0, Some(0), "a check may look while it serves");
    first.kill();
    let again = Server::start(directory.path(), "sqlite:cdr-insights.db");
    again.kill();
}

#[test]
fn rows_of_another_master_key_are_not_served() {
    let directory = tempfile::tempdir().expect("a directory");
    assert_eq!(run(directory.path(), &["demo", "--once"]).0, Some(0));
    std::fs::remove_file(directory.path().join("cdr-insights-dev-master-key")).expect("it was made");
    for command in ["check", "serve", "worker"] {
        let (code, _, error) = run(directory.path(), &[command, "--dev", "--ops-listen", "127.0.0.1:0"]);
        assert_eq!(code, Some(1), "{command}: {error}");
        assert!(error.contains("sealed under master key"), "{command}: {error}");
    }
}

#[test]
fn a_token_is_alone_on_stdout_and_a_new_key_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let (code, out, error) = run(directory.path(), &["token", "--client", "me"]);
    assert_eq!((code, out.lines().count(), out.matches('.').count()), (Some(0), 1, 2));
    assert!(error.contains("new development key"), "{error}");
    assert_eq!(run(directory.path(), &["token", "--client", "me"]).2, "");
    assert_eq!(token(directory.path(), "me").matches('.').count(), 2);
}

#[test]
fn the_household_goes_through_a_pipe() {
    let directory = tempfile::tempdir().expect("a directory");
    let printed = binary(directory.path()).args(["demo", "--payload"]).output().expect("the binary runs");
    assert_eq!(printed.stdout, cdr_insights::demo::HOUSEHOLD);
    let mut analyse = binary(directory.path());
    let analyse = analyse.args(["analyse", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = analyse.spawn().expect("the binary starts");
    child.stdin.take().expect("it is piped").write_all(&printed.stdout).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["meta"]["status"], "COMPLETED");
    assert_eq!(std::fs::read_dir(directory.path()).expect("readable").count(), 0, "neither leaves a file behind");
}

#[test]
fn a_label_is_explained_with_what_later_stages_made_of_it() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("payload.json"), cdr_insights::demo::HOUSEHOLD).expect("written");
    let (code, document, error) = run(directory.path(), &["analyse", "payload.json"]);
    assert_eq!(code, Some(0), "{error}");
    let document: Value = serde_json::from_str(&document).expect("a report");
    let rows = document["insightsHeader"]["reports"][0]["transactions"].as_array().expect("rows");
    for layer in ["NAME", "LEDGER"] {
        let row = rows.iter().find(|row| row["evidence"]["layer"] == layer).expect(layer);
        let id = row["transactionId"].as_str().expect("an id");
        let (code, text, error) = run(directory.path(), &["analyse", "payload.json", "--explain", id]);
        assert_eq!(code, Some(0), "{error}");
        let due =
            if layer == "NAME" { "report: the same".to_owned() } else { format!("report: {}", row["category"].as_str().expect("a code")) };
        assert!(text.contains("layers in their order") && text.contains(&due), "{text}");
    }
    let (code, _, error) = run(directory.path(), &["analyse", "payload.json", "--explain", "nobody"]);
    assert_eq!((code, error.trim()), (Some(2), "error: nobody is no transactionId of the report"));
}

#[test]
fn rule_files_are_checked_with_file_and_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let names = directory.path().join("ours/names");
    std::fs::create_dir_all(&names).expect("made");
    let write = |text: &str| std::fs::write(names.join("ours.tsv"), text).expect("written");
    write("#! layer=NAME confidence=985\nZQX SHOP\tGROCERIES\tout\t-\t-\tZQX SHOP NEWTOWN\t-\n");
    let (code, out, _) = run(directory.path(), &["rules", "ours"]);
    assert!(code == Some(0) && out.contains(" 0 wrong"), "{out}");
    write("#! layer=NAME confidence=985\nZQX SHOP\tGROCERIES\tout\t-\t-\tWOOLWORTHS\t-\n");
    let (code, out, _) = run(directory.path(), &["rules", "ours"]);
    assert!(code == Some(1) && out.starts_with("names/ours.tsv, line 2: its example WOOLWORTHS"), "{out}");
    write("#! layer=NAME confidence=985\nZQX SHOP\tGROCERY\tout\t-\t-\tZQX SHOP\t-\n");
    let (code, out, _) = run(directory.path(), &["rules", "ours"]);
    assert_eq!((code, out.trim()), (Some(1), "names/ours.tsv, line 2: GROCERY is no category of the taxonomy"));
}
