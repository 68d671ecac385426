//! The development benchmark: `cargo run --release --no-default-features --example accuracy`.
//!
//! Prints every figure of the bars for the held-out and the rule-writing split. Options: `--households N` (400), `--seed S` (1),
//! `--split held-out|rule-writing`, `--months M`, `--worst [N]` (wrong answers, of the rule-writing split only), `--categories`, `--document` (the tables of `docs/accuracy.md`), `--floors` (the lines of
//! `tests/accuracy/data/floors.tsv`), `--payload INDEX`, `--report INDEX`,
//! `--truth INDEX` (writes that of one household and stops; of the rule-writing split unless `--split` says otherwise).

#[path = "../tests/accuracy/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod accuracy;
#[path = "../tests/accuracy/score/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod score;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use accuracy::truth::Split;
use accuracy::{Recipe, household};
use cdr_insights::analysis::ruleset::Ruleset;
use score::Score;
use score::figure::{Bar, Figure};
use score::taxonomy::Taxonomy;

/// What was asked for.
struct Asked {
    recipe: Recipe,
    households: u64,
    worst: Option<usize>,
    categories: bool,
    floors: bool,
    document: bool,
    one: Option<(One, u64)>,
}

/// What is shown of one household.
#[derive(Clone, Copy)]
enum One {
    Payload,
    Report,
    Truth,
}

fn main() -> ExitCode {
    let asked = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let ruleset = Ruleset::embedded();
    if let Some((what, index)) = asked.one {
        return show(what, index, asked.recipe, &ruleset);
    }
    let taxonomy = Taxonomy::of(&ruleset);
    let mut scores: BTreeMap<Split, Score> = BTreeMap::new();
    for index in 0..asked.households {
        let made = household(asked.recipe, index);
        let report = score::report(&made, &ruleset);
        scores.entry(made.truth.split).or_default().add(&made.truth, &report, &taxonomy);
    }
    if asked.floors {
        println!("# What the benchmark must not fall below over {} households, seed {}.", asked.households, asked.recipe.seed);
        for line in scores.iter().flat_map(|(split, score)| score::floor::reached(score, *split)) {
            println!("{line}");
        }
        return ExitCode::SUCCESS;
    }
    if asked.document {
        document(&scores);
        return ExitCode::SUCCESS;
    }
    for (split, score) in scores.iter().rev() {
        print(*split, score, &asked);
    }
    ExitCode::SUCCESS
}

/// Both splits side by side: the figures that have a bar, then those that tell why.
fn document(scores: &BTreeMap<Split, Score>) {
    let of = |split: Split| scores.get(&split).map(Score::sections).unwrap_or_default();
    let (held_out, rule_writing) = (of(Split::HeldOut), of(Split::RuleWriting));
    for with_bar in [true, false] {
        for (index, section) in held_out.iter().enumerate().filter(|(_, section)| section.built) {
            let wanted = |figure: &&Figure| (figure.bar != Bar::Shown) == with_bar && figure.value.is_some();
            let mut figures = section.figures.iter().filter(wanted).peekable();
            if figures.peek().is_none() {
                continue;
            }
            println!("\n### {}{}\n", section.title, if with_bar { "" } else { ", beside the bars" });
            println!("| figure | bar | held out | of | | rule-writing | of |\n|---|---|---|---|---|---|---|");
            for figure in figures {
                let other = rule_writing.get(index).and_then(|section| section.figures.iter().find(|one| one.name == figure.name));
                let (value, count) = other.map_or((None, 0), |other| (other.value, other.of));
                let value = value.map_or_else(|| "—".to_owned(), |value| format!("{value:.4}"));
                println!("{} {value} | {count} |", figure.line(true));
            }
        }
    }
}

fn show(what: One, index: u64, recipe: Recipe, ruleset: &Ruleset) -> ExitCode {
    let made = household(Recipe { split: recipe.split.or(Some(Split::RuleWriting)), ..recipe }, index);
    let text = match what {
        One::Payload => made.payload,
        One::Report => score::report(&made, ruleset).to_string().into_bytes(),
        One::Truth => format!("{:#?}", made.truth).into_bytes(),
    };
    if std::io::stdout().write_all(&text).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(split: Split, score: &Score, asked: &Asked) {
    println!("\n# {split:?}: {} households, seed {}\n", score.households, asked.recipe.seed);
    for section in score.sections() {
        println!("## {}\n\n| figure | bar | value | of | |\n|---|---|---|---|---|", section.title);
        for figure in &section.figures {
            println!("{}", figure.line(section.built));
        }
        println!();
    }
    if asked.categories {
        println!("| category | rows | right | abstained |\n|---|---|---|---|");
        for (code, rows, right, abstained) in score.by_category() {
            println!("| {code} | {rows} | {right} | {abstained} |");
        }
    }
    // What is held out stays held out: its wrong answers are counted and never shown.
    if let Some(count) = asked.worst.filter(|_| split == Split::RuleWriting) {
        println!("\n| truth | answer | times | examples |\n|---|---|---|---|");
        for wrong in score.wrong().into_iter().take(count) {
            println!("| {} | {} | {} | {} |", wrong.truth, wrong.answer, wrong.times, wrong.examples.join(" · "));
        }
    }
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        recipe: Recipe { seed: 1, split: None, months: None },
        households: 400,
        worst: None,
        categories: false,
        floors: false,
        document: false,
        one: None,
    };
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|value| value.parse::<u64>().ok()).ok_or_else(|| format!("{word} takes a number"));
        match word.as_str() {
            "--households" => asked.households = number()?,
            "--seed" => asked.recipe.seed = number()?,
            "--months" => {
                let months = i32::try_from(number()?).ok().filter(|months| (3..=24).contains(months));
                asked.recipe.months = Some(months.ok_or("--months takes 3 to 24")?);
            }
            "--payload" => asked.one = Some((One::Payload, number()?)),
            "--report" => asked.one = Some((One::Report, number()?)),
            "--truth" => asked.one = Some((One::Truth, number()?)),
            "--worst" => asked.worst = Some(number().map_or(40, |count| usize::try_from(count).unwrap_or(usize::MAX))),
            "--floors" => (asked.floors, asked.households) = (true, accuracy::FLOOR_HOUSEHOLDS),
            "--document" => asked.document = true,
            "--categories" => asked.categories = true,
            "--split" => match words.next().as_deref() {
                Some("held-out") => asked.recipe.split = Some(Split::HeldOut),
                Some("rule-writing") => asked.recipe.split = Some(Split::RuleWriting),
                _ => return Err("--split takes held-out or rule-writing".into()),
            },
            other => return Err(format!("{other} is no option")),
        }
    }
    Ok(asked)
}
