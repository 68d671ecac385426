//! The rows that a lender's analyst tries first: names inside other names, people who are called like shops, messages that name shops,
//! pay from a shop, words glued and cut by a field's width.

use cdr_insights::analysis::label::Layer;
use cdr_insights::submission::{ProductCategory, TransactionType};

use crate::support::{Question, credit, debit, embedded};

fn wrong<'a>(rows: &[(&str, &'a str)], ask: impl Fn(&'a str) -> Question<'a>) -> Vec<String> {
    let judged = rows.iter().map(|(code, description)| (code, ask(description)));
    let wrong = judged.filter(|(code, question)| !code.split('|').any(|code| code == question.code()));
    wrong
        .map(|(code, question)| format!("{:?} is {code}, got {} by {}", question.row.description, question.code(), question.verdict().rule))
        .collect()
}

fn assert_debits(rows: &[(&str, &str)]) {
    let wrong = wrong(rows, |description| debit(embedded(), description));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn assert_credits(rows: &[(&str, &str)]) {
    let wrong = wrong(rows, |description| credit(embedded(), description));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_inside_other_names() {
    assert_debits(&[
        ("GAMBLING", "TAB 1234 MELBOURNE"),
        ("FITNESS", "EFTPOS TABLE TENNIS CENTRE MELBOURNE"),
        ("HOME_MAINTENANCE", "TABOR PLUMBING"),
        ("TAX_PAYMENT", "ATO PAYMENT BPAY 75556"),
        ("GROCERIES", "TOMATO BROTHERS FRUIT MARKET"),
        ("FUEL", "COLES EXPRESS 1234 NEWTOWN"),
        ("GROCERIES", "COLES 0532 BALWYN VI AUS"),
        ("MEDICAL", "SHELLHARBOUR DENTAL"),
        ("FUEL", "SHELL 1234 NEWTOWN"),
        ("DINING", "STAR OF INDIA RESTAURANT"),
        ("CHILDCARE", "APPLE TREE CHILDCARE"),
        ("GROCERIES", "ALDINGA BAKERY"),
        ("DINING", "AGLIO OLIO RISTORANTE"),
        ("DINING|TAKEAWAY", "HUMMUS BAR"),
        ("PERSONAL_CARE", "STANS BARBER SHOP"),
    ]);
}

#[test]
fn an_ordinary_word_gives_way_to_the_trade_beside_it() {
    assert_debits(&[
        ("DINING", "ORIGIN COFFEE ROASTERS"),
        ("ELECTRICITY_AND_GAS", "BPAY ORIGIN ENERGY 1234567"),
        ("HOME_IMPROVEMENT", "SUBWAY TILES"),
        ("TAKEAWAY", "SUBWAY NEWTOWN"),
        ("DINING", "TARGET GRILL CAFE"),
        ("FITNESS", "UNITED PILATES"),
        ("MEDICAL", "COLES DENTAL SURGERY"),
        ("VEHICLE_COSTS", "RED DOT AUTO ELECTRICAL"),
        ("DINING", "STEAM PUNK CAFE"),
    ]);
}

#[test]
fn a_payment_to_a_person_is_none_to_the_shop_that_it_names() {
    assert_debits(&[
        ("TRANSFER_OUT", "Osko Payment To IAN MCDONALD"),
        ("TRANSFER_OUT", "PAYMENT TO STACEY MCDONALD 88412"),
        ("TRANSFER_OUT", "Transfer to McDonald K"),
        ("TRANSFER_OUT", "TRANSFER TO KEVIN SHELL"),
        ("TRANSFER_OUT", "Osko Payment To Emma Wilson - Receipt 220914 dinner"),
        ("TRANSFER_OUT", "Fast Transfer To Sarah Chen Pizza night"),
        ("TRANSFER_OUT", "PAYMENT TO J SMITH coles shop 7741205"),
        ("TRANSFER_OUT", "WITHDRAWAL MOBILE 1204471 PYMT Liam fuel money"),
        ("TRANSFER_OUT", "INTERNET TRANSFER mum groceries"),
        ("TRANSFER_OUT", "WITHDRAWAL-OSKO PAYMENT 1822764 PRIYA PATEL uber home"),
        ("TRANSFER_OUT", "PAYID PAYMENT TO 0412345678 AMY LEE Netflix"),
        ("TRANSFER_OUT", "Osko Withdrawal 22Sep Concert tix Daniel O'Brien"),
        ("TRANSFER_OUT", "Mia Williams"),
        // The business behind a name, and what people do for each other.
        ("DEPARTMENT_STORE", "PAYMENT TO DAVID JONES 88412"),
        ("HOME_MAINTENANCE", "Osko Payment To JOHN SMITH PLUMBING"),
        ("MEDICAL", "Osko Payment To BRIGHT SMILES DENTAL"),
        ("GROCERIES", "TRANSFER TO COLES"),
    ]);
    assert_credits(&[
        ("TRANSFER_IN", "Direct Credit 301500 R MCDONALD"),
        ("TRANSFER_IN", "Direct Credit 141000 MICHAEL CHEN BILLS"),
        ("TRANSFER_IN", "Osko Payment From EMMA WILSON uber"),
        ("TRANSFER_IN", "Sct Deposit 12Apr Michael Chen petrol"),
        ("TRANSFER_IN", "Mia Williams"),
        ("BUSINESS_INCOME", "Osko Payment From SMITH FAMILY INV 1023"),
    ]);
}

#[test]
fn rent_and_board_are_what_the_words_say_they_are() {
    assert_debits(&[
        ("RENT", "Osko Payment To Emma Wilson - Receipt 220914 rent"),
        ("RENT", "TRANSFER TO M PAPADOPOULOS RENT 12 HIGH ST"),
        ("RENT", "ANZ INTERNET BANKING BPAY DEFT RENT {970904}"),
        ("BOARD", "Transfer to Mum board"),
        ("TRAVEL", "DEBIT CARD PURCHASE AVIS RENT A CAR CAIRNS"),
    ]);
}

#[test]
fn pay_and_what_is_none() {
    assert_credits(&[
        ("SALARY", "WOOLWORTHS WAGES"),
        ("SALARY", "WOOLWORTHS GROUP PAYROLL"),
        ("SALARY", "Direct Credit 123456 COLES SUPERMARKE SALARY"),
        ("SALARY", "BUNNINGS GROUP WAGES"),
        ("SALARY", "PAY/SALARY FROM J.J. RICHARDS & 20233"),
        ("SALARY", "ACME WIDGETS - Salary Deposit - Receipt 123456"),
        ("SALARY", "Direct Credit 012345 WESFARMERS PAY 00123"),
        ("SALARY_PACKAGING", "SMARTSALARY PTY LTD"),
        ("SALARY_PACKAGING", "Direct Credit 301500 ALPINE HEALTH SALARY PACKAGING"),
        ("EMPLOYER_REIMBURSEMENT", "Direct Credit 301500 ALPINE HEALTH EXPENSES"),
        ("OTHER_CREDIT", "MYBUDGET ALLOWANCE"),
        ("OTHER_CREDIT", "Direct Credit 301500 CORELLA BUDGETING SERVICE ALLOWANCE"),
        ("MEDICARE_REBATE", "TRANSFER FROM MCARE BENEFITS 198145800 CYWQ"),
        ("NDIS_FUNDING", "NDIA NDIS PAYMENT"),
        ("SALARY", "Direct Credit 301500 NDIS SERVICES AUST PAYROLL"),
        // A name alone may pay wages, a dividend, a refund: its rhythm tells, not its row.
        ("UNCATEGORISED_CREDIT", "Direct Credit 421520 HARTWELL ENGINEERING"),
        ("UNCATEGORISED_CREDIT", "Direct Credit 421520 BUNNINGS GROUP LTD"),
    ]);
    let unknown = credit(embedded(), "Direct Credit 421520 HARTWELL ENGINEERING").verdict();
    assert_eq!(
        (unknown.layer, &*unknown.rule, &*unknown.matched),
        (Layer::Abstained, "words:payer-without-reason", "HARTWELL ENGINEERING")
    );
    assert_ne!(credit(embedded(), "SALARY SACRIFICE LEASE").code(), "SALARY");
}

#[test]
fn a_refund_needs_a_card_or_the_word() {
    let rules = embedded();
    assert_eq!(credit(rules, "KMART 1179 HELENSVALE QLD AUS Card xx1234").code(), "REFUND");
    assert_eq!(credit(rules, "Direct Credit 421520 REFUND KMART").code(), "REFUND");
    assert_eq!(credit(rules, "Direct Credit 421520 KMART AUSTRALIA").code(), "UNCATEGORISED_CREDIT");
}

#[test]
fn fixed_width_fields_glue_and_cut() {
    assert_debits(&[
        ("GROCERIES", "EFTPOS WOOLWORTHS      2691PACIFIC PINE QLD AU"),
        ("GROCERIES", "EFTPOS WOOLWORTHS2691 PACIFIC PINES QLDAU"),
        ("TAKEAWAY", "EFTPOS MCDONALDS PACIFIC PIN PACIFIC PINESQLDAU"),
        ("GROCERIES", "EFTPOS HELENSVALE DIS FRUITHELENSVALE QLD   AU"),
        ("PHARMACY", "EFTPOS PACIFIC PINES CHEMISTPACIFIC PINES AU"),
        ("FUEL", "EFTPOS 7-ELEVEN 4154 PACIFIC PINESQL"),
        ("TAKEAWAY", "EFTPOS DEBIT 09AUG21:21 MCDONALDS STANHOPE STANHOPE GARDNSWA"),
        ("GROCERIES", "AUTHORISATION ONLY - EFTPOS PURCHASE AT WOOLWORTHS 1002 CHATSWOOD EASNS AU"),
        ("GROCERIES", "VISA-WOOLWORTHS 3030 KEMPSEY AU#5354(Seq.12345) Apple Pay"),
        ("PETS", "SOUTH COAST VETERINA"),
        ("MEDICAL", "RICHMOND PHYSIOTHERA"),
        ("PHARMACY", "EASTGATE DISCOUNT PHARMA"),
        ("DINING", "THE LITTLE ITALIAN RESTAU"),
        ("FITNESS", "PAYMENT TO GOODLIFE HELENSV A003GRFU0LDZ"),
    ]);
    assert_credits(&[("SALARY", "Direct Credit 301500 DART LASER WAGES00112535")]);
}

#[test]
fn other_holders_print_the_same_in_their_own_way() {
    assert_debits(&[
        ("TRANSFER_OUT", "Ext Tfr - NET#1000234567 to 47123456 Lisa Brown ING - ING Direct"),
        ("RENT", "Transfer to other Bank NetBank Rent 1JohnStreet"),
        ("CREDIT_CARD_REPAYMENT", "ANZ M-BANKING FUNDS TFER TRANSFER 649535 TO 4564627119604502"),
        ("CREDIT_CARD_REPAYMENT", "ANZ INTERNET BANKING BPAY CORELLA CARDS {649913}"),
        ("INTERNAL_TRANSFER", "WITHDRAWAL ONLINE 1234567 TFR WESTPAC CHO"),
        ("BANK_FEE", "Debit Adjustment#900123-Int Tran Fee - OPENAI"),
        ("BANK_FEE", "Foreign Currency Conversn Fee"),
        ("REMITTANCE", "IMT 123456 JOHN SMITH REF ABC USD Rate_0.65"),
        ("RIDESHARE_AND_TAXI", "DEBIT CARD PURCHASE CITY TAXI CAPE TOWN ZAF ZAR 100.00 incl. Foreign Transaction Fee AUD $1.20"),
    ]);
    assert_credits(&[
        ("TRANSFER_IN", "DEPOSIT-OSKO PAYMENT 2123312 LIAM MURPHY coles"),
        ("GOV_VETERANS", "Direct Credit 002221 VTA BENEFITS"),
        ("REFUND|REVERSAL", "REVERSAL OF ACCOUNT SERVICING FEE MINIMUM $2000 IN DEPOSITS RECEIVED"),
        ("INVESTMENT_INCOME", "BHP GROUP DIV AF381/00123"),
    ]);
}

#[test]
fn the_payer_that_the_payment_names_counts_more_than_the_text() {
    let rules = embedded();
    let named = credit(rules, "Osko Deposit 1234567 thanks for coles").kind(TransactionType::TransferIncoming).npp("Emma Wilson", None);
    assert_eq!(named.code(), "TRANSFER_IN");
    let company = credit(rules, "Osko Deposit 1234567").npp("HARTWELL ENGINEERING PTY LTD", None);
    assert_eq!(company.code(), "UNCATEGORISED_CREDIT");
    let debt = credit(rules, "Osko Deposit 1234567").npp("Emma Wilson", None).on(ProductCategory::PersLoans);
    assert_eq!(debt.code(), "DEBT_PAYMENT_RECEIVED");
}
