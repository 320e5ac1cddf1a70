// Fans of an area, baseline and what-if on the same luck, and their paired difference.
/** @import {Sides} from "./types.js" */
import { axisText, band, FONT } from "./charts.js";
import { COLOURS } from "./palette.js";
import { number, signed } from "./format.js";
import { language, t } from "./text.js";
import { el } from "./dom.js";

/**
 * @typedef {object} Frame what all panels share
 * @property {number[]} years
 * @property {number} first year shown
 * @property {number|null} cut
 * @property {number} year chosen
 * @property {number|null} moved first year in which a lever acts, null for none
 * @property {number} size of the text, pixels
 * @property {number} height of the chart, pixels
 * @property {{base: string, what: string}} names of the two sides
 */

/** Year axis. @param {Frame} frame @returns {any} */
function yearAxis({ years, first, size }) {
  return {
    type: "value", min: first - 0.5, max: years[years.length - 1] + 0.5, interval: 5,
    axisLine: { lineStyle: { color: "#9a9a9a" }, onZero: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      ...axisText(size), customValues: ticks(years, first), margin: 5, formatter: (/** @type {number} */ value) => String(value),
    },
  };
}

/** Round years. @param {number[]} years @param {number} first */
function ticks(years, first) {
  const last = years[years.length - 1];
  const step = last - first > 30 ? 10 : 5;
  return years.filter((year) => year >= first && year % step === 0);
}

/** @param {number} size @param {number} max @returns {any} */
function valueAxis(size, max) {
  return {
    type: "value", min: 0, max, interval: max / 2, axisLabel: { ...axisText(size), margin: 6, hideOverlap: true },
    splitLine: { lineStyle: { color: COLOURS.grid } }, axisLine: { show: false }, axisTick: { show: false },
  };
}

/** Lines at the cut and at the chosen year. @param {Frame} frame @returns {any} */
function marks({ cut, year, first }) {
  const line = { symbol: "none", silent: true, animation: false, label: { show: false } };
  const data = [{ xAxis: year, lineStyle: { color: COLOURS.ink, type: "solid", width: 1, opacity: 0.55 } }];
  if (cut !== null && cut >= first) {
    data.push({ xAxis: cut + 0.5, lineStyle: { color: COLOURS.ink, type: /** @type {any} */ ("dotted"), width: 1.5, opacity: 1 } });
  }
  return { ...line, data };
}

/**
 * A mean as a line, named at its end.
 * @param {string} name @param {Frame} frame @param {number[]} values
 * @param {{color: string, width: number, type: string, label: boolean, z: number, from?: number, shift?: number}} look
 * @returns {any}
 */
function mean(name, frame, values, look) {
  return {
    type: "line", name, symbol: "none", z: look.z, clip: true,
    data: frame.years.map((year, n) => [year, values[n]]).filter(([year]) => year >= (look.from ?? frame.first)),
    lineStyle: { color: look.color, width: look.width, type: look.type }, itemStyle: { color: look.color },
    endLabel: {
      show: look.label, formatter: name, color: look.color, fontFamily: FONT, fontWeight: 600,
      fontSize: frame.size, distance: 5, offset: [0, look.shift ?? 0],
    },
    markLine: look.label ? marks(frame) : undefined,
  };
}

/** A round number at or above, with a whole half. @param {number} value */
export function ceiling(value) {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 4, 6, 8, 10].map((n) => n * size).find((n) => n >= value && n >= 2) ?? 10 * size;
}

/**
 * How far the names at the ends of two lines are moved apart, pixels: up is negative.
 * @param {number} base @param {number} what @param {number} max @param {number} height @param {number} size
 */
export function apart(base, what, max, height, size) {
  const gap = ((what - base) / max) * height;
  const lack = Math.max(0, size * 1.15 - Math.abs(gap)) / 2;
  const lowest = (Math.min(base, what) / max) * height - lack;
  const lift = Math.min(0, lowest - size * 0.6);
  return gap >= 0 ? { base: lack + lift, what: lift - lack } : { base: lift - lack, what: lack + lift };
}

/**
 * The fans of an area: one past, and from the first year of a lever two futures.
 * @param {Sides} sides @param {Frame} frame @returns {any}
 */
export function fanOption(sides, frame) {
  const { base, what } = sides;
  const { years, size, height, first, moved } = frame;
  /** @param {string} name @param {keyof import("./types.js").Fan} low @param {keyof import("./types.js").Fan} high @param {import("./types.js").Fan} fan @param {number} from @param {any} look */
  const between = (name, low, high, fan, from, look) => {
    const n = years.indexOf(Math.max(first, from));
    return band(name, years.slice(n), fan[low].slice(n), fan[high].slice(n), look);
  };
  const from = years.indexOf(first);
  const max = ceiling(Math.max(...base.p95.slice(from), ...(moved === null ? [] : what.p95.slice(from))));
  const last = years.length - 1;
  const grid = { left: size * 1.9 + 6, right: size * 5 + 6, top: 7, bottom: size + 9 };
  const shift = moved === null ? { base: 0, what: 0 }
    : apart(base.mean[last], what.mean[last], max, height - grid.top - grid.bottom, size);
  const series = [
    between("", "p5", "p95", base, first, { fill: COLOURS.baseBand, opacity: moved === null ? 0.7 : 0.85, z: 1 }),
    ...(moved === null ? [between("", "p25", "p75", base, first, { fill: COLOURS.base, opacity: 0.35, z: 2 })] : []),
    mean(frame.names.base, frame, base.mean, {
      color: moved === null ? "#4a4a4a" : COLOURS.base, width: 2.5, type: moved === null ? "solid" : "dashed", label: true, z: 4, shift: shift.base,
    }),
  ];
  if (moved !== null) {
    series.push(
      between("", "p5", "p95", what, moved - 1, { fill: COLOURS.whatBand, opacity: 0.2, stroke: COLOURS.whatBand, z: 2 }),
      between("", "p25", "p75", what, moved - 1, { fill: COLOURS.whatBand, opacity: 0.28, z: 2 }),
      mean(frame.names.what, frame, what.mean, {
        color: COLOURS.what, width: 3, type: "solid", label: true, z: 5, from: Math.max(first, moved - 1), shift: shift.what,
      }),
    );
  }
  return {
    grid, xAxis: yearAxis(frame), yAxis: valueAxis(size, max), series,
    tooltip: hint(frame, (n) => fanRows(sides, n, moved !== null && years[n] >= moved, frame.names)),
  };
}

/** @param {Sides} sides @param {number} n @param {boolean} moved @param {{base: string, what: string}} names @returns {[string, string][]} */
function fanRows({ base, what }, n, moved, names) {
  /** @param {import("./types.js").Fan} fan */
  const say = (fan) => t("hint.fan", {
    mean: number(language, fan.mean[n], 2), low: number(language, fan.p5[n]), high: number(language, fan.p95[n]),
  });
  /** @type {[string, string][]} */
  const rows = [[names.base, say(base)]];
  return moved ? [[names.what, say(what)], ...rows] : rows;
}

/** What stands beside the pointer. @param {Frame} frame @param {(n: number) => [string, string][]} rows @returns {any} */
function hint(frame, rows) {
  return {
    trigger: "axis", appendTo: "body", className: "hint", axisPointer: { type: "line", lineStyle: { color: "#8a8a8a" }, snap: true },
    /** @param {any[]} params */
    formatter: (params) => {
      const year = params[0]?.value?.[0];
      const n = frame.years.indexOf(year);
      return n < 0 ? "" : el("div", {}, el("b", {}, String(year)),
        ...rows(n).map(([name, text]) => el("div", {}, `${name}: ${text}`)));
    },
  };
}

/**
 * The paired difference of an area, with its interval. A filled dot is supported, a hollow one is not.
 * @param {Sides} sides @param {Frame} frame @returns {any}
 */
export function differenceOption(sides, frame) {
  const { mean: values, low, high, supported } = sides.diff;
  const from = Math.max(frame.first, (frame.moved ?? frame.first) - 1);
  const places = frame.years.map((_, n) => n).filter((n) => frame.years[n] >= from);
  const years = places.map((n) => frame.years[n]);
  const reach = Math.max(0.1, ...places.map((n) => Math.max(Math.abs(low[n]), Math.abs(high[n]))));
  const top = Math.ceil(reach * 10 * 1.1) / 10;
  const shift = { ...frame, first: from };
  return {
    grid: { left: frame.size * 3.4, right: 12, top: 7, bottom: frame.size + 9 },
    xAxis: yearAxis(shift),
    yAxis: {
      ...valueAxis(frame.size, top), min: -top, interval: top,
      axisLabel: { ...axisText(frame.size), margin: 6, verticalAlignMinLabel: "bottom", verticalAlignMaxLabel: "top", formatter: (/** @type {number} */ v) => signed(language, v, 1) },
    },
    series: [
      band("", years, places.map((n) => low[n]), places.map((n) => high[n]), { fill: COLOURS.base, opacity: 0.3, z: 1 }),
      {
        type: "line", name: t("line.diff"), z: 3, symbol: "circle", symbolSize: 7, showAllSymbol: true,
        lineStyle: { color: COLOURS.open, width: 1.5 },
        data: places.map((n) => ({
          value: [frame.years[n], values[n]],
          itemStyle: supported[n]
            ? { color: values[n] > 0 ? COLOURS.up : COLOURS.down, borderColor: COLOURS.ink, borderWidth: 1 }
            : { color: "#fff", borderColor: COLOURS.open, borderWidth: 1.5 },
        })),
        markLine: {
          symbol: "none", silent: true, animation: false, label: { show: false },
          data: [
            { yAxis: 0, lineStyle: { color: COLOURS.ink, type: "solid", width: 1 } },
            ...(frame.year >= from ? [{ xAxis: frame.year, lineStyle: { color: COLOURS.ink, type: "solid", width: 1, opacity: 0.55 } }] : []),
          ],
        },
      },
    ],
    tooltip: hint(frame, (n) => [[t("line.diff"), t("hint.diff", {
      mean: signed(language, values[n], 2), low: signed(language, low[n], 2), high: signed(language, high[n], 2),
      word: t(supported[n] ? "supported.yes" : "supported.no"),
    })]]),
  };
}
