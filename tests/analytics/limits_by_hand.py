"""Ends of time limits counted by hand on the calendar."""

FIRST_CHECK = [
    ("2026-02-12", "2026-02-28", "two worked Saturdays around the Spring Festival"),
    ("2025-12-29", "2026-01-08", "over New Year, worked Sunday 1/4"),
    ("2026-03-02", "2026-03-11", "a plain week"),
    ("2026-03-07", "2026-03-17", "from a Saturday"),
    ("2026-03-31", "2026-04-10", "last day of a month, over Qingming"),
    ("2026-04-14", "2026-04-23", "last day of the old rules"),
    ("2026-04-15", "2026-04-24", "first day of the new rules"),
    ("2026-04-30", "2026-05-13", "over Labour Day, worked Saturday 5/9"),
    ("2026-06-18", "2026-06-30", "over Dragon Boat"),
    ("2026-09-18", "2026-09-29", "worked Sunday 9/20, over Mid-Autumn"),
    ("2026-09-30", "2026-10-15", "over National Day, worked Saturday 10/10"),
    ("2026-10-01", "2026-10-15", "from within the holiday: the same"),
    ("2026-02-28", "2026-03-10", "from a worked Saturday, end of February"),
    ("2026-05-31", "2026-06-09", "from a Sunday, end of a month"),
    ("2026-01-31", "2026-02-10", "from a Saturday, end of a month"),
]

MEDIATION = [
    # 60 natural days
    ("2026-04-15", "2026-04-16", {}, "2026-06-15", "14 + 31 + 15"),
    ("2026-04-15", "2026-04-20", {}, "2026-06-22", "6/19 begins Dragon Boat: Monday after it"),
    ("2026-06-30", "2026-07-01", {}, "2026-08-31", "8/30 is a Sunday"),
    ("2026-08-03", "2026-08-04", {}, "2026-10-08", "10/3 lies in the National Day holiday"),
    ("2026-07-21", "2026-07-22", {}, "2026-09-20", "a worked Sunday moves nothing"),
    # 45 working days
    ("2026-04-14", "2026-04-16", {}, "2026-06-23", "registered before the change: old rules"),
    ("2026-01-05", "2026-01-12", {}, "2026-03-20", "over the Spring Festival"),
    ("2023-07-22", "2023-08-01", {}, "2023-10-09", "10/7 and 10/8 of 2023 were worked"),
    # appraisals do not count
    (
        "2026-04-15",
        "2026-04-20",
        {"appraisal_from": "2026-05-06", "appraisal_to": "2026-05-16"},
        "2026-06-29",
        "6/19 and 10 days",
    ),
    (
        "2026-01-05",
        "2026-01-12",
        {"appraisal_from": "2026-02-02", "appraisal_to": "2026-02-06"},
        "2026-03-26",
        "4 working days more",
    ),
    (
        "2026-04-15",
        "2026-04-20",
        {"appraisal_from": "2026-07-01", "appraisal_to": "2026-07-11"},
        "2026-06-22",
        "an appraisal after the end changes nothing",
    ),
]

OTHERS = [
    ("tipoff_check", {"kind": "tipoff", "registered_at": "2026-05-02"}, "2026-05-25"),
    (
        "tipoff_check",
        {"kind": "tipoff", "registered_at": "2026-05-02", "is_check_extended": True},
        "2026-06-15",
    ),
    ("tipoff_check", {"kind": "tipoff", "registered_at": "2026-10-13"}, "2026-11-03"),
    (
        "tipoff_check",
        {"kind": "tipoff", "registered_at": "2026-10-13", "is_check_extended": True},
        "2026-11-24",
    ),
    (
        "tipoff_check",
        {"kind": "tipoff", "registered_at": "2026-10-13", "last_tipoff_at": "2026-10-20"},
        "2026-11-10",
    ),
    (
        "tipoff_notice",
        {
            "kind": "tipoff",
            "registered_at": "2026-03-10",
            "case_decided_at": "2026-03-31",
            "is_real_name": True,
        },
        "2026-04-08",
    ),
    (
        "tipoff_notice",
        {
            "kind": "tipoff",
            "registered_at": "2026-04-15",
            "case_decided_at": "2026-04-30",
            "is_real_name": True,
        },
        None,
    ),
    (
        "case_decision",
        {"kind": "tipoff", "registered_at": "2026-05-02", "case_opened_at": "2026-05-25"},
        "2026-08-24",
    ),
    (
        "case_decision",
        {
            "kind": "tipoff",
            "registered_at": "2026-05-02",
            "case_opened_at": "2026-05-25",
            "is_case_extended": True,
        },
        "2026-09-22",
    ),
    (
        "case_decision",
        {
            "kind": "tipoff",
            "registered_at": "2026-05-02",
            "case_opened_at": "2026-05-25",
            "is_case_extended": True,
            "case_extended_until": "2026-10-30",
        },
        "2026-10-30",
    ),
    ("odr", {"kind": "complaint", "registered_at": "2026-09-18", "is_odr": True}, "2026-10-09"),
    (
        "mediation_end_notice",
        {
            "kind": "complaint",
            "registered_at": "2026-01-05",
            "mediation_ended_at": "2026-02-13",
            "mediation_result": "no_agreement",
        },
        "2026-03-02",
    ),
    (
        "authority_dispute",
        {"kind": "tipoff", "registered_at": "2026-09-20", "authority_disputed_at": "2026-09-24"},
        "2026-10-12",
    ),
    (
        "clue_check",
        {"kind": "complaint", "registered_at": "2026-04-20", "violation_found_at": "2026-05-02"},
        "2026-05-25",
    ),
    (
        "three_years",
        {"kind": "complaint", "registered_at": "2026-03-01", "known_on": "2024-02-29"},
        "2027-02-28",
    ),
    (
        "advertising_reply",
        {"kind": "tipoff", "registered_at": "2026-03-02", "issue_type": "R01"},
        "2026-03-11",
    ),
    ("consumer_reply", {"kind": "complaint", "registered_at": "2026-03-02"}, "2026-03-11"),
    (
        "reject_notice",
        {"kind": "complaint", "registered_at": "2026-04-15", "acceptance": "declined"},
        "2026-04-24",
    ),
    (
        "reject_notice",
        {"kind": "complaint", "registered_at": "2026-04-14", "acceptance": "declined"},
        None,
    ),
    (
        "first_check",
        {
            "kind": "complaint",
            "registered_at": "2023-07-25",
            "is_odr": True,
            "odr_result": "not_settled",
            "dispatched_at": "2023-08-01",
        },
        "2023-08-10",
    ),
    (
        "first_check",
        {
            "kind": "complaint",
            "registered_at": "2023-07-25",
            "is_odr": True,
            "odr_result": "settled",
            "dispatched_at": "2023-08-01",
        },
        None,
    ),
    ("first_check", {"kind": "inquiry", "registered_at": "2026-03-02"}, None),
]
