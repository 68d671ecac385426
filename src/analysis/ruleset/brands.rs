//! The public brand index as rules: a tag of OpenStreetMap says the category, hand-written names come before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::files::Files;
use super::rule::{Direction, Line, Need, Rule, Source, Way};
use super::table::{Table, confidence};
use super::taxonomy::{Category, Taxonomy};
use super::{RulesError, words};

/// Longest single word that must be on a card to be believed: NOVO, MAX, YD are also surnames, codes and scraps.
const SHORT: usize = 4;
/// What a name loses when only brands outside Australia carry it, in thousandths.
const ABROAD: u16 = 50;
/// What a single word loses against a name of several, in thousandths.
const SINGLE: u16 = 30;

#[derive(Clone, Copy, Debug)]
struct Tag {
    is_australian_only: bool,
    category: Category,
    confidence: u16,
    rank: u16,
}

struct Claim<'a> {
    /// An alias of one brand is weaker than the name of another.
    is_alias: bool,
    rank: u16,
    line: usize,
    tag: Tag,
    is_australian: bool,
    display: &'a str,
}

/// Reads the index, its whitelist of tags and its stop list.
pub(super) fn read(files: &Files, taxonomy: &Taxonomy) -> Result<Vec<Line>, RulesError> {
    const FILE: &str = "brands_nsi.tsv";
    let tags = read_tags(files.text("osm_tags.tsv"), taxonomy)?;
    let stops = read_stops(files.text("brands_stop.tsv"))?;
    let mut claims: BTreeMap<String, Claim<'_>> = BTreeMap::new();
    let rows = Table::new(FILE, files.text(FILE)).rows_under(["tree", "key", "value", "scope", "name", "aliases"])?;
    for row in rows {
        let row = row?;
        let [_, key, value, scope, name, aliases] = row.cells;
        let is_australian = match scope {
            "au" => true,
            "world" => false,
            _ => return Err(row.wrong(format!("{scope} is no scope: au or world"))),
        };
        let Some(&tag) = tags.get(&(key, value)).filter(|tag| is_australian || !tag.is_australian_only) else { continue };
        let display = name.split(" (").next().unwrap_or(name).trim();
        let written = aliases.split('|').filter(|alias| !alias.is_empty()).map(|alias| (alias, true));
        for (text, is_alias) in std::iter::once((display, false)).chain(written) {
            let phrase = words::canonical(text);
            if !is_usable(&phrase) || stops.contains(phrase.as_str()) {
                continue;
            }
            let claim = Claim { is_alias, rank: tag.rank, line: row.line, tag, is_australian, display };
            match claims.get(&phrase) {
                Some(held) if (held.is_alias, held.rank, held.line) <= (claim.is_alias, claim.rank, claim.line) => {}
                _ => drop(claims.insert(phrase, claim)),
            }
        }
    }
    Ok(claims.into_iter().map(|(phrase, claim)| line(phrase, &claim, FILE)).collect())
}

fn line(phrase: String, claim: &Claim<'_>, file: &str) -> Line {
    let is_single = !phrase.contains(' ');
    let mut confidence = claim.tag.confidence;
    if !claim.is_australian {
        confidence -= ABROAD;
    }
    if is_single {
        confidence -= SINGLE;
    }
    let needs = if is_single && phrase.len() <= SHORT { vec![Need::Way(vec![Way::Card])] } else { Vec::new() };
    let rule = Rule {
        source: Source::Brand,
        category: claim.tag.category,
        confidence,
        direction: Direction::Out,
        is_income: false,
        needs,
        merchant: Some(Arc::from(claim.display)),
        id: format!("{file}:{}", claim.line).into(),
        is_operators: false,
    };
    Line { phrase: phrase.into(), is_open: false, rule }
}

/// Two letters at least, three characters at least: `76` and `IP` are no evidence.
fn is_usable(phrase: &str) -> bool {
    phrase.len() >= 3 && phrase.bytes().filter(u8::is_ascii_alphabetic).count() >= 2
}

fn read_tags<'a>(text: &'a str, taxonomy: &Taxonomy) -> Result<BTreeMap<(&'a str, &'a str), Tag>, RulesError> {
    let mut tags = BTreeMap::new();
    let rows = Table::new("osm_tags.tsv", text).rows_under(["key", "value", "scope", "category", "confidence", "rank"])?;
    for row in rows {
        let row = row?;
        let [key, value, scope, category, thousandths, rank] = row.cells;
        let tag = Tag {
            is_australian_only: match scope {
                "au" => true,
                "any" => false,
                _ => return Err(row.wrong(format!("{scope} is no scope: au or any"))),
            },
            category: taxonomy.category(category).ok_or_else(|| row.wrong(format!("{category} is no category of the taxonomy")))?,
            confidence: confidence(thousandths)
                .filter(|&thousandths| thousandths > ABROAD + SINGLE)
                .ok_or_else(|| row.wrong(format!("{thousandths} is no confidence from {} to 1000", ABROAD + SINGLE + 1)))?,
            rank: rank.parse().map_err(|_| row.wrong(format!("{rank} is no rank")))?,
        };
        if tags.insert((key, value), tag).is_some() {
            return Err(row.wrong(format!("{key}={value} stands twice")));
        }
    }
    Ok(tags)
}

fn read_stops(text: &str) -> Result<BTreeSet<&str>, RulesError> {
    let mut stops = BTreeSet::new();
    for row in Table::new("brands_stop.tsv", text).rows_under(["name", "reason"])? {
        let row = row?;
        let [name, reason] = row.cells;
        if words::canonical(name) != name {
            return Err(row.wrong(format!("{name} is not written as its words: {}", words::canonical(name))));
        }
        if reason.is_empty() {
            return Err(row.wrong("a reason is due"));
        }
        if !stops.insert(name) {
            return Err(row.wrong(format!("{name} stands twice")));
        }
    }
    Ok(stops)
}
