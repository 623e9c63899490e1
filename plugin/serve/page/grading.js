/** The hits to grade: cards, one of which is the current one, graded by key or by button. */

import { $, make } from "./dom.js";
import { facts, picture, titleOf } from "./hits.js";
import { number, say } from "./words.js";

export const GRADES = [0, 1, 2, 3];
const STEPS = { ArrowRight: 1, ArrowLeft: -1, j: 1, k: -1 };
const ROWS = { ArrowDown: 1, ArrowUp: -1 };

/** Cards with their hits, the grades that hold, and whom to tell of a new one. */
let cards = [];
let current = 0;
let gradeOf = () => undefined;
let tell = () => {};

/** Show the hits; `grade(id)` is the grade that holds, `onGrade(id, grade)` hears of one, null where it is taken away. */
export function showCards(hits, grade, onGrade) {
  [gradeOf, tell] = [grade, onGrade];
  cards = hits.map((hit) => ({ hit, node: card(hit) }));
  $("hits").replaceChildren(...cards.map(({ node }) => make("li", {}, node)));
  current = Math.max(0, hits.findIndex(({ id }) => gradeOf(id) === undefined));
  showGrades();
}

/** Write the grades that hold into the cards. */
export function showGrades() {
  for (const [i, { hit, node }] of cards.entries()) {
    const grade = gradeOf(hit.id);
    const said = grade === undefined ? say("ungraded") : say("graded", { grade: number(grade) });
    node.setAttribute("aria-label", say("hitLabel", { name: titleOf(hit), i: i + 1, n: cards.length, grade: said }));
    node.classList.toggle("graded", grade !== undefined);
    node.classList.toggle("current", i === current);
    node.tabIndex = i === current ? 0 : -1;
    for (const button of node.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.grade) === grade));
      // Of all these buttons only the current hit's lie on the way of the Tab key.
      button.tabIndex = i === current ? 0 : -1;
    }
  }
}

/** Put the focus on the current hit. */
export function focusCard() {
  cards[current]?.node.focus();
}

/** Grade or move by a key; whether the key meant something. */
export function gradeByKey(key) {
  if (!cards.length) return false;
  if (GRADES.map(String).includes(key)) return give(Number(key)), go(current + 1);
  if (key === "Backspace") return give(null), go(current);
  if (key in STEPS) return go(current + STEPS[key]);
  if (key in ROWS) return go(inRow(ROWS[key]));
  return false;
}

function give(grade) {
  tell(cards[current].hit.id, grade);
}

function go(place) {
  current = Math.min(Math.max(place, 0), cards.length - 1);
  showGrades();
  focusCard();
  return true;
}

/** The nearest card in the row below or above. */
function inRow(step) {
  const spot = ({ node }) => node.getBoundingClientRect();
  const here = spot(cards[current]);
  const beyond = [...cards.keys()].filter((i) => step * (spot(cards[i]).top - here.top) > 1);
  const far = (i) => 1e6 * Math.abs(spot(cards[i]).top - here.top) + Math.abs(spot(cards[i]).left - here.left);
  return beyond.length ? beyond.reduce((best, i) => (far(i) < far(best) ? i : best)) : current;
}

function card(hit) {
  const name = titleOf(hit);
  const buttons = GRADES.map((grade) => gradeButton(hit, grade, name));
  const node = make("article", { className: "hit", role: "group", "data-id": hit.id }, picture(hit, 320),
    make("div", { className: "about" }, make("h3", { textContent: name }), facts(hit),
      make("div", { className: "give" }, ...buttons)));
  node.addEventListener("focusin", () => {
    current = cards.findIndex((one) => one.hit === hit);
    showGrades();
  });
  return node;
}

function gradeButton(hit, grade, name) {
  const meaning = say(`grade${grade}`);
  const button = make("button", {
    type: "button", className: "quiet", textContent: grade, title: meaning, "data-grade": grade,
    "aria-label": say("gradeOf", { grade, meaning, name }),
  });
  button.addEventListener("click", () => {
    tell(hit.id, gradeOf(hit.id) === grade ? null : grade);
    showGrades();
  });
  return button;
}
