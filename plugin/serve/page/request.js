/** The request as JSON, as a curl command and as the cluster's own DSL, to copy. */

import { ask, below } from "./api.js";
import { $ } from "./dom.js";
import { body, index } from "./state.js";
import { say } from "./words.js";

const TABS = ["json", "curl", "dsl"];
let shown = "json";

/** Wire the tabs and the button that copies. */
export function wireRequest() {
  for (const tab of TABS) {
    $(`tab-${tab}`).addEventListener("click", () => choose(tab));
    $(`tab-${tab}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      choose(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]);
      $(`tab-${shown}`).focus();
    });
  }
  $("request").addEventListener("toggle", showRequest);
  $("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText($("request-text").textContent);
    $("copy").textContent = say("copied");
    setTimeout(() => ($("copy").textContent = say("copy")), 1500);
  });
}

function choose(tab) {
  shown = tab;
  for (const other of TABS) {
    $(`tab-${other}`).setAttribute("aria-selected", String(other === tab));
    $(`tab-${other}`).tabIndex = other === tab ? 0 : -1;
  }
  $("request-text").setAttribute("aria-labelledby", `tab-${tab}`);
  showRequest();
}

/** Write the present request, if it is looked at. */
export async function showRequest() {
  if (!$("request").open) return;
  const tab = shown;
  const text = await { json: asJson, curl: asCurl, dsl: asDsl }[tab]();
  if (tab === shown) $("request-text").textContent = text;
}

const asJson = async () => JSON.stringify(body(), null, 2);

async function asCurl() {
  const address = new URL(below(index.name, "search"), location.href);
  const said = JSON.stringify(body()).replaceAll("'", "'\\''");
  return `curl ${address} -H 'content-type: application/json' -d '${said}'`;
}

async function asDsl() {
  try {
    return (await ask(below(index.name, "dsl"), body())).text;
  } catch (error) {
    return say("noDsl", { reason: error.message });
  }
}
