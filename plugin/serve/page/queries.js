/** How queries come onto the list and grades leave it: files, photos, typed words, the download. */

import { $, make } from "./dom.js";
import { judgedLines, putQueries, queries, takeOffAll } from "./grade_store.js";
import { takeFiles } from "./query_photos.js";
import { readQueries } from "./query_set.js";
import { index } from "./state.js";
import { number, say } from "./words.js";

/** Wire the controls; `tell(sentence)` says what is wrong, `onQueries()` hears of a new list. */
export function wireQueries({ tell, onQueries }) {
  /** Put them on the list; what to say of it. */
  const put = (found) => {
    const reused = putQueries(found);
    $("setup").open = false;
    onQueries();
    if (reused.length) return say(reused.length === 1 ? "reused" : "reusedMany", { id: reused[0], n: number(reused.length) });
    return say(found.length === 1 ? "loadedOne" : "loaded", { n: number(found.length) });
  };
  $("file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    try {
      report(put(readQueries(await textOf(file))));
    } catch (error) {
      report("");
      tell(error.message);
    }
    // The same file may be chosen again once it is mended.
    target.value = "";
  });
  $("photo-files").addEventListener("change", ({ target }) => {
    const n = takeFiles(target.files, queries());
    target.value = "";
    report(n ? say("photosMatched", { n: number(n) }) : say("photosNone"));
    if (n) onQueries();
  });
  $("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const query = typedQuery();
    if (!query) return $("typed-text").focus();
    $("typed").reset();
    report(put([query]));
  });
  $("take-off").addEventListener("click", () => {
    takeOffAll();
    report(say("takeOffHint"));
    onQueries();
  });
  $("download").addEventListener("click", download);
}

function report(text) {
  $("loaded").textContent = text;
}

async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(say("notUtf8", { file: file.name }));
  }
}

/** What is typed, called by its own words: the same words are the same query tomorrow. */
function typedQuery() {
  const said = { text: $("typed-text").value.trim(), not: $("typed-not").value.trim() };
  if (!said.text) return null;
  const query = said.not ? said : { text: said.text };
  return { id: Object.values(query).join(" - "), ...query, grades: new Map() };
}

function download() {
  const url = URL.createObjectURL(new Blob([judgedLines()], { type: "application/x-ndjson" }));
  make("a", { href: url, download: `${index.name}.judged.ndjson` }).click();
  // The browser reads the address after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
