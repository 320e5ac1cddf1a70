// What stands above: the views, the badge, undo and redo, what can be taken away, the language.
/** @import {Move, State, Tab} from "./types.js" */
/** @import {App} from "./app.js" */
import { byId, dialog, el, english, fill } from "./dom.js";
import { asked, moved, write } from "./state.js";
import { addressFor, download, keyless, share } from "./take.js";
import { ask } from "./api.js";
import { number } from "./format.js";
import { language, t } from "./text.js";

const SCENARIO = "lab-what-if.toml"; // as the command in the file itself names it
const TABS = /** @type {Tab[]} */ (["compare", "why", "walk", "sweep", "class"]);

/** The command that computes the same from the scenario file. @param {string} pattern @param {number} n @param {number} seed */
export function commandOf(pattern, n, seed) {
  return pattern.replace("{n}", String(n)).replace("{seed}", String(seed));
}

export class Header {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.links = TABS.map((tab) => {
      const link = el("a", { href: "?" }, t(`tab.${tab}`));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        app.go({ tab }, "push");
      });
      return { tab, link };
    });
    this.badge = el("button", { type: "button", class: "badge", onclick: () => this.#meaning() });
    this.undo = el("button", { type: "button", onclick: () => app.undo() }, t("undo"));
    this.redo = el("button", { type: "button", onclick: () => app.redo() }, t("redo"));
    this.reset = el("button", { type: "button", onclick: () => app.reset() }, t("reset"));
    this.language = el("select", { "aria-label": t("language") },
      el("option", { value: "en", lang: "en" }, "English"), el("option", { value: "ru", lang: "ru" }, "Русский"));
    this.language.value = language;
    this.language.addEventListener("change", () => {
      app.go({ lang: /** @type {State["lang"]} */ (this.language.value) }, "push");
      location.reload();
    });
    this.command = el("code", {});
    this.digest = el("code", {});
    this.tools = el("details", { class: "menu" }, el("summary", {}, t("take.title")), el("div", { class: "menu-body" },
      el("button", { type: "button", onclick: () => this.#share() }, t("share.title")),
      el("button", { type: "button", onclick: () => this.#file("api/table.csv", "steppe-lab.csv") }, t("take.table")),
      el("button", { type: "button", onclick: () => this.#file("api/scenario.toml", SCENARIO) }, t("take.scenario")),
      el("p", { class: "fine" }, t("take.command"), " ", this.command), el("p", { class: "fine" }, t("take.digest"), " ", this.digest),
      el("button", { type: "button", onclick: () => print() }, t("take.print"))));
    this.tools.addEventListener("focusout", (event) => {
      if (!this.tools.contains(/** @type {Node|null} */ (event.relatedTarget))) this.tools.open = false;
    });
    fill(byId("tabs"), ...this.links.map(({ link }) => link));
    fill(byId("edit"), this.undo, this.redo, this.reset);
    fill(byId("tools"), this.badge, this.tools, this.language);
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement && event.target.type !== "range") return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.app.redo();
    else this.app.undo();
  }

  /** @param {string} path @param {string} name */
  async #file(path, name) {
    try {
      const text = await ask(`${path}?${asked(this.app.state)}`);
      download(name, new Blob([text], { type: "text/plain" }));
    } catch (error) {
      this.app.failure(/** @type {Error} */ (error));
    }
  }

  /** For others in the network the address carries the lab's key, which this browser has in a cookie. */
  #share() {
    const query = write(this.app.state, location.search);
    const open = this.app.setup.share;
    if (!open) return share(location.href, null);
    share(addressFor(open.address, query), `api/qr.svg?${keyless(query)}`);
  }

  /** Files are of all futures, so an answer of fewer has no digest to show. @param {Move} move */
  #digest(move) {
    return this.app.whole ? move.digest : t("take.later", { n: number(language, this.app.full) });
  }

  #meaning() {
    const { move, setup } = this.app;
    if (!move) return;
    const { id } = move.badge;
    dialog(t(`badge.${id}`), t("close"),
      el("p", {}, t(`badge.${id}.meaning`)),
      el("p", { class: "note" }, t("badge.now"), " ", english(move.badge.text, language)),
      el("h3", {}, t("badge.others")),
      el("dl", {}, ...Object.keys(setup.badges).filter((other) => other !== id)
        .flatMap((other) => [el("dt", {}, t(`badge.${other}`)), el("dd", {}, t(`badge.${other}.meaning`))])),
      el("p", { class: "note" }, t("badge.digest"), " ", el("code", {}, this.#digest(move))));
  }

  /** @param {State} state @param {Move|null} move */
  show(state, move) {
    for (const { tab, link } of this.links) {
      link.href = `?${write({ ...state, tab }, location.search)}`;
      if (tab === state.tab) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.undo.disabled = !this.app.edits?.canUndo;
    this.redo.disabled = !this.app.edits?.canRedo;
    this.reset.disabled = !moved(state);
    if (!move) return;
    this.digest.textContent = this.#digest(move);
    this.command.textContent = commandOf(this.app.setup.commands.run, this.app.full, state.seed);
    this.badge.textContent = t(`badge.${move.badge.id}`);
    this.badge.dataset.badge = move.badge.id;
    this.badge.title = t(`badge.${move.badge.id}.short`);
  }
}
