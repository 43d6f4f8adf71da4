// One tenant, all of it, in a dialog: the browser keeps the focus in it and gives it back.
const BADGES = { holds: ["good", "holds"], wrong: ["bad", "wrong"], none: ["none", "has none"], absent: ["none", "not applied"] };

function openDetail(tenant) {
  const dialog = byId("detail");
  const close = make("button", { type: "button", onclick: () => dialog.close() }, "Close");
  replace(dialog,
    make("div", { class: "detail-head" },
      make("div", {}, make("h2", { id: "detail-title" }, tenant.id), make("p", {}, tenant.name)), close),
    make("div", { class: "detail-body" },
      about(tenant), quotas(tenant), controlsOf(tenant), budgetsOf(tenant), billOf(tenant)));
  dialog.showModal();
  close.focus();
}
function about(tenant) {
  const facts = [["State", state(...standing(tenant))], ["Tier", tenant.tier], ["Cluster", tenant.cluster], ["Region", `${tenant.region}; data may be in ${tenant.residency.join(", ")}`],
    ["Isolation", tenant.isolation], ["Data", tenant.data], ["Sessions a month", tenant.sessions_per_month === null ? "without a bound" : whole.format(tenant.sessions_per_month)]];
  const metered = data.measured.known && data.measured.sessions[tenant.id];
  if (metered !== undefined && metered !== false) facts.push(["Sessions this month", whole.format(metered)]);
  return [make("h3", {}, "About"), make("dl", { class: "facts" }, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]))];
}
function quotas(tenant) {
  const rows = tenant.namespaces.flatMap((space) => Object.entries(space.quota).map(([resource, pair]) => [space.name, resource, pair]));
  if (!rows.length) return [make("h3", {}, "Quota"), make("p", {}, "Its namespace is not there yet.")];
  const works = tenant.workloads.length && table("What it runs", [{ title: "Workload" }, { title: "Kind" }, { title: "Runtime" }, { title: "Replicas", num: true }], tenant.workloads,
    (each) => [each.name, each.kind, each.runtime || "default", `${each.min} to ${each.max}`]);
  return [make("h3", {}, "Quota and use"),
    table("Quota of each namespace: used, of what it may", [{ title: "Namespace" }, { title: "Resource" }, { title: "Used" }], rows,
      ([name, resource, pair]) => [name, resourceName(resource), meter(share(pair), `${amountOf(resource, pair[0])} of ${amountOf(resource, pair[1])}`, resource.includes("nvidia.com") && "var(--c3)")]),
    works && make("h3", {}, "Workloads"), works];
}
function controlsOf(tenant) {
  return [make("h3", {}, "Isolation"),
    table("Controls as the API server has them", [{ title: "Control" }, { title: "Requirement" }, { title: "Enforced by" }, { title: "Now" }], data.controls, (control) => {
      const [found, why] = tenant.controls[control.id];
      return [control.title, control.requirement, control.by, [state(...BADGES[found]), why && make("span", { class: "sub" }, why)]];
    })];
}
function budgetsOf(tenant) {
  if (!data.measured.known) return [make("h3", {}, "Objectives"), make("p", {}, "Not measured: ", data.measured.why)];
  const budgets = data.measured.budget[tenant.id] || {};
  return [make("h3", {}, "Objectives"),
    table("Error budget left of 30 days", [{ title: "Objective" }, { title: "Good events" }, { title: "Budget left" }], data.objectives,
      (slo) => [slo.title, `${decimals.format(slo.objective * 100)}%`, slo.id in budgets ? budgetMeter(budgets[slo.id]) : "no events"])];
}
const budgetMeter = (left) => meter(left, left < 0 ? `overdrawn by ${percent(-left)}` : percent(left), left < 0.25 ? "var(--bad)" : "var(--c2)");

function billOf(tenant) {
  if (!tenant.cost) return [make("h3", {}, "Cost"), make("p", {}, "The catalogue has no prices.")];
  const rows = [...Object.entries(tenant.cost.items), ["part of the platform", tenant.cost.platform_share.monthly]];
  return [make("h3", {}, "Cost a month"),
    table(`Reserved: ${dollars(tenant.cost.total.monthly, 2)} of a budget of ${dollars(tenant.cost.budget_monthly)}`, [{ title: "For" }, { title: "Dollars", num: true }], rows,
      ([what, amount]) => [what, dollars(amount, 2)])];
}
