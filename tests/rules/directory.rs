//! A directory replaces files of the binary, one by one, and a broken file is one clear error.

use std::fs;
use std::path::Path;

use cdr_insights::analysis::label::prove;
use cdr_insights::analysis::ruleset::{RulesError, Ruleset};

use crate::support::debit;

fn with(files: &[(&str, &str)]) -> Result<Ruleset, RulesError> {
    let directory = tempfile::tempdir().expect("a folder of its own");
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    Ruleset::with_directory(directory.path())
}

#[test]
fn the_version_is_the_hash_of_what_is_used() {
    let embedded = Ruleset::embedded();
    assert_eq!(embedded.version().len(), 64);
    assert!(embedded.version().bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
    assert_eq!(embedded.version(), Ruleset::embedded().version());
    assert_eq!(embedded.version(), with(&[]).unwrap().version(), "an empty directory changes nothing");
    let other = with(&[("names/ours.tsv", "#! layer=NAME confidence=985\nZQX SHOP\tGROCERIES\tout\t-\t-\tZQX SHOP\t-\n")]).unwrap();
    assert_ne!(embedded.version(), other.version());
    assert_eq!(other.rule_count(), embedded.rule_count() + 1);
}

#[test]
fn the_operators_lines_come_first() {
    let text = "#! layer=NAME confidence=700\nWOOLWORTHS\tBUSINESS_EXPENSE\tout\t-\tWoolworths\tWOOLWORTHS\t-\n";
    let rules = with(&[("names/ours.tsv", text)]).unwrap();
    let question = debit(&rules, "WOOLWORTHS 1234 RICHMOND");
    assert_eq!((question.code().as_str(), question.verdict().rule.as_ref()), ("BUSINESS_EXPENSE", "names/ours.tsv:2"));
}

#[test]
fn a_file_is_replaced_whole() {
    let rules =
        with(&[("names/groceries.tsv", "#! layer=NAME confidence=985\n"), ("brands_nsi.tsv", "tree\tkey\tvalue\tscope\tname\taliases\n")])
            .unwrap();
    assert_eq!(debit(&rules, "WOOLWORTHS 1234 RICHMOND").code(), "UNCATEGORISED");
}

#[test]
fn notes_and_hidden_files_are_no_rules() {
    assert!(with(&[("README.md", "ours"), (".git/config", "x"), ("names/LICENSE", "x")]).is_ok());
}

#[test]
fn broken_files_are_one_clear_error() {
    let head = "#! layer=NAME confidence=985\n";
    for (name, text, due) in [
        ("names/ours.tsv", "ZQX\tGROCERIES\tout\t-\t-\tZQX\t-\n".to_owned(), "names/ours.tsv, line 1: the first line must read"),
        ("names/ours.tsv", "#! layer=NAMES confidence=985\n".to_owned(), "names/ours.tsv, line 1: the first line must read"),
        ("names/ours.tsv", format!("{head}\nZQX\tGROCERIES\tout\n"), "names/ours.tsv, line 3: 3 cells where 7 are due"),
        (
            "names/ours.tsv",
            format!("{head}ZQX\tGROCERY\tout\t-\t-\tZQX\t-\n"),
            "names/ours.tsv, line 2: GROCERY is no category of the taxonomy",
        ),
        ("names/ours.tsv", format!("{head}ZQX\tGROCERIES=2000\tout\t-\t-\tZQX\t-\n"), "names/ours.tsv, line 2: 2000 is no confidence"),
        ("names/ours.tsv", format!("{head}ZQX\tGROCERIES\tup\t-\t-\tZQX\t-\n"), "names/ours.tsv, line 2: up is no direction"),
        ("names/ours.tsv", format!("{head}ZQX\tGROCERIES\tout\t@POST\t-\tZQX\t-\n"), "names/ours.tsv, line 2: @POST is no channel"),
        ("names/ours.tsv", format!("{head}ZQX\tGROCERIES\tout\t-\t-\t-\t-\n"), "names/ours.tsv, line 2: an example narrative is due"),
        (
            "names/ours.tsv",
            format!("{head}ZQX\tGROCERIES\tout\t-\t-\tZQX\t-\nZQX\tFUEL\tout\t-\t-\tZQX\t-\n"),
            "names/ours.tsv, line 3: the same phrase",
        ),
        ("names/ours.tsv", format!("{head}!\tGROCERIES\tout\t-\t-\tZQX\t-\n"), "names/ours.tsv, line 2: a phrase of at least two letters"),
        ("grocers.tsv", head.to_owned(), "grocers.tsv: no such rule file"),
        ("shops/ours.tsv", head.to_owned(), "shops: no such folder of rules"),
        ("taxonomy.toml", "version = 1\n".to_owned(), "taxonomy.toml, line 1: "),
        ("taxonomy.toml", "version = \"x\"\ngroup = []\ncategory = []\n".to_owned(), "taxonomy.toml: the category SALARY is missing"),
        ("mcc_categories.tsv", "mcc\tcategory\tconfidence\n54\tGROCERIES\t900\n".to_owned(), "mcc_categories.tsv, line 2: 54 is no code"),
        ("localities.tsv", "place\tstate\n".to_owned(), "localities.tsv, line 1: the heading locality, state is due"),
        (
            "osm_tags.tsv",
            "key\tvalue\tscope\tcategory\tconfidence\trank\nshop\ttea\tany\tTEA\t900\t1\n".to_owned(),
            "osm_tags.tsv, line 2: TEA is no category",
        ),
        ("channels.tsv", "words\tchannel\tparty\nBY PIGEON\tPIGEON\t-\n".to_owned(), "channels.tsv, line 2: PIGEON is no channel"),
        ("abroad.tsv", "place\tkind\nROME\tTOWN\n".to_owned(), "abroad.tsv, line 2: TOWN is none of COUNTRY and CITY"),
        ("facilitators.tsv", "mark\tname\tstar\trest\nSQ\tSQUARE\tmaybe\t-\n".to_owned(), "facilitators.tsv, line 2: maybe is none of"),
        ("given_names.tsv", "word\nEmma\n".to_owned(), "given_names.tsv, line 2: Emma is not one upper-case word"),
        ("surnames.tsv", "word\nSMITH\nSMITH\n".to_owned(), "surnames.tsv, line 3: SMITH stands twice"),
        ("ordinary_words.tsv", "names\n".to_owned(), "ordinary_words.tsv, line 1: the heading word is due"),
        ("party_words.tsv", "word\tkind\nMUM\tPARENT\n".to_owned(), "party_words.tsv, line 2: PARENT is none of"),
        ("confidence.tsv", "what\tgiven\tgives\twhy\nNAMES\t1\t1\t-\n".to_owned(), "confidence.tsv, line 2: NAMES is no class of answers"),
        (
            "confidence.tsv",
            "what\tgiven\tgives\twhy\nNAME\t900\t950\t-\nNAME\t950\t900\t-\n".to_owned(),
            "confidence.tsv, line 3: the curve",
        ),
        ("confidence.tsv", "what\tgiven\tgives\twhy\n".to_owned(), "confidence.tsv: the curve of PHRASE needs two points"),
        ("confidence.tsv", "what\tgiven\tgives\twhy\nPLACE\t-\t0\t-\n".to_owned(), "confidence.tsv, line 2: hundredths from 1 to 10000"),
        ("brands_stop.tsv", "name\treason\nZQX\t\n".to_owned(), "brands_stop.tsv, line 2: a reason is due"),
        ("bsb_prefixes.tsv", "bsb_prefix\tbank_code\tbank\n1\tX\tY\n".to_owned(), "bsb_prefixes.tsv, line 2: 1 is no prefix"),
        ("public_holidays.tsv", "date\tregions\tname\n2026-13-01\t*\tX\n".to_owned(), "public_holidays.tsv, line 2: 2026-13-01 is no date"),
    ] {
        let error = with(&[(name, &text)]).expect_err(due).to_string();
        assert!(error.starts_with(due), "{error:?} is not {due:?}…");
    }
    let names = |line: &str| with(&[("names/ours.tsv", &format!("{head}{line}\n"))]).expect_err(line).to_string();
    for (line, due) in [
        ("ZQX\tGROCERIES\tout\tmcc:99999\t-\tZQX\t-", "names/ours.tsv, line 2: 99999 is no merchant category code"),
        ("ZQX\tGROCERIES\tout\t#LOAN\t-\tZQX\t-", "names/ours.tsv, line 2: #LOAN is no kind of account"),
        ("ZQX\tGROCERIES\tout\t%tea\t-\tZQX\t-", "names/ours.tsv, line 2: %tea is no transaction type"),
        ("ZQX\tGROCERIES\tout\tA||B\t-\tZQX\t-", "names/ours.tsv, line 2: an empty word in A||B"),
    ] {
        assert!(names(line).starts_with(due), "{line}");
    }
    let missing = Ruleset::with_directory(Path::new("/nowhere/at/all")).expect_err("there is no such directory").to_string();
    assert!(missing.starts_with("/nowhere/at/all: "), "{missing}");
}

#[test]
fn a_line_that_contradicts_itself_is_named() {
    let text = "#! layer=NAME confidence=985\n\
                ZQX SHOP\tGROCERIES\tout\t-\t-\tWOOLWORTHS\t-\n\
                YQX SHOP\tGROCERIES\tout\t-\t-\tYQX SHOP NEWTOWN\tTHE YQX SHOP\n\
                XQX SHOP\tGROCERIES\tout\t-\t-\tXQX SHOP NEWTOWN\tXQX CINEMA\n";
    let rules = with(&[("names/ours.tsv", text)]).unwrap();
    let (own, built_in): (Vec<_>, Vec<_>) = prove(&rules).into_iter().partition(|wrong| wrong.is_operators);
    let texts: Vec<String> = own.iter().map(|wrong| wrong.text(&rules)).collect();
    assert!(built_in.is_empty(), "{built_in:?}");
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].starts_with("names/ours.tsv, line 2: its example WOOLWORTHS (money out) is not decided by it: GROCERIES is due"),
        "{texts:?}"
    );
    assert_eq!(texts[1], "names/ours.tsv, line 3: it decides its counter-example THE YQX SHOP (money out)");
}
