// What can be taken away: tables, pictures, the scenario, the address.
import { picture } from "./charts.js";
import { dialog, el } from "./dom.js";
import { t } from "./text.js";

/** @param {string} name @param {Blob} content */
export function download(name, content) {
  const address = URL.createObjectURL(content);
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {(string|number)[][]} rows */
export function csv(rows) {
  /** @param {string|number} cell */
  const quoted = (cell) => (/[",\n\r]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell));
  return rows.map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/**
 * @typedef {object} Figure what a figure can give
 * @property {string} name of its files
 * @property {() => any[]} options of its charts, side by side
 * @property {() => {title: string, reading: string, note: string[]}} words
 * @property {() => {head: string[], rows: (string|number)[][]}} data raw numbers, a point as the decimal mark
 */

/** Buttons that take a figure away. @param {Figure} figure */
export function buttons(figure) {
  /** @param {"png"|"svg"} kind */
  const take = async (kind) => download(`${figure.name}.${kind}`, await picture(figure.options(), kind, figure.words()));
  const table = () => {
    const { head, rows } = figure.data();
    download(`${figure.name}.csv`, new Blob([csv([head, ...rows])], { type: "text/csv" }));
  };
  return [
    el("button", { type: "button", onclick: table }, t("take.csv")),
    el("button", { type: "button", onclick: () => take("png") }, t("take.png")),
    el("button", { type: "button", onclick: () => take("svg") }, t("take.svg")),
  ];
}

/** The page's own words of an address, without the key that lets a browser in: it is put there once. @param {string} query */
export function keyless(query) {
  return query.split("&").filter((part) => !/^key(=|$)/.test(part)).join("&");
}

/** The address that lets another browser in, to what a query says. @param {string} open address with the key @param {string} query */
export function addressFor(open, query) {
  const rest = keyless(query);
  return open + (rest ? `&${rest}` : "");
}

/**
 * The address, its QR code and the copy button.
 * @param {string} link for others @param {string|null} qr address of the picture, if others can open the lab
 */
export function share(link, qr) {
  const address = el("textarea", { readonly: true, rows: Math.ceil(link.length / 60), "aria-label": t("share.address") }, link);
  const said = el("span", { role: "status", class: "said" });
  const copy = el("button", { type: "button", class: "main", onclick: async () => {
    address.select();
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      document.execCommand("copy");
    }
    said.textContent = t("share.copied");
  } }, t("share.copy"));
  dialog(t("share.title"), t("close"),
    el("p", {}, t("share.text")),
    el("div", { class: "copy" }, address, copy), said,
    qr ? el("img", { src: qr, class: "qr", alt: t("share.qr") }) : el("p", { class: "note" }, t("share.none")));
}
