//! One line of a hand-written rule file: words, what they mean, and what must hold beside them.

use std::fmt;
use std::sync::Arc;

use super::files::File;
use super::table::{Row, Table, confidence};
use super::taxonomy::{Category, Kind, Taxonomy};
use super::{RulesError, words};
use crate::submission::TransactionType;

/// Which kind of knowledge a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A word of a trade: `BAKERY`.
    Cue,
    /// A brand of the public index.
    Brand,
    /// A hand-written name.
    Name,
    /// Words of a structured narrative: `CREDIT INTEREST`.
    Phrase,
}

/// Which sign of the amount a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    In,
    Out,
    Any,
}

/// How the money moved, as a condition names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Card,
    Atm,
    Bpay,
    DirectDebit,
    DirectCredit,
    Osko,
    Transfer,
    Fee,
    Interest,
}

/// One condition: any of its alternatives makes it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// One of these, padded with spaces, stands in the row's words.
    Words(Vec<Box<str>>),
    /// None of these does.
    NoWords(Vec<Box<str>>),
    /// The money moved in one of these ways.
    Way(Vec<Way>),
    /// The account is, or is not, a debt.
    Debt(bool),
    /// The row's type is one of these.
    Type(Vec<TransactionType>),
    /// The row carries one of these merchant category codes.
    Mcc(Vec<u16>),
    /// The words begin the party's name.
    First,
    /// The words end it.
    Last,
}

/// As a file writes it.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |words: &[Box<str>]| {
            words
                .iter()
                .map(|word| format!("{}{}", word.trim().replace(' ', "_"), if word.ends_with(' ') { "" } else { "*" }))
                .collect::<Vec<_>>()
                .join("|")
        };
        match self {
            Self::Words(list) => write!(f, "{}", words(list)),
            Self::NoWords(list) => write!(f, "!{}", words(list)),
            Self::Way(ways) => write!(f, "@{}", ways.iter().map(|way| WAYS[*way as usize].0).collect::<Vec<_>>().join("|")),
            Self::Debt(is_debt) => write!(f, "{}", if *is_debt { "#DEBT" } else { "#DEPOSIT" }),
            Self::Type(kinds) => write!(f, "%{kinds:?}"),
            Self::Mcc(codes) => write!(f, "mcc:{}", codes.iter().map(u16::to_string).collect::<Vec<_>>().join("|")),
            Self::First => f.write_str("^"),
            Self::Last => f.write_str("$"),
        }
    }
}

/// What a pattern of the automaton means.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) source: Source,
    pub(crate) category: Category,
    /// Thousandths.
    pub(crate) confidence: u16,
    pub(crate) direction: Direction,
    /// The category counts as income.
    pub(crate) is_income: bool,
    pub(crate) needs: Vec<Need>,
    pub(crate) merchant: Option<Arc<str>>,
    /// `file:line`.
    pub(crate) id: Arc<str>,
    /// The operator's own rules come before the ones in the binary.
    pub(crate) is_operators: bool,
}

/// A rule with the words that it stands for, as a file has it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Canonical words, single spaces.
    pub(crate) phrase: Box<str>,
    /// The last word is the beginning of a word.
    pub(crate) is_open: bool,
    pub(crate) rule: Rule,
}

/// What a line says it does and does not do: the tests hold it to both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// `file:line`.
    pub rule: Arc<str>,
    /// The category of the line.
    pub category: Category,
    /// True where the line is for money in, false for money out; `None` for both.
    pub is_credit: Option<bool>,
    /// A raw narrative that this line decides.
    pub narrative: Box<str>,
    /// A raw narrative that this line must not decide.
    pub counter: Option<Box<str>>,
    /// A merchant category code that the line asks for.
    pub merchant_category_code: Option<u16>,
    /// A transaction type that the line asks for.
    pub kind: Option<TransactionType>,
    /// Whether the line asks for an account that is, or is not, a debt.
    pub is_debt: Option<bool>,
    /// The line stands in a file of the operator's directory.
    pub is_operators: bool,
}

struct Head {
    source: Source,
    confidence: u16,
}

/// Reads a file of rules.
pub(super) fn read(name: &str, file: &File, taxonomy: &Taxonomy) -> Result<(Vec<Line>, Vec<Example>), RulesError> {
    let table = Table::new(name, &file.text);
    let head = read_head(&table)?;
    let mut lines = Vec::new();
    let mut examples = Vec::new();
    for row in table.rows::<7>() {
        let row = row?;
        let line = read_line(&row, name, &head, file.is_operators, taxonomy)?;
        examples.push(example(&row, &line)?);
        lines.push(line);
    }
    Ok((lines, examples))
}

/// `#! layer=NAME confidence=985`
fn read_head(table: &Table<'_>) -> Result<Head, RulesError> {
    let due = || table.wrong(1, "the first line must read `#! layer=PHRASE|NAME|CUE confidence=1…1000`");
    let directive = table.text.lines().next().and_then(|line| line.strip_prefix("#!")).ok_or_else(due)?;
    let (mut source, mut thousandths) = (None, None);
    for word in directive.split_whitespace() {
        match word.split_once('=') {
            Some(("layer", "PHRASE")) => source = Some(Source::Phrase),
            Some(("layer", "NAME")) => source = Some(Source::Name),
            Some(("layer", "CUE")) => source = Some(Source::Cue),
            Some(("confidence", text)) => thousandths = confidence(text),
            _ => return Err(due()),
        }
    }
    Ok(Head { source: source.ok_or_else(due)?, confidence: thousandths.ok_or_else(due)? })
}

fn read_line(row: &Row<'_, 7>, name: &str, head: &Head, is_operators: bool, taxonomy: &Taxonomy) -> Result<Line, RulesError> {
    let [phrase, category, direction, needs, merchant, _, _] = row.cells;
    let (phrase, is_open) = phrase.strip_suffix('*').map_or((phrase, false), |phrase| (phrase, true));
    let canonical = words::canonical(phrase);
    if canonical.len() < 2 {
        return Err(row.wrong("a phrase of at least two letters is due"));
    }
    let (code, thousandths) = match category.split_once('=') {
        Some((code, text)) => (code, confidence(text).ok_or_else(|| row.wrong(format!("{text} is no confidence from 1 to 1000")))?),
        None => (category, head.confidence),
    };
    let category = taxonomy.category(code).ok_or_else(|| row.wrong(format!("{code} is no category of the taxonomy")))?;
    let rule = Rule {
        source: head.source,
        category,
        is_income: taxonomy.entry(category).kind == Kind::Income,
        confidence: thousandths,
        direction: match direction {
            "in" => Direction::In,
            "out" => Direction::Out,
            "any" => Direction::Any,
            _ => return Err(row.wrong(format!("{direction} is no direction: in, out or any"))),
        },
        needs: read_needs(needs).map_err(|problem| row.wrong(problem))?,
        merchant: (merchant != "-" && !merchant.is_empty()).then(|| merchant.into()),
        id: format!("{name}:{}", row.line).into(),
        is_operators,
    };
    Ok(Line { phrase: canonical.into(), is_open, rule })
}

/// Reads the conditions of a line: `-`, or all that must hold with spaces between them.
fn read_needs(text: &str) -> Result<Vec<Need>, String> {
    if text == "-" || text.is_empty() {
        return Ok(Vec::new());
    }
    text.split_whitespace().map(read_need).collect()
}

/// A word with spaces around it; without the one behind where it may go on: `DISABIL*`.
fn read_word(word: &str) -> Box<str> {
    let (word, is_open) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    let padded = words::padded(&word.replace('_', " "));
    if is_open { padded.trim_end().into() } else { padded.into() }
}

fn read_need(text: &str) -> Result<Need, String> {
    let alternatives = |text: &str| text.split('|').map(read_word).collect::<Vec<Box<str>>>();
    let need = if text == "^" {
        Need::First
    } else if text == "$" {
        Need::Last
    } else if let Some(text) = text.strip_prefix('@') {
        Need::Way(text.split('|').map(read_way).collect::<Result<_, _>>()?)
    } else if let Some(text) = text.strip_prefix('#') {
        match text {
            "DEBT" => Need::Debt(true),
            "DEPOSIT" => Need::Debt(false),
            _ => return Err(format!("#{text} is no kind of account: #DEBT or #DEPOSIT")),
        }
    } else if let Some(text) = text.strip_prefix('%') {
        Need::Type(text.split('|').map(|text| read_type(text.trim_start_matches('%'))).collect::<Result<_, _>>()?)
    } else if let Some(text) = text.strip_prefix("mcc:") {
        let code =
            |text: &str| text.parse().ok().filter(|&code: &u16| code <= 9999).ok_or_else(|| format!("{text} is no merchant category code"));
        Need::Mcc(text.split('|').map(code).collect::<Result<_, _>>()?)
    } else if let Some(text) = text.strip_prefix('!') {
        Need::NoWords(alternatives(text))
    } else {
        Need::Words(alternatives(text))
    };
    match &need {
        Need::Words(words) | Need::NoWords(words) if words.iter().any(|word| word.len() < 2) => Err(format!("an empty word in {text}")),
        _ => Ok(need),
    }
}

/// The ways of money as a file names them, in the order of [`Way`].
const WAYS: [(&str, Way); 9] = [
    ("CARD", Way::Card),
    ("ATM", Way::Atm),
    ("BPAY", Way::Bpay),
    ("DIRECT_DEBIT", Way::DirectDebit),
    ("DIRECT_CREDIT", Way::DirectCredit),
    ("OSKO", Way::Osko),
    ("TRANSFER", Way::Transfer),
    ("FEE", Way::Fee),
    ("INTEREST", Way::Interest),
];

fn read_way(text: &str) -> Result<Way, String> {
    WAYS.iter().find(|(name, _)| *name == text).map(|(_, way)| *way).ok_or_else(|| format!("@{text} is no channel"))
}

fn read_type(text: &str) -> Result<TransactionType, String> {
    Ok(match text {
        "direct_debit" => TransactionType::DirectDebit,
        "fee" => TransactionType::Fee,
        "interest_charged" => TransactionType::InterestCharged,
        "interest_paid" => TransactionType::InterestPaid,
        "payment" => TransactionType::Payment,
        "transfer_incoming" => TransactionType::TransferIncoming,
        "transfer_outgoing" => TransactionType::TransferOutgoing,
        "other" => TransactionType::Other,
        _ => return Err(format!("%{text} is no transaction type")),
    })
}

fn example(row: &Row<'_, 7>, line: &Line) -> Result<Example, RulesError> {
    let [_, _, _, _, _, narrative, counter] = row.cells;
    if narrative.is_empty() || narrative == "-" {
        return Err(row.wrong("an example narrative is due"));
    }
    let rule = &line.rule;
    let mut example = Example {
        rule: rule.id.clone(),
        category: rule.category,
        is_credit: match rule.direction {
            Direction::In => Some(true),
            Direction::Out => Some(false),
            Direction::Any => None,
        },
        narrative: narrative.into(),
        counter: (counter != "-" && !counter.is_empty()).then(|| counter.into()),
        merchant_category_code: None,
        kind: None,
        is_debt: None,
        is_operators: rule.is_operators,
    };
    for need in &rule.needs {
        match need {
            Need::Mcc(codes) => example.merchant_category_code = codes.first().copied(),
            Need::Type(kinds) => example.kind = kinds.first().copied(),
            Need::Debt(is_debt) => example.is_debt = Some(*is_debt),
            Need::Words(_) | Need::NoWords(_) | Need::Way(_) | Need::First | Need::Last => {}
        }
    }
    Ok(example)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        let padded = |text: &[&str]| text.iter().map(|&word| word.into()).collect::<Vec<Box<str>>>();
        for (text, needs) in [
            ("-", vec![]),
            ("AGE|AGED_CARE !DSP", vec![Need::Words(padded(&[" AGE ", " AGED CARE "])), Need::NoWords(padded(&[" DSP "]))]),
            ("DISABIL*", vec![Need::Words(padded(&[" DISABIL"]))]),
            ("@CARD|BPAY #DEBT", vec![Need::Way(vec![Way::Card, Way::Bpay]), Need::Debt(true)]),
            ("^ $", vec![Need::First, Need::Last]),
            ("%fee", vec![Need::Type(vec![TransactionType::Fee])]),
            ("mcc:7995|7994 #DEPOSIT", vec![Need::Mcc(vec![7995, 7994]), Need::Debt(false)]),
        ] {
            assert_eq!(read_needs(text).as_ref(), Ok(&needs), "{text}");
        }
        for text in ["@POST", "#CAR", "%tea", "mcc:12345", "mcc:x", "A||B", "!"] {
            assert!(read_needs(text).is_err(), "{text}");
        }
    }
}
