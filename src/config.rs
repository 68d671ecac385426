//! The settings: flags and environment, read once, checked before anything starts.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::store::seal::Keyring;

/// The SQLite file that is used when no database is named.
pub const DEFAULT_DATABASE: &str = "sqlite:cdr-insights.db";

/// Names the setting of the API's address.
pub const LISTEN: &str = "CDR_INSIGHTS_LISTEN";
/// Names the setting of the ops listener's address.
pub const OPS_LISTEN: &str = "CDR_INSIGHTS_OPS_LISTEN";
/// Most bytes of a decompressed body, unless set.
const MAX_BODY: usize = 64 << 20;
/// How long a submission is kept, unless set.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Banking data insights for the Australian Consumer Data Right.
#[derive(Debug, Parser)]
#[command(name = "cdr-insights", version, propagate_version = true, max_term_width = 120)]
#[command(
    after_help = "Every setting is a flag or an environment variable; a flag wins. Secrets can also be read from a file: NAME_FILE.\n\
    Start with `cdr-insights demo`, or `cdr-insights serve --dev` and `cdr-insights token --client me`."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve HTTP and work on submissions.
    Serve(Serve),
    /// Work on submissions without serving HTTP; any number of processes on one database.
    Worker(Worker),
    /// Bring the database schema up to this version, then exit.
    Migrate(DatabaseArgs),
    /// Check the configuration, the database and the keys; say what is wrong.
    Check(Check),
    /// Print a development token, signed with the key that `serve --dev` made, on the last line of stdout.
    Token(Token),
    /// Analyse one payload without server or database; the report goes to stdout as JSON.
    Analyse(Analyse),
    /// Serve on the embedded store, send the bundled household and show its report.
    Demo(Demo),
}

/// Arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub settings: Settings,
    /// Where the API listens; port 0 takes a free one.
    #[arg(long, env = "CDR_INSIGHTS_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Make a signing key and a master key in the working directory and listen on loopback: for development only.
    #[arg(long)]
    pub dev: bool,
    /// Do not migrate the schema at start.
    #[arg(long)]
    pub no_migrate: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub tokens: TokenSettings,
}

/// Arguments of `worker`.
#[derive(Clone, Debug, Args)]
pub struct Worker {
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub settings: Settings,
    /// Use the master key that `serve --dev` made in the working directory.
    #[arg(long)]
    pub dev: bool,
    /// Do not migrate the schema at start.
    #[arg(long)]
    pub no_migrate: bool,
}

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub struct Check {
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub settings: Settings,
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub tokens: TokenSettings,
    /// Check what `serve --dev` would use.
    #[arg(long)]
    pub dev: bool,
    /// Only ask this URL (the ops listener's /livez or /readyz) and exit 0 when it answers 200: a container's health check.
    #[arg(long, value_name = "URL")]
    pub probe: Option<String>,
}

/// Arguments of `token`.
#[derive(Clone, Debug, Args)]
pub struct Token {
    /// The client the token is for.
    #[arg(long, value_name = "NAME")]
    pub client: String,
    /// Its scopes, separated by spaces.
    #[arg(long, default_value = "insights:write insights:read insights:delete")]
    pub scope: String,
    /// How long it lives, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    pub ttl: u32,
    /// The issuer; the development issuer unless set.
    #[arg(long, env = "CDR_INSIGHTS_ISSUER", value_name = "ISS")]
    pub issuer: Option<String>,
    /// The audience; the development audience unless set.
    #[arg(long, env = "CDR_INSIGHTS_AUDIENCE", value_name = "AUD")]
    pub audience: Option<String>,
}

/// Arguments of `analyse`.
#[derive(Clone, Debug, Args)]
pub struct Analyse {
    /// The payload: a file, or - for standard input.
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// The day the figures stand for; meta.asOf, else the newest posted day, unless set.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub rules: RulesArgs,
}

/// Arguments of `demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Show the report and exit instead of serving on.
    #[arg(long)]
    pub once: bool,
}

/// Which database.
#[derive(Clone, Args)]
pub struct DatabaseArgs {
    /// `postgres://USER:PASSWORD@HOST/NAME`, or sqlite:PATH. Default: a SQLite file in the working directory.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the database URL.
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,
}

/// Without the URL: it may hold a password.
impl fmt::Debug for DatabaseArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseArgs").field("database_url_file", &self.database_url_file).finish_non_exhaustive()
    }
}

/// Which rules and which clock.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {
    /// A directory whose rule files replace the built-in ones of the same name.
    #[arg(long, env = "CDR_INSIGHTS_RULES_DIR", value_name = "DIR")]
    pub rules_dir: Option<PathBuf>,
    /// Where a UTC time of a row is turned into a day (an IANA name).
    #[arg(long, env = "CDR_INSIGHTS_TIMEZONE", value_name = "ZONE", default_value = "Australia/Sydney", value_parser = parse_time_zone)]
    pub timezone: TimeZone,
}

/// Settings of every process that touches submissions.
#[derive(Clone, Args)]
pub struct Settings {
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub database: DatabaseArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub rules: RulesArgs,
    /// Where health and metrics listen; never to be reached by the public.
    #[arg(long, env = "CDR_INSIGHTS_OPS_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:9090")]
    pub ops_listen: SocketAddr,
    /// Analyses at once; 0 leaves them to other processes. Default: the number of cores.
    #[arg(long, env = "CDR_INSIGHTS_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Most bytes of a decompressed request body (64MiB, 500000000).
    #[arg(long, env = "CDR_INSIGHTS_MAX_BODY", value_name = "SIZE", default_value = "64MiB", value_parser = parse_size)]
    pub max_body: usize,
    /// Master keys: 32 bytes in standard base64, separated by commas; the first seals, all open.
    #[arg(long, env = "CDR_INSIGHTS_MASTER_KEY", value_name = "BASE64,…", hide_env_values = true)]
    pub master_key: Option<String>,
    /// A file that holds the master keys.
    #[arg(long, env = "CDR_INSIGHTS_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// How long a submission is kept, at most until its consent ends (30d, 12h).
    #[arg(long, env = "CDR_INSIGHTS_RETENTION", value_name = "DURATION", default_value = "30d", value_parser = parse_duration)]
    pub retention: SignedDuration,
    /// Keep payloads after their report is complete; without it they are destroyed.
    #[arg(long, env = "CDR_INSIGHTS_KEEP_PAYLOAD", value_name = "BOOL", num_args = 0..=1, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub keep_payload: bool,
}

/// Without the master key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("database", &self.database)
            .field("rules", &self.rules)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// Who may call.
#[derive(Clone, Debug, Args)]
pub struct TokenSettings {
    /// The issuer's key set: a file, or an https URL.
    #[arg(long, env = "CDR_INSIGHTS_JWKS", value_name = "FILE|URL")]
    pub jwks: Option<String>,
    /// The `iss` that tokens must have.
    #[arg(long, env = "CDR_INSIGHTS_ISSUER", value_name = "ISS")]
    pub issuer: Option<String>,
    /// The `aud` that tokens must have.
    #[arg(long, env = "CDR_INSIGHTS_AUDIENCE", value_name = "AUD")]
    pub audience: Option<String>,
    /// Signature algorithms that are accepted: PS256, ES256, `EdDSA`, RS256.
    #[arg(long, env = "CDR_INSIGHTS_ALGORITHMS", value_name = "ALG ALG…", default_value = "PS256 ES256 EdDSA", value_parser = parse_algorithms)]
    pub algorithms: Algorithms,
}

/// Accepted signature algorithms, in the order they were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Algorithms(pub Vec<jsonwebtoken::Algorithm>);

/// A setting that does not fit: one clear line, exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

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
        self.workers.unwrap_or_else(cores)
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

fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: usize = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" | "k" => 1 << 10,
        "mib" | "m" => 1 << 20,
        "gib" | "g" => 1 << 30,
        _ => return Err("write a number of bytes, or KiB, MiB, GiB".to_owned()),
    };
    let size = usize::from_str(digits.trim())
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or("write a number of bytes, or KiB, MiB, GiB")?;
    if (1 << 10..=4 << 30).contains(&size) { Ok(size) } else { Err("must be between 1KiB and 4GiB".to_owned()) }
}

fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let span: jiff::Span = text.parse().map_err(|_| "write a duration such as 30d, 12h or P30D".to_owned())?;
    let duration =
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| "use days, hours, minutes and seconds".to_owned())?;
    if duration < SignedDuration::from_mins(1) || duration > SignedDuration::from_hours(24 * 366 * 10) {
        return Err("must be between one minute and ten years".to_owned());
    }
    Ok(duration)
}

fn parse_time_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "write an IANA name such as Australia/Perth".to_owned())
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD".to_owned())
}

fn parse_algorithms(text: &str) -> Result<Algorithms, String> {
    use jsonwebtoken::Algorithm;
    let mut algorithms = Vec::new();
    for name in text.split([' ', ',']).filter(|name| !name.is_empty()) {
        let algorithm = match name {
            "PS256" => Algorithm::PS256,
            "ES256" => Algorithm::ES256,
            "EdDSA" => Algorithm::EdDSA,
            "RS256" => Algorithm::RS256,
            _ => return Err("choose among PS256, ES256, EdDSA and RS256".to_owned()),
        };
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }
    if algorithms.is_empty() { Err("name at least one algorithm".to_owned()) } else { Ok(Algorithms(algorithms)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_durations_and_algorithms_are_read() {
        assert_eq!(parse_size("64MiB"), Ok(64 << 20));
        assert_eq!(parse_size("2048"), Ok(2048));
        for wrong in ["", "MiB", "12 parsecs", "1", "99999999999GiB", "-5"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_duration("30d"), Ok(SignedDuration::from_hours(720)));
        assert_eq!(parse_duration("P1DT12H"), Ok(SignedDuration::from_hours(36)));
        for wrong in ["", "soon", "0s", "-3d", "2mo"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_algorithms("ES256, RS256 ES256").map(|algorithms| algorithms.0.len()), Ok(2));
        assert!(parse_algorithms("HS256").is_err());
        assert!(parse_algorithms("none").is_err());
    }

    #[test]
    fn secrets_never_show_in_debug() {
        let cli = Cli::parse_from(["cdr-insights", "serve", "--master-key", "c2VjcmV0", "--database-url", "postgres://u:hunter2@h/d"]);
        let shown = format!("{cli:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("hunter2"), "{shown}");
    }
}
