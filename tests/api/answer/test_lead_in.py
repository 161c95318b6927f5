"""Lead-ins: what people say before they reply."""

import pytest

from api.answer.lead_in import is_lead_in


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Yeah, that's a great question.", True),
        ("Um, well...", True),
        ("Thanks for having me!", True),
        ("So I think you're absolutely right.", True),
        ("That's a great question about databases.", False),
        ("Yeah, the tide turned.", False),
        ("No.", True),
    ],
)
def test_assent_thanks_and_praise_lead_in(sentence: str, expected: bool) -> None:
    """A word with a meaning of its own makes a sentence say something."""
    assert is_lead_in(sentence) == expected
