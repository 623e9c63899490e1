/** The page: from what the shopper chooses to what is shown, and back. */

import { ask, below } from "./api.js";
import { showControls, showFacets, wireControls } from "./controls.js";
import { askForKey, firstIndex, linkToIndex, offerLanguages, takeKey, wantedIndex } from "./corner.js";
import { $, make } from "./dom.js";
import { showDetails, showHits, titleOf } from "./hits.js";
import { takePhotos } from "./photo.js";
import { showRequest, wireRequest } from "./request.js";
import { PAGE_SIZE, body, correct, forget, index, recall, remember, setIndex, state, stepBack } from "./state.js";
import { offerSuggestions } from "./suggest.js";
import { number, say } from "./words.js";

let asked;
let answer = { hits: [], total: 0, facets: {}, took_ms: 0 };

const act = {
  open: (hit) => showDetails(hit, act),
  more: (hit) => {
    forgetWords();
    state.like = [product(hit)];
    change();
    toTop();
  },
  less: (hit) => {
    state.less = [...state.less.filter(({ id }) => id !== hit.id), product(hit)];
    change();
  },
};
const product = (hit) => ({ id: hit.id, title: titleOf(hit) });

/** A choice was made, perhaps by moving the control `by`: begin at the first page. */
function change(by) {
  state.page = 0;
  remember(by);
  run();
}

async function run() {
  show();
  asked?.abort();
  asked = new AbortController();
  $("hits").classList.add("busy");
  $("hits").setAttribute("aria-busy", "true");
  try {
    answer = await ask(below(index.name, "search"), body(), asked.signal);
    tell(answer.degraded ? say("degraded", { reason: answer.degraded_reason }) : "");
  } catch (error) {
    if (error.name === "AbortError") return;
    complain(error);
  }
  $("hits").classList.remove("busy");
  $("hits").removeAttribute("aria-busy");
  showAnswer();
}

function complain(error) {
  if (error.status === 401) return askForKey();
  answer = { hits: [], total: 0, facets: {}, took_ms: 0 };
  tell(error.status ? error.message : say("failed"));
}

function tell(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function show() {
  $("text").value = state.text;
  $("not-text").value = state.notText;
  $("explain").checked = state.explain;
  showControls();
  showSaid();
  showTitle();
  showRequest();
}

function showAnswer() {
  showHits(answer.hits, act);
  showFacets(answer.facets ?? {}, change);
  const gaps = { n: number(answer.total), ms: number(answer.took_ms, 0) };
  $("count").textContent = say(answer.total === 1 ? "foundOne" : answer.total >= 10_000 ? "foundMany" : "found", gaps);
  $("empty").textContent = say("none");
  $("empty").hidden = answer.hits.length > 0 || !$("notice").hidden;
  const first = state.page * PAGE_SIZE;
  $("pages").hidden = state.page === 0 && answer.hits.length < PAGE_SIZE;
  $("page").textContent = answer.hits.length ? say("page", { first: number(first + 1), last: number(first + answer.hits.length) }) : "";
  $("previous").disabled = state.page === 0;
  $("next").disabled = answer.hits.length < PAGE_SIZE;
}

function showTitle() {
  document.title = state.text.trim() ? `${state.text.trim()} · Diptych` : "Diptych";
}

function showSaid() {
  const chips = [
    ...state.like.map((one) => chip("likeChip", one, () => (state.like = state.like.filter((other) => other !== one)))),
    ...state.less.map((one) => chip("lessChip", one, () => (state.less = state.less.filter((other) => other !== one)))),
  ];
  if (state.photo) chips.unshift(chip("photoChip", { title: "", url: state.photo.url }, () => (state.photo = null)));
  $("said").replaceChildren(...chips);
  $("said").hidden = !chips.length;
}

function chip(kind, { title, url }, remove) {
  const button = make("button", { type: "button", textContent: "×", "aria-label": say("remove", { name: `${say(kind)} ${title}`.trim() }) });
  button.addEventListener("click", () => {
    remove();
    change();
    $("text").focus();
  });
  return make("li", { className: "chip" }, url ? make("img", { src: url, alt: "" }) : null,
    make("span", { className: "what", textContent: say(kind) }),
    title ? make("span", { className: "name", textContent: title }) : null, button);
}

function forgetWords() {
  Object.assign(state, { text: "", notText: "", photo: null, like: [], less: [], sort: "" });
}

function toTop() {
  scrollTo({ top: 0 });
  $("results").focus({ preventScroll: true });
}

function turn(step) {
  state.page += step;
  remember();
  run();
  toTop();
}

function wire() {
  const closeSuggestions = offerSuggestions((title) => {
    state.text = title;
    change();
  });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    closeSuggestions();
    Object.assign(state, { text: $("text").value, notText: $("not-text").value });
    change();
  });
  // The cross of a search field.
  $("text").addEventListener("search", () => {
    if ($("text").value === "" && state.text) Object.assign(state, { text: "" }), change();
  });
  $("sort").addEventListener("change", (event) => {
    state.sort = event.target.value;
    change();
  });
  $("explain").addEventListener("change", (event) => {
    state.explain = event.target.checked;
    run();
  });
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
  takeKey(begin);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea, dialog");
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      $("text").focus();
    }
  });
  takePhotos((photo) => {
    state.photo = photo;
    change();
  }, () => tell(say("badPhoto")));
  wireControls(change);
  wireRequest();
  addEventListener("popstate", ({ state: step }) => {
    // The link to the results is no step.
    if (!step) return correct();
    closeSuggestions();
    $("details").close();
    // What is being typed into a range would stay.
    document.activeElement?.closest("#ranges input")?.blur();
    stepBack();
    reopen();
  });
}

async function openIndex(name) {
  setIndex(await ask(below(name)));
  $("index").value = name;
  linkToIndex(name);
}

/** Search what the address says now, in the index that it names. */
async function reopen() {
  const wanted = wantedIndex();
  try {
    if (wanted && wanted !== index.name) await openIndex(wanted);
    await run();
  } catch (error) {
    complain(error);
  }
}

async function begin() {
  try {
    await openIndex(await firstIndex());
    correct();
    await run();
  } catch (error) {
    complain(error);
  }
}

$("index").addEventListener("change", async (event) => {
  try {
    await openIndex(event.target.value);
    forget();
    change();
  } catch (error) {
    $("index").value = index.name;
    complain(error);
  }
});
const wide = matchMedia("(min-width: 60.01rem)");
const openControls = () => ($("controls").open = wide.matches);
wide.addEventListener("change", openControls);
openControls();
offerLanguages(() => {
  show();
  showAnswer();
});
recall();
wire();
begin();
