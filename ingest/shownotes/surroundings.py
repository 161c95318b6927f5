"""Leave the text around speech out of a transcript: footers, link lists, section headings, adverts, credits; pure.

Shape and place decide. A line is only left out if it has no speaker's label; a footer is also at the end, and a heading
is printed as one in a text whose labels are not. What is speech in the middle of a turn stays.
"""

import re
from collections.abc import Sequence

from ingest.shownotes.lines import Line
from ingest.shownotes.page import is_rule
from ingest.shownotes.section_headings import is_printed_as_heading, section_headings, speaker_label
from ingest.speakers.names import name_words
from ingest.text.clock import TIME

_TAIL = 80  # lines at the end in which the speech may end
_FIRST_WORDS = 8
_MOST_BEFORE = 20  # characters of a time or a sign before a name
_TOP = 2  # lines at the beginning where somebody may be named who transcribed the text
_STRICT = 1.15  # paragraphs for each label up to which every paragraph has a label
_ENTRY = 25  # words of an entry with a name and a link, as in credits
_SHORT = 6  # words of a footer that no speaker would say as a paragraph

_ADVERT = r"(?:ads?|adverts?|advertisements?|commercials?|sponsors?|promos?|werbung|werbepause|publicidad|reklame?)"
_BREAK = re.compile(
    rf"\W*(?:(?:(?:short|quick|commercial|music|sponsor|ad|advert|mid-?roll|pre-?roll|post-?roll)\s+)?(?:break|pause)"
    rf"|{_ADVERT}|(?:mid|pre|post)-?roll|(?:an? )?(?:word|message)s? from (?:our|the|today['’]s) sponsors?"
    rf"|sponsored (?:message|segment|content)"
    rf"|{_ADVERT}\s+(?:break|message|segment|spot|read|begins?|starts?|ends?))(?:\s*#?\d{{1,2}})?[^\w.?!]*(?:{TIME}\W*)?",
    re.IGNORECASE,
)
_ADVERT_TEXT = re.compile(
    r"\W*(?:(?:ad|advert|advertisement|sponsor|sponsors|sponsored)(?:\s+(?:break|message|segment|spot|read))?)\s*"
    r"\d{0,2}\W{0,3}[:：]\W*\w|\W*(?:\w+\s)?break\W{0,3}[:：]\W*\w.{0,60}$",
    re.IGNORECASE,
)
_END = re.compile(
    r"\W*(?:end of (?:the |this )?(?:\w+ )?(?:transcript(?:ion)?|recording|episode|interview|audio|podcast)"
    r"|transcript(?:ion)? ends?|end transcript(?:ion)?)\W*|[\[(*–—-]+ ?end ?[\])*–—-]+|END|The End",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\W*(?:\d{1,4}\W+)?(?:(?:related|useful|further|more|additional|all|show|episode|mentioned|our|your|key|links?|books?|resources?|and|&|in|of|to"
    r"|from|for|with|other|guest|the|this)\W+){0,5}"
    r"(?:links?|resources?|references?|reading|notes|shownotes|credits|mentioned|mentions|sponsors?|socials?|contacts?"
    r"|connect|follow|support|subscribe|bios?|us|show|episode|podcast|timestamps|chapters|thanks|acknowledge?ments"
    r"|footnotes|sources|bibliography|books|episodes|articles|guests|hosts|speakers|attend(?:ees|ance)"
    r"|comments?|replies|responses)\W*"
    r"|\W*leave\W+a\W+(?:reply|comment)\W*|\W*\d{1,4}\W+thoughts?\W+on\b.{1,60}"
    r"|\W*about\W+(?:(?:the|our|this)\W+)?(?:show|podcast|guests?|hosts?|authors?|speakers?|us|me)\W*",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\W*page \d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_TRANSCRIBER = re.compile(
    r"\W*(?:(?:this|the|our|full|episode|podcast|please|note|that|disclaimer|machine|computer|auto(?:mat\w*)?|an?|is|was"
    r"|rough|edited|and)\W+){0,6}(?:transcripts?|transcriptions?|transcribed|transcriber|transcriptionist)\b"
    r".{0,80}?\b(?:by|provided|generated|created|automat\w*|edited|errors?|inaccura\w*|accura\w*|courtesy|ai|software"
    r"|service|rush|verbatim|machine|mistakes)\b",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\W*(?:(?:please|don['’]t forget to|you can|also|and|to|want to|be sure to|if you (?:like|enjoy|want)[^,]{0,60},)"
    r"\W+)?(?:(?:support|subscribe|follow|like us|rate|review|leave|share|join|sign up|check out|visit|find (?:us|me"
    r"|out|more|him|her|them|the|\w+(?: \w+)? (?:at|on|online))|learn more"
    r"|listen (?:to|on)|watch|get in touch|contact|e-?mail|write to|send|tweet"
    r"|connect with|donate|become an?|download|buy|read more|for more|head (?:over )?to|hosted|powered by"
    r"|produced by|edited by|recorded (?:at|by|in|on|live)|posted (?:on|in|by)"
    r"|back to (?:the )?top|the (?:views|opinions) expressed|sponsored by|presented by|brought to you|made (?:by|with)"
    r"|music (?:by|from)|(?:our |the )?theme|intro music|artwork by|logo by|see [\w.-]+\.\w{2,}|privacy|terms of"
    r"|copyright|all rights|advertising|our gdpr|this (?:episode|podcast|show|work) (?:is|was)|folge uns|apoia|segue"
    r"|this is a (?:public|free|paid|subscriber)|get (?:full access|more from)"
    r"|if you would like to (?:discuss|support))\b"
    r"|©|\(c\)|abonnier|unterstütz|hébergé|abonnez|soutenez|sígu[ea]nos|suscríb)",
    re.IGNORECASE,
)
_PLATFORM = re.compile(
    r"\b(?:ad ?choices|privacy policy|privacy information|all rights reserved|wherever you (?:get|listen|find)"
    r"|a production of|is (?:produced|edited|hosted|recorded|made) by|theme (?:music|song)|creative commons"
    r"|for advertising|become a (?:member|patron|supporter)|leave (?:us )?a (?:review|rating)|on patreon"
    r"|receive new posts|support this podcast|support the show|voice message)\b",
    re.IGNORECASE,
)
# What WordPress puts under every text of a feed, in its languages: "The post … appeared first on …".
_FEED_FOOTER = re.compile(
    r"\W*(?:the post|der beitrag|l['’]article|la entrada|o post|l['’]articolo|het bericht|artykuł|inlägget)\b.{1,300}"
    r"\b(?:appeared first on|erschien zuerst auf|est apparu en premier sur|se publicó primero en|apareceu primeiro em"
    r"|proviene da|verscheen eerst op|pochodzi z serwisu|dök först upp på)\b.{1,120}",
    re.IGNORECASE,
)
# A note at the foot of a text: it links back to its place ("↩"), or begins with its number in brackets.
_NOTE = re.compile(r"\[\d{1,3}\]\s|[↩⤴]|.*[↩⤴]\W*$")
# A cue of a script: "SOUND: Waves.", "SFX: a door". Without capitals only what is no word of speech.
_CUE = re.compile(r"\W*(?:(?i:sfx|fx|f/x)|SOUNDS?|SOUND EFFECTS?|AMBI(?:ENCE|ENT SOUND)?)\W{0,3}[:：]\s*\S.{0,200}")
_MUSIC_CUE = re.compile(r"\W*MUSIC(?: CUE)?\W{0,3}[:：]\s*\S.{0,200}")
_CREDIT = re.compile(
    r"\W*(?:\w+\W+){0,3}?(?:transcri\w+|proofread\w*|written|script|direct(?:ed|or)|editors?|editing|edited|music|art"
    r"|artwork|cover|logo|direct download|categor(?:y|ies)|tags?|filed under|file size|release date"
    r"|(?:next|previous) (?:episode|post)"
    r"|producers?|production|sound|mix|mixing|research|theme|design|engineers?|photos?|photography|hosts?|guests?"
    r"|sponsors?|links?|website|email|twitter|instagram|facebook|mastodon|youtube)(?:\W+by)?\s*[:：]\s*\S.{0,60}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*thank(?:s| you)(?: (?:so|very) much)? for (?:listening|tuning in|joining|reading)\b", re.IGNORECASE
)
_URL = re.compile(r"https?://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}/\S+|\S+@\S+\.\w+", re.IGNORECASE)
_BULLET = re.compile(r"[-*•–·◦]\s")
_ROW = re.compile(r"\s[|•·]\s")
_OWN_VOICE = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|my|yeah|okay|ok|well|oh|bye|goodbye|thanks|thank you)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.?!…][\"”’')\]]*$")


def without_surroundings(body: Sequence[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """Return the lines of a transcript without those around speech, and the first words of each line left out.

    A line without text stands where an advert or a break was: what follows it is not known to be the previous
    speaker's. Linear in the length.
    """
    end = _end_of_speech(body)
    first = next((number for number in range(min(end, 40)) if speaker_label(body[number]) is not None), 0)
    headings = section_headings(body[:end])
    kept: list[Line] = []
    left_out = []
    for number, line in enumerate(body[:end]):
        if is_break(line) or _MUSIC_CUE.fullmatch(line.text[:240]):
            kept.append(Line(""))
        elif (
            number in headings
            or _CUE.fullmatch(line.text[:240])
            or _PAGE.fullmatch(line.text[:40])
            or (number < max(first, _TOP) and _says_who_transcribed(line.text[:300]))
        ):
            pass
        else:
            kept.append(line)
            continue
        left_out.append(_first_words(line))
    left_out.extend(_first_words(line) for line in body[end:] if not is_rule(line))
    return kept, tuple(left_out)


def _first_words(line: Line) -> str:
    words = line.text.split()
    return " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")


def is_break(line: Line) -> bool:
    """Return whether a line only says that an advert or a break is here ("Break: [14:55]", "Sponsor: Kettle Ltd")."""
    if _ADVERT_TEXT.match(line.text[:100]) is not None:
        return True
    return len(line.text) < 80 and _BREAK.fullmatch(line.text) is not None


def _says_who_transcribed(text: str) -> bool:
    return _TRANSCRIBER.match(text) is not None or (_CREDIT.match(text) is not None and "transcri" in text.casefold())


def _end_of_speech(body: Sequence[Line]) -> int:
    """Return the line at which the text after the speech begins."""
    start = max(len(body) - _TAIL, 0)
    spoken = {number: again for number in range(start, len(body)) if (again := _spoken(body, number)) is not None}
    recurring = max((number for number, again in spoken.items() if again), default=-1)
    after = range(max(start, recurring), len(body))
    dense = any(_SECTION.fullmatch(body[number].text[:80]) for number in after) and _is_strict(body[: after[0] + 1])
    closing = (number for number in after if _closes(body, number, dense))
    end = next(closing, len(body))
    last = max((number for number in spoken if number < end), default=start - 1)
    zone = range(last + 1, end)
    if last >= 0 and (label := speaker_label(body[last])) is not None and label.end >= len(body[last].text):
        zone = zone[1:]  # the line after a label alone on its line is what its speaker says
    found = [number for number in zone if _may_be_footer(body[number])]
    if not found:
        return end
    strict = _is_strict(body[: zone[0]])
    around: list[bool] = []
    for number in zone:
        after_footer = bool(around) and around[-1]
        is_footer = number in found and _is_around(body[number], strict or after_footer)
        around.append(is_footer or is_rule(body[number]))
    for place, number in enumerate(zone):
        rest = around[place:]
        if rest[0] and not is_rule(body[number]) and sum(rest) >= (0.5 if strict else 0.75) * len(rest):
            thanks = strict and place > 0 and _THANKS.match(body[number - 1].text[:80]) is not None
            return number - 1 if thanks else number
    return end


def _closes(body: Sequence[Line], number: int, strict: bool) -> bool:
    """Return whether a line says that the transcript ends, or heads a list of links, notes or credits.

    If nearly every paragraph has a label (`strict`), the words of such a heading are enough.
    """
    line = body[number]
    if len(line.text) > 80:
        return False
    if _END.fullmatch(line.text) is not None:
        return True
    following = body[number + 1] if number + 1 < len(body) else line
    heads = is_printed_as_heading(line) or line.text.endswith(":") or is_rule(following) or following.linked
    heads = heads or (strict and following is not line and not _OWN_VOICE.search(line.text))
    heads = heads or _URL.search(following.text) is not None or _BULLET.match(following.text) is not None
    return heads and number > 0 and (_SECTION.fullmatch(line.text) is not None or _is_about_somebody(line))


def _is_about_somebody(line: Line) -> bool:
    """Return whether a heading says that somebody's life follows: "About Jo Brown"."""
    about, _, name = line.text.partition(" ")
    return about.casefold() == "about" and name_words(name) > 1 and is_printed_as_heading(line)


def _spoken(body: Sequence[Line], number: int) -> bool | None:
    """Return whether the label of a line that opens a turn also opens others, None if the line opens none.

    A turn has at least four words or a sentence if its label comes back, else both, and no link.
    """
    line = body[number]
    label = speaker_label(line)
    if label is None:
        return None
    text = line.text[label.end :] or (body[number + 1].text if number + 1 < len(body) else "")
    sentence, long = _SENTENCE.search(text[-5:]) is not None, len(text.split()) >= 4
    begins = len(label.name) + _MOST_BEFORE
    if any(label.name in other.text[:begins] for other in body[:number]):
        return True if sentence or long else None
    return False if sentence and long and (_URL.search(text) is None or len(text.split()) > _ENTRY) else None


def _may_be_footer(line: Line) -> bool:
    text = line.text[:400]
    return (
        line.linked
        or _URL.search(text) is not None
        or _FOOTER.match(text) is not None
        or _PLATFORM.search(text) is not None
        or _TRANSCRIBER.match(text) is not None
        or _CREDIT.match(text) is not None
        or _FEED_FOOTER.fullmatch(text) is not None
        or _NOTE.match(text) is not None
        or _is_row(text)
    )


def _is_around(line: Line, strict: bool) -> bool:
    """Return whether a line without a speaker is a footer; if not every paragraph has a label, it must show more."""
    text = line.text[:400]
    if line.linked or _is_row(text) or text.startswith(("©", "(c)")) or "receive new posts" in text:
        return True
    if _FEED_FOOTER.fullmatch(text) is not None or (strict and _NOTE.match(text) is not None):
        return True
    if _CREDIT.match(text) is not None:
        entry = re.split("[:：]", text, maxsplit=1)[1].strip(" .")
        if _SENTENCE.search(text) is None or name_words(entry) > 1:
            return True
    if _TRANSCRIBER.match(text) and not _OWN_VOICE.search(text):
        return True
    urls = _URL.findall(text)
    if urls and len(_URL.sub(" ", text).split()) <= _SHORT:
        return True
    if (label := speaker_label(line)) is not None:
        return bool(urls) or _SENTENCE.search(text[label.end :]) is None
    begins, platform = _FOOTER.match(text) is not None, _PLATFORM.search(text) is not None
    if urls and (begins or platform):
        return strict or platform or not all("@" in url for url in urls)
    if _OWN_VOICE.search(text):
        return False
    return (begins or platform) and (strict or platform or len(text.split()) <= _SHORT)


def _is_row(text: str) -> bool:
    """Return whether a line is a row of short texts with signs between them, as links to networks are printed."""
    parts = _ROW.split(text)
    return len(parts) > 2 and all(len(part) <= 40 for part in parts)


def _is_strict(body: Sequence[Line]) -> bool:
    """Return whether nearly every paragraph has a label of its own."""
    labels = [label for line in body if (label := speaker_label(line)) is not None]
    alone = sum(label.form == "own" for label in labels)
    paragraphs = sum(not is_rule(line) for line in body) - alone
    return len(labels) >= 2 and paragraphs <= _STRICT * len(labels)
