// Numbers in words of a language.

/** @type {Map<string, Intl.NumberFormat>} */
const kept = new Map();

/** @param {string} lang @param {Intl.NumberFormatOptions} options */
function formatter(lang, options) {
  const key = lang + JSON.stringify(options);
  let found = kept.get(key);
  if (!found) kept.set(key, (found = new Intl.NumberFormat(lang, options)));
  return found;
}

/** Digits after the point that give about two significant ones. @param {number} value */
export function digits(value) {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return 0;
  return size >= 1 ? 1 : 2;
}

/** @param {string} lang @param {number} value @param {number} [places] */
export function number(lang, value, places = digits(value)) {
  const text = formatter(lang, { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
  const zero = Number(value.toFixed(places)) === 0;
  return (zero ? text.replace("-", "") : text).replace("-", "−");
}

/** With its sign, none for zero. @param {string} lang @param {number} value @param {number} [places] */
export function signed(lang, value, places = digits(value)) {
  const text = number(lang, value, places);
  return Number(value.toFixed(places)) > 0 ? `+${text}` : text;
}

/** A share in per cent; only all is 100% and only none is 0%. @param {string} lang @param {number} share */
export function percent(lang, share) {
  const rounded = Math.round(share * 100);
  if (share > 0 && rounded === 0) return `<${formatter(lang, { style: "percent" }).format(0.01)}`;
  if (share < 1 && rounded === 100) return `>${formatter(lang, { style: "percent" }).format(0.99)}`;
  return formatter(lang, { style: "percent" }).format(rounded / 100);
}
