"""The signs of a lesson in plain English: phrases of each kind, and of what is none.

Phrases stand as `words_of` reads them: "we" is also "I", contractions are opened ("did not"), fillers are left out.
"""

from collections.abc import Iterator, Mapping, Sequence

from index.mined import LessonKind

# A strong sign seldom means anything else. Kinds stand in the order in which equal evidence decides.
STRONG: Mapping[LessonKind, str] = {
    "problem": """
        the problem was, problem was that, the problem is, problem is that, biggest problem, problem we had, the issue was,
        issue was that, the issue is, biggest issue, challenge was, challenge is, biggest challenge, the challenges,
        hardest part, hardest thing, hard part, hard thing, hard parts, was hard, was so hard, was difficult, is difficult,
        is hard, it is hard to, hard to, difficult to, struggled, we struggle, pain point, pain points, was painful, painful,
        nightmare, went wrong, goes wrong, mistake was, mistake we, a mistake, mistakes, biggest mistake, did not work,
        did not scale, does not scale, stopped working, could not, ran into, ran out of, we ran into, got stuck,
        bottleneck, underestimated, did not realize, we did not know, was down, went down, fell over, broke, crashed,
        failed, outage, downside, drawback, too slow, we lost, cost us, was broken, not able to, was missing,
        bit us, burned by, frustrating, frustration, unfortunately, fell apart, was a mess, suffered, big problem
    """,
    "advice": """
        our advice, one lesson, lesson to, biggest lesson, first lesson, hard way, main thing, biggest thing, piece of advice, advice is, advice would be, would recommend, recommend, would suggest, be careful,
        be mindful, make sure, start with, start small, keep it simple, the lesson, a lesson, lessons, lesson learned,
        we learned, have learned, learned that, learned to, taught us, our learning, learnings, takeaway, key is, the key to,
        important thing, most important, is important, is so important, it is important, in hindsight, hindsight,
        looking back, do differently, done differently, should have, wish we, wish that, next time, do it again,
        better to, better off, best thing, worst thing, you should, should not, do not have to, do not need to, avoid,
        it is okay to, what matters, we realized, rule of thumb, best practice, best practices, you do not want to,
        what we found, have to understand, need to understand, too early, the trick is, tip, principle, mindset
    """,
    "decision": """
        we decided, decided to, decided not, decided that, decided against, decision to, decision was, decisions we,
        we chose, chose to, chose not, we picked, we went with, we went for, we opted, opted for, we moved,
        moved away from, move away from, moving away from, we switched, switched to, switched from, we migrated,
        migrated from, migrated to, we adopted, we rewrote, we replaced, settled on, we dropped, got rid of, instead of,
        rather than, tradeoff, tradeoffs, trade-off, trade-offs, we considered, we evaluated, we said no, did not want to,
        we stopped, did not need, reason we chose
    """,
    "result": """
        as a result, saved us, save us, reduced, improved, went from, paid off, was worth, worth it, made a difference,
        big win, now we can, were able to, was able to, no longer, the outcome, the benefit, benefits, worked well,
        worked out, works well, cut down, doubled, much faster, faster than, cheaper than, much easier, much better,
        the result, the nice thing, took us, big difference, huge difference, game changer, down to, success, impact
    """,
    "remedy": """
        what helped, helped us, helps us, the solution, solution was, we solved, solved that, solved this, solve that,
        solve this, we fixed, the fix, the trick, what we did, the way we, we built, we wrote, we introduced,
        we implemented, we added, we set up, we created, we automated, we made sure, allowed us, allows us, lets us,
        let us do, enabled us, enables us, makes it easier, made it easier, workaround, came up with, had to build,
        we had to, so we started, we started using, to avoid, to prevent, so that we, so that you
    """,
    "cause": """
        the reason, reason why, reasons why, one of the reasons, that is why, because of that, root cause, caused by,
        which caused, that caused, it turned out, turned out that, turned out to, turns out, came down to, comes down to,
        which meant, that meant, due to, which led to, that led to, this led to, the cause
    """,
}
WEAK: Mapping[LessonKind, str] = {
    "problem": """
        problem, problems, not easy, tricky, impossible, missing, surprised, noticed, issue, issues, challenge, challenges, challenging, hard, difficult, struggle, pain, wrong, bug,
        bugs, broken, failure, failures, fail, incident, incidents, too much, too many, not enough, complexity, complicated,
        complex, slow, expensive, scary, confusing, worst, worse, stuck, lost, risk, risky, worried, did not, not work
    """,
    "advice": """
        should, important, lesson, best, easy to, without, the thing, first thing, one of the things, ought to, no matter, need to, have to, do not, learned, careful, if you, when you, realized, matters, valuable,
        always, never, focus on, we believe, we found, we have found, understand, key, better, people think
    """,
    "decision": """
        used to, want to, would rather, not need, moved to, moved from, instead, versus, compared to, we wanted, choice, choose, migration, migrated, replaced,
        but we, we thought, we do not, we tried, we looked at, opted, decision, decided
    """,
    "result": "we got, ended up, a lot easier, simpler, smaller, it took, in the end, less, faster, cheaper, easier, better, worked, saved, benefit, percent, increase, decrease, effect, reliable",
    "remedy": """
        solution, solve, solved, fix, fixed, so that, in order to, easier to, helps, helped, allows, we use, we put,
        we started, what we do, we can, automated, automate
    """,
    "cause": "because, since, reason, therefore, which means, that means, leads to, why, caused",
}
# The show itself, its adverts, small talk, thanks, praise, and what is only imagined.
IDLE = """
    episode, episodes, podcast, listeners, listener, listening, show notes, this show, sponsor, sponsors, sponsored,
    thank you, thanks, welcome, subscribe, newsletter, sign up, check it out, check out, twitter, mastodon, linkedin,
    kubecon, keynote, excited, exciting, amazing, awesome, cool, love it, we love, great question, good question,
    nice to, happy to, looking forward, fun, funny, joke, laughs, laughter, laughing, christmas, coffee, beer, weather,
    movie, movies, kids, wife, husband, birthday, our name is, imagine, hypothetically, let us say, what if, we will see,
    coming soon, roadmap, our product, our customers can, we offer, free trial, pricing, star us, you mentioned,
    you said, you were saying, agree, fair enough, good point, curious, wonder, wondering, do not remember, no idea,
    we guess, we hope, hopefully, would love to, going to be, plan to, planning to, in the future, one day,
    grew up, college, university, high school, our career, years old, our background, degree
"""
_STRENGTH, _WEAKNESS = 1.0, 0.3
Sign = tuple[str, float]


def _phrases(text: str) -> Iterator[str]:
    return (" ".join(phrase.split()) for phrase in text.split(","))


def _table() -> dict[str, dict[str, list[Sign]]]:
    """Return the signs by the first word of their phrase, then by the phrase."""
    table: dict[str, dict[str, list[Sign]]] = {}
    lists = [(kind, text, _STRENGTH) for kind, text in STRONG.items()]
    lists += [(kind, text, _WEAKNESS) for kind, text in WEAK.items()]
    for name, text, strength in [*lists, ("idle", IDLE, _STRENGTH)]:
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
