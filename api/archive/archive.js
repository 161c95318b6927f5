// The page of search in an archive: pagefind, from a web host or a disk. Browsers fetch no files from a disk and load no
// modules from there, so each file of pagefind's index is a script that hands its bytes to archived().
import { say } from "../pages/assets/app.js";

const MOST = 20;
const TURNS = 3; // places shown of one page
const PLACE = new URL("../pagefind/", document.baseURI).href;
const byId = (id) => document.getElementById(id);
const waiting = {};

window.archived = (name, text) => waiting[name](Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));

/** Return the bytes of a file of the index. */
function load(name) {
  return new Promise((done, failed) => {
    waiting[name] = done;
    const script = document.createElement("script");
    script.src = `${PLACE}${name}.js`;
    script.onload = () => script.remove();
    script.onerror = () => failed(new Error(`${name} is missing`));
    document.head.append(script);
  });
}

window.fetch = async (asked) => {
  const { href } = new URL(asked.url ?? asked, document.baseURI);
  return new Response(await load(href.slice(PLACE.length).split("?")[0]));
};

function made(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Return the anchors of the turns in which most of the words are said, in their order. */
function places({ anchors, locations }) {
  const turns = anchors.filter(({ id }) => id.startsWith("turn-"));
  const counts = new Map();
  for (const location of locations) {
    const turn = turns.findLast((one) => one.location <= location);
    if (turn) counts.set(turn, (counts.get(turn) ?? 0) + 1);
  }
  const best = [...counts].sort(([, one], [, other]) => other - one).slice(0, TURNS);
  return best.map(([turn]) => turn).sort((one, other) => one.location - other.location);
}

function hit(found) {
  const item = document.createElement("li");
  const title = made("h3", "govuk-heading-s", "");
  const address = new URL(`..${found.raw_url ?? found.url}`, document.baseURI).href;
  title.append(Object.assign(made("a", "govuk-link", found.meta.title), { href: address }));
  const words = made("p", "govuk-body-s", "");
  // The excerpt is text with marks; it is put in as text.
  for (const [place, part] of found.excerpt.split(/<\/?mark>/).entries()) {
    words.append(made(place % 2 ? "mark" : "span", "", plain(part)));
  }
  item.append(title, words);
  const turns = places(found);
  if (turns.length) {
    const line = made("p", "govuk-body-s app-actions", "");
    for (const { id } of turns) {
      const label = `Turn ${Number(id.slice("turn-".length)) + 1}`;
      const link = Object.assign(made("a", "govuk-link", label), { href: `${address}#${id}` });
      link.append(made("span", "govuk-visually-hidden", ` of ${found.meta.title}`));
      line.append(link, " ");
    }
    item.append(line);
  }
  return item;
}

/** Return HTML as text, with the blanks at its edges. */
const plain = (html) => new DOMParser().parseFromString(`<p>${html}`, "text/html").querySelector("p").textContent;

async function search(pagefind, words) {
  const { results } = await pagefind.search(words);
  const shown = await Promise.all(results.slice(0, MOST).map((one) => one.data()));
  const count = results.length === 1 ? "1 page" : `${results.length} pages`;
  const rest = results.length > MOST ? `, the nearest ${MOST} shown` : "";
  byId("archive-count").textContent = results.length ? count + rest : "Nothing was found";
  byId("archive-hits").replaceChildren(...shown.map(hit));
  byId("archive-found").hidden = false;
  say(byId("archive-count").textContent);
}

async function start() {
  const code = URL.createObjectURL(new Blob([await load("pagefind.js")], { type: "text/javascript" }));
  const pagefind = await import(code);
  await pagefind.options({ basePath: PLACE, baseUrl: "/", noWorker: true });
  await pagefind.init();
  const box = byId("q");
  byId("archive-search").onsubmit = () => {
    history.replaceState(null, "", `?q=${encodeURIComponent(box.value)}`);
    search(pagefind, box.value);
    return false;
  };
  byId("archive-search").hidden = false;
  byId("archive-note").hidden = true;
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  if (box.value) await search(pagefind, box.value);
}

start().catch(() => {}); // the note says where else to look
