// What scripts add to every page: playing where one reads, and copying. Without them each is a link that does the same
// on a page of its own.

document.body.classList.add("js-enabled");

const preload = document.querySelector("link[rel=modulepreload]");
if (preload) {
  document.body.classList.add("govuk-frontend-supported");
  import(preload.href).then(({ initAll }) => initAll());
}

// Filters that were left empty do not stand in the address of an answer.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (name !== "q" && value === "") formData.delete(name);
  });
}

/** Tell people who cannot see it what has happened. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Make a link act as a button: it is called one, and Space works as well as Enter. */
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

/** Play from a second on; every other recording of the page stops. */
export function playFrom(audio, start) {
  for (const other of document.querySelectorAll("audio")) {
    if (other !== audio) other.pause();
  }
  audio.dataset.used = "";
  audio.currentTime = start;
  // A recording that cannot be had says so in its own controls.
  return audio.play().catch(() => {});
}

/** Copy a text; true if the browser let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page that is not served securely
  }
}

for (const link of document.querySelectorAll(".app-play")) {
  const audio = link.closest("article")?.querySelector("audio");
  if (audio) asButton(link, () => playFrom(audio, Number(link.dataset.start ?? 0)));
}

for (const link of document.querySelectorAll(".app-copy")) {
  const label = link.firstChild;
  const before = label.textContent;
  asButton(link, async () => {
    if (!(await copy(link.dataset.text))) {
      location.href = link.href; // the page where it stands in a field
      return;
    }
    label.textContent = "Copied";
    say("Citation copied");
    setTimeout(() => {
      label.textContent = before;
      say("");
    }, 4000);
  });
}
