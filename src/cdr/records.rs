//! The records and their members. Only what a report rests on, or what a warning is about, is named here; the rest is passed over.
//!
//! Arrays inside a record stay spans and are read one element at a time (`elements`): a body full of empty elements then costs no
//! more memory than its bytes.

use serde::de::MapAccess;

use super::pass::{At, Fields, Object, Record, Slot};
use super::span::Leaf;

/// A record: its members with their names on the wire. `serde`'s derive is not used because a member that stands twice, or a wrong
/// type, has to be told with a pointer instead of ending the pass.
macro_rules! records {
    ($( $(#[doc = $doc:literal])* $name:ident { $( $field:ident $member:literal: $slot:ty ),* $(,)? } )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name<'a> {
            $( #[doc = concat!("`", $member, "`.")] pub $field: $slot, )*
            position: usize,
            repeated: Vec<&'static str>,
        }

        impl<'a> Fields<'a> for $name<'a> {
            #[inline]
            fn field<A: MapAccess<'a>>(&mut self, name: &str, value: &mut A, at: At<'_>) -> Result<bool, A::Error> {
                match name {
                    $( $member => {
                        if self.$field.is_set() {
                            if !self.repeated.contains(&$member) {
                                self.repeated.push($member);
                            }
                            return Ok(false);
                        }
                        self.$field = <$slot as Slot<'a>>::take(value, at)?;
                    } )*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn begin(&mut self, position: usize) {
                self.position = position;
            }
        }

        impl<'a> Record<'a> for $name<'a> {
            fn position(&self) -> usize {
                self.position
            }
            fn repeated(&self) -> &[&'static str] {
                &self.repeated
            }
        }
    )* };
}

records! {
    /// `meta` of the envelope.
    Meta {
        client_reference "clientReference": Leaf<'a>,
        as_of "asOf": Leaf<'a>,
        period_start "reportingPeriodStartDate": Leaf<'a>,
        period_end "reportingPeriodEndDate": Leaf<'a>,
        orders "orders": Leaf<'a>,
        declared "declared": Object<Declared<'a>>,
    }

    /// One of `meta.orders`.
    Order {
        order_id "orderId": Leaf<'a>,
        customer_ids "customerIds": Leaf<'a>,
        declared "declared": Object<Declared<'a>>,
    }

    /// `declared`, of the envelope or of an order.
    Declared {
        gross_annual_income "grossAnnualIncome": Leaf<'a>,
        net_monthly_income "netMonthlyIncome": Leaf<'a>,
        monthly_expenses "monthlyExpenses": Leaf<'a>,
        dependants "dependants": Leaf<'a>,
        hem_benchmark "hemBenchmark": Leaf<'a>,
    }

    /// One of `data.customers`, without its datasets.
    Customer {
        customer_id "customerId": Leaf<'a>,
        applicant_id "applicantId": Leaf<'a>,
        name "name": Leaf<'a>,
        declared_employer "declaredEmployer": Leaf<'a>,
        institution_name "institutionName": Leaf<'a>,
        cdr_arrangement_id "cdrArrangementId": Leaf<'a>,
        consent_expires_at "consentExpiresAt": Leaf<'a>,
    }

    /// `BankingAccountDetail`, with what the envelope adds to it.
    Account {
        account_id "accountId": Leaf<'a>,
        display_name "displayName": Leaf<'a>,
        nickname "nickname": Leaf<'a>,
        open_status "openStatus": Leaf<'a>,
        is_owned "isOwned": Leaf<'a>,
        account_ownership "accountOwnership": Leaf<'a>,
        masked_number "maskedNumber": Leaf<'a>,
        product_category "productCategory": Leaf<'a>,
        product_name "productName": Leaf<'a>,
        bsb "bsb": Leaf<'a>,
        account_number "accountNumber": Leaf<'a>,
        credit_card "creditCard": Object<CreditCard<'a>>,
        loan "loan": Object<Loan<'a>>,
        lending_rate "lendingRate": Leaf<'a>,
        lending_rates "lendingRates": Leaf<'a>,
        institution_name "institutionName": Leaf<'a>,
        cdr_arrangement_id "cdrArrangementId": Leaf<'a>,
        consent_expires_at "consentExpiresAt": Leaf<'a>,
        data_from "dataFrom": Leaf<'a>,
        data_to "dataTo": Leaf<'a>,
    }

    /// `creditCard` of an account.
    CreditCard {
        min_payment_amount "minPaymentAmount": Leaf<'a>,
        payment_due_amount "paymentDueAmount": Leaf<'a>,
        payment_due_date "paymentDueDate": Leaf<'a>,
    }

    /// `loan` of an account.
    Loan {
        original_loan_amount "originalLoanAmount": Leaf<'a>,
        loan_end_date "loanEndDate": Leaf<'a>,
        next_instalment_date "nextInstalmentDate": Leaf<'a>,
        min_instalment_amount "minInstalmentAmount": Leaf<'a>,
        max_redraw "maxRedraw": Leaf<'a>,
        repayment_type "repaymentType": Leaf<'a>,
        repayment_frequency "repaymentFrequency": Leaf<'a>,
        offset_account_ids "offsetAccountIds": Leaf<'a>,
    }

    /// One of `lendingRates`, of any generation.
    LendingRate {
        kind "lendingRateType": Leaf<'a>,
        rate "rate": Leaf<'a>,
    }

    /// `BankingBalance`, with what the envelope adds to it.
    Balance {
        account_id "accountId": Leaf<'a>,
        current_balance "currentBalance": Leaf<'a>,
        available_balance "availableBalance": Leaf<'a>,
        credit_limit "creditLimit": Leaf<'a>,
        currency "currency": Leaf<'a>,
        balance_at "balanceAt": Leaf<'a>,
    }

    /// `BankingDirectDebit`.
    DirectDebit {
        account_id "accountId": Leaf<'a>,
        authorised_entity "authorisedEntity": Object<AuthorisedEntity<'a>>,
        last_debit_date_time "lastDebitDateTime": Leaf<'a>,
        last_debit_amount "lastDebitAmount": Leaf<'a>,
    }

    /// `authorisedEntity` of a direct debit.
    AuthorisedEntity {
        description "description": Leaf<'a>,
        financial_institution "financialInstitution": Leaf<'a>,
        abn "abn": Leaf<'a>,
    }

    /// `BankingTransaction` and `BankingTransactionDetail`.
    Transaction {
        account_id "accountId": Leaf<'a>,
        transaction_id "transactionId": Leaf<'a>,
        is_detail_available "isDetailAvailable": Leaf<'a>,
        kind "type": Leaf<'a>,
        status "status": Leaf<'a>,
        description "description": Leaf<'a>,
        posting_date_time "postingDateTime": Leaf<'a>,
        value_date_time "valueDateTime": Leaf<'a>,
        execution_date_time "executionDateTime": Leaf<'a>,
        amount "amount": Leaf<'a>,
        currency "currency": Leaf<'a>,
        reference "reference": Leaf<'a>,
        merchant_name "merchantName": Leaf<'a>,
        merchant_category_code "merchantCategoryCode": Leaf<'a>,
        biller_code "billerCode": Leaf<'a>,
        biller_name "billerName": Leaf<'a>,
        crn "crn": Leaf<'a>,
        apca_number "apcaNumber": Leaf<'a>,
        instalment_plan_id "instalmentPlanId": Leaf<'a>,
        extended_data "extendedData": Object<ExtendedData<'a>>,
    }

    /// `extendedData` of a detail row, of any generation.
    ExtendedData {
        payer "payer": Leaf<'a>,
        payee "payee": Leaf<'a>,
        npp_payload "nppPayload": Object<NppPayload<'a>>,
        x2p101_payload "x2p101Payload": Object<NppPayload<'a>>,
        service "service": Leaf<'a>,
    }

    /// `nppPayload`; before 1.33 `x2p101Payload`.
    NppPayload {
        extended_description "extendedDescription": Leaf<'a>,
        end_to_end_id "endToEndId": Leaf<'a>,
        purpose_code "purposeCode": Leaf<'a>,
        service "service": Leaf<'a>,
    }

    /// `BankingScheduledPayment`.
    ScheduledPayment {
        scheduled_payment_id "scheduledPaymentId": Leaf<'a>,
        nickname "nickname": Leaf<'a>,
        payer_reference "payerReference": Leaf<'a>,
        payee_reference "payeeReference": Leaf<'a>,
        status "status": Leaf<'a>,
        from "from": Object<PaymentSource<'a>>,
        payment_set "paymentSet": Leaf<'a>,
        recurrence "recurrence": Object<Recurrence<'a>>,
    }

    /// `from` of a scheduled payment.
    PaymentSource {
        account_id "accountId": Leaf<'a>,
    }

    /// One of `paymentSet`.
    PaymentSetEntry {
        to "to": Object<To<'a>>,
        is_amount_calculated "isAmountCalculated": Leaf<'a>,
        amount "amount": Leaf<'a>,
    }

    /// `to` of a payment set.
    To {
        kind "toUType": Leaf<'a>,
        account_id "accountId": Leaf<'a>,
        nickname "nickname": Leaf<'a>,
        payee_reference "payeeReference": Leaf<'a>,
        biller "biller": Object<Biller<'a>>,
        digital_wallet "digitalWallet": Object<DigitalWallet<'a>>,
        domestic "domestic": Object<Domestic<'a>>,
        international "international": Object<International<'a>>,
    }

    /// `biller` of a payee.
    Biller {
        name "billerName": Leaf<'a>,
    }

    /// `digitalWallet` of a payee.
    DigitalWallet {
        name "name": Leaf<'a>,
    }

    /// `domestic` of a payee.
    Domestic {
        account "account": Object<DomesticAccount<'a>>,
        pay_id "payId": Object<PayId<'a>>,
    }

    /// `account` of a domestic payee.
    DomesticAccount {
        name "accountName": Leaf<'a>,
    }

    /// `payId` of a domestic payee.
    PayId {
        name "name": Leaf<'a>,
    }

    /// `international` of a payee, and the `beneficiaryDetails` in it.
    International {
        beneficiary_details "beneficiaryDetails": Object<PayId<'a>>,
    }

    /// `recurrence` of a scheduled payment.
    Recurrence {
        kind "recurrenceUType": Leaf<'a>,
        next_payment_date "nextPaymentDate": Leaf<'a>,
        once_off "onceOff": Object<OnceOff<'a>>,
        interval_schedule "intervalSchedule": Object<IntervalSchedule<'a>>,
        last_week_day "lastWeekDay": Object<LastWeekDay<'a>>,
    }

    /// `onceOff` of a recurrence.
    OnceOff {
        payment_date "paymentDate": Leaf<'a>,
    }

    /// `intervalSchedule` of a recurrence.
    IntervalSchedule {
        intervals "intervals": Leaf<'a>,
    }

    /// One of `intervals`.
    Interval {
        interval "interval": Leaf<'a>,
    }

    /// `lastWeekDay` of a recurrence.
    LastWeekDay {
        interval "interval": Leaf<'a>,
    }
}
