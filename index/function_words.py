"""English function words: words with grammar but no subject, used to find what a sentence is about.

They are the closed classes of English grammar (pronouns, determiners, auxiliaries, prepositions, conjunctions, question
words), adverbs that connect or modify sentences, greetings, and verbs with little meaning of their own ("do", "say",
"happen"). They are written without apostrophes ("dont"). None was chosen by looking at test questions.
"""

import re

from index.sentences import WORD

AUXILIARIES = frozenset(
    "am is are was were be been being do does did done doing have has had having can could may might must shall should "
    "will would isnt arent wasnt werent dont doesnt didnt havent hasnt hadnt cant couldnt shouldnt wont wouldnt "
    "cannot".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
LIGHT_VERBS = frozenset(
    "say says said saying tell tells told think thinks thought make makes made making get gets got getting go goes "
    "went gone going come comes came take takes took taken taking happen happens happened mean means meant use uses "
    "used using want wants wanted know knows knew need needs needed let lets explain explains explained describe "
    "describes described mention mentions mentioned discuss discusses discussed talk talks talked according".split()
)
FUNCTION_WORDS = (
    AUXILIARIES
    | QUESTION_WORDS
    | LIGHT_VERBS
    | frozenset(
        "i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our "
        "ours ourselves they them their theirs themselves one ones someone somebody something anyone anybody anything "
        "everyone everybody everything nobody nothing none a an the this that these those some any each every either "
        "neither no all both half few many more most much less least several other others another such own same "
        "enough and or but nor so yet if then else because although though while whereas unless until since as than "
        "whether of in on at by for with about against between into through during before after above below to from "
        "up down out off over under again further onto upon within without across along around among behind beside "
        "besides beyond near per via toward towards despite except like unlike not never also too only just even "
        "still already ever very quite rather really actually exactly perhaps maybe there here now later once always "
        "often sometimes usually instead however therefore thus hence moreover furthermore additionally meanwhile "
        "finally initially eventually overall im youre hes shes theyre weve ive theyve youve ill youll theyll thats "
        "whats whos wheres whys hows heres theres long far old soon well yes please ok okay "
        "hello hi hey thanks thank bye goodbye welcome".split()
    )
)
# Nouns that an answer need not repeat: "Which year?" is answered by "In 2019".
UNIT_WORDS = frozenset(
    "year years month months week weeks day days date dates hour hours minute minutes second seconds time times "
    "people person persons thing things way ways kind kinds sort sorts type types part parts number numbers".split()
)
NEGATIONS = frozenset("not no never nobody nothing none neither nor nowhere without cannot".split())

_APOSTROPHES = str.maketrans("", "", "'’‘ʼ")
_NOT = re.compile(r"n['’]t\W*\Z", re.IGNORECASE)


def is_function_word(word: str) -> bool:
    """Say whether a word is a function word, in any case and with or without apostrophes."""
    return word.casefold().translate(_APOSTROPHES) in FUNCTION_WORDS


def has_subject(word: str) -> bool:
    """Say whether a word has a meaning of its own: it is neither a function word nor a single letter."""
    return len(word) > 1 and not is_function_word(word)


def subject_words(text: str) -> list[str]:
    """Return the words of a text that say what it is about, or all its words if none does."""
    words = [found.group() for found in WORD.finditer(text)]
    return [word for word in words if not is_function_word(word)] or words


def negates(text: str) -> bool:
    """Say whether a text holds a negation ("not", "nobody", "didn't")."""
    return any(
        piece.casefold().strip(".,;:!?\"'”’“‘()") in NEGATIONS or _NOT.search(piece) is not None
        for piece in text.split()
    )
