// Puts the page together, and again what depends on its width.
const THEMES = ["auto", "light", "dark"];
byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  byId("theme").textContent = `Theme: ${root.dataset.theme}`;
});
byId("detail").addEventListener("click", (event) => { if (event.target === byId("detail")) byId("detail").close(); });

let drawn = 0;
function wide() {
  const width = byId("topology-body").clientWidth;
  if (Math.abs(width - drawn) < 24) return;
  drawn = width;
  replace(byId("topology-body"), topology(width));
  cost(width);
}
overview();
replace(byId("tenants-body"), tenantTable());
isolation();
objectives();
wide();
let waiting = 0;
window.addEventListener("resize", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(wide); });

const links = [...document.querySelectorAll(".sections a")];
const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (entry.isIntersecting) links.forEach((link) => (link.hash === `#${entry.target.id}` ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
}), { rootMargin: "-30% 0px -60% 0px" });
document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
document.documentElement.dataset.ready = "true";
