//! The subcommands.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use cdr_insights::analysis::label;
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::analysis::{self, report};
use cdr_insights::clock::{Clock as _, SystemClock};
use cdr_insights::config::{Analyse, Check, Cli, Command, ConfigError, DatabaseArgs, Demo, Rules, Token};
use cdr_insights::http::rejection_json;
use cdr_insights::service::{self, Service, StartError};
use cdr_insights::submission::{self, ReadContext};
use cdr_insights::{demo, dev, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Analysed payloads are read as bytes; a pipe that never ends is cut here.
const MAX_FILE: u64 = 4 << 30;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let finished = match cli.command {
        Command::Analyse(args) => return analyse(&args),
        Command::Rules(args) => return rules(&args),
        Command::Token(args) => token(&args).map_err(StartError::from),
        Command::Demo(Demo { payload: true, .. }) => std::io::stdout().write_all(demo::HOUSEHOLD).map_err(StartError::from),
        command => start(command),
    };
    match finished {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Logs, cryptography and threads; then the command.
fn start(command: Command) -> Result<(), StartError> {
    telemetry::init_logs(if matches!(command, Command::Demo(_)) { "warn" } else { "info" })?;
    telemetry::silence_panics();
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("no other provider is installed");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let finished = runtime.block_on(run(command));
    // Work that did not drain in time is not waited for a second time.
    runtime.shutdown_background();
    finished
}

/// Help and version as clap prints them; anything wrong as one line.
fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        error.exit();
    }
    let text = error.render().to_string();
    let line: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let mut line = line.join(" ");
    // Most settings come from the environment: say its name too.
    if error.kind() != ErrorKind::UnknownArgument
        && let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
        && let Some(variable) = Cli::variable_of(flag)
    {
        line = line.replacen(&format!("'{flag}'"), &format!("'{flag}' ({variable})"), 1);
    }
    eprintln!("{line}");
    ExitCode::from(2)
}

async fn run(command: Command) -> Result<(), StartError> {
    match command {
        Command::Serve(args) => {
            let service = Service::serve(&args).await?;
            service::announce(service.api.expect("serve has an API"))?;
            let keys = if args.dev { "development keys in the working directory" } else { "configured keys" };
            tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %args.settings.database.place()?, ops = %service.ops, keys, "serving");
            service.run_until_signal().await
        }
        Command::Worker(args) => {
            let service = Service::work(&args).await?;
            tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %args.settings.database.place()?, ops = %service.ops, "working");
            service.run_until_signal().await
        }
        Command::Migrate(args) => migrate(&args).await,
        Command::Check(args) => check(&args).await,
        Command::Demo(args) => demo::run(&args).await,
        Command::Token(_) | Command::Analyse(_) | Command::Rules(_) => unreachable!("need no runtime"),
    }
}

async fn migrate(args: &DatabaseArgs) -> Result<(), StartError> {
    let store = service::open_store(args).await?;
    store.migrate().await?;
    store.close().await;
    println!("the schema is up to date");
    Ok(())
}

/// Says of each part whether it is well, and fails at the end when one is not.
async fn check(args: &Check) -> Result<(), StartError> {
    if let Some(url) = &args.probe {
        return demo::probe(url).await;
    }
    let mut first_problem = None;
    let mut say = |part: &str, outcome: Result<String, StartError>| match outcome {
        Ok(what) => println!("ok    {part}: {what}"),
        Err(error) => {
            println!("WRONG {part}: {error}");
            first_problem.get_or_insert(error);
        }
    };
    let settings = &args.settings;
    let rules = service::ruleset(&settings.rules).map_err(StartError::from);
    say("rules", rules.map(|rules| format!("version {}, taxonomy {}", rules.version(), rules.taxonomy_version())));
    say("tokens", tokens(args).await);
    let keyring = service::keyring(settings, args.dev);
    let place = settings.database.place();
    let store = match service::open_standing_store(&settings.database).await {
        Ok(store) => store.ready().await.map(|()| store).map_err(StartError::from),
        Err(error) => Err(error),
    };
    match (&store, &keyring) {
        (Ok(store), Ok(keyring)) => {
            let ids: Vec<String> = keyring.ids().iter().map(ToString::to_string).collect();
            say(
                "master keys",
                service::check_master_keys(&**store, keyring).await.map(|()| format!("{} (the first seals, all open)", ids.join(", "))),
            );
        }
        (_, Ok(_)) => say("master keys", Ok("readable; not compared with the database".to_owned())),
        (_, Err(_)) => {}
    }
    if let Err(error) = keyring {
        say("master keys", Err(error));
    }
    say("database", store.and_then(|_| Ok(format!("{} answers, its schema is this version's", place?))));
    let horizon = "live rows at once; copies when the master key is rotated and retired (30 days is the recommended period)";
    say("purge horizon", Ok(format!("{horizon}; retention {}", in_days(settings.retention))));
    first_problem.map_or(Ok(()), Err)
}

/// A retention as people say it.
fn in_days(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    if SignedDuration::from_hours(hours) == duration && hours % 24 == 0 { format!("{} days", hours / 24) } else { format!("{duration:#}") }
}

/// Whether tokens could be judged: the key set is there and has a usable key.
async fn tokens(args: &Check) -> Result<String, StartError> {
    let verifier = service::verifier(&args.tokens, args.dev, Arc::new(SystemClock))?;
    verifier.refresh().await.map_err(|problem| ConfigError(format!("CDR_INSIGHTS_JWKS: {problem}")))?;
    Ok("the key set has usable keys".to_owned())
}

fn token(args: &Token) -> Result<(), dev::DevError> {
    let here = Path::new(".");
    if !dev::SigningKey::is_in(here) {
        eprintln!("made a new development key: only a `serve --dev` that is started in this directory accepts its tokens");
    }
    let key = dev::SigningKey::in_directory(here)?;
    let grant = dev::Grant {
        client: &args.client,
        scope: &args.scope,
        ttl: args.ttl,
        issuer: args.issuer.as_deref().unwrap_or(dev::ISSUER),
        audience: args.audience.as_deref().unwrap_or(dev::AUDIENCE),
    };
    println!("{}", key.token(&grant, SystemClock.now())?);
    Ok(())
}

/// A payload to its report, without server and database.
fn analyse(args: &Analyse) -> ExitCode {
    match analysed(args) {
        Ok(document) => match std::io::stdout().lock().write_all(&document) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader has gone: nobody is left to tell.
            Err(_) => ExitCode::FAILURE,
        },
        Err(Refusal::Config(line)) => {
            eprintln!("error: {line}");
            ExitCode::from(2)
        }
        Err(Refusal::Payload(errors)) => {
            eprintln!("{errors}");
            ExitCode::FAILURE
        }
    }
}

enum Refusal {
    Config(String),
    Payload(String),
}

fn analysed(args: &Analyse) -> Result<Vec<u8>, Refusal> {
    let ruleset = service::ruleset(&args.rules).map_err(|error| Refusal::Config(error.to_string()))?;
    let body = read(&args.file).map_err(|error| Refusal::Config(format!("{}: {error}", args.file.display())))?;
    // No consent is judged here: a kept payload must give the same report next year.
    let context = ReadContext { now: Timestamp::MIN, time_zone: args.rules.timezone.clone() };
    let submission = submission::parse(&body, &context).map_err(|rejection| Refusal::Payload(rejection_json(rejection)))?;
    let newest = || {
        let posted =
            submission.customers.iter().flat_map(|customer| &customer.transactions).filter(|row| row.status == submission::Status::Posted);
        posted.filter_map(submission::Transaction::day).max()
    };
    let as_of =
        args.as_of.or(submission.as_of).or_else(newest).ok_or_else(|| Refusal::Config("no row is posted: say --as-of".to_owned()))?;
    let accepted_at = as_of.to_zoned(TimeZone::UTC).map_err(|_| Refusal::Config(format!("--as-of {as_of} is out of range")))?.timestamp();
    let analysis = analysis::analyse(&submission, &ruleset, as_of);
    let order_ids: Vec<Uuid> = submission.orders.iter().map(|order| order.order_id.unwrap_or(Uuid::nil())).collect();
    let stamp = report::Stamp {
        insights_id: Uuid::nil(),
        client_id: "local",
        client_name: "local",
        accepted_at,
        order_ids: &order_ids,
        input_digest: sha256(&body),
    };
    let document = report::document(&analysis, &submission, &ruleset, &stamp);
    let mut whole = report::assemble(&document.head, &document.reports);
    if let Some(id) = &args.explain {
        return explained(id, &whole, &submission, &ruleset).map(String::into_bytes).map_err(Refusal::Config);
    }
    whole.push(b'\n');
    Ok(whole)
}

/// Why a row of a report is labelled as it is: by itself, and what later stages made of it.
fn explained(id: &str, document: &[u8], submission: &submission::Submission, ruleset: &Ruleset) -> Result<String, String> {
    let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    let reports = document["insightsHeader"]["reports"].as_array().into_iter().flatten();
    let shown = reports.flat_map(|report| report["transactions"].as_array().into_iter().flatten()).find(|row| row["transactionId"] == id);
    let shown = shown.ok_or_else(|| format!("{id} is no transactionId of the report"))?;
    let customers = submission.customers.iter().filter(|customer| *customer.customer_id == *shown["customerId"].as_str().unwrap_or(""));
    let rows = customers.flat_map(|customer| customer.transactions.iter().map(move |row| (row, &customer.accounts[row.account])));
    // Rows without an id are found by what they say: two that say the same are labelled the same.
    let is_it = |(row, account): &(&submission::Transaction, &submission::Account)| {
        row.transaction_id.as_deref().map_or_else(
            || {
                shown["description"] == *row.description
                    && shown["accountId"] == *account.account_id
                    && shown["amount"] == serde_json::json!(row.amount)
            },
            |own| own == id,
        )
    };
    let (row, account) = rows.into_iter().find(is_it).ok_or_else(|| format!("{id} was made of several rows: none of them is it alone"))?;
    let narrative = label::narrative::Narrative::new(&row.description, ruleset);
    let explanation = label::explain(row, account, &narrative, ruleset);
    let (category, evidence) = (&shown["category"], &shown["evidence"]);
    let mut text = format!("{id}: {} {}\n{}", row.amount, row.description, explanation.text(ruleset));
    let code = ruleset.code(explanation.verdict.category);
    let said = |name: &str| evidence[name].as_str().unwrap_or("");
    let in_report = if *category == code && evidence["rule"] == *explanation.verdict.rule {
        "the same".to_owned()
    } else {
        let (category, confidence) = (category.as_str().unwrap_or(""), &shown["confidence"]);
        let (layer, rule, matched) = (said("layer"), said("rule"), said("matched"));
        format!("{category} {confidence} by {layer}, {rule} [{matched}]: a later stage saw the rows around it")
    };
    text.push_str("report: ");
    text.push_str(&in_report);
    text.push('\n');
    Ok(text)
}

/// Whether rule files are well formed, and do what their examples say.
fn rules(args: &Rules) -> ExitCode {
    let read = args.directory.as_deref().map_or_else(|| Ok(Ruleset::embedded()), Ruleset::with_directory);
    let ruleset = match read {
        Ok(ruleset) => ruleset,
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let (own, built_in): (Vec<_>, Vec<_>) =
        label::prove(&ruleset).into_iter().partition(|wrong| args.directory.is_none() || wrong.is_operators);
    for wrong in &own {
        println!("{}", wrong.text(&ruleset));
    }
    for changed in &built_in {
        println!("note: {}", changed.text(&ruleset));
    }
    let (lines, version) = (ruleset.examples().len(), ruleset.version());
    println!("{lines} lines with examples, {} wrong, {} built-in ones now decided otherwise; version {version}", own.len(), built_in.len());
    if own.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn sha256(body: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(body).into()
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin().lock().take(MAX_FILE).read_to_end(&mut body)?;
        return Ok(body);
    }
    std::fs::read(file)
}
