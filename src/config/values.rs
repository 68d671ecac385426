//! Texts of settings turned into values; what is wrong is said in one line.

use std::net::SocketAddr;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Algorithms;

pub(super) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080 or 0.0.0.0:8080".to_owned())
}

pub(super) fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: usize = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" | "k" => 1 << 10,
        "mib" | "m" => 1 << 20,
        "gib" | "g" => 1 << 30,
        _ => return Err("write a number of bytes, or KiB, MiB, GiB".to_owned()),
    };
    let size = usize::from_str(digits.trim())
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or("write a number of bytes, or KiB, MiB, GiB")?;
    if (1 << 10..=4 << 30).contains(&size) { Ok(size) } else { Err("must be between 1KiB and 4GiB".to_owned()) }
}

pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let span: jiff::Span = text.parse().map_err(|_| "write a duration such as 30d, 12h or P30D".to_owned())?;
    let duration =
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| "use days, hours, minutes and seconds".to_owned())?;
    if duration < SignedDuration::from_mins(1) || duration > SignedDuration::from_hours(24 * 366 * 10) {
        return Err("must be between one minute and ten years".to_owned());
    }
    Ok(duration)
}

pub(super) fn parse_time_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "write an IANA name such as Australia/Perth".to_owned())
}

pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD".to_owned())
}

pub(super) fn parse_algorithms(text: &str) -> Result<Algorithms, String> {
    use jsonwebtoken::Algorithm;
    let mut algorithms = Vec::new();
    for name in text.split([' ', ',']).filter(|name| !name.is_empty()) {
        let algorithm = match name {
            "PS256" => Algorithm::PS256,
            "ES256" => Algorithm::ES256,
            "EdDSA" => Algorithm::EdDSA,
            "RS256" => Algorithm::RS256,
            _ => return Err("choose among PS256, ES256, EdDSA and RS256".to_owned()),
        };
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }
    if algorithms.is_empty() { Err("name at least one algorithm".to_owned()) } else { Ok(Algorithms(algorithms)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_durations_and_algorithms_are_read() {
        assert_eq!(parse_size("64MiB"), Ok(64 << 20));
        assert_eq!(parse_size("2048"), Ok(2048));
        for wrong in ["", "MiB", "12 parsecs", "1", "99999999999GiB", "-5"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_duration("30d"), Ok(SignedDuration::from_hours(720)));
        assert_eq!(parse_duration("P1DT12H"), Ok(SignedDuration::from_hours(36)));
        for wrong in ["", "soon", "0s", "-3d", "2mo"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_algorithms("ES256, RS256 ES256").map(|algorithms| algorithms.0.len()), Ok(2));
        assert!(parse_algorithms("HS256").is_err());
        assert!(parse_algorithms("none").is_err());
    }
}
