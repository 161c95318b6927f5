"""Decide whether labels and the text they label are a conversation, or a list with names (credits, links, news); pure.

In a conversation names alternate and come back, people say sentences in the first and second person, and somebody
asks, greets, thanks or is addressed. Lists may have some of these signs, but not all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.shownotes.label_candidates import LabelCandidate, is_time
from ingest.shownotes.lines import Line
from ingest.shownotes.surroundings import is_break
from ingest.speakers.names import first_name, fold, is_role, name_words

# Who calls the text a transcript: nobody, a heading in the notes ("Transcript"), or whoever linked the whole document.
Claim = Literal["none", "heading", "document"]

# What is read of a transcript: a longer one is decided by its beginning.
_MOST_TURNS = 400
_MOST_CHARACTERS = 600

_MANY_RETURNS = 3  # a text in which names come back less often is short: every sign must be there
_LEAST_WORDS = 4.0  # mean words of a turn, and of one in which people greet and ask all the time
_FEWEST_WORDS = 2.0
_LEAST_SENTENCES = 0.5  # share of turns with a whole sentence
_LEAST_VOICE = 0.3  # share of turns in the first or second person; lists in which names came back had at most 0.12
_MUCH_VOICE = 0.6
_MANY_WORDS = 12.0  # mean words of a turn that are more than a title
_MOST_LINKS = 0.25  # share of turns with a link
_LONG_WORDS = 30.0
_MONOLOGUE_WORDS, _COPIED_WORDS = 100, 50  # without labels under a heading "Transcript": less may be about the show
_FEWEST_TIMES = 3
_MOSTLY = 0.8  # share of its words in paragraphs that end with a sentence

_SENTENCE = re.compile(r"[.?!…](?:[\s\"”’')\]]|$)|[。？！]")
_QUESTION = re.compile(r"\?(?:[\s\"”’')\]]|$)|？")
_LINK = re.compile(r"https?://|\bwww\.|\S@\w|(?<!\S)@\w|\b[\w-]+\.(?:com|org|net|io|fm|co|me|tv|dev)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# First and second person, and what people only say to each other, in the languages of most podcasts. Words that mean
# something else in another of them are left out ("du", "ma", "no").
_VOICE = frozenset(
    "i i'm i've i'd i'll me my mine myself you you're you've you'd you'll your yours we we're we've we'd we'll us our "
    "let's yeah yes yep okay ok oh uh um mm hmm hi hello hey thanks thank welcome please sorry bye "
    "ich mich mir mein meine wir uns dich dir dein ihr euch danke hallo ja genau "
    "je j'ai j'étais moi tu te toi nous vous mon mes notre votre merci bonjour oui ouais voilà "
    "yo mi mí tú nos usted ustedes nosotros gracias hola sí creo tengo tenemos podemos vamos bueno claro "
    "eu você vocês nós meu minha acho tenho temos obrigado obrigada olá sim "
    "io noi voi mio mia grazie ciao "
    "ik mij mijn jij jou jouw wij jullie bedankt "
    "jag mig dig vi oss jeg meg deg tack takk tak hej hei "
    "я мы мне меня мной нам нас вы вас вам ты тебя тебе мой моя мои наш наша ваш спасибо привет здравствуйте "
    "mnie nam wy dziękuję cześć mě mně nás vás děkuji".split()
)
# The same in scripts that write no spaces between words.
_UNSPACED_VOICE = re.compile(
    r"私|僕|俺|あなた|です|ます|ました|ません|ありがと|こんにち|はい|我|你|您|咱|谢谢|謝謝|欢迎|歡迎|大家好|저|제가|나는|우리|감사|안녕|습니다"
)
_UNSPACED_EXCHANGE = re.compile(
    r"ですか|ますか|でしょうか|ありがと|こんにち|おはよう|ようこそ|吗|呢|嗎|谢谢|謝謝|欢迎|歡迎|你好|您好|大家好|감사|안녕|니까|나요|까요"
)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS_OF_WORD = 2  # in such scripts
_FIRST_PERSON = frozenset("i i'm i've i'd i'll me my ich mich mir je j'ai moi yo eu io ik jag jeg".split())
_GREETING = re.compile(
    r"\b(?:thanks|thank you|welcome|hello|hi|hey|good (?:morning|afternoon|evening|day)|goodbye|bye|pleasure|"
    r"danke|hallo|willkommen|guten (?:morgen|tag|abend)|merci|bonjour|bienvenue|gracias|hola|bienvenidos?|obrigad[oa]|"
    r"olá|grazie|ciao|benvenuti?|bedankt|welkom|tack|takk|hej|hei|välkommen|velkommen)\b",
    re.IGNORECASE,
)
_EXCHANGES = (_QUESTION, _GREETING, _UNSPACED_EXCHANGE)
_INTRODUCES = (
    r"(?:i['’]m|i am|my name is|this is|ich bin|mein name ist|je suis|je m['’]appelle|soy|me llamo|eu sou|sono|ik ben|"
    r"jag är|jeg er)"
)
_QUESTIONS = frozenset({"q", "question", "f", "frage", "p", "pregunta"})
_ANSWERS = frozenset({"a", "answer", "antwort", "r", "respuesta", "réponse"})
_FUNCTION_WORDS = frozenset("the of and to a in is it that for".split())


@dataclass(frozen=True, slots=True)
class _Said:
    """One label's name, the first paragraph of its text and the beginning of the whole."""

    key: str
    name: str
    text: str
    whole: str
    linked: bool

    @property
    def is_personal(self) -> bool:
        """Whether the text is in the first or second person."""
        return _is_personal(self.whole)


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for a conversation and against it; shares are of turns."""

    turns: int
    people: int
    returns: int
    words: float
    sentences: float
    voice: float
    links: float
    exchanges: int
    addressed: bool


def is_conversation(labels: Sequence[LabelCandidate], lines: Sequence[Line], claim: Claim) -> bool:
    """Return whether labels in lines are speakers in a conversation; in doubt not.

    The more surely the publisher calls the text a transcript, the less the text must show. Linear in its length.
    """
    said = _said(labels[: _MOST_TURNS + 1], lines)[:_MOST_TURNS]
    if not said:
        return False
    signs = _signs(said)
    if claim == "none" and {item.key for item in said} <= _QUESTIONS | _ANSWERS and not _is_interview(said):
        return False
    if _is_monologue(signs, said):
        return True
    personal = sum(item.is_personal for item in said) >= 0.7 * signs.turns and signs.returns > 0
    if signs.links > _MOST_LINKS * (1 if claim == "none" else 2) and not personal:
        return False
    return _is_exchange(signs, said) or (claim != "none" and _is_no_list(signs, said, claim))


def is_speech(lines: Sequence[Line]) -> bool:
    """Return whether lines without labels are what one person says: much text, in sentences and in person, no links.

    Lines with a time before each or every other one are captions that somebody copied. Linear in the length.
    """
    texts = [line.text for line in lines if any(map(str.isalnum, line.text))]
    spoken = [text for text in texts if not is_time(text)]
    lengths = [_length(text) for text in spoken]
    times = len(texts) - len(spoken)
    copied = times >= _FEWEST_TIMES and len(spoken) <= 2 * times
    if any(line.linked and not is_time(line.text) for line in lines):
        return False
    if copied or sum(lengths) < _MONOLOGUE_WORDS:
        return copied and sum(lengths) >= _COPIED_WORDS
    total = sum(lengths)
    whole = sum(length for text, length in zip(spoken, lengths, strict=True) if _SENTENCE.search(text[-8:]))
    personal = sum(length for text, length in zip(spoken, lengths, strict=True) if _is_personal(text))
    linked = sum(length for text, length in zip(spoken, lengths, strict=True) if _LINK.search(text))
    return whole >= _MOSTLY * total and personal >= total / 2 and linked <= _MOST_LINKS * total


def _is_exchange(signs: _Signs, said: Sequence[_Said]) -> bool:
    """Return whether the text alone shows a conversation."""
    # Machines write speech without stops; then only much speech in the first and second person is enough.
    talk = signs.voice >= _MUCH_VOICE and signs.words >= _MANY_WORDS
    if signs.people < 2 or signs.words < _FEWEST_WORDS or (signs.sentences < _LEAST_SENTENCES and not talk):
        return False
    greets = signs.addressed or (signs.returns > 0 and 4 * signs.exchanges >= signs.turns)
    if greets and signs.voice >= 0.5 and signs.links == 0 and all(_names_somebody(item) for item in said):
        return True
    if signs.returns < _MANY_RETURNS or signs.words < _LEAST_WORDS or signs.exchanges <= signs.turns // 40:
        return False
    if 2 * signs.people > signs.turns + 1 and not talk:
        return False
    return signs.voice >= _LEAST_VOICE or (signs.returns >= 2 * _MANY_RETURNS and not _is_english(said))


def _is_monologue(signs: _Signs, said: Sequence[_Said]) -> bool:
    """Return whether few people speak long, in person, under a label that is printed again and again."""
    if signs.turns < 4 or 3 * signs.people > signs.turns or not all(_names_somebody(item) for item in said):
        return False
    words = sum(_length(item.whole) for item in said) / signs.turns
    return words >= _LONG_WORDS and sum(item.is_personal for item in said) >= 0.7 * signs.turns


def _is_no_list(signs: _Signs, said: Sequence[_Said], claim: Claim) -> bool:
    """Return whether a text that is called a transcript has nothing of a list."""
    again = (signs.people == 1 and signs.sentences > 0) or signs.people < signs.turns
    if claim == "document":
        return signs.voice >= _LEAST_VOICE or (again and signs.sentences >= _LEAST_SENTENCES / 2)
    if signs.returns > 1 and signs.sentences >= _LEAST_SENTENCES and any(item.is_personal for item in said):
        return True
    if not again:
        return signs.voice >= 0.5
    return signs.voice >= _LEAST_VOICE or (signs.words >= _MANY_WORDS and not _is_english(said))


def _signs(said: Sequence[_Said]) -> _Signs:
    seen: set[str] = set()
    returns = 0
    previous = ""
    for item in said:
        # "Ann Lee" may come back as "Ann".
        key = item.key if is_role(item.name) else first_name(item.name) or item.key
        returns += key in seen and key != previous
        seen.add(key)
        previous = key
    count = len(said)
    return _Signs(
        turns=count,
        people=len({item.key for item in said}),
        returns=returns,
        words=sum(_length(item.text) for item in said) / count,
        sentences=sum(_SENTENCE.search(item.text) is not None for item in said) / count,
        voice=sum(_is_personal(item.text) for item in said) / count,
        links=sum(item.linked or _LINK.search(item.whole) is not None for item in said) / count,
        exchanges=sum(any(sign.search(item.text) is not None for sign in _EXCHANGES) for item in said),
        addressed=returns < _MANY_RETURNS and _is_addressed(said),
    )


def _said(labels: Sequence[LabelCandidate], lines: Sequence[Line]) -> list[_Said]:
    """Return the labels with the text up to the next one; labels without text are left out."""
    said: list[_Said] = []
    for place, label in enumerate(labels):
        following = labels[place + 1] if place + 1 < len(labels) else None
        last = following.line if following is not None else len(lines)
        end = following.start if following is not None and last == label.line else label.end + _MOST_CHARACTERS
        texts = [lines[label.line].text[label.end : end].strip()]
        number = label.line + 1
        while number < last and sum(map(len, texts)) < _MOST_CHARACTERS:
            texts.append(lines[number].text[:_MOST_CHARACTERS])
            number += 1
        texts = [text for text in texts if text and not is_time(text)]
        if texts and not is_break(lines[label.line]):
            linked = any(line.linked and not is_time(line.text) for line in lines[label.line : number])
            said.append(_Said(label.key, label.name, texts[0], " ".join(texts)[:_MOST_CHARACTERS], linked))
    return said


def _is_addressed(said: Sequence[_Said]) -> bool:
    """Return whether somebody introduces himself by his label's name, or is called by it in another's turn."""
    names = {item.key: first_name(item.name) or item.key for item in said[:50]}
    for item in said[:50]:
        text = fold(item.text)
        own = re.escape(names[item.key])
        if re.search(rf"\b{_INTRODUCES} (?:\w+ )?{own}\b", text):
            return True
        others = "|".join(re.escape(name) for key, name in names.items() if key != item.key)
        if others and re.search(
            rf"(?:, |\b(?:thanks|thank you|hi|hello|hey) )(?:{others})\s*[.,!?]|\A(?:{others}),", text
        ):
            return True
    return False


def _is_personal(text: str) -> bool:
    return not _VOICE.isdisjoint(_words(text)) or _UNSPACED_VOICE.search(text) is not None


def _length(text: str) -> int:
    """Return how many words a text has, estimated from its letters in scripts without spaces."""
    return max(len(_words(text)), len(_UNSPACED.findall(text)) // _LETTERS_OF_WORD)


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _names_somebody(item: _Said) -> bool:
    return name_words(item.name) > 0 or is_role(item.name)


def _is_interview(said: Sequence[_Said]) -> bool:
    """Return whether answers speak of the one who answers, unlike those to frequent questions."""
    answers = [item for item in said if item.key in _ANSWERS]
    own = sum(not _FIRST_PERSON.isdisjoint(_words(item.text)) for item in answers)
    return bool(answers) and 2 * own >= len(answers)


def _is_english(said: Sequence[_Said]) -> bool:
    words = [word for item in said[:50] for word in _words(item.text)]
    return sum(word in _FUNCTION_WORDS for word in words) >= 0.08 * len(words)
