//! Bytes to [`Submission`]: one pass over the body that keeps going whatever the members hold, then the verdict.

use memchr::memchr_iter;
use serde::de::{MapAccess, SeqAccess};

use super::clock::DayClock;
use super::datasets::Datasets;
use super::envelope::{self, MAX_CUSTOMERS, Meta};
use super::findings::{Findings, Path};
use super::site::{MISSING, Reader, Site};
use super::value::{self, ARRAY_DUE, OBJECT_DUE};
use super::{Customer, ReadContext, Rejection, Submission, Violation, ViolationKind};
use crate::cdr::{self, At, Each, Elements, Fields, Members, Object, Pass, Shape};

/// Deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 64;

/// The id of the customer whose datasets stand directly under `data`.
const UNNAMED: &str = "default";

/// Reads a request body.
///
/// # Errors
/// Every violation of the payload at once: those of its form (400), or where there are none those of its contents (422).
pub fn parse(body: &[u8], context: &ReadContext) -> Result<Submission, Rejection> {
    let text = std::str::from_utf8(body).map_err(|error| refusal(&format!("The body is not UTF-8 at byte {}.", error.valid_up_to())))?;
    let pass = Pass::new(MAX_DEPTH);
    let reader = Reader { findings: Findings::default(), clock: DayClock::new(context.time_zone.clone()), now: context.now, pass: &pass };
    let mut body = Body { reader, meta: Object::Absent, meta_start: 0, data: Data::default(), data_shape: None };
    let shape = cdr::read(text, &mut body, &pass).map_err(|error| refusal(&not_json(text, &error)))?;
    if let Some(byte) = pass.too_deep(text) {
        return Err(refusal(&format!("Arrays and objects are nested deeper than {MAX_DEPTH} levels at byte {byte}.")));
    }
    if shape != Shape::Object {
        return Err(refusal(OBJECT_DUE));
    }
    body.settle()
}

/// The one violation of a body that cannot be read at all.
fn refusal(detail: &str) -> Rejection {
    let violation = Violation { kind: ViolationKind::Invalid, detail: detail.to_owned(), pointer: String::new() };
    Rejection { violations: vec![violation], total: 1 }
}

/// Where a body stops being JSON. The parser's own words are left out: they are not ours to keep stable.
fn not_json(text: &str, error: &serde_json::Error) -> String {
    if text.is_empty() {
        return "The body is empty; a JSON object is due.".to_owned();
    }
    if text.starts_with('\u{feff}') {
        return "The body is not JSON: it begins with a byte order mark, at byte 0.".to_owned();
    }
    if error.is_eof() {
        return format!("The body is not JSON: it ends too early, at byte {}.", text.len());
    }
    let line = match error.line() {
        0 | 1 => 0,
        line => memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |end| end + 1),
    };
    format!("The body is not JSON that can be read at byte {}.", (line + error.column().saturating_sub(1)).min(text.len()))
}

/// The outermost object.
struct Body<'r, 'a> {
    reader: Reader<'r>,
    meta: Object<cdr::Meta<'a>>,
    meta_start: usize,
    data: Data<'a>,
    data_shape: Option<Shape>,
}

impl<'a> Fields<'a> for Body<'_, 'a> {
    fn field<A: MapAccess<'a>>(&mut self, name: &str, value: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        let start = at.pass().position();
        match name {
            "meta" if !self.meta.is_set() => {
                self.meta_start = start;
                self.meta = Object::read(value, at)?;
            }
            "data" if self.data_shape.is_none() => {
                self.data.start = start;
                let mut fields = DataFields { reader: &mut self.reader, data: &mut self.data };
                self.data_shape = Some(value.next_value_seed(Members { fields: &mut fields, at })?);
            }
            "meta" | "data" => {
                self.reader.repeated(&Path::ROOT.member(if name == "meta" { "meta" } else { "data" }));
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Body<'_, '_> {
    fn settle(mut self) -> Result<Submission, Rejection> {
        self.require(
            "meta",
            self.meta_start,
            match self.meta {
                Object::Is(_) => Some(Shape::Object),
                Object::Wrong => Some(Shape::Scalar),
                Object::Absent | Object::Null => None,
            },
        );
        self.require("data", self.data.start, self.data_shape);
        let reader = &mut self.reader;
        let customers = self.data.settle(reader);
        let root = Path::ROOT;
        let meta = match &self.meta {
            Object::Is(record) => envelope::meta(reader, &root.member("meta"), record, &self.data.known),
            Object::Absent | Object::Null | Object::Wrong => Meta::default(),
        };
        let Meta { client_reference, as_of, period_start, period_end, orders } = meta;
        let warnings = self.reader.findings.settle()?;
        Ok(Submission { client_reference, as_of, period_start, period_end, orders, customers, warnings })
    }

    fn require(&mut self, name: &'static str, start: usize, shape: Option<Shape>) {
        let (kind, detail) = match shape {
            Some(Shape::Object) => return,
            Some(Shape::Array | Shape::Scalar) => (ViolationKind::Invalid, OBJECT_DUE),
            Some(Shape::Null) | None => (ViolationKind::Missing, MISSING),
        };
        self.reader.findings.violation(kind, (start, 0), &Path::ROOT.member(name), detail);
    }
}

/// `data`, in either form.
#[derive(Default)]
struct Data<'a> {
    start: usize,
    /// Where `customers` begins, once it stands in the payload.
    customers_start: Option<usize>,
    /// What `customers` is, `null` apart.
    customers_shape: Option<Shape>,
    customers: Vec<Customer>,
    known: envelope::Customers,
    /// The datasets that stand directly under it.
    unnamed: Datasets<'a>,
}

/// The members of `data`, as they come.
struct DataFields<'f, 'r, 'a> {
    reader: &'f mut Reader<'r>,
    data: &'f mut Data<'a>,
}

impl<'a> Fields<'a> for DataFields<'_, '_, 'a> {
    fn field<A: MapAccess<'a>>(&mut self, name: &str, value: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        let root = Path::ROOT;
        let path = root.member("data");
        if name != "customers" {
            return self.data.unnamed.field(self.reader, &path, name, value, at);
        }
        let path = path.member("customers");
        if self.data.customers_start.is_some() {
            self.reader.repeated(&path);
            return Ok(false);
        }
        let start = at.pass().position();
        self.data.customers_start = Some(start);
        let mut each = Customers { reader: self.reader, path: &path, data: self.data };
        let shape = value.next_value_seed(Elements { each: &mut each, at })?;
        match shape {
            Shape::Array => {}
            Shape::Null => return Ok(true),
            Shape::Object | Shape::Scalar => self.reader.findings.violation(ViolationKind::Invalid, (start, 0), &path, ARRAY_DUE),
        }
        self.data.customers_shape = Some(shape);
        Ok(true)
    }
}

/// The elements of `customers`, as they come.
struct Customers<'f, 'r, 'p, 'a> {
    reader: &'f mut Reader<'r>,
    path: &'p Path<'p>,
    data: &'f mut Data<'a>,
}

impl<'a> Each<'a> for Customers<'_, '_, '_, 'a> {
    fn element<A: SeqAccess<'a>>(&mut self, index: usize, elements: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        let path = self.path.index(index);
        let start = at.pass().position();
        let mut fields =
            CustomerFields { reader: self.reader, path: &path, record: cdr::Customer::default(), datasets: Datasets::default() };
        let Some(shape) = elements.next_element_seed(Members { fields: &mut fields, at })? else { return Ok(false) };
        let customer = if shape == Shape::Object {
            fields.settle()
        } else {
            self.reader.findings.violation(ViolationKind::Invalid, (start, 0), &path, OBJECT_DUE);
            None
        };
        self.keep(&path, customer);
        Ok(true)
    }
}

impl Customers<'_, '_, '_, '_> {
    fn keep(&mut self, path: &Path<'_>, customer: Option<Customer>) {
        let is_new = self.data.known.add(customer.as_ref().map(|customer| customer.customer_id.clone()));
        if !is_new {
            let (rank, detail) = ((self.reader.pass.position(), 0), "Another customer of the payload has the same customerId.");
            self.reader.findings.violation(ViolationKind::Contradiction, rank, &path.member("customerId"), detail);
        }
        if self.reader.findings.is_well_formed() && self.data.known.sent <= MAX_CUSTOMERS {
            self.data.customers.extend(customer);
        }
    }
}

/// The members of one customer, as they come.
struct CustomerFields<'f, 'r, 'p, 'a> {
    reader: &'f mut Reader<'r>,
    path: &'p Path<'p>,
    record: cdr::Customer<'a>,
    datasets: Datasets<'a>,
}

impl<'a> Fields<'a> for CustomerFields<'_, '_, '_, 'a> {
    fn field<A: MapAccess<'a>>(&mut self, name: &str, value: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        Ok(self.datasets.field(self.reader, self.path, name, value, at)? || self.record.field(name, value, at)?)
    }

    fn begin(&mut self, position: usize) {
        self.record.begin(position);
    }
}

impl CustomerFields<'_, '_, '_, '_> {
    fn settle(mut self) -> Option<Customer> {
        self.reader.findings.begin_scope();
        let record = &self.record;
        let mut site = Site::new(self.reader, self.path, record);
        let customer_id: Option<Box<str>> = site.required("customerId", record.customer_id, value::id);
        let applicant_id = site.optional("applicantId", record.applicant_id, value::id);
        let name = site.optional("name", record.name, value::label);
        let declared_employer = site.optional("declaredEmployer", record.declared_employer, value::label);
        let institution_name = site.optional("institutionName", record.institution_name, value::label);
        let cdr_arrangement_id = site.optional("cdrArrangementId", record.cdr_arrangement_id, value::id);
        let consent_expires_at = site.consent("consentExpiresAt", record.consent_expires_at);
        self.datasets.settle(self.reader, self.path);
        let customer_id = customer_id?;
        let applicant_id = applicant_id.unwrap_or_else(|| customer_id.clone());
        let customer = Customer {
            applicant_id,
            name,
            declared_employer,
            institution_name,
            cdr_arrangement_id,
            consent_expires_at,
            ..customer(customer_id, self.datasets)
        };
        Some(with_overrides(customer))
    }
}

/// A customer who says nothing but the datasets.
fn customer(customer_id: Box<str>, datasets: Datasets<'_>) -> Customer {
    Customer {
        applicant_id: customer_id.clone(),
        customer_id,
        name: None,
        declared_employer: None,
        institution_name: None,
        cdr_arrangement_id: None,
        consent_expires_at: None,
        accounts: datasets.accounts,
        balances: datasets.balances,
        direct_debits: datasets.direct_debits,
        transactions: datasets.transactions,
        scheduled_payments: datasets.scheduled_payments,
    }
}

/// What an account does not say of its institution and consent is its customer's.
fn with_overrides(mut customer: Customer) -> Customer {
    for account in &mut customer.accounts {
        account.institution_name = account.institution_name.take().or_else(|| customer.institution_name.clone());
        account.cdr_arrangement_id = account.cdr_arrangement_id.take().or_else(|| customer.cdr_arrangement_id.clone());
        account.consent_expires_at = account.consent_expires_at.or(customer.consent_expires_at);
    }
    customer
}

impl Data<'_> {
    /// The customers of either form; files what contradicts in the whole.
    fn settle(&mut self, reader: &mut Reader<'_>) -> Vec<Customer> {
        let root = Path::ROOT;
        let path = root.member("data");
        let mut unnamed = std::mem::take(&mut self.unnamed);
        unnamed.settle(reader, &path);
        let mut unprocessable = |start: usize, path: &Path<'_>, detail: &str| {
            reader.findings.violation(ViolationKind::Unprocessable, (start, 0), path, detail);
        };
        if self.known.sent > MAX_CUSTOMERS {
            let start = self.customers_start.unwrap_or(self.start);
            unprocessable(start, &path.member("customers"), "A submission may have 100 customers at most.");
        }
        let is_both = self.customers_shape.is_some() && unnamed.are_present();
        let mut customers = std::mem::take(&mut self.customers);
        if self.customers_shape.is_none() || is_both {
            self.known.add(Some(UNNAMED.into()));
            customers.push(customer(UNNAMED.into(), unnamed));
        }
        if customers.iter().all(|customer| customer.accounts.is_empty()) {
            unprocessable(self.start, &path, "At least one account is due.");
        }
        if customers.iter().all(|customer| customer.transactions.is_empty()) {
            unprocessable(self.start, &path, "At least one transaction is due.");
        }
        if is_both {
            let detail = "Either customers or the five datasets stand under data, not both.";
            reader.findings.violation(ViolationKind::Contradiction, (self.start, 0), &path, detail);
        }
        customers
    }
}
