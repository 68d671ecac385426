//! Payment facilitators: companies that stand before a merchant's name and decide nothing about it.

/// A facilitator that the words begin with, and how many words it takes. `has_star` says whether an asterisk follows a word: without
/// one, short marks such as `SP` are ordinary words.
pub(super) fn facilitator<'a>(mut words: impl Iterator<Item = (&'a str, bool)>) -> Option<(&'static str, usize)> {
    let (first, has_star) = words.next()?;
    let (name, needs_star) = match first {
        "SQ" | "SQU" | "SQUARE" => ("SQUARE", true),
        "PAYPAL" | "PP" | "PYPL" => ("PAYPAL", true),
        "ZLR" | "ZELLER" => ("ZELLER", true),
        "SP" => ("SHOPIFY", false),
        "SHOPIFY" => ("SHOPIFY", true),
        "LS" => ("LIGHTSPEED", false),
        "LIGHTSPEED" => ("LIGHTSPEED", true),
        "EZI" => ("EZIDEBIT", true),
        "EZIDEBIT" | "EZYPAY" | "PAYRIX" | "INTEGRAPAY" | "DEBITSUCCESS" | "PAYSMART" => return with_rest(first, words),
        "TYRO" => ("TYRO", false),
        "STRIPE" | "STR" => ("STRIPE", true),
        "SMP" | "SUMUP" => ("SUMUP", true),
        "TST" | "TOAST" => ("TOAST", true),
        "IN" => ("INTUIT", true),
        "EB" => ("EVENTBRITE", true),
        "FS" => ("FASTSPRING", true),
        "PADDLE" => ("PADDLE", true),
        "WPY" => ("WPAY", true),
        "DEFT" => ("DEFT", false),
        "GLOBALPAYMENTS" | "GPN" => ("GLOBAL PAYMENTS", true),
        "WINDCAVE" => ("WINDCAVE", true),
        "NAYAX" => ("NAYAX", false),
        "MYPOS" => ("MYPOS", true),
        "DLO" => ("DLOCAL", true),
        "CKO" => ("CHECKOUT", true),
        "ADY" | "ADYEN" => ("ADYEN", true),
        "GOCARDLESS" => ("GOCARDLESS", false),
        "FATZEBRA" => ("FAT ZEBRA", true),
        "PINPAYMENTS" | "PIN" => ("PIN PAYMENTS", true),
        _ => return None,
    };
    if needs_star && !has_star {
        return None;
    }
    words.next().map(|_| (name, 1))
}

/// Collectors of direct debits print their own name and `AUSTRALIA` or `PTY LTD` before the business they collect for.
fn with_rest<'a>(first: &str, words: impl Iterator<Item = (&'a str, bool)>) -> Option<(&'static str, usize)> {
    let name = match first {
        "EZIDEBIT" => "EZIDEBIT",
        "EZYPAY" => "EZYPAY",
        "PAYRIX" => "PAYRIX",
        "INTEGRAPAY" => "INTEGRAPAY",
        "DEBITSUCCESS" => "DEBITSUCCESS",
        _ => "PAYSMART",
    };
    let mut count = 1;
    for (word, _) in words {
        match word {
            "AUSTRALIA" | "AUST" | "AU" | "PTY" | "LTD" => count += 1,
            _ => return Some((name, count)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        for (words, star, expected) in [
            ("SQ BAKERY", true, Some(("SQUARE", 1))),
            ("SQ BAKERY", false, None),
            ("SP BOOKS", false, Some(("SHOPIFY", 1))),
            ("PAYPAL", true, None),
            ("PAYPAL AUSTRALIA", false, None),
            ("EZIDEBIT PTY LTD GYM", false, Some(("EZIDEBIT", 3))),
            ("EZIDEBIT PTY LTD", false, None),
        ] {
            let pairs = words.split(' ').enumerate().map(|(index, word)| (word, star && index == 0));
            assert_eq!(facilitator(pairs), expected, "{words}");
        }
    }
}
