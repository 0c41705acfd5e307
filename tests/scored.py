"""A small warehouse of operators with register, events, submissions and scores, for tests of pages."""

from pathlib import Path

from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.finders.operator_files import complaint, day, event, load, registered

ELSEWHERE = {"city_code": "420500", "county_code": "420506"}
PENALISED, LISTED, PLAIN, FAR = "o1", "o2", "o3", "far"
LEGAL_PERSON = "p-same"
FILED = 12
SECRET = "远方健身房"


def fill(store: GenerationStore) -> None:
    """Load and score them."""
    register = [
        registered(PENALISED, name="受罚商行", legal_person_key=LEGAL_PERSON),
        registered(LISTED, name="列名商行", legal_person_key=LEGAL_PERSON),
        registered(PLAIN, name="平安商行"),
        registered(FAR, name=SECRET, **ELSEWHERE),
    ]
    events = [
        *[
            event(each, "credit_class", 300, outcome="A")
            for each in (PENALISED, LISTED, PLAIN, FAR)
        ],
        event(
            PENALISED,
            "penalty",
            30,
            severity="fine",
            amount_yuan=2e4,
            document_no="鄂罚〔2026〕1号",
        ),
        event(PENALISED, "penalty", 500, severity="warning"),
        event(PENALISED, "inspection", 20, outcome="failed", subject="日常检查"),
        event(LISTED, "serious_list", 10),
        event(FAR, "opinion", 10, severity="ordinary", subject="<b>舆情</b>"),
        *[event(PLAIN, kind, 1500, ends_on=day(1400)) for kind in ("licence", "abnormal_list")],
    ]
    filed = [complaint(f"a{n}", PENALISED, n * 3) for n in range(FILED)]
    load(store, [*filed, complaint("far", FAR, 5, **ELSEWHERE)], register, events)
    refresh(store)


def plant(folder: Path) -> Path:
    """Make the warehouse in a folder and return it."""
    store = GenerationStore(folder)
    fill(store)
    return store.folder
