//! The cascade: fields and their twins in the text, direction, money back, cut names, codes, and what is not guessed.

use cdr_insights::analysis::label::Layer;
use cdr_insights::analysis::ruleset::{Kind, Necessity, Region};
use cdr_insights::submission::{ProductCategory, TransactionType};
use jiff::civil::date;

use crate::support::{Question, credit, debit, embedded};

fn assert_code(question: &Question<'_>, code: &str) {
    let verdict = question.verdict();
    assert_eq!(question.code(), code, "{:?} by {} [{}]", question.row.description, verdict.rule, verdict.matched);
}

#[test]
fn direction_first_then_income_words_then_merchant() {
    let rules = embedded();
    assert_code(&credit(rules, "WOOLWORTHS GROUP WAGES"), "SALARY");
    assert_code(&debit(rules, "WOOLWORTHS 1234 RICHMOND"), "GROCERIES");
    assert_code(&credit(rules, "WOOLWORTHS 1234 RICHMOND VIC AUS Card xx1234"), "REFUND");
    assert_ne!(credit(rules, "SALARY SACRIFICE LEASE").code(), "SALARY");
    assert_ne!(debit(rules, "SALARY SACRIFICE LEASE").code(), "SALARY");
    // A shop's name on a bank credit may be an employer's: not as sure as a refund to a card.
    let (bank, card) = (credit(rules, "DIRECT CREDIT 301500 TELSTRA").verdict(), credit(rules, "TELSTRA CARD 1234 SYDNEY AUS").verdict());
    assert!(bank.confidence < 600 && card.confidence > 900, "{bank:?} {card:?}");
}

#[test]
fn type_and_words_are_twins() {
    let rules = embedded();
    assert_code(&debit(rules, "SUNDRY 12").kind(TransactionType::Fee), "BANK_FEE");
    assert_code(&debit(rules, "MONTHLY ACCOUNT FEE"), "BANK_FEE");
    assert_code(&debit(rules, "DISHONOUR FEE").kind(TransactionType::Fee), "DISHONOUR_FEE");
    assert_code(&credit(rules, "ADJUSTMENT").kind(TransactionType::InterestPaid), "INTEREST_INCOME");
    assert_code(&credit(rules, "CREDIT INTEREST"), "INTEREST_INCOME");
    assert_code(&debit(rules, "ADJUSTMENT").kind(TransactionType::InterestCharged), "INTEREST_CHARGED");
    // The sign is trusted, not the type.
    assert_code(&debit(rules, "INTEREST").kind(TransactionType::InterestPaid), "INTEREST_CHARGED");
    let (with, without) = (
        debit(rules, "CREDIT INTEREST ADJ").kind(TransactionType::InterestCharged).verdict(),
        debit(rules, "ADJ").kind(TransactionType::InterestCharged).verdict(),
    );
    assert!(with.confidence > without.confidence, "two witnesses are surer than one");
}

#[test]
fn named_fields_speak_where_the_description_does_not() {
    let rules = embedded();
    assert_code(&debit(rules, "PURCHASE 12345").merchant("Woolworths"), "GROCERIES");
    assert_code(&debit(rules, "BPAY 12345").biller("AGL SALES PTY LTD"), "ELECTRICITY_AND_GAS");
    assert_code(&credit(rules, "PAYMENT 12345").npp("LITTLE CAKES PTY LTD", Some("SALA")), "SALARY");
    let named = debit(rules, "PURCHASE 12345").merchant("Woolworths").verdict();
    assert_eq!((named.layer, named.matched.as_ref(), named.merchant.as_deref()), (Layer::Name, "WOOLWORTHS", Some("Woolworths")));
    assert!(named.rule.starts_with("names/groceries.tsv:"), "{}", named.rule);
}

#[test]
fn a_matching_code_makes_surer_and_a_contrary_one_less() {
    let rules = embedded();
    let plain = debit(rules, "RED ROOSTER RICHMOND").verdict().confidence;
    assert!(debit(rules, "RED ROOSTER RICHMOND").mcc(5814).verdict().confidence >= plain);
    assert!(debit(rules, "RED ROOSTER RICHMOND").mcc(8011).verdict().confidence < plain);
}

#[test]
fn merchant_category_codes() {
    let rules = embedded();
    let card = ProductCategory::CredAndChrgCards;
    for (description, code, category) in [
        ("ZQX TRADING", 5411, "GROCERIES"),
        ("ZQX TRADING", 3005, "TRAVEL"),
        ("ZQX TRADING", 7995, "GAMBLING"),
        ("ZQX ART UNION", 7995, "LOTTERY"),
        ("ZQX LOTTERY HOUSE", 7995, "LOTTERY"),
        ("ZQX TRADING", 9406, "LOTTERY"),
        ("ZQX TRADING", 6011, "CASH_WITHDRAWAL"),
        ("ZQX TRADING", 6051, "UNCATEGORISED"),
    ] {
        let question = debit(rules, description).mcc(code);
        assert_code(&question, category);
    }
    assert_code(&debit(rules, "ZQX TRADING").mcc(6010).on(card), "CASH_ADVANCE");
    for code in [6051, 4829, 6540] {
        assert_ne!(debit(rules, "ZQX TRADING").mcc(code).code(), "CRYPTO", "{code}");
    }
    assert_code(&credit(rules, "ZQX TRADING").mcc(7995), "GAMBLING_WINNINGS");
    assert_code(&credit(rules, "ZQX TRADING").mcc(5411), "REFUND");
}

#[test]
fn cash_machines() {
    let rules = embedded();
    assert_code(&debit(rules, "Wdl ATM CBA RICHMOND VIC"), "CASH_WITHDRAWAL");
    assert_code(&debit(rules, "ATM WITHDRAWAL WOOLWORTHS RICHMOND"), "CASH_WITHDRAWAL");
    assert_code(&debit(rules, "ATM WITHDRAWAL RICHMOND").on(ProductCategory::CredAndChrgCards), "CASH_ADVANCE");
    assert_code(&debit(rules, "ATM OPERATOR FEE 2.50"), "BANK_FEE");
}

#[test]
fn money_back() {
    let rules = embedded();
    assert_code(&credit(rules, "DEPOSIT-PAYMENT RETURN TELSTRA"), "REVERSAL");
    assert_code(&credit(rules, "REVERSAL OF DEBIT ENTRY"), "REVERSAL");
    assert_code(&credit(rules, "VISA PURCHASE RED ROOSTER RICHMOND"), "REFUND");
    let refund = credit(rules, "VISA PURCHASE RED ROOSTER RICHMOND").verdict();
    assert!(refund.rule.starts_with("money-back:"), "{}", refund.rule);
}

#[test]
fn transfers_between_people() {
    let rules = embedded();
    assert_code(&debit(rules, "ANZ M-BANKING FUNDS TFER TRANSFER 482913 TO JANE RICHMOND"), "TRANSFER_OUT");
    assert_code(&credit(rules, "Osko Payment From JANE RICHMOND"), "TRANSFER_IN");
    assert_code(&debit(rules, "Jane Richmond").kind(TransactionType::TransferOutgoing), "TRANSFER_OUT");
    let (named, number) = (debit(rules, "TRANSFER TO JANE RICHMOND").verdict(), debit(rules, "Transfer to xx1234 CommBank app").verdict());
    assert!(named.confidence > number.confidence, "a number without a name may be an own account");
    // Names that are also a shop's or a trade's.
    for description in ["OSKO PAYMENT TO JOHN COLES", "TRANSFER TO STEVE BUTCHER"] {
        assert_code(&debit(rules, description), "TRANSFER_OUT");
    }
    assert_code(&credit(rules, "Fast Transfer From JANE RICHMOND pizza"), "TRANSFER_IN");
    // Money in names a person without a word of a transfer too; the shop itself may pay wages, a dividend or a refund.
    for description in ["Direct Credit 421520 EMMA COLES", "Deposit Emma Coles", "MR JAMES MYER", "Osko Payment From Jack Myer dinner"] {
        assert_code(&credit(rules, description), "TRANSFER_IN");
    }
    for description in ["TRANSFER FROM COLES", "Direct Credit 421520 WOOLWORTHS GROUP", "Direct Credit 421520 HARTWELL ENGINEERING"] {
        assert_code(&credit(rules, description), "UNCATEGORISED_CREDIT");
    }
    assert_code(&credit(rules, "Direct Credit 421520 REFUND WOOLWORTHS"), "REFUND");
    // A company is no person.
    assert_code(&debit(rules, "TRANSFER TO ZQX HOLDINGS PTY LTD"), "UNCATEGORISED");
}

#[test]
fn debts_receive_payments() {
    let rules = embedded();
    assert_code(&credit(rules, "PAYMENT THANK YOU").on(ProductCategory::CredAndChrgCards), "DEBT_PAYMENT_RECEIVED");
    assert_code(&credit(rules, "FROM 062934 ZQX").on(ProductCategory::ResidentialMortgages), "DEBT_PAYMENT_RECEIVED");
    assert_code(&credit(rules, "VISA PURCHASE RED ROOSTER RICHMOND").on(ProductCategory::CredAndChrgCards), "REFUND");
}

#[test]
fn a_cut_name_is_found_by_its_beginning() {
    let rules = embedded();
    assert_code(&debit(rules, "CHEMIST WAREHOU"), "PHARMACY");
    assert_code(&debit(rules, "VISA DEBIT PURCHASE CARD 1234 FANTASTIC FURNIT"), "HOME_IMPROVEMENT");
    let (whole, cut) = (debit(rules, "CHEMIST WAREHOUSE").verdict(), debit(rules, "CHEMIST WAREHOU").verdict());
    assert!(cut.confidence < whole.confidence);
    // Seven letters are too few, one whole word begins too much, and the middle of a text is not its end.
    for description in ["COMMONWEALTH", "FANTAST", "FANTASTIC FURNIT HIRE"] {
        assert_eq!(debit(rules, description).verdict().layer, Layer::Abstained, "{description}");
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let rules = embedded();
    for description in ["ZQX HOLDINGS", "TOMATO PASTRAMI ZQX", "DIRECT DEBIT 062934 ZQX HOLDINGS", "BPAY ZQX"] {
        let verdict = debit(rules, description).verdict();
        assert_eq!((rules.code(verdict.category), verdict.layer), ("UNCATEGORISED", Layer::Abstained), "{description}: {verdict:?}");
        assert!(verdict.confidence < 500);
    }
    assert_code(&credit(rules, "DIRECT CREDIT 301500 ZQX HOLDINGS"), "UNCATEGORISED_CREDIT");
}

#[test]
fn the_taxonomy_answers() {
    let rules = embedded();
    assert_eq!((rules.groups().count(), rules.categories().count()), (20, 116));
    let groceries = rules.category("GROCERIES").unwrap();
    assert_eq!((rules.code(groceries), rules.name(groceries)), ("GROCERIES", "Groceries"));
    assert_eq!((rules.group_code(rules.group(groceries)), rules.group_name(rules.group(groceries))), ("GROCERIES", "Groceries"));
    assert_eq!((rules.kind(groceries), rules.necessity(groceries)), (Kind::Expense, Necessity::Essential));
    assert_eq!((rules.lixi(groceries), rules.hem(groceries)), (Some("Groceries"), true));
    assert_eq!(rules.lixi(rules.known().salary), None);
    assert_eq!(rules.known().groceries, groceries);
    assert_eq!(rules.taxonomy_version(), "2026-11-22");
    for category in rules.categories() {
        assert_eq!(rules.category(rules.code(category)), Some(category));
    }
}

#[test]
fn facts_of_the_country() {
    let rules = embedded();
    assert_eq!(rules.bank_of_bsb("013999"), Some("Australia & New Zealand Banking Group Limited"));
    assert_eq!(rules.bank_of_bsb("645000"), Some("Auswide Bank Ltd"));
    assert_eq!(rules.bank_of_bsb(""), None);
    assert!(rules.is_public_holiday(date(2026, 12, 25), None));
    assert!(
        rules.is_public_holiday(date(2026, 11, 3), Some(Region::Vic)) && !rules.is_public_holiday(date(2026, 11, 3), Some(Region::Nsw))
    );
    assert_eq!(rules.merchant_category_name(5411), Some("Grocery Stores and Supermarkets"));
}
