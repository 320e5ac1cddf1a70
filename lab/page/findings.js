// What an answer says, in words. No difference is told that chance may make.
/** @import {Move, AreaAnswer, Sides, State} from "./types.js" */
import { number, signed } from "./format.js";
import { moved } from "./state.js";
import { language, t } from "./text.js";

/** @typedef {"more"|"fewer"|"open"|"same"|"record"} Verdict */

/**
 * One area with one or both patrons.
 * @param {AreaAnswer} answer @param {string} patron "" for both
 * @returns {Sides}
 */
export function sidesOf(answer, patron) {
  return (patron && answer.patrons?.[patron]) || answer;
}

/**
 * What the paired difference of a year says.
 * @param {Sides} sides @param {number} n place of the year @param {boolean} recorded
 * @returns {Verdict}
 */
export function verdict(sides, n, recorded) {
  const { mean, low, high, supported } = sides.diff;
  if (recorded) return "record";
  if (supported[n]) return mean[n] > 0 ? "more" : "fewer";
  return low[n] === 0 && high[n] === 0 ? "same" : "open";
}

/** Verdict with its number. @param {Sides} sides @param {number} n @param {boolean} recorded */
export function difference(sides, n, recorded) {
  const { mean, low, high } = sides.diff;
  const what = verdict(sides, n, recorded);
  const [near, far] = [low[n], high[n]].sort((a, b) => Math.abs(a) - Math.abs(b));
  const told = what === "more" || what === "fewer";
  return t(`difference.${what}`, {
    size: number(language, Math.abs(mean[n]), 2),
    low: told ? number(language, Math.abs(near), 2) : signed(language, low[n], 2),
    high: told ? number(language, Math.abs(far), 2) : signed(language, high[n], 2),
  });
}

/** @param {"more"|"fewer"} what @param {string[]} areas @param {(area: string) => string} say @param {string} whose */
function clause(what, areas, say, whose) {
  return areas.length ? [t(`headline.${what}`, { areas: listed(areas.map(say)), whose })] : [];
}

/** @param {string[]} parts */
export function listed(parts) {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(parts);
}

/**
 * The finding of a move, as the page's title.
 * @param {Move} move @param {State} state @param {string[]} areas @param {number} year
 */
export function headline(move, state, areas, year) {
  const n = move.years.indexOf(year);
  if (n < 0) return "";
  /** @param {string} area */
  const sides = (area) => sidesOf(move.areas[area], state.patron);
  const patron = state.patron || "both";
  const whose = t(`whose.${patron}`);
  if (!moved(state)) {
    const most = areas.reduce((a, b) => (sides(b).base.mean[n] > sides(a).base.mean[n] ? b : a));
    return t("headline.baseline", {
      year, whose, area: t(`area.${most}`), number: number(language, sides(most).base.mean[n], 1),
    });
  }
  if (move.cut !== null && year <= move.cut) return t("headline.record", { year, cut: move.cut });
  /** @type {Record<string, string[]>} */
  const found = { more: [], fewer: [] };
  for (const area of areas) found[verdict(sides(area), n, false)]?.push(area);
  /** @param {string} area */
  const say = (area) =>
    `${t(`area.${area}`)} (${signed(language, sides(area).diff.mean[n], 2)})`;
  const parts = [...clause("more", found.more, say, whose), ...clause("fewer", found.fewer, say, whose)];
  return parts.length
    ? t("headline.found", { year, whose, parts: parts.join("; ") })
    : t("headline.open", { year, whose });
}
