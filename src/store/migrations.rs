//! The migrations, embedded: one statement a file, in the order of their numbers. A file that has been released never changes.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{Result, StoreError};

/// A file name and its text.
type File = (&'static str, &'static str);

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")))),*]
    };
}

const SQLITE: &[File] = files![
    "sqlite": "0001_submission",
    "0002_submission_expires",
    "0003_payload",
    "0004_order_report",
    "0005_wrapped_key",
    "0006_job",
    "0007_job_due",
    "0008_job_client",
    "0009_idempotency",
    "0010_idempotency_expires",
    "0011_deletion",
];

const POSTGRES: &[File] = files![
    "postgres": "0001_submission",
    "0002_submission_storage",
    "0003_submission_expires",
    "0004_payload",
    "0005_payload_storage",
    "0006_order_report",
    "0007_order_report_storage",
    "0008_wrapped_key",
    "0009_job",
    "0010_job_due",
    "0011_job_client",
    "0012_idempotency",
    "0013_idempotency_expires",
    "0014_deletion",
    "0015_purged_key",
];

/// The embedded store's.
pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

/// The production store's.
pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

fn migrator(files: &[File]) -> Migrator {
    let migrations = files.iter().map(|&(name, text)| {
        let (number, words) = name.split_once('_').expect("a file is named NNNN_words");
        let version = number.parse().expect("a file is named NNNN_words");
        Migration::new(version, Cow::Owned(words.replace('_', " ")), MigrationType::Simple, AssertSqlSafe(text).into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Holds what a database says was applied against what this version embeds.
pub(super) fn check(migrator: &Migrator, applied: &[(i64, Vec<u8>)]) -> Result<()> {
    for migration in migrator.iter() {
        match applied.iter().find(|(version, _)| *version == migration.version) {
            None => return Err(StoreError::Schema(format!("migration {} has not been applied: run `migrate`", migration.version))),
            Some((version, checksum)) if *checksum != *migration.checksum => {
                return Err(StoreError::Schema(format!("migration {version} was applied with another text")));
            }
            Some(_) => {}
        }
    }
    match applied.iter().find(|(version, _)| !migrator.version_exists(*version)) {
        Some((version, _)) => Err(StoreError::Schema(format!("migration {version} is of a newer version of the service"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    const BOTH: [(&str, &[File]); 2] = [("sqlite", SQLITE), ("postgres", POSTGRES)];

    /// The statement without its comments, and the comments.
    fn code_and_comment(line: &str) -> (&str, Option<&str>) {
        line.split_once("--").map_or((line, None), |(code, comment)| (code, Some(comment)))
    }

    fn code(text: &str) -> String {
        text.lines().map(|line| code_and_comment(line).0).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_file_is_embedded_and_numbered_without_gaps() {
        for (folder, files) in BOTH {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let mut there: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            there.sort();
            let embedded: Vec<_> = files.iter().map(|(name, _)| format!("{name}.sql")).collect();
            assert_eq!(there, embedded);
            for (index, (name, _)) in files.iter().enumerate() {
                assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name}");
            }
        }
    }

    #[test]
    fn a_file_holds_one_statement() {
        for (folder, files) in BOTH {
            for (name, text) in files {
                let code = code(text);
                assert_eq!(code.trim_end().trim_end_matches(';').matches(';').count(), 0, "{folder}/{name}");
                let starts = code.lines().filter(|line| line.starts_with("CREATE ") || line.starts_with("ALTER ")).count();
                assert_eq!(starts, 1, "{folder}/{name}");
            }
        }
    }

    #[test]
    fn every_file_and_every_column_says_what_it_is_for() {
        for (folder, files) in BOTH {
            for (name, text) in files {
                assert!(text.starts_with("-- "), "{folder}/{name} has no comment");
                let columns =
                    text.lines().skip_while(|line| !line.starts_with("CREATE TABLE")).skip(1).take_while(|line| !line.starts_with(')'));
                for line in columns.filter(|line| line.trim_start().starts_with(|first: char| first.is_ascii_lowercase())) {
                    assert!(code_and_comment(line).1.is_some_and(|comment| comment.trim().len() > 5), "{folder}/{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_table_of_a_submission_has_its_id_first_in_its_key() {
        for (folder, files) in BOTH {
            for (name, text) in files.iter().filter(|(_, text)| text.contains("CREATE TABLE")) {
                let is_keyed = text.contains("PRIMARY KEY (insights_id,")
                    || text.lines().any(|line| line.trim_start().starts_with("insights_id ") && line.contains("PRIMARY KEY"));
                assert!(is_keyed || name.ends_with("_idempotency"), "{folder}/{name}");
                assert!(!text.contains("UNIQUE") && !text.contains("TRIGGER") && !text.contains("SERIAL"), "{folder}/{name}");
            }
        }
    }

    #[test]
    fn blobs_are_stored_as_they_are_on_postgres() {
        let all: String = POSTGRES.iter().map(|(_, text)| *text).collect();
        for column in ["accepted", "head", "payload", "report"] {
            assert!(all.contains(&format!("ALTER COLUMN {column} SET STORAGE EXTERNAL")), "{column}");
        }
    }

    #[test]
    fn missing_changed_and_newer_migrations_are_noticed() {
        let migrator = sqlite();
        let applied: Vec<(i64, Vec<u8>)> = migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect();
        assert!(check(&migrator, &applied).is_ok());
        let problem = |applied: &[(i64, Vec<u8>)]| check(&migrator, applied).unwrap_err().to_string();
        assert!(problem(&[]).contains("migration 1 has not been applied"));
        assert!(problem(&applied[..applied.len() - 1]).contains("has not been applied"));
        let mut changed = applied.clone();
        changed[2].1[0] ^= 1;
        assert!(problem(&changed).contains("migration 3 was applied with another text"));
        let newer = [applied, vec![(9_999, vec![0; 48])]].concat();
        assert!(problem(&newer).contains("migration 9999 is of a newer version"));
    }
}
