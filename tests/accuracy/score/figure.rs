//! A figure, the bar that it is held to, and how it is printed.

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
    /// Shown beside the others.
    Shown,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) bar: Bar,
    /// `None`: the block is not built, or there was nothing to count.
    pub(crate) value: Option<f64>,
    /// How many were counted.
    pub(crate) of: u64,
}

/// Figures that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) built: bool,
    pub(crate) figures: Vec<Figure>,
}

impl Section {
    pub(crate) fn new(title: &'static str, built: bool, figures: Vec<Figure>) -> Self {
        Self { title, built, figures }
    }
}

impl Figure {
    /// A share of counts.
    pub(crate) fn share(name: impl Into<String>, bar: Bar, part: u64, of: u64) -> Self {
        Self { name: name.into(), bar, value: ratio(part, of), of }
    }

    /// A figure that is no share.
    pub(crate) fn value(name: impl Into<String>, bar: Bar, value: Option<f64>, of: u64) -> Self {
        Self { name: name.into(), bar, value, of }
    }

    /// Whether it holds its bar; `None` where it has none, or no value.
    pub(crate) fn holds(&self) -> Option<bool> {
        let value = self.value?;
        match self.bar {
            Bar::AtLeast(bar) => Some(value >= bar),
            Bar::AtMost(bar) => Some(value <= bar),
            Bar::Shown => None,
        }
    }

    /// `name | bar | value | of | holds`.
    pub(crate) fn line(&self, built: bool) -> String {
        let bar = match self.bar {
            Bar::AtLeast(bar) => format!("≥ {bar:.3}"),
            Bar::AtMost(bar) => format!("≤ {bar:.3}"),
            Bar::Shown => "—".to_owned(),
        };
        let value = match (built, self.value) {
            (false, _) => "not built".to_owned(),
            (true, None) => "nothing to count".to_owned(),
            (true, Some(value)) => format!("{value:.4}"),
        };
        let verdict = match self.holds().filter(|_| built) {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => "",
        };
        format!("| {} | {bar} | {value} | {} | {verdict} |", self.name, self.of)
    }
}

/// A share; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52, printed with four decimals")]
pub(crate) fn ratio(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Harmonic mean of precision and recall.
pub(crate) fn f1(right: u64, predicted: u64, truth: u64) -> Option<f64> {
    ratio(2 * right, predicted + truth)
}

/// The same of two shares.
pub(crate) fn harmonic(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let (precision, recall) = (precision?, recall?);
    Some(if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 })
}

/// The value below which so many hundredths lie (nearest rank).
pub(crate) fn percentile(values: &[f64], hundredths: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}
