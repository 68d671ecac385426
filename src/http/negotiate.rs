//! What the caller takes: media types, codings, preferences, validators. Pure; what cannot be read is as if it were not there.

use axum::http::HeaderMap;
use axum::http::header::{self, HeaderName};

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    /// Its name in `Content-Encoding`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// How a request's body is compressed. `None` for what is unknown or stacked.
    pub(super) fn of_body(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(value) = values.next() else { return Some(Self::Identity) };
        if values.next().is_some() {
            return None;
        }
        let name = value.to_str().ok()?.trim();
        [Self::Identity, Self::Gzip, Self::Zstd].into_iter().find(|coding| coding.name().eq_ignore_ascii_case(name))
    }

    /// How an answer is best compressed: the highest weight wins, then zstd before gzip before nothing.
    pub(super) fn of_answer(headers: &HeaderMap) -> Self {
        let offers = weighted(headers, &header::ACCEPT_ENCODING);
        let weight = |coding: Self| {
            let of = |name: &str| offers.iter().find(|(offer, _)| offer == name).map(|&(_, weight)| weight);
            // Nobody has to name identity to get it, and whoever names nothing gets it.
            let unnamed = u16::from(coding == Self::Identity);
            of(coding.name()).or_else(|| of("*")).unwrap_or(unnamed)
        };
        let best = [Self::Zstd, Self::Gzip].into_iter().rev().max_by_key(|&coding| weight(coding)).expect("there are two");
        if weight(best) > 0 && weight(best) >= weight(Self::Identity) { best } else { Self::Identity }
    }
}

/// Whether `application/json` may be sent.
pub(super) fn takes_json(headers: &HeaderMap) -> bool {
    let mut has_accept = false;
    for value in headers.get_all(header::ACCEPT) {
        has_accept |= !value.as_bytes().trim_ascii().is_empty();
    }
    let offers = weighted(headers, &header::ACCEPT);
    // The most specific range decides, whatever the others weigh.
    let weight = ["application/json", "application/*", "*/*"]
        .into_iter()
        .find_map(|range| offers.iter().filter(|(offer, _)| offer == range).map(|&(_, weight)| weight).max());
    !has_accept || weight.is_some_and(|weight| weight > 0)
}

/// Whether the body says that it is JSON; parameters do not matter.
pub(super) fn sends_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// The members of a list of weighted choices, in lower case and without other parameters, with their weight in thousandths.
fn weighted(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, u16)> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(member).collect()
}

fn member(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let choice = parts.next().filter(|choice| !choice.is_empty())?.to_ascii_lowercase();
    let mut weight = 1000;
    for part in parts {
        if let Some((name, value)) = part.split_once('=')
            && name.trim().eq_ignore_ascii_case("q")
        {
            weight = thousandths(value.trim())?;
        }
    }
    Some((choice, weight))
}

/// A weight of RFC 9110: `0` or `1` with at most three decimals, 1 being the most.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weight: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (weight <= 1000).then_some(weight)
}

/// Longest time that a request is held, in seconds.
const MAX_WAIT: u64 = 30;

/// `Prefer: wait=N` in seconds, at most 30 (RFC 7240). The first `wait` counts; one that cannot be read is ignored.
pub(super) fn wait(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = lines.flat_map(|line| line.split(',')).filter_map(|preference| {
        let (name, value) = preference.split(';').next().unwrap_or_default().split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim())
    });
    let value = preferences.next()?;
    let digits = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(MAX_WAIT).min(MAX_WAIT))
}

/// Whether `If-None-Match` names this entity tag (given with its quotes), compared weakly as RFC 9110 wants it.
pub(super) fn holds(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn json_is_refused_only_where_accept_rules_it_out() {
        for (lines, expected) in [
            (&[][..], true),
            (&[""], true),
            (&["application/json"], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["text/html, application/*;q=0.1"], true),
            (&["text/html", "*/*;q=0.001"], true),
            (&["application/json;q=0, */*"], false),
            (&["application/*;q=0, */*"], false),
            (&["*/*;q=0"], false),
            (&["text/html"], false),
            (&["application/jsonx"], false),
            (&["application/json;q=2"], false),
            (&["application/json;q=0.0000"], false),
            (&["garbage"], false),
            (&["application/json;q=1.000"], true),
            (&["application/json ; q=0.5 , text/html"], true),
        ] {
            assert_eq!(takes_json(&headers(&header::ACCEPT, lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_best_coding_is_chosen_by_weight() {
        for (lines, expected) in [
            (&[][..], Coding::Identity),
            (&["gzip"], Coding::Gzip),
            (&["GZIP, zstd"], Coding::Zstd),
            (&["gzip;q=1, zstd;q=0.5"], Coding::Gzip),
            (&["gzip, deflate, br"], Coding::Gzip),
            (&["*"], Coding::Zstd),
            (&["*;q=0.5, zstd;q=0"], Coding::Gzip),
            (&["identity, gzip;q=0.5"], Coding::Identity),
            (&["identity;q=0.5, gzip;q=0.5"], Coding::Gzip),
            (&["gzip;q=0"], Coding::Identity),
            (&["identity;q=0"], Coding::Identity),
            (&["br"], Coding::Identity),
            (&["gzip;q=0.001"], Coding::Gzip),
        ] {
            assert_eq!(Coding::of_answer(&headers(&header::ACCEPT_ENCODING, lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_body_has_one_known_coding() {
        for (lines, expected) in [
            (&[][..], Some(Coding::Identity)),
            (&["identity"], Some(Coding::Identity)),
            (&["GZip"], Some(Coding::Gzip)),
            (&["zstd"], Some(Coding::Zstd)),
            (&["br"], None),
            (&["gzip, gzip"], None),
            (&["gzip", "zstd"], None),
            (&[""], None),
        ] {
            assert_eq!(Coding::of_body(&headers(&header::CONTENT_ENCODING, lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_preference_to_wait_is_read_capped_or_ignored() {
        for (lines, expected) in [
            (&[][..], None),
            (&["wait=5"], Some(5)),
            (&["respond-async, wait=10"], Some(10)),
            (&["respond-async", "Wait = \"7\"; foo=bar"], Some(7)),
            (&["wait=31"], Some(30)),
            (&["wait=99999999999999999999999"], Some(30)),
            (&["wait=0"], Some(0)),
            (&["wait=-1"], None),
            (&["wait=1.5"], None),
            (&["wait"], None),
            (&["wait="], None),
            (&["wait=soon, wait=5"], None),
            (&["waiting=5"], None),
        ] {
            assert_eq!(wait(&headers(&HeaderName::from_static("prefer"), lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn an_entity_tag_is_found_in_a_list() {
        for (lines, expected) in [
            (&[][..], false),
            (&["\"a\""], true),
            (&["W/\"a\""], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["\"b\""], false),
            (&["a"], false),
        ] {
            assert_eq!(holds(&headers(&header::IF_NONE_MATCH, lines), "\"a\""), expected, "{lines:?}");
        }
    }
}
