"""What was found out on other days and stands in docs/evaluation.md, as Markdown blocks."""

from benchmarks.figures import paragraph, table

SECOND_SET = (
    "### The second set",
    paragraph(
        "120 questions (40 an engineer's, 25 a newcomer's, 25 a writer's, 30 near their topics that nothing answers) "
        "by four readers of transcripts who had seen neither code nor answers, on six interviews of "
        "`corpora/alignment` and twenty of the sixty. They are kept as places in "
        "`benchmarks/second_questions.jsonl`. What was chosen with both sets in view, 29 November 2026 (in sample for "
        "both; recall@1, @5, MRR, first citation):"
    ),
    table(
        ("step", "development", "second set"),
        [
            ("before", ".500 .758 .614 .391", ".544 .789 .661 .489"),
            ("hits extended to 180 words", ".562 .789 .661 .406", ".622 .856 .721 .489"),
            (
                "the first 30 compared word by word, in 64 numbers of 8 bits",
                ".586 .820 .690",
                ".678 .878 .764",
            ),
            ("quotes of up to six sentences, chosen by that too", "first .438", "first .522"),
        ],
    ),
    paragraph(
        "Comparing with all 384 numbers gave .594 .820 .688 and .656 .867 .754: no difference that these questions can "
        "show. A question of a host that is like the one asked helps only where it is nearly the same: of the nearest "
        "ones with a cosine from .8 on five of eight replies were right, of the other 202 eighteen; as a signal for "
        "these it lost up to .016 of MRR. Weighing all words of a question alike instead of by rarity, so that ranking "
        "does not depend on the library, gave .578 .828 .684 and first .414 on the development questions."
    ),
    paragraph(
        "Two readers' judgements, 29 November 2026: of 40 questions that somebody who had not seen the code asked of "
        "the 60 interviews, one reader called the first quote an answer for 10 before (commit 5b71f3d) and 17 after, "
        'partly for 14 and 11; one of the first four for 20 and 29. Of those headed "answered", 8 of 21 before and 9 '
        "of 9 after. When quotes ran on, another reader, who saw the quotes of both versions shuffled, said yes of the "
        "first quote 11 times before and 16 times after, of one of the first four 18 and 26 times, and of those headed "
        '"answered" 9 of 21 and 6 of 8 times: no change that can be told from that of readers. 50 questions of hosts '
        "asked as they stand: the reply came first for 46, two of them in another copy of the same interview."
    ),
)
READERS = (
    "### The readers' questions",
    paragraph(
        "2,441 questions (1,721 answerable) by eight readers, language models that had seen neither code nor answers "
        "nor other questions: about each of the 60 interviews at least 28 with verbatim quotes and 12 near its topics "
        "that nothing answers. That nothing does was checked by words over all interviews, so a few labels are wrong. "
        "They are kept as places in `benchmarks/readers_questions.jsonl`. The confidence is fitted on them "
        "([ADR 43](adr/0043-confidence-is-fitted-on-readers-questions.md), with what else was learned from them and "
        "left out); nothing else that is measured here is. What the version before said of them, 30 November 2026 (66 "
        "interviews):"
    ),
    table(
        ("above the answer", "of the answerable", "of the others", "first quote right, of all of these"),
        [
            ("answers this", 0.181, 0.047, 0.609),
            ("may answer this", 0.643, 0.463, 0.343),
            ("touches on this", 0.075, 0.119, 0.205),
            ("does not answer this", 0.102, 0.371, 0.118),
        ],
    ),
)
SIMULATED = (
    "### Tried and not made: simulated questions",
    paragraph(
        "Thousands of questions might carry more figures than 158 (30 November 2026, two shared AVX2 cores, 24 GiB; "
        "the script is not kept). Questions that hosts asked in the 60 interviews, with at least two words of their "
        "own, were asked of the library without the passages that hold them and without the signal of asked "
        "questions. For 71 of 359 that lean on nothing said before, and for 168 others, the first quote was of the "
        "reply: these 239 count as answered. 982 searches for the same questions without the turns of the reply, or "
        "without its interview, count as not answered; left out are those "
        "that somebody elsewhere asked in nearly the same words (cosine from 0.75)."
    ),
    table(
        (
            "confidence",
            "simulated, by folds",
            "development, AUROC and within equal names",
            "second set, AUROC and within equal names",
        ),
        [
            ("two figures, labelled questions (then in use)", "", ".858 .792 out of fold", ".846 .857"),
            ("two figures, simulated questions", ".605", ".816 .740", ".765 .786"),
            ("8 figures, simulated questions", ".733", ".566 .552", ".624 .617"),
            ("13 figures, simulated questions", ".738", ".534 .509", ".624 .634"),
            ("33 figures, simulated questions", ".770", ".541 .543", ".623 .654"),
            ("two figures and the logit of the 13, labelled questions", "", ".870 .814 out of fold", ".829 .839"),
        ],
    ),
    paragraph(
        "The better simulated questions are told apart, the worse are those that people asked. What tells the former "
        "apart is the cosine of the nearest sentence (alone .72, of the two sets .60 and .78), the latter the match of "
        "their words (.80 and .82, simulated .58). A host's question leans on what was said before: its reply matches "
        "its words less than the best passage elsewhere does (.634 and .686). Fitted on labelled questions, none of "
        "30 figures as a third gains on both sets: the cosine of the nearest sentence gave .869 and .814, the number "
        "of interviews with an equally good hit .866 and .836, the gap to the second quote .855 and .851. The others "
        "were weakest words, shares of stems held, deviations from the library's mean, the form of question and quote "
        "(numbers, reasons), and figures of the chosen quote."
    ),
)
INTRODUCED = (
    "### Definitions and people",
    paragraph(
        "`python -m benchmarks.introduced HOME QUESTIONS.jsonl --seed SEEDHOME` (30 November 2026, two shared AVX2 "
        'cores, 24 GiB, 60 interviews): of the development questions labelled "definition" 15 of 16, and of those '
        'labelled "who" 7 of 9, are answered first by a right quote; before the register and the forms that came '
        "with it, 11 and 7. The page above was measured one change earlier. Of the 8 questions that have the form of a "
        "definition question, 7 are. The forms were chosen while looking at these questions. On the seed, all seven "
        "questions of the list are answered by the right person's sentence or refused."
    ),
    paragraph(
        "Read by hand in the same library: 71 people, 0 wrong merges, and no role that nobody states; in the 30 "
        "layouts of show notes 0 wrong merges. There were 1,099 terms, 125 with a definition. Of 60 definitions drawn "
        "by chance, 2 were of people or things that are no terms; of 200 terms drawn by chance, about 18 were none."
    ),
)
SPELLINGS = (
    paragraph(
        "Names and terms that were heard are shown as the show spells them where sound and letters agree. `python -m "
        "benchmarks.spellings --shared ../shared`, November 2026: three spoken variants of the seed, heard by "
        "`tiny.en`, and the captions of 6 recordings that a Whisper model wrote, 73,000 words in all. The limits were "
        "chosen on the seed and three of the six."
    ),
    table(
        ("names and terms", "corrections", "right"),
        [
            ("of the episode's people and notes", 48, 45),
            ("of its people and its whole text", 152, 147),
            ("of another show, few of them said", 25, 25),
        ],
    ),
    "The three wrong ones of the first row are one name that the notes themselves misspell.",
)
