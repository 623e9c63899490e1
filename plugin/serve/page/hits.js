/** The products found, each with its picture, its score and what that is made of. */

import { showPicture } from "./api.js";
import { $, drawing, make, marked } from "./dom.js";
import { index } from "./state.js";
import { number, plain, points, say } from "./words.js";

const FRAME = "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 4M15.5 9.500h.01";
const MAX_FACTS = 4;
const LONGEST_FACT = 28;

/** Part of an explanation -> its colour and name. */
function tone(part) {
  if (part.startsWith("boost")) return "boost";
  return ["keywords", "text", "image", "agreement"].includes(part) ? part : "offset";
}
const partName = (part) =>
  part.startsWith("boost:") ? plain(part.slice(6)) : say({ text: "textPart" }[part] ?? tone(part));

/** Show the hits; `act.more(hit)`, `act.less(hit)` and `act.open(hit)` are the cards' buttons. */
export function showHits(hits, act) {
  const longest = Math.max(...hits.map(span), 1e-9);
  $("hits").replaceChildren(...hits.map((hit) => card(hit, longest, act)));
  showLegend(hits);
}

/** A hit's title, in words alone. */
export function titleOf(hit) {
  const value = read(hit.source, index.text_fields[0] ?? "title");
  return String((Array.isArray(value) ? value[0] : value) ?? "").trim() || hit.id || say("untitled");
}

function card(hit, longest, act) {
  const name = titleOf(hit);
  const open = make("button", { type: "button", className: "open", "aria-label": say("detailsOf", { name }) },
    picture(hit, 320));
  open.addEventListener("click", () => act.open(hit));
  const more = make("button", { type: "button", className: "quiet", textContent: say("more"), "aria-label": say("moreOf", { name }) });
  more.addEventListener("click", () => act.more(hit));
  const less = make("button", { type: "button", className: "quiet", textContent: say("less"), "aria-label": say("lessOf", { name }) });
  less.addEventListener("click", () => act.less(hit));
  return make("li", { className: "hit", "data-id": hit.id }, open,
    make("div", { className: "about" }, heading(hit, "h3"), facts(hit), score(hit, longest),
      make("div", { className: "actions" }, more, less)));
}

function heading(hit, tag, properties = {}) {
  const shown = hit.highlight?.[index.text_fields[0]]?.[0];
  return shown && titleOf(hit) === marked(shown).textContent.trim()
    ? make(tag, properties, marked(shown))
    : make(tag, properties, titleOf(hit));
}

/** A hit's picture, or a frame where there is none. */
export function picture(hit, width) {
  const frame = make("span", { className: "picture" });
  const value = index.image_field && read(hit.source, index.image_field);
  const reference = Array.isArray(value) ? value[0] : value;
  if (!reference) {
    frame.append(drawing(FRAME));
    return frame;
  }
  const img = make("img", { alt: "", loading: "lazy", decoding: "async" });
  img.addEventListener("error", () => frame.replaceChildren(drawing(FRAME)), { once: true });
  showPicture(img, index.name, hit, String(reference), width);
  frame.append(img);
  return frame;
}

/** A few fields of a hit. */
export function facts(hit) {
  const names = index.fields.map(({ name }) => name).filter((name) => name !== "id");
  const texts = names.map((name) => fact(name, read(hit.source, name))).filter(Boolean).slice(0, MAX_FACTS);
  return make("p", { className: "facts" }, ...texts.map((text) => make("span", { textContent: text })));
}

function fact(name, value) {
  if (typeof value === "number") return `${/price|cost/i.test(name) ? "" : `${plain(name)} `}${number(value)}`;
  const text = typeof value === "string" ? value.trim() : "";
  return text.length <= LONGEST_FACT ? text : "";
}

function score(hit, longest) {
  if (!hit.score) return null;
  const shown = make("span", { textContent: points(hit.score) });
  if (!hit.explain) return make("p", { className: "score" }, shown);
  const parts = partsOf(hit);
  const said = parts.map(([part, value]) => `${partName(part)} ${points(value)}`).join(", ");
  const bar = make("span", { className: "stack", role: "img", "aria-label": say("scoreOf", { score: points(hit.score), parts: said }), title: said });
  let end = 0;
  for (const [part, value] of parts) {
    // What takes away is drawn over the end of what adds, so that the bar's full colours reach the score.
    const piece = make("i", { className: value < 0 ? "less" : "" });
    piece.style.setProperty("--tone", `var(--${tone(part)})`);
    piece.style.left = `${(100 * Math.min(end, end + value)) / longest}%`;
    piece.style.width = `${(100 * Math.abs(value)) / longest}%`;
    bar.append(piece);
    end += value;
  }
  return make("p", { className: "score" }, bar, shown);
}

/** The parts that are not 0: what adds first, what takes away last. */
function partsOf(hit) {
  const parts = Object.entries(hit.explain?.parts ?? {}).filter(([, value]) => Math.abs(value) >= 0.0005);
  return parts.sort(([, a], [, b]) => (a < 0) - (b < 0));
}

const span = (hit) => partsOf(hit).reduce((sum, [, value]) => sum + Math.max(value, 0), 0);

function showLegend(hits) {
  const found = [...new Set(hits.flatMap((hit) => partsOf(hit).map(([part]) => tone(part))))];
  $("legend").hidden = !found.length;
  $("legend").replaceChildren(...found.map((part) => {
    const dot = make("span", { className: part === "offset" ? "dot less" : "dot" });
    dot.style.setProperty("--tone", `var(--${part})`);
    const item = make("li", {}, dot, say({ text: "textPart" }[part] ?? part));
    if (part === "offset") item.title = say("offsetHint");
    return item;
  }));
}

/** A sheet with everything about one hit. */
export function showDetails(hit, act) {
  const dialog = $("details");
  const close = make("button", { type: "button", className: "quiet close", textContent: "×", "aria-label": say("close") });
  close.addEventListener("click", () => dialog.close());
  const more = make("button", { type: "button", className: "quiet", textContent: say("more") });
  more.addEventListener("click", () => { dialog.close(); act.more(hit); });
  const less = make("button", { type: "button", className: "quiet", textContent: say("less") });
  less.addEventListener("click", () => { dialog.close(); act.less(hit); });
  dialog.replaceChildren(close, make("div", { className: "sheet" }, picture(hit, 640),
    make("div", { className: "side" }, heading(hit, "h2", { id: "details-title" }), sourceTable(hit), partsTable(hit),
      make("div", { className: "actions" }, more, less))));
  dialog.showModal();
}

function sourceTable(hit) {
  const rows = [[say("id"), hit.id], ...Object.entries(hit.source)
    .filter(([name]) => name !== index.image_field && name !== "id" && name !== index.text_fields[0])
    .map(([name, value]) => [plain(name), typeof value === "object" ? JSON.stringify(value) : String(value)])];
  return make("table", {}, make("tbody", {}, ...rows.map(([name, value]) =>
    make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", { textContent: value })))));
}

function partsTable(hit) {
  if (!hit.explain) return null;
  const rows = partsOf(hit).map(([part, value]) => {
    const dot = make("span", { className: "dot" });
    dot.style.setProperty("--tone", `var(--${tone(part)})`);
    return make("tr", {}, make("th", { scope: "row" }, dot, partName(part)), make("td", { textContent: points(value) }));
  });
  const sum = make("tr", {}, make("th", { scope: "row", textContent: say("score") }), make("td", { textContent: points(hit.score) }));
  const { terms = [], note } = hit.explain;
  return make("div", {},
    make("table", { className: "parts" }, make("tbody", {}, ...rows, sum)),
    terms.length ? make("p", { className: "note", textContent: say("terms", { terms: terms.join(", ") }) }) : null,
    note ? make("p", { className: "note", textContent: note }) : null);
}

/** The value of a dotted field. */
const read = (source, field) =>
  source[field] ?? field.split(".").reduce((found, part) => found?.[part], source);
