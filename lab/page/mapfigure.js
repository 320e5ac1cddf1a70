// The map with what it shows, the year under a scrubber, and the record's events.
/** @import {Move, RecordEvent, State} from "./types.js" */
/** @import {App} from "./app.js" */
import { choice } from "./choice.js";
import { el } from "./dom.js";
import { Frame } from "./figure.js";
import { mapOption, quantityName, scaleOf, StateMap, valueText } from "./map.js";
import { Marks, showEvents } from "./marks.js";
import { stops } from "./palette.js";
import { Scrubber } from "./scrubber.js";
import { t } from "./text.js";

const SIDES = /** @type {const} */ (["what", "base", "diff"]);

export class MapFigure {
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
