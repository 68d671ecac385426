//! The rules in code: what fields and channels say where no line of a file does. None of them is sure alone, and every field has a
//! twin in the text, because all fields are optional in practice.

use super::candidates::{Candidate, Candidates};
use super::evidence::Evidence;
use super::narrative::Channel;
use super::party::Party;
use super::{Layer, Verdict};
use crate::analysis::ruleset::{Category, Direction, Kind, Known, MccPrior, Ruleset, Source};
use crate::submission::TransactionType;

/// What a shop's name on a bank credit is worth as a refund.
const GUESSED_REFUND: u16 = 450;

/// Fees and interest by the row's type, or by the words that such rows begin with. A phrase that knows the kind of fee is better;
/// a merchant's name in a fee is only what the fee was for.
pub(super) fn fee_or_interest(evidence: &Evidence<'_>, candidates: &Candidates<'_>, ruleset: &Ruleset) -> Option<Verdict> {
    let known = ruleset.known();
    // A charge that speaks of a failure is for that failure, however a bank words it.
    let is_charge = evidence.row.kind == TransactionType::Fee
        || evidence.narrative.channel == Channel::Fee
        || [" FEE ", " CHARGE ", " CHG "].iter().any(|word| evidence.says(word));
    let knows_better = candidates.best().is_some_and(|best| best.rule.category != known.bank_fee);
    if evidence.narrative.failure && is_charge && !evidence.is_credit && !knows_better {
        return Some(Verdict::by_code(Layer::Structured, known.dishonour_fee, 950, "words:charge-for-failure", ""));
    }
    if candidates.phrase().is_some() {
        return None;
    }
    let says_interest = evidence.says(" INTEREST ") || evidence.says(" INT ");
    let by_type = |category, sure, rule| Some(Verdict::by_code(Layer::Structured, category, sure, rule, ""));
    match (evidence.row.kind, evidence.is_credit) {
        (TransactionType::Fee, false) => by_type(known.bank_fee, if candidates.best().is_some() { 850 } else { 940 }, "type:fee"),
        (TransactionType::Fee, true) => by_type(known.refund, 800, "type:fee-returned"),
        (TransactionType::InterestPaid, true) => {
            by_type(known.interest_income, if says_interest { 985 } else { 940 }, "type:interest-paid")
        }
        (TransactionType::InterestCharged, false) => {
            by_type(known.interest_charged, if says_interest { 985 } else { 940 }, "type:interest-charged")
        }
        // The sign is trusted, not the type.
        (TransactionType::InterestPaid, false) if says_interest => by_type(known.interest_charged, 850, "type:interest-against-sign"),
        (TransactionType::InterestCharged, true) if says_interest && !evidence.is_debt() => {
            by_type(known.interest_income, 850, "type:interest-against-sign")
        }
        _ => by_words(evidence, candidates, known),
    }
}

fn by_words(evidence: &Evidence<'_>, candidates: &Candidates<'_>, known: &Known) -> Option<Verdict> {
    if candidates.best().is_some() {
        return None;
    }
    let by_words = |category, sure, rule, matched| Some(Verdict::by_code(Layer::Phrase, category, sure, rule, matched));
    match (evidence.narrative.channel, evidence.is_credit) {
        (Channel::Interest, false) => by_words(known.interest_charged, 950, "words:interest", "INTEREST"),
        (Channel::Interest, true) if !evidence.is_debt() => by_words(known.interest_income, 950, "words:interest", "INTEREST"),
        (Channel::Fee, false) => by_words(known.bank_fee, 900, "words:fee", "FEE"),
        _ => None,
    }
}

/// Cash from a machine, whoever's shop it stands in.
pub(super) fn cash_machine(evidence: &Evidence<'_>, candidates: &Candidates<'_>, known: &Known) -> Option<Verdict> {
    let is_cash_code = matches!(evidence.row.merchant_category_code, Some(6010 | 6011));
    let is_machine = evidence.narrative.channel == Channel::Atm;
    if evidence.is_credit || !(is_machine || is_cash_code) || candidates.phrase().is_some() {
        return None;
    }
    let category = if evidence.is_card_account() { known.cash_advance } else { known.cash_withdrawal };
    Some(if is_machine {
        Verdict::by_code(Layer::Phrase, category, 980, "words:cash-machine", "ATM")
    } else {
        Verdict::by_code(Layer::MerchantCategoryCode, category, 960, "mcc:cash", "")
    })
}

/// A credit that reads like a failure gives back what had been taken, whoever had taken it. A phrase for credits knows better: what is given
/// back of a fee is a refund.
pub(super) fn failure(evidence: &Evidence<'_>, candidates: &Candidates<'_>, known: &Known) -> Option<Verdict> {
    let is_known = candidates.phrase().is_some_and(|phrase| phrase.rule.direction == Direction::In);
    (evidence.is_credit && evidence.narrative.failure && !is_known)
        .then(|| Verdict::by_code(Layer::Phrase, known.reversal, 950, "words:failure", &evidence.narrative.text))
}

/// The purpose code of a payment over the New Payments Platform.
pub(super) fn purpose(evidence: &Evidence<'_>, known: &Known) -> Option<Verdict> {
    let code = evidence.row.extended.as_deref()?.purpose_code.as_deref()?;
    let (category, confidence) = match (code, evidence.is_credit) {
        ("SALA" | "BONU" | "PAYR", true) => (known.salary, 960),
        ("PENS", true) => (known.superannuation_income, 650),
        ("PENS", false) => (known.super_contribution, 800),
        ("SSBE" | "BENE" | "GOVT", true) => (known.gov_other, 750),
        ("TAXS", true) => (known.tax_refund, 850),
        ("TAXS", false) => (known.tax_payment, 850),
        ("DIVI" | "DIVD", true) => (known.investment_income, 900),
        ("INTE", true) => (known.interest_income, 850),
        ("RENT", true) => (known.rental_income, 800),
        ("RENT", false) => (known.rent, 850),
        ("CHAR", false) => (known.donations, 850),
        ("LOAN", true) => (known.loan_proceeds, 750),
        ("LOAN", false) => (known.other_loan_repayment, 800),
        _ => return None,
    };
    Some(Verdict::by_code(Layer::Structured, category, confidence, &format!("purpose:{}", code.to_ascii_lowercase()), ""))
}

/// Money that reaches a debt and is not a refund from a shop.
pub(super) fn debt_payment(evidence: &Evidence<'_>, candidates: &Candidates<'_>, known: &Known) -> Option<Verdict> {
    let is_refund = evidence.is_card() || candidates.other_way().is_some() || evidence.says(" REFUND ");
    if !(evidence.is_debt() && evidence.is_credit) || is_refund {
        return None;
    }
    let says_payment = [" PAYMENT ", " REPAYMENT ", " BPAY ", " TRANSFER "].iter().any(|word| evidence.says(word));
    let confidence = if says_payment || evidence.is_transfer() || !evidence.is_card_account() { 900 } else { 650 };
    Some(Verdict::by_code(Layer::Structured, known.debt_payment_received, confidence, "account:credit-on-debt", ""))
}

/// Money from where it is usually spent: a refund, or what that kind of company pays out.
pub(super) fn money_back(other: &Candidate<'_>, evidence: &Evidence<'_>, ruleset: &Ruleset) -> Option<Verdict> {
    let known = ruleset.known();
    let (category, most) = counterpart(other.rule.category, evidence, ruleset);
    // A shop's name on a bank credit may be an employer's: pay, a dividend, a refund. Only a card or the word makes it a refund.
    let is_plain = evidence.is_card() || evidence.says(" REFUND ");
    // A friend who pays back a pizza names it.
    if category == known.refund && evidence.is_transfer() && !is_plain {
        return None;
    }
    let doubt = match evidence.narrative.channel {
        _ if category != known.refund || is_plain => most,
        Channel::Unknown => 800,
        // Below the threshold: the reader sees what it might be, and no expense is netted with a guess.
        _ => GUESSED_REFUND,
    };
    let layer = if other.rule.source == Source::Cue { Layer::Cue } else { Layer::Name };
    Some(Verdict {
        category,
        confidence: other.rule.confidence.min(doubt),
        layer,
        rule: format!("money-back:{}", other.rule.id).into(),
        matched: other.matched(evidence).into(),
        merchant: other.rule.merchant.clone(),
    })
}

/// What money in from the payee of a category is, and how sure that can be.
fn counterpart(category: Category, evidence: &Evidence<'_>, ruleset: &Ruleset) -> (Category, u16) {
    let known = ruleset.known();
    if evidence.is_card() && ruleset.kind(category) == Kind::Expense {
        return (known.refund, 940);
    }
    let pairs = [
        (known.general_insurance, known.insurance_claim, 750),
        (known.life_insurance, known.insurance_claim, 650),
        (known.health_insurance, known.medicare_rebate, 800),
        (known.gambling, known.gambling_winnings, 950),
        (known.lottery, known.gambling_winnings, 950),
        (known.sacc_repayment, known.sacc_proceeds, 900),
        (known.wage_advance_repayment, known.wage_advance_proceeds, 930),
        (known.personal_loan_repayment, known.loan_proceeds, 850),
        (known.vehicle_loan_repayment, known.loan_proceeds, 700),
        (known.mortgage_repayment, known.loan_proceeds, 650),
        (known.other_loan_repayment, known.loan_proceeds, 750),
        (known.crypto, known.investment_proceeds, 930),
        (known.investment_contribution, known.investment_proceeds, 850),
        (known.super_contribution, known.superannuation_income, 600),
        (known.tax_payment, known.tax_refund, 900),
        (known.child_support_paid, known.child_support_income, 900),
        (known.rent, known.rental_income, 700),
        (known.investment_property, known.rental_income, 650),
        (known.remittance, known.transfer_in, 650),
        (known.bnpl_repayment, known.refund, 850),
        // What a trustee or a budgeting service pays out is the customer's own.
        (known.debt_agreement, known.other_credit, 900),
    ];
    pairs.into_iter().find(|(spent, ..)| *spent == category).map_or((known.refund, 900), |(_, back, sure)| (back, sure))
}

/// The prior of a merchant category code, by what the row says beside it.
pub(super) fn corrected(evidence: &Evidence<'_>, code: u16, prior: MccPrior, known: &Known) -> MccPrior {
    let is_lottery = || [" LOTTERY ", " LOTTERIES ", " LOTTO ", " LOTT ", " ART UNION ", " KENO "].iter().any(|word| evidence.says(word));
    match code {
        7995 if is_lottery() => MccPrior { category: known.lottery, ..prior },
        6010 | 6011 if evidence.is_card_account() => MccPrior { category: known.cash_advance, ..prior },
        _ => prior,
    }
}

/// A merchant category code alone.
pub(super) fn by_code(evidence: &Evidence<'_>, code: u16, prior: MccPrior, known: &Known) -> Verdict {
    let winnings = prior.category == known.gambling || prior.category == known.lottery;
    let (category, confidence) = match (evidence.is_credit, winnings) {
        (false, _) => (prior.category, prior.confidence),
        (true, true) => (known.gambling_winnings, prior.confidence),
        (true, false) => (known.refund, prior.confidence.min(850)),
    };
    Verdict::by_code(Layer::MerchantCategoryCode, category, confidence, &format!("mcc:{code:04}"), "")
}

/// Cash over a counter, or into a machine.
pub(super) fn over_a_counter(evidence: &Evidence<'_>, known: &Known) -> Option<Verdict> {
    let (category, confidence, rule) = match (evidence.narrative.channel, evidence.is_credit) {
        (Channel::BranchCash, true) => (known.cash_deposit, 900, "words:cash-over-counter"),
        (Channel::BranchCash, false) => (known.cash_withdrawal, 900, "words:cash-over-counter"),
        (Channel::Atm, true) => (known.cash_deposit, 700, "words:cash-machine"),
        _ => return None,
    };
    Some(Verdict::by_code(Layer::Phrase, category, confidence, rule, ""))
}

/// Money to or from other people, and what may be an own account that was not shared.
pub(super) fn between_accounts(evidence: &Evidence<'_>, party: &Party, known: &Known) -> Option<Verdict> {
    let narrative = evidence.narrative;
    let is_by_type = matches!(evidence.row.kind, TransactionType::TransferIncoming | TransactionType::TransferOutgoing);
    let layer = if is_by_type { Layer::Structured } else { Layer::Phrase };
    let category = if evidence.is_credit { known.transfer_in } else { known.transfer_out };
    let to_other = |confidence, rule, matched: &str| Some(Verdict::by_code(layer, category, confidence, rule, matched));
    if narrative.to_card && !evidence.is_credit && evidence.is_transfer() {
        return Some(Verdict::by_code(layer, known.credit_card_repayment, 880, "words:to-a-card", ""));
    }
    match party {
        Party::Person { segment, name, is_full } => {
            let confidence = match (is_full, evidence.is_transfer()) {
                (true, true) => 985,
                (false, true) => 940,
                // A plain name, or one behind DIRECT CREDIT: an employer may bear it too.
                (_, false) => 800,
            };
            to_other(confidence, "words:person", &evidence.segments[*segment].padded[name.clone()])
        }
        Party::Account => Some(Verdict::by_code(layer, known.internal_transfer, 870, "words:own-account", &narrative.text)),
        Party::Message => to_other(if narrative.number_suffixes.is_empty() { 820 } else { 600 }, "words:message", &narrative.text),
        Party::Unsaid if evidence.is_transfer() && !evidence.says_company_form() => {
            // A number without a name is as likely an own account; the ledger finds its partner if it was shared.
            let confidence = match (narrative.has_party(), narrative.channel) {
                (true, Channel::Osko) => 880,
                (true, _) => 820,
                (false, _) => 600,
            };
            to_other(confidence, "words:transfer-without-merchant", &narrative.text)
        }
        Party::Unsaid | Party::Company => None,
    }
}
