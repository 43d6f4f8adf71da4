// From tiers to the nodes they reserve: ribbons as thick as the cores, beside a table that says the same.
function flows(cluster, width) {
  const links = cluster.flows.filter((flow) => flow.cores > 0);
  const tiers = data.tiers.filter((tier) => links.some((flow) => flow.tier === tier.id));
  const kinds = [...new Set(cluster.pools.map((pool) => (pool.kind === "gpu" ? null : pool.kind)).filter(Boolean))]
    .filter((kind) => kind !== "system");
  const there = Object.fromEntries(kinds.map((kind) => [kind, cluster.pools.filter((pool) => pool.kind === kind)
    .reduce((sum, pool) => sum + pool.nodes * pool.cores, 0)]));
  const sum = (key, value) => links.filter((flow) => flow[key] === value).reduce((total, flow) => total + flow.cores, 0);
  const reserved = links.reduce((total, flow) => total + flow.cores, 0) || 1;
  const capacity = kinds.reduce((total, kind) => total + Math.max(there[kind], sum("to", kind)), 0) || 1;
  // Both sides have the same scale, so that a ribbon is as thick where it leaves as where it arrives; and each of them
  // has room for its two lines of text, however thin it is.
  const room = 38, gap = 12, base = 230;
  const scale = base / Math.max(reserved, capacity);
  const right = Math.min(230, width * 0.3), x0 = 150, x1 = width - right;
  const thick = (cores) => Math.max(2, cores * scale);
  const side = (names, coresOf) => {
    const at = {};
    let y = 0;
    for (const name of names) {
      const size = thick(coresOf(name)), slot = Math.max(size, room);
      at[name] = y + (slot - size) / 2;
      y += slot + gap;
    }
    return [at, y - gap];
  };
  const full = (kind) => Math.max(there[kind], sum("to", kind));
  const [tierAt, leftHeight] = side(tiers.map((tier) => tier.id), (tier) => sum("tier", tier));
  const [kindAt, rightHeight] = side(kinds, full);
  const height = Math.max(leftHeight, rightHeight);
  for (const tier of Object.keys(tierAt)) tierAt[tier] += (height - leftHeight) / 2;
  for (const kind of kinds) kindAt[kind] += (height - rightHeight) / 2;
  const nodes = [];
  for (const kind of kinds) {
    const middle = kindAt[kind] + thick(full(kind)) / 2;
    nodes.push(make("rect", { x: x1, y: kindAt[kind], width: 10, height: thick(full(kind)), rx: 2, fill: "var(--idle)" }, make("title", {}, `${kind} nodes: ${decimals.format(there[kind])} cores`)));
    nodes.push(make("text", { x: x1 + 20, y: middle - 1 }, `${kind} nodes`));
    nodes.push(make("text", { x: x1 + 20, y: middle + 15, class: "dim" }, `${decimals.format(sum("to", kind))} of ${decimals.format(there[kind])} cores`));
  }
  const out = { ...tierAt }, into = { ...kindAt };
  const ribbons = [];
  for (const tier of tiers) {
    for (const kind of kinds) {
      for (const flow of links.filter((each) => each.tier === tier.id && each.to === kind)) {
        const size = thick(flow.cores), a = out[tier.id] + size / 2, b = into[kind] + size / 2, half = (x0 + x1) / 2;
        out[tier.id] += size; into[kind] += size;
        ribbons.push(make("path", { d: `M${x0 + 10},${a} C${half},${a} ${half},${b} ${x1},${b}`, fill: "none", stroke: tierColour.get(tier.id), "stroke-width": size, "stroke-opacity": 0.5 },
          make("title", {}, `${tier.id} reserves ${decimals.format(flow.cores)} cores of ${kind} nodes`)));
      }
    }
    const size = thick(sum("tier", tier.id));
    const count = data.tenants.filter((each) => each.tier === tier.id && each.cluster === cluster.name).length;
    nodes.push(make("rect", { x: x0, y: tierAt[tier.id], width: 10, height: size, rx: 2, fill: tierColour.get(tier.id) }));
    nodes.push(make("text", { x: x0 - 12, y: tierAt[tier.id] + size / 2 - 1, "text-anchor": "end" }, tier.id));
    nodes.push(make("text", { x: x0 - 12, y: tierAt[tier.id] + size / 2 + 15, "text-anchor": "end", class: "dim" }, plural(count, "tenant")));
  }
  const words = links.map((flow) => `${flow.tier} ${decimals.format(flow.cores)} cores of ${flow.to} nodes`).join(", ");
  const bottom = height + 16;
  return make("div", { class: "chart scroll", role: "region", tabindex: "0", "aria-label": `Cores that tiers reserve in cluster ${cluster.name}` },
    make("svg", { viewBox: `0 -8 ${width} ${bottom}`, width, height: bottom, role: "img", "aria-label": words || "Nothing is reserved" }, ribbons, nodes));
}

function flowTable(cluster) {
  const rows = cluster.flows.map((flow) => [flow.tier, flow.to, flow.cores ? `${decimals.format(flow.cores)} cores` : plural(flow.gpus, "GPU unit")]);
  return make("details", {}, make("summary", {}, "The same as a table"),
    table(`What tiers reserve in cluster ${cluster.name}`, [{ title: "Tier" }, { title: "Nodes" }, { title: "Reserved", num: true }], rows, (row) => row));
}

function poolCard(pool, cluster) {
  // An autoscaler may have added some to those it begins with.
  const total = Math.max(pool.nodes, pool.ready);
  const dots = Array.from({ length: Math.min(total, 60) }, (_, index) => make("span", { class: index < pool.ready ? "node" : "node down" }));
  if (total > 60) dots.push(make("span", { class: "sub" }, `and ${whole.format(total - 60)} more`));
  const short = pool.ready < pool.min;
  const gpus = pool.gpu && cluster.flows.filter((flow) => flow.to === pool.name).reduce((sum, flow) => sum + (flow.gpus || 0), 0);
  const words = pool.kind === "dedicated" ? `dedicated to ${pool.owner}` : `${pool.kind}, ${pool.lifecycle}`;
  const facts = [["Machine", pool.machine || "not named"], ["One node", `${decimals.format(pool.cores)} cores, ${decimals.format(pool.gib)} GiB`], ["Tenants' pods", whole.format(pool.pods)]];
  if (pool.gpu) facts.push(["GPU units", `${whole.format(gpus)} of ${whole.format(pool.gpu.units * pool.nodes)} ${pool.gpu.model}`]);
  facts.push(["Runtimes", pool.runtimes.join(", ") || "none"]);
  return make("article", { class: "card pool" },
    make("h4", {}, pool.name, state(short ? "bad" : pool.ready < total ? "warn" : "good", `${pool.ready} of ${total} ready`)),
    make("p", {}, words, `, may have ${pool.min} to ${pool.max}`),
    make("div", { class: "nodes", role: "img", "aria-label": `${pool.ready} of ${total} nodes are ready` }, dots),
    make("dl", { class: "facts" }, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
}

function topology(width) {
  return data.clusters.map((cluster) => [
    make("h3", {}, `Cluster ${cluster.name}`, " ", make("span", { class: "chip" }, cluster.region), " ", cluster.addons.map((addon) => [make("span", { class: "chip" }, addon), " "])),
    make("div", { class: "card" }, flows(cluster, Math.max(560, width - 42)), flowTable(cluster)),
    make("h3", {}, "Node pools"),
    make("div", { class: "grid pools" }, cluster.pools.map((pool) => poolCard(pool, cluster))),
  ]);
}
