"""Raw figures counted by hand: of events, and of a row of the register."""

import datetime as dt
from typing import Any

import pytest

from tests.finders.operator_files import day, event

EVENT_CASES: list[Any] = [
        pytest.param([], {"penalties_year_1": 0, "licences": 0, "serious_listed": 0}, id="none"),
        pytest.param(
            [
                event("x", "penalty", 10, severity="fine", amount_yuan=5e4),
                event("x", "penalty", 364, severity="warning"),
                event("x", "penalty", 365, severity="fine", amount_yuan=2e5),
                event("x", "penalty", 800, severity="suspension"),
                event("x", "penalty", 1200, severity="revocation", amount_yuan=9e9),
            ],
            {
                "penalties_year_1": 2, "penalties_year_2": 1, "penalties_year_3": 1,
                "penalty_yuan_3y": 2e5, "suspended_or_revoked_3y": 1,
            },
            id="penalties by year",
        ),
        pytest.param(
            [
                event("x", "licence", 900, outcome="valid", subject="food", ends_on=day(100)),
                event("x", "licence", 90, outcome="valid", subject="food", ends_on=day(-40)),
                event("x", "licence", 90, outcome="valid", subject="drugs"),
                event("x", "licence", 90, outcome="revoked", subject="toys", ends_on=day(1)),
            ],
            {"licences": 2, "licence_days_left": 40, "operating": 1},
            id="a renewed licence is not an expired one",
        ),
        pytest.param(
            [event("x", "licence", 90, outcome="valid", subject="food", ends_on=day(3))],
            {"licences": 1, "licence_days_left": -3},
            id="expired",
        ),
        pytest.param(
            [
                event("x", "inspection", 30, outcome="failed"),
                event("x", "inspection", 729, outcome="failed"),
                event("x", "inspection", 731, outcome="failed"),
                event("x", "inspection", 40, outcome="refused"),
                event("x", "inspection", 50, outcome="unreachable"),
                event("x", "inspection", 60, outcome="passed"),
            ],
            {"failed_inspections_2y": 2, "refused_inspections_2y": 1, "unreachable_12m": 1},
            id="inspections",
        ),
        pytest.param(
            [
                event("x", "sampling", 30, outcome="unqualified", count=2),
                event("x", "sampling", 30, outcome="unqualified"),
                event("x", "sampling", 30, outcome="qualified", count=9),
                event("x", "equipment", 300, outcome="valid", subject="lift", ends_on=day(1)),
                event("x", "equipment", 300, outcome="valid", subject="boiler", ends_on=day(0)),
            ],
            {"unqualified_batches_2y": 3, "equipment_overdue": 1},
            id="sampling and equipment",
        ),
        pytest.param(
            [
                event("x", "abnormal_list", 500, ends_on=day(100)),
                event("x", "serious_list", 50),
            ],
            {"abnormal_listed": 0, "serious_listed": 1, "serious_left_years": None},
            id="lists",
        ),
        pytest.param(
            [event("x", "abnormal_list", 500, ends_on=day(-3))], {"abnormal_listed": 1},
            id="leaves the list in three days",
        ),
        pytest.param(
            [
                event("x", "credit_class", 400, outcome="D"),
                event("x", "credit_class", 30, outcome="B"),
            ],
            {"credit_risk_class": "B"},
            id="the latest class",
        ),
        pytest.param(
            [
                event("x", "change", 30, outcome="legal_person"),
                event("x", "change", 30, outcome="shareholder"),
                event("x", "change", 60, outcome="address"),
                event("x", "change", 380, outcome="legal_person"),
            ],
            {"person_changes_12m": 1},
            id="one take-over is one change",
        ),
        pytest.param(
            [
                event("x", "linked_firm", 30, outcome="dishonest", subject="b"),
                event("x", "linked_firm", 20, outcome="revoked", subject="b"),
                event("x", "linked_firm", 20, outcome="revoked", subject="c"),
                event("x", "linked_firm", 20, outcome="normal", subject="d"),
            ],
            {"linked_bad_firms": 2},
            id="a firm counts once",
        ),
        pytest.param(
            [
                event("x", "staff", 30, outcome="health_certificate"),
                event("x", "staff", 30, outcome="qualification_expired", ends_on=day(2)),
                event("x", "staff", 30, outcome="none"),
            ],
            {"staff_findings": 1},
            id="staff",
        ),
        pytest.param(
            [
                event("x", "opinion", 30, severity="major"),
                event("x", "opinion", 30, severity="ordinary"),
                event("x", "opinion", 366, severity="larger"),
            ],
            {"opinions_major_12m": 1, "opinions_larger_12m": 0, "opinions_ordinary_12m": 1},
            id="opinion",
        ),
        pytest.param(
            [event("x", "annual_report", 60, outcome="missing", count=2024)],
            {"annual_report_missing": 1}, id="the report that is due is missing",
        ),
        pytest.param(
            [
                event("x", "annual_report", 60, outcome="missing", count=2024),
                event("x", "annual_report", 30, outcome="late", count=2024),
            ],
            {"annual_report_missing": 0}, id="filed late",
        ),
        pytest.param([event("x", "penalty", -5)], {"penalties_year_1": 0}, id="not yet"),

]  # fmt: skip

REGISTER_CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {"registered_capital_yuan": 1e6, "paid_share": 1, "winding_up": 0, "operating": 1}),
        ({"paid_capital_yuan": 5e5}, {"paid_share": 0.5}),
        ({"paid_capital_yuan": None}, {"paid_share": None}),
        (
            {
                "operator_type": "个体工商户", "registered_capital_yuan": None,
                "paid_capital_yuan": None,
            },
            {"registered_capital_yuan": 0, "paid_share": 1},
        ),
        ({"status": "closing", "status_on": day(3)}, {"winding_up": 1, "operating": 0}),
        ({"status": "closing", "status_on": day(-3)}, {"winding_up": 0, "operating": 1}),
        ({"last_annual_report": 2023}, {"annual_report_missing": 1}),
        (
            {"last_annual_report": 2023, "established_on": dt.date(2025, 1, 1)},
            {"annual_report_missing": 0},
        ),
        ({"address_key": "address z"}, {"same_address_firms": 2}),
        ({"is_prepaid_issuer": True}, {"prepaid_trade": 1}),
        ({"is_prepaid_issuer": None}, {"prepaid_trade": None}),

]  # fmt: skip
