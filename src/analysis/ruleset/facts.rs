//! Plain facts about the country: places, bank numbers, merchant category codes, public holidays.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;

use super::files::Files;
use super::table::{Table, confidence};
use super::taxonomy::{Category, Taxonomy};
use super::{RulesError, words};

/// A state or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the states and territories")]
pub enum Region {
    Act,
    Nsw,
    Nt,
    Qld,
    Sa,
    Tas,
    Vic,
    Wa,
}

impl Region {
    /// Reads the usual abbreviation.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "ACT" => Self::Act,
            "NSW" => Self::Nsw,
            "NT" => Self::Nt,
            "QLD" => Self::Qld,
            "SA" => Self::Sa,
            "TAS" => Self::Tas,
            "VIC" => Self::Vic,
            "WA" => Self::Wa,
            _ => return None,
        })
    }

    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Names in canonical words: only ever asked, never listed.
type Names = HashSet<Box<str>>;

/// Suburbs and towns: only ever asked, never listed, so their order does not matter.
#[derive(Debug)]
pub(crate) struct Places {
    names: Names,
    /// The last word of each name, with the most words that a name ending in it has.
    last_words: HashMap<Box<str>, usize>,
    /// Sorted, for names that a field's width has cut.
    sorted: Vec<Box<str>>,
    /// Countries as card schemes print them, and cities abroad.
    countries: Names,
    cities: Names,
}

impl Places {
    fn read(text: &str, abroad: &str) -> Result<Self, RulesError> {
        let mut names = HashSet::new();
        let mut last_words: HashMap<Box<str>, usize> = HashMap::new();
        for row in Table::new("localities.tsv", text).rows_under(["locality", "state"])? {
            let row = row?;
            let name = words::canonical(row.cells[0]);
            if Region::parse(row.cells[1]).is_none() {
                return Err(row.wrong(format!("{} is no state or territory", row.cells[1])));
            }
            let Some(last) = name.split(' ').next_back().filter(|last| !last.is_empty()) else { return Err(row.wrong("a name is due")) };
            // A campus is listed as a place; in a narrative it is who was paid.
            if name.split(' ').any(|word| word == "UNIVERSITY" || word == "HOSPITAL") {
                continue;
            }
            let count = name.split(' ').count();
            last_words.entry(last.into()).and_modify(|most| *most = count.max(*most)).or_insert(count);
            names.insert(name.into_boxed_str());
        }
        let mut sorted: Vec<Box<str>> = names.iter().cloned().collect();
        sorted.sort_unstable();
        let (countries, cities) = read_abroad(abroad)?;
        Ok(Self { names, last_words, sorted, countries, cities })
    }

    /// True for a country, as a code or by its name.
    pub(crate) fn is_country(&self, words: &str) -> bool {
        self.countries.contains(words)
    }

    /// True for a city that is not in Australia.
    pub(crate) fn is_city_abroad(&self, words: &str) -> bool {
        self.cities.contains(words)
    }

    /// The most words that a name ending in this word has; 0 where there is none.
    pub(crate) fn words_before(&self, last: &str) -> usize {
        self.last_words.get(last).copied().unwrap_or(0)
    }

    /// True for the whole name of a place.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// True for the beginning of a place's name.
    pub(crate) fn has_beginning(&self, beginning: &str) -> bool {
        let at = self.sorted.partition_point(|name| &**name < beginning);
        self.sorted.get(at).is_some_and(|name| name.starts_with(beginning))
    }
}

/// What a merchant category code suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MccPrior {
    pub(crate) category: Category,
    /// Thousandths.
    pub(crate) confidence: u16,
}

/// The facts of the root files.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) places: Places,
    mcc: BTreeMap<u16, MccPrior>,
    mcc_names: BTreeMap<u16, Box<str>>,
    banks: BTreeMap<Box<str>, Box<str>>,
    holidays: BTreeMap<Date, u8>,
}

impl Facts {
    pub(super) fn read(files: &Files, taxonomy: &Taxonomy) -> Result<Self, RulesError> {
        Ok(Self {
            places: Places::read(files.text("localities.tsv"), files.text("abroad.tsv"))?,
            mcc: read_mcc(files.text("mcc_categories.tsv"), taxonomy)?,
            mcc_names: read_mcc_names(files.text("mcc.tsv"))?,
            banks: read_banks(files.text("bsb_prefixes.tsv"))?,
            holidays: read_holidays(files.text("public_holidays.tsv"))?,
        })
    }

    pub(super) fn mcc(&self, code: u16) -> Option<MccPrior> {
        self.mcc.get(&code).copied()
    }

    pub(super) fn mcc_name(&self, code: u16) -> Option<&str> {
        self.mcc_names.get(&code).map(|name| &**name)
    }

    pub(super) fn bank(&self, bsb: &str) -> Option<&str> {
        [3, 2].into_iter().find_map(|length| self.banks.get(bsb.get(..length)?)).map(|bank| &**bank)
    }

    pub(super) fn is_holiday(&self, day: Date, region: Option<Region>) -> bool {
        self.holidays.get(&day).is_some_and(|&regions| match region {
            Some(region) => regions & region.bit() != 0,
            None => regions == u8::MAX,
        })
    }

    pub(super) fn holidays(&self, from: Date, to: Date) -> impl Iterator<Item = (Date, u8)> + '_ {
        let days = (from <= to).then(|| self.holidays.range(from..=to));
        days.into_iter().flatten().map(|(&day, &regions)| (day, regions))
    }
}

/// Countries and cities of the rest of the world.
fn read_abroad(text: &str) -> Result<(Names, Names), RulesError> {
    let (mut countries, mut cities) = (Names::new(), Names::new());
    for row in Table::new("abroad.tsv", text).rows_under(["place", "kind"])? {
        let row = row?;
        let [place, kind] = row.cells;
        if words::canonical(place) != place || place.is_empty() {
            return Err(row.wrong(format!("{place} is not written as its words: {}", words::canonical(place))));
        }
        let is_new = match kind {
            "COUNTRY" => countries.insert(place.into()),
            "CITY" => cities.insert(place.into()),
            _ => return Err(row.wrong(format!("{kind} is none of COUNTRY and CITY"))),
        };
        if !is_new {
            return Err(row.wrong(format!("{place} stands twice")));
        }
    }
    Ok((countries, cities))
}

fn read_code(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.len() == 4)
}

fn read_mcc(text: &str, taxonomy: &Taxonomy) -> Result<BTreeMap<u16, MccPrior>, RulesError> {
    let mut priors = BTreeMap::new();
    for row in Table::new("mcc_categories.tsv", text).rows_under(["mcc", "category", "confidence"])? {
        let row = row?;
        let [codes, category, thousandths] = row.cells;
        let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
        let (Some(first), Some(last)) = (read_code(first), read_code(last)) else {
            return Err(row.wrong(format!("{codes} is no code of four digits, nor two with a hyphen between them")));
        };
        let prior = MccPrior {
            category: taxonomy.category(category).ok_or_else(|| row.wrong(format!("{category} is no category of the taxonomy")))?,
            confidence: confidence(thousandths).ok_or_else(|| row.wrong(format!("{thousandths} is no confidence from 1 to 1000")))?,
        };
        for code in first..=last {
            if priors.insert(code, prior).is_some() {
                return Err(row.wrong(format!("{code:04} stands twice")));
            }
        }
    }
    Ok(priors)
}

fn read_mcc_names(text: &str) -> Result<BTreeMap<u16, Box<str>>, RulesError> {
    let mut names = BTreeMap::new();
    for row in Table::new("mcc.tsv", text).rows_under(["mcc", "description"])? {
        let row = row?;
        let code = read_code(row.cells[0]).ok_or_else(|| row.wrong(format!("{} is no code of four digits", row.cells[0])))?;
        names.insert(code, row.cells[1].into());
    }
    Ok(names)
}

fn read_banks(text: &str) -> Result<BTreeMap<Box<str>, Box<str>>, RulesError> {
    let mut banks = BTreeMap::new();
    for row in Table::new("bsb_prefixes.tsv", text).rows_under(["bsb_prefix", "bank_code", "bank"])? {
        let row = row?;
        let [prefix, _, bank] = row.cells;
        if !(2..=3).contains(&prefix.len()) || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(row.wrong(format!("{prefix} is no prefix of two or three digits")));
        }
        banks.insert(prefix.into(), bank.into());
    }
    Ok(banks)
}

fn read_holidays(text: &str) -> Result<BTreeMap<Date, u8>, RulesError> {
    let mut holidays: BTreeMap<Date, u8> = BTreeMap::new();
    for row in Table::new("public_holidays.tsv", text).rows_under(["date", "regions", "name"])? {
        let row = row?;
        let [date, regions, _] = row.cells;
        let date = date.parse().map_err(|_| row.wrong(format!("{date} is no date")))?;
        let mut bits = 0;
        for region in regions.split(',') {
            bits |= match (region, Region::parse(region)) {
                ("*", _) => u8::MAX,
                (_, Some(region)) => region.bit(),
                _ => return Err(row.wrong(format!("{region} is no state or territory"))),
            };
        }
        *holidays.entry(date).or_default() |= bits;
    }
    Ok(holidays)
}
