"""Stored codes: what the warehouse holds, independent of any label on screen."""

from enum import StrEnum


class Kind(StrEnum):
    """What a submission (诉求) is; each kind has its own clock and outcomes."""

    COMPLAINT = "complaint"
    TIPOFF = "tipoff"
    INQUIRY = "inquiry"


class Acceptance(StrEnum):
    """Result of the first check (初查) of a complaint."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Status(StrEnum):
    """Where a submission stands in its course."""

    REGISTERED = "registered"
    ODR_PENDING = "odr_pending"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    AWAITING_CHECK = "awaiting_check"
    ACCEPTED = "accepted"
    CHECKING = "checking"
    MEDIATING = "mediating"
    CASE_OPENED = "case_opened"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    FED_BACK = "fed_back"
    ARCHIVED = "archived"


STATUS_RANK: dict[Status, int] = {
    Status.REGISTERED: 10,
    Status.ODR_PENDING: 20,
    Status.DISPATCHED: 30,
    Status.RETURNED: 35,
    Status.AWAITING_CHECK: 40,
    Status.ACCEPTED: 50,
    Status.CHECKING: 55,
    Status.MEDIATING: 60,
    Status.CASE_OPENED: 70,
    Status.DECLINED: 80,
    Status.WITHDRAWN: 80,
    Status.CLOSED: 90,
    Status.FED_BACK: 95,
    Status.ARCHIVED: 99,
}
"""Progress order: when one submission comes twice, the later stage wins (see docs/import.md)."""


class MediationResult(StrEnum):
    """How mediation ended."""

    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    OTHER = "other"


class OdrResult(StrEnum):
    """How the business's own settlement (ODR) ended."""

    SETTLED = "settled"
    NOT_SETTLED = "not_settled"
    PENDING = "pending"


class Remedy(StrEnum):
    """What the person asks for (诉求内容); stored comma-joined in ``requested_remedies``."""

    REFUND = "refund"
    RETURN_GOODS = "return_goods"
    REPLACE = "replace"
    REPAIR = "repair"
    REDO = "redo"
    SUPPLEMENT = "supplement"
    COMPENSATE = "compensate"
    APOLOGISE = "apologise"
    INVESTIGATE = "investigate"
    OTHER = "other"


class Gender(StrEnum):
    """Gender of the person as registered."""

    FEMALE = "female"
    MALE = "male"


class SaleMode(StrEnum):
    """How the goods or service were sold (销售方式)."""

    STORE = "store"
    ONLINE = "online"
    TV = "tv"
    PHONE = "phone"
    MAIL = "mail"
    DOOR_TO_DOOR = "door_to_door"
    OTHER = "other"


class EventKind(StrEnum):
    """What an event on the calendar is, since each bends the figures in its own way."""

    HOLIDAY = "holiday"
    PROMOTION = "promotion"
    RULE = "rule"
    CLASSIFICATION = "classification"
    DATA = "data"
    OTHER = "other"


class ViewKind(StrEnum):
    """Who finds a saved view in the list."""

    MINE = "mine"
    OFFICE = "office"


class DecisionKind(StrEnum):
    """What a person decides about, so that what jobs find is not found over and over again."""

    WORD = "word"
    CLUSTER = "cluster"
    SUBMISSION = "submission"
    CLAIMANT = "claimant"
    TAG_RULE = "tag_rule"
    IDENTITY = "identity"
    RISK_MODEL = "risk_model"
    TOPIC = "topic"
    CAMPAIGN = "campaign"


class RiskModelVerdict(StrEnum):
    """What a person decides about a version of the risk model; the latest in force counts."""

    DRAFT = "draft"
    IN_FORCE = "in_force"


class IdentityVerdict(StrEnum):
    """What a person decides about two names of operators."""

    SAME = "same"
    DIFFERENT = "different"


class WordVerdict(StrEnum):
    """What a person decides about a word."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WATCHED = "watched"


class GroupKind(StrEnum):
    """Why submissions are in one group."""

    REPEAT = "repeat"
    MULTICHANNEL = "multichannel"
    FREQUENT = "frequent"
    MANY_PERSONS = "many_persons"
    SAME_ISSUE = "same_issue"
    LETTER = "letter"


class GroupRole(StrEnum):
    """What a submission is in its group."""

    KEPT = "kept"
    COPY = "copy"
    MEMBER = "member"


class ExclusionReason(StrEnum):
    """Why a submission is left out of de-noised counts."""

    REPEAT = "repeat"
    MULTICHANNEL = "multichannel"
    SERIAL_CLAIM = "serial_claim"
    DECIDED = "decided"


class ClaimTier(StrEnum):
    """How strongly a claimant's submissions show the pattern; to be verified in any case."""

    WATCH = "watch"
    SUSPECTED = "suspected"
    HIGHLY_SUSPECTED = "highly_suspected"


class CountVerdict(StrEnum):
    """What a person decides about a submission."""

    COUNTED = "counted"
    EXCLUDED = "excluded"


class ClaimantVerdict(StrEnum):
    """What a person decides about a claimant."""

    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"


class Records(StrEnum):
    """What the records of a source are, named by its mapping."""

    SUBMISSIONS = "submissions"
    OPERATOR_REGISTER = "operator_register"
    OPERATOR_EVENTS = "operator_events"


class OperatorStatus(StrEnum):
    """Where an operator stands in the business register."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    REVOKED = "revoked"
    DEREGISTERED = "deregistered"


class OperatorEvent(StrEnum):
    """What happened to an operator, by the source that says so."""

    LICENCE = "licence"
    ANNUAL_REPORT = "annual_report"
    INSPECTION = "inspection"
    SAMPLING = "sampling"
    EQUIPMENT = "equipment"
    PENALTY = "penalty"
    ABNORMAL_LIST = "abnormal_list"
    SERIOUS_LIST = "serious_list"
    CREDIT_CLASS = "credit_class"
    CHANGE = "change"
    LINKED_FIRM = "linked_firm"
    STAFF = "staff"
    OPINION = "opinion"
    CASE = "case"


class Relation(StrEnum):
    """What two operators of the register have in common."""

    LEGAL_PERSON = "legal_person"
    LEGAL_PERSON_NAME = "legal_person_name"
    ADDRESS = "address"
    PHONE = "phone"
    SHOP = "shop"


class SignalSource(StrEnum):
    """What points at an operator as worth a look."""

    RISK = "risk"
    CAMPAIGN = "campaign"
    CLUSTER = "cluster"
    SHARED_MATTER = "shared_matter"
    GROUP = "group"
    TIPOFF = "tipoff"


class SignalAnswer(StrEnum):
    """What became of a signal."""

    LEAD = "lead"
    DISMISSED = "dismissed"


class LeadState(StrEnum):
    """Where a case lead stands."""

    PROPOSED = "proposed"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    CHECKING = "checking"
    FILED = "filed"
    NOT_FILED = "not_filed"
    CLOSED = "closed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class LeadResult(StrEnum):
    """What a case lead came to."""

    PENALTY = "penalty"
    NO_PENALTY = "no_penalty"
    CASE_WITHDRAWN = "case_withdrawn"
    TRANSFERRED = "transferred"
    NOT_FILED = "not_filed"


SOLE_PROPRIETORS = ("个体工商户", "个体户")
"""Types of operator, as registers name them, that owe no registered capital."""
