/** The judging page: from a query set to grades in the form that `diptych eval` reads. */

import "./judge_words.js";

import { ask, below, hasKey } from "./api.js";
import { markDone, showAsked, showPhoto } from "./asked.js";
import { askForKey, firstIndex, linkToIndex, offerLanguages, takeKey } from "./corner.js";
import { $ } from "./dom.js";
import { gradesOf, keeps, openStore, queries, setDone, setGrade, standAt, standsAt, watchStore } from "./grade_store.js";
import { GRADES, focusCard, gradeByKey, showCards, showGrades } from "./grading.js";
import { findPool } from "./pool.js";
import { showProgress } from "./progress.js";
import { photoOf } from "./query_photos.js";
import { wireQueries } from "./queries.js";
import { index, setIndex } from "./state.js";
import { say } from "./words.js";

let asking;
let shown = [];
/** Id of a query -> what was found for it, so that going back asks nobody. */
const pools = new Map();

/** Show the query that the list stands at, and its hits; with `focus`, go to the first without a grade. */
async function open({ focus = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const query = standsAt();
  show(query, [], query ? say("asking") : say("start"));
  if (!query) return;
  tell("");
  try {
    const photo = await photoOf(query, queries());
    if (signal.aborted) return;
    if (photo) showPhoto(photo, query);
    const pool = pools.get(query.id) ?? (await findPool(index.name, query, photo, signal));
    if (signal.aborted) return;
    // What was found in part is asked for again the next time.
    if (!pool.notice) pools.set(query.id, pool);
    show(query, pool.hits, pool.hits.length ? "" : say("noHits"));
    if (photo) showPhoto(photo, query);
    tell(pool.notice, Boolean(pool.notice));
    settle(query);
    if (focus) focusCard();
  } catch (error) {
    if (error.name !== "AbortError" && !signal.aborted) complain(error);
  }
}

function show(query, hits, empty) {
  shown = hits;
  showAsked(query);
  showCards(hits, (id) => gradesOf(query?.id).get(id), (id, grade) => {
    setGrade(query.id, id, grade);
    settle(query);
  });
  $("empty").textContent = empty;
  $("empty").hidden = !empty;
  $("scale").hidden = !hits.length;
  showProgress(query, shown);
}

/** A grade was given or the hits came: note whether all are graded, and say how far it is. */
function settle(query) {
  setDone(query.id, shown.every(({ id }) => gradesOf(query.id).has(id)));
  markDone(query);
  showProgress(query, shown);
  if (!keeps()) tell(say("notKept"));
}

function complain(error) {
  $("empty").hidden = true;
  if (error.status === 401) {
    tell(hasKey() ? say("keyRefused") : "");
    askForKey();
  } else if (error.isPhoto) {
    tell(error.message);
    $("setup").open = true;
  } else tell(error.status ? `${error.message} ${error.fix ?? ""}` : say("away"), true);
}

/** Say what is wrong; with `canRepeat`, offer to ask again. */
function tell(text, canRepeat = false) {
  $("notice-text").textContent = text;
  $("again").hidden = !canRepeat;
  $("notice").hidden = !text;
}

function turn(step) {
  const all = queries();
  const next = all[all.findIndex(({ id }) => id === standsAt()?.id) + step];
  if (!next) return;
  standAt(next.id);
  open({ focus: true });
}

/** Keys mean grades where a hit or nothing at all has the focus, not where one types or chooses. */
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target !== document.body && !event.target.closest("#results")) return;
  const step = { n: 1, p: -1 }[event.key];
  if (step) turn(step);
  else if (!gradeByKey(event.key)) return;
  event.preventDefault();
}

async function openIndex(name) {
  setIndex(await ask(below(name)));
  $("index").value = name;
  linkToIndex(name);
  openStore(name);
  pools.clear();
  // Before an index is open, queries would be kept for none.
  $("bring").disabled = false;
  $("setup").open = !queries().length;
  await open();
}

async function begin() {
  try {
    await openIndex(await firstIndex());
  } catch (error) {
    complain(error);
  }
}

function wire() {
  wireQueries({ tell, onQueries: () => (pools.clear(), open({ focus: true })) });
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
  $("chooser").addEventListener("change", ({ target }) => (standAt(target.value), open()));
  $("again").addEventListener("click", () => (index.name ? open({ focus: true }) : begin()));
  $("index").addEventListener("change", ({ target }) =>
    openIndex(target.value).catch((error) => {
      target.value = index.name;
      complain(error);
    }));
  document.addEventListener("keydown", onKey);
  takeKey(() => (index.name ? open() : begin()));
  watchStore(() => {
    showGrades();
    showProgress(standsAt(), shown);
  });
}

$("legend").append(...GRADES.map((grade) => $("legend-item").content.cloneNode(true)));
for (const [grade, item] of [...$("legend").children].entries()) {
  item.querySelector("kbd").textContent = grade;
  item.querySelector("span").dataset.t = `grade${grade}`;
}
offerLanguages(() => open());
wire();
begin();
