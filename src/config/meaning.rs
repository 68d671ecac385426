//! What the settings mean together: secrets from files, the database's name, what cannot be combined.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::values::{parse_algorithms, parse_time_zone};
use super::{ConfigError, DEFAULT_DATABASE, DatabaseArgs, MAX_BODY, RETENTION, RulesArgs, Serve, Settings, TokenSettings, Worker};
use crate::store::seal::Keyring;

/// Builds a [`ConfigError`].
fn wrong<T>(message: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError(message.into()))
}

impl DatabaseArgs {
    /// The URL to open.
    ///
    /// # Errors
    /// Both a URL and a file are given, the file cannot be read, or the scheme is unknown.
    pub fn url(&self) -> Result<String, ConfigError> {
        let url = secret("DATABASE_URL", self.database_url.as_deref(), self.database_url_file.as_deref())?
            .unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        if ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            Ok(url)
        } else {
            wrong("DATABASE_URL must begin with sqlite: or postgres:")
        }
    }
}

impl DatabaseArgs {
    /// Where the data is, without what may be secret: for messages.
    ///
    /// # Errors
    /// As [`DatabaseArgs::url`].
    pub fn place(&self) -> Result<String, ConfigError> {
        let url = self.url()?;
        let (_, rest) = url.split_once(':').unwrap_or_default();
        let place = rest.trim_start_matches("//").split('?').next().unwrap_or_default();
        // A password may hold a slash or an @ that nobody escaped: nothing before the last @ is shown.
        let place = place.rsplit('@').next().unwrap_or_default();
        Ok(if url.starts_with("sqlite:") { format!("SQLite file {place}") } else { format!("PostgreSQL at {place}") })
    }
}

impl Settings {
    /// The configured master keys, if any.
    ///
    /// # Errors
    /// Both keys and a file are given, the file cannot be read, or a key is not 32 bytes of base64.
    pub fn keyring(&self) -> Result<Option<Keyring>, ConfigError> {
        let Some(list) = secret("CDR_INSIGHTS_MASTER_KEY", self.master_key.as_deref(), self.master_key_file.as_deref())? else {
            return Ok(None);
        };
        Keyring::parse(&list).map(Some).or_else(|error| wrong(format!("CDR_INSIGHTS_MASTER_KEY: {error}")))
    }

    /// Analyses at once.
    #[must_use]
    pub fn worker_count(&self) -> usize {
        self.workers.map_or_else(cores, usize::from)
    }
}

impl Worker {
    /// What no worker can be.
    ///
    /// # Errors
    /// It would not do anything.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.settings.workers == Some(0) {
            return wrong("CDR_INSIGHTS_WORKERS is 0: a worker without workers does nothing");
        }
        Ok(())
    }
}

impl Serve {
    /// What the demo serves with, whatever the environment says: the embedded store, development keys, the usual ports.
    ///
    /// # Panics
    /// Never: the zone is bundled.
    #[must_use]
    pub fn for_demo() -> Self {
        Self {
            settings: Settings {
                database: DatabaseArgs { database_url: Some(DEFAULT_DATABASE.to_owned()), database_url_file: None },
                rules: RulesArgs { rules_dir: None, timezone: parse_time_zone("Australia/Sydney").expect("the zone is bundled") },
                ops_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
                workers: None,
                max_body: MAX_BODY,
                master_key: None,
                master_key_file: None,
                retention: RETENTION,
                keep_payload: false,
            },
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            dev: true,
            no_migrate: false,
            tokens: TokenSettings {
                jwks: None,
                issuer: None,
                audience: None,
                algorithms: parse_algorithms("PS256 ES256 EdDSA").expect("all are known"),
            },
        }
    }

    /// What cannot be served together.
    ///
    /// # Errors
    /// `--dev` beyond loopback.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.dev && !self.listen.ip().is_loopback() {
            return wrong(format!("--dev listens on loopback only, CDR_INSIGHTS_LISTEN is {}", self.listen));
        }
        Ok(())
    }
}

/// The number of cores, at least 1.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A loopback address on a free port.
#[must_use]
pub fn any_free_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn secret(name: &str, value: Option<&str>, file: Option<&Path>) -> Result<Option<String>, ConfigError> {
    match (value.filter(|value| !value.is_empty()), file) {
        (Some(_), Some(_)) => wrong(format!("{name} and {name}_FILE are both set: set one")),
        (Some(value), None) => Ok(Some(value.to_owned())),
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) if text.trim().is_empty() => wrong(format!("{name}_FILE: {} is empty", file.display())),
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) => wrong(format!("{name}_FILE: {} cannot be read: {error}", file.display())),
        },
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_shows_no_secret() {
        let place = |url: &str| {
            let args = DatabaseArgs { database_url: Some(url.to_owned()), database_url_file: None };
            args.place().expect("a known scheme")
        };
        assert_eq!(place("sqlite:cdr-insights.db"), "SQLite file cdr-insights.db");
        assert_eq!(place("sqlite:///data/a.db?mode=rwc"), "SQLite file /data/a.db");
        assert_eq!(
            place("postgres://u:hunter2@db.example:5432/insights?sslmode=require&password=x"),
            "PostgreSQL at db.example:5432/insights"
        );
        assert_eq!(place("postgres://u:hun/t@r2@db.example/insights"), "PostgreSQL at db.example/insights");
    }
}
