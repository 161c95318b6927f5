// The quote page: play the quote and stop after it, copy each field.
import { copy, playFrom, say } from "./app.js";

const SHOWN = 4000; // milliseconds

function button(label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "govuk-button govuk-button--secondary";
  made.textContent = label;
  made.addEventListener("click", () => action(made));
  return made;
}

const box = document.querySelector(".app-listen[data-end]");
const audio = box?.querySelector("audio");
if (audio) {
  const start = Number(box.dataset.start);
  const end = Number(box.dataset.end);
  let stops = true; // false once the reader plays past the end or from another place
  audio.addEventListener("timeupdate", () => {
    if (stops && audio.currentTime >= end) {
      stops = false;
      audio.pause();
    }
  });
  audio.addEventListener("seeking", () => {
    stops = audio.currentTime > start - 1 && audio.currentTime < end;
  });
  box.prepend(
    button("Play the quote", () => {
      stops = true;
      playFrom(audio, start);
    }),
  );
}

for (const field of document.querySelectorAll(".app-cite textarea")) {
  const label = `Copy ${field.dataset.name}`;
  field.after(
    button(label, async (made) => {
      const copied = await copy(field.value);
      if (!copied) field.select();
      made.textContent = copied ? "Copied" : "Selected: copy it with your keyboard or menu";
      say(made.textContent);
      setTimeout(() => {
        made.textContent = label;
        say("");
      }, SHOWN);
    }),
  );
}
