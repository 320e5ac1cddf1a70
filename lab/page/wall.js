// The wall of a class: each answer a dot, with the class's mean and, once revealed, the engine's.
/** @import {Room} from "./classroom.js" */
import { axisText, Chart, FONT, LARGE, segment, shapes, textSize } from "./charts.js";
import { el } from "./dom.js";
import { Frame } from "./figure.js";
import { percent } from "./format.js";
import { COLOURS } from "./palette.js";
import { language, t } from "./text.js";

const BINS = 20;

/** Answers as dots stacked by twentieths: per cent and height. @param {number[]} answers @returns {[number, number][]} */
export function dots(answers) {
  /** @type {Map<number, number>} */
  const heights = new Map();
  return [...answers].sort((a, b) => a - b).map((p) => {
    const place = Math.round(p * BINS) / BINS;
    const height = (heights.get(place) ?? 0) + 1;
    heights.set(place, height);
    return [place * 100, height];
  });
}

/** @typedef {{p: number, text: string, color: string, dash: number[]|null}} Line */

/** Lines over the dots, the lowest first, so that their names do not meet and none crosses another's. @param {Room} room @returns {Line[]} */
function lines({ distribution, result }) {
  const mean = distribution?.mean ?? null;
  /** @param {string} who @param {number} p @param {string} color @param {number[]|null} dash @returns {Line} */
  const line = (who, p, color, dash) => ({ p, text: t(`class.line.${who}`, { share: percent(language, p) }), color, dash });
  const found = [
    ...(mean === null ? [] : [line("class", mean, COLOURS.ink, [2, 4])]),
    ...(result ? [line("engine", result.engine, COLOURS.what, null), line("climatology", result.climatology, COLOURS.base, [9, 6])] : []),
  ];
  return stacked(found);
}

/** From left to right; names that stand right of their line above all, the leftmost highest. @template {{p: number}} L @param {L[]} lines @returns {L[]} */
export function stacked(lines) {
  const left = lines.filter(({ p }) => alignOf(p) === "left").sort((a, b) => b.p - a.p);
  return [...lines.filter(({ p }) => alignOf(p) !== "left").sort((a, b) => a.p - b.p), ...left];
}

/** How a name stands at its line, so that none runs over an edge. @param {number} p @returns {"left"|"center"|"right"} */
export function alignOf(p) {
  if (p < 0.25) return "left";
  return p > 0.75 ? "right" : "center";
}

/** @param {Room} room @param {number} size of the text @returns {any} */
function option(room, size) {
  const points = dots(room.distribution?.each ?? []);
  const highest = Math.max(4, ...points.map(([, y]) => y));
  const r = Math.max(4, Math.min(size * 0.7, (size * 7) / highest));
  return {
    grid: { left: size * 2, right: size * 3, top: size * 5.5, bottom: size * 2.4 },
    xAxis: {
      type: "value", min: -2, max: 102, splitLine: { show: false }, axisTick: { show: false },
      axisLabel: { ...axisText(size), customValues: [0, 25, 50, 75, 100], formatter: (/** @type {number} */ v) => percent(language, v / 100) },
    },
    yAxis: { type: "value", min: 0, max: highest + 1, show: false },
    series: [shapes(`wall${points.length}${room.revealed}`, (at) => [
      ...points.map(([x, y]) => ({
        type: "circle", shape: { cx: at(x, y)[0], cy: at(x, y - 0.3)[1], r }, style: { fill: COLOURS.russia, stroke: "#fff", lineWidth: 1 },
      })),
      ...lines(room).flatMap(({ p, text, color, dash }, n) => {
        const [x, top] = at(p * 100, highest + 1);
        const y = top - size * (0.6 + 1.35 * n);
        return [
          segment(at(p * 100, 0), [x, y + size * 0.3], { stroke: color, lineWidth: 3, lineDash: dash }),
          { type: "text", x, y, style: { text, fill: color, font: `700 ${size}px ${FONT}`, align: alignOf(p), verticalAlign: "bottom" } },
        ];
      }),
    ])],
  };
}

export class Wall {
  /** @param {() => Room|null} room @param {() => string} reading @param {() => string[]} note */
  constructor(room, reading, note) {
    /** @type {Chart|undefined} */
    this.chart = undefined;
    this.box = el("div", { class: "wall", role: "img" });
    /** @type {Frame} */
    this.frame = new Frame("h2", {
      name: "steppe-class",
      options: () => { const now = room(); return now ? [option(now, LARGE)] : []; },
      words: () => ({ title: this.frame.heading.textContent ?? "", reading: reading(), note: note() }),
      data: () => ({ head: [t("class.number"), t("class.probability")], rows: (room()?.distribution?.each ?? []).map((p, n) => [n + 1, p]) }),
    }, [this.box]);
  }

  /** @param {Room} room @param {boolean} open whether it is to be seen */
  show(room, open) {
    const { distribution } = room;
    this.frame.element.hidden = !distribution || !open;
    if (!distribution || !open) return;
    const { mean, each } = distribution;
    const heading = mean === null ? t("class.wall.none") : t("class.wall.title", { count: each.length, share: percent(language, mean) });
    this.frame.update(heading, t("class.wall.reading"));
    this.box.setAttribute("aria-label", heading);
    this.chart ??= new Chart(this.box);
    this.chart.draw(option(room, textSize(0.9)));
  }
}
