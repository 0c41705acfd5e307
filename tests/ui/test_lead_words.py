"""Every code of a lead has a word."""

from pages.components import lead_chain_view, lead_labels
from queries.lead_chain import ChainStep
from queries.vocabulary import LeadResult, LeadState, SignalAnswer, SignalSource


def test_every_code_has_a_word():
    for kinds, words in (
        (SignalSource, lead_labels.SOURCES),
        (LeadState, lead_labels.STATES),
        (LeadResult, lead_labels.RESULTS),
        (SignalAnswer, lead_labels.ANSWERS),
    ):
        assert {str(each) for each in kinds} == {str(each) for each in words}
    assert set(lead_chain_view.STEPS) <= set(ChainStep)
