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

/** @typedef {{title: string, reading: string, note: string[]}} Words what stands around a picture */
const PICTURE = { width: 1200, height: 750, top: 165, bottom: 130 };
/** Where a map stands in it. */
const BOX = { layoutCenter: [600, 400], layoutSize: 615 };

/**
 * A picture of charts side by side, with a title, how to read it, and the note that belongs to it.
 * @param {any[]} options @param {"png"|"svg"} kind @param {Words} words
 * @returns {Promise<Blob>}
 */
export async function picture(options, kind, words) {
  const svg = kind === "svg";
  const { width, height } = PICTURE;
  const place = svg ? null : document.createElement("div");
  const chart = echarts.init(place, null, {
    renderer: svg ? "svg" : "canvas", ssr: svg, width, height, devicePixelRatio: 2,
  });
  chart.setOption({ animation: false, backgroundColor: "#fff", tooltip: { show: false }, ...lettering(words), ...beside(options) });
  try {
    if (svg) return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
    const canvas = /** @type {HTMLCanvasElement} */ (chart.renderToCanvas({ pixelRatio: 2, backgroundColor: "#fff" }));
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
  } finally {
    chart.dispose();
  }
}

/** Title, reading and note of a picture. @param {Words} words */
function lettering({ title, reading, note }) {
  /** @param {string} text @param {number} y @param {string} font @param {string} fill */
  const line = (text, y, font, fill) => ({
    type: "text", left: 30, top: y, style: { text, fill, font, width: PICTURE.width - 60, overflow: "break", lineHeight: 26 },
  });
  return {
    graphic: [
      line(title, 24, `bold 28px ${FONT}`, COLOURS.ink), line(reading, 76, `18px ${FONT}`, COLOURS.faint),
      ...note.map((text, n) => line(text, PICTURE.height - 28 * (note.length - n) - 6, `16px ${FONT}`, COLOURS.faint)),
    ],
  };
}

/** Charts as one option, side by side; the first is the widest. @param {any[]} options */
function beside(options) {
  const shares = options.length > 1 ? [0.63, 0.37] : [1];
  let left = 0;
  const parts = options.map((option, n) => {
    const wide = shares[n] * PICTURE.width;
    const grid = { left: left + 80, width: wide - 80 - (n === 0 ? 150 : 40), top: PICTURE.top, bottom: PICTURE.bottom };
    left += wide;
    /** @param {any} axis */
    const axis = (axis) => axis && { ...axis, gridIndex: n, axisLabel: { ...axis.axisLabel, fontSize: 18 } };
    return {
      grid, xAxis: axis(option.xAxis), yAxis: axis(option.yAxis), geo: option.geo,
      series: option.series.map((/** @type {any} */ series) => larger(series, option.geo ? {} : { xAxisIndex: n, yAxisIndex: n })),
    };
  });
  if (parts[0].geo) return { geo: { ...parts[0].geo, ...BOX }, series: parts[0].series };
  return {
    grid: parts.map((p) => p.grid), xAxis: parts.map((p) => p.xAxis), yAxis: parts.map((p) => p.yAxis),
    series: parts.flatMap((p) => p.series),
  };
}

/** A series as large as a picture wants it. @param {any} series @param {any} place */
function larger(series, place) {
  const { endLabel, lineStyle } = series;
  return {
    ...series, ...place,
    ...(endLabel ? { endLabel: { ...endLabel, fontSize: 20 } } : {}),
    ...(lineStyle?.width ? { lineStyle: { ...lineStyle, width: lineStyle.width * 1.6 } } : {}),
  };
}

/** @param {string} name @param {unknown} shapes */
export function registerMap(name, shapes) {
  echarts.registerMap(name, shapes);
}
