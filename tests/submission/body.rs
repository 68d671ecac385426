//! Bodies that are no payload at all: one violation, wherever it is, and never a panic.

use cdr_insights::submission::{Rejection, ViolationKind, parse};

use crate::payload::{accepted, context, full, least, listed, put, violations};

fn refused(body: impl AsRef<[u8]>) -> Rejection {
    parse(body.as_ref(), &context()).expect_err("the body is no submission")
}

/// The one violation of a body, which is told of the whole of it.
fn detail(body: impl AsRef<[u8]>) -> String {
    let rejection = refused(body);
    assert_eq!((rejection.total, rejection.violations.len()), (1, 1), "{rejection:?}");
    assert_eq!((rejection.violations[0].kind, rejection.violations[0].pointer.as_str()), (ViolationKind::Invalid, ""));
    rejection.violations[0].detail.clone()
}

#[test]
fn what_is_not_json_is_told_with_its_byte() {
    let bodies: [(&[u8], usize); 16] = [
        (b"   ", 3),
        (b"{\"meta\":{}", 10),
        (b"{\"meta\":x}", 8),
        (b"{\"meta\":{}\n,\n \"data\":?}", 21),
        (b"{\"meta\":{},}", 11),
        (b"{\"meta\":{}} {}", 12),
        (b"{\"meta\":{}}x", 11),
        (b"{\"meta\":{\"asOf\":NaN}}", 16),
        (b"{\"meta\":{\"asOf\":-Infinity}}", 17),
        (b"{\"meta\":{\"asOf\":01}}", 17),
        (b"{\"meta\":{\"asOf\":\"\\x\"}}", 18),
        (b"{\"meta\":{\"asOf\":\"a\nb\"}}", 17),
        (b"{'meta':{}}", 1),
        (b"{\"meta\":{} \"data\":{}}", 11),
        (b"\xef\xbb\xbf{\"meta\":{}}", 0),
        (b"[[[[[[", 6),
    ];
    for (body, byte) in bodies {
        let detail = detail(body);
        let shown = String::from_utf8_lossy(body);
        assert!(detail.contains("JSON") && detail.ends_with(&format!("at byte {byte}.")), "{shown}: {detail}");
    }
    assert_eq!(detail(""), "The body is empty; a JSON object is due.");
}

#[test]
fn what_is_not_utf8_is_told_with_its_byte() {
    assert_eq!(detail(b"{\"meta\":\"\xff\"}"), "The body is not UTF-8 at byte 9.");
    assert_eq!(detail(b"{\"meta\":\"\xed\xa0\x80\"}"), "The body is not UTF-8 at byte 9.");
    assert_eq!(detail(b"\xff\xfe{\0}\0"), "The body is not UTF-8 at byte 0.");
}

#[test]
fn json_that_is_no_object_is_refused() {
    for body in ["null", "true", "0", "\"text\"", "[]", "[{\"meta\":{}}]"] {
        assert_eq!(detail(body), "An object is due.", "{body}");
    }
}

/// A payload with `levels` nested arrays as `member`, itself at `depth` containers.
fn nested(pointer: &str, open: &str, close: &str, levels: usize) -> String {
    let mut payload = full();
    put(&mut payload, pointer, "@".into());
    let inner = format!("{}1{}", open.repeat(levels), close.repeat(levels));
    payload.to_string().replace("\"@\"", &inner)
}

#[test]
fn sixty_four_levels_are_accepted_and_sixty_five_refused_wherever_they_are() {
    // The member, and how many containers stand around it.
    let places = [
        ("/unknown", 1),
        ("/meta/unknown", 2),
        ("/data/unknown", 2),
        ("/data/customers/0/unknown", 4),
        ("/data/customers/0/accounts/0/fees", 6),
        ("/data/customers/0/transactions/1/extendedData/nppPayload/unknown", 8),
        ("/data/customers/0/scheduledPayments/0/paymentSet/0/to/domestic", 9),
    ];
    for (pointer, around) in places {
        for (open, close) in [("[", "]"), ("{\"x\":", "}"), ("[{\"]\":", "}]")] {
            let levels = (64 - around) / open.matches(['[', '{']).count();
            let odd = (64 - around) % open.matches(['[', '{']).count();
            let deepest = parse(nested(pointer, open, close, levels).as_bytes(), &context());
            let is_typed = pointer.ends_with("domestic");
            assert!(deepest.is_ok() || (is_typed && open.starts_with('[')), "{pointer} {open}: {deepest:?}");
            let detail = match parse(nested(pointer, open, close, levels + 1 + odd).as_bytes(), &context()) {
                Err(rejection) if rejection.violations[0].pointer.is_empty() => rejection.violations[0].detail.clone(),
                other => panic!("{pointer} {open}: {other:?}"),
            };
            assert!(detail.starts_with("Arrays and objects are nested deeper than 64 levels at byte "), "{detail}");
        }
    }
}

#[test]
fn the_depth_of_a_member_of_the_wrong_type_counts_too() {
    // `accounts` stands in 4 containers: 60 levels reach the limit, and are no accounts.
    let pointer = "/data/customers/0/accounts";
    for (open, close) in [("{\"x\":", "}"), ("[", "]")] {
        let at_the_limit = refused(nested(pointer, open, close, 60));
        assert!(at_the_limit.violations[0].pointer.starts_with(pointer), "{at_the_limit:?}");
        assert!(detail(nested(pointer, open, close, 61)).contains("deeper than 64"));
    }
    assert!(detail(nested("/data/customers/0/transactions/0/amount", "[", "]", 100)).contains("deeper than 64"));
    assert!(detail("[".repeat(65) + &"]".repeat(65)).contains("deeper than 64 levels at byte 64"));
    assert_eq!(detail("[".repeat(64) + &"]".repeat(64)), "An object is due.");
}

#[test]
fn brackets_in_strings_are_no_depth() {
    let text = "[{\\\"[".repeat(500);
    let payload = least().to_string().replacen("{\"data\"", &format!("{{\"x\":[\"{text}\"],\"data\""), 1);
    assert!(parse(payload.as_bytes(), &context()).is_ok());
}

#[test]
fn ten_million_levels_overflow_nothing() {
    const LEVELS: usize = 10_000_000;
    assert!(detail("[".repeat(LEVELS)).ends_with(&format!("at byte {LEVELS}.")));
    assert!(detail("[".repeat(LEVELS) + &"]".repeat(LEVELS)).contains("deeper than 64"));
    assert!(detail("{\"a\":".repeat(LEVELS) + "1" + &"}".repeat(LEVELS)).contains("deeper than 64"));
    assert!(detail(format!("{{\"data\":{}", "[".repeat(LEVELS))).contains("JSON"));
}

#[test]
fn half_a_surrogate_pair_is_refused_where_it_is_read() {
    let with = |text: &str| full().to_string().replace("CORNER CAFE", text);
    assert_eq!(listed(&refused(with("\\ud800"))), ["Invalid /data/customers/0/transactions/0/description"]);
    assert_eq!(listed(&refused(with("\\udc00\\ud800"))), ["Invalid /data/customers/0/transactions/0/description"]);
    let whole = parse(with("caf\\u00e9 \\ud83d\\ude00").as_bytes(), &context()).expect("a pair is a character");
    assert_eq!(&*whole.customers[0].transactions[0].description, "café 😀");
    let odd_name = least().to_string().replacen("{\"data\"", "{\"\\ud800\":1,\"data\"", 1);
    assert!(detail(odd_name).contains("JSON"));
    // A container of the wrong type that no text or number can hold.
    for value in ["\"\\ud800\"", "1e999"] {
        assert!(detail(format!("{{\"meta\":{value},\"data\":{{}}}}")).contains("JSON"));
    }
}

#[test]
fn names_may_be_escaped() {
    let payload = least().to_string().replace("\"accountId\"", "\"account\\u0049d\"").replace("\"data\"", "\"d\\u0061ta\"");
    assert!(parse(payload.as_bytes(), &context()).is_ok());
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let text = full().to_string();
    let repeated = |from: &str, to: &str| {
        let body = text.replacen(from, to, 1);
        assert_ne!(body, text, "{from}");
        listed(&refused(body))
    };
    let row = "/data/customers/0/transactions/0";
    assert_eq!(repeated("\"amount\":\"-4.50\"", "\"amount\":\"-4.50\",\"amount\":\"-9.50\""), [format!("Invalid {row}/amount")]);
    assert_eq!(
        repeated("\"amount\":\"-4.50\"", "\"amount\":null,\"amount\":\"-9.50\""),
        [format!("Invalid {row}/amount"), format!("Missing {row}/amount"),]
    );
    assert_eq!(repeated("\"amount\":\"-4.50\"", "\"amount\":\"-4.50\",\"\\u0061mount\":\"-4.50\""), [format!("Invalid {row}/amount")]);
    assert_eq!(repeated("\"balances\":", "\"balances\":[],\"balances\":"), ["Invalid /data/customers/0/balances"]);
    assert_eq!(repeated("\"balances\":", "\"balances\":null,\"balances\":"), ["Invalid /data/customers/0/balances"]);
    assert_eq!(repeated("\"customers\":", "\"customers\":[],\"customers\":"), ["Invalid /data/customers"]);
    assert_eq!(repeated("{\"data\":", "{\"meta\":{},\"data\":"), ["Invalid /meta"]);
    assert_eq!(repeated("{\"data\":", "{\"data\":null,\"data\":"), ["Missing /data", "Invalid /data"]);
    assert_eq!(repeated("\"payer\":", "\"payer\":\"x\",\"payer\":"), ["Invalid /data/customers/0/transactions/1/extendedData/payer"]);
    let unknown = text.replacen("\"amount\":\"-4.50\"", "\"amount\":\"-4.50\",\"x\":1,\"x\":2", 1);
    assert!(parse(unknown.as_bytes(), &context()).is_ok(), "unknown members are passed over, however often");
}

#[test]
fn a_body_of_empty_elements_costs_violations_and_no_more() {
    let rows = vec!["{}"; 300_000].join(",");
    let rejection = refused(format!("{{\"meta\":{{}},\"data\":{{\"transactions\":[{rows}]}}}}"));
    assert_eq!((rejection.violations.len(), rejection.total), (100, 1_200_000));
    let rows = vec!["0"; 300_000].join(",");
    let rejection = refused(format!("{{\"meta\":{{}},\"data\":{{\"customers\":[{rows}]}}}}"));
    assert_eq!((rejection.violations.len(), rejection.total), (100, 300_000));
    assert_eq!(rejection.violations[99].pointer, "/data/customers/99");
}

#[test]
fn unknown_members_are_passed_over_everywhere() {
    let mut payload = full();
    for parent in ["", "/meta", "/data", "/data/customers/0", "/data/customers/0/accounts/0", "/data/customers/0/transactions/0"] {
        put(&mut payload, &format!("{parent}/EXB-extra"), serde_json::json!({ "a": [1, { "b": null }] }));
    }
    assert_eq!(violations(&payload), Vec::<String>::new());
    assert_eq!(accepted(&payload).warnings, []);
}
