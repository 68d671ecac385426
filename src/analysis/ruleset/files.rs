//! Which files a ruleset is made of: those in the binary, a directory's in place of them, and the hash over what is used.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::RulesError;

macro_rules! embedded {
    ($($name:literal,)*) => { &[$(($name, include_str!(concat!("../rules/", $name))),)*] };
}

/// The files in the binary, in name order.
const EMBEDDED: &[(&str, &str)] = embedded![
    "abroad.tsv",
    "brands_nsi.tsv",
    "brands_stop.tsv",
    "bsb_prefixes.tsv",
    "channels.tsv",
    "confidence.tsv",
    "cues/education.tsv",
    "cues/faith.tsv",
    "cues/food.tsv",
    "cues/health.tsv",
    "cues/personal.tsv",
    "cues/pets.tsv",
    "cues/professional.tsv",
    "cues/recreation.tsv",
    "cues/retail.tsv",
    "cues/trades_home.tsv",
    "cues/transport.tsv",
    "cues/utilities.tsv",
    "facilitators.tsv",
    "given_names.tsv",
    "localities.tsv",
    "mcc.tsv",
    "mcc_categories.tsv",
    "names/bnpl.tsv",
    "names/cards.tsv",
    "names/cards_more.tsv",
    "names/charities.tsv",
    "names/charities_unions_more.tsv",
    "names/childcare_more.tsv",
    "names/clubs.tsv",
    "names/collectors.tsv",
    "names/collectors_more.tsv",
    "names/consumer_lease.tsv",
    "names/councils_government.tsv",
    "names/councils_north_west.tsv",
    "names/councils_south_east.tsv",
    "names/crypto.tsv",
    "names/crypto_more.tsv",
    "names/digital_more.tsv",
    "names/dining_more.tsv",
    "names/dining_takeaway.tsv",
    "names/education_childcare.tsv",
    "names/employers.tsv",
    "names/energy.tsv",
    "names/energy_retailers.tsv",
    "names/entertainment_more.tsv",
    "names/fitness_more.tsv",
    "names/fuel.tsv",
    "names/fuel_stations.tsv",
    "names/gig_platforms.tsv",
    "names/government_services_more.tsv",
    "names/groceries.tsv",
    "names/groceries_regional.tsv",
    "names/health_funds.tsv",
    "names/health_funds_more.tsv",
    "names/health_more.tsv",
    "names/health_pharmacy.tsv",
    "names/higher_education_more.tsv",
    "names/insurers.tsv",
    "names/insurers_more.tsv",
    "names/insurers_paying.tsv",
    "names/investments.tsv",
    "names/investments_more.tsv",
    "names/lenders_paying_out.tsv",
    "names/liquor_tobacco.tsv",
    "names/lottery.tsv",
    "names/lottery_more.tsv",
    "names/mortgage_and_bank_lenders.tsv",
    "names/mortgage_lenders_more.tsv",
    "names/personal_lenders_more.tsv",
    "names/personal_pets_more.tsv",
    "names/property.tsv",
    "names/real_estate.tsv",
    "names/real_estate_paying.tsv",
    "names/remittance.tsv",
    "names/remittance_more.tsv",
    "names/retail.tsv",
    "names/retail_electronics_hobbies.tsv",
    "names/retail_fashion_more.tsv",
    "names/retail_home_more.tsv",
    "names/schools.tsv",
    "names/small_lenders.tsv",
    "names/small_lenders_more.tsv",
    "names/strata_managers.tsv",
    "names/streaming_digital.tsv",
    "names/super_funds.tsv",
    "names/takeaway_chains.tsv",
    "names/telco.tsv",
    "names/telco_nbn_mobile.tsv",
    "names/transport.tsv",
    "names/transport_more.tsv",
    "names/travel_entertainment_fitness.tsv",
    "names/travel_more.tsv",
    "names/vehicle_care.tsv",
    "names/vehicle_finance.tsv",
    "names/vehicle_finance_more.tsv",
    "names/wage_advance.tsv",
    "names/wage_bnpl_lease_more.tsv",
    "names/wagering.tsv",
    "names/wagering_more.tsv",
    "names/water.tsv",
    "names/water_corporations.tsv",
    "ordinary_words.tsv",
    "osm_tags.tsv",
    "party_words.tsv",
    "phrases/atm_cash.tsv",
    "phrases/benefits.tsv",
    "phrases/business.tsv",
    "phrases/fees.tsv",
    "phrases/insurance_claims.tsv",
    "phrases/interest.tsv",
    "phrases/investment_property.tsv",
    "phrases/investments.tsv",
    "phrases/loans.tsv",
    "phrases/payroll.tsv",
    "phrases/refunds_reversals.tsv",
    "phrases/rent_words.tsv",
    "phrases/risk.tsv",
    "phrases/salary_packaging.tsv",
    "phrases/tax.tsv",
    "phrases/transfers.tsv",
    "profile.toml",
    "public_holidays.tsv",
    "recurrence.tsv",
    "surnames.tsv",
    "taxonomy.toml",
];

/// Folders of hand-written rules: a directory may add files of its own to them.
const FOLDERS: [&str; 3] = ["cues", "names", "phrases"];

/// The text of one file, and whether the operator wrote it.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) text: Cow<'static, str>,
    pub(super) is_operators: bool,
}

/// Every file in use, by name.
#[derive(Clone, Debug)]
pub(super) struct Files(BTreeMap<String, File>);

impl Files {
    pub(super) fn embedded() -> Self {
        Self(EMBEDDED.iter().map(|&(name, text)| (name.to_owned(), File { text: Cow::Borrowed(text), is_operators: false })).collect())
    }

    /// Puts each rule file of a directory in place of the embedded one. A name that is not a rule file's is refused: it is a
    /// misspelt one, and silence would leave the operator with rules that are not in force.
    pub(super) fn overlay(&mut self, directory: &Path) -> Result<(), RulesError> {
        for (name, path) in listing(directory, "")? {
            if path.is_dir() {
                if !FOLDERS.contains(&name.as_str()) {
                    return Err(unreadable(&name, format!("no such folder of rules; there are {}", FOLDERS.join(", "))));
                }
                for (name, path) in listing(&path, &name)? {
                    self.replace(name, &path)?;
                }
            } else if self.0.contains_key(&name) {
                self.replace(name, &path)?;
            } else {
                return Err(unreadable(&name, "no such rule file"));
            }
        }
        Ok(())
    }

    fn replace(&mut self, name: String, path: &Path) -> Result<(), RulesError> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, error.to_string()))?;
        self.0.insert(name, File { text: Cow::Owned(text), is_operators: true });
        Ok(())
    }

    /// A file of the root.
    pub(super) fn text(&self, name: &str) -> &str {
        &self.0.get(name).expect("every root file is embedded").text
    }

    /// The hand-written rules of all folders, in name order.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().filter(|(name, _)| name.contains('/')).map(|(name, file)| (name.as_str(), file))
    }

    /// SHA-256 over names and texts, hex.
    pub(super) fn version(&self) -> Box<str> {
        let mut hasher = Sha256::new();
        for (name, file) in &self.0 {
            for part in [name.as_bytes(), file.text.as_bytes()] {
                hasher.update(u64::try_from(part.len()).expect("a length fits").to_be_bytes());
                hasher.update(part);
            }
        }
        let mut hex = String::with_capacity(64);
        for byte in hasher.finalize() {
            write!(hex, "{byte:02x}").expect("writing to a string does not fail");
        }
        hex.into()
    }
}

fn unreadable(name: &str, problem: impl Into<String>) -> RulesError {
    RulesError { file: name.to_owned(), line: 0, problem: problem.into() }
}

/// The `.tsv` and `.toml` files and the folders of a directory, in name order; hidden files, notes and licences are not rules.
fn listing(directory: &Path, folder: &str) -> Result<BTreeMap<String, std::path::PathBuf>, RulesError> {
    let shown = if folder.is_empty() { directory.display().to_string() } else { folder.to_owned() };
    let failed = |error: std::io::Error| unreadable(&shown, error.to_string());
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.')) else { continue };
        let is_rule_file = path.extension().is_some_and(|extension| extension == "tsv" || extension == "toml");
        if is_rule_file && folder.is_empty() || path.is_dir() && folder.is_empty() {
            found.insert(name.to_owned(), path.clone());
        } else if is_rule_file {
            found.insert(format!("{folder}/{name}"), path.clone());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule file that lies in the folder and not in the list would be silently without effect.
    #[test]
    fn every_rule_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/analysis/rules");
        let mut files = Files(BTreeMap::new());
        let embedded = Files::embedded();
        for (name, path) in listing(&root, "").expect("the rules are there") {
            if path.is_dir() {
                assert!(FOLDERS.contains(&name.as_str()), "{name}");
                for (name, path) in listing(&path, &name).expect("a folder") {
                    files.replace(name, &path).expect("readable");
                }
            } else {
                files.replace(name, &path).expect("readable");
            }
        }
        assert!(files.0.keys().eq(embedded.0.keys()), "on disk {:?}, in the binary {:?}", files.0.keys(), embedded.0.keys());
        assert!(EMBEDDED.is_sorted(), "in name order");
    }
}
