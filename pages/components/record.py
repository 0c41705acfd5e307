"""The fields of one submission, in groups."""

from collections.abc import Mapping
from typing import Any

from pages.components import tables

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "登记信息",
        (
            "submission_id", "kind", "status", "registered_at", "channel", "information_source",
            "requested_remedies", "linked_id", "source", "updated_at",
        ),
    ),
    (
        "诉求人（已脱敏）",
        ("complainant_masked", "phone_masked", "complainant_gender", "complainant_age_band"),
    ),
    (
        "被诉主体",
        (
            "operator_name", "respondent_name", "uscc", "operator_type", "industry_section",
            "industry", "respondent_address",
        ),
    ),
    (
        "地点",
        ("city_code", "county_code", "street_code", "business_district", "incident_place"),
    ),
    (
        "商品服务与问题",
        (
            "product_kind", "product_category", "product", "product_name", "brand", "quantity",
            "issue_type", "issue_subtype", "keywords", "tags", "disputed_at",
        ),
    ),
    (
        "交易",
        (
            "consumed_yuan", "disputed_yuan", "sale_mode", "is_online", "online_platform",
            "is_livestream", "is_prepaid",
        ),
    ),
    (
        "办理",
        (
            "handling_unit", "handling_section", "acceptance", "reject_reason",
            "first_check_on_time", "closed_on_time", "handling_days", "mediation_result",
            "mediation_end_reason", "is_transferred_to_case", "is_supervised", "is_odr",
            "odr_result",
        ),
    ),
    (
        "结果",
        (
            "recovered_yuan", "is_case_opened", "case_opened_at", "case_value_yuan", "fined_yuan",
            "confiscated_yuan", "satisfaction", "is_published", "published_at",
            "is_serial_claimant", "exclusion_reason",
        ),
    ),
)  # fmt: skip
"""Fields by group, in reading order; title, narrative and feedback stand for themselves."""


def groups(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a submission as the panel draws them."""
    return [
        {
            "title": title,
            "fields": [_field(name, record.get(name)) for name in names],
        }
        for title, names in GROUPS
    ]


def _field(name: str, value: object) -> dict[str, Any]:
    return {
        "label": tables.COLUMNS[name].label,
        "text": tables.text_of(name, value),
        "known": not tables.is_missing(value),
    }
