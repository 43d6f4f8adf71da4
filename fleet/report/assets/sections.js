// Overview, isolation, objectives, cost.
function overview() {
  const active = data.tenants.filter((tenant) => tenant.lifecycle === "active");
  const pools = data.clusters.flatMap((cluster) => cluster.pools);
  const ready = pools.reduce((sum, pool) => sum + pool.ready, 0), nodes = pools.reduce((sum, pool) => sum + Math.max(pool.nodes, pool.ready), 0);
  const running = data.tenants.reduce((sum, tenant) => sum + tenant.running, 0), wanted = data.tenants.reduce((sum, tenant) => sum + tenant.wanted, 0);
  const all = data.tenants.flatMap((tenant) => Object.values(tenant.controls)).filter(([found]) => found === "holds" || found === "wrong" || found === "absent");
  const holds = all.filter(([found]) => found === "holds").length;
  const cores = data.tenants.reduce(([used, hard], tenant) => { const pair = tenant.quota["requests.cpu"] || [0, 0]; return [used + pair[0], hard + pair[1]]; }, [0, 0]);
  const tiles = [
    ["Tenants", whole.format(data.tenants.length), `${whole.format(active.length)} active, of ${plural(data.tiers.length, "tier")}`],
    ["Nodes ready", whole.format(ready), `of ${whole.format(nodes)}, in ${plural(pools.length, "pool")} of ${plural(data.clusters.length, "cluster")}`],
    ["Pods of services", whole.format(running), `of ${whole.format(wanted)} wanted`],
    ["CPU requested", percent(cores[1] ? cores[0] / cores[1] : 0), `${whole.format(cores[0])} of ${whole.format(cores[1])} cores of quotas`],
    ["Controls that hold", all.length ? percent(Math.floor((holds / all.length) * 100) / 100) : "none", `${whole.format(holds)} of ${whole.format(all.length)}, tenant by tenant`],
    data.cost ? ["Price a month", dollars(data.cost.price.monthly), `${percent(sumOf(data.cost.idle) / (data.cost.price.monthly || 1))} of it idle`] : ["Price a month", "unknown", "the catalogue has no prices"],
  ];
  replace(byId("tiles"), tiles.map(([name, value, beside]) => make("div", { class: "tile" }, make("dt", {}, name), make("dd", {}, make("span", { class: "value" }, value), make("span", { class: "beside" }, beside)))));
  byId("lead").textContent = `As of ${new Date(data.made_at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })} UTC. Phase ${data.phase}, domain ${data.domain}.`;
  replace(byId("attention"), attention(pools));
}
const sumOf = (lines) => lines.reduce((sum, line) => sum + line.monthly, 0);

function attention(pools) {
  const found = [
    ...data.tenants.flatMap((tenant) => wrongControls(tenant).map(([, [, why]]) => ["bad", tenant, why])),
    ...pools.filter((pool) => pool.ready < pool.min).map((pool) => ["bad", null, `Pool ${pool.name} has ${pool.ready} nodes ready, of at least ${pool.min}.`]),
    ...data.clusters.flatMap((cluster) => cluster.policies.filter((policy) => !policy.bindings).map((policy) => ["bad", null, `Admission policy ${policy.name} refuses nothing: it has no binding.`])),
    ...(data.verified ? data.verified.wrong : []).map((found) => [found.state === "failed" ? "bad" : "warn", data.tenants.find((tenant) => tenant.id === found.tenant), `${found.control} ${found.state === "failed" ? "did not hold" : "could not be judged"} when it was verified: ${found.title}.`]),
    ...data.tenants.filter((tenant) => !tenant.present).map((tenant) => ["warn", tenant, "is in the catalogue and not on its cluster yet."]),
    ...data.tenants.filter((tenant) => tenant.present && tenant.running < tenant.wanted).map((tenant) => ["warn", tenant, `runs ${tenant.running} of ${tenant.wanted} pods.`]),
    ...data.tenants.filter((tenant) => fullest(tenant)[1] >= 0.9).map((tenant) => ["warn", tenant, `has asked for ${percent(fullest(tenant)[1])} of its quota of ${resourceName(fullest(tenant)[0])}.`]),
    ...data.tenants.filter((tenant) => tenant.cost && tenant.cost.total.monthly > tenant.cost.budget_monthly).map((tenant) => ["warn", tenant, `costs ${money(tenant.cost.total.monthly)} a month, beyond its budget of ${money(tenant.cost.budget_monthly)}.`]),
    ...(data.measured.known ? data.measured.alerts : []).map((alert) => [alert.severity === "page" ? "bad" : "warn", data.tenants.find((tenant) => tenant.id === alert.tenant), `${alert.name} fires.`]),
  ];
  if (data.measured.known) {
    for (const slo of data.objectives) {
      const over = Object.values(data.measured.budget).filter((budgets) => budgets[slo.id] < 0).length;
      if (over) found.push(["warn", null, `${plural(over, "tenant")} overdrew the error budget of “${slo.title}”.`]);
    }
  }
  found.sort(([a], [b]) => (a === b ? 0 : a === "bad" ? -1 : 1));
  const item = ([kind, tenant, text]) => make("li", {}, state(kind, kind === "bad" ? "Wrong" : "Look"), make("span", {},
    tenant && make("button", { type: "button", class: "name", onclick: () => openDetail(tenant) }, tenant.id), tenant && " ", text));
  const shown = found.slice(0, 8), rest = found.slice(8);
  return make("div", { class: "card" }, make("h2", {}, found.length ? "Needs a look" : "Nothing needs a look"),
    found.length ? make("ul", { class: "attention" }, shown.map(item)) : make("p", { class: "about" }, "Nodes, pods, quotas, controls and budgets are as the catalogue says."),
    rest.length > 0 && make("details", {}, make("summary", {}, `${plural(rest.length, "more")}`.replace("mores", "more")), make("ul", { class: "attention" }, rest.slice(0, 200).map(item))));
}

function isolation() {
  const count = (control, kind) => data.tenants.filter((tenant) => tenant.controls[control.id][0] === kind).length;
  const rows = table("Each control, and for how many tenants it holds", [{ title: "Control" }, { title: "Requirement" }, { title: "Enforced by" }, { title: "Holds for" }, { title: "Now" }], data.controls, (control) => {
    const holds = count(control, "holds"), wrong = count(control, "wrong"), absent = count(control, "absent"), about = holds + wrong + absent;
    const colour = wrong ? "var(--bad)" : absent ? "var(--warn)" : "var(--c2)";
    const now = wrong ? state("bad", `wrong for ${wrong}`) : absent ? state("warn", `${absent} not applied`) : about ? state("good", "holds") : state("none", "nobody has it");
    return [control.title, control.requirement, control.by, about ? meter(holds / about, `${holds} of ${plural(about, "tenant")}`, colour) : "–", now];
  });
  const policies = data.clusters.map((cluster) => make("div", { class: "card" }, make("h3", {}, `Admission policies of cluster ${cluster.name}`),
    cluster.policies.length ? make("ul", { class: "legend" }, cluster.policies.map((policy) => make("li", {}, state(policy.bindings ? "good" : "bad", policy.name.replace("tenantplane-", "")))))
      : make("p", {}, "The API server has none of the platform's.")));
  replace(byId("isolation-body"), make("div", { class: "grid" }, make("div", { class: "card" }, rows), verified(), policies));
}

// What the last run of verify found, with its time: this page asks nothing of any cluster.
const WEEK = 7 * 24 * 3600 * 1000;
function verified() {
  const last = data.verified;
  if (!last) return make("div", { class: "card", id: "verified" }, make("h3", {}, "Verified"), make("p", { class: "note warn" }, `Never: python -m fleet verify ${data.environment} tries each control as every tenant.`));
  const when = new Date(last.at), old = new Date(data.made_at) - when > WEEK;
  const kinds = { held: ["good", "held"], failed: ["bad", "did not hold"], unknown: ["warn", "not judged"] };
  const rows = table("Controls as they were verified", [{ title: "Control" }, { title: "What has to hold" }, { title: "Tenants", num: true }, { title: "Probes", num: true }, { title: "Then" }], last.controls, (control) => {
    const where = [...new Set(last.wrong.filter((found) => found.control === control.id && found.tenant).map((found) => found.tenant))];
    return [control.id, control.title, control.tenants ? whole.format(control.tenants) : "all", whole.format(control.probes),
      make("span", {}, state(...kinds[control.state]), where.length > 0 && ` ${where.slice(0, 4).join(", ")}${where.length > 4 ? " and more" : ""}`)];
  });
  return make("div", { class: "card", id: "verified" }, make("h3", {}, "Verified"),
    make("p", { class: old ? "note warn" : "about" }, `${when.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })} UTC${old ? ", more than a week before this page" : ""}: ${last.verdict}. `,
      `${whole.format(last.counts.held)} of ${whole.format(last.counts.held + last.counts.failed + last.counts.unknown)} probes held, by ${whole.format(last.requests)} requests in ${decimals.format(last.seconds)} s.`),
    last.unasked.length > 0 && make("p", { class: "note warn" }, `Not asked about then: ${last.unasked.slice(0, 12).join(", ")}${last.unasked.length > 12 ? " and more" : ""}.`),
    make("details", {}, make("summary", {}, plural(last.controls.length, "control")), rows));
}

function objectives() {
  const known = data.measured.known;
  const left = (slo) => Object.values(data.measured.budget || {}).filter((budgets) => slo.id in budgets).map((budgets) => budgets[slo.id]);
  const rows = table("Objectives, and the least error budget that a tenant has left of 30 days", [{ title: "Objective" }, { title: "Good events" }, { title: "Least budget left" }, { title: "Tenants" }], data.objectives, (slo) => {
    const values = known ? left(slo) : [];
    return [slo.title, `${decimals.format(slo.objective * 100)}%`, values.length ? budgetMeter(Math.min(...values)) : state("none", "not measured"), values.length ? whole.format(values.length) : "–"];
  });
  replace(byId("objectives-body"), !known && make("p", { class: "note warn" }, "Not measured. ", data.measured.why), make("div", { class: "card" }, rows));
}

function cost(width) {
  if (!data.cost) return replace(byId("cost-body"), make("p", { class: "note" }, "The catalogue has no prices.yaml, so nothing is known of costs."));
  const own = data.tenants.reduce((sum, tenant) => sum + (tenant.cost ? tenant.cost.own.monthly : 0), 0);
  const parts = [{ name: "Tenants", value: own, colour: "var(--c1)" }, { name: "Platform", value: sumOf(data.cost.platform), colour: "var(--c3)" }, { name: "Idle", value: sumOf(data.cost.idle), colour: "var(--idle)" }];
  const top = data.tenants.filter((tenant) => tenant.cost).sort((a, b) => b.cost.total.monthly - a.cost.total.monthly).slice(0, 12);
  const half = width >= 1020 ? (width - 16) / 2 - 42 : width - 42;
  const largest = bars("Tenants that cost most a month", top.map((tenant) => ({ name: tenant.id, value: tenant.cost.total.monthly, colour: tierColour.get(tenant.tier), text: `${money(tenant.cost.total.monthly)} · ${percent(tenant.cost.total.monthly / tenant.cost.budget_monthly)}` })), money, half);
  const idle = [...data.cost.idle].sort((a, b) => b.monthly - a.monthly).slice(0, 12);
  replace(byId("cost-body"), make("div", { class: "grid" },
    make("div", { class: "card" }, make("h3", {}, `${dollars(data.cost.price.monthly, 2)} a month`), stacked("Price of the stack a month", parts, (value) => dollars(value))),
    make("div", { class: "grid two" },
      make("div", { class: "card" }, make("h3", {}, top.length < data.tenants.length ? `The ${top.length} tenants that cost most` : "Tenants"), make("p", { class: "about" }, "A month, and how much of the budget that is."), largest),
      make("div", { class: "card" }, make("h3", {}, "Idle"), make("p", { class: "about" }, "Paid for, and reserved by nobody."), idle.length ? bars("Idle a month", idle.map((line) => ({ name: line.what, value: line.monthly, colour: "var(--idle)" })), money, half) : make("p", {}, "Nothing."))),
    make("div", { class: "card" }, make("h3", {}, "How to read it"), make("ul", {}, data.cost.notes.map((note) => make("li", {}, note))),
      make("details", {}, make("summary", {}, "Platform and idle as a table"), table("What no tenant reserved by itself, dollars a month", [{ title: "Part" }, { title: "For" }, { title: "Dollars", num: true }],
        [...data.cost.platform.map((line) => ["platform", line]), ...data.cost.idle.map((line) => ["idle", line])], ([part, line]) => [part, line.what, dollars(line.monthly, 2)])))));
}
