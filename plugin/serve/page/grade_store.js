/** Queries and grades as this browser keeps them, for each index apart. */

import { asked, writeQuery } from "./query_set.js";

/**
 * `queries`: those on the list, id -> query. `marks`: of every query that was ever graded here,
 * id -> {asked, grades, isDone}; taking a query off the list leaves its grades. `at`: the id looked at.
 */
let held = fresh();
let place = "";
let isKept = true;

function fresh() {
  return { queries: new Map(), marks: new Map(), at: null };
}

/** Read what is kept for an index. */
export function openStore(index) {
  place = `diptych.judging.${index}`;
  isKept = true;
  held = read();
}

/** Call `onChange()` when another tab has graded. */
export function watchStore(onChange) {
  addEventListener("storage", ({ key }) => {
    if (key !== place || !isKept) return;
    held = read();
    onChange();
  });
}

export const queries = () => [...held.queries.values()];
export const standsAt = () => held.queries.get(held.at) ?? queries()[0] ?? null;
export const gradesOf = (id) => held.marks.get(id)?.grades ?? new Map();
export const isDone = (id) => held.marks.get(id)?.isDone ?? false;
export const gradedQueries = () => queries().filter(({ id }) => gradesOf(id).size);

/** Put queries on the list, and stand at the first; the ids that stood for another query when they were graded. */
export function putQueries(found) {
  const reused = [];
  change(() => {
    for (const { grades, ...query } of found) {
      const mark = markOf(query.id);
      if (mark.grades.size && mark.asked && mark.asked !== textOf(query)) reused.push(query.id);
      // What was graded here comes before what the file brings.
      mark.grades = new Map([...grades, ...mark.grades]);
      mark.isDone &&= mark.asked === textOf(query);
      mark.asked = textOf(query);
      held.queries.set(query.id, query);
    }
    held.at = found[0].id;
  });
  return reused;
}

export const takeOffAll = () => change(() => (held.queries = new Map()));
export const standAt = (id) => change(() => (held.at = id));

/** Note a grade of a document; null takes it away. */
export const setGrade = (id, document, grade) =>
  change(() => {
    if (grade === null) markOf(id).grades.delete(document);
    else markOf(id).grades.set(document, grade);
  });

/** Note whether all hits of a query are graded. */
export function setDone(id, done) {
  if (isDone(id) !== done) change(() => (markOf(id).isDone = done));
}

/** Whether the browser has kept the last change. */
export const keeps = () => isKept;

/** The file of all graded queries on the list. */
export const judgedLines = () => gradedQueries().map((query) => `${writeQuery(query, gradesOf(query.id))}\n`).join("");

const textOf = (query) => JSON.stringify(asked(query));

function markOf(id) {
  if (!held.marks.has(id)) held.marks.set(id, { asked: "", grades: new Map(), isDone: false });
  return held.marks.get(id);
}

/** Another tab may have graded since: a change is made to what is kept now. */
function change(act) {
  if (isKept) held = read();
  act();
  try {
    localStorage.setItem(place, written());
    isKept = true;
  } catch {
    isKept = false;
  }
}

function written() {
  const marks = [...held.marks].map(([id, mark]) => [id, { ...mark, grades: [...mark.grades] }]);
  return JSON.stringify({ queries: [...held.queries], marks, at: held.at });
}

function read() {
  try {
    const { queries, marks, at } = JSON.parse(localStorage.getItem(place));
    return { queries: new Map(queries), marks: new Map(marks.map(([id, mark]) => [id, { ...mark, grades: new Map(mark.grades) }])), at };
  } catch {
    return fresh();
  }
}
