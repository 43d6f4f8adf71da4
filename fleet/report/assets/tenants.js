// The table of tenants: searched, filtered and sorted as data; only one page of rows is ever in the document.
const COLUMNS = [
  { key: "name", title: "Tenant", sort: (tenant) => tenant.id },
  { key: "tier", title: "Tier", sort: (tenant) => data.tiers.findIndex((tier) => tier.id === tenant.tier) },
  { key: "state", title: "State", sort: (tenant) => ["bad", "warn", "none", "good"].indexOf(standing(tenant)[0]) },
  { key: "cpu", title: "CPU, cores", sort: (tenant) => share(tenant.quota["requests.cpu"]) },
  { key: "memory", title: "Memory", sort: (tenant) => share(tenant.quota["requests.memory"]) },
  { key: "pods", title: "Pods", num: true, sort: (tenant) => tenant.running },
  { key: "sandboxes", title: "Sandboxes", num: true, sort: (tenant) => tenant.warm },
  { key: "jobs", title: "Jobs", num: true, sort: (tenant) => tenant.waiting },
  { key: "cost", title: "Month", num: true, sort: (tenant) => (tenant.cost ? tenant.cost.total.monthly : -1) },
];
const CELLS = {
  name: (tenant) => [
    make("button", { type: "button", class: "name", onclick: () => openDetail(tenant), "aria-haspopup": "dialog" }, tenant.id),
    make("span", { class: "sub" }, tenant.name)],
  tier: (tenant) => [swatch(tierColour.get(tenant.tier)), tenant.tier, make("span", { class: "sub" }, tenant.isolation)],
  state: (tenant) => state(...standing(tenant)),
  cpu: (tenant) => quotaMeter(tenant, "requests.cpu"),
  memory: (tenant) => quotaMeter(tenant, "requests.memory"),
  pods: (tenant) => `${whole.format(tenant.running)} of ${whole.format(tenant.wanted)}`,
  sandboxes: (tenant) => (tenant.kept ? `${tenant.warm} of ${tenant.kept}` : "–"),
  jobs: (tenant) => (tenant.waiting || tenant.admitted ? `${tenant.waiting} wait, ${tenant.admitted} run` : "–"),
  cost: (tenant) => (tenant.cost ? [money(tenant.cost.total.monthly), make("span", { class: "sub" }, `${percent(tenant.cost.total.monthly / tenant.cost.budget_monthly)} of budget`)] : "–"),
};
function quotaMeter(tenant, resource) {
  const pair = tenant.quota[resource];
  if (!pair || !tenant.present) return "–";
  const gib = resource.endsWith("memory");
  const words = gib ? `${bytes(pair[0])} of ${bytes(pair[1])}` : `${decimals.format(pair[0])} of ${decimals.format(pair[1])}`;
  return meter(share(pair), words);
}

function tenantTable() {
  const view = { text: "", tier: "", state: "", sort: "name", down: false, page: 0, size: 25 };
  const body = make("tbody"), count = make("p", { class: "count", role: "status" }), pager = make("nav", { class: "pager", "aria-label": "Pages of tenants" });
  const headings = COLUMNS.map((column) => make("th", { scope: "col", class: column.num && "num" },
    make("button", { type: "button", onclick: () => { view.down = view.sort === column.key && !view.down; view.sort = column.key; view.page = 0; draw(); } }, column.title)));
  // What is searched is put together once, not at every key.
  const texts = new Map(data.tenants.map((tenant) => [tenant, [tenant.id, tenant.name, tenant.tier, tenant.region, tenant.isolation, tenant.cluster].join(" ").toLowerCase()]));

  function chosen() {
    const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
    const column = COLUMNS.find((each) => each.key === view.sort);
    const found = data.tenants.filter((tenant) => (!view.tier || tenant.tier === view.tier) &&
      (!view.state || standing(tenant)[0] === view.state) && words.every((word) => texts.get(tenant).includes(word)));
    const keyed = found.map((tenant) => [column.sort(tenant), tenant]);
    keyed.sort(([a, first], [b, second]) => (a < b ? -1 : a > b ? 1 : first.id < second.id ? -1 : 1) * (view.down ? -1 : 1));
    return keyed.map(([, tenant]) => tenant);
  }
  function draw() {
    const found = chosen(), pages = Math.max(1, Math.ceil(found.length / view.size));
    view.page = Math.min(view.page, pages - 1);
    const rows = found.slice(view.page * view.size, (view.page + 1) * view.size);
    replace(body, rows.length ? rows.map((tenant) => make("tr", {}, COLUMNS.map((column, index) =>
      make(index ? "td" : "th", { scope: index ? null : "row", class: column.num && "num" }, CELLS[column.key](tenant)))))
      : make("tr", {}, make("td", { colspan: COLUMNS.length }, "No tenant is like that.")));
    headings.forEach((heading, index) => {
      if (COLUMNS[index].key === view.sort) heading.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    });
    count.textContent = found.length === data.tenants.length ? plural(found.length, "tenant") : `${whole.format(found.length)} of ${plural(data.tenants.length, "tenant")}`;
    pager.hidden = pages === 1;
    replace(pager,
      make("button", { type: "button", disabled: view.page === 0, onclick: () => turn(-1) }, "Previous"),
      make("span", {}, `Page ${view.page + 1} of ${pages}`),
      make("button", { type: "button", disabled: view.page === pages - 1, onclick: () => turn(1) }, "Next"));
  }
  function turn(by) {
    view.page += by;
    draw();
    // The button that had the focus is made anew; its twin takes over, unless there is no way on.
    const buttons = pager.querySelectorAll("button");
    (by > 0 && !buttons[1].disabled ? buttons[1] : buttons[0].disabled ? buttons[1] : buttons[by > 0 ? 1 : 0].disabled ? buttons[0] : buttons[by > 0 ? 1 : 0]).focus();
  }
  const choose = (label, key, options) => make("label", {}, label,
    make("select", { onchange: (event) => { view[key] = event.target.value; view.page = 0; draw(); } },
      options.map(([value, text]) => make("option", { value }, text))));
  const controls = make("div", { class: "controls" },
    make("label", {}, "Find a tenant", make("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false", oninput: (event) => { view.text = event.target.value; view.page = 0; draw(); } })),
    choose("Tier", "tier", [["", "all"], ...data.tiers.map((tier) => [tier.id, tier.id])]),
    choose("State", "state", [["", "all"], ["bad", "wrong"], ["warn", "needs a look"], ["none", "not running"], ["good", "well"]]),
    choose("Rows", "size", [["25", "25"], ["50", "50"], ["100", "100"]]),
    count);
  draw();
  return make("div", { class: "card" }, controls,
    make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Table of tenants" },
      make("table", { id: "tenant-table" }, make("caption", {}, "Tenants: quota requested and guaranteed, pods, sandboxes, Jobs, and what they cost"), make("thead", {}, make("tr", {}, headings)), body)),
    pager);
}
