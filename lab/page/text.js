// Every word of the page comes from text/<language>.json; {name} is filled in.

/** @type {Record<string, string|Record<string, string>>} */
let words = {};
/** @type {Intl.PluralRules} */
let plurals = new Intl.PluralRules("en");
export let language = "en";

/** @param {string} lang @param {Record<string, string|Record<string, string>>} found */
export function use(lang, found) {
  words = found;
  language = lang;
  plurals = new Intl.PluralRules(lang);
}

/** @param {string} lang */
export async function load(lang) {
  const answer = await fetch(`page/text/${lang}.json`);
  use(lang, await answer.json());
}

/**
 * Text of a key. A text with plural forms goes by `count`.
 * @param {string} key @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const found = words[key];
  if (found === undefined) return key;
  const text = typeof found === "string" ? found : found[plurals.select(Number(values.count))] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** With a capital at the start. @param {string} text */
export function capital(text) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Whether a text is there; for words that the server sends and that may have none. @param {string} key */
export function has(key) {
  return key in words;
}
