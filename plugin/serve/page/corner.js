/** What every page has at its head: the language, the index, and the key where one is needed. */

import { ask, useKey } from "./api.js";
import { $, make } from "./dom.js";
import { firstLanguage, otherLanguage, speak } from "./words.js";

/** Speak the first language; the button changes it and calls `onChange()`. */
export function offerLanguages(onChange) {
  const turnTo = (language) => {
    speak(language);
    $("language").textContent = otherLanguage() === "zh" ? "中文" : "English";
    $("language").lang = otherLanguage();
  };
  turnTo(firstLanguage());
  $("language").addEventListener("click", () => {
    localStorage.setItem("diptych.language", otherLanguage());
    turnTo(otherLanguage());
    onChange();
  });
}

/** The index that the address names, or null. */
export const wantedIndex = () => new URLSearchParams(location.search).get("index");

/** Offer the indexes, if there are several; the one that the address names is the first to open, else the first. */
export async function firstIndex() {
  const { indexes } = await ask("indexes");
  $("index").replaceChildren(...indexes.map((name) => make("option", { value: name, textContent: name })));
  $("index").hidden = indexes.length < 2;
  const wanted = wantedIndex();
  return indexes.includes(wanted) ? wanted : indexes[0];
}

/** Let the link to the other page lead to the same index. */
export function linkToIndex(name) {
  const link = $("other-page");
  const several = $("index").options.length > 1;
  link.search = several ? `?${new URLSearchParams({ index: name })}` : "";
}

/** Ask for the key. */
export function askForKey() {
  $("key-form").hidden = false;
  $("key").focus();
}

/** Use the key that is typed, then call `onKey()`. */
export function takeKey(onKey) {
  $("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useKey($("key").value.trim());
    $("key-form").hidden = true;
    onKey();
  });
}
