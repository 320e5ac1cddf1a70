// The first sight: the map, and in each area the fans and their paired difference.
/** @import {Move, RecordEvent, State} from "./types.js" */
/** @import {App} from "./app.js" */
import { choice } from "./choice.js";
import { el } from "./dom.js";
import { difference, sidesOf, verdict } from "./findings.js";
import { Frame } from "./figure.js";
import { number } from "./format.js";
import { MapFigure } from "./mapfigure.js";
import { eventsOf, Marks } from "./marks.js";
import { PairCharts } from "./pair.js";
import { capital, language, t } from "./text.js";

const BEFORE = 10; // years of the record that are shown before the cut

/** The area rows' share of the years. @param {Move} move */
export function firstYear(move) {
  return move.cut === null ? move.years[0] : Math.max(move.years[0], move.cut - BEFORE);
}

export class Compare {
  /** @param {App} app @param {any} shapes */
  constructor(app, shapes) {
    this.app = app;
    this.map = new MapFigure(app, shapes);
    this.rows = app.areas.map((area) => new AreaRow(app, area));
    this.patron = choice("patron", t("patron.label"),
      [["", t("patron.both")], ["china", t("patron.china")], ["russia", t("patron.russia")]],
      (patron) => app.go({ patron }));
    this.element = el("div", { class: "compare" }, this.map.frame.element,
      el("section", { class: "areas", "aria-label": t("areas.label") },
        el("div", { class: "areas-head" }, el("p", { class: "key" },
          el("span", { class: "key-base" }, t("key.base")), el("span", { class: "key-what" }, t("key.what")),
          el("span", { class: "key-diff" }, t("key.diff")), el("span", { class: "key-bands" }, t("key.bands"))), this.patron.element),
        ...this.rows.map((row) => row.frame.element)));
  }

  draw() {
    const { move, state } = this.app;
    if (!move) return;
    this.element.classList.toggle("is-moved", move.moved !== null);
    this.patron.show(state.patron);
    this.map.draw(move, state);
    for (const row of this.rows) row.draw(move, state);
  }
}

class AreaRow {
  /** @param {App} app @param {string} area */
  constructor(app, area) {
    this.app = app;
    this.area = area;
    this.drawn = "";
    this.pair = new PairCharts();
    this.marks = new Marks(t("events.area", { area: t(`area.${area}`) }));
    this.focus = el("button", { type: "button", class: "focus", onclick: () => app.go({ area: app.state.area === area ? "" : area }) });
    /** @type {Frame} */
    this.frame = new Frame("h2", {
      name: `steppe-${area}`, options: () => this.pair.options,
      words: () => ({ title: this.frame.heading.textContent ?? "", reading: t("fan.reading"), note: app.note() }),
      data: () => this.#data(),
    }, [this.pair.element], "area");
    this.pair.fanFrame.append(this.marks.element);
    this.frame.tools.querySelector(".menu-body")?.append(this.focus);
  }

  /** @param {Move} move @param {State} state */
  draw(move, state) {
    const year = this.app.yearOf(move);
    const n = move.years.indexOf(year);
    const sides = sidesOf(move.areas[this.area], state.patron);
    const recorded = move.cut !== null && year <= move.cut;
    const first = firstYear(move);
    this.pair.draw(sides, { years: move.years, first, cut: move.cut, year, moved: move.moved });
    const told = move.moved !== null;
    const words = told ? difference(sides, n, recorded) : t("area.baseline", { number: number(language, sides.base.mean[n], 1), year });
    this.frame.update(capital(t("area.title", { area: t(`area.${this.area}`), finding: words })));
    this.frame.element.dataset.verdict = told ? verdict(sides, n, recorded) : "none";
    this.frame.element.classList.toggle("focused", state.area === this.area);
    this.focus.textContent = t(state.area === this.area ? "area.smaller" : "area.larger");
    this.pair.fanBox.setAttribute("aria-label", t("fan.name", { area: t(`area.${this.area}`) }));
    this.pair.diffBox.setAttribute("aria-label", t("diff.name", { area: t(`area.${this.area}`), finding: words }));
    const key = `${state.patron} ${first}`;
    if (this.drawn !== key) {
      this.drawn = key;
      this.marks.set(this.#events(state), first, move.years[move.years.length - 1]);
      const { fan } = this.pair;
      if (fan) fan.after = [() => this.marks.place((at) => fan.x(at))];
    }
    for (const act of this.pair.fan?.after ?? []) act();
  }

  /** @param {State} state @returns {RecordEvent[]} */
  #events(state) {
    return eventsOf(this.app.setup.events, this.area, state.patron);
  }

  #data() {
    const { move, state } = this.app;
    if (!move) return { head: [], rows: [] };
    const { base, what, diff } = sidesOf(move.areas[this.area], state.patron);
    const head = ["year", "base_mean", "base_p5", "base_p95", "what_mean", "what_p5", "what_p95", "diff", "low", "high", "supported"];
    /** @param {number} value */
    const round = (value) => Number(value.toFixed(4));
    const rows = move.years.map((year, n) => [
      year, round(base.mean[n]), round(base.p5[n]), round(base.p95[n]), round(what.mean[n]), round(what.p5[n]), round(what.p95[n]),
      round(diff.mean[n]), round(diff.low[n]), round(diff.high[n]), diff.supported[n] ? t("supported.yes") : t("supported.no"),
    ]);
    return { head: head.map((name) => t(`column.${name}`)), rows };
  }
}
