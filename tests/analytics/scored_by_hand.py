"""Operators scored by hand: what is otherwise than clean, points, grade and completeness."""

from typing import Any

from analytics.risk_model import read_mapping, read_model

NAN = float("nan")
MODEL = read_model()
SHIPPED = read_mapping()
CLEAN = {
    "registered_capital_yuan": 0.0, "paid_share": 1.0, "established_years": 5.0,
    "industry_percentile": 0.0, "same_address_firms": 1, "licences": 0, "winding_up": 0,
    "prepaid_trade": 0, "abnormal_listed": 0, "serious_listed": 0, "credit_risk_class": "A",
    "penalties_year_1": 0, "failed_inspections_2y": 0, "linked_bad_firms": 0,
    "person_changes_12m": 0, "staff_findings": 0, "complaints_90d": 0,
    "unqualified_batches_2y": 0, "opinions_major_12m": 0,
}  # fmt: skip
"""An operator of which everything is known and nothing is wrong."""

# (what is otherwise than clean, points by indicator, grade, completeness)
BY_HAND: list[tuple[Any, Any, str, float]] = [
    ({}, {}, "A", 1.0),
    # 1 registered capital: 40 / 25 / 10
    ({"registered_capital_yuan": 1e5, "paid_share": 0}, {"registered_capital": 40}, "A", 1),
    ({"registered_capital_yuan": 1e5, "paid_share": 0, "established_years": 2}, {}, "A", 1),
    ({"registered_capital_yuan": 1e7, "paid_share": 0.09}, {"registered_capital": 25}, "A", 1),
    ({"registered_capital_yuan": 1e7, "paid_share": 0.1}, {}, "A", 1),
    ({"registered_capital_yuan": 9_999_999, "paid_share": 0.05}, {}, "A", 1),
    ({"registered_capital_yuan": NAN, "paid_share": NAN}, {"registered_capital": 10}, "A", 0.96),
    ({"paid_share": NAN, "established_years": NAN}, {}, "A", 0.96),
    # 2 industry: 50 x percentile
    ({"industry_percentile": 0.37}, {"industry_risk": 18.5}, "A", 1),
    ({"industry_percentile": NAN}, {}, "A", 0.95),
    # 3 address: 30 / 20 / 10, unreachable 30
    ({"same_address_firms": 20}, {"registered_address": 30}, "A", 1),
    ({"same_address_firms": 19}, {"registered_address": 20}, "A", 1),
    ({"same_address_firms": 10}, {"registered_address": 20}, "A", 1),
    ({"same_address_firms": 5}, {"registered_address": 10}, "A", 1),
    ({"same_address_firms": 4}, {}, "A", 1),
    ({"unreachable_12m": 1}, {"registered_address": 30}, "A", 1),
    ({"same_address_firms": NAN, "unreachable_12m": 1}, {}, "A", 0.97),
    # 4 licences: 50 / 30 / 15
    ({"licences": 1, "licence_days_left": -1, "operating": 1}, {"licence_expiry": 50}, "A", 1),
    ({"licences": 1, "licence_days_left": -1, "operating": 0}, {}, "A", 1),
    ({"licences": 1, "licence_days_left": 0, "operating": 1}, {"licence_expiry": 30}, "A", 1),
    ({"licences": 1, "licence_days_left": 30, "operating": 1}, {"licence_expiry": 30}, "A", 1),
    ({"licences": 1, "licence_days_left": 90, "operating": 1}, {"licence_expiry": 15}, "A", 1),
    ({"licences": 1, "licence_days_left": 91, "operating": 1}, {}, "A", 1),
    ({"licences": NAN, "licence_days_left": -1, "operating": 1}, {}, "A", 0.95),
    # 5 state: 50 / 40 / 25
    ({"winding_up": 1, "annual_report_missing": 1}, {"operating_state": 50}, "A", 1),
    ({"annual_report_missing": 1}, {"operating_state": 25}, "A", 1),
    (
        {"insured_people": 0, "prepaid_trade": 1},
        {"operating_state": 40, "prepaid_risk": 15}, "A", 1,
    ),
    ({"winding_up": NAN}, {}, "A", 0.95),
    # 6 prepaid: 15 / 25 / 50
    ({"prepaid_trade": 1}, {"prepaid_risk": 15}, "A", 1),
    ({"prepaid_trade": 1, "prepaid_refunds_90d": 2}, {"prepaid_risk": 15}, "A", 1),
    ({"prepaid_trade": 1, "prepaid_refunds_90d": 3}, {"prepaid_risk": 25}, "A", 1),
    ({"prepaid_trade": 1, "prepaid_refunds_90d": 10}, {"prepaid_risk": 50}, "A", 1),
    ({"prepaid_trade": NAN}, {}, "A", 0.95),
    # 7 abnormal list: 60 / 20
    ({"abnormal_listed": 1}, {"abnormal_list": 60}, "A", 1),
    ({"abnormal_left_years": 1.0}, {"abnormal_list": 20}, "A", 1),
    ({"abnormal_left_years": 1.01}, {}, "A", 1),
    ({"abnormal_listed": NAN}, {}, "A", 0.94),
    # 8 serious list: 80 and a trigger / 30
    ({"serious_listed": 1}, {"serious_list": 80}, "D", 1),
    ({"serious_left_years": 2.99}, {"serious_list": 30}, "A", 1),
    ({"serious_left_years": 3.0}, {}, "A", 1),
    ({"serious_listed": NAN}, {}, "A", 0.92),
    # 9 class: 40 / 25 / 10
    ({"credit_risk_class": "D"}, {"credit_class": 40}, "A", 1),
    ({"credit_risk_class": "C"}, {"credit_class": 25}, "A", 1),
    ({"credit_risk_class": "B"}, {"credit_class": 10}, "A", 1),
    ({"credit_risk_class": None}, {}, "A", 0.96),
    # 10 and 11 penalties: 25 x (1, 0.6, 0.3), at most 80; 60 / 45 / 25 / 10
    ({"penalties_year_1": 1}, {"penalty_count": 25, "penalty_severity": 10}, "A", 1),
    ({"penalties_year_2": 1}, {"penalty_count": 15, "penalty_severity": 10}, "A", 1),
    ({"penalties_year_3": 1}, {"penalty_count": 7.5, "penalty_severity": 10}, "A", 1),
    (
        {"penalties_year_1": 2, "penalties_year_2": 1, "penalties_year_3": 2,
         "penalty_yuan_3y": 9_999},
        {"penalty_count": 80, "penalty_severity": 10}, "A", 1,
    ),
    (
        {"penalties_year_1": 1, "penalty_yuan_3y": 10_000},
        {"penalty_count": 25, "penalty_severity": 25}, "A", 1,
    ),
    (
        {"penalties_year_1": 1, "penalty_yuan_3y": 100_000},
        {"penalty_count": 25, "penalty_severity": 45}, "A", 1,
    ),
    (
        {"penalties_year_3": 1, "suspended_or_revoked_3y": 1},
        {"penalty_count": 7.5, "penalty_severity": 60}, "A", 1,
    ),
    ({"penalties_year_1": NAN, "penalties_year_2": 1}, {}, "A", 0.86),
    # 12 inspections: 20 each, at most 60; refused 60
    ({"failed_inspections_2y": 2}, {"inspection": 40}, "A", 1),
    ({"failed_inspections_2y": 4}, {"inspection": 60}, "A", 1),
    ({"refused_inspections_2y": 1}, {"inspection": 60}, "A", 1),
    ({"failed_inspections_2y": NAN}, {}, "A", 0.94),
    # 13 linked firms: 20 each, at most 40
    ({"linked_bad_firms": 1}, {"linked_firms": 20}, "A", 1),
    ({"linked_bad_firms": 3}, {"linked_firms": 40}, "A", 1),
    ({"linked_bad_firms": NAN}, {}, "A", 0.96),
    # 14 changes: 30 / 20
    ({"person_changes_12m": 2}, {"person_changes": 30}, "A", 1),
    ({"person_changes_12m": 1}, {}, "A", 1),
    (
        {"person_changes_12m": 1, "complaints_rose_after_change": 1},
        {"person_changes": 20}, "A", 1,
    ),
    ({"person_changes_12m": NAN}, {}, "A", 0.97),
    # 15 staff: 20
    ({"staff_findings": 3}, {"staff": 20}, "A", 1),
    ({"staff_findings": NAN}, {}, "A", 0.98),
    # 16 complaints: 60 x to the P95 (at least 3), 40 x z/3, 40 x (1 - settled)
    ({"complaints_90d": 3, "peer_p95_90d": 6}, {"complaint_warning": 30}, "A", 1),
    ({"complaints_90d": 1, "peer_p95_90d": 1}, {"complaint_warning": 20}, "A", 1),
    ({"complaints_90d": 9, "peer_p95_90d": 6}, {"complaint_warning": 60}, "A", 1),
    ({"surge_z": 1.5}, {"complaint_warning": 20}, "A", 1),
    ({"surge_z": -2}, {}, "A", 1),
    ({"settlement_rate_12m": 0.25}, {"complaint_warning": 30}, "A", 1),
    (
        {"complaints_90d": 40, "peer_p95_90d": 6, "surge_z": 5, "settlement_rate_12m": 0},
        {"complaint_warning": 140}, "A", 1,
    ),
    ({"complaints_90d": NAN, "surge_z": 5}, {}, "A", 0.86),
    # 17 sampling: 30 each batch, at most 60; equipment 60
    ({"unqualified_batches_2y": 1}, {"sampling": 30}, "A", 1),
    ({"unqualified_batches_2y": 3}, {"sampling": 60}, "A", 1),
    ({"equipment_overdue": 1}, {"sampling": 60}, "A", 1),
    ({"unqualified_batches_2y": NAN}, {}, "A", 0.94),
    # 18 opinion: 60 / 40 / 15
    ({"opinions_major_12m": 1, "opinions_larger_12m": 2}, {"opinion": 60}, "A", 1),
    ({"opinions_larger_12m": 1}, {"opinion": 40}, "A", 1),
    ({"opinions_ordinary_12m": 5}, {"opinion": 15}, "A", 1),
    ({"opinions_major_12m": NAN}, {}, "A", 0.94),
    # the other triggers
    ({"group_red": 1}, {}, "D", 1),
    ({"food_drug_injury": 2}, {}, "D", 1),
    ({"revoked_operating": 1}, {}, "D", 1),
    # cut-offs: 60 + 50 + 60 + 30 = 200, one point less is still A
    (
        {"abnormal_listed": 1, "winding_up": 1, "unqualified_batches_2y": 2, "surge_z": 2.25},
        {"abnormal_list": 60, "operating_state": 50, "sampling": 60, "complaint_warning": 30},
        "B", 1,
    ),
    (
        {"abnormal_listed": 1, "winding_up": 1, "unqualified_batches_2y": 2, "surge_z": 2.175},
        {"abnormal_list": 60, "operating_state": 50, "sampling": 60, "complaint_warning": 29},
        "A", 1,
    ),
    # worst but for the list: 1000 - 80 + 30
    (
        {
            "registered_capital_yuan": 1e6, "paid_share": 0, "industry_percentile": 1,
            "same_address_firms": 99, "licences": 2, "licence_days_left": -9, "operating": 1,
            "winding_up": 1, "prepaid_trade": 1, "prepaid_refunds_90d": 11, "abnormal_listed": 1,
            "serious_left_years": 0, "credit_risk_class": "D", "penalties_year_1": 4,
            "suspended_or_revoked_3y": 1, "refused_inspections_2y": 1, "linked_bad_firms": 2,
            "person_changes_12m": 2, "staff_findings": 1, "complaints_90d": 90,
            "peer_p95_90d": 9, "surge_z": 3, "settlement_rate_12m": 0, "equipment_overdue": 1,
            "opinions_major_12m": 1,
        },
        {**MODEL.weights, "serious_list": 30}, "D", 1,
    ),
]  # fmt: skip
