// A student makes one choice of one state; five hundred futures go on with it and without it.
/** @import {Sides} from "./types.js" */
/** @import {App} from "./app.js" */
/** @import {Decision} from "./why.js" */
import { Latest } from "./api.js";
import { el, dialog, fill, table } from "./dom.js";
import { difference } from "./findings.js";
import { PairCharts } from "./pair.js";
import { number } from "./format.js";
import { asked } from "./state.js";
import { capital, language, t } from "./text.js";

const CONTINUATIONS = 500;

/** @typedef {{years: number[], n: number, already: boolean, areas: Record<string, Sides>}} OverruleAnswer */

export class Overrule {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.requests = new Latest();
  }

  /** @param {string} state @param {number} year @param {Decision} decision */
  open(state, year, decision) {
    const place = { state: t(`state.${state}`), year };
    const options = decision.onTable.flatMap(({ patron }) =>
      ["accept", "refuse"].map((choice) => ({ patron, choice })));
    const result = el("div", { class: "overrule-result", "aria-live": "polite" });
    const buttons = options.map(({ patron, choice }) => {
      const own = (decision.choice === patron || decision.choice === "both") === (choice === "accept");
      return el("button", { type: "button", class: "card", "aria-pressed": "false", disabled: own, onclick: (/** @type {Event} */ event) => {
        for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        this.#ask(state, year, decision, patron, choice, result);
      } }, el("b", {}, t(`overrule.${choice}`, { patron: t(`patron.${patron}`) })),
      own ? el("span", {}, t("overrule.own")) : null);
    });
    const shown = dialog(t("overrule.title", place), t("close"),
      el("p", {}, t("overrule.text", { ...place, n: CONTINUATIONS, area: t(`area.${decision.area}`) })),
      el("div", { class: "cards" }, ...buttons), result);
    shown.classList.add("wide");
    shown.addEventListener("close", () => this.requests.drop());
  }

  /**
   * @param {string} state @param {number} year @param {Decision} decision
   * @param {string} patron @param {string} choice @param {HTMLElement} place
   */
  #ask(state, year, decision, patron, choice, place) {
    fill(place, el("p", { class: "note" }, t("working")));
    const question = `api/overrule?${asked(this.app.state)}&sel=${state}&year=${year}&decision=${decision.id}`
      + `&patron=${patron}&choice=${choice}&future=${this.app.state.future}&continuations=${CONTINUATIONS}`;
    this.requests.ask(question, (/** @type {OverruleAnswer} */ answer) => this.#show(answer, year, place),
      (error) => fill(place, el("p", { class: "failure", role: "alert", lang: "en" }, error.message)));
  }

  /** @param {OverruleAnswer} answer @param {number} year @param {HTMLElement} place */
  #show(answer, year, place) {
    const last = answer.years.length - 1;
    const { areas } = this.app;
    const told = areas.filter((area) => answer.areas[area].diff.supported[last]);
    const finding = told.length
      ? t("overrule.found", { year: answer.years[last], areas: told.map((area) => `${t(`area.${area}`)} (${difference(answer.areas[area], last, false)})`).join("; ") })
      : t("overrule.open.result", { year: answer.years[last], n: number(language, answer.n) });
    const charts = areas.map((area) => ({ area, pair: new PairCharts(t("overrule.with"), t("overrule.without")) }));
    fill(place, el("h3", {}, finding), el("div", { class: "overrule-charts" }, ...charts.map(({ area, pair }) =>
      el("section", {}, el("h4", {}, capital(t("area.title", { area: t(`area.${area}`), finding: difference(answer.areas[area], last, false) }))),
        pair.element))),
    table(t("overrule.table", { year: answer.years[last] }), [t("overrule.area"), t("overrule.with"), t("overrule.without"), t("column.diff")],
      areas.map((area) => [capital(t(`area.${area}`)), number(language, answer.areas[area].what.mean[last], 2),
        number(language, answer.areas[area].base.mean[last], 2), number(language, answer.areas[area].diff.mean[last], 2)])));
    for (const { area, pair } of charts) {
      pair.draw(answer.areas[area], { years: answer.years, first: answer.years[0], cut: null, year: answer.years[last], moved: year });
    }
  }
}
