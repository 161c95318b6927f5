"""Write a feed of short invented episodes, each with words of its own, to add to a library."""

import random

_TEAMS = "payments|search|storage|network|release|support|data|identity|mail|billing".split("|")
_DEEDS = "moved|rebuilt|measured|retired|split|copied|renamed|repaired|watched|replaced".split("|")
_THINGS = "the ledger|the old queue|the second cluster|the login page|the nightly backup|the build server".split("|")
_REASONS = (
    "nobody could say who owned it",
    "a certificate ran out on a bank holiday",
    "restoring it took nineteen hours in the rehearsal",
    "the alarms had been quiet for the wrong reason",
    "half of the traffic came from one forgotten script",
    "the contract with the supplier ended in March",
)
_TURNS = 12
_SENTENCES = 3


def feed_of(episodes: int) -> str:
    """Return a feed (RSS) of one show with this many episodes, which are the same each time.

    An episode has about 600 words in 12 turns of two speakers, as official text without a recording.
    """
    items = "".join(_item(number) for number in range(1, episodes + 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Invented</title>'
        f"<link>https://example.org/invented</link><description>Invented.</description>{items}</channel></rss>\n"
    )


def _item(number: int) -> str:
    dice = random.Random(number)  # noqa: S311 - no secret
    turns = "".join(
        f"<p>{('Ada Host', 'Bo Guest')[turn % 2]}:</p>\n<p>{_turn(number, dice)}</p>\n<p>&nbsp;</p>\n"
        for turn in range(_TURNS)
    )
    return (
        f'<item><title>Invented {number}</title><guid isPermaLink="false">invented-{number}</guid>'
        f"<pubDate>Sun, {number % 28 + 1:02} Nov 2026 09:00:00 +0000</pubDate><content:encoded><![CDATA["
        f"<p>---------</p>\n<p>The transcript of the episode follows:</p>\n{turns}]]></content:encoded></item>\n"
    )


def _turn(number: int, dice: random.Random) -> str:
    return " ".join(
        f"In week {dice.randrange(1, 50)} of move {number} the {dice.choice(_TEAMS)} team {dice.choice(_DEEDS)} "
        f"{dice.choice(_THINGS)}, because {dice.choice(_REASONS)}."
        for _ in range(_SENTENCES)
    )
