"""An episode's chapters as the JSON that podcast apps read; pure."""

from collections.abc import Sequence
from typing import Any

from api.feeds.captions import is_exact, timed_turns
from index.mined.episode import Chapter
from ingest.transcript import Transcript

MEDIA_TYPE = "application/json+chapters"
_FEWEST = 2
_MOST_TITLE = 128


def chapters_json(transcript: Transcript, chapters: Sequence[Chapter], base: str) -> dict[str, Any] | None:
    """Return an episode's chapters, None if there are fewer than two or its times are estimates.

    Starts are whole seconds, because an app reads them as such, and each is later than the one before. The first is
    not moved to 0: where earlier chapters have no exact times, it may begin minutes later.
    """
    if not timed_turns(transcript):
        return None
    episode = transcript.episode
    listed: list[dict[str, Any]] = []
    for chapter in chapters:
        if chapter.start is None or not is_exact(transcript.turns[chapter.turn]):
            continue
        start = int(chapter.start)
        if listed and start <= listed[-1]["startTime"]:
            continue
        address = f"{base}/episodes/{episode.id}#turn-{chapter.turn}"
        listed.append({"startTime": start, "title": chapter.title[:_MOST_TITLE], "url": address})
    if len(listed) < _FEWEST:
        return None
    about = {"title": episode.title, "podcastName": episode.show.title}
    return {"version": "1.2.0", **{key: value for key, value in about.items() if value}, "chapters": listed}
