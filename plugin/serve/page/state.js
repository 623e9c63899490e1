/** What the shopper has chosen, the request that it makes, and the address that brings it back. */

export const PAGE_SIZE = 24;
export const WEIGHTS = ["keywords", "text", "image", "agreement"];

/** The index's description: fields and default weights. */
export let index = { name: "", fields: [], text_fields: [], image_field: null, weights: {} };

export const state = fresh();

function fresh() {
  return {
    text: "", notText: "", photo: null, like: [], less: [], filters: {}, ranges: {}, weights: null,
    blending: "min_max", diversity: 0, sort: "", page: 0, explain: true,
  };
}

/** Begin anew with an index. */
export function setIndex(description) {
  index = description;
}

/** Forget everything that was chosen. */
export function forget() {
  Object.assign(state, fresh());
}

/** Whether there is anything to rank by. */
export const saysSomething = () =>
  Boolean(state.text.trim() || state.notText.trim() || state.photo || state.like.length || state.less.length);

/** The weights in use: those chosen, else the defaults of this kind of search. */
export function weightsInUse() {
  if (state.weights) return state.weights;
  const kind = state.like.length ? "like" : state.photo ? (state.text.trim() ? "both" : "image") : "text";
  return index.weights[kind] ?? {};
}

/** Fields whose values are offered with counts. */
export const countedFields = () =>
  index.fields.filter(({ kind }) => kind === "words" || kind === "boolean").map(({ name }) => name).slice(0, 12);

/** Fields that lie in a range. */
export const rangeFields = () => index.fields.filter(({ kind }) => kind === "number").slice(0, 3);

/** The body of the search. */
export function body() {
  const said = { text: state.text.trim(), image: state.photo?.base64, like: ids(state.like) };
  const not = kept({ text: state.notText.trim(), like: ids(state.less) });
  const chosen = saysSomething();
  return kept({
    ...said,
    not,
    filters: filters(),
    facets: countedFields(),
    sort: state.sort ? [state.sort] : [],
    size: PAGE_SIZE,
    from: state.page * PAGE_SIZE,
    weights: chosen ? state.weights : null,
    blending: state.blending === "min_max" ? null : state.blending,
    diversity: state.sort ? 0 : state.diversity,
    highlight: Boolean(said.text),
    explain: state.explain && chosen && !state.sort,
  });
}

function filters() {
  const found = {};
  for (const [field, values] of Object.entries(state.filters)) if (values.length) found[field] = values;
  for (const [field, bounds] of Object.entries(state.ranges)) {
    if (Object.keys(kept(bounds)).length) found[field] = kept(bounds);
  }
  return found;
}

/** How many fields are filtered by. */
export const filterCount = () => Object.keys(filters()).length;

const ids = (products) => products.map(({ id }) => id);

/** Without what says nothing: null, "", 0, false, [] and {}; a bound of 0 says something. */
function kept(object) {
  const says = ([name, value]) =>
    value !== null && value !== undefined && value !== "" && value !== false &&
    !(value === 0 && name !== "gte" && name !== "lte") && !(typeof value === "object" && !Object.keys(value).length);
  return Object.fromEntries(Object.entries(object).filter(says));
}

/** Moment of its choice -> photo of this visit, for Back: no address can hold one. */
const photos = new Map();

/**
 * Write what was chosen, the photo apart, into the address, as a step that Back takes back.
 * However often one control is moved, `by` its id, that is one step.
 */
export function remember(by = null) {
  const photo = keyOf(state.photo);
  const is = history.state;
  const address = addressOf();
  if (address === location.search && photo === (is?.photo ?? null)) return;
  if (by !== null && is?.by === by) history.replaceState({ by, photo }, "", address || location.pathname);
  else history.pushState({ by, photo }, "", address || location.pathname);
}

/** Write the address as it was understood; no step. */
export function correct() {
  history.replaceState({ by: null, photo: keyOf(state.photo) }, "", (addressOf() || location.pathname) + location.hash);
}

/** Go to the step that the browser stands at. */
export function stepBack() {
  Object.assign(state, fresh(), { explain: state.explain, photo: photos.get(history.state?.photo) ?? null });
  recall();
}

function keyOf(photo) {
  if (!photo) return null;
  photo.key ??= Date.now();
  photos.set(photo.key, photo);
  return photo.key;
}

function addressOf() {
  const chosen = kept({ ...state, photo: null, explain: null });
  const several = document.querySelectorAll("#index option").length > 1;
  const parameters = new URLSearchParams();
  if (several) parameters.set("index", index.name);
  for (const [name, value] of Object.entries(chosen)) {
    parameters.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  const query = parameters.toString();
  return query && `?${query}`;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const areProducts = (value) => Array.isArray(value) && value.every((one) => isObject(one) && typeof one.id === "string");
const areNumbers = (value) => isObject(value) && Object.values(value).every(Number.isFinite);

/** What an address may bring for a name, where its type alone does not say it. */
const fits = {
  like: areProducts,
  less: areProducts,
  filters: (value) => isObject(value) && Object.values(value).every(Array.isArray),
  ranges: (value) => isObject(value) && Object.values(value).every(areNumbers),
  weights: areNumbers,
  page: (value) => Number.isInteger(value) && value >= 0,
};

/** Take what was chosen from the address; what cannot be read is left out. */
export function recall() {
  for (const [name, text] of new URLSearchParams(location.search)) {
    if (!(name in state) || name === "photo") continue;
    try {
      const value = typeof state[name] === "string" ? text : JSON.parse(text);
      if (fits[name]?.(value) ?? typeof value === typeof state[name]) state[name] = value;
    } catch {
      continue;
    }
  }
}
