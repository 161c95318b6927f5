"""Where a recording really begins to play."""

from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# Seconds by which playing may begin beside what was cited.
NEAR = 0.2
# Seconds that may have been played until one looks from outside, where no script can note when it began.
LATE = 3.0


def listen(audio: "Locator") -> None:
    """Note the second at which a recording next begins to play, before anything is clicked."""
    audio.evaluate(
        """audio => {
            delete audio.began;
            audio.addEventListener("playing", () => { audio.began = audio.currentTime; }, { once: true });
        }"""
    )


def began(audio: "Locator") -> float:
    """The second that `listen` noted, once the recording is heard to go on from there."""
    handle = audio.element_handle()
    audio.page.wait_for_function("audio => audio.began !== undefined && audio.currentTime > audio.began", arg=handle)
    return float(audio.evaluate("audio => audio.began"))


def first_heard(audio: "Locator") -> float:
    """The second at which a recording is once it plays, in a page without scripts."""
    until = monotonic() + 30
    while audio.evaluate("audio => audio.paused || audio.readyState < 3"):
        assert monotonic() < until, "nothing plays"
        sleep(0.05)
    return float(audio.evaluate("audio => audio.currentTime"))
