/** Query sets in the form that `diptych eval` reads: NDJSON, one query to a line. */

import { say } from "./words.js";

const MOST = 1000;
const BOUNDS = ["gte", "gt", "lte", "lt"];
/** What ends a line for `diptych eval`, so that both count lines alike. */
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
/** What `JSON.stringify` leaves as it is, and `diptych eval` would end a line at. */
const TO_ESCAPE = /[\x7f-\x9f\u2028\u2029]/g;

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isValue = (value) => isText(value) || typeof value === "boolean" || Number.isFinite(value);
const isAbsent = (value) => value === undefined || value === null;

/** The queries of a text, each with `grades`, a Map of document id -> grade; an Error with a sentence where a line is none. */
export function readQueries(text) {
  const lines = new Map();
  const queries = [];
  for (const [i, line] of text.split(LINE_END).entries()) {
    if (!line.trim()) continue;
    const query = readLine(line, i + 1);
    if (lines.has(query.id)) refuse(i + 1, "sameId", { id: query.id, other: lines.get(query.id) });
    lines.set(query.id, i + 1);
    queries.push(query);
  }
  if (!queries.length) throw new Error(say("noQueries"));
  return queries;
}

/** The line of a query and its grades. */
export function writeQuery(query, grades) {
  const line = JSON.stringify({ ...asked(query), relevant: Object.fromEntries(grades) });
  return line.replace(TO_ESCAPE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What a query says, without its grades. */
export function asked({ id, text, image, like, not, filters }) {
  return { id, text, image, like, not, filters };
}

/** A query in one line for people. */
export function titleOf({ id, text, image, like, not }) {
  const said = [text, image && say("photoIs", { name: nameOf(image) }), like?.length && `${say("likeIs")} ${[like].flat().join(", ")}`];
  const title = said.filter(Boolean).join(", ");
  return `${title || id}${not ? ` (${say("notIs")} ${not})` : ""}`;
}

/** The name of a file, without the folders before it. */
export const nameOf = (path) => path.split(/[/\\]/).pop();

function readLine(line, number) {
  let row;
  try {
    row = JSON.parse(line);
  } catch {
    refuse(number, "notJson");
  }
  const trouble = troubleOf(row);
  if (trouble) refuse(number, ...trouble);
  const said = Object.entries(asked(row)).filter(([, value]) => !isAbsent(value));
  return { ...Object.fromEntries(said), grades: new Map(Object.entries(row.relevant ?? {})) };
}

function refuse(line, reason, gaps) {
  throw new Error(say("lineIsNone", { line, reason: say(reason, gaps) }));
}

/** Why a row is no query: the key of the reason and its gaps; undefined where it is one. */
function troubleOf(row) {
  if (!isObject(row)) return ["notObject"];
  if (!isText(row.id) || !row.id) return ["noId"];
  const name = ["text", "image", "not"].find((key) => !isAbsent(row[key]) && !isText(row[key]));
  if (name) return ["notText", { name }];
  if (!isAbsent(row.like) && ![row.like].flat().every(isText)) return ["badLike"];
  if (!row.text && !row.image && !row.like?.length) return ["asksNothing"];
  return troubleOfFilters(row.filters) ?? troubleOfGrades(row.relevant);
}

function troubleOfFilters(filters = {}) {
  if (!isObject(filters)) return ["badFilters"];
  const bad = Object.entries(filters).find(([, wanted]) => !isFilter(wanted));
  return bad && ["badFilter", { name: bad[0] }];
}

function isFilter(wanted) {
  if (Array.isArray(wanted)) return wanted.length > 0 && wanted.every(isValue);
  if (!isObject(wanted)) return isValue(wanted);
  const fits = ([name, bound]) => BOUNDS.includes(name) && (bound === null || isValue(bound));
  return Object.entries(wanted).every(fits) && Object.values(wanted).some(isValue);
}

function troubleOfGrades(relevant = {}) {
  if (!isObject(relevant)) return ["badRelevant"];
  const bad = Object.entries(relevant).find(([, grade]) => !(Number.isFinite(grade) && grade >= 0 && grade <= MOST));
  return bad && ["badGrade", { name: bad[0] }];
}
