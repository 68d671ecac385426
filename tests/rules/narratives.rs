//! The shapes in which banks print a row, each as the normaliser reads it, and noise that must not change a category.

use cdr_insights::analysis::label::narrative::{Channel, Narrative};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::support::{credit, debit, embedded};

struct Shape {
    description: &'static str,
    text: &'static str,
    channel: Channel,
    suffixes: &'static [&'static str],
    references: &'static [&'static str],
    value_date: Option<Date>,
    /// To, from.
    says: (bool, bool),
}

const fn shape(description: &'static str, text: &'static str, channel: Channel) -> Shape {
    Shape { description, text, channel, suffixes: &[], references: &[], value_date: None, says: (false, false) }
}

impl Shape {
    const fn suffix(mut self, suffixes: &'static [&'static str]) -> Self {
        self.suffixes = suffixes;
        self
    }

    const fn reference(mut self, references: &'static [&'static str]) -> Self {
        self.references = references;
        self
    }

    const fn day(mut self, day: Date) -> Self {
        self.value_date = Some(day);
        self
    }

    const fn to(mut self) -> Self {
        self.says.0 = true;
        self
    }

    const fn from(mut self) -> Self {
        self.says.1 = true;
        self
    }
}

/// ANZ, then Commonwealth Bank, Westpac and St George, NAB, ING, Up and others.
const SHAPES: &[Shape] = &[
    shape("VISA DEBIT PURCHASE CARD 1234 LITTLE CAKES RICHMOND", "LITTLE CAKES", Channel::CardPurchase).suffix(&["1234"]),
    shape("EFTPOS LITTLE CAKES RICHMOND", "LITTLE CAKES", Channel::Eftpos),
    shape("ANZ M-BANKING FUNDS TFER TRANSFER 482913 TO JANE RICHMOND", "JANE RICHMOND", Channel::InternetTransfer)
        .reference(&["482913"])
        .to(),
    shape("ANZ INTERNET BANKING BPAY CITY UTILITIES {482913}", "CITY UTILITIES", Channel::Bpay).reference(&["482913"]),
    shape("PAYMENT TO LITTLE PLUMBING 55012", "LITTLE PLUMBING", Channel::InternetTransfer).reference(&["55012"]).to(),
    shape("TRANSFER FROM JANE RICHMOND", "JANE RICHMOND", Channel::InternetTransfer).from(),
    shape("REVERSAL OF DEBIT ENTRY", "REVERSAL OF DEBIT ENTRY", Channel::Unknown),
    shape("LITTLE CAKES 0532 BALWYN VI AUS Card xx1234 Value Date: 03/02/2026", "LITTLE CAKES", Channel::CardPurchase)
        .suffix(&["1234"])
        .day(date(2026, 2, 3)),
    shape("LITTLE CAKES BRUNSWICK WES VIC AUS Card xx1234", "LITTLE CAKES", Channel::CardPurchase).suffix(&["1234"]),
    shape("Direct Credit 301500 LITTLE CAKES PTY LTD", "LITTLE CAKES", Channel::DirectCredit).reference(&["301500"]),
    shape("Direct Debit 062934 LITTLE GYM 8823914", "LITTLE GYM", Channel::DirectDebit).reference(&["062934", "8823914"]),
    shape("Transfer to xx1234 CommBank app", "TRANSFER TO", Channel::InternetTransfer).suffix(&["1234"]).to(),
    shape("Transfer from xx1234 NetBank", "NETBANK", Channel::InternetTransfer).suffix(&["1234"]).from(),
    shape("Fast Transfer From Jane Richmond rent", "JANE RICHMOND RENT", Channel::Osko).from(),
    shape("Wdl ATM CBA ATM BALWYN VIC", "BALWYN", Channel::Atm),
    shape("TRANSPORTFORNSW TAP SYDNEY AUS", "TRANSPORTFORNSW TAP", Channel::CardPurchase),
    shape("DEBIT CARD PURCHASE LITTLE CAKES RICHMOND AUS", "LITTLE CAKES", Channel::CardPurchase),
    shape("EFTPOS DEBIT 0334521 LITTLE CAKES RICHMOND", "LITTLE CAKES", Channel::Eftpos).reference(&["0334521"]),
    shape("PAYMENT BY AUTHORITY TO LITTLE GYM 5520184", "LITTLE GYM", Channel::DirectDebit).reference(&["5520184"]),
    shape("DEPOSIT-OSKO PAYMENT 1234567 JANE RICHMOND dinner", "JANE RICHMOND DINNER", Channel::Osko).reference(&["1234567"]),
    shape("WITHDRAWAL MOBILE 1204471 TFR JANE RICHMOND", "JANE RICHMOND", Channel::InternetTransfer).reference(&["1204471"]),
    shape("DEPOSIT-PAYMENT RETURN LITTLE GYM", "LITTLE GYM", Channel::Unknown),
    shape("Visa Purchase 20Dec08:47 Little Cakes Richmond", "LITTLE CAKES", Channel::CardPurchase),
    shape("Tfr Wdl BPAY Internet 03Feb10:12 CITY UTILITIES", "CITY UTILITIES", Channel::Bpay),
    shape("V1234 03/02 LITTLE CAKES 74940526034", "LITTLE CAKES", Channel::CardPurchase).suffix(&["1234"]).reference(&["74940526034"]),
    shape("FEES DIR CHG OTH ATM", "OTH ATM", Channel::Fee),
    shape("INTERNET TRANSFER JANE RICHMOND", "JANE RICHMOND", Channel::InternetTransfer),
    shape("DIRECT CREDIT LITTLE CAKES REF 20914", "LITTLE CAKES", Channel::DirectCredit).reference(&["20914"]),
    shape("Internal Transfer - Receipt 104882 Orange Jar", "ORANGE JAR", Channel::InternetTransfer).reference(&["104882"]),
    shape("Visa Purchase - Receipt 123456 In RICHMOND Date 03/02/26 Little Cakes", "LITTLE CAKES", Channel::CardPurchase)
        .reference(&["123456"])
        .day(date(2026, 2, 3)),
    shape(
        "Little Cakes - Visa Purchase - Receipt 123456In RICHMOND Date 3 Feb 2026 Card 462263xxxxxx1234",
        "LITTLE CAKES",
        Channel::CardPurchase,
    )
    .suffix(&["1234"])
    .reference(&["123456IN"])
    .day(date(2026, 2, 3)),
    shape("Little Cakes", "LITTLE CAKES", Channel::Unknown),
    shape("Osko Payment From JANE RICHMOND", "JANE RICHMOND", Channel::Osko).from(),
    shape("POS W/D LITTLE CAKES-12:34", "LITTLE CAKES", Channel::CardPurchase),
    shape("SQ *LITTLE CAKES Fitzroy VI AUS", "LITTLE CAKES", Channel::CardPurchase),
    shape("Credit Interest", "CREDIT INTEREST", Channel::Interest),
];

#[test]
fn the_banks_shapes() {
    let rules = embedded();
    for shape in SHAPES {
        let narrative = Narrative::new(shape.description, rules);
        let suffixes: Vec<&str> = narrative.number_suffixes.iter().map(|suffix| str::from_utf8(suffix).unwrap()).collect();
        let what = shape.description;
        assert_eq!(narrative.text, shape.text, "{what}");
        assert_eq!(narrative.channel, shape.channel, "{what}");
        assert_eq!(suffixes, shape.suffixes, "{what}");
        assert_eq!(narrative.references, shape.references, "{what}");
        assert_eq!(narrative.value_date, shape.value_date, "{what}");
        assert_eq!((narrative.says_transfer_to, narrative.says_transfer_from), shape.says, "{what}");
    }
}

#[test]
fn facts_of_the_text() {
    let rules = embedded();
    let read = |description| Narrative::new(description, rules);
    assert!(read("NETFLIX.COM LOS GATOS USA USD 12.99 Card xx1234").foreign);
    assert!(read("LITTLE CAKES 12.99 EUR").foreign);
    assert!(!read("LITTLE CAKES AUD 12.99").foreign);
    assert!(read("POS AUTHORISATION LITTLE CAKES").authorisation);
    assert!(!read("PAYMENT BY AUTHORITY TO LITTLE GYM").authorisation);
    for failure in [
        "REVERSAL OF DEBIT ENTRY",
        "DISHONOUR FEE",
        "DEPOSIT-PAYMENT RETURN LITTLE GYM",
        "Direct Debit Returned Unpaid",
        "INSUFFICIENT FUNDS",
    ] {
        assert!(read(failure).failure, "{failure}");
    }
    for fine in ["TAX RETURN EXPRESS", "RETURN AND EARN", "LITTLE CAKES"] {
        assert!(!read(fine).failure, "{fine}");
    }
    for (description, intermediary, text) in [
        ("SQ *LITTLE CAKES", Some("SQUARE"), "LITTLE CAKES"),
        ("PAYPAL *LITTLECAKES 4029357733", Some("PAYPAL"), "LITTLECAKES"),
        ("PAYPAL AUSTRALIA 1012345678", None, "PAYPAL AUSTRALIA"),
        ("ZLR*Little Cakes Richmond", Some("ZELLER"), "LITTLE CAKES"),
        ("SP LITTLE CAKES", Some("SHOPIFY"), "LITTLE CAKES"),
        ("LS Little Cakes", Some("LIGHTSPEED"), "LITTLE CAKES"),
        ("SMP*Little Cakes", Some("SUMUP"), "LITTLE CAKES"),
        ("TST* LITTLE CAKES", Some("TOAST"), "LITTLE CAKES"),
        ("EZI*LITTLE GYM", Some("EZIDEBIT"), "LITTLE GYM"),
        ("DIRECT DEBIT EZIDEBIT PTY LTD LITTLE GYM", Some("EZIDEBIT"), "LITTLE GYM"),
        ("TYRO LITTLE CAKES", Some("TYRO"), "LITTLE CAKES"),
    ] {
        let narrative = read(description);
        assert_eq!((narrative.intermediary.as_deref(), narrative.text.as_str()), (intermediary, text), "{description}");
    }
}

#[test]
fn a_place_that_is_part_of_a_name_stays_findable() {
    let rules = embedded();
    for (description, code) in [
        ("SERVICE NSW SYDNEY", "VEHICLE_COSTS"),
        ("TRANSPORT FOR NSW", "PUBLIC_TRANSPORT"),
        ("DEBIT CARD PURCHASE TAFE NSW ULTIMO AUS", "HIGHER_EDUCATION"),
        ("SYDNEY TOOLS RICHMOND VIC AUS", "HOME_IMPROVEMENT"),
    ] {
        assert_eq!(debit(rules, description).code(), code, "{description}");
    }
    // The other way round: a suburb that begins like a brand is no brand.
    assert_eq!(Narrative::new("LITTLE CAKES SHELL COVE NSW AUS", rules).text, "LITTLE CAKES");
    assert_ne!(debit(rules, "LITTLE CAKES SHELL COVE NSW AUS").code(), "FUEL");
}

#[test]
fn an_empty_or_strange_description_is_read() {
    let rules = embedded();
    for description in ["", " ", "-", "***", "12345678", "やよい軒", "\u{0}\u{1}", "PAYMENT", "CARD"] {
        let narrative = Narrative::new(description, rules);
        assert_eq!(narrative.text.trim(), narrative.text);
        assert_eq!(debit(rules, description).code(), "UNCATEGORISED", "{description:?}");
        assert_eq!(credit(rules, description).code(), "UNCATEGORISED_CREDIT", "{description:?}");
    }
}

/// Merchant, category: names of several layers, with neighbours that look like them.
const MERCHANTS: &[(&str, &str)] = &[
    ("WOOLWORTHS", "GROCERIES"),
    ("COLES EXPRESS", "FUEL"),
    ("CHEMIST WAREHOUSE", "PHARMACY"),
    ("NETFLIX.COM", "STREAMING"),
    ("SPORTSBET", "GAMBLING"),
    ("AFTERPAY", "BNPL_REPAYMENT"),
    ("DAN MURPHY'S", "ALCOHOL"),
    ("RED ROOSTER", "TAKEAWAY"),
    ("LAVERTY PATHOLOGY", "MEDICAL"),
    ("7-ELEVEN", "FUEL"),
];

#[test]
fn noise_around_a_merchant_changes_nothing() {
    let rules = embedded();
    for (merchant, code) in MERCHANTS {
        for description in [
            (*merchant).to_owned(),
            format!("{merchant} 1234"),
            format!("{merchant} RICHMOND"),
            format!("{merchant} 0532 BALWYN VIC AUS Card xx1234 Value Date: 03/02/2026"),
            format!("VISA DEBIT PURCHASE CARD 1234 {merchant} BRUNSWICK WEST"),
            format!("EFTPOS {merchant} KU-RING-GAI"),
            format!("V1234 03/02 {merchant} 74940526034"),
            format!("Visa Purchase 20Dec08:47 {merchant} Newcastle"),
            format!("Visa Purchase - Receipt 123456 In SYDNEY Date 03/02/26 {merchant}"),
            format!("{merchant} - Visa Purchase - Receipt 123456In PERTH Date 03/02/2026 Card 462263xxxxxx1234"),
            format!("DEBIT CARD PURCHASE {merchant} PERTH AUS REF A81K22Z9"),
            format!("PAYPAL *{merchant} 4029357733"),
        ] {
            assert_eq!(debit(rules, &description).code(), *code, "{description}");
        }
    }
}

fn noise() -> impl Strategy<Value = String> {
    let suburbs =
        prop::sample::select(vec!["RICHMOND VIC", "PARRAMATTA NSW AUS", "NEW FARM QLD", "WEST PERTH WA AUS", "GLENELG", "HOBART TAS"]);
    prop_oneof![
        "[0-9]{5,12}".prop_map(|digits| digits),
        "[0-9]{3,4}".prop_map(|digits| format!("CARD {digits:0>4}")),
        "[0-9]{6,9}".prop_map(|digits| format!("REF {digits}")),
        "[A-Z][0-9]{5,8}".prop_map(|code| code),
        (1u8..29, 1u8..13, 2020u16..2027).prop_map(|(day, month, year)| format!("Value Date: {day:02}/{month:02}/{year}")),
        "[0-9]{4}".prop_map(|digits| format!("Card xx{digits}")),
        suburbs.prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_noise_behind_a_merchant_changes_nothing(which in 0..MERCHANTS.len(), tail in prop::collection::vec(noise(), 0..3)) {
        let rules = embedded();
        let (merchant, code) = MERCHANTS[which];
        let description = format!("{merchant} {}", tail.join(" "));
            let got = debit(rules, &description).code();
            prop_assert_eq!(&got, code, "{}", description);
    }

    #[test]
    fn any_text_is_read(description in ".{0,120}") {
        let rules = embedded();
            let narrative = Narrative::new(&description, rules);
            prop_assert!(narrative.text.is_ascii() && narrative.folded.is_ascii());
            prop_assert!(narrative.references.iter().all(|reference| reference.len() >= 5));
            prop_assert_eq!(&narrative, &Narrative::new(&description, rules));
            prop_assert!(debit(rules, &description).verdict().confidence <= 1000);
    }
}

#[test]
fn a_text_beyond_all_measure_is_read_from_its_beginning() {
    let rules = embedded();
    // What words say of each other grows with the square of their number: without a bound this would not end.
    let endless = "COLES BAKERY ".repeat(200_000);
    assert_eq!(debit(rules, &endless).code(), debit(rules, &endless[..500]).code());
    assert!(Narrative::new(&endless, rules).folded.len() <= 600);
}
