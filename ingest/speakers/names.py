"""Recognise text that looks like a speaker's name: its words, titles and roles, and the words that rule a name out."""

import re

_PARTICLES = frozenset(
    "de da di do du dos das del della der den van von und y e la le el al bin bint ibn ap ab af av zu zum ten ter te "
    "of and & 't ’t".split()
)
_LEADING_PARTICLES = frozenset("de da di du van von den ten ter al el bin ibn".split())
_TITLES = frozenset(
    "dr mr mrs ms miss mx prof professor sir dame st rev reverend lord lady baroness viscount jr sr "
    "sen rep gov gen col capt lt sgt maj adm cllr hon amb fr".split()
)
_ROLES = frozenset(
    "host co-host cohost guest speaker interviewer interviewee moderator narrator presenter audience announcer panel "
    "panellist panelist voiceover producer reporter caller question answer all both everyone q a".split()
)
# Words that begin a sentence or a heading, but not a name, although they are capitalised there.
_SENTENCE_WORDS = frozenset(
    "the an this that these those it its is are was so and but or if as at in on for from with to by my our your his "
    "her their one two three four five six seven eight nine ten some many most what why how when where who which "
    "today tomorrow yesterday now then also yes no not well okay ok right sure remember because here there finally "
    "lastly secondly firstly again let we you they he she i do does did can could would should first second third "
    "next last another each every either just only even still both yeah yep nope exactly absolutely indeed definitely "
    "totally correct awesome beautiful wow hello hi hey thanks sorry".split()
)
_HEADING_WORDS = frozenset(
    "note notes ps nb update updates link links url resource resources point points aim aims goal goals credit credits "
    "reference references reading music chapter chapters timestamp timestamps transcript transcription description "
    "summary contact sponsor sponsors topic topics bio biography email twitter website web episode podcast example "
    "examples result results pros cons step steps warning important disclaimer correction edit edited tip tips "
    "subscribe follow takeaway takeaways highlights introduction conclusion agenda list rule rules part section lesson "
    "lessons fact facts definition guests hosts speakers panelists panellists participants attendees presenters".split()
)
_WORD = re.compile(r"[\w’'‘`.\-–/“”\"]+")
_LOWER_PREFIX = re.compile(r"[a-z]{1,3}['’-](.)")
_SENTENCE_END = re.compile(r"(?:[.?!…]|--|[-–—])[\"“”’')]*$")


def fold(name: str) -> str:
    """Return a name in the form used for comparison."""
    return " ".join(name.replace("’", "'").replace("‘", "'").casefold().split())


def name_words(name: str) -> int:
    """Return how many words of a name are capitalised, not counting particles; 0 if the text does not look like one."""
    words = name.split()
    if not 1 <= len(words) <= 7 or len(name) > 80:
        return 0
    if not (_capital(words[0]) or (len(words) > 1 and words[0] in _LEADING_PARTICLES)):
        return 0
    if not all(_fits(word) for word in words) or any(_ends_sentence(word) for word in words):
        return 0
    capitals = sum(_capital(word) and word.casefold() not in _PARTICLES for word in words)
    # Digits and particles are words of the name, but not counted: "Speaker 1" gives 1.
    return capitals if capitals <= 6 and (_capital(words[-1]) or words[-1].isdigit()) else 0


def is_role(name: str) -> bool:
    """Return whether a label is a part in the conversation: "Host", "Speaker 1", "Speaker #1", "Q"."""
    words = fold(name).split()
    return (
        bool(words)
        and words[0].rstrip(".") in _ROLES
        and all(word.lstrip("#").isdigit() or word in _ROLES for word in words)
    )


def is_title(word: str) -> bool:
    """Return whether a word is a form of address: "Dr", "Mrs."."""
    return word.rstrip(".").casefold() in _TITLES


def is_ordinary(name: str) -> bool:
    """Return whether a capitalised text begins like a sentence or is a heading ("Today", "Useful Links")."""
    if is_role(name):
        return False
    initials = len(name) <= 3 and name.isupper()  # "TO" is Tom Okafor
    return (fold(name).split()[0] in _SENTENCE_WORDS and not initials) or is_heading(name)


def is_heading(name: str) -> bool:
    """Return whether a text has a word of headings, such as "links"."""
    return not _HEADING_WORDS.isdisjoint(fold(name).split())


def first_name(name: str) -> str:
    """Return the folded first word, after any titles, of a name of several words; "" for a single word."""
    words = [word for word in fold(name).split() if word.rstrip(".") not in _TITLES]
    return words[0] if len(words) > 1 else ""


def _fits(word: str) -> bool:
    if word in _PARTICLES or (word.isdigit() and len(word) <= 3):
        return True
    return _capital(word) and _WORD.fullmatch(word) is not None


def _capital(word: str) -> bool:
    letters = word.lstrip("\"“”'’‘")
    if not letters:
        return False
    if (prefix := _LOWER_PREFIX.match(letters)) is not None:
        letters = prefix[1]
    return letters[0].isalpha() and not letters[0].islower()


def _ends_sentence(word: str) -> bool:
    """Return whether a word ends a sentence: "Yes." does, "Dr." and the initial "J." do not."""
    if _SENTENCE_END.search(word) is None:
        return False
    parts = word.rstrip(".").casefold().split(".")
    return not (word.endswith(".") and (parts[0] in _TITLES or all(len(part) == 1 for part in parts)))
