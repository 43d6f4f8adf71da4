// What is wrong with a page for people who read it differently; an empty list when nothing is. Evaluated in the page.
(() => {
  const wrong = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
  const named = (node) => (node.getAttribute("aria-label") || "").trim() || node.textContent.trim() ||
    (node.labels && [...node.labels].map((label) => label.textContent).join("").trim());
  const say = (what, node) => wrong.push(`${what}: ${(node.outerHTML || "").slice(0, 120)}`);

  for (const one of ["main", "header", "footer", "h1"]) if (all(one).length !== 1) wrong.push(`${all(one).length} of ${one}`);
  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title) wrong.push("the page has no title");
  let level = 0;
  for (const heading of all("main h1, main h2, main h3, main h4").filter(seen)) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) say(`heading ${now} after ${level}`, heading);
    level = now;
  }
  for (const node of all("nav, [role=region]")) if (!node.getAttribute("aria-label")) say("a landmark without a name", node);
  for (const node of all("section, dialog")) {
    const id = node.getAttribute("aria-labelledby");
    if (node.open !== false && !(id && document.getElementById(id))) say("not labelled", node);
  }
  for (const node of all("button, a, input, select, summary")) if (seen(node) && !named(node)) say("no name", node);
  for (const node of all("table")) if (!node.caption || !node.caption.textContent) say("no caption", node);
  for (const node of all("th")) if (!node.getAttribute("scope")) say("th without scope", node);
  for (const node of all("svg")) if (node.getAttribute("aria-hidden") !== "true" && !(node.getAttribute("role") === "img" && node.getAttribute("aria-label"))) say("a picture without words", node);
  for (const node of all(".scroll").filter(seen)) if (node.scrollWidth > node.clientWidth && node.tabIndex !== 0) say("scrolls, and no key reaches it", node);
  for (const node of all("[tabindex]")) if (node.tabIndex > 0) say("breaks the order of keys", node);
  const ids = all("[id]").map((node) => node.id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) wrong.push(`id ${id} is there again`);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push("the page scrolls sideways");
  for (const node of all("button, select, input").filter(seen)) {
    const box = node.getBoundingClientRect();
    if (box.height < 20 || box.width < 20) say("too small to hit", node);
  }

  // Contrast: every text against what is painted behind it, as WCAG 2.2 counts it.
  const parsed = (colour) => {
    const canvas = parsed.canvas || (parsed.canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parsed(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(node) || node.closest("script,style,title,noscript,option,:disabled")) continue;
    const style = getComputedStyle(node), colour = parsed(node.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const pair = [light(colour), light(behind(node))].sort((a, b) => b - a), ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    texts += 1;
    if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, node);
  }
  if (texts < 50) wrong.push(`only ${texts} texts were looked at`);
  return wrong;
})()
