/** Small tools for making elements; text never becomes markup. */

export const $ = (id) => document.getElementById(id);

/** An element with properties, attributes (`aria-*`, `data-*`, `for`, `role`) and children. */
export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "for" || name === "role" || name === "scope") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing of 24 units. */
export function drawing(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** The text of highlighted HTML, with its matches in <em> and nothing else of its markup. */
export function marked(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  const fragment = document.createDocumentFragment();
  for (const node of parsed.childNodes) {
    // Chinese is matched two characters at a time: what touches is one mark.
    if (node.nodeName !== "EM") fragment.append(node.textContent);
    else if (fragment.lastChild?.nodeName === "EM") fragment.lastChild.append(node.textContent);
    else fragment.append(make("em", { textContent: node.textContent }));
  }
  return fragment;
}

/** The function, called once after calls have paused for so long. */
export function later(ms, act) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), ms);
  };
}
