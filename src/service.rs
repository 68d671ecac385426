//! Starting and stopping: what `serve` and `worker` are, from settings to a drained process.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::analysis::ruleset::Ruleset;
use crate::app::{App, Cpu, Limits};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, ConfigError, DatabaseArgs, RulesArgs, Serve, Settings, TokenSettings, Worker};
use crate::http::auth::{KeySource, Verifier};
use crate::http::listen::{self, ListenOptions};
use crate::http::ops;
use crate::jobs::{self, Tools, Workers};
use crate::store::seal::{Keyring, MasterKeyId};
use crate::store::{self, Occupancy, Store, StoreError, StoreOptions};
use crate::{dev, telemetry};

/// How long running work may go on after the first signal.
const GRACE: Duration = Duration::from_secs(30);
/// How long a request waits for a database connection before it is told to come again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Connections to the database: enough for every core to have some under way while others commit.
const CONNECTIONS_PER_CORE: usize = 8;

/// Why the process cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong: exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The development files.
    #[error(transparent)]
    Dev(#[from] dev::DevError),
    /// The store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The store cannot be opened.
    #[error("{place}: {source}")]
    Database {
        /// Where it is, without secrets.
        place: String,
        /// Why not.
        source: StoreError,
    },
    /// There is no store yet.
    #[error("{} is not there yet: `migrate` or `serve` makes it", .0.display())]
    NoDatabase(PathBuf),
    /// An address cannot be listened on.
    #[error("{setting} {address}: {source}")]
    Listen {
        /// Which setting names it.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Something else of the operating system.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// Rows need master keys that are not configured.
    #[error("the database holds rows sealed under master key {0}, which is not configured: add it to CDR_INSIGHTS_MASTER_KEY")]
    MissingMasterKey(String),
    /// The demo's request, or a probe, was not answered as it should be.
    #[error("{0}")]
    Demo(String),
    /// The work did not end in time.
    #[error("work was still running; its leases lapse and another process goes on")]
    NotDrained,
}

impl StartError {
    /// 2 for a wrong setting, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Database { source: StoreError::Url(_), .. } => 2,
            _ => 1,
        }
    }
}

/// The rules that the settings name.
///
/// # Errors
/// A rule file does not fit.
pub fn ruleset(args: &RulesArgs) -> Result<Ruleset, ConfigError> {
    match &args.rules_dir {
        None => Ok(Ruleset::embedded()),
        Some(directory) => Ruleset::with_directory(directory).map_err(|error| ConfigError(format!("CDR_INSIGHTS_RULES_DIR: {error}"))),
    }
}

/// The master keys of the settings; with `dev`, the ones in the working directory.
///
/// # Errors
/// None is configured, or what is configured is no key.
pub fn keyring(settings: &Settings, dev: bool) -> Result<Keyring, StartError> {
    match settings.keyring()? {
        Some(keyring) => Ok(keyring),
        None if dev => Ok(dev::keyring(Path::new("."))?),
        None => Err(ConfigError(
            "CDR_INSIGHTS_MASTER_KEY is not set: 32 random bytes in base64 (openssl rand -base64 32); for development, use --dev"
                .to_owned(),
        )
        .into()),
    }
}

/// How tokens are judged; with `dev`, by the signing key in the working directory.
///
/// # Errors
/// No key set is configured, it cannot be used, or issuer or audience are missing.
pub fn verifier(tokens: &TokenSettings, dev: bool, clock: Arc<dyn Clock>) -> Result<Verifier, StartError> {
    let place = tokens.jwks.as_deref().filter(|place| !place.is_empty());
    let unusable = |problem| match place {
        Some(place) => ConfigError(format!("CDR_INSIGHTS_JWKS is {place}: {problem}")),
        None => ConfigError(format!("the development key set: {problem}")),
    };
    let keys = match place {
        Some(place) => place.parse().map_err(unusable)?,
        None if dev => KeySource::File(dev::SigningKey::in_directory(Path::new("."))?.publish(Path::new("."))?),
        None => {
            return Err(ConfigError(
                "CDR_INSIGHTS_JWKS is not set: the issuer's key set, a file or an https URL; for development, use --dev".to_owned(),
            )
            .into());
        }
    };
    let named = |setting: &str, value: &Option<String>, in_dev: &str| match value.as_deref().filter(|value| !value.is_empty()) {
        Some(value) => Ok(value.to_owned()),
        None if dev => Ok(in_dev.to_owned()),
        None => Err(ConfigError(format!("{setting} is not set: tokens are accepted from one issuer, for one audience"))),
    };
    let issuer = named("CDR_INSIGHTS_ISSUER", &tokens.issuer, dev::ISSUER)?;
    let audience = named("CDR_INSIGHTS_AUDIENCE", &tokens.audience, dev::AUDIENCE)?;
    Ok(Verifier::new(keys, issuer, audience, tokens.algorithms.0.clone(), clock).map_err(unusable)?)
}

/// Opens the store that the settings name.
///
/// # Panics
/// Never: the number of connections is small.
///
/// # Errors
/// The URL is wrong or the database is away.
pub async fn open_store(args: &DatabaseArgs) -> Result<Arc<dyn Store>, StartError> {
    let max_connections = u32::try_from(config::cores().saturating_mul(CONNECTIONS_PER_CORE).clamp(8, 64)).expect("at most 64");
    let options = StoreOptions { url: args.url()?, max_connections, acquire_timeout: ACQUIRE_TIMEOUT };
    let place = args.place()?;
    store::open(&options).await.map_err(|source| StartError::Database { place, source })
}

/// Opens the store that the settings name, if it is there: a check leaves no file behind.
///
/// # Errors
/// As [`open_store`]; [`StartError::NoDatabase`] when the SQLite file is not there.
pub async fn open_standing_store(args: &DatabaseArgs) -> Result<Arc<dyn Store>, StartError> {
    match store::sqlite_file(&args.url()?)? {
        Some(file) if !file.exists() => Err(StartError::NoDatabase(file)),
        _ => open_store(args).await,
    }
}

/// Fails when some row needs a master key that is not there: better now than one report at a time.
///
/// # Errors
/// [`StartError::MissingMasterKey`], or the store's.
pub async fn check_master_keys(store: &dyn Store, keyring: &Keyring) -> Result<(), StartError> {
    let configured = keyring.ids();
    let missing: Vec<MasterKeyId> = store.master_keys_in_use().await?.into_iter().filter(|id| !configured.contains(id)).collect();
    match missing.first() {
        Some(id) => Err(StartError::MissingMasterKey(id.to_string())),
        None => Ok(()),
    }
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    /// Where the API listens; `None` for a worker.
    pub api: Option<SocketAddr>,
    /// Where health and metrics listen.
    pub ops: SocketAddr,
    workers: Workers,
    queue: jobs::Queue,
    stop_api: CancellationToken,
    stop_ops: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    store: Arc<dyn Store>,
    occupancy: Occupancy,
}

/// What `serve` and `worker` have in common.
struct Common {
    store: Arc<dyn Store>,
    occupancy: Occupancy,
    keyring: Arc<Keyring>,
    ruleset: Arc<Ruleset>,
    clock: Arc<dyn Clock>,
}

impl Common {
    async fn new(settings: &Settings, dev: bool, migrate: bool, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let keyring = Arc::new(keyring(settings, dev)?);
        let ruleset = Arc::new(ruleset(&settings.rules)?);
        let store = open_store(&settings.database).await?;
        let place = settings.database.place()?;
        let occupancy = store::occupy(&settings.database.url()?).map_err(|source| StartError::Database { place, source })?;
        if migrate {
            store.migrate().await?;
        }
        store.ready().await?;
        check_master_keys(&*store, &keyring).await?;
        // The process before may have been killed.
        store.free_leases(clock.now()).await?;
        Ok(Self { store, occupancy, keyring, ruleset, clock })
    }

    /// The workers, and the memory that they share with requests.
    fn start_jobs(&self, settings: &Settings) -> (jobs::Queue, Workers, Admission) {
        let tools = Tools {
            store: Arc::clone(&self.store),
            keyring: Arc::clone(&self.keyring),
            ruleset: Arc::clone(&self.ruleset),
            clock: Arc::clone(&self.clock),
            time_zone: settings.rules.timezone.clone(),
        };
        let options =
            jobs::Options { keep_payload: settings.keep_payload, ..jobs::Options::new(settings.worker_count(), settings.max_body) };
        let admission = options.admission.clone();
        let (queue, workers) = jobs::start(tools, options);
        (queue, workers, admission)
    }
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { setting, address, source })
}

fn serve_ops(
    listener: TcpListener,
    store: &Arc<dyn Store>,
    queue: &jobs::Queue,
    metrics: PrometheusHandle,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let router = ops::router(Arc::clone(store), queue.clone(), metrics);
    tokio::spawn(listen::serve(listener, router, ListenOptions::default(), stop.clone()))
}

impl Service {
    /// Starts HTTP and workers.
    ///
    /// # Errors
    /// A setting is wrong, an address is taken, the database is away or its rows need another master key.
    pub async fn serve(args: &Serve) -> Result<Self, StartError> {
        args.check()?;
        let settings = &args.settings;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let verifier = verifier(&args.tokens, args.dev, Arc::clone(&clock))?;
        let common = Common::new(settings, args.dev, !args.no_migrate, clock).await?;
        if let Err(problem) = verifier.refresh().await {
            // The issuer may be back before the first token comes.
            tracing::warn!(%problem, "the key set is not there yet");
        }
        let api = bind(config::LISTEN, args.listen).await?;
        let ops = bind(config::OPS_LISTEN, settings.ops_listen).await?;
        let metrics = telemetry::init_metrics();
        let (queue, workers, admission) = common.start_jobs(settings);
        let app = Arc::new(App {
            store: Arc::clone(&common.store),
            keyring: Arc::clone(&common.keyring),
            ruleset: Arc::clone(&common.ruleset),
            clock: Arc::clone(&common.clock),
            queue: queue.clone(),
            verifier,
            admission,
            cpu: Cpu::new(config::cores()),
            limits: Limits { max_body: settings.max_body, retention: settings.retention, time_zone: settings.rules.timezone.clone() },
        });
        let (stop_api, stop_ops) = (CancellationToken::new(), CancellationToken::new());
        let addresses = (api.local_addr()?, ops.local_addr()?);
        let listeners = vec![
            tokio::spawn(listen::serve(api, crate::http::router(app), ListenOptions::default(), stop_api.clone())),
            serve_ops(ops, &common.store, &queue, metrics, &stop_ops),
        ];
        let Common { store, occupancy, .. } = common;
        Ok(Self { api: Some(addresses.0), ops: addresses.1, workers, queue, stop_api, stop_ops, listeners, store, occupancy })
    }

    /// Starts workers only.
    ///
    /// # Errors
    /// As [`Service::serve`].
    pub async fn work(args: &Worker) -> Result<Self, StartError> {
        args.check()?;
        let common = Common::new(&args.settings, args.dev, !args.no_migrate, Arc::new(SystemClock)).await?;
        let ops = bind(config::OPS_LISTEN, args.settings.ops_listen).await?;
        let metrics = telemetry::init_metrics();
        let (queue, workers, _) = common.start_jobs(&args.settings);
        let (stop_api, stop_ops) = (CancellationToken::new(), CancellationToken::new());
        let address = ops.local_addr()?;
        let listeners = vec![serve_ops(ops, &common.store, &queue, metrics, &stop_ops)];
        let Common { store, occupancy, .. } = common;
        Ok(Self { api: None, ops: address, workers, queue, stop_api, stop_ops, listeners, store, occupancy })
    }

    /// Runs until SIGTERM or SIGINT, then drains: readiness falls, claiming stops, waiters are answered, running jobs finish, leases
    /// are given back. A second signal, or 30 seconds, ends it at once.
    ///
    /// # Errors
    /// The work did not end in time.
    pub async fn run_until_signal(self) -> Result<(), StartError> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        tracing::info!("draining: running work finishes, nothing new is taken");
        tokio::select! {
            drained = self.drain() => drained,
            () = next() => Err(StartError::NotDrained),
        }
    }

    /// Stops accepting, lets running requests and analyses finish, closes the store.
    ///
    /// # Errors
    /// The work did not end in time.
    pub async fn drain(self) -> Result<(), StartError> {
        let Self { workers, queue, stop_api, stop_ops, mut listeners, store, occupancy, .. } = self;
        queue.drain();
        stop_api.cancel();
        let ops = listeners.pop();
        // One span of grace for both: what requests took of it, the work has no more.
        let until = tokio::time::Instant::now() + GRACE;
        let drained = tokio::time::timeout_at(until, async {
            for listener in listeners {
                // A listener that panicked has been logged; there is nothing to wait for.
                let _ = listener.await;
            }
        });
        let requests_done = drained.await.is_ok();
        let work_done = workers.drain(until.saturating_duration_since(tokio::time::Instant::now())).await;
        stop_ops.cancel();
        if let Some(ops) = ops {
            let _ = tokio::time::timeout(Duration::from_secs(1), ops).await;
        }
        store.close().await;
        drop(occupancy);
        if requests_done && work_done { Ok(()) } else { Err(StartError::NotDrained) }
    }
}

/// Says on stdout where the API listens.
///
/// # Errors
/// Stdout is closed.
pub fn announce(api: SocketAddr) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{api}")?;
    out.flush()
}
