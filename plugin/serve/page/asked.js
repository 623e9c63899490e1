/** The query on the left: its words or photo, what it is like, what it is not, and its filters. */

import { showPicture } from "./api.js";
import { $, make } from "./dom.js";
import { isDone, queries } from "./grade_store.js";
import { nameOf, titleOf } from "./query_set.js";
import { index } from "./state.js";
import { number, plain, say } from "./words.js";

const SIGNS = { gte: "≥", gt: ">", lte: "≤", lt: "<" };

/** Show a query, or none. */
export function showAsked(query) {
  const all = queries();
  const place = all.findIndex(({ id }) => id === query?.id);
  $("asked-box").hidden = !query;
  $("take-off").hidden = !query;
  $("asked-short").textContent = query ? titleOf(query) : "";
  if (!query) return;
  $("asked-title").textContent = say("queryOf", { i: number(place + 1), n: number(all.length) });
  $("chooser").replaceChildren(...all.map((one) => make("option", { value: one.id, textContent: lineOf(one) })));
  $("chooser").value = query.id;
  $("chooser").hidden = all.length < 2;
  $("previous").disabled = place === 0;
  $("next").disabled = place === all.length - 1;
  $("asked").replaceChildren(...partsOf(query));
}

/** Show the photo that a query asks by. */
export function showPhoto(photo, { image }) {
  const img = make("img", { src: photo.url, alt: say("photoIs", { name: nameOf(image) }) });
  $("asked").querySelector(".asked-photo")?.replaceChildren(img);
}

/** Mark in the chooser whether a query is done. */
export function markDone(query) {
  const option = [...$("chooser").options].find(({ value }) => value === query.id);
  if (option) option.textContent = lineOf(query);
}

const lineOf = (query) => `${isDone(query.id) ? "✓ " : ""}${titleOf(query)}`;

function partsOf({ text, image, like, not, filters }) {
  return [
    text ? make("p", { className: "asked-words", textContent: text }) : null,
    image ? make("div", { className: "asked-photo" }, make("span", { textContent: say("photoIs", { name: nameOf(image) }) })) : null,
    like?.length ? row("likeIs", ...[like].flat().map(product)) : null,
    not ? row("notIs", make("span", { textContent: not })) : null,
    filters && Object.keys(filters).length ? row("filtersAre", ...Object.entries(filters).map(filter)) : null,
  ].filter(Boolean);
}

const row = (key, ...parts) =>
  make("div", { className: "asked-row" }, make("h3", { textContent: say(key) }), make("ul", {}, ...parts.map((part) => make("li", {}, part))));

function product(id) {
  const shown = make("span", { className: "product" }, make("span", { textContent: id }));
  if (index.image_field) {
    const img = make("img", { alt: "" });
    img.addEventListener("error", () => img.remove(), { once: true });
    showPicture(img, index.name, { id }, "", 160);
    shown.prepend(img);
  }
  return shown;
}

function filter([field, wanted]) {
  const shown = (value) => (typeof value === "boolean" ? say(value ? "yes" : "no") : typeof value === "number" ? number(value) : value);
  const isRange = typeof wanted === "object" && !Array.isArray(wanted);
  const text = isRange
    ? Object.entries(wanted).filter(([, bound]) => bound !== null).map(([name, bound]) => `${SIGNS[name]} ${shown(bound)}`).join(", ")
    : [wanted].flat().map(shown).join(say("oneOf"));
  return make("span", { textContent: `${plain(field)}: ${text}` });
}
