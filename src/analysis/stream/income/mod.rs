//! Which streams of credits are income, and of which kind.
//!
//! What rows say by themselves comes first: benefits, funds, platforms, payroll words. What they do not say is told from the rhythm and
//! the payer, with an honest confidence. Money that only looks like income is refused here: shared rent, own names, allowances of
//! budgeting services, friends.

mod joined;
mod names;
mod parts;
mod payer;
mod rhythm;
mod wording;

use jiff::civil::Date;

use super::attribution::{OwnName, People};
use super::{Cadence, Finder, Stream};
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::{Category, Kind, Known, Nature};
use parts::Class;
use wording::Wording;

/// A labelled row is believed to be income from here on.
const SAID: u16 = 500;
/// A stream without a rhythm is a little less sure than its rows.
const WITHOUT_RHYTHM: u16 = 30;
/// Confidence of the kind of a benefit that a cut word tells.
const CUT: u16 = 900;
/// Confidence of expenses that are given back beside words of pay.
const GIVEN_BACK: u16 = 850;
/// Confidence of a payer of an applicant's own name.
const OWN: u16 = 850;
/// Rows that make a stream of labelled income; a lone credit is an event.
const FEWEST: usize = 2;
/// Pays from which their amounts can be said to hold or not; thousandths of them that may be out of line; of invoices, and what
/// their median deviation may be.
const FEW_TO_VARY: usize = 6;
const PAYS_ASTRAY: usize = 250;
const RECEIPTS_ASTRAY: usize = 150;
const RECEIPTS_SPREAD: i128 = 50;
/// Rows of rent paid out from which a household rents its home.
const RENTS: usize = 2;

/// What recognising looks at.
struct Look<'l, 'f, 'a> {
    finder: &'l Finder<'f, 'a>,
    people: People,
    wording: Wording,
    known: &'l Known,
    /// The household pays rent: what comes in as rent from a person is a share of it.
    pays_rent: bool,
}

/// What a group of credits is.
#[derive(Clone, Debug)]
struct Judged {
    stream: Stream,
    category: Category,
    kind: Judgement,
    confidence: u16,
    /// The rule in code that says so, where the rows do not say it themselves.
    rule: Option<&'static str>,
}

/// How far it is income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    Income,
    /// Nothing says what it is.
    Open,
    /// It is something else.
    Never,
}

/// Says of each candidate whether it is income. Groups of several kinds are parted, groups that go on are joined.
pub(super) fn recognise(finder: &Finder<'_, '_>, candidates: Vec<Stream>, verdicts: &mut [Verdict]) -> Vec<Stream> {
    let known = finder.ruleset.known();
    let rent_rows =
        finder.ledger.rows.iter().zip(&*verdicts).filter(|(row, verdict)| row.amount.is_negative() && verdict.category == known.rent);
    let pays_rent = rent_rows.take(RENTS).count() == RENTS;
    let wording = Wording::of(finder, &candidates);
    let look = Look { finder, people: People::of(finder.ledger), wording, known, pays_rent };
    let parts: Vec<(Class, Stream)> = candidates.into_iter().flat_map(|stream| parts::part(&look, stream, verdicts)).collect();
    let mut judged: Vec<Judged> = parts.into_iter().map(|(class, stream)| look.judge(class, stream, verdicts)).collect();
    names::namesakes(&look, &mut judged, verdicts);
    joined::business(&look, &mut judged, verdicts);
    joined::dividends(&look, &mut judged, verdicts);
    joined::continuing(&look, &mut judged, verdicts);
    for group in judged.iter_mut().filter(|group| group.kind == Judgement::Open) {
        rhythm::judge(&look, group, verdicts);
    }
    joined::continuing(&look, &mut judged, verdicts);
    for group in &mut judged {
        look.loosen(group, verdicts);
    }
    let mut streams: Vec<Stream> = judged.into_iter().map(|group| look.finish(group, verdicts)).collect();
    // A guessed refund that is no pay is a refund.
    streams.retain(|stream| stream.is_income || finder.ruleset.nature(stream.category) != Nature::Never);
    streams
}

impl Look<'_, '_, '_> {
    /// What a group is by what its rows say.
    fn judge(&self, class: Class, stream: Stream, verdicts: &[Verdict]) -> Judged {
        let kind = class.judgement();
        let said = |row: &&usize| parts::class(**row, verdicts, self) == class;
        let confidence = middle(stream.rows.iter().filter(said).map(|&row| verdicts[row].confidence).collect());
        let own = verdicts[stream.rows[0]].category;
        let mut group = match class {
            Class::Never(category) if category != own => {
                let rule = if category == self.known.reversal { "stream:returned" } else { "stream:reimbursement" };
                Judged { category, kind, confidence: GIVEN_BACK, rule: Some(rule), stream }
            }
            Class::Income(category) => {
                let differs = stream.rows.iter().any(|&row| verdicts[row].category != category);
                Judged { category, kind, confidence, rule: differs.then_some("stream:same-payer"), stream }
            }
            Class::Never(category) => Judged { category, kind, confidence, rule: None, stream },
            Class::Open => Judged { category: own, kind, confidence, rule: None, stream },
        };
        if kind == Judgement::Income {
            self.doubt(&mut group, verdicts);
        }
        group
    }

    /// Income that reads like it and is not, or is another kind of it.
    fn doubt(&self, group: &mut Judged, verdicts: &[Verdict]) {
        let known = self.known;
        let turned = if group.category == known.gov_other {
            payer::kind_of_cut_benefit(self, &group.stream).map(|category| (category, Judgement::Income, CUT, "stream:cut-benefit"))
        } else if group.category == known.rental_income {
            (self.pays_rent && payer::is_transfer(self, &group.stream) && payer::is_person(self, &group.stream, verdicts)).then_some((
                known.transfer_in,
                Judgement::Never,
                800,
                "stream:shared-rent",
            ))
        } else {
            self.own(group, verdicts)
        };
        if let Some((category, kind, confidence, rule)) = turned {
            (group.category, group.kind, group.confidence, group.rule) = (category, kind, confidence, Some(rule));
        }
    }

    /// What income is that comes from a payer of an applicant's own name.
    fn own(&self, group: &Judged, verdicts: &[Verdict]) -> Option<(Category, Judgement, u16, &'static str)> {
        let known = self.known;
        let may_be_own = [known.salary, known.business_income, known.other_income, known.trust_distribution];
        let first = group.stream.rows[0];
        if (group.kind == Judgement::Income && !may_be_own.contains(&group.category)) || verdicts[first].merchant.is_some() {
            return None;
        }
        let company = Some((known.business_income, Judgement::Income, OWN, "stream:own-company"));
        match self.people.own_name(&self.finder.narratives[first].folded, self.finder.ruleset)? {
            OwnName::Company => company,
            // Who runs the company rounds what it pays; a payroll pays in cents.
            OwnName::Namesake => company.filter(|_| payer::pays_round(self, &group.stream)),
            OwnName::Trust => Some((known.trust_distribution, Judgement::Income, OWN, "stream:own-trust")),
            OwnName::Person => {
                payer::is_transfer(self, &group.stream).then_some((known.own_account_elsewhere, Judgement::Never, 800, "stream:own-name"))
            }
        }
    }

    /// Takes the rhythm from pay whose amounts do not hold: however regular its days, what it brings is its lowest mean.
    fn loosen(&self, group: &mut Judged, verdicts: &[Verdict]) {
        let stream = &group.stream;
        let may_vary = self.finder.ruleset.nature(group.category) == Nature::Pay;
        if group.kind != Judgement::Income || !may_vary || stream.cadence == Cadence::Irregular || stream.rows.len() < FEW_TO_VARY {
            return;
        }
        let is_receipt = group.category == self.known.business_income && group.rule != Some("stream:own-company");
        let most = if is_receipt { RECEIPTS_ASTRAY } else { PAYS_ASTRAY };
        let spread = payer::spread(self, stream);
        if (stream.outliers.len() * 1_000 > stream.rows.len() * most || (is_receipt && spread > RECEIPTS_SPREAD))
            && let Some(loose) = self.finder.without_rhythm(stream, verdicts)
        {
            group.stream = loose;
        }
    }

    /// The stream, with all that was found written into it and into the labels of its rows.
    fn finish(&self, group: Judged, verdicts: &mut [Verdict]) -> Stream {
        let Judged { mut stream, category, kind, confidence, rule } = group;
        stream.category = category;
        let has_rows = stream.rows.len() >= FEWEST;
        stream.is_income = kind == Judgement::Income && self.finder.ruleset.kind(category) == Kind::Income && has_rows;
        let doubt = if stream.cadence == Cadence::Irregular { WITHOUT_RHYTHM } else { 0 };
        stream.confidence = confidence.saturating_sub(doubt);
        stream.attribution = self.people.whose(&stream, self.finder.ledger, self.finder.narratives, self.finder.ruleset).attribution;
        if let Some(rule) = rule {
            for &row in &stream.rows {
                let verdict = &mut verdicts[row];
                if verdict.category != category {
                    let merchant = verdict.merchant.take();
                    let (rule, matched) = (rule.into(), (&*stream.party).into());
                    *verdict = Verdict { category, confidence, layer: Layer::Stream, rule, matched, merchant };
                }
            }
        }
        stream
    }

    /// The words that name the payer of a group.
    fn name(&self, stream: &Stream) -> Vec<String> {
        self.wording.name(self.finder, stream)
    }

    fn day(&self, row: usize) -> Option<Date> {
        self.finder.ledger.rows[row].day
    }
}

/// The middle one, the upper of two; 0 of none.
fn middle(mut values: Vec<u16>) -> u16 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
