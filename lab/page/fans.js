// Fans of an area, baseline and what-if on the same luck, and their paired difference.
/** @import {Sides, Fan} from "./types.js" */
/** @import {At, Hint} from "./charts.js" */
import { axisText, band, FONT, label, line, segment, shapes } from "./charts.js";
import { COLOURS } from "./palette.js";
import { number, signed } from "./format.js";
import { language, t } from "./text.js";

/**
 * @typedef {object} Frame what all panels share
 * @property {number[]} years
 * @property {number} first year shown
 * @property {number|null} cut
 * @property {number} year chosen
 * @property {number|null} moved first year in which a lever acts, null for none
 * @property {number} size of the text, pixels; lines go with it
 * @property {{base: string, what: string}} names of the two sides
 */

/** Year axis. @param {Frame} frame @param {number} first @returns {any} */
function yearAxis({ years, size }, first) {
  const last = years[years.length - 1];
  const step = last - first > 30 ? 10 : 5;
  return {
    type: "value", min: first - 0.5, max: last + 0.5, interval: 5,
    axisLine: { lineStyle: { color: "#9a9a9a" }, onZero: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      ...axisText(size), customValues: years.filter((year) => year >= first && year % step === 0), margin: 5,
      formatter: (/** @type {number} */ value) => String(value),
    },
  };
}

/** @param {number} size @param {number} min @param {number} max @param {number} interval @returns {any} */
function valueAxis(size, min, max, interval) {
  return {
    type: "value", min, max, interval, axisLabel: { ...axisText(size), margin: 6, hideOverlap: true },
    splitLine: { lineStyle: { color: COLOURS.grid } }, axisLine: { show: false }, axisTick: { show: false },
  };
}

/** A round number at or above, with a whole half. @param {number} value */
export function ceiling(value) {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 4, 6, 8, 10].map((n) => n * size).find((n) => n >= value && n >= 2) ?? 10 * size;
}

/**
 * Heights of the names at the ends of two lines: apart, and above the axis. Pixels from the top.
 * @param {number} base @param {number} what @param {number} axis @param {number} size
 */
export function apart(base, what, axis, size) {
  const lack = Math.max(0, size * 1.15 - Math.abs(base - what)) / 2;
  const down = base > what ? 1 : -1;
  const lift = Math.max(0, Math.max(base, what) + lack + size * 0.6 - axis);
  return { base: base + down * lack - lift, what: what - down * lack - lift };
}

/**
 * The fans of an area: one past, and from the first year of a lever two futures.
 * @param {Sides} sides @param {Frame} frame @returns {any}
 */
export function fanOption(sides, frame) {
  const { years, size, first, moved } = frame;
  const from = years.indexOf(first);
  const tops = [...sides.base.p95.slice(from), ...(moved === null ? [] : sides.what.p95.slice(from))];
  const max = ceiling(Math.max(...tops));
  return {
    grid: { left: size * 1.9 + 6, right: size * 5 + 6, top: 7, bottom: size + 9 },
    xAxis: yearAxis(frame, first), yAxis: valueAxis(size, 0, max, max / 2),
    series: [shapes("fan", (at) => [
      ...fanShapes(at, sides, frame), ...marks(at, frame, 0, max), unit(at, first - 0.5, max, t("axis.packages"), size),
    ])],
  };
}

/** @param {At} at @param {Sides} sides @param {Frame} frame */
function fanShapes(at, { base, what }, { years, first, moved, size, names }) {
  const last = years[years.length - 1];
  const from = years.indexOf(first);
  const fork = moved === null ? from : Math.max(from, years.indexOf(moved) - 1);
  /** @param {Fan} fan @param {keyof Fan} low @param {keyof Fan} high @param {number} n @param {any} look */
  const spread = (fan, low, high, n, look) => band(at, years.slice(n), fan[low].slice(n), fan[high].slice(n), look);
  /** @param {Fan} fan @param {number} n @param {any} look */
  const mean = (fan, n, look) => line(at, years.slice(n), fan.mean.slice(n), look);
  const width = size / 5;
  const ends = [base, what].map((fan) => at(last, fan.mean[years.length - 1]));
  if (moved === null) {
    return [
      spread(base, "p5", "p95", from, { fill: COLOURS.baseBand, opacity: 0.7 }),
      spread(base, "p25", "p75", from, { fill: COLOURS.base, opacity: 0.35 }),
      mean(base, from, { stroke: "#4a4a4a", lineWidth: width }),
      label([ends[0][0], ends[0][1]], names.base, size, "#4a4a4a"),
    ];
  }
  const heights = apart(ends[0][1], ends[1][1], at(last, 0)[1], size);
  return [
    spread(base, "p5", "p95", from, { fill: COLOURS.baseBand, opacity: 0.85 }),
    spread(what, "p5", "p95", fork, { fill: COLOURS.whatBand, opacity: 0.2, stroke: COLOURS.whatBand }),
    spread(what, "p25", "p75", fork, { fill: COLOURS.whatBand, opacity: 0.28 }),
    spread(base, "p25", "p75", from, { fill: "none", stroke: COLOURS.base, lineWidth: 1 }),
    mean(base, from, { stroke: COLOURS.base, lineWidth: width, lineDash: [size * 0.5, size * 0.35] }),
    mean(what, fork, { stroke: COLOURS.what, lineWidth: width * 1.2 }),
    label([ends[0][0], heights.base], names.base, size, COLOURS.base),
    label([ends[1][0], heights.what], names.what, size, COLOURS.what),
  ];
}

/** The unit of an axis, in a corner of the chart. @param {At} at @param {number} x @param {number} edge top or bottom of the axis @param {string} text @param {number} size @param {1|-1} [side] below the edge or above it */
export function unit(at, x, edge, text, size, side = 1) {
  const [left, y] = at(x, edge);
  return { type: "text", x: left + 3, y: y + side * size * 0.75, style: { text, fill: COLOURS.faint, font: `${Math.round(size * 0.9)}px ${FONT}`, verticalAlign: "middle" } };
}

/** Lines at the chosen year and at the end of the record. @param {At} at @param {Frame} frame @param {number} low @param {number} high */
function marks(at, { cut, year, first, size }, low, high) {
  /** @param {number} x @param {any} look */
  const upright = (x, look) => segment(at(x, low), at(x, high), { stroke: COLOURS.ink, ...look });
  return [
    ...(year >= first ? [upright(year, { lineWidth: 1, opacity: 0.6 })] : []),
    ...(cut !== null && cut >= first ? [upright(cut + 0.5, { lineWidth: size / 8, lineDash: [size / 8, size / 6] })] : []),
  ];
}

/**
 * The paired difference of an area, with its interval. A filled dot is supported, a hollow one is not.
 * @param {Sides} sides @param {Frame} frame @returns {any}
 */
export function differenceOption({ diff }, frame) {
  const { years, size } = frame;
  const from = Math.max(years.indexOf(frame.first), years.indexOf(frame.moved ?? frame.first) - 1, 0);
  const { mean, low, high, supported } = diff;
  const shown = years.slice(from);
  const top = Math.ceil(Math.max(0.1, ...low.slice(from).map(Math.abs), ...high.slice(from).map(Math.abs)) * 11) / 10;
  const axis = valueAxis(size, -top, top, top);
  return {
    grid: { left: size * 3.4, right: 12, top: 7, bottom: size + 9 },
    xAxis: yearAxis(frame, years[from]),
    yAxis: {
      ...axis,
      axisLabel: {
        ...axis.axisLabel, verticalAlignMinLabel: "bottom", verticalAlignMaxLabel: "top",
        formatter: (/** @type {number} */ v) => signed(language, v, 1),
      },
    },
    series: [shapes("difference", (at) => [
      band(at, shown, low.slice(from), high.slice(from), { fill: COLOURS.base, opacity: 0.3 }),
      segment(at(years[from] - 0.5, 0), at(years[years.length - 1] + 0.5, 0), { stroke: COLOURS.ink, lineWidth: 1 }),
      ...marks(at, { ...frame, cut: null, first: years[from] }, -top, top),
      line(at, shown, mean.slice(from), { stroke: COLOURS.open, lineWidth: size / 8 }),
      mean[from] > 0 ? unit(at, years[from] - 0.5, -top, t("axis.packages"), size, -1) : unit(at, years[from] - 0.5, top, t("axis.packages"), size),
      ...shown.map((year, n) => dot(at(year, mean[from + n]), mean[from + n], supported[from + n], size * 0.29)),
    ])],
  };
}

/** @param {[number, number]} place @param {number} value @param {boolean} supported @param {number} r radius */
function dot([cx, cy], value, supported, r) {
  const style = supported
    ? { fill: value > 0 ? COLOURS.up : COLOURS.down, stroke: COLOURS.ink, lineWidth: 1 }
    : { fill: "#fff", stroke: COLOURS.open, lineWidth: 1.5 };
  return { type: "circle", shape: { cx, cy, r }, style };
}

/** What a fan says beside the pointer. @param {Sides} sides @param {Frame} frame @returns {Hint} */
export function fanHint({ base, what }, { years, moved, names }) {
  /** @param {string} name @param {Fan} fan @param {number} n */
  const say = (name, fan, n) => `${name}: ${t("hint.fan", {
    mean: number(language, fan.mean[n], 2), low: number(language, fan.p5[n]), high: number(language, fan.p95[n]),
  })}`;
  return (x) => {
    const n = years.indexOf(Math.round(x));
    if (n < 0) return null;
    const rows = [say(names.base, base, n)];
    if (moved !== null && years[n] >= moved) rows.unshift(say(names.what, what, n));
    return { title: String(years[n]), rows };
  };
}

/** What a difference says beside the pointer. @param {Sides} sides @param {Frame} frame @returns {Hint} */
export function differenceHint({ diff: { mean, low, high, supported } }, { years }) {
  return (x) => {
    const n = years.indexOf(Math.round(x));
    if (n < 0) return null;
    return { title: String(years[n]), rows: [`${t("line.diff")}: ${t("hint.diff", {
      mean: signed(language, mean[n], 2), low: signed(language, low[n], 2), high: signed(language, high[n], 2),
      word: t(supported[n] ? "supported.yes" : "supported.no"),
    })}`] };
  };
}
