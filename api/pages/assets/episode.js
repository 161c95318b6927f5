// The episode page: play from a time, follow the current turn, find words, shortcuts. Without scripts times are links.
import { playFrom, say } from "./app.js";

const byId = (id) => document.getElementById(id);
const audio = document.querySelector(".app-player audio");
const turns = [...document.querySelectorAll(".app-turn")].map((section) => {
  const link = section.querySelector("a");
  return { section, link, start: parseFloat(new URLSearchParams(link.search).get("t")) };
});
const timed = turns.filter(({ start }) => start >= 0).sort((one, other) => one.start - other.start);
const scroll = (element, block) => {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: isCalm ? "instant" : "smooth" });
};
const isPlain = (event) => !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);

if (audio && timed.length) listen();
if (turns.length) search();

function listen() {
  const follow = byId("follow-on");
  const back = byId("back");
  const timeline = byId("timeline");
  let current = timed.find(({ section }) => section.ariaCurrent);
  let settled = 0; // the time at which the script's own scrolling has ended

  const isSeen = () => {
    const { top, bottom } = current.section.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const show = () => {
    settled = performance.now() + 1000;
    scroll(current.section, "start");
  };
  const update = () => {
    byId("now").setAttribute("x", `${(100 * audio.currentTime) / timeline.dataset.duration}%`);
    const isFollowed = follow.checked && !audio.paused;
    const spoken = timed.findLast(({ start }) => start <= audio.currentTime + 0.05);
    if (spoken !== current) {
      // Follow only while the last turn is on screen: a reader who scrolled away stays.
      const isAlong = !current || isSeen();
      current?.section.removeAttribute("aria-current");
      spoken?.section.setAttribute("aria-current", "true");
      current = spoken;
      if (current && isFollowed && isAlong) show();
    }
    back.hidden = !current || !isFollowed || performance.now() < settled || isSeen();
  };
  const play = (turn) => {
    if (!turn) return;
    history.replaceState(null, "", turn.link.href);
    playFrom(audio, turn.start);
  };

  byId("follow").hidden = false;
  audio.ontimeupdate = update;
  back.onclick = () => (show(), false);
  timeline.onclick = ({ clientX }) => {
    const { left, width } = timeline.getBoundingClientRect();
    playFrom(audio, ((clientX - left) / width) * timeline.dataset.duration);
  };
  document.onclick = (event) => {
    const turn = timed.find(({ link }) => link === event.target);
    if (turn && isPlain(event)) {
      event.preventDefault();
      play(turn);
    }
  };

  // The URL names a turn. If it also has ?t=, the recording's own URL contains that time already.
  const target = timed.find(({ section }) => "#" + section.id === location.hash);
  if (target && !current) audio.currentTime = target.start - (audio.dataset.lead ?? 0);
  if (!target) current?.section.scrollIntoView();

  const step = (by) => play(timed[timed.indexOf(current) + by]);
  keys({
    k: () => (audio.paused ? audio.play() : audio.pause()),
    j: () => (audio.currentTime -= 10),
    l: () => (audio.currentTime += 10),
    n: () => step(1),
    p: () => step(-1),
    f: () => byId("words").focus(),
  });
}

function keys(actions) {
  const on = byId("keys-on");
  byId("keys").hidden = false;
  try {
    on.checked = !localStorage.noKeys;
    on.onchange = () => (localStorage.noKeys = on.checked ? "" : 1);
  } catch {
    // The browser stores nothing, so the setting holds for this page only.
  }
  document.onkeydown = (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), audio");
    if (!actions[event.key] || !on.checked || isTyping || !isPlain(event)) return;
    event.preventDefault();
    actions[event.key]();
  };
}

function search() {
  const words = byId("words");
  let looked, found, at;

  const count = byId("count");

  // Match as the server does: ignore case, kind of space and style of quotation marks.
  const mark = () => {
    const plain = words.value.trim().replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const alike = plain.replace(/['’‘]/g, "['’‘]").replace(/["“”]/g, '["“”]').replace(/\s+/g, "\\s+");
    looked = words.value;
    found = [];
    at = -1;
    for (const { firstChild: node } of plain ? document.querySelectorAll(".app-turn p + p:not([class])") : []) {
      for (const { 0: text, index } of node.data.matchAll(new RegExp(alike, "gi"))) {
        const range = new Range();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        found.push(range);
      }
    }
    CSS.highlights?.set("found", new Highlight(...found));
    byId("steps").hidden = !found.length;
    count.textContent = plain && `${found.length} found`;
  };
  const go = (by) => {
    at = (Math.max(at, by < 0 ? 0 : -1) + by + found.length) % found.length;
    CSS.highlights?.set("at", new Highlight(found[at]));
    scroll(found[at].startContainer.parentElement, "center");
    say((count.textContent = `${at + 1} of ${found.length} found`));
  };

  byId("find").onsubmit = () => {
    if (looked !== words.value) mark();
    if (found.length) go(1);
    else say(count.textContent);
    return false;
  };
  byId("next").onclick = () => go(1);
  byId("previous").onclick = () => go(-1);
  for (const old of document.querySelectorAll(".app-turn mark")) old.replaceWith(old.textContent);
  byId("transcript").parentNode.normalize();
  byId("find").hidden = false; // which an archive hides, because without this script nothing would answer
  words.value ||= new URLSearchParams(location.search).get("find") ?? "";
  if (words.value) mark();
}
