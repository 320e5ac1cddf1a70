// One lever over its whole range: what each area answers, with a band.
/** @import {Lever, State} from "./types.js" */
/** @import {App} from "./app.js" */
import { Latest } from "./api.js";
import { choice } from "./choice.js";
import { axisText, band, Chart, FONT, LARGE, line, segment, shapes, textSize } from "./charts.js";
import { el, fill } from "./dom.js";
import { ceiling, unit } from "./fans.js";
import { Frame } from "./figure.js";
import { number } from "./format.js";
import { leverName, resting, valueWords } from "./levers.js";
import { askedWords, leversLine } from "./notes.js";
import { COLOURS } from "./palette.js";
import { asked } from "./state.js";
import { capital, language, t } from "./text.js";

const POINTS = 9;
const FUTURES = 200; // at each point

/**
 * @typedef {object} Swept
 * @property {number[]} values
 * @property {number} year
 * @property {number} n
 * @property {Record<string, Record<"year"|"sum", {mean: number[], p5: number[], p95: number[]}>>} areas
 * @property {number} from first year of the lever
 * @property {number} last
 */

export class Sweep {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.requests = new Latest();
    this.question = "";
    /** @type {Swept|null} */
    this.answer = null;
    this.select = el("select", { id: "sweep-lever" }, ...app.setup.levers.map((lever) =>
      el("option", { value: lever.address }, leverName(lever))));
    this.select.addEventListener("change", () => app.go({ sweep: this.select.value }, "push"));
    this.year = el("input", { type: "number", id: "sweep-year", min: app.setup.levers[0].from, max: app.setup.years[1] });
    this.year.addEventListener("change", () => app.go({ year: Number(this.year.value) }));
    this.drawn = "";
    this.choice = choice("sweep-part", t("sweep.part"), [["year", t("sweep.part.year")], ["sum", t("sweep.part.sum")]],
      (part) => app.go({ total: part === "sum" }));
    this.status = el("p", { role: "status", class: "note" });
    this.panels = app.areas.map((area) => new Panel(app, this, area));
    this.grid = el("div", { class: "panels" }, ...this.panels.map((p) => p.frame.element));
    this.element = el("div", { class: "sweep" },
      el("div", { class: "bar-row" }, el("label", { for: "sweep-lever" }, t("sweep.lever")), this.select,
        el("label", { for: "sweep-year" }, t("sweep.year")), this.year, this.choice.element, this.status),
      this.grid);
  }

  /** @returns {Lever} */
  get lever() {
    const { levers } = this.app.setup;
    return levers.find((l) => l.address === this.app.state.sweep) ?? levers[0];
  }

  title() {
    const { answer, lever } = this;
    const name = leverName(lever);
    if (!answer) return { headline: name, subline: t("working") };
    /** @param {string} area */
    const span = (area) => Math.abs(answer.areas[area][this.part].mean[answer.values.length - 1] - answer.areas[area][this.part].mean[0]);
    const most = this.app.areas.reduce((a, b) => (span(b) > span(a) ? b : a));
    const { mean } = answer.areas[most][this.part];
    return {
      headline: t(`sweep.headline.${this.part}`, {
        lever: name, low: valueWords(lever, answer.values[0]), high: valueWords(lever, answer.values[answer.values.length - 1]),
        area: t(`area.${most}`), from: number(language, mean[0], 1), to: number(language, mean[mean.length - 1], 1), year: answer.year, first: answer.from, last: answer.last,
      }),
      subline: t("sweep.reading"),
    };
  }

  #panels() {
    this.drawn = this.part;
    for (const panel of this.panels) panel.draw();
  }

  get total() {
    return this.app.state.total;
  }

  /** What stands under a picture of a sweep: its own futures and settings, and no digest, which belongs to the move. @returns {string[]} */
  note() {
    const { answer, lever } = this;
    const { setup, state, badgeNote } = this.app;
    const others = state.levers.filter((l) => l.address !== lever.address);
    const values = answer?.values ?? [];
    return [
      badgeNote,
      t("note.sweep", {
        title: askedWords(setup, { ...state, levers: others }), lever: leverName(lever), from: answer?.from ?? "", seed: state.seed,
        low: valueWords(lever, values[0] ?? lever.low), high: valueWords(lever, values[values.length - 1] ?? lever.high), points: values.length, n: number(language, answer?.n ?? 0),
      }),
      leversLine(setup, others),
      t("note.version", { version: setup.version }),
    ].filter(Boolean);
  }

  /** What is shown: one year, or the sum. @returns {"year"|"sum"} */
  get part() {
    return this.total ? "sum" : "year";
  }

  draw() {
    const { state, move } = this.app;
    if (!move) return;
    this.choice.show(this.part);
    this.year.disabled = state.total;
    if (this.answer && this.drawn !== this.part) this.#panels();
    const year = Math.max(this.app.yearOf(move), this.lever.from);
    this.select.value = this.lever.address;
    this.year.value = String(year);
    const others = state.levers.filter((l) => l.address !== this.lever.address);
    const question = `api/sweep?${asked({ ...state, levers: others }, FUTURES)}`
      + `&lever=${encodeURIComponent(this.lever.address)}&points=${POINTS}&year=${year}`;
    if (question === this.question) return;
    this.question = question;
    this.answer = null;
    this.status.textContent = t("working");
    this.grid.setAttribute("aria-busy", "true");
    this.requests.ask(question, (/** @type {Swept} */ answer) => {
      this.answer = answer;
      this.grid.setAttribute("aria-busy", "false");
      this.status.textContent = t("sweep.done", { n: number(language, answer.n ?? state.n), points: answer.values.length });
      this.#panels();
      this.app.retitle();
    }, (error) => { this.status.textContent = ""; this.question = ""; this.grid.setAttribute("aria-busy", "false"); this.app.failure(error); });
  }
}

class Panel {
  /** @param {App} app @param {Sweep} sweep @param {string} area */
  constructor(app, sweep, area) {
    this.app = app;
    this.sweep = sweep;
    this.area = area;
    /** @type {Chart|undefined} */
    this.chart = undefined;
    this.box = el("div", { class: "sweep-chart", role: "img" });
    /** @type {Frame} */
    this.frame = new Frame("h2", {
      name: `steppe-sweep-${area}`, options: () => [this.#option(LARGE)],
      words: () => ({ title: this.frame.heading.textContent ?? "", reading: t("sweep.reading"), note: sweep.note() }),
      data: () => {
        const answer = sweep.answer;
        const found = answer?.areas[area][sweep.part];
        return {
          head: [t("sweep.value"), t("column.what_mean"), t("column.what_p5"), t("column.what_p95")],
          rows: answer && found ? answer.values.map((v, n) => [v, found.mean[n], found.p5[n], found.p95[n]]) : [],
        };
      },
    }, [this.box]);
  }

  draw() {
    const answer = this.sweep.answer;
    if (!answer) return;
    this.chart ??= new Chart(this.box);
    const { lever } = this.sweep;
    const found = answer.areas[this.area][this.sweep.part];
    const [first, last] = [found.mean[0], found.mean[found.mean.length - 1]];
    const { values } = answer;
    const words = t("sweep.finding", {
      area: t(`area.${this.area}`), from: number(language, first, 2), to: number(language, last, 2),
      low: valueWords(lever, values[0]), high: valueWords(lever, values[values.length - 1]),
    });
    this.frame.update(capital(t("area.title", { area: t(`area.${this.area}`), finding: t("sweep.short", { from: number(language, first, 2), to: number(language, last, 2) }) })));
    this.box.setAttribute("aria-label", words);
    this.chart.draw(this.#option(textSize(0.8)), (x) => {
      const n = values.reduce((best, v, k) => (Math.abs(v - x) < Math.abs(values[best] - x) ? k : best), 0);
      return { title: valueWords(lever, values[n]), rows: [t("hint.fan", {
        mean: number(language, found.mean[n], 2), low: number(language, found.p5[n]), high: number(language, found.p95[n]),
      })] };
    });
    this.frame.update();
  }

  /** @param {number} size @returns {any} */
  #option(size) {
    const { answer, lever } = this.sweep;
    if (!answer) return { series: [] };
    const { values } = answer;
    const { mean, p5, p95 } = answer.areas[this.area][this.sweep.part];
    const max = ceiling(Math.max(...p95));
    const now = this.app.state.levers.find((l) => l.address === lever.address)?.number ?? resting(lever);
    return {
      grid: { left: size * 3, right: size * 2.2, top: size * 1.6, bottom: size * 2.2 },
      xAxis: {
        type: "value", min: values[0], max: values[values.length - 1], splitLine: { show: false }, axisTick: { show: false },
        axisLabel: { ...axisText(size), formatter: (/** @type {number} */ v) => valueWords(lever, v), hideOverlap: true },
        axisLine: { lineStyle: { color: "#9a9a9a" } },
      },
      yAxis: {
        type: "value", min: 0, max, interval: max / 2, axisLabel: axisText(size), axisLine: { show: false }, axisTick: { show: false },
        splitLine: { lineStyle: { color: COLOURS.grid } },
      },
      series: [shapes("sweep", (at) => [
        band(at, values, p5, p95, { fill: COLOURS.whatBand, opacity: 0.22 }),
        segment(at(now, 0), at(now, max), { stroke: COLOURS.ink, lineWidth: size / 8, lineDash: [size / 8, size / 6] }),
        { type: "text", x: at(now, max)[0], y: at(now, max)[1] - 3, style: { text: t("sweep.now"), fill: COLOURS.ink, font: `${size * 0.9}px ${FONT}`, align: "center", verticalAlign: "bottom" } },
        unit(at, values[0], max, t(this.sweep.total ? "axis.packages.sum" : "axis.packages"), size),
        line(at, values, mean, { stroke: COLOURS.what, lineWidth: size / 5 }),
        ...values.map((v, n) => ({ type: "circle", shape: { cx: at(v, mean[n])[0], cy: at(v, mean[n])[1], r: size * 0.3 }, style: { fill: COLOURS.what } })),
      ])],
    };
  }
}
