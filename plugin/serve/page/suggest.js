/** Titles that the words may become, as a combobox of the ARIA Authoring Practices. */

import { ask, below } from "./api.js";
import { $, later, make } from "./dom.js";
import { index } from "./state.js";

const PAUSE_MS = 90;

/** Offer titles while words are typed; call `onChoice(title)` for one that is chosen. */
export function offerSuggestions(onChoice) {
  const input = $("text");
  const list = $("suggestions");
  let asked;
  let at = -1;
  let isTyping = false;

  const close = () => {
    asked?.abort();
    isTyping = false;
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (title) => {
    input.value = title;
    close();
    onChoice(title);
  };
  const show = (titles) => {
    list.replaceChildren(...titles.map((title, i) => option(title, i, choose)));
    list.hidden = titles.length === 0;
    at = -1;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };
  const fetchTitles = later(PAUSE_MS, async () => {
    const text = input.value.trim();
    if (!isTyping) return;
    if (!text) return close();
    asked?.abort();
    asked = new AbortController();
    try {
      show((await ask(below(index.name, "suggest"), { text, size: 7 }, asked.signal)).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  });
  const move = (step) => {
    // Titles that come in late would take the choice away.
    isTyping = false;
    asked?.abort();
    const options = [...list.children];
    at = (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((node, i) => node.setAttribute("aria-selected", String(i === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
  };

  input.addEventListener("input", () => {
    isTyping = true;
    fetchTitles();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(list.children[at].textContent);
    }
  });
  return close;
}

function option(title, i, choose) {
  const node = make("li", { id: `suggestion-${i}`, role: "option", textContent: title, "aria-selected": "false" });
  // Before the input loses its focus, which would close the list.
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    choose(title);
  });
  return node;
}
