// Bars. Each says in words what it draws; colours come from the page's own tokens, so that they follow the theme.
function meter(part, words, colour) {
  const level = Math.max(0, Math.min(1, part));
  const fill = colour || (part >= 0.9 ? "var(--warn)" : "var(--c1)");
  return make("div", { class: "meter" },
    make("span", {}, words),
    make("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      make("rect", { width: 100, height: 6, rx: 3, fill: "var(--track)" }),
      level > 0 && make("rect", { width: Math.max(1.5, level * 100), height: 6, rx: 3, fill })));
}

// One bar in parts: [{name, value, colour}], with a legend that has the figures.
function stacked(label, parts, format) {
  const total = parts.reduce((sum, part) => sum + part.value, 0) || 1;
  let at = 0;
  const shown = parts.filter((part) => part.value > 0);
  const rects = shown.map((part) => {
    const x = at;
    const width = (part.value / total) * 1000;
    at += width;
    return make("rect", { x, y: 0, width: Math.max(0, width - (at < 999 ? 2 : 0)), height: 30, fill: part.colour }, make("title", {}, `${part.name}: ${format(part.value)}`));
  });
  const words = shown.map((part) => `${part.name} ${format(part.value)}`).join(", ");
  const svg = make("svg", { viewBox: "0 0 1000 30", preserveAspectRatio: "none", width: "100%", height: 30, role: "img", "aria-label": `${label}: ${words}` }, rects);
  return make("div", { class: "chart" }, svg,
    make("ul", { class: "legend" }, parts.map((part) => make("li", {}, swatch(part.colour), `${part.name} ${format(part.value)}, ${percent(part.value / total)}`))));
}

// Horizontal bars with an optional mark: [{name, value, mark}].
function bars(label, rows, format, width) {
  const most = Math.max(...rows.map((row) => Math.max(row.value, row.mark || 0)), 1e-9);
  const left = Math.min(190, width * 0.34), right = 110, step = 30, space = Math.max(60, width - left - right);
  const clip = (name) => (name.length > left / 7.4 ? name.slice(0, Math.floor(left / 7.4) - 1) + "…" : name);
  const drawn = rows.map((row, index) => {
    const y = index * step + 4;
    return make("g", {},
      make("title", {}, `${row.name}: ${format(row.value)}${row.mark ? `, budget ${format(row.mark)}` : ""}`),
      make("text", { x: left - 10, y: y + 15, "text-anchor": "end" }, clip(row.name)),
      make("rect", { x: left, y, width: Math.max(2, (row.value / most) * space), height: 20, rx: 3, fill: row.colour || "var(--c1)" }),
      row.mark && make("line", { x1: left + (row.mark / most) * space, x2: left + (row.mark / most) * space, y1: y - 3, y2: y + 23, stroke: "var(--text)", "stroke-width": 2 }),
      make("text", { x: width - right + 8, y: y + 15, class: "dim" }, row.text || format(row.value)));
  });
  const words = rows.map((row) => `${row.name} ${format(row.value)}`).join(", ");
  return make("div", { class: "chart" }, make("svg", { viewBox: `0 0 ${width} ${rows.length * step + 4}`, width, height: rows.length * step + 4, role: "img", "aria-label": `${label}: ${words}` }, drawn));
}
