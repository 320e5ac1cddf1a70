// A student makes one choice of one state; five hundred futures go on with it and without it.
/** @import {Difference, MapSides, Setup, Sides} from "./types.js" */
/** @import {App} from "./app.js" */
/** @import {Means} from "./lines.js" */
/** @import {Decision, WhyAnswer} from "./why.js" */
import { Latest, Refusal } from "./api.js";
import { Chart, textSize } from "./charts.js";
import { el, dialog, fill, table } from "./dom.js";
import { difference, listed } from "./findings.js";
import { differs, linesOption } from "./lines.js";
import { PairCharts } from "./pair.js";
import { number, signed } from "./format.js";
import { quantityName } from "./map.js";
import { asked } from "./state.js";
import { csv, download } from "./take.js";
import { capital, language, t } from "./text.js";

const CONTINUATIONS = 500;
const ACCEPT = "accept";

/** @typedef {{state: string, year: number, future: number, patron: string, choice: string, years: number[], n: number, already: boolean, areas: Record<string, Sides>, map: Record<string, MapSides>, ties: Record<string, Difference>}} OverruleAnswer */

/** What the address says of an overruled choice. @param {string} decision @param {string} patron @param {string} choice */
export function ruleText(decision, patron, choice) {
  return [decision, patron, choice].join(":");
}

/** Areas that a result shows: those of the page, and the decided one if it is not among them. @param {string[]} areas @param {string} decided */
export function shownAreas(areas, decided) {
  return areas.includes(decided) ? areas : [decided, ...areas];
}

/** @typedef {Means & {id: string, diff: Difference}} Tie */

/** The state's ties to the patron: its dependence, and its rung in the decided area. @param {OverruleAnswer} answer @param {number} place of the state @param {string} area @returns {Tie[]} */
export function ties({ map, patron, ties: found }, place, area) {
  return [`dependence.${patron}`, `rung.${area}.${patron}`].map((id) => (
    { id, name: quantityName(id), base: map[id].base[place], what: map[id].what[place], diff: found[id] }));
}

/** A result as rows: what is counted in each year, with and without the choice. @param {OverruleAnswer} answer @param {string[]} areas @param {Tie[]} means @returns {(string|number)[][]} */
export function rowsOf(answer, areas, means) {
  const { state, year, future, patron, choice, years } = answer;
  const place = [state, year, future, patron, choice];
  return [
    ["state", "year_of_choice", "future", "patron", "choice", "quantity", "year", "with", "without", "difference", "low", "high", "supported"],
    ...areas.flatMap((area) => years.map((at, n) => {
      const { base, what, diff } = answer.areas[area];
      return [...place, `packages.${area}`, at, what.mean[n], base.mean[n], diff.mean[n], diff.low[n], diff.high[n], diff.supported[n] ? 1 : 0];
    })),
    ...means.flatMap(({ id, base, what, diff }) => years.map((at, n) =>
      [...place, id, at, what[n], base[n], diff.mean[n], diff.low[n], diff.high[n], diff.supported[n] ? 1 : 0])),
  ];
}

export class Overrule {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.requests = new Latest();
    /** @type {HTMLDialogElement|null} */
    this.dialog = null;
    /** What the open dialog answers, as in the address; "" before a choice. */
    this.rule = "";
    /** @type {Map<string, () => void>} by rule what its button does */
    this.acts = new Map();
  }

  /** @param {string} state @param {number} year @param {Decision} decision */
  open(state, year, decision) {
    const place = { state: t(`state.${state}`), year };
    const options = decision.onTable.flatMap(({ patron }) =>
      [ACCEPT, "refuse"].map((choice) => ({ patron, choice, rule: ruleText(decision.id, patron, choice) })));
    const result = el("div", { class: "overrule-result", "aria-live": "polite" });
    this.acts.clear();
    const buttons = options.map(({ patron, choice, rule }) => {
      const own = (decision.choice === patron || decision.choice === "both") === (choice === ACCEPT);
      const button = el("button", { type: "button", class: "card", "aria-pressed": "false", disabled: own,
        onclick: () => this.app.go({ rule, sel: state, year }, "push") },
      el("b", {}, t(`overrule.${choice}`, { patron: t(`patron.${patron}`) })), own ? el("span", {}, t("overrule.own")) : null);
      this.acts.set(rule, () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        this.#ask(state, year, decision, patron, choice, result);
      });
      return button;
    });
    const shown = dialog(t("overrule.title", place), t("close"),
      el("p", {}, t("overrule.text", { ...place, n: CONTINUATIONS, area: t(`area.${decision.area}`) })),
      el("div", { class: "cards" }, ...buttons), result);
    shown.classList.add("wide");
    this.dialog = shown;
    shown.addEventListener("close", () => {
      if (this.dialog !== shown) return;
      this.#shut();
      if (this.app.state.rule) this.app.go({ rule: "" }, "push");
    });
  }

  /** Show what the address overrules, once its reasons are there. @param {WhyAnswer} answer */
  meet(answer) {
    const { rule } = this.app.state;
    if (!rule || rule === this.rule) return;
    const [id] = rule.split(":");
    const decision = (answer.what ?? answer.base).decisions.find((d) => d.id === id);
    if (decision && !this.acts.has(rule)) {
      this.#shut();
      this.open(answer.state, answer.year, decision);
    }
    const act = this.acts.get(rule);
    this.rule = rule;
    if (decision && act) return act();
    this.leave();
    this.app.failure(new Refusal({ message: t("overrule.nowhere"), field: rule }));
  }

  /** The address overrules nothing any more. */
  leave() {
    if (this.rule) this.#shut();
  }

  #shut() {
    const open = this.dialog;
    this.requests.drop();
    this.dialog = null;
    this.rule = "";
    this.acts.clear();
    open?.close();
  }

  /**
   * @param {string} state @param {number} year @param {Decision} decision
   * @param {string} patron @param {string} choice @param {HTMLElement} place
   */
  #ask(state, year, decision, patron, choice, place) {
    fill(place, el("p", { class: "note" }, t("working")));
    const question = `api/overrule?${asked(this.app.state)}&sel=${state}&year=${year}&decision=${decision.id}`
      + `&patron=${patron}&choice=${choice}&future=${this.app.state.future}&continuations=${CONTINUATIONS}`;
    this.requests.ask(question, (/** @type {OverruleAnswer} */ answer) => this.#show(answer, decision.area, place),
      (error) => fill(place, el("p", { class: "failure", role: "alert", lang: "en" }, error.message)));
  }

  /** @param {OverruleAnswer} answer @param {string} decided area @param {HTMLElement} place */
  #show(answer, decided, place) {
    const { setup } = this.app;
    const { years } = answer;
    const last = years.length - 1;
    const areas = shownAreas(this.app.areas, decided);
    const told = areas.filter((area) => answer.areas[area].diff.supported[last]);
    /** @param {string} area */
    const named = (area) => t(`area.${area}`);
    const finding = told.length
      ? t("overrule.found", { year: years[last], areas: told.map((area) => `${named(area)} (${difference(answer.areas[area], last, false)})`).join("; ") })
      : t("overrule.open.result", { year: years[last], n: number(language, answer.n), areas: listed(areas.map(named)) });
    const means = ties(answer, setup.states.findIndex(({ code }) => code === answer.state), decided);
    const names = { what: t("overrule.with"), base: t("overrule.without") };
    const charts = areas.map((area) => ({ area, pair: new PairCharts(names.what, names.base) }));
    const lines = means.filter(differs).map((mean) => ({ mean, box: el("div", { class: "lines", role: "img", "aria-label": tieWords(mean, answer) }) }));
    fill(place, el("h3", {}, finding), ...means.map((mean) => el("p", {}, tieWords(mean, answer))),
      el("div", { class: "overrule-charts" }, ...charts.map(({ area, pair }) =>
        el("section", {}, el("h4", {}, capital(t("area.title", { area: named(area), finding: difference(answer.areas[area], last, false) }))), pair.element)),
      ...lines.map(({ mean, box }) => el("section", {}, el("h4", {}, `${t(`state.${answer.state}`)}: ${mean.name}`), box))),
      table(t("overrule.table", { year: years[last] }), [t("overrule.area"), names.what, names.base, t("column.diff")],
        areas.map((area) => {
          const { what, base, diff } = answer.areas[area];
          return [capital(named(area)), ...[what, base, diff].map(({ mean }) => number(language, mean[last], 2))];
        })),
      el("p", { class: "bar-row" }, el("button", { type: "button", onclick: () =>
        download("steppe-overrule.csv", new Blob([csv(rowsOf(answer, areas, means))], { type: "text/csv" })) }, t("take.csv"))));
    for (const { area, pair } of charts) {
      pair.draw(answer.areas[area], { years, first: years[0], cut: null, year: years[last], moved: years[0] });
    }
    for (const { mean, box } of lines) new Chart(box).draw(linesOption(mean, years, textSize(), names));
  }
}

/** A tie of the state with and without the choice, in words. @param {Tie} mean @param {OverruleAnswer} answer */
function tieWords(mean, { state, years, n }) {
  const last = years.length - 1;
  const words = { state: t(`state.${state}`), quantity: mean.name };
  if (!differs(mean)) return t("overrule.tie.same", words);
  return t("overrule.tie", {
    ...words, n: number(language, n), first: years[0], last: years[last],
    with0: number(language, mean.what[0], 2), without0: number(language, mean.base[0], 2),
    with1: number(language, mean.what[last], 2), without1: number(language, mean.base[last], 2),
    size: signed(language, mean.diff.mean[last], 3), low: signed(language, mean.diff.low[last], 3), high: signed(language, mean.diff.high[last], 3),
    verdict: t(mean.diff.supported[last] ? "overrule.tie.supported" : "overrule.tie.unsupported"),
  });
}
