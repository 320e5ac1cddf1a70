// Apache ECharts behind one door: made, resized, redrawn, and taken away as a picture.
import { el, fill } from "./dom.js";
import { wrapped } from "./notes.js";
import { COLOURS } from "./palette.js";

/** @type {any} */
const echarts = /** @type {any} */ (globalThis).echarts;
export const FONT = '"Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';
/** @type {HTMLElement} */
const hintBox = globalThis.document ? el("div", { class: "hint", "aria-hidden": "true", hidden: true }) : /** @type {any} */ (null);

/** What stands beside the pointer: a place on the horizontal axis in words. @typedef {(x: number) => {title: string, rows: string[]}|null} Hint */

/** A chart in an element; follows the element's size. */
export class Chart {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.chart = echarts.init(element, null, { renderer: "canvas" });
    /** @type {any} */
    this.option = null;
    this.parts = "";
    /** @type {(() => void)[]} */
    this.after = [];
    /** @type {Hint} */
    this.hint = () => null;
    new ResizeObserver(() => {
      if (!element.clientWidth) return;
      this.chart.resize();
      for (const act of this.after) act();
    }).observe(element);
    this.chart.getZr().on("mousemove", (/** @type {any} */ event) => this.#point(event));
    this.chart.getZr().on("globalout", () => { hintBox.hidden = true; });
  }

  /**
   * What changes is merged into what is drawn; another set of series starts anew.
   * @param {any} option @param {Hint} [hint]
   */
  draw(option, hint = () => null) {
    this.option = option;
    this.hint = hint;
    const parts = option.series.map((/** @type {any} */ s) => s.id).join();
    this.chart.setOption({ animation: false, ...option }, { notMerge: parts !== this.parts, silent: true });
    this.parts = parts;
    for (const act of this.after) act();
  }

  /** @param {{offsetX: number, offsetY: number, event: MouseEvent}} event */
  #point({ offsetX, offsetY, event }) {
    const inside = this.chart.containPixel("grid", [offsetX, offsetY]);
    const found = inside ? this.hint(this.chart.convertFromPixel({ xAxisIndex: 0 }, offsetX)) : null;
    hintBox.hidden = !found;
    if (!found) return;
    fill(hintBox, el("b", {}, found.title), ...found.rows.map((row) => el("div", {}, row)));
    if (!hintBox.isConnected) document.body.append(hintBox);
    const open = this.element.closest("dialog");
    if (open ? hintBox.parentElement !== open : hintBox.parentElement !== document.body) (open ?? document.body).append(hintBox);
    const left = Math.min(event.clientX + 14, innerWidth - hintBox.offsetWidth - 8);
    hintBox.style.left = `${left}px`;
    hintBox.style.top = `${Math.max(4, event.clientY - hintBox.offsetHeight - 10)}px`;
  }

  /** Pixel of a value on the first horizontal axis. @param {number} value @returns {number} */
  x(value) {
    return this.chart.convertToPixel({ xAxisIndex: 0 }, value);
  }
}

/** Size of the text of charts, as a share of the page's own: pixels. @param {number} [share] */
export function textSize(share = 0.76) {
  return Math.round(rootSize * share);
}
let rootSize = 16;
if (globalThis.document) {
  const look = () => { rootSize = parseFloat(getComputedStyle(document.documentElement).fontSize); };
  addEventListener("resize", look);
  look();
}

/** @param {number} size of the text @returns {any} */
export function axisText(size) {
  return { color: COLOURS.faint, fontFamily: FONT, fontSize: size };
}

/** Pixels of a place on the axes. @typedef {(x: number, y: number) => [number, number]} At */

/**
 * A series that is drawn as shapes, in their order; one series is much faster than many.
 * @param {string} id @param {(at: At) => any[]} draw @returns {any}
 */
export function shapes(id, draw) {
  return {
    type: "custom", id, silent: true, z: 3, encode: { x: -1, y: -1 }, data: [0],
    /** @param {any} _ @param {any} api */
    renderItem: (_, api) => ({ type: "group", children: draw((x, y) => api.coord([x, y])) }),
  };
}

/** A band between two lines. @param {At} at @param {number[]} xs @param {number[]} low @param {number[]} high @param {any} style */
export function band(at, xs, low, high, style) {
  const points = [...xs.map((x, n) => at(x, high[n])), ...xs.map((x, n) => at(x, low[n])).reverse()];
  return { type: "polygon", shape: { points }, style };
}

/** @param {At} at @param {number[]} xs @param {number[]} ys @param {any} style */
export function line(at, xs, ys, style) {
  return { type: "polyline", shape: { points: xs.map((x, n) => at(x, ys[n])) }, style: { fill: null, lineJoin: "round", ...style } };
}

/** @param {[number, number]} from @param {[number, number]} to @param {any} style */
export function segment([x1, y1], [x2, y2], style) {
  return { type: "line", shape: { x1, y1, x2, y2 }, style };
}

/** A name right of a place. @param {[number, number]} place @param {string} text @param {number} size @param {string} fill */
export function label([x, y], text, size, fill) {
  return { type: "text", x: x + size * 0.4, y, style: { text, fill, font: `600 ${size}px ${FONT}`, verticalAlign: "middle" } };
}

/** @typedef {{title: string, reading: string, note: string[]}} Words what stands around a picture */
const PICTURE = { width: 1200, height: 750, top: 165, bottom: 150 };
const NOTE = { characters: 140, line: 28, lines: 4 }; // of a note; a picture with more lines is higher by them
/** Size of the text of a chart in it. */
export const LARGE = 19;
/** Where a map stands in it. */
const BOX = { layoutCenter: [600, 400], layoutSize: 615 };

/**
 * A picture of charts side by side, with a title, how to read it, and the note that belongs to it.
 * @param {any[]} options @param {"png"|"svg"} kind @param {Words} words
 * @returns {Promise<Blob>}
 */
export async function picture(options, kind, words) {
  const svg = kind === "svg";
  const { width } = PICTURE;
  const note = wrapped(words.note, NOTE.characters);
  const more = NOTE.line * Math.max(0, note.length - NOTE.lines);
  const height = PICTURE.height + more;
  const place = svg ? null : document.createElement("div");
  const chart = echarts.init(place, null, {
    renderer: svg ? "svg" : "canvas", ssr: svg, width, height, devicePixelRatio: 2,
  });
  chart.setOption({ animation: false, backgroundColor: "#fff", ...lettering({ ...words, note }, height), ...beside(options, PICTURE.bottom + more) });
  try {
    if (svg) return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
    const canvas = /** @type {HTMLCanvasElement} */ (chart.renderToCanvas({ pixelRatio: 2, backgroundColor: "#fff" }));
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
  } finally {
    chart.dispose();
  }
}

/** Title, reading and note of a picture. @param {Words} words @param {number} height */
function lettering({ title, reading, note }, height) {
  /** @param {string} text @param {number} y @param {string} font @param {string} fill */
  const line = (text, y, font, fill) => ({
    type: "text", left: 30, top: y, style: { text, fill, font, width: PICTURE.width - 60, overflow: "break", lineHeight: 26 },
  });
  return {
    graphic: [
      line(title, 24, `bold 28px ${FONT}`, COLOURS.ink), line(reading, 76, `18px ${FONT}`, COLOURS.faint),
      ...note.map((text, n) => line(text, height - NOTE.line * (note.length - n) - 6, `16px ${FONT}`, COLOURS.faint)),
    ],
  };
}

/** Charts as one option, side by side; the first is the widest. @param {any[]} options @param {number} bottom */
function beside(options, bottom) {
  const shares = options.length > 1 ? [0.63, 0.37] : [1];
  let left = 0;
  const parts = options.map((option, n) => {
    const wide = shares[n] * PICTURE.width;
    const grid = { left: left + 80, width: wide - 80 - (n === 0 ? 150 : 40), top: PICTURE.top, bottom };
    left += wide;
    /** @param {any} axis */
    const axis = (axis) => axis && { ...axis, gridIndex: n, axisLabel: { ...axis.axisLabel, fontSize: LARGE } };
    return {
      grid, xAxis: axis(option.xAxis), yAxis: axis(option.yAxis), geo: option.geo,
      series: option.geo ? option.series : option.series.map((/** @type {any} */ series) => ({ ...series, xAxisIndex: n, yAxisIndex: n })),
    };
  });
  if (parts[0].geo) return { geo: { ...parts[0].geo, ...BOX }, series: parts[0].series };
  return {
    grid: parts.map((p) => p.grid), xAxis: parts.map((p) => p.xAxis), yAxis: parts.map((p) => p.yAxis),
    series: parts.flatMap((p) => p.series),
  };
}

/** @param {string} name @param {unknown} shapes */
export function registerMap(name, shapes) {
  echarts.registerMap(name, shapes);
}
