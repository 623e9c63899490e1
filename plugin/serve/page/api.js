/** The server that this page came from. */

const KEY = "diptych.key";

/** The answer's JSON; an error with `status`, `message` and `fix` where it is a problem. */
export async function ask(path, body, signal) {
  const headers = { ...keyHeader() };
  if (body !== undefined) headers["content-type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(path, { method: sent ? "POST" : "GET", headers, body: sent, signal });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.detail), { status: answer.status, fix: found.fix });
  return found;
}

/** The key that was typed in this tab, to be forgotten with it. */
export const useKey = (key) => sessionStorage.setItem(KEY, key);

export const hasKey = () => sessionStorage.getItem(KEY) !== null;

const keyHeader = () => (hasKey() ? { "x-api-key": sessionStorage.getItem(KEY) } : {});

/** Address of a path below an index. */
export const below = (index, ...parts) => ["indexes", index, ...parts].map(encodeURIComponent).join("/");

/**
 * Show a product's picture in an <img>: its own https address, or a thumbnail of the server's.
 * With a key it is fetched, because an <img> sends none.
 */
export async function showPicture(img, index, hit, reference, width) {
  if (/^https:\/\//.test(reference)) {
    img.referrerPolicy = "no-referrer";
    img.src = reference;
    return;
  }
  const path = `${below(index, "picture", hit.id)}?width=${width}`;
  if (!hasKey()) {
    img.src = path;
    return;
  }
  const answer = await fetch(path, { headers: keyHeader() });
  if (!answer.ok) {
    img.dispatchEvent(new Event("error"));
    return;
  }
  const url = URL.createObjectURL(await answer.blob());
  img.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  img.src = url;
}
