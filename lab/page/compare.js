// The first sight: the map, and in each area the fans and their paired difference.
/** @import {Move, RecordEvent, Setup, State} from "./types.js" */
/** @import {App} from "./app.js" */
import { el } from "./dom.js";
import { difference, sidesOf, verdict } from "./findings.js";
import { Frame } from "./figure.js";
import { mapOption, quantityName, scaleOf, StateMap, valueText } from "./map.js";
import { Marks, showEvents } from "./marks.js";
import { stops } from "./palette.js";
import { PairCharts } from "./pair.js";
import { Scrubber } from "./scrubber.js";
import { number } from "./format.js";
import { capital, language, t } from "./text.js";

const BEFORE = 10; // years of the record that are shown before the cut
const SIDES = /** @type {const} */ (["what", "base", "diff"]);

/** Options of a choice as radio buttons in a row. @param {string} name @param {string} label @param {[string, string][]} options @param {(value: string) => void} act */
export function choice(name, label, options, act) {
  const inputs = options.map(([value, text]) => {
    const input = el("input", { type: "radio", name, value });
    input.addEventListener("change", () => act(value));
    return { input, label: el("label", {}, input, el("span", {}, text)) };
  });
  return {
    element: el("fieldset", { class: "choice" }, el("legend", {}, label), ...inputs.map((i) => i.label)),
    /** @param {string} value */
    show: (value) => { for (const { input } of inputs) input.checked = input.value === value; },
  };
}

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
          el("span", { class: "key-diff" }, t("key.diff"))), this.patron.element),
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

  /** Only what follows the year. */
  drawYear() {
    this.draw();
  }
}

class MapFigure {
  /** @param {App} app @param {any} shapes */
  constructor(app, shapes) {
    this.app = app;
    this.drawn = "";
    this.map = new StateMap(shapes, app.setup, (sel) => app.go({ sel }, "push"));
    this.select = el("select", { "aria-label": t("map.quantity") },
      ...app.setup.quantities.map(({ id }) => el("option", { value: id }, quantityName(id))));
    this.select.addEventListener("change", () => app.go({ quantity: this.select.value }));
    this.side = choice("side", t("map.side"), SIDES.map((side) => [side, t(`side.${side}`)]),
      (side) => app.go({ side: /** @type {State["side"]} */ (side) }));
    this.scrubber = new Scrubber(app.setup.years, (year) => app.year(year), (year) => app.go({ year }));
    this.bar = el("i", { class: "bar" });
    this.ends = [el("span"), el("span"), el("span")];
    this.scale = el("div", { class: "scale", "aria-hidden": "true" }, this.ends[0], el("div", {}, this.bar, this.ends[2]), this.ends[1]);
    this.marks = new Marks(t("events.label"));
    /** @type {Frame} */
    this.frame = new Frame("h2", {
      name: "steppe-map", options: () => [mapOption(app.setup, this.quantity, this.shownSide, this.colours, this.values)],
      words: () => ({ title: this.frame.heading.textContent ?? "", reading: `${this.frame.reading.textContent} ${t("map.boundaries")}`, note: app.note() }),
      data: () => ({
        head: [t("table.state"), t("table.code"), t(`side.${this.shownSide}`)],
        rows: app.setup.states.map(({ code }, n) => [t(`state.${code}`), code, Number(this.values[n].toFixed(4))]),
      }),
    }, [
      el("div", { class: "map-choice" }, this.select, this.side.element),
      /** @type {any} */ (this.map.element), this.scale,
    ], "map-figure");
    this.track = el("div", { class: "time" }, this.scrubber.element, this.marks.element);
    this.open = el("div", { class: "map-open" });
    this.frame.element.append(this.track, this.open, el("p", { class: "fine" }, el("span", { class: "key-marks" }, el("i", { class: "china" }), t("key.china"), el("i", { class: "russia" }), t("key.russia")), t("map.boundaries")));
    this.quantity = app.setup.quantities[0];
    this.shownSide = "what";
    /** @type {{scale: string, range: [number, number]}} */
    this.colours = { scale: "neutral", range: [0, 1] };
    /** @type {number[]} */
    this.values = [];
    new ResizeObserver(() => this.#place()).observe(this.track);
  }

  /** @param {Move} move @param {State} state */
  draw(move, state) {
    const { setup } = this.app;
    this.quantity = setup.quantities.find((q) => q.id === state.quantity) ?? setup.quantities[0];
    const id = this.quantity.id;
    const year = this.app.yearOf(move);
    const n = move.years.indexOf(year);
    const { base, what } = move.map[id];
    this.shownSide = move.moved === null ? "base" : state.side;
    this.values = setup.states.map((_, s) => ({
      base: base[s][n], what: what[s][n], diff: what[s][n] - base[s][n],
    }[this.shownSide]) ?? 0);
    this.select.value = id;
    this.side.show(this.shownSide);
    this.side.element.hidden = move.moved === null;
    const heading = t(`maptitle.${this.shownSide}`, { quantity: quantityName(id), year });
    this.colours = scaleOf(this.quantity, this.shownSide, move.map[id]);
    this.map.draw(this.quantity, this.shownSide, this.colours, this.values, state.sel, heading);
    this.frame.update(heading, t(`quantity.${this.quantity.family}.how`));
    const { scale, range } = this.colours;
    this.bar.style.setProperty("background", `linear-gradient(to right, ${stops(scale).join(", ")})`);
    this.ends[0].textContent = valueText(this.quantity, this.shownSide, range[0]);
    this.ends[1].textContent = valueText(this.quantity, this.shownSide, range[1]);
    const kind = scale === "diverging" || scale === "change" ? scale : "plain";
    this.ends[2].textContent = t(`scale.${kind}`);
    this.scrubber.span(move.years[0], move.years[move.years.length - 1]);
    this.scrubber.show(year);
    const chosen = setup.events.filter((e) => !state.sel || e.state === state.sel);
    if (this.drawn !== `${state.sel} ${move.years[0]}`) {
      this.drawn = `${state.sel} ${move.years[0]}`;
      this.marks.set(chosen, move.years[0], move.years[move.years.length - 1]);
      this.#place();
    }
    this.#ask(state, year, chosen);
  }

  /** The way from a chosen state to its reasons, and the events as a list. @param {State} state @param {number} year @param {RecordEvent[]} events */
  #ask(state, year, events) {
    const list = el("button", { type: "button", onclick: () => showEvents(events) }, t("events.list", { count: events.length }));
    if (!state.sel) return this.open.replaceChildren(el("p", { class: "note" }, t("map.click")), list);
    this.open.replaceChildren(el("button", { type: "button", class: "main", onclick: () => this.app.go({ tab: "why", year }, "push") },
      t("map.why", { state: t(`state.${state.sel}`), year })), list);
  }

  #place() {
    const { input } = this.scrubber;
    const left = input.offsetLeft + 8;
    const width = input.offsetWidth - 16;
    const [first, last] = [Number(input.min), Number(input.max)];
    this.marks.place((year) => left + (width * (year - first)) / (last - first));
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
    return this.app.setup.events.filter((e) => e.area === this.area && (!state.patron || e.patron === state.patron));
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
