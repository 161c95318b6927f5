"""Say whether a name is that of a person who is mentioned, by what people say around it; pure."""

import re
from collections.abc import Sequence

from index.mining.names import Use, is_odd

_HE_OR_SHE = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE)
# "Thank you, NAME", "me and NAME", "I told NAME", "my colleague NAME".
_BEFORE = re.compile(
    r"(?:\b(?:thanks|thank you|thank you (?:very|so) much|hey|hi|hello|dear|sorry),? |\b(?:me|myself|i|he|she) and |"
    r"\b(?:told|asked|met|tell|ask|(?:talk|talked|talking|spoke|speak|speaking) (?:to|with)|"
    r"(?:conversation|discussion|chat|session|interview|talking|sitting)(?: there)? with|friends?|colleagues?|"
    r"co-founders?|teammates?|co-hosts?|boss|husband|wife|brother|sister|someone,|somebody,) )\Z",
    re.IGNORECASE,
)
# "NAME and I", "NAME said", "NAME, who", "NAME himself", "NAME, the founder".
_AFTER = re.compile(
    r"(?: and (?:i|me|myself)\b|"
    r" (?:(?:has|have|had|was|is|also|just|already|then|been) )*(?:said|says|saying|told|tells|asked|asks|asking|"
    r"answered|answers|mentioned|mentions|thinks|thought|wrote|writes|sings|came on|joked|replied|explained|wanted to|"
    r"did the)\b|,? (?:who|whose|whom)\b|, (?:thank|if you|the (?:founder|creator|author|ceo|cto))\b)",
    re.IGNORECASE,
)
_SHARE = 0.3
# Companies say and ask things too; of one sentence alone only "he" or "she" tells.
_FEWEST = 2
_MOST_AROUND = 60  # characters


def is_person(uses: Sequence[Use], texts: Sequence[str]) -> bool:
    """Say whether an episode probably speaks of a person in these uses of one name.

    "He" or "she" stands in or after many of its sentences, or several times a form that is usual for people.
    """
    if any(is_odd(word) for word in uses[0].name.split()):
        return False
    places = {use.sentence for use in uses}
    pronouns = {place for place in places if any(_HE_OR_SHE.search(text) for text in texts[place : place + 2])}
    if len(pronouns) >= _SHARE * len(places):
        return True
    forms = {use.sentence for use in uses if _is_said_of_people(use, texts[use.sentence])}
    return len(forms) >= _FEWEST and len(forms | pronouns) >= _SHARE * len(places)


def _is_said_of_people(use: Use, text: str) -> bool:
    before = text[max(0, use.start - _MOST_AROUND) : use.start]
    return _BEFORE.search(before) is not None or _AFTER.match(text, use.end, use.end + _MOST_AROUND) is not None
