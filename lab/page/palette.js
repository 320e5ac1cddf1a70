// Colours that stay apart for colour-blind eyes and in grey print; nothing is told by colour alone.

export const COLOURS = Object.freeze({
  china: "#b5391c", russia: "#1b5e9b", ink: "#1a1a1a", faint: "#5b5b5b", grid: "#dedede",
  base: "#767676", baseBand: "#d3d3d3", what: "#00695c", whatBand: "#00897b",
  up: "#00694a", down: "#84278a", open: "#6b6b6b", land: "#e6e6e3", paper: "#ffffff",
});
const DIVERGING = ["#1b5e9b", "#6f9ec6", "#c6d6e4", "#f4f2ee", "#edccc2", "#d4826d", "#b5391c"];
const CHINA = ["#f8f1ee", "#f0cfc5", "#e0a08d", "#c9603f", "#9c2f15", "#5f1b0b"];
const RUSSIA = ["#eff3f8", "#c9dbeb", "#94b8d8", "#4c88bd", "#17508a", "#0c2d50"];
const NEUTRAL = ["#f3f2f7", "#d5d2e6", "#aaa4cc", "#7a71ad", "#51478a", "#2c2556"];
const CHANGE = ["#84278a", "#b57bb9", "#e0c9e2", "#f4f2ee", "#c5ded4", "#6db099", "#00694a"];

/** @param {string} hex @returns {[number, number, number]} */
export function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** @param {string[]} stops @param {number} share 0 to 1 */
export function between(stops, share) {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const n = Math.min(stops.length - 2, Math.floor(place));
  const [one, other] = [rgb(stops[n]), rgb(stops[n + 1])];
  const mixed = one.map((v, i) => Math.round(v + (other[i] - v) * (place - n)));
  return `#${mixed.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, 0 to 1 (WCAG 2). @param {string} hex */
export function luminance(hex) {
  const [r, g, b] = rgb(hex).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever is read better on a colour: one of them always has a contrast of 4.5. @param {string} hex */
export function inkOn(hex) {
  return luminance(hex) > 0.179 ? "#000000" : "#ffffff";
}

/** Stops of a scale by what it shows. @param {string} scale @returns {string[]} */
export function stops(scale) {
  return { diverging: DIVERGING, china: CHINA, russia: RUSSIA, change: CHANGE }[scale] ?? NEUTRAL;
}

/** @param {string} scale @param {[number, number]} range @param {number} value */
export function colour(scale, [low, high], value) {
  return between(stops(scale), (value - low) / (high - low));
}
