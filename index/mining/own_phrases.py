"""Find the phrases of a text that could name what it is about: runs of its own words, without function words; pure."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from index.function_words import FUNCTION_WORDS, UNIT_WORDS
from index.sentences import WORD
from ingest.text.words import without_marks

MOST_WORDS = 4
# A name of more letters than a line has is a web address or worse.
_MOST_LETTERS = 60
# Words that are in any conversation, whatever it is about: frequent English verbs, adjectives, adverbs and nouns, units
# of time, what people say while they think, and how shortened words are written. A list by hand, not complete.
_PLAIN_WORDS = frozenset(
    "able about absolute absolutely actual add added adding adds agree agreed ah aha ahead almost alone amazing "
    "amount anyway anywhere apart appear appreciate appreciated april area around ask asked asking asks aspect "
    "aspects august away awesome awful back bad badly based basic basically beautiful became become becomes "
    "becoming began begin beginning begins believe best bet better big bigger biggest bit bits bring bringing "
    "brings brought build building builds built bunch call called calling calls came care case cases cause "
    "certain certainly chance change changed changes changing check choose chose christmas clear clearly close "
    "cold common complete completely cool correct cos couple course crazy create created creates creating cut cuz "
    "dead deal dear december decide decided deep definitely depend depending depends difference different "
    "difficult direct directly dont double drop dude early easier easily easter easy effect effectively else end "
    "ended ending ends entire entirely er erm especially essentially everywhere exact example examples excellent "
    "except excited exciting expect expected extra extremely fact facts fair fairly fall fantastic fast favorite "
    "favourite february feel feeling feels fell felt figure figured find finding finds fine finish finished fit "
    "five follow following form found four free friday full fully fun funny future gave general generally give "
    "given gives giving glad gonna good gosh gotcha gotta great greatest grow guess guy guys hand hang happening "
    "hard harder hate hear heard hearing held help helped helpful helping helps high higher highly hmm hold hope "
    "hoping hour hours huge huh hundred idea ideas imagine immediately important incredible incredibly inside "
    "interested interesting issue issues item items january job july june keep keeping keeps kept key kinda "
    "knowing lady large larger last late lately latest laugh laughs learn learned learning learnt leave leaves "
    "left lemme let level life likely line list listen listening literally little live lives living longer look "
    "looked looking looks lose lost lot lots love loved loves low lower luck lucky main major march mark massive "
    "matter matters maybe meant mhm microsecond microseconds middle might million millisecond milliseconds mind "
    "minor minute minutes miss mixed moment monday morning move moved moves moving naturally nearly neat "
    "necessarily necessary new newer next nice nicely nine normal normally note notice november number obvious "
    "obviously october odd oh okay old older opinion opposed option options order original originally ought "
    "outside overall own pain paper particular particularly parts pass past perfect perfectly person perspective "
    "pick picked piece pieces place places plan play playing plenty plus point pointed pointing points poor "
    "position possible possibly present pretty previous previously probably problem problems proper properly pull "
    "purpose push put puts putting question questions quick quicker quickly quiet random rare reach read reading "
    "ready real realise realised reality realize realized reason reasonable reasons recent recently regular "
    "related relatively remember remembered remind rest result results right road room round run running runs sad "
    "same saturday saw scary second seconds see seeing seem seemed seems seen sense sent separate september "
    "serious seriously set sets setting seven several shame share shared short show showed shown side sides "
    "significant similar similarly simple simpler simply single sit situation situations six size slightly slow "
    "slowly small smaller smart solid solve solved somehow somewhat somewhere sorry sorts sound sounded sounds "
    "speak speaking special specific specifically spend spending spent spot stand start started starting starts "
    "state stay step steps stick stop stopped stories story straight strange strong stuff stupid suddenly sunday "
    "super suppose supposed sure surprise surprised surprising sweet switch ten tend terms terrible test thanks "
    "theyd thing things thinking third thousand three thursday til till together top topic topics total totally "
    "touch tough track tricky tried tries true truly trust try trying tuesday turn turned turning turns two type "
    "typical typically uh ultimately um understand understanding understood unfortunately unless usual various "
    "version view wait waiting walk wanna watch watching wed wednesday weird went wherever whichever whoever "
    "whole wild willing win wish wonder wonderful wondering word words work worked working works world worried "
    "worry worse worst worth wow write writing written wrong wrote yeah yep yes zero".split()
)
# Hours and people are said of everything too.
_EMPTY = FUNCTION_WORDS | UNIT_WORDS | _PLAIN_WORDS
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ")
# A shortened verb ("server's" is none) or one with "not" is no name.
_SHORTENED = re.compile(r"['’](?:re|ve|ll|d|m)\Z|n['’]t\Z", re.IGNORECASE)


def subjects(text: str) -> list[str]:
    """Return the words of a text that have a meaning of their own, in lower case, in order."""
    keys = (found.group().lower().translate(_APOSTROPHES) for found in WORD.finditer(without_marks(text)))
    return [key for key in keys if len(key) > 1 and not _is_empty(key)]


def _is_empty(key: str) -> bool:
    """Say whether a word, or that of which it is the plural, has no meaning of its own."""
    return key in _EMPTY or _singular(key) in _EMPTY


Key = tuple[str, ...]


class OwnPhrase(NamedTuple):
    """Words of a text, verbatim, with a key that is the same for other capitals and plurals.

    `names` is how many of them have a capital or digit that no ordinary word at their place has.
    """

    key: Key
    text: str
    names: int


def usual_form(forms: Counter[str]) -> str:
    """Return the form of a phrase that is said most often, ties by the alphabet."""
    return max(sorted(forms), key=forms.__getitem__)


def inner_keys(key: Key) -> Iterator[Key]:
    """Yield the keys of the shorter phrases within a phrase."""
    for count in range(1, len(key)):
        yield from (key[first : first + count] for first in range(len(key) - count + 1))


def phrases_in(sentence: str) -> Iterator[OwnPhrase]:
    """Yield every run of one to four words of a sentence that have a meaning of their own, in order.

    Only single spaces stand between the words. A phrase does not end with an adverb.
    """
    run: list[tuple[str, int, int, bool]] = []
    spoken = without_marks(sentence)
    end = -1
    for place, found in enumerate(WORD.finditer(spoken)):
        word = found.group().rstrip("'’.-")
        key = word.lower().translate(_APOSTROPHES)
        if run and (found.start() != end + 1 or spoken[end] != " "):
            yield from _runs(spoken, run)
            run = []
        if _is_empty(key) or len(key) < 2 or len(key) > _MOST_LETTERS or key.isdigit() or _SHORTENED.search(word):
            yield from _runs(spoken, run)
            run = []
        else:
            is_name = any(map(str.isupper, word[1:])) or (place > 0 and word[0].isupper())
            run.append((_singular(key), found.start(), found.start() + len(word), is_name))
        end = found.start() + len(word)
    yield from _runs(spoken, run)


def _runs(text: str, run: list[tuple[str, int, int, bool]]) -> Iterator[OwnPhrase]:
    for first in range(len(run)):
        for last in range(first + 1, min(first + MOST_WORDS, len(run)) + 1):
            if not run[last - 1][0].endswith("ly"):
                words = run[first:last]
                names = sum(is_name for *_, is_name in words)
                yield OwnPhrase(tuple(key for key, *_ in words), text[words[0][1] : words[-1][2]], names)


def _singular(key: str) -> str:
    return key[:-1] if key.endswith("s") and not key.endswith("ss") and len(key) > 3 else key
