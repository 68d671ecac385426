//! Which database errors pass by themselves (503) and which are a fault of ours (500).

use sqlx::migrate::MigrateError;

use super::StoreError;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::Schema(other.to_string()),
        }
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                is_passing_sqlite_code(&code)
            } else {
                is_passing_sqlstate(&code)
            }
        }
        _ => false,
    }
}

/// Connection exceptions, insufficient resources, shutdown and crash, read-only transactions (a standby), our own time-outs, and
/// the conflicts that the next try does not meet.
fn is_passing_sqlstate(code: &str) -> bool {
    const CLASSES: [&str; 3] = ["08", "53", "57P"];
    const CODES: [&str; 6] = ["25006", "25P03", "40001", "40P01", "55P03", "57014"];
    CLASSES.iter().any(|class| code.starts_with(class)) || CODES.contains(&code)
}

/// The primary code is the low byte of an extended one: `BUSY`, `LOCKED`, `READONLY`, `IOERR`, `FULL`, `CANTOPEN`.
fn is_passing_sqlite_code(code: &str) -> bool {
    code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlstates_are_told_apart() {
        for code in ["08006", "08001", "53100", "53200", "53300", "57P01", "57P02", "57P03", "25006", "57014", "40001", "40P01", "55P03"] {
            assert!(is_passing_sqlstate(code), "{code}");
        }
        for code in ["23505", "42P01", "42601", "22001", "28P01", "3D000", "XX001", "0A000", ""] {
            assert!(!is_passing_sqlstate(code), "{code}");
        }
    }

    #[test]
    fn sqlite_codes_are_told_apart() {
        // BUSY, BUSY_SNAPSHOT, READONLY, READONLY_DBMOVED, IOERR, IOERR_WRITE, FULL, CANTOPEN
        for code in ["5", "517", "8", "1032", "10", "778", "13", "14"] {
            assert!(is_passing_sqlite_code(code), "{code}");
        }
        // ERROR, CORRUPT, CONSTRAINT, CONSTRAINT_CHECK, NOTADB
        for code in ["1", "11", "19", "275", "26", ""] {
            assert!(!is_passing_sqlite_code(code), "{code}");
        }
    }

    #[test]
    fn a_lost_connection_passes_and_a_wrong_row_does_not() {
        assert!(matches!(StoreError::from(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
        assert!(matches!(StoreError::from(sqlx::Error::Io(std::io::ErrorKind::UnexpectedEof.into())), StoreError::Unavailable(_)));
        assert!(matches!(StoreError::from(sqlx::Error::RowNotFound), StoreError::Database(_)));
    }
}
