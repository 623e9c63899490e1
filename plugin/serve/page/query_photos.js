/** The photos that queries ask by: files that were chosen, matched by name. */

import { small } from "./photo.js";
import { nameOf } from "./query_set.js";
import { say } from "./words.js";

/** Name -> file, and file -> its small photo, for this visit. */
const files = new Map();
const photos = new Map();

/** Take files; how many photos of the queries they are. */
export function takeFiles(chosen, queries) {
  for (const file of chosen) files.set(file.name, file);
  const names = new Set(queries.filter(({ image }) => image).map(({ image }) => nameOf(image)));
  return [...chosen].filter(({ name }) => names.has(name)).length;
}

/** The photo of a query, null where it asks by none; an Error with a sentence where it cannot be had. */
export async function photoOf({ image }, queries) {
  if (!image) return null;
  const name = nameOf(image);
  // Chosen files come without their folders.
  const paths = new Set(queries.map((query) => query.image).filter((path) => path && nameOf(path) === name));
  if (paths.size > 1) throw unavailable("photoTwice", name);
  const file = files.get(name);
  if (!file) throw unavailable("photoMissing", name);
  if (!photos.has(file)) {
    try {
      photos.set(file, await small(file));
    } catch {
      throw unavailable("photoBad", name);
    }
  }
  return photos.get(file);
}

const unavailable = (key, name) => Object.assign(new Error(say(key, { name })), { isPhoto: true });
