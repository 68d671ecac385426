//! The names that statements are made of, read from `data/*.tsv`. Each name belongs to one split.
//!
//! The held-out names are written from general knowledge of Australian commerce, without a look at the rules.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::random::Random;
use super::truth::{Split, Stratum};

/// Somebody that money goes to or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merchant {
    pub(crate) split: Split,
    /// A code of the taxonomy.
    pub(crate) category: &'static str,
    /// Merchant category code, or nothing.
    pub(crate) mcc: &'static str,
    /// How it is paid: `c` card in a shop, `o` card online, `d` direct debit, `b` BPAY, `f` card abroad, `+` it pays, `~` few people know it.
    pub(crate) how: &'static str,
    /// Where it does business: states, or `*`.
    pub(crate) states: &'static str,
    /// As it stands on a statement.
    pub(crate) name: &'static str,
    pub(crate) stratum: Stratum,
}

impl Merchant {
    pub(crate) fn pays_by(&self, how: char) -> bool {
        self.how.contains(how)
    }

    pub(crate) fn trades_in(&self, state: &str) -> bool {
        self.states == "*" || self.states.split(',').any(|one| one == state)
    }
}

/// A trade that local businesses name themselves by.
#[derive(Clone, Debug)]
pub(crate) struct Trade {
    pub(crate) split: Split,
    pub(crate) category: &'static str,
    pub(crate) mcc: &'static str,
    /// `{surname}`, `{place}` or `{word}` is filled in.
    pub(crate) pattern: &'static str,
}

/// Splits by category.
type ByCategory<T> = BTreeMap<(Split, &'static str), Vec<T>>;

fn records(text: &'static str, fields: usize) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    lines.map(move |line| {
        let record: Vec<&str> = line.split('\t').collect();
        assert_eq!(record.len(), fields, "a record of {fields} fields: {line}");
        record
    })
}

fn splits(text: &str) -> Vec<Split> {
    match text {
        "R" => vec![Split::RuleWriting],
        "H" => vec![Split::HeldOut],
        "B" => vec![Split::RuleWriting, Split::HeldOut],
        other => panic!("no split {other}"),
    }
}

fn merchants(text: &'static str, stratum: impl Fn(&str) -> Stratum) -> Vec<Merchant> {
    let of = |record: Vec<&'static str>| {
        let &[split, category, mcc, how, states, name] = &record[..] else { unreachable!("six fields") };
        let stratum = if how.contains('~') { Stratum::SmallBrand } else { stratum(category) };
        splits(split).into_iter().map(move |split| Merchant { split, category, mcc, how, states, name, stratum }).collect::<Vec<_>>()
    };
    records(text, 6).flat_map(of).collect()
}

/// Strata of real names, by what they are.
fn stratum_of(category: &str) -> Stratum {
    match category {
        "GAMBLING" | "LOTTERY" | "CRYPTO" | "GAMBLING_WINNINGS" | "INVESTMENT_PROCEEDS" => Stratum::Risk,
        "DEBT_COLLECTION" | "CONSUMER_LEASE" | "TAX_DEBT_PAYMENT" | "DEBT_AGREEMENT" => Stratum::Commitment,
        loan if loan.ends_with("_REPAYMENT") => Stratum::Commitment,
        "TAX_REFUND"
        | "MEDICARE_REBATE"
        | "INSURANCE_CLAIM"
        | "LOAN_PROCEEDS"
        | "SACC_PROCEEDS"
        | "WAGE_ADVANCE_PROCEEDS"
        | "NDIS_FUNDING"
        | "SUPER_RELEASE"
        | "EMPLOYER_REIMBURSEMENT"
        | "OTHER_CREDIT"
        | "GOV_CRISIS"
        | "REFUND" => Stratum::OtherCredit,
        income if income.starts_with("GOV_") || income.ends_with("_INCOME") => Stratum::Income,
        "SALARY" | "SALARY_PACKAGING" | "INCOME_PROTECTION" | "TRUST_DISTRIBUTION" => Stratum::Income,
        _ => Stratum::KnownBrand,
    }
}

static MERCHANTS: LazyLock<ByCategory<Merchant>> = LazyLock::new(|| {
    let mut all = merchants(include_str!("data/brands.tsv"), stratum_of);
    all.extend(merchants(include_str!("data/payers.tsv"), stratum_of));
    index(all)
});

static INVENTED: LazyLock<ByCategory<Merchant>> =
    LazyLock::new(|| index(merchants(include_str!("data/invented.tsv"), |_| Stratum::UnnamedBrand)));

static CONFUSERS: LazyLock<Vec<Merchant>> = LazyLock::new(|| merchants(include_str!("data/confusers.tsv"), |_| Stratum::Confuser));

static TRADES: LazyLock<BTreeMap<Split, Vec<Trade>>> = LazyLock::new(|| {
    let mut trades: BTreeMap<Split, Vec<Trade>> = BTreeMap::new();
    for record in records(include_str!("data/trades.tsv"), 4) {
        let &[split, category, mcc, pattern] = &record[..] else { unreachable!("four fields") };
        for split in splits(split) {
            trades.entry(split).or_default().push(Trade { split, category, mcc, pattern });
        }
    }
    trades
});

static PLACES: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in records(include_str!("data/places.tsv"), 2) {
        places.entry(record[1]).or_default().push(record[0]);
    }
    places
});

/// Kind of word → split → words: `given`, `surname`, `business`, `industry`, `memo`, …
static WORDS: LazyLock<BTreeMap<(Split, &'static str), Vec<&'static str>>> = LazyLock::new(|| {
    let mut words: BTreeMap<(Split, &str), Vec<&str>> = BTreeMap::new();
    for record in records(include_str!("data/words.tsv"), 3) {
        for split in splits(record[0]) {
            words.entry((split, record[1])).or_default().push(record[2]);
        }
    }
    words
});

fn index(all: Vec<Merchant>) -> ByCategory<Merchant> {
    let mut by_category: ByCategory<Merchant> = BTreeMap::new();
    for merchant in all {
        by_category.entry((merchant.split, merchant.category)).or_default().push(merchant);
    }
    by_category
}

/// Every real name, for tests of the lists.
pub(crate) fn every_brand() -> impl Iterator<Item = &'static Merchant> {
    MERCHANTS.values().flatten()
}

/// Every name that looks like another.
pub(crate) fn confusers(split: Split) -> Vec<&'static Merchant> {
    CONFUSERS.iter().filter(|merchant| merchant.split == split).collect()
}

/// Every trade of a split, or those of a category.
pub(crate) fn trades(split: Split, category: Option<&str>) -> Vec<&'static Trade> {
    TRADES[&split].iter().filter(|trade| category.is_none_or(|category| trade.category == category)).collect()
}

/// Real names of a category paid in one of these ways; those of this state, or of anywhere when it has none.
pub(crate) fn brands(split: Split, category: &str, how: &str, state: &str) -> Vec<&'static Merchant> {
    let paid = |merchant: &&Merchant| how.chars().any(|way| merchant.pays_by(way));
    let all: Vec<&Merchant> = of(&MERCHANTS, split, category).iter().filter(paid).collect();
    let here: Vec<&Merchant> = all.iter().copied().filter(|merchant| merchant.trades_in(state)).collect();
    if here.is_empty() { all } else { here }
}

/// One of [`brands`]; rarely one that few know.
pub(crate) fn brand(random: &mut Random, split: Split, category: &str, how: &str, state: &str) -> Option<&'static Merchant> {
    let all = brands(split, category, how, state);
    let known: Vec<&Merchant> = all.iter().copied().filter(|brand| brand.stratum != Stratum::SmallBrand).collect();
    let from = if known.is_empty() || random.chance(12) { all } else { known };
    (!from.is_empty()).then(|| *random.pick(&from))
}

/// Invented brands of a category.
pub(crate) fn invented(split: Split, category: &str) -> &'static [Merchant] {
    of(&INVENTED, split, category)
}

fn of(all: &'static ByCategory<Merchant>, split: Split, category: &str) -> &'static [Merchant] {
    let found = all.iter().find(|((of, code), _)| *of == split && *code == category);
    found.map_or(&[], |(_, merchants)| merchants)
}

/// Suburbs and towns of a state.
pub(crate) fn places(state: &str) -> &'static [&'static str] {
    &PLACES[state]
}

/// Words of a kind.
pub(crate) fn words(split: Split, kind: &str) -> &'static [&'static str] {
    let found = WORDS.iter().find(|((of, name), _)| *of == split && *name == kind);
    found.map_or_else(|| panic!("no words for {kind}"), |(_, words)| words)
}

/// The name of a local business, and its trade.
pub(crate) fn local(random: &mut Random, split: Split, trade: &Trade, home: &str) -> String {
    let surname = *random.pick(words(split, "surname"));
    let word = *random.pick(words(split, "business"));
    trade.pattern.replace("{surname}", surname).replace("{place}", home).replace("{word}", word).to_uppercase()
}
