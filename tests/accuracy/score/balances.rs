//! Balances at the end of each day: exact where the anchor is true, flagged where it is not.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use super::figure::{Bar, Figure, Section};
use super::{cents, is_built, list};
use crate::accuracy::truth::{AccountTruth, Anchor, Truth};

#[derive(Debug, Default)]
pub(crate) struct Balances {
    built: bool,
    /// Days under a true anchor that the report should say, and those that it says to the cent.
    days: (u64, u64),
    said_wrong: u64,
    /// Accounts with another anchor, and those that are flagged.
    others: (u64, u64),
    /// Of those that are not flagged: with a day that is wrong.
    looks_exact: u64,
}

impl Balances {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value) {
        if !is_built(&report["balances"]) {
            return;
        }
        self.built = true;
        let said: BTreeMap<&str, &Value> =
            list(&report["balances"]["accounts"]).iter().filter_map(|one| Some((one["accountId"].as_str()?, one))).collect();
        for account in truth.accounts.iter().filter(|account| account.copy_of.is_none()) {
            let Some(said) = said.get(account.account_id.as_str()) else {
                self.days.0 += u64::from(account.anchor == Anchor::True);
                continue;
            };
            self.account(truth, account, said);
        }
    }

    fn account(&mut self, truth: &Truth, account: &AccountTruth, said: &Value) {
        let days: BTreeMap<Date, i64> = (list(&said["endOfDay"]).iter())
            .filter_map(|day| Some((day["date"].as_str()?.parse().ok()?, cents(&day["balance"])?)))
            .collect();
        // Rows before a gap hang on rows that nobody has.
        let gap = truth.gaps.iter().filter(|(id, ..)| *id == account.account_id).map(|(_, _, to)| *to).max();
        let mine = account.end_of_day.iter().filter(|(day, _)| gap.is_none_or(|to| *day > to));
        let (mut expected, mut exact, mut wrong) = (0, 0, 0);
        for (day, balance) in mine {
            expected += 1;
            match days.get(day) {
                Some(said) if said == balance => exact += 1,
                Some(_) => wrong += 1,
                None => {}
            }
        }
        let flagged = said["anchorUncertain"].as_bool() == Some(true);
        if account.anchor == Anchor::True {
            self.days = (self.days.0 + expected, self.days.1 + exact);
            self.said_wrong += wrong;
        } else {
            self.others = (self.others.0 + 1, self.others.1 + u64::from(flagged));
            self.looks_exact += u64::from(!flagged && wrong > 0);
        }
    }

    pub(crate) fn section(&self) -> Section {
        let figures = vec![
            Figure::share("end-of-day balances, exact with a true anchor", Bar::AtLeast(1.0), self.days.1, self.days.0),
            Figure::share("end-of-day balances, said and wrong with a true anchor", Bar::AtMost(0.0), self.said_wrong, self.days.0),
            Figure::share("other anchors: flagged", Bar::AtLeast(1.0), self.others.1, self.others.0),
            Figure::share("other anchors: exact-looking and wrong", Bar::AtMost(0.0), self.looks_exact, self.others.0),
        ];
        Section::new("Balances", self.built, figures)
    }
}
