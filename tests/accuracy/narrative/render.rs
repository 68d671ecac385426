//! From what a payment is to what the statement says: fills a template of a grammar.
//!
//! | placeholder | filled with |
//! |---|---|
//! | `{merchant}` | name and place of a merchant, each cut to the bank's width |
//! | `{name}` `{memo}` `{ref}` | counterpart, message, lodgement reference |
//! | `{place}` `{state}` | where a card was used |
//! | `{card}` `{other}` `{othernum}` `{otherbsb}` `{othername}` | digits of the card, of the account at the other end, its product name |
//! | `{code}` `{crn}` | of a biller |
//! | `{fx}` | the foreign amount |
//! | `{d/m/y}` `{d/m}` `{ddmmmyy}` `{ddmmm}` `{d mmm y}` `{ymd}` `{hh:mm}` | the day of the purchase, a time |
//! | `{n4}` … `{n12}` | so many digits |

use jiff::civil::Date;

use super::{Case, Channel, Grammar, Said};
use crate::accuracy::random::Random;

/// What a template may speak of beside what was said.
#[derive(Clone, Debug)]
pub(crate) struct Scene<'a> {
    /// The day on which it happened.
    pub(crate) day: Date,
    /// Last four digits of the card of the account.
    pub(crate) card: &'a str,
    /// What stays the same for a counterparty on an account: a bank keeps to one way of putting it.
    pub(crate) habit: u64,
    /// Number, BSB and product name of the account at the other end.
    pub(crate) other: (&'a str, &'a str, &'a str),
}

/// The description of a row.
pub(crate) fn description(grammar: &Grammar, said: &Said, scene: &Scene<'_>, random: &mut Random) -> String {
    let templates = wordy(grammar.templates(said.channel), said);
    let by_habit = scene.habit % templates.len() as u64;
    let template = if varies(said.channel) || random.chance(2) {
        *random.pick(&templates)
    } else {
        templates[usize::try_from(by_habit).expect("below a length")]
    };
    let mut text = String::with_capacity(64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (placeholder, after) = after.split_once('}').expect("a closed placeholder");
        text.push_str(&fill(placeholder, grammar, said, scene, random));
        rest = after;
    }
    text.push_str(rest);
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cased = if grammar.case == Case::Upper { squeezed.to_uppercase() } else { squeezed };
    cut(&cased, grammar.widths.2)
}

/// Each time anew: tapped or inserted, in the app or at the desk.
fn varies(channel: Channel) -> bool {
    let of_hand = [Channel::PayOut, Channel::OwnOut, Channel::OwnIn, Channel::Atm, Channel::CashIn];
    matches!(channel, Channel::Card | Channel::CardOnline | Channel::CardForeign | Channel::CardRefund) || of_hand.contains(&channel)
}

/// The templates that say what the sender wrote, where it is more than a number.
fn wordy(templates: &'static [&'static str], said: &Said) -> Vec<&'static str> {
    let is_word = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let with = |placeholder: &str| -> Vec<&'static str> { templates.iter().copied().filter(|one| one.contains(placeholder)).collect() };
    let kept = if is_word(&said.memo) {
        with("{memo}")
    } else if is_word(&said.reference) {
        with("{ref}")
    } else {
        Vec::new()
    };
    if kept.is_empty() { templates.to_vec() } else { kept }
}

/// The first so many characters, without a space at the end.
pub(crate) fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect::<String>().trim_end().to_owned()
}

/// Each word with a capital and small letters after it.
pub(crate) fn title(text: &str) -> String {
    let mut capital = true;
    let step = |letter: char| {
        let out = if capital { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
        capital = !letter.is_alphanumeric() && letter != '\'';
        out
    };
    text.chars().map(step).collect()
}

fn fill(placeholder: &str, grammar: &Grammar, said: &Said, scene: &Scene<'_>, random: &mut Random) -> String {
    let (number, bsb, product) = scene.other;
    match placeholder {
        "merchant" => merchant(grammar, said),
        "name" => cased(grammar, &cut(&format!("{}{}", said.facilitator, said.name), grammar.widths.0.max(20))),
        "memo" => said.memo.clone(),
        "ref" => said.reference.clone(),
        "place" => said.place.map(|(suburb, _)| cased(grammar, &cut(suburb, grammar.widths.1))).unwrap_or_default(),
        "state" => said.place.map(|(_, state)| state.to_owned()).unwrap_or_default(),
        "card" => scene.card.to_owned(),
        "other" => number[number.len().saturating_sub(4)..].to_owned(),
        "othernum" => number.to_owned(),
        "otherbsb" => bsb.to_owned(),
        "othername" => product.to_owned(),
        "code" => said.biller_code.clone(),
        "crn" => said.crn.clone(),
        "fx" => said.foreign.clone(),
        "d/m/y" => scene.day.strftime("%d/%m/%Y").to_string(),
        "d/m/yy" => scene.day.strftime("%d/%m/%y").to_string(),
        "d/m" => scene.day.strftime("%d/%m").to_string(),
        "ddmmmyy" => scene.day.strftime("%d%b%y").to_string(),
        "ddmmm" => scene.day.strftime("%d%b").to_string(),
        "d mmm y" => scene.day.strftime("%d %b %Y").to_string(),
        "ymd" => scene.day.strftime("%Y%m%d").to_string(),
        "hh:mm" => format!("{:02}:{:02}", random.within(6, 22), random.within(0, 59)),
        digits => {
            let count = digits.strip_prefix('n').and_then(|count| count.parse().ok());
            random.digits(count.unwrap_or_else(|| panic!("{}: no placeholder {{{digits}}}", grammar.bank)))
        }
    }
}

/// Facilitator, name and place; the place where the bank writes one.
fn merchant(grammar: &Grammar, said: &Said) -> String {
    let (name_width, place_width, _) = grammar.widths;
    let mut text = cut(&format!("{}{}", said.facilitator, said.name), name_width);
    if let (Some((suburb, state)), true) = (said.place, place_width > 0) {
        text.push(' ');
        text.push_str(&cut(suburb, place_width));
        if !grammar.country.is_empty() {
            text.push(' ');
            text.push_str(&grammar.country.replace("ST", state));
        }
    }
    cased(grammar, &text)
}

fn cased(grammar: &Grammar, text: &str) -> String {
    match grammar.case {
        Case::Upper => text.to_uppercase(),
        Case::Title => title(text),
        Case::AsSent => text.to_owned(),
    }
}
