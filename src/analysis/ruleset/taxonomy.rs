//! The taxonomy: the only categories that the analysis may emit, read from `taxonomy.toml`.
//!
//! A [`Category`] is an index into it and says nothing by itself; code and names are asked of the ruleset. The categories that
//! code has to name stand in [`Known`], looked up once when the file is read, so that a taxonomy without one of them is refused
//! there and not found missing in the middle of an analysis.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::RulesError;

/// A category of the taxonomy: an index into [`Ruleset::categories`](super::Ruleset::categories).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(pub u8);

/// A category group: an index into [`Ruleset::groups`](super::Ruleset::groups).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(pub u8);

/// What the money of a category is to the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Counts as income, before the haircuts of the assessment.
    Income,
    /// Money in that is not income.
    Credit,
    /// Between the applicants' own accounts: neither income nor expense.
    Transfer,
    /// To or from other people.
    Person,
    /// A living expense.
    Expense,
    /// Repayment of a debt or a lease.
    Commitment,
    /// Money out that a lender looks at on its own.
    Risk,
}

/// How far a household could do without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Necessity {
    /// It could not.
    Essential,
    /// It could.
    Discretionary,
    /// The question does not arise.
    None,
}

#[derive(Debug)]
pub(super) struct Taxonomy {
    pub(super) version: Box<str>,
    pub(super) groups: Vec<GroupEntry>,
    pub(super) categories: Vec<CategoryEntry>,
    by_code: BTreeMap<Box<str>, Category>,
    pub(super) known: Known,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupEntry {
    pub(super) code: Box<str>,
    pub(super) name: Box<str>,
}

#[derive(Debug)]
pub(super) struct CategoryEntry {
    pub(super) code: Box<str>,
    pub(super) name: Box<str>,
    pub(super) group: Group,
    pub(super) kind: Kind,
    pub(super) necessity: Necessity,
    pub(super) lixi: Box<str>,
    pub(super) hem: bool,
    pub(super) ambiguous_with: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Box<str>,
    group: Vec<GroupEntry>,
    category: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: Box<str>,
    group: Box<str>,
    name: Box<str>,
    kind: Kind,
    necessity: Necessity,
    lixi: Box<str>,
    hem: bool,
    #[serde(default)]
    ambiguous_with: Vec<Box<str>>,
}

impl Taxonomy {
    pub(super) fn read(file: &str, text: &str) -> Result<Self, RulesError> {
        let wrong = |line: usize, problem: String| RulesError { file: file.to_owned(), line, problem };
        let line_of_code = |code: &str| {
            let quoted = format!("\"{code}\"");
            text.lines().position(|line| line.starts_with("code") && line.ends_with(&quoted)).map_or(0, |index| index + 1)
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count());
            wrong(line, error.message().to_owned())
        })?;
        if read.group.len() > usize::from(u8::MAX) || read.category.len() > usize::from(u8::MAX) {
            return Err(wrong(0, "more than 255 groups or categories".to_owned()));
        }
        let mut by_code = BTreeMap::new();
        for (index, row) in (0u8..).zip(&read.category) {
            if by_code.insert(row.code.clone(), Category(index)).is_some() {
                return Err(wrong(line_of_code(&row.code), format!("category {} stands twice", row.code)));
            }
        }
        let mut categories = Vec::with_capacity(read.category.len());
        for row in read.category {
            let line = line_of_code(&row.code);
            let group = (0u8..)
                .zip(&read.group)
                .find(|(_, group)| group.code == row.group)
                .map(|(index, _)| Group(index))
                .ok_or_else(|| wrong(line, format!("category {} is in an unknown group {}", row.code, row.group)))?;
            let ambiguous_with = row
                .ambiguous_with
                .iter()
                .map(|code| by_code.get(code).copied().ok_or_else(|| wrong(line, format!("unknown category {code}"))))
                .collect::<Result<_, _>>()?;
            categories.push(CategoryEntry {
                code: row.code,
                name: row.name,
                group,
                kind: row.kind,
                necessity: row.necessity,
                lixi: row.lixi,
                hem: row.hem,
                ambiguous_with,
            });
        }
        let known = Known::find(&by_code).map_err(|code| wrong(0, format!("the category {code} is missing")))?;
        Ok(Self { version: read.version, groups: read.group, categories, by_code, known })
    }

    pub(super) fn entry_mut(&mut self, category: Category) -> &mut CategoryEntry {
        &mut self.categories[usize::from(category.0)]
    }

    pub(super) fn category(&self, code: &str) -> Option<Category> {
        self.by_code.get(code).copied()
    }

    pub(super) fn category_count(&self) -> u8 {
        u8::try_from(self.categories.len()).expect("checked when it was read")
    }

    pub(super) fn group_count(&self) -> u8 {
        u8::try_from(self.groups.len()).expect("checked when it was read")
    }

    pub(super) fn entry(&self, category: Category) -> &CategoryEntry {
        &self.categories[usize::from(category.0)]
    }
}

macro_rules! known {
    ($($field:ident = $code:literal,)*) => {
        /// The categories that code names: every one that the service was built with.
        #[derive(Clone, Copy, Debug)]
        #[expect(missing_docs, reason = "each field is the category of that code")]
        pub struct Known {
            $(pub $field: Category,)*
        }

        impl Known {
            fn find(by_code: &BTreeMap<Box<str>, Category>) -> Result<Self, &'static str> {
                Ok(Self { $($field: *by_code.get($code).ok_or($code)?,)* })
            }
        }
    };
}

known! {
    salary = "SALARY",
    salary_packaging = "SALARY_PACKAGING",
    gov_pension = "GOV_PENSION",
    gov_jobseeker = "GOV_JOBSEEKER",
    gov_family = "GOV_FAMILY",
    gov_student = "GOV_STUDENT",
    gov_carer = "GOV_CARER",
    gov_veterans = "GOV_VETERANS",
    gov_crisis = "GOV_CRISIS",
    gov_other = "GOV_OTHER",
    gov_disability = "GOV_DISABILITY",
    gov_parenting = "GOV_PARENTING",
    rental_income = "RENTAL_INCOME",
    interest_income = "INTEREST_INCOME",
    investment_income = "INVESTMENT_INCOME",
    business_income = "BUSINESS_INCOME",
    superannuation_income = "SUPERANNUATION_INCOME",
    child_support_income = "CHILD_SUPPORT_INCOME",
    income_protection = "INCOME_PROTECTION",
    other_income = "OTHER_INCOME",
    gig_income = "GIG_INCOME",
    trust_distribution = "TRUST_DISTRIBUTION",
    refund = "REFUND",
    reversal = "REVERSAL",
    tax_refund = "TAX_REFUND",
    medicare_rebate = "MEDICARE_REBATE",
    insurance_claim = "INSURANCE_CLAIM",
    loan_proceeds = "LOAN_PROCEEDS",
    sacc_proceeds = "SACC_PROCEEDS",
    wage_advance_proceeds = "WAGE_ADVANCE_PROCEEDS",
    cash_deposit = "CASH_DEPOSIT",
    gambling_winnings = "GAMBLING_WINNINGS",
    super_release = "SUPER_RELEASE",
    other_credit = "OTHER_CREDIT",
    ndis_funding = "NDIS_FUNDING",
    employer_reimbursement = "EMPLOYER_REIMBURSEMENT",
    investment_proceeds = "INVESTMENT_PROCEEDS",
    redraw = "REDRAW",
    internal_transfer = "INTERNAL_TRANSFER",
    transfer_in = "TRANSFER_IN",
    transfer_out = "TRANSFER_OUT",
    own_account_elsewhere = "OWN_ACCOUNT_ELSEWHERE",
    debt_payment_received = "DEBT_PAYMENT_RECEIVED",
    rent = "RENT",
    board = "BOARD",
    council_rates = "COUNCIL_RATES",
    strata = "STRATA",
    home_maintenance = "HOME_MAINTENANCE",
    investment_property = "INVESTMENT_PROPERTY",
    electricity_and_gas = "ELECTRICITY_AND_GAS",
    water = "WATER",
    telephone_and_internet = "TELEPHONE_AND_INTERNET",
    streaming = "STREAMING",
    groceries = "GROCERIES",
    fuel = "FUEL",
    public_transport = "PUBLIC_TRANSPORT",
    rideshare_and_taxi = "RIDESHARE_AND_TAXI",
    tolls_and_parking = "TOLLS_AND_PARKING",
    vehicle_costs = "VEHICLE_COSTS",
    medical = "MEDICAL",
    pharmacy = "PHARMACY",
    health_insurance = "HEALTH_INSURANCE",
    general_insurance = "GENERAL_INSURANCE",
    life_insurance = "LIFE_INSURANCE",
    childcare = "CHILDCARE",
    school_public = "SCHOOL_PUBLIC",
    school_private = "SCHOOL_PRIVATE",
    higher_education = "HIGHER_EDUCATION",
    child_support_paid = "CHILD_SUPPORT_PAID",
    dining = "DINING",
    takeaway = "TAKEAWAY",
    alcohol = "ALCOHOL",
    tobacco = "TOBACCO",
    entertainment = "ENTERTAINMENT",
    travel = "TRAVEL",
    fitness = "FITNESS",
    clothing = "CLOTHING",
    personal_care = "PERSONAL_CARE",
    department_store = "DEPARTMENT_STORE",
    online_retail = "ONLINE_RETAIL",
    electronics = "ELECTRONICS",
    home_improvement = "HOME_IMPROVEMENT",
    hobbies = "HOBBIES",
    pets = "PETS",
    donations = "DONATIONS",
    remittance = "REMITTANCE",
    mortgage_repayment = "MORTGAGE_REPAYMENT",
    personal_loan_repayment = "PERSONAL_LOAN_REPAYMENT",
    vehicle_loan_repayment = "VEHICLE_LOAN_REPAYMENT",
    credit_card_repayment = "CREDIT_CARD_REPAYMENT",
    bnpl_repayment = "BNPL_REPAYMENT",
    sacc_repayment = "SACC_REPAYMENT",
    wage_advance_repayment = "WAGE_ADVANCE_REPAYMENT",
    consumer_lease = "CONSUMER_LEASE",
    debt_collection = "DEBT_COLLECTION",
    other_loan_repayment = "OTHER_LOAN_REPAYMENT",
    student_loan_repayment = "STUDENT_LOAN_REPAYMENT",
    tax_debt_payment = "TAX_DEBT_PAYMENT",
    debt_agreement = "DEBT_AGREEMENT",
    bank_fee = "BANK_FEE",
    dishonour_fee = "DISHONOUR_FEE",
    overdrawn_fee = "OVERDRAWN_FEE",
    interest_charged = "INTEREST_CHARGED",
    tax_payment = "TAX_PAYMENT",
    fines = "FINES",
    professional_services = "PROFESSIONAL_SERVICES",
    business_expense = "BUSINESS_EXPENSE",
    investment_contribution = "INVESTMENT_CONTRIBUTION",
    super_contribution = "SUPER_CONTRIBUTION",
    crypto = "CRYPTO",
    cash_withdrawal = "CASH_WITHDRAWAL",
    cash_advance = "CASH_ADVANCE",
    gambling = "GAMBLING",
    lottery = "LOTTERY",
    uncategorised = "UNCATEGORISED",
    uncategorised_credit = "UNCATEGORISED_CREDIT",
}
