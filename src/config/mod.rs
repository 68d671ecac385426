//! The settings: flags and environment, read once, checked before anything starts.

mod meaning;
mod values;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, NonEmptyStringValueParser};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use meaning::{any_free_port, cores};
use values::{parse_address, parse_algorithms, parse_date, parse_duration, parse_size, parse_time_zone};

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
#[command(after_help = "Every setting is a flag or an environment variable; a flag wins, and an empty variable counts as not set.\n\
    Secrets can also be read from a file: NAME_FILE.\n\
    Start with `cdr-insights demo`, or `cdr-insights serve --dev` and `cdr-insights token --client me`.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `serve` and `worker` are told by the environment alone.
const LOGS: &str =
    "Logs go to stderr, as text on a terminal and as JSON otherwise. RUST_LOG sets the levels [default: warn,cdr_insights=info]";

impl Cli {
    /// Reads the command line and the environment. A variable that is set to nothing counts as not set: that is how a deployment's
    /// template says so.
    ///
    /// # Errors
    /// Something does not fit, or help or the version were asked for.
    pub fn read() -> Result<Self, clap::Error> {
        let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let command = Self::command().mut_subcommands(|command| {
            command.mut_args(|arg| if arg.get_env().is_some_and(is_empty) { arg.env(clap::builder::Resettable::Reset) } else { arg })
        });
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    /// The environment variable that a flag can be set by.
    #[must_use]
    pub fn variable_of(flag: &str) -> Option<String> {
        let name = flag.strip_prefix("--")?.split([' ', '[', '=']).next()?;
        let command = Self::command();
        let mut args = command.get_subcommands().flat_map(clap::Command::get_arguments);
        let variable = args.find(|arg| arg.get_long() == Some(name))?.get_env()?;
        Some(variable.to_string_lossy().into_owned())
    }
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
    /// Check rule files: that they are well formed, and that every line decides its own example.
    Rules(Rules),
    /// Serve on the embedded store, send the bundled household and show its report.
    Demo(Demo),
}

/// Arguments of `serve`.
#[derive(Clone, Debug, Args)]
#[command(after_help = LOGS)]
pub struct Serve {
    #[command(flatten)]
    #[expect(missing_docs, reason = "described where it is defined")]
    pub settings: Settings,
    /// Where the API listens; port 0 takes a free one.
    #[arg(long, env = "CDR_INSIGHTS_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080", value_parser = parse_address)]
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
#[command(after_help = LOGS)]
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
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub client: String,
    /// Its scopes, separated by spaces.
    #[arg(long, default_value = "insights:write insights:read insights:delete")]
    pub scope: String,
    /// How long it lives, in seconds; at most a year.
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
    /// Instead of the report, say why this row is labelled as it is.
    #[arg(long, value_name = "TRANSACTION_ID")]
    pub explain: Option<String>,
}

/// Arguments of `rules`.
#[derive(Clone, Debug, Args)]
pub struct Rules {
    /// A directory of rule files, as `CDR_INSIGHTS_RULES_DIR` names it; without one the built-in rules are checked.
    #[arg(value_name = "DIR", env = "CDR_INSIGHTS_RULES_DIR")]
    pub directory: Option<PathBuf>,
}

/// Arguments of `demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Show the report and exit instead of serving on.
    #[arg(long)]
    pub once: bool,
    /// Only print the bundled household, as it is sent.
    #[arg(long, conflicts_with = "once")]
    pub payload: bool,
}

/// Which database.
#[derive(Clone, Args)]
pub struct DatabaseArgs {
    /// Where submissions and reports are kept.
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        help = "sqlite:PATH (one process), or postgres://USER:PASSWORD@HOST/NAME (any number) [default: sqlite:cdr-insights.db]"
    )]
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
    #[arg(long, env = "CDR_INSIGHTS_OPS_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:9090", value_parser = parse_address)]
    pub ops_listen: SocketAddr,
    /// Analyses at once; 0 leaves them to other processes [default: the number of cores].
    #[arg(
        long,
        env = "CDR_INSIGHTS_WORKERS",
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(0..=1024),
        help = "Analyses at once; 0 leaves them to other processes [default: the number of cores]"
    )]
    pub workers: Option<u16>,
    /// Most bytes of a decompressed request body (64MiB, 500000000); a worker claims as much at once.
    #[arg(long, env = "CDR_INSIGHTS_MAX_BODY", value_name = "SIZE", default_value = "64MiB", value_parser = parse_size)]
    pub max_body: usize,
    /// Master keys: 32 bytes in standard base64, separated by commas; the first seals, all open. Needed without --dev.
    #[arg(long, env = "CDR_INSIGHTS_MASTER_KEY", value_name = "BASE64,…", hide_env_values = true)]
    pub master_key: Option<String>,
    /// A file that holds the master keys.
    #[arg(long, env = "CDR_INSIGHTS_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// How long a submission is kept, at most until its consent ends (30d, 12h, 90m).
    #[arg(long, env = "CDR_INSIGHTS_RETENTION", value_name = "DURATION", default_value = "30d", value_parser = parse_duration)]
    pub retention: SignedDuration,
    /// Keep payloads after their report is complete, until the submission goes; without it they are destroyed (true or false).
    #[arg(long, env = "CDR_INSIGHTS_KEEP_PAYLOAD", value_name = "BOOL", num_args = 0..=1, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
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
    /// The issuer's key set: a file, or an https URL. Needed without --dev.
    #[arg(long, env = "CDR_INSIGHTS_JWKS", value_name = "FILE|URL")]
    pub jwks: Option<String>,
    /// The `iss` that tokens must have.
    #[arg(long, env = "CDR_INSIGHTS_ISSUER", value_name = "ISS", help = "The iss claim that tokens must have. Needed without --dev")]
    pub issuer: Option<String>,
    /// The `aud` that tokens must have.
    #[arg(long, env = "CDR_INSIGHTS_AUDIENCE", value_name = "AUD", help = "The aud claim that tokens must have. Needed without --dev")]
    pub audience: Option<String>,
    /// Signature algorithms that are accepted, among PS256, ES256, EdDSA and RS256.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_knows_its_variable() {
        assert_eq!(Cli::variable_of("--listen <ADDR:PORT>").as_deref(), Some("CDR_INSIGHTS_LISTEN"));
        assert_eq!(Cli::variable_of("--keep-payload [<BOOL>]").as_deref(), Some("CDR_INSIGHTS_KEEP_PAYLOAD"));
        assert_eq!(Cli::variable_of("--once"), None);
    }

    #[test]
    fn secrets_never_show_in_debug() {
        let cli = Cli::parse_from(["cdr-insights", "serve", "--master-key", "c2VjcmV0", "--database-url", "postgres://u:hunter2@h/d"]);
        let shown = format!("{cli:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("hunter2"), "{shown}");
    }
}
