// Every page: play and copy in place. Without scripts both are links.

document.body.classList.add("js-enabled");

const preload = document.querySelector("link[rel=modulepreload]");
if (preload) {
  document.body.classList.add("govuk-frontend-supported");
  import(preload.href).then(({ initAll }) => initAll());
}

// Leave empty filters out of the URL of an answer.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (name !== "q" && value === "") formData.delete(name);
  });
}

/** Announce what has happened to screen readers. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Make a link act as a button, also with Space. */
export function asButton(link, action) {
  link.setAttribute("role", "button");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    action();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      action();
    }
  });
}

/** Play a recording from a time in seconds; stop all others on the page. */
export function playFrom(audio, start) {
  for (const other of document.querySelectorAll("audio")) {
    if (other !== audio) other.pause();
  }
  audio.dataset.used = "";
  audio.currentTime = start - (audio.dataset.lead ?? 0);
  // If the recording cannot be loaded, its own controls say so.
  return audio.play().catch(() => {});
}

// Compare the length of what is played with the recording that was heard.
for (const note of document.querySelectorAll(".app-shifted")) {
  const audio = note.previousElementSibling;
  (audio.ondurationchange = () => (note.hidden = !(Math.abs(audio.duration - note.dataset.heard) > 2)))();
}

/** Copy a text; return whether the browser allowed it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or the page is not served over HTTPS
  }
}

// Choose the quote of an answer that a wide screen shows in context. Without scripts its address does, and scrolls.
const unchoose = () => document.querySelector(".app-chosen")?.classList.remove("app-chosen");
addEventListener("hashchange", unchoose);

function choose(card) {
  unchoose();
  card.classList.add("app-chosen");
}

for (const link of document.querySelectorAll(".app-show")) {
  asButton(link, () => {
    const card = link.closest("article");
    choose(card);
    history.replaceState(null, "", link.hash);
    say(card.querySelector(".app-context").textContent);
  });
}

for (const link of document.querySelectorAll(".app-play")) {
  const card = link.closest("article");
  const audio = card?.querySelector("audio");
  if (!audio) continue;
  asButton(link, () => {
    choose(card);
    playFrom(audio, Number(link.dataset.start ?? 0));
  });
}

for (const link of document.querySelectorAll(".app-copy")) {
  const label = link.firstChild;
  const before = label.textContent;
  asButton(link, async () => {
    if (!(await copy(link.dataset.text))) {
      location.href = link.href; // the page that shows the text in a field
      return;
    }
    label.textContent = "Copied";
    say("Copied");
    setTimeout(() => {
      label.textContent = before;
      say("");
    }, 4000);
  });
}
