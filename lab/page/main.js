// Starts the page: language, what the server offers, the map, then the views.
import { setup } from "./api.js";
import { App } from "./app.js";
import { registerMap } from "./charts.js";
import { read } from "./state.js";
import { has, load, t } from "./text.js";
import { byId } from "./dom.js";

const { lang } = read(location.search);
const words = load(lang);

async function start() {
  const [, found, shapes] = await Promise.all([
    words, setup(), fetch("page/map/central_asia.geojson").then((answer) => answer.json()),
  ]);
  document.documentElement.lang = lang;
  document.title = t("page.title");
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = t(/** @type {HTMLElement} */ (place).dataset.text ?? "");
  }
  for (const place of document.querySelectorAll("[data-name]")) {
    place.setAttribute("aria-label", t(/** @type {HTMLElement} */ (place).dataset.name ?? ""));
  }
  if (matchMedia("(max-width: 720px)").matches) byId("whatif-box").removeAttribute("open");
  registerMap("central_asia", shapes);
  Object.assign(globalThis, { steppe: new App(found, shapes) });
  document.body.dataset.ready = "true";
}

start().catch(async (error) => {
  await words.catch(() => null);
  const place = byId("failure");
  place.hidden = false;
  place.textContent = has("error.start") ? t("error.start", { message: error.message }) : error.message;
});
