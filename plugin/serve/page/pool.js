/** The hits to grade for a query: what three searches find, in an order that tells nothing of their ranks. */

import { ask, below } from "./api.js";
import { say } from "./words.js";

const DEPTH = 10;
// Named, because a search that names no profile may be dealt from two.
const DEFAULT = { profile: "default" };
const KEYWORDS = { weights: { keywords: 1, text: 0, image: 0, agreement: 0 } };
const VECTORS = { weights: { keywords: 0 } };

/**
 * The hits without duplicates, and a notice where a search was not answered in full.
 * An error where the default search fails, or where the key is refused.
 */
export async function findPool(index, query, photo, signal) {
  const said = { ...bodyOf(query, photo), size: DEPTH, client: "judging-page" };
  // A photo alone has no keywords.
  const ways = query.text || query.like ? [DEFAULT, KEYWORDS, VECTORS] : [DEFAULT, VECTORS];
  const answers = await Promise.allSettled(ways.map((way) => ask(below(index, "search"), { ...said, ...way }, signal)));
  const failures = answers.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  const fatal = failures.find(({ status, name }) => status === 401 || name === "AbortError");
  if (fatal ?? answers[0].reason) throw fatal ?? answers[0].reason;
  const found = answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  const hits = new Map(found.flatMap((answer) => answer.hits).map((hit) => [hit.id, hit]));
  return { hits: shuffled([...hits.values()], query.id), notice: noticeOf(found, failures) };
}

function bodyOf({ text, like, not, filters }, photo) {
  return { text, image: photo?.base64, like, not: not ? { text: not } : undefined, filters };
}

function noticeOf(found, failures) {
  const degraded = found.find((answer) => answer.degraded)?.degraded_reason;
  const reason = failures.length ? (failures[0].status ? failures[0].message : say("away")) : degraded;
  return reason ? say("partly", { reason }) : "";
}

/** In random order, which for one query is always the same: nobody should grade by rank. */
function shuffled(hits, seed) {
  const place = new Map(hits.map(({ id }) => [id, hash(`${seed}\n${id}`)]));
  return hits.sort((a, b) => place.get(a.id) - place.get(b.id));
}

/** FNV-1a of 32 bits, and a last mixing: neighbouring ids must not stay neighbours. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}
