/** How far the grading is, and the button that downloads it. */

import { $ } from "./dom.js";
import { gradedQueries, gradesOf, isDone, queries } from "./grade_store.js";
import { number, say } from "./words.js";

/** Say how many hits of a query are graded, and how many queries are done. */
export function showProgress(query, hits) {
  const grades = gradesOf(query?.id);
  const graded = hits.filter(({ id }) => grades.has(id)).length;
  const others = grades.size - graded;
  const parts = [
    hits.length ? say("hitsGraded", { graded: number(graded), n: number(hits.length) }) : "",
    query ? queriesDone() : "",
    hits.length && others ? say(others === 1 ? "elsewhereOne" : "elsewhere", { n: number(others) }) : "",
    hits.length && graded === hits.length ? say("allGraded") : "",
  ];
  $("progress").textContent = parts.filter(Boolean).join(" · ");
  const n = gradedQueries().length;
  $("download").textContent = say("download", { n: number(n) });
  $("download").disabled = !n;
}

function queriesDone() {
  const all = queries();
  return say("queriesDone", { done: number(all.filter(({ id }) => isDone(id)).length), all: number(all.length) });
}
