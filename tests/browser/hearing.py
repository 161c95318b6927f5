"""The second of a recording that is heard in Chromium: told by its sound, not by what the player says of itself."""

from typing import TYPE_CHECKING

import numpy as np

from tests.tones import second_heard

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SECONDS = 1.4  # of sound that are taken: a change of second lies in them

# A sound is kept from the first one on that is heard. The policy on content does not bind what a test evaluates.
_HEAR = """async ([selector, seconds]) => {
    const audio = document.querySelector(selector);
    const context = new AudioContext();
    const taker = context.createScriptProcessor(8192, 1, 1);
    context.createMediaElementSource(audio).connect(taker).connect(context.destination);
    await context.resume();
    const kept = [];
    const heard = new Promise((done) => {
        taker.onaudioprocess = ({ inputBuffer }) => {
            const samples = inputBuffer.getChannelData(0);
            if (!kept.length && !samples.some((one) => Math.abs(one) > 0.02)) return;
            kept.push(...Array.from(samples, (one) => Math.round(one * 10000)));
            if (kept.length > seconds * context.sampleRate) done();
        };
        setTimeout(done, 20000);
    });
    audio.play().catch(() => {});
    await heard;
    audio.pause();
    await context.close();
    return [context.sampleRate, kept];
}"""


def first_heard_second(page: "Page", selector: str = "audio") -> float | None:
    """Play a recording made by `tests.tones` from where it is, and return the second that is heard first.

    None where its sound does not tell. Once for each page that was opened.
    """
    page.wait_for_function("selector => document.querySelector(selector).readyState >= 2", arg=selector)
    rate, samples = page.evaluate(_HEAR, [selector, _SECONDS])
    return second_heard(np.asarray(samples) / 10_000, int(rate))
