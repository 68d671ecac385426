//! Who works on a SQLite file: one process at a time. Two would free each other's leases at start, and each would keep the other waiting.
//! PostgreSQL is for any number, and nothing is held there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::str::FromStr as _;

use sqlx::sqlite::SqliteConnectOptions;

use super::{Result, StoreError};

/// The right to work on a store. The operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Occupancy {
    _lock: Option<File>,
}

/// Takes the store that a URL names for this process.
///
/// The lock is on a file of its own beside the database: locks on the database file itself are SQLite's.
///
/// # Errors
/// [`StoreError::InUse`] when another process has it; [`StoreError::Unavailable`] when the lock's file cannot be made.
pub fn occupy(url: &str) -> Result<Occupancy> {
    let Some(path) = sqlite_file(url)? else { return Ok(Occupancy { _lock: None }) };
    let mut name = path.clone().into_os_string();
    name.push("-lock");
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.write(true).create(true).truncate(false).open(&name).map_err(sqlx::Error::Io)?;
    match lock.try_lock() {
        Ok(()) => Ok(Occupancy { _lock: Some(lock) }),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        // A file system without locks: its owner has to see to it.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Occupancy { _lock: None }),
        Err(TryLockError::Error(error)) => Err(sqlx::Error::Io(error).into()),
    }
}

/// The file of a SQLite URL; `None` for any other database.
///
/// # Errors
/// [`StoreError::Url`] when it cannot be read.
pub fn sqlite_file(url: &str) -> Result<Option<PathBuf>> {
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Url(error.to_string()))?;
    Ok(Some(options.get_filename().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_file_is_for_one_and_postgres_for_all() {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite:{}", directory.path().join("a.db").display());
        let first = occupy(&url).expect("nobody has it");
        assert!(matches!(occupy(&url), Err(StoreError::InUse)));
        assert!(occupy(&format!("sqlite:{}", directory.path().join("b.db").display())).is_ok(), "another file is another store");
        drop(first);
        assert!(occupy(&url).is_ok(), "what was left can be taken");
        let (one, other) = (occupy("postgres://h/d"), occupy("postgres://h/d"));
        assert!(one.is_ok() && other.is_ok());
    }
}
