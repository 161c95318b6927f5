"""The signs of a lesson in plain English: phrases of each kind, and of what is none.

Phrases stand as `words_of` reads them: "we" is also "I", contractions are opened ("did not"), fillers are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from index.mined.episode import LessonKind

KINDS: tuple[LessonKind, ...] = get_args(LessonKind)

# A clear sign seldom means anything else.
CLEAR: Mapping[LessonKind, str] = {
    "problem": """
        the problem was, problem was that, problem is that, biggest problem, problem we had, the issue was, issue
        was that, biggest issue, the challenge was, the challenge is, biggest challenge, hardest part, hardest
        thing, hard part, hard thing, hard parts, was so hard, was hard, was difficult, was painful, we struggled,
        pain point, pain points, nightmare, went wrong, mistake, mistakes, did not work, did not scale, does not
        scale, stopped working, ran into, ran out of, got stuck, bottleneck, underestimated, did not realize, we did
        not know, fell over, bit us, burned by, cost us a lot, fell apart, was a mess, big problem, root problem,
        biggest mistake, never worked, single point of
    """,
    "advice": """
        our advice, piece of advice, advice is, advice would be, would recommend, we recommend, one lesson, lesson,
        lessons, hard way, be mindful, be careful, keep it simple, start small, learned that, what we learned, we
        learned from, learned to, taught us, our learning, learnings, takeaway, key is, the key to, important thing,
        most important, is so important, hindsight, looking back, do differently, done differently, should have,
        wish we, wish that, next time, do it again, better off, best thing, worst thing, you should, we should not,
        you should not, what matters, rule of thumb, you do not want to, the trick is, main thing,
        biggest thing, no matter how, it is better to, is better to, pay attention, easier said than done
    """,
    "decision": """
        we decided, decided to, decided not, decided that, decided against, decision to, decision was, we chose,
        chose to, chose not, we picked, we went with, we opted, opted for, we moved, moved away from, move away
        from, moving away from, we switched, switched to, switched from, we migrated, migrated from, migrated to, we
        adopted, we rewrote, we replaced, settled on, we dropped, got rid of, tradeoff,
        tradeoffs, trade-off, trade-offs, we considered, we evaluated, we said no, reason we chose
    """,
    "result": """
        as a result, saved us, reduced, improved, went from, paid off, was worth, worth it, made a difference, big
        win, no longer have to, no longer need, were able to, was able to, the outcome, worked well, worked out, cut
        down, doubled, big difference, huge difference, game changer, much faster, faster than, cheaper than, it
        took us, much easier
    """,
    "remedy": """
        what helped, helped us, the solution, solution was, we solved, solved that, solved this, we fixed, the fix,
        workaround, came up with, allowed us, enabled us, made it easier, made sure that, we automated, so we built,
        had to build, so we started, what we did, the way we solved, we introduced, we made sure, to avoid that, so
        we had to
    """,
    "cause": """
        the reason, reason why, reasons why, one of the reasons, that is why we, because of that, root cause, caused
        by, that caused, it turned out, turned out that, it turns out, came down to, which meant, that meant, which
        led to, that led to, this led to, that is the reason
    """,
}
LIKELY: Mapping[LessonKind, str] = {
    "problem": """
        the problem is, the issue is, is hard, hard to, difficult to, is difficult, is not easy, painful, painful
        to, failed, broke, crashed, outage, downside, drawback, we lost, was broken, not able to, was missing,
        frustrating, frustration, unfortunately, too slow, went down, suffered, tricky, too much, too many, not
        enough, complexity, surprised, does not work
    """,
    "advice": """
        make sure, we learned, have learned, would rather, start with, is important, it is important, have to
        understand, need to understand, what we found, do not have to, do not need to, it is okay to, best practice,
        best practices, avoid, mindset, principle, we found, we believe, focus on, should, thing is, better to, tip,
        valuable
    """,
    "decision": """
        instead of, rather than, we did not want to, we tried, we looked at, but we, we wanted to, versus,
        compared to, ended up, we stopped, the decision,
        migration, choice
    """,
    "result": """
        no longer, the benefit, benefits, works well, the result, the nice thing, success, impact, easier, faster,
        cheaper
    """,
    "remedy": """
        helps us, the trick, we built, we wrote, we implemented, we added, we set up, we created, allows us, lets
        us, enables us, makes it easier, we started using, to prevent, to avoid, so that, solve, solved
    """,
    "cause": """
        we realized, found out, that is why, turns out, due to, comes down to, the cause, because we, leads to, caused
    """,
}
HINTS: Mapping[LessonKind, str] = {
    "problem": """
        problem, problems, issue, issues, challenge, challenges, challenging, hard, difficult, struggle, pain,
        wrong, bug, bugs, broken, failure, failures, fail, incident, incidents, complicated, complex, slow,
        expensive, scary, confusing, worst, worse, stuck, lost, risk, risky, worried, did not, not work, impossible
    """,
    "advice": """
        important, need to, have to, do not, learned, careful, if you, when you, matters, always, never, understand,
        key, better, best, without, the thing, first thing, one of the things
    """,
    "decision": """
        moved to, moved from, instead, we wanted, choose, migrated, replaced, we thought, decision, decided, want to
    """,
    "result": """
        better, worked, saved, benefit, percent, increase, decrease, effect, reliable, simpler, it took, in the end
    """,
    "remedy": """
        solution, fix, fixed, in order to, easier to, helps, helped, allows, we use, we had to, we put, we started,
        we can, automated
    """,
    "cause": """
        because, since, reason, therefore, which means, that means, why
    """,
}
# The show itself, its adverts, small talk, thanks, praise, plans, and what is only imagined; no ordinary subjects.
IDLE = """
    episode, episodes, podcast, podcasts, listeners, listener, listening, show notes, this show, sponsor, sponsors,
    sponsored, thank you, thanks, welcome, subscribe, sign up, check it out, check out, excited, exciting, amazing,
    awesome, cool, love it, we love, great question, good question, nice to, happy to, looking forward, fun, funny,
    laughs, laughter, laughing, our name is, imagine, hypothetically, let us say, what if, we will see, coming
    soon, you mentioned, you said, you were saying, agree, fair enough, good point, curious, wonder, wondering, do
    not remember, no idea, we guess, we hope, hopefully, would love to, going to be, plan to, planning to, in the
    future, one day, we do not know, like we said, as we said, we mentioned, we feel like, give it a try, reach
    out, we joined, we started working, we work for, we worked for, worked at, working at, our job, we might, we
    could, would be nice, would be great, we are trying to, we are working on, we want to be, for you, you get to,
    we would say, we remember, we recall, we were working on, stay tuned, subscribed, got to work, we will focus,
    we will be, we will continue, it will be, will be able, would be able, maybe we can, we can maybe, we heard, we
    would like
"""
_CLEAR, _LIKELY, _HINT = 1.6, 0.8, 0.25
Sign = tuple[str, float]


def _phrases(text: str) -> Iterator[str]:
    return (" ".join(phrase.split()) for phrase in text.split(","))


def _table() -> dict[str, dict[str, list[Sign]]]:
    """Return the signs by the first word of their phrase, then by the phrase."""
    table: dict[str, dict[str, list[Sign]]] = {}
    lists = [
        (kind, text, strength)
        for strength, texts in ((_CLEAR, CLEAR), (_LIKELY, LIKELY), (_HINT, HINTS))
        for kind, text in texts.items()
    ]
    for name, text, strength in [*lists, ("idle", IDLE, 1.0)]:
        for phrase in _phrases(text):
            table.setdefault(phrase.split()[0], {}).setdefault(phrase, []).append((name, strength))
    return table


_TABLE = _table()
_LONGEST = max(len(phrase.split()) for phrases in _TABLE.values() for phrase in phrases)


def signs_of(words: Sequence[str]) -> Iterator[Sign]:
    """Yield the kind (or "idle") and strength of every sign in the words of a sentence."""
    for place, word in enumerate(words):
        phrases = _TABLE.get(word)
        if phrases is not None:
            for end in range(place + 1, min(place + _LONGEST, len(words)) + 1):
                yield from phrases.get(" ".join(words[place:end]), ())
