//! `missingEssentials[]`: what every household pays and no row of this one does. A fact that asks a question; it says nothing is wrong.

use serde::Serialize;

use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Evidence};
use crate::analysis::insight::scope::{Role, Scope, Who};
use crate::analysis::insight::window::Calendar;
use crate::analysis::ruleset::{Category, Kind};
use crate::submission::ProductCategory;

/// The window is long enough for the others, too short for bills of the quarter.
const UTILITIES_NOT_JUDGED: &str = "utilitiesNotJudged";

/// What a household cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Essential {
    /// Food.
    Groceries,
    /// Telephone or internet.
    Telephone,
    /// Electricity, gas or water.
    Utilities,
    /// Rent, board or a mortgage.
    RentOrMortgage,
}

const ALL: [Essential; 4] = [Essential::Groceries, Essential::Telephone, Essential::Utilities, Essential::RentOrMortgage];

/// Why an essential may be paid and not be seen: what the rows themselves make possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum PossibleReason {
    /// There is government income, and deductions of Centrepay are made before it arrives.
    Centrepay,
    /// Money goes to people, or as board.
    Board,
    /// There may be a partner who pays and is not in the order, or not in this applicant's part of it.
    Partner,
    /// Money goes to cards, or to own accounts, that were not shared.
    UnsharedAccount,
    /// Cash is withdrawn.
    Cash,
    /// Rates or strata are paid, and no mortgage: the home may be paid off.
    OwnedOutright,
}

/// An essential that no row pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MissingEssential {
    pub(super) essential: Essential,
    possible_reasons: Vec<PossibleReason>,
}

/// What the rows of a scope pay for, and what they make possible.
#[expect(clippy::struct_excessive_bools, reason = "facts of the rows, none of which excludes another")]
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    paid: [bool; ALL.len()],
    government_income: bool,
    board: bool,
    unshared_account: bool,
    cash: bool,
    rates: bool,
}

/// The essentials that no row of the scope pays; `None` where the window is too short to tell.
pub(super) fn missing(context: &Context<'_>, scope: &Scope, calendar: &Calendar) -> (Option<Vec<MissingEssential>>, Evidence) {
    let profile = context.ruleset.profile().expenses;
    let mut evidence = Evidence::of("missingEssentials");
    if !calendar.has_days(profile.essential_days.into()) {
        let is_covered = calendar.common.window.is_some();
        evidence.account_ids.clone_from(&calendar.common.binding);
        return (None, evidence.because(Some(if is_covered { evidence::COVERAGE_TOO_SHORT } else { evidence::NO_COVERAGE })));
    }
    let judges_utilities = calendar.has_days(profile.utility_days.into());
    let seen = Seen::of(context, scope);
    let is_missing = |essential: &Essential| !seen.paid[*essential as usize] && (*essential != Essential::Utilities || judges_utilities);
    let has_partner = scope.who != Who::Combined || context.ledger.applicants.len() == 1;
    let reasons = |essential| MissingEssential { essential, possible_reasons: seen.reasons(essential, has_partner) };
    let missing = ALL.into_iter().filter(is_missing).map(reasons).collect();
    (Some(missing), evidence.flagged(UTILITIES_NOT_JUDGED, !judges_utilities).flagged(evidence::COVERAGE_ASSUMED, calendar.common.assumed))
}

impl Seen {
    fn of(context: &Context<'_>, scope: &Scope) -> Self {
        let known = context.ruleset.known();
        let mut seen = Self::default();
        for entry in &scope.entries {
            if let Some(essential) = essential(context, entry.category).filter(|_| entry.amount.is_negative()) {
                seen.paid[essential as usize] = true;
            }
            let category = entry.category;
            let is_out = entry.amount.is_negative();
            seen.government_income |=
                entry.role == Role::Income && context.ruleset.group(category) == context.ruleset.group(known.gov_other);
            seen.board |= is_out && (entry.role == Role::Person || category == known.board);
            seen.unshared_account |= is_out
                && (category == known.own_account_elsewhere
                    || entry.role == Role::Commitment && [known.credit_card_repayment, known.bnpl_repayment].contains(&category));
            seen.cash |= is_out && category == known.cash_withdrawal;
            seen.rates |= is_out && [known.council_rates, known.strata].contains(&category);
        }
        let is_mortgage = |account: usize| {
            scope.accounts[account] && context.ledger.accounts[account].first().product_category == ProductCategory::ResidentialMortgages
        };
        seen.paid[Essential::RentOrMortgage as usize] |= (0..scope.accounts.len()).any(is_mortgage);
        seen
    }

    fn reasons(self, essential: Essential, has_partner: bool) -> Vec<PossibleReason> {
        let is_housing = essential == Essential::RentOrMortgage;
        let reasons = [
            (PossibleReason::Centrepay, self.government_income && essential != Essential::Groceries),
            (PossibleReason::Board, self.board),
            (PossibleReason::Partner, has_partner),
            (PossibleReason::UnsharedAccount, self.unshared_account),
            (PossibleReason::Cash, self.cash),
            (PossibleReason::OwnedOutright, is_housing && self.rates),
        ];
        reasons.into_iter().filter(|(_, applies)| *applies).map(|(reason, _)| reason).collect()
    }
}

/// The essential that a category pays for.
fn essential(context: &Context<'_>, category: Category) -> Option<Essential> {
    let known = context.ruleset.known();
    if !matches!(context.ruleset.kind(category), Kind::Expense | Kind::Commitment) {
        return None;
    }
    if category == known.groceries {
        Some(Essential::Groceries)
    } else if category == known.telephone_and_internet {
        Some(Essential::Telephone)
    } else if [known.electricity_and_gas, known.water].contains(&category) {
        Some(Essential::Utilities)
    } else if [known.rent, known.board, known.mortgage_repayment].contains(&category) {
        Some(Essential::RentOrMortgage)
    } else {
        None
    }
}
