//! Small synthetic payloads.

use std::fmt::Write as _;

/// One customer, one account and so many rows; `seed` makes it differ from others.
pub(crate) fn household(seed: usize, rows: usize) -> String {
    let mut transactions = String::new();
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        let (month, day) = (row / 28 % 12 + 1, row % 28 + 1);
        let (amount, description) = match row % 4 {
            0 => (format!("{}.00", 2000 + seed % 100), "ACME PTY LTD SALARY"),
            1 => (format!("-{}.{:02}", 20 + row % 80, seed % 100), "WOOLWORTHS 1234 SYDNEY NSW AUS"),
            2 => (format!("-{}.50", 30 + row % 50), "VISA DEBIT PURCHASE CARD 1234 BP NORTHSIDE"),
            _ => (format!("-{}.90", 5 + row % 9), "SQ *CORNER BAKERY PERTH"),
        };
        write!(
            transactions,
            r#"{comma}{{"accountId":"a1","transactionId":"t{row}","isDetailAvailable":false,"type":"OTHER","status":"POSTED","description":"{description}","postingDateTime":"2026-{month:02}-{day:02}T02:00:00Z","amount":"{amount}","currency":"AUD","reference":""}}"#
        )
        .expect("a String takes it");
    }
    format!(
        r#"{{"meta":{{"clientReference":"ref-{seed}","asOf":"2026-12-31"}},"data":{{"customers":[{{"customerId":"c{seed}","name":"Sample Person","accounts":[{{"accountId":"a1","displayName":"Everyday","openStatus":"OPEN","isOwned":true,"accountOwnership":"ONE_PARTY","maskedNumber":"xxxx xxxx 1234","productCategory":"TRANS_AND_SAVINGS_ACCOUNTS","productName":"Everyday"}}],"balances":[{{"accountId":"a1","currentBalance":"100.00","availableBalance":"100.00"}}],"transactions":[{transactions}]}}]}}}}"#
    )
}
