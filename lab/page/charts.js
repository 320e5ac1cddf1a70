// Apache ECharts behind one door: made, resized, redrawn, and taken away as a picture.
import { COLOURS } from "./palette.js";

/** @type {any} */
const echarts = /** @type {any} */ (globalThis).echarts;
export const FONT = '"Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';
const calm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? true;

/** A chart in an element; follows the element's size. */
export class Chart {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.chart = echarts.init(element, null, { renderer: "canvas" });
    /** @type {any} */
    this.option = null;
    /** @type {(() => void)[]} */
    this.after = [];
    new ResizeObserver(() => {
      if (!element.clientWidth) return;
      this.chart.resize();
      for (const act of this.after) act();
    }).observe(element);
  }

  /** @param {any} option */
  draw(option) {
    this.option = option;
    this.chart.setOption({ animation: false, ...option }, { notMerge: true });
    for (const act of this.after) act();
  }

  /** Pixel of a value on the first horizontal axis. @param {number} value @returns {number} */
  x(value) {
    return this.chart.convertToPixel({ xAxisIndex: 0 }, value);
  }
}

export const smooth = !calm;

/** @param {number} size of the text @returns {any} */
export function axisText(size) {
  return { color: COLOURS.faint, fontFamily: FONT, fontSize: size };
}

/**
 * A band between two lines, as one shape.
 * @param {string} name @param {number[]} years @param {number[]} low @param {number[]} high
 * @param {{fill: string, opacity: number, stroke?: string, z?: number}} look
 * @returns {any}
 */
export function band(name, years, low, high, look) {
  return {
    type: "custom", name, silent: true, clip: true, z: look.z ?? 1, tooltip: { show: false },
    encode: { x: 0, y: [1, 2] }, data: years.map((year, n) => [year, low[n], high[n]]),
    /** @param {any} params @param {any} api */
    renderItem: (params, api) => {
      if (params.dataIndexInside !== 0) return null;
      const points = [
        ...years.map((year, n) => api.coord([year, high[n]])),
        ...years.map((year, n) => api.coord([year, low[n]])).reverse(),
      ];
      return {
        type: "polygon", shape: { points },
        style: { fill: look.fill, opacity: look.opacity, stroke: look.stroke, lineWidth: look.stroke ? 1 : 0 },
      };
    },
  };
}

/**
 * A picture of a chart with its title, how to read it, and the note that belongs to it.
 * @param {any} option @param {"png"|"svg"} kind
 * @param {{title: string, reading: string, note: string[]}} words
 * @returns {Promise<Blob>}
 */
export async function picture(option, kind, words) {
  const [width, height] = [1200, 750];
  const svg = kind === "svg";
  const place = svg ? null : document.createElement("div");
  const chart = echarts.init(place, null, {
    renderer: svg ? "svg" : "canvas", ssr: svg, width, height, devicePixelRatio: 2,
  });
  chart.setOption({ animation: false, backgroundColor: "#fff", ...framed(option, words, width, height) });
  try {
    if (svg) return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
    const canvas = /** @type {HTMLCanvasElement} */ (chart.renderToCanvas({ pixelRatio: 2, backgroundColor: "#fff" }));
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
  } finally {
    chart.dispose();
  }
}

/**
 * @param {any} option @param {{title: string, reading: string, note: string[]}} words
 * @param {number} width @param {number} height
 */
function framed(option, words, width, height) {
  const text = { fontFamily: FONT, width: width - 60, overflow: "break" };
  const large = structuredCloneOption(option);
  for (const axis of [large.xAxis, large.yAxis].flat().filter(Boolean)) {
    axis.axisLabel = { ...axis.axisLabel, fontSize: 18 };
  }
  if (large.grid) large.grid = { ...large.grid, left: 90, right: 170, top: 150, bottom: 130 };
  if (large.geo) large.geo = { ...large.geo, top: 130, bottom: 120, left: 30, right: 30 };
  for (const series of large.series ?? []) {
    if (series.endLabel) series.endLabel = { ...series.endLabel, fontSize: 20 };
    if (series.lineStyle?.width) series.lineStyle = { ...series.lineStyle, width: series.lineStyle.width * 1.6 };
  }
  return {
    ...large,
    tooltip: { show: false },
    title: {
      left: 30, top: 24, text: words.title, subtext: words.reading, itemGap: 12,
      textStyle: { ...text, fontSize: 28, color: COLOURS.ink }, subtextStyle: { ...text, fontSize: 18, color: COLOURS.faint },
    },
    graphic: words.note.map((line, n) => ({
      type: "text", left: 30, top: height - 28 * (words.note.length - n) - 8,
      style: { text: line, fill: COLOURS.faint, font: `16px ${FONT}`, width: width - 60, overflow: "truncate" },
    })),
  };
}

/** A copy two levels deep; functions are kept. @param {any} option @returns {any} */
function structuredCloneOption(option) {
  /** @type {any} */
  const copy = { ...option };
  for (const key of ["xAxis", "yAxis", "series", "grid", "geo"]) {
    const part = copy[key];
    if (Array.isArray(part)) copy[key] = part.map((item) => ({ ...item }));
    else if (part) copy[key] = { ...part };
  }
  return copy;
}

/** @param {string} name @param {unknown} shapes */
export function registerMap(name, shapes) {
  echarts.registerMap(name, shapes);
}
