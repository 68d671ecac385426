use cdr_insights::analysis::label::{label, narrative::Narrative};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::money::Cents;
use cdr_insights::submission::*;
use std::io::BufRead;
fn main() {
    let t = std::time::Instant::now();
    let rules = Ruleset::embedded();
    eprintln!("built in {:?}, {} rules", t.elapsed(), rules.rule_count());
    let account = Account {
        account_id: "a".into(),
        display_name: None,
        nickname: None,
        product_name: None,
        is_open: true,
        is_owned: true,
        ownership: Ownership::Unknown,
        masked_number: None,
        product_category: ProductCategory::TransAndSavingsAccounts,
        bsb: None,
        account_number: None,
        institution_name: None,
        cdr_arrangement_id: None,
        data_from: None,
        data_to: None,
        credit_card: None,
        loan: None,
        lending_rate_millionths: None,
    };
    let mut rows = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.split('\t');
        let sign = cells.next().unwrap();
        let text = cells.next().unwrap();
        let want = cells.next().unwrap_or("");
        let n = Narrative::new(text, &rules);
        let row = Transaction {
            account: 0,
            transaction_id: None,
            status: Status::Posted,
            kind: TransactionType::Other,
            description: text.into(),
            reference: None,
            posted: None,
            executed: None,
            value: None,
            amount: Cents::new(if sign == "+" { 1000 } else { -1000 }),
            currency: Currency::AUD,
            merchant_name: None,
            merchant_category_code: None,
            biller_code: None,
            biller_name: None,
            crn: None,
            apca_number: None,
            instalment_plan_id: None,
            extended: None,
        };
        let v = label(&row, &account, &n, &rules);
        let code = rules.code(v.category);
        let mark = if want.is_empty() {
            ' '
        } else if want == code {
            '.'
        } else {
            'X'
        };
        println!(
            "{mark} {sign} {code} {} {:?} {} [{}] <{}> {:?} {:?} | {text} {}",
            v.confidence,
            v.layer,
            v.rule,
            v.matched,
            n.text,
            n.channel,
            n.intermediary,
            if mark == 'X' { want } else { "" }
        );
        rows.push((row, n));
    }
    if std::env::args().any(|a| a == "bench") {
        let t = std::time::Instant::now();
        let mut k = 0;
        for _ in 0..2000 {
            for (r, _) in &rows {
                k += Narrative::new(&r.description, &rules).text.len();
            }
        }
        let n = 2000 * rows.len();
        eprintln!("narrative {:?} each ({k})", t.elapsed() / n as u32);
        let t = std::time::Instant::now();
        for _ in 0..2000 {
            for (r, n) in &rows {
                k += label(r, &account, n, &rules).confidence as usize;
            }
        }
        eprintln!("label {:?} each ({k})", t.elapsed() / n as u32);
    }
}
