// The levers: six in front, the rest in a drawer with a search.
/** @import {Lever, LeverMove, Setup, State} from "./types.js" */
import { dialog, el, english } from "./dom.js";
import { number } from "./format.js";
import { leverWords } from "./notes.js";
import { has, language, t } from "./text.js";

/** @param {Lever} lever */
export function leverName(lever) {
  return has(`lever.${lever.address}`) ? t(`lever.${lever.address}`) : lever.label;
}

/** Where a slider stands when its lever is not moved. @param {Lever} lever */
export function resting(lever) {
  return lever.baseline;
}

/** @param {Lever} lever @param {number} value */
export function valueWords(lever, value) {
  if (lever.kind === "factor") return `× ${number(language, value, 2)}`;
  return number(language, value, lever.step >= 1 ? 0 : 2);
}

/** @typedef {(lever: Lever, number: number|null, rest: boolean, years?: {from: number, until: number|null}) => void} Act */

/** One lever: its name, a slider, its value, and what it is. */
class Control {
  /** @param {Lever} lever @param {Act} act @param {string} place makes its id its own */
  constructor(lever, act, place) {
    this.lever = lever;
    this.act = act;
    /** @type {LeverMove|null} */
    this.move = null;
    const id = `${place}-${lever.address}`;
    this.output = el("output", { for: id });
    this.slider = el("input", { type: "range", id, min: lever.low, max: lever.high, step: lever.step });
    this.slider.addEventListener("input", () => this.#moved(false));
    this.slider.addEventListener("change", () => this.#moved(true));
    this.back = el("button", { type: "button", class: "back", onclick: () => act(lever, null, true) }, "↺");
    this.back.setAttribute("aria-label", t("lever.back", { lever: leverName(lever) }));
    this.back.title = t("lever.back", { lever: leverName(lever) });
    const info = el("button", { type: "button", class: "info", "aria-label": t("lever.about", { lever: leverName(lever) }),
      onclick: () => this.#about() }, "?");
    const tick = el("i", { class: "tick", "aria-hidden": "true" });
    tick.style.setProperty("--at", String((resting(lever) - lever.low) / (lever.high - lever.low)));
    this.element = el("div", { class: "lever" },
      el("div", { class: "lever-head" },
        el("label", { for: id, lang: has(`lever.${lever.address}`) || language === "en" ? null : "en" }, leverName(lever)), info),
      el("div", { class: "lever-row" }, el("div", { class: "track" }, tick, this.slider), this.output, this.back));
  }

  /** @param {boolean} rest */
  #moved(rest) {
    const value = Number(this.slider.value);
    const home = this.lever.same && Math.abs(value - resting(this.lever)) < this.lever.step / 2;
    this.#say(value, !home);
    this.act(this.lever, home ? null : value, rest);
  }

  /** @param {number} value @param {boolean} moved */
  #say(value, moved) {
    const text = moved || this.lever.same || this.lever.kind === "factor" ? valueWords(this.lever, value) : t("lever.mixed");
    this.output.textContent = text;
    this.slider.setAttribute("aria-valuetext", moved ? text : t("lever.asis", { value: text }));
    this.element.classList.toggle("moved", moved);
    this.back.hidden = !moved;
  }

  /** @param {LeverMove|undefined} move */
  show(move) {
    this.move = move ?? null;
    const value = move ? move.number : resting(this.lever);
    if (document.activeElement !== this.slider || Number(this.slider.value) !== value) this.slider.value = String(value);
    this.#say(value, Boolean(move));
  }

  #about() {
    const { lever } = this;
    const from = el("input", { type: "number", min: lever.from, max: 2060, value: this.move?.from ?? lever.from });
    const until = el("input", { type: "number", min: lever.from, max: 2060, value: this.move?.until ?? "" });
    const years = el("form", { class: "years", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const span = { from: Number(from.value), until: until.value ? Number(until.value) : null };
      this.act(lever, Number(this.slider.value), true, span);
      shown.close();
    } }, el("label", {}, t("lever.from"), from), el("label", {}, t("lever.until"), until),
    el("button", { type: "submit", class: "main", disabled: this.move === null }, t("lever.years")),
    this.move === null ? el("p", { class: "note" }, t("lever.years.first")) : null);
    const shown = dialog(leverName(lever), t("close"),
      el("p", {}, english(lever.meaning, language)),
      el("dl", {},
        ...pair(t("lever.unit"), lever.kind === "factor" ? t("lever.factor", { unit: lever.unit }) : lever.unit),
        ...pair(t("lever.range"), `${valueWords(lever, lever.low)} – ${valueWords(lever, lever.high)}`),
        ...pair(t("lever.why"), lever.why), ...pair(t("lever.source"), lever.sourceText || lever.source),
        ...pair(t("lever.rests"), t(`lever.rests.${lever.rests}`)),
        ...pair(t("lever.address"), lever.address)),
      years);
  }
}

/** @param {string} name @param {string} [text] */
function pair(name, text) {
  return text ? [el("dt", {}, name), el("dd", {}, english(text, language))] : [];
}

export class Levers {
  /** @param {Setup} setup @param {Act} act @param {(address: string) => void} drop puts back what has no slider */
  constructor(setup, act, drop) {
    this.drop = drop;
    this.setup = setup;
    this.act = act;
    const front = setup.levers.filter((lever) => lever.front).slice(0, 6);
    this.front = front.map((lever) => new Control(lever, act, "front"));
    /** @type {Control[]} */
    this.others = [];
    /** @type {Control[]} */
    this.drawn = [];
    this.rest = setup.levers.filter((lever) => !front.includes(lever));
    this.also = el("div", { class: "also" });
    this.bare = el("div", { class: "also" });
    this.more = el("button", { type: "button", class: "more", onclick: () => this.#drawer() }, t("levers.more", { count: this.rest.length }));
    this.element = el("div", { class: "levers" }, ...this.front.map((c) => c.element), this.also, this.bare, this.more);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    /** @param {Control} control */
    const update = (control) => control.show(state.levers.find((l) => l.address === control.lever.address));
    const moved = this.rest.filter((lever) => state.levers.some((l) => l.address === lever.address));
    if (moved.map((l) => l.address).join() !== this.others.map((c) => c.lever.address).join()) {
      this.others = moved.map((lever) => new Control(lever, this.act, "also"));
      this.also.replaceChildren(...(moved.length ? [el("h3", {}, t("levers.also"))] : []), ...this.others.map((c) => c.element));
    }
    const bare = state.levers.filter((l) => !this.setup.levers.some(({ address }) => address === l.address));
    this.bare.replaceChildren(...(bare.length ? [el("h3", {}, t("levers.bare"))] : []), ...bare.map((l) => {
      const words = leverWords(this.setup.levers, l);
      return el("div", { class: "bare" }, el("span", { lang: language === "en" ? null : "en" }, words),
        el("button", { type: "button", class: "back", "aria-label": t("lever.back", { lever: l.address }), title: t("lever.back", { lever: l.address }), onclick: () => this.drop(l.address) }, "↺"));
    }));
    for (const control of [...this.front, ...this.others, ...this.drawn]) update(control);
  }

  #drawer() {
    this.drawn = this.rest.map((lever) => new Control(lever, this.act, "drawer"));
    const search = el("input", { type: "search", placeholder: t("levers.search"), "aria-label": t("levers.search") });
    const said = el("p", { role: "status", class: "note" });
    const filter = () => {
      const wanted = search.value.trim().toLocaleLowerCase(language).split(/\s+/);
      let count = 0;
      for (const { lever, element } of this.drawn) {
        const words = `${leverName(lever)} ${lever.label} ${lever.meaning} ${lever.address}`.toLocaleLowerCase(language);
        element.hidden = !wanted.every((word) => words.includes(word));
        count += element.hidden ? 0 : 1;
      }
      said.textContent = t("levers.found", { count });
    };
    search.addEventListener("input", filter);
    const shown = dialog(t("levers.drawer"), t("close"), search, said, el("div", { class: "drawer-list" }, ...this.drawn.map((c) => c.element)));
    shown.classList.add("drawer");
    shown.addEventListener("close", () => { this.drawn = []; });
    if (this.state) this.show(this.state);
    filter();
    search.focus();
  }
}
