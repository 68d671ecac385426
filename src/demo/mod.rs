//! `demo`: the service as a new user meets it. It starts `serve --dev` on the embedded store, sends the bundled household over real
//! HTTP with a real token, and shows what comes back.

mod figures;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, ConfigError, Demo, Serve};
use crate::dev::{AUDIENCE, Grant, ISSUER, SigningKey};
use crate::service::{self, Service, StartError};

/// The bundled synthetic household.
pub const HOUSEHOLD: &[u8] = include_bytes!("household.json");

const CLIENT: &str = "demo";
const BASE: &str = "/cdr-data/v2/banking-data-insights";

/// Runs the demo; with `once` it ends after the report, else on a signal.
///
/// # Panics
/// Never: `serve` has an API.
///
/// # Errors
/// The service does not start, or does not answer as its contract says.
pub async fn run(args: &Demo) -> Result<(), StartError> {
    let service = start().await?;
    let api = service.api.expect("serve has an API");
    service::announce(api)?;
    if let Err(problem) = show(api, args.once).await {
        service.drain().await?;
        return Err(StartError::Demo(problem));
    }
    if args.once {
        return service.drain().await;
    }
    println!("\nServing on. Ctrl-C ends it.");
    service.run_until_signal().await
}

/// Port 8080 and 9090, or any free ones where they are taken.
async fn start() -> Result<Service, StartError> {
    let mut serve = Serve::for_demo();
    loop {
        match Service::serve(&serve).await {
            Err(StartError::Listen { setting, address, .. }) if address.port() != 0 => {
                let free = config::any_free_port();
                if setting == config::LISTEN { serve.listen = free } else { serve.settings.ops_listen = free }
            }
            started => return started,
        }
    }
}

/// Sends the household, waits for the report, prints its figures.
async fn show(api: SocketAddr, once: bool) -> Result<(), String> {
    let key = SigningKey::in_directory(Path::new(".")).map_err(|error| error.to_string())?;
    let scope = "insights:write insights:read insights:delete";
    let grant = Grant { client: CLIENT, scope, ttl: 600, issuer: ISSUER, audience: AUDIENCE };
    let token = key.token(&grant, SystemClock.now()).map_err(|error| error.to_string())?;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().map_err(|error| error.to_string())?;

    let url = format!("http://{api}{BASE}");
    let post = http.post(&url).bearer_auth(&token).header("content-type", "application/json").body(HOUSEHOLD);
    let (status, accepted) = answer(post).await?;
    if status != 201 {
        return Err(format!("POST answered {status}: {accepted}"));
    }
    let accepted: serde_json::Value = serde_json::from_str(&accepted).map_err(|error| error.to_string())?;
    let id = accepted["insightsId"].as_str().ok_or("the 201 names no insightsId")?.to_owned();
    println!("POST {BASE}\n  201, insightsId {id}");

    let report = loop {
        let get = http.get(format!("{url}/{id}")).bearer_auth(&token).header("prefer", "wait=30");
        match answer(get).await? {
            (204, _) => {}
            (200, report) => break report,
            (status, body) => return Err(format!("GET answered {status}: {body}")),
        }
    };
    println!("GET  {BASE}/{id}\n  200, {} bytes\n", report.len());
    let report: serde_json::Value = serde_json::from_str(&report).map_err(|error| error.to_string())?;
    print!("{}", figures::table(&report)?);
    print!("{}", by_hand(&url, &id, once));
    Ok(())
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(u16, String), String> {
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    Ok((status, response.text().await.map_err(|error| error.to_string())?))
}

/// The same by hand: lines that work wherever this program does.
fn by_hand(url: &str, id: &str, once: bool) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "cdr-insights".to_owned());
    let when = if once { format!(" while `{program} serve --dev` runs") } else { String::new() };
    format!(
        "\nThe same by hand, in this directory{when}:\n\n\
         TOKEN=$({program} token --client {CLIENT} | tail -n 1)\n\
         {program} demo --payload |\n  \
           curl -i -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' --data-binary @- {url}\n\
         curl -s -H \"Authorization: Bearer $TOKEN\" {url}/{id}\n\
         curl -i -X DELETE -H \"Authorization: Bearer $TOKEN\" {url}/{id}\n"
    )
}

/// Asks one URL and is content with 200: the health check of a container that has no shell.
///
/// # Errors
/// It does not answer, or not with 200.
pub async fn probe(url: &str) -> Result<(), StartError> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| StartError::Demo(error.to_string()))?;
    let url = reqwest::Url::parse(url).map_err(|_| ConfigError("--probe is no URL".to_owned()))?;
    match http.get(url).send().await.map(|response| response.status()) {
        Ok(reqwest::StatusCode::OK) => Ok(()),
        Ok(status) => Err(StartError::Demo(format!("answered {status}"))),
        Err(error) => Err(StartError::Demo(error.without_url().to_string())),
    }
}
