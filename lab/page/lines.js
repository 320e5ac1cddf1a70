// Two means by year, side by side on one axis: with and without a choice.
import { axisText, label, line, shapes } from "./charts.js";
import { apart } from "./fans.js";
import { number } from "./format.js";
import { COLOURS } from "./palette.js";
import { language } from "./text.js";

const LEAST = 0.005; // means that differ by less are the same to two digits

/** @typedef {{name: string, base: number[], what: number[]}} Means of a quantity by year */

/** Whether two means differ in any year by what can be seen. @param {Pick<Means, "base"|"what">} means */
export function differs({ base, what }) {
  return base.some((value, n) => Math.abs(what[n] - value) >= LEAST);
}

/** Least and most on an axis that holds both lines with some room. @param {Pick<Means, "base"|"what">} means @returns {[number, number]} */
export function span({ base, what }) {
  const [low, high] = [Math.min(...base, ...what), Math.max(...base, ...what)];
  const room = Math.max(high - low, 0.01) * 0.15;
  return [Math.max(0, low - room), high + room];
}

/** @param {Means} means @param {number[]} years @param {number} size of the text @param {{base: string, what: string}} names @returns {any} */
export function linesOption(means, years, size, names) {
  const [min, max] = span(means);
  const [first, last] = [years[0], years[years.length - 1]];
  const places = max - min < 0.5 ? 2 : 1;
  return {
    grid: { left: size * 3, right: size * 5 + 6, top: 7, bottom: size + 9 },
    xAxis: {
      type: "value", min: first - 0.5, max: last + 0.5, axisTick: { show: false }, splitLine: { show: false }, axisLine: { lineStyle: { color: "#9a9a9a" }, onZero: false },
      axisLabel: { ...axisText(size), customValues: [first, last], margin: 5, formatter: (/** @type {number} */ v) => String(v) },
    },
    yAxis: {
      type: "value", min, max, interval: max - min, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: COLOURS.grid } },
      axisLabel: { ...axisText(size), margin: 6, formatter: (/** @type {number} */ v) => number(language, v, places) },
    },
    series: [shapes("lines", (at) => {
      const ends = [means.base, means.what].map((values) => at(last, values[values.length - 1]));
      const heights = apart(ends[0][1], ends[1][1], at(last, min)[1], size);
      return [
        line(at, years, means.base, { stroke: COLOURS.base, lineWidth: size / 5, lineDash: [size * 0.5, size * 0.35] }),
        line(at, years, means.what, { stroke: COLOURS.what, lineWidth: size / 4 }),
        label([ends[0][0], heights.base], names.base, size, COLOURS.base),
        label([ends[1][0], heights.what], names.what, size, COLOURS.what),
      ];
    })],
  };
}
