"""Codes of what happened to operators, by the kind of event."""

from enum import StrEnum

from queries.vocabulary import OperatorEvent


class LicenceOutcome(StrEnum):
    """What became of a licence; whether it has expired is a matter of its day of expiry."""

    VALID = "valid"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class AnnualReportOutcome(StrEnum):
    """Whether an annual report was filed."""

    FILED = "filed"
    MISSING = "missing"
    LATE = "late"


class InspectionOutcome(StrEnum):
    """How an inspection ended; unreachable: nobody found at the registered address."""

    PASSED = "passed"
    CORRECTED = "corrected"
    FAILED = "failed"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class SamplingOutcome(StrEnum):
    """What a sampling test found."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


class EquipmentOutcome(StrEnum):
    """Whether special equipment was examined in time."""

    VALID = "valid"
    OVERDUE = "overdue"


class PenaltySeverity(StrEnum):
    """The gravest part of a penalty, mildest first."""

    WARNING = "warning"
    FINE = "fine"
    SUSPENSION = "suspension"
    REVOCATION = "revocation"


class CreditClass(StrEnum):
    """Class of the national credit risk classification, for internal reference only."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class ChangeOutcome(StrEnum):
    """What was changed in the register."""

    LEGAL_PERSON = "legal_person"
    SHAREHOLDER = "shareholder"
    NAME = "name"
    ADDRESS = "address"
    SCOPE = "scope"
    CAPITAL = "capital"


class LinkedFirmOutcome(StrEnum):
    """How a firm of the same legal person or shareholder stands."""

    DISHONEST = "dishonest"
    REVOKED = "revoked"
    NORMAL = "normal"


class StaffOutcome(StrEnum):
    """What was found about the people of an operator."""

    QUALIFICATION_EXPIRED = "qualification_expired"
    HEALTH_CERTIFICATE = "health_certificate"
    DISHONEST_EXECUTED = "dishonest_executed"
    NONE = "none"


class OpinionSeverity(StrEnum):
    """How grave an item of public opinion is."""

    MAJOR = "major"
    LARGER = "larger"
    ORDINARY = "ordinary"
    NONE = "none"


EVENT_OUTCOMES: dict[OperatorEvent, type[StrEnum]] = {
    OperatorEvent.LICENCE: LicenceOutcome,
    OperatorEvent.ANNUAL_REPORT: AnnualReportOutcome,
    OperatorEvent.INSPECTION: InspectionOutcome,
    OperatorEvent.SAMPLING: SamplingOutcome,
    OperatorEvent.EQUIPMENT: EquipmentOutcome,
    OperatorEvent.CREDIT_CLASS: CreditClass,
    OperatorEvent.CHANGE: ChangeOutcome,
    OperatorEvent.LINKED_FIRM: LinkedFirmOutcome,
    OperatorEvent.STAFF: StaffOutcome,
}
"""Codes of ``outcome`` by kind of event; other kinds have none."""

EVENT_SEVERITIES: dict[OperatorEvent, type[StrEnum]] = {
    OperatorEvent.PENALTY: PenaltySeverity,
    OperatorEvent.OPINION: OpinionSeverity,
}
"""Codes of ``severity`` by kind of event; other kinds have none."""
