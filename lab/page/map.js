// The five states on a map that can be clicked and walked with the keyboard.
/** @import {MapSides, Quantity, Setup} from "./types.js" */
import { colour, COLOURS, inkOn } from "./palette.js";
import { number, signed } from "./format.js";
import { svg } from "./dom.js";
import { language, t } from "./text.js";

const CODES = /** @type {Record<string, string>} */ ({ KAZ: "KZ", KGZ: "KG", TJK: "TJ", TKM: "TM", UZB: "UZ" });
/** Where the text of a state stands, and for a small state the place that a line leads to. */
const PLACES = /** @type {Record<string, {at: [number, number], line?: [number, number]}>} */ ({
  KZ: { at: [67.5, 48.3] }, KG: { at: [81.3, 39.2], line: [75.6, 41.4] }, TJ: { at: [77.8, 35.9], line: [72.2, 38.4] },
  TM: { at: [59.2, 39.4] }, UZ: { at: [64.0, 41.9] },
});
const NEIGHBOURS = /** @type {Record<string, [number, number]>} */ ({
  russia: [56.5, 54.4], china: [84.6, 44.6], iran: [54.8, 35.2], afghanistan: [66.0, 34.6],
});
const [WEST, EAST, SOUTH, NORTH] = [46, 88, 33.6, 55.8];
const SQUEEZE = Math.cos((45 * Math.PI) / 180);
const SCALE = 20;

/** @param {number[]} place */
const project = ([x, y]) => [(x - WEST) * SQUEEZE * SCALE, (NORTH - y) * SCALE];
const WIDTH = (EAST - WEST) * SQUEEZE * SCALE;
const HEIGHT = (NORTH - SOUTH) * SCALE;

/** @param {any} geometry */
function path(geometry) {
  const parts = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  return parts.flat().map((/** @type {number[][]} */ ring) =>
    `M${ring.map((place) => project(place).map((v) => v.toFixed(1)).join(",")).join("L")}Z`).join("");
}

/** A round number at or above. @param {number} value */
export function round(value) {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 2.5, 5, 10].map((n) => n * step).find((n) => n >= value - 1e-9) ?? 10 * step;
}

/**
 * Scale of a quantity: which colours, from where to where, wide enough for all years of both sides.
 * @param {Quantity} quantity @param {string} side @param {MapSides} sides
 * @returns {{scale: string, range: [number, number]}}
 */
export function scaleOf(quantity, side, { base, what }) {
  if (side === "diff") {
    const reach = round(Math.max(0.1, ...what.flatMap((row, s) => row.map((v, n) => Math.abs(v - base[s][n])))));
    return { scale: "change", range: [-reach, reach] };
  }
  const reach = round(Math.max(0.1, ...base.flat().map(Math.abs), ...what.flat().map(Math.abs)));
  if (quantity.range[0] < 0) return { scale: "diverging", range: [-reach, reach] };
  const patron = ["china", "russia"].find((p) => quantity.id.endsWith(p));
  return { scale: patron ?? "neutral", range: [0, reach] };
}

/** Name of a quantity of the map. @param {string} id */
export function quantityName(id) {
  const [family, ...labels] = id.split(".");
  const patron = labels.pop() ?? "";
  const values = { area: labels[0] ? t(`area.${labels[0]}`) : "", patron: patron ? t(`patron.with.${patron}`) : "" };
  return family === "packages" && patron ? t("quantity.packages.of", values) : t(`quantity.${family}`, values);
}

/** @param {Quantity} quantity @param {string} side @param {number} value */
export function valueText(quantity, side, value) {
  const show = side === "diff" || quantity.range[0] < 0 ? signed : number;
  return show(language, value, side === "diff" || quantity.family === "dependence" ? 2 : 1);
}

export class StateMap {
  /**
   * @param {any} shapes GeoJSON @param {Setup} setup
   * @param {(code: string) => void} choose
   */
  constructor(shapes, setup, choose) {
    this.setup = setup;
    /** @type {Map<string, {shape: SVGElement, text: SVGElement, value: SVGElement, line: SVGElement|null}>} */
    this.parts = new Map();
    this.element = svg("svg", { viewBox: `0 0 ${WIDTH.toFixed(0)} ${HEIGHT.toFixed(0)}`, class: "map", role: "group" });
    this.element.append(...shapes.features.filter((/** @type {any} */ f) => f.properties.role !== "state")
      .map((/** @type {any} */ f) => svg("path", { d: path(f.geometry), class: "context" })));
    for (const [name, place] of Object.entries(NEIGHBOURS)) {
      const [x, y] = project(place);
      this.element.append(svg("text", { x, y, class: "neighbour" }, t(`neighbour.${name}`)));
    }
    this.labels = svg("g");
    this.outline = svg("path", { class: "outline" });
    for (const feature of shapes.features) this.#add(feature, choose);
    this.element.append(this.outline, this.labels);
  }

  /** @param {any} feature @param {(code: string) => void} choose */
  #add(feature, choose) {
    const code = CODES[feature.properties.iso3];
    if (!code) return;
    const shape = svg("path", {
      d: path(feature.geometry), class: "state", tabindex: 0, role: "button", "data-code": code,
      onclick: () => choose(code),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(code);
      },
    });
    const { at, line } = PLACES[code];
    const [x, y] = project(at);
    const leader = line ? svg("line", { x1: x, y1: y - 22, x2: project(line)[0], y2: project(line)[1], class: "leader" }) : null;
    const value = svg("tspan", { x, dy: "1.05em", class: "value" });
    const text = svg("text", { x, y: y - 8, class: line ? "label beside" : "label" }, svg("tspan", { x }, t(`state.${code}`)), value);
    this.parts.set(code, { shape, text, value, line: leader });
    this.element.append(shape);
    this.labels.append(...[leader, text].filter((part) => part !== null));
  }

  /**
   * @param {Quantity} quantity @param {string} side @param {{scale: string, range: [number, number]}} colours
   * @param {number[]} values by state, in the order of the setup
   * @param {string} selected @param {string} caption
   */
  draw(quantity, side, { scale, range }, values, selected, caption) {
    this.element.setAttribute("aria-label", caption);
    this.setup.states.forEach(({ code }, n) => {
      const part = this.parts.get(code);
      if (!part) return;
      const fill = colour(scale, range, values[n]);
      const text = valueText(quantity, side, values[n]);
      part.shape.setAttribute("fill", fill);
      part.shape.setAttribute("aria-pressed", String(code === selected));
      part.shape.setAttribute("aria-label", t("map.state", { state: t(`state.${code}`), value: text }));
      part.text.setAttribute("fill", part.line ? COLOURS.ink : inkOn(fill));
      part.value.textContent = text;
    });
    this.outline.setAttribute("d", this.parts.get(selected)?.shape.getAttribute("d") ?? "");
  }
}

/** ECharts option of the map, for pictures. @param {Setup} setup @param {Quantity} quantity @param {string} side @param {{scale: string, range: [number, number]}} colours @param {number[]} values @returns {any} */
export function mapOption(setup, quantity, side, { scale, range }, values) {
  const names = Object.fromEntries(Object.entries(CODES).map(([iso3, code]) => [code, iso3]));
  return {
    geo: {
      map: "central_asia", nameProperty: "iso3", aspectScale: SQUEEZE, silent: true,
      itemStyle: { areaColor: COLOURS.land, borderColor: "#b5b5b5" },
      regions: setup.states.map(({ code }, n) => ({
        name: names[code], itemStyle: { areaColor: colour(scale, range, values[n]), borderColor: COLOURS.ink },
      })),
    },
    series: [{
      type: "lines", coordinateSystem: "geo", silent: true, lineStyle: { color: COLOURS.ink, width: 1, opacity: 1 },
      data: Object.values(PLACES).flatMap(({ at, line }) => (line ? [{ coords: [line, [at[0], at[1] + 0.9]] }] : [])),
    }, {
      type: "scatter", coordinateSystem: "geo", symbolSize: 1, itemStyle: { color: "transparent" },
      data: setup.states.map(({ code }, n) => ({ name: `${t(`state.${code}`)}\n${valueText(quantity, side, values[n])}`, value: PLACES[code].at })),
      label: { show: true, formatter: "{b}", position: "inside", fontSize: 20, lineHeight: 24, fontWeight: 600, color: COLOURS.ink, textBorderColor: "#fff", textBorderWidth: 3 },
    }],
  };
}
