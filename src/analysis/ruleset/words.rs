//! Text as the rules see it: upper-case ASCII words. Rule files and narratives go through the same two functions, so that
//! `McDonald's` in a file meets `MCDONALDS` in a narrative.

use std::borrow::Cow;

/// Bytes of one text that are read. Banks print at most a few hundred characters; what sends more does not want to be read, and what
/// words say of each other grows with the square of their number.
const MOST_READ: usize = 600;

/// The beginning of a text that is read: nearly always all of it.
#[must_use]
pub(crate) fn readable(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_READ)]
}

/// Upper-case ASCII with single spaces: accents fall off, apostrophes vanish, other foreign letters part words.
#[must_use]
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return fold_ascii(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars() {
        let mut own = [0; 4];
        let letters: &str = match character {
            '\'' | '`' | '´' | '‘' | '’' | 'ʼ' => continue,
            '!'..='~' => character.to_ascii_uppercase().encode_utf8(&mut own),
            '‐'..='―' => "-",
            _ => plain_letters(character).unwrap_or(""),
        };
        if letters.is_empty() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(letters);
    }
    out
}

/// The same for what nearly every description is.
fn fold_ascii(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut gap = false;
    for &byte in text.as_bytes() {
        match byte {
            b'\'' | b'`' => {}
            b'!'..=b'~' => {
                if std::mem::take(&mut gap) && !bytes.is_empty() {
                    bytes.push(b' ');
                }
                bytes.push(byte.to_ascii_uppercase());
            }
            _ => gap = true,
        }
    }
    String::from_utf8(bytes).expect("only printable ASCII was kept")
}

/// The plain letters of an accented one, for the alphabets of Latin-1 and Latin Extended-A.
fn plain_letters(character: char) -> Option<&'static str> {
    Some(match character {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "A",
        'Æ' | 'æ' => "AE",
        'Ç' | 'ç' | 'Ć'..='č' => "C",
        'Ð' | 'ð' | 'Ď'..='đ' => "D",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "E",
        'Ĝ'..='ģ' => "G",
        'Ĥ'..='ħ' => "H",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "I",
        'Ĳ' | 'ĳ' => "IJ",
        'Ĵ' | 'ĵ' => "J",
        'Ķ'..='ĸ' => "K",
        'Ĺ'..='ł' => "L",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "N",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "O",
        'Œ' | 'œ' => "OE",
        'Ŕ'..='ř' => "R",
        'Ś'..='š' | 'ſ' => "S",
        'ß' => "SS",
        'Ţ'..='ŧ' => "T",
        'Þ' | 'þ' => "TH",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "U",
        'Ŵ' | 'ŵ' => "W",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "Y",
        'Ź'..='ž' => "Z",
        _ => return None,
    })
}

/// Banks write `&` as `&`, as AND or not at all: as a word it says nothing.
pub(crate) const SILENT: &str = "AND";

/// The words of a folded text: runs of letters and digits but [`SILENT`].
pub(crate) fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|mark: char| !mark.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && *word != SILENT)
}

/// The words of any text with single spaces between them.
#[must_use]
pub(crate) fn canonical(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    for word in words(&folded) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The same with a space before and after, as the automaton searches it.
#[must_use]
pub(crate) fn padded(text: &str) -> Cow<'static, str> {
    let words = canonical(text);
    if words.is_empty() { Cow::Borrowed(" ") } else { Cow::Owned(format!(" {words} ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_long_text_is_read() {
        assert_eq!(readable("COLES"), "COLES");
        assert_eq!(readable(&"é".repeat(1_000)), "é".repeat(300));
    }

    #[test]
    fn folds() {
        for (text, folded, canon) in [
            ("  McDonald's \t 12 ", "MCDONALDS 12", "MCDONALDS 12"),
            ("Dôme Café", "DOME CAFE", "DOME CAFE"),
            ("H&M", "H&M", "H M"),
            ("Angus and Coote", "ANGUS AND COOTE", "ANGUS COOTE"),
            ("Bed Bath N’ Table", "BED BATH N TABLE", "BED BATH N TABLE"),
            ("7-Eleven", "7-ELEVEN", "7 ELEVEN"),
            ("Straße – Müller", "STRASSE - MULLER", "STRASSE MULLER"),
            ("やよい軒", "", ""),
            ("SQ *FOO.COM", "SQ *FOO.COM", "SQ FOO COM"),
        ] {
            assert_eq!(fold(text), folded);
            assert_eq!(canonical(text), canon);
        }
        assert_eq!(padded("Big W"), " BIG W ");
        assert_eq!(padded("…"), " ");
    }
}
