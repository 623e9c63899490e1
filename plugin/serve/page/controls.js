/** Sliders, blending, diversity, facets and ranges: everything beside the results. */

import { $, later, make } from "./dom.js";
import { WEIGHTS, countedFields, filterCount, index, rangeFields, saysSomething, state, weightsInUse } from "./state.js";
import { number, plain, say } from "./words.js";

const PAUSE_MS = 120;
const TYPING_PAUSE_MS = 400;
const SHOWN_VALUES = 8;
/** Index and field -> values that were counted when the field was not filtered by. */
const seen = {};

const LABELS = { keywords: "keywords", text: "textPart", image: "image", agreement: "agreement" };

/** Wire the controls; `onChange()` after each choice, with the id of a control that is moved. */
export function wireControls(onChange) {
  const soon = later(PAUSE_MS, onChange);
  for (const name of WEIGHTS) $("weights").append(weightSlider(name, soon));
  $("reset-weights").addEventListener("click", () => {
    state.weights = null;
    onChange();
    $(`weight-${WEIGHTS[0]}`).focus();
  });
  $("blending").addEventListener("change", (event) => {
    state.blending = event.target.value;
    onChange();
  });
  $("diversity").addEventListener("input", (event) => {
    state.diversity = Number(event.target.value);
    $("diversity-value").textContent = number(state.diversity);
    soon("diversity");
  });
  $("clear-filters").addEventListener("click", () => {
    state.filters = {};
    state.ranges = {};
    onChange();
    $("controls").querySelector("summary").focus();
  });
}

function weightSlider(name, soon) {
  const id = `weight-${name}`;
  const input = make("input", { id, type: "range", min: 0, max: 1, step: 0.05 });
  input.addEventListener("input", () => {
    const weights = { ...weightsInUse(), [name]: Number(input.value) };
    // A search in which nothing counts finds nothing: the last slider stays above 0.
    if (!Object.values(weights).some(Boolean)) weights[name] = Number((input.value = 0.05));
    state.weights = weights;
    showWeights();
    soon(id);
  });
  const dot = make("span", { className: "dot" });
  dot.style.setProperty("--tone", `var(--${name})`);
  const title = make("span", {}, dot, make("span", { "data-t": LABELS[name], textContent: say(LABELS[name]) }));
  const label = make("label", { for: id }, title, make("span", { className: "n", id: `${id}-value`, "aria-hidden": "true" }));
  return make("div", { className: "slider" }, label, input);
}

/** Write what holds into the controls. */
export function showControls() {
  showWeights();
  $("blending").value = state.blending;
  $("diversity").value = state.diversity;
  $("diversity").disabled = Boolean(state.sort);
  $("diversity-value").textContent = number(state.diversity);
  $("clear-filters").hidden = filterCount() === 0;
  const n = filterCount() + (state.weights ? 1 : 0);
  $("controls").querySelector("summary").textContent = n ? say("filtersOn", { n }) : say("controls");
  showSorts();
}

function showWeights() {
  const weights = weightsInUse();
  for (const name of WEIGHTS) {
    const input = $(`weight-${name}`);
    input.value = weights[name] ?? 0;
    input.disabled = !saysSomething();
    $(`weight-${name}-value`).textContent = number(weights[name] ?? 0);
  }
  $("reset-weights").hidden = state.weights === null;
}

function showSorts() {
  const fields = index.fields.filter(({ kind }) => kind === "number" || kind === "date").map(({ name }) => name);
  const options = fields.flatMap((field) => [
    make("option", { value: field, textContent: say("ascending", { field: plain(field) }) }),
    make("option", { value: `-${field}`, textContent: say("descending", { field: plain(field) }) }),
  ]);
  $("sort").replaceChildren(make("option", { value: "", textContent: say("relevance") }), ...options);
  $("sort").value = state.sort;
}

/** Offer the values that were counted; `onChange()` after each choice. */
export function showFacets(facets, onChange) {
  const focused = document.activeElement?.id;
  const groups = countedFields().map((field) => facetGroup(field, facets[field] ?? [], onChange));
  $("facets").replaceChildren(...groups.filter(Boolean));
  if (focused) $(focused)?.focus({ preventScroll: true });
  showRanges(onChange);
}

function facetGroup(field, counted, onChange) {
  const chosen = state.filters[field] ?? [];
  const place = `${index.name} ${field}`;
  if (!chosen.length) seen[place] = counted;
  const counts = new Map(counted.map(({ value, count }) => [value, count]));
  const values = new Map([...(seen[place] ?? []), ...counted].map(({ value }) => [value, counts.get(value)]));
  for (const value of chosen) if (!values.has(value)) values.set(value, undefined);
  const isIdentifier = !chosen.length && counted.length >= SHOWN_VALUES && counted.every(({ count }) => count === 1);
  if (!values.size || isIdentifier) return null;
  const rows = [...values].slice(0, Math.max(SHOWN_VALUES, chosen.length)).map(([value, count]) =>
    facetRow(field, value, count, onChange));
  return make("fieldset", { className: "group facet" },
    make("legend", { textContent: plain(field) }), make("ul", {}, ...rows));
}

function facetRow(field, value, count, onChange) {
  const chosen = state.filters[field] ?? [];
  const input = make("input", { type: "checkbox", id: `facet ${field} ${value}`, checked: chosen.includes(value) });
  input.addEventListener("change", () => {
    const others = chosen.filter((other) => other !== value);
    state.filters[field] = input.checked ? [...others, value] : others;
    onChange();
  });
  const shown = typeof value === "boolean" ? say(value ? "yes" : "no") : String(value);
  return make("li", {}, make("label", {}, input,
    make("span", { className: "value", textContent: shown }),
    count === undefined ? null : make("span", { className: "n", textContent: number(count) })));
}

/** Bounds to type in. They stay while one types: only what is not being typed in is written. */
function showRanges(onChange) {
  const drawn = [index.name, say("to"), ...rangeFields().map(({ name }) => name)].join(" ");
  if ($("ranges").dataset.drawn !== drawn) {
    $("ranges").dataset.drawn = drawn;
    $("ranges").replaceChildren(...rangeFields().map(({ name }) => rangeGroup(name, onChange)));
  }
  for (const input of $("ranges").querySelectorAll("input")) {
    const { field, bound } = input.dataset;
    if (input !== document.activeElement) input.value = state.ranges[field]?.[bound] ?? "";
  }
}

function rangeGroup(field, onChange) {
  const soon = later(TYPING_PAUSE_MS, onChange);
  const bound = (name, key) => {
    const input = make("input", {
      type: "number", step: "any", inputMode: "decimal", "data-field": field, "data-bound": name,
      "aria-label": say(key, { field: plain(field) }),
    });
    input.addEventListener("input", () => {
      const bounds = (state.ranges[field] ??= {});
      if (Number.isFinite(input.valueAsNumber)) bounds[name] = input.valueAsNumber;
      else delete bounds[name];
      soon(`${field} ${name}`);
    });
    return input;
  };
  return make("fieldset", { className: "group" }, make("legend", { textContent: plain(field) }),
    make("div", { className: "range" }, bound("gte", "least"), make("span", { textContent: say("to") }), bound("lte", "most")));
}
