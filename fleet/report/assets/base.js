// What everything else stands on: the data, the making of elements (text is always text), numbers as people read them.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const svg = ["svg", "g", "rect", "path", "text", "title", "line", "circle"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}
const replace = (node, ...children) => node.replaceChildren(...children.flat(9).filter(Boolean));

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const decimals = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const dollars = (amount, digits = 0) =>
  "$" + amount.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const money = (amount) => dollars(amount, Math.abs(amount) < 100 ? 2 : 0);
const percent = (part) => (part > 0 && part < 0.01 ? "<1%" : whole.format(part * 100) + "%");
const plural = (count, one, many) => `${whole.format(count)} ${count === 1 ? one : many || one + "s"}`;

function bytes(amount) {
  const units = amount % 1e6 === 0 && amount % 2 ** 20 !== 0 ? [1000, ["B", "kB", "MB", "GB", "TB"]] : [1024, ["B", "KiB", "MiB", "GiB", "TiB"]];
  let step = 0;
  while (amount >= units[0] && step < 4) { amount /= units[0]; step += 1; }
  return `${decimals.format(amount)} ${units[1][step]}`;
}
function amountOf(resource, amount) {
  return resource.endsWith("memory") || resource.endsWith("storage") ? bytes(amount) : decimals.format(amount);
}
const RESOURCES = {
  "requests.cpu": "CPU requested, cores", "limits.cpu": "CPU limits, cores", "requests.memory": "Memory requested",
  "limits.memory": "Memory limits", "requests.storage": "Volumes", pods: "Pods",
};
const resourceName = (resource) => RESOURCES[resource] || resource.replace("requests.nvidia.com/", "GPU: ");

const tierColour = new Map(data.tiers.map((tier, index) => [tier.id, `var(--c${(index % 8) + 1})`]));
function swatch(colour) {
  const made = make("span", { class: "swatch", "aria-hidden": "true" });
  made.style.setProperty("background", colour);
  return made;
}
const state = (kind, text) => make("span", { class: `state ${kind}` }, text);
function table(caption, heads, rows, cells) {
  return make("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col", class: head.num && "num" }, head.title)))),
      make("tbody", {}, rows.map((row) => make("tr", {}, cells(row).map((cell, index) =>
        make(index ? "td" : "th", { scope: index ? null : "row", class: heads[index].num && "num" }, cell)))))));
}
// A tenant's own control that is wrong; what it is short of; what it has asked for.
const wrongControls = (tenant) => Object.entries(tenant.controls).filter(([, found]) => found[0] === "wrong");
const share = (pair) => (pair && pair[1] > 0 ? pair[0] / pair[1] : 0);
// Devices are bought to be used: all of them taken is no shortage.
function fullest(tenant) {
  return Object.entries(tenant.quota).filter(([name]) => !name.includes("nvidia.com"))
    .reduce((most, [name, pair]) => (share(pair) > most[1] ? [name, share(pair)] : most), ["", 0]);
}
function standing(tenant) {
  if (!tenant.present) return ["none", "not applied"];
  if (wrongControls(tenant).length) return ["bad", plural(wrongControls(tenant).length, "control") + " wrong"];
  if (tenant.lifecycle !== "active") return ["none", tenant.lifecycle];
  if (tenant.running < tenant.wanted) return ["warn", "pods missing"];
  if (fullest(tenant)[1] >= 0.9) return ["warn", "quota full"];
  return ["good", "well"];
}
