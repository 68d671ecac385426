//! ING: what it is, a dash, a receipt and the day in words; mixed case.

use super::{Case, Clock, Fields, Grammar, Words};
use crate::accuracy::truth::Split;

pub(super) static GRAMMAR: Grammar = Grammar {
    bank: "ING",
    split: Split::RuleWriting,
    bsb: "923",
    case: Case::AsSent,
    clock: Clock::SydneyMidnight,
    widths: (24, 14, 140),
    country: "",
    fields: Fields { merchant_name: 0, mcc: 0, biller: 30, apca: 20, npp: 40, reference: 20, typed: 60 },
    lists_debits: true,
    posts_returns: true,
    dishonour_fee: 0,
    card: &[
        "{name} - Visa Purchase - Receipt {n6} In {place} Date {d mmm y} Card 462263xxxxxx{card}",
        "{name} - EFTPOS Purchase - Receipt {n6} In {place} Date {d mmm y}",
        "Visa Purchase - Receipt {n6} {name} In {place} Date {d mmm y} Card 462263xxxxxx{card}",
    ],
    card_online: &["{name} - Visa Purchase - Receipt {n6} In {place} Date {d mmm y} Card 462263xxxxxx{card}"],
    card_foreign: &[
        "{name} - Visa Purchase - Receipt {n6} Foreign Currency Amount: {fx} In {place} Date {d mmm y} Card 462263xxxxxx{card}",
    ],
    card_refund: &["{name} - Visa Refund - Receipt {n6} In {place} Date {d mmm y} Card 462263xxxxxx{card}"],
    atm: &[
        "{name} ATM {place} - ATM Withdrawal - Receipt {n6} In {place} Date {d mmm y}",
        "Cash Withdrawal - Receipt {n6} In {place} ATM Date {d mmm y}",
    ],
    debit: &["{name} - Direct Debit - Receipt {n6} {ref}", "{name} - Direct Debit - Receipt {n6}"],
    credit: &["{name} - Deposit - Receipt {n6} {ref}", "{name} - Direct Credit - Receipt {n6} {ref}"],
    payroll: &[
        "{name} - Deposit - Receipt {n6} {ref}",
        "Salary Deposit - Receipt {n6} {name}",
        "{name} - Direct Credit - Receipt {n6} {ref}",
    ],
    bpay: &["{name} - BPAY Bill Payment - Receipt {n6} To {name} {code}", "BPAY Bill Payment - Receipt {n6} To {name}"],
    pay_out: &["{name} - Osko Payment - Receipt {n6} {memo}", "Osko Payment To {name} - Receipt {n6} {memo}"],
    pay_in: &["Osko Payment From {name} - Receipt {n6} {memo}", "{name} - Osko Deposit - Receipt {n6} {memo}"],
    own_out: &["Internal Transfer - Receipt {n6} {othername} {memo}", "Internal Transfer - Receipt {n6} To {othernum}"],
    own_in: &["Internal Transfer - Receipt {n6} {othername} {memo}", "Internal Transfer - Receipt {n6} From {othernum}"],
    debt_in: &["Repayment Received - Receipt {n6}", "Repayment - Receipt {n6} Thank you"],
    returned: &["{name} - Direct Debit Returned - Receipt {n6}", "Direct Debit Reversal - Receipt {n6} {name}"],
    words: Words {
        dishonour_fee: &["Dishonour Fee - Receipt {n6}"],
        overdrawn_fee: &["Overdrawn Fee - Receipt {n6}"],
        account_fee: &["Monthly Fee - Receipt {n6}"],
        foreign_fee: &["International Transaction Fee - Receipt {n6}"],
        atm_fee: &["ATM Fee - Receipt {n6}"],
        card_fee: &["Annual Fee"],
        late_fee: &["Late Fee"],
        interest_in: &["Interest Credit - Receipt {n6}", "Bonus Interest Credit - Receipt {n6}"],
        interest_out: &["Interest Charge"],
        loan_interest: &["Interest Charged - Receipt {n6}"],
        cash_in: &["Cash Deposit - Receipt {n6} {place} Australia Post"],
        cheque: &["Cheque Withdrawal - Receipt {n6}"],
        cash_advance: &["Cash Advance - Receipt {n6} In {place}"],
        cash_advance_fee: &["Cash Advance Fee - Receipt {n6}"],
        loan_out: &["Loan Repayment - Receipt {n6} Orange Advantage {n8}"],
        redraw: &["Redraw - Receipt {n6} Mortgage Simplifier"],
    },
};
