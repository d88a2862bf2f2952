"use strict";

// The state of the filters is the fragment of the address: "#level=breaking,risky&q=wait", where a
// value is one of several, and all of them must hold. A fragment without "=" names a row.
const FACETS = ["level", "observed", "standing", "announced", "area"];

function read(fragment) {
  const state = { q: "", op: "", facets: new Map() };
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const [name, value] = [part.split("=")[0], decoded(part.split("=").slice(1).join("="))];
    if (name === "q" || name === "op") state[name] = value;
    else if (FACETS.includes(name) && value) state.facets.set(name, new Set(value.split(",")));
  }
  return state;
}

function written(state) {
  const facets = FACETS.filter((name) => state.facets.has(name));
  const parts = facets.map((name) => `${name}=${[...state.facets.get(name)].join(",")}`);
  for (const name of ["op", "q"]) {
    if (state[name]) parts.push(`${name}=${encodeURIComponent(state[name]).replaceAll("%2F", "/")}`);
  }
  return parts.join("&");
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The names of what keeps a row out: nothing of them, and it is shown.
function misses(row, state, number) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const missed = [...state.facets]
    .filter(([name, wanted]) => !row.values[name].some((value) => wanted.has(value)))
    .map(([name]) => name);
  if (state.op && !row.operations.includes(number)) missed.push("op");
  if (words.length && !words.every((word) => row.text().includes(word))) missed.push("q");
  return missed;
}

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const find = (id) => document.getElementById(id);
const figure = (count) => count.toLocaleString("en");

function collected() {
  return all(".group").flatMap((group) => {
    const title = group.querySelector("summary").firstElementChild.textContent;
    const reached = group.querySelector(".reached")?.textContent ?? "";
    const operations = group.dataset.operations.split(" ");
    const area = group.dataset.areas.split(" ");
    return all(".rows > li", group).map((element) => {
      const { level, observed, standing, announced } = element.dataset;
      let text = "";
      return {
        element,
        group,
        operations,
        values: { level: [level], observed: [observed], standing: [standing], announced: [announced], area },
        text: () => (text ||= `${title} ${reached} ${element.textContent}`.toLowerCase()),
      };
    });
  });
}

function filtering() {
  const rows = collected();
  const search = find("search");
  const select = find("operation");
  const chips = all("[data-facet]");
  let state = read(location.hash);

  function show() {
    const number = String([...select.options].findIndex(({ value }) => value === state.op) - 1);
    const counts = new Map(chips.map((chip) => [`${chip.dataset.facet} ${chip.value}`, 0]));
    const shown = new Map();
    let total = 0;
    for (const row of rows) {
      const missed = misses(row, state, number);
      row.element.hidden = missed.length > 0;
      if (!missed.length) {
        total += 1;
        shown.set(row.group, (shown.get(row.group) ?? 0) + 1);
      }
      // A chip tells how many rows it would show beside the choices of the other facets.
      for (const name of FACETS) {
        if (missed.some((other) => other !== name)) continue;
        for (const value of row.values[name]) {
          const key = `${name} ${value}`;
          if (counts.has(key)) counts.set(key, counts.get(key) + 1);
        }
      }
    }
    for (const group of all(".group")) group.hidden = !shown.has(group);
    for (const chapter of all(".chapter")) chapter.hidden = !chapter.querySelector(".group:not([hidden])");
    for (const chip of chips) {
      const { facet } = chip.dataset;
      const count = counts.get(`${facet} ${chip.value}`);
      chip.querySelector("span").textContent = figure(count);
      chip.setAttribute("aria-pressed", String(Boolean(state.facets.get(facet)?.has(chip.value))));
      chip.classList.toggle("empty", count === 0);
    }
    const narrowed = written(state) !== "";
    find("shown").textContent = narrowed
      ? `${figure(total)} of ${figure(rows.length)} rows`
      : `${figure(rows.length)} rows`;
    find("reset").hidden = !narrowed;
    find("none").hidden = total > 0;
    if (search.value !== state.q) search.value = state.q;
    if (select.value !== state.op) select.value = state.op;
    document.body.classList.toggle("narrowed", narrowed);
  }

  function keep() {
    const fragment = written(state);
    const page = location.href.split("#")[0];
    history.replaceState(null, "", fragment ? `${page}#${fragment}` : page);
    show();
  }

  function reset() {
    state = read("");
    keep();
  }

  function arrive() {
    const name = location.hash.slice(1);
    if (name.includes("=")) {
      state = read(location.hash);
      show();
      return;
    }
    const target = name && find(decoded(name));
    if (!target) return;
    if (target.closest("[hidden]")) {
      state = read("");
      show();
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const row = target.matches(".rows > li");
    if (row) target.firstElementChild.open = true;
    target.scrollIntoView({ block: row ? "center" : "start" });
    // The address of a row is there to be copied; another place leaves that of the filters.
    if (!row && written(state)) keep();
  }

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      const { facet } = chip.dataset;
      const wanted = new Set(state.facets.get(facet));
      if (!wanted.delete(chip.value)) wanted.add(chip.value);
      if (wanted.size) state.facets.set(facet, wanted);
      else state.facets.delete(facet);
      keep();
    });
  }
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      state.q = search.value.trim();
      keep();
    }, 80);
  });
  select.addEventListener("change", () => {
    state.op = select.value;
    keep();
  });
  find("reset").addEventListener("click", reset);
  find("none").querySelector("button").addEventListener("click", reset);
  find("fold").addEventListener("click", ({ target }) => {
    const groups = all(".group:not([hidden])");
    const open = !groups.some((group) => group.open);
    for (const group of groups) group.open = open;
    target.textContent = open ? "Fold all" : "Unfold all";
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape") {
      if (document.activeElement === search && !search.value) search.blur();
      reset();
    }
  });
  addEventListener("hashchange", arrive);
  if (matchMedia("screen and (max-width: 62rem)").matches) find("filters").open = false;
  show();
  arrive();
}

// What a rule finds is told once, at the end of the page: a row shows it when it is pointed at, and
// among what unfolds.
function summaries() {
  const known = new Map(all("#rules dt").map((term) => [term.textContent, term.nextElementSibling.textContent.trim()]));
  const changes = find("changes");
  changes.addEventListener("pointerover", ({ target }) => {
    const rule = target.closest?.(".w")?.querySelector("small")?.textContent;
    if (rule) target.closest(".w").title = `${rule}: ${known.get(rule)}`;
  });
  changes.addEventListener("toggle", ({ target }) => {
    const rule = target.matches(".rows details") && target.querySelector(".w small")?.textContent;
    const facts = rule && target.querySelector("dl:not(.told)");
    if (!facts) return;
    facts.classList.add("told");
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, meaning.textContent] = ["rule", known.get(rule) || rule];
    facts.prepend(term, meaning);
  }, true);
}

// Titles of cells come late and vanish soon; the line above the table tells the same at once.
function readouts() {
  for (const heat of all(".heat")) {
    const line = heat.querySelector(".readout");
    const heads = all("thead tr:first-child th", heat);
    const opening = line.textContent;
    const tell = ({ target }) => {
      const cell = target.closest?.("td");
      line.textContent = cell?.querySelector("[title]")?.title || opening;
      heads.forEach((head, index) => head.classList.toggle("here", index > 0 && index === cell?.cellIndex));
    };
    for (const event of ["pointerover", "focusin"]) heat.addEventListener(event, tell);
  }
}

function printing() {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])").filter((each) => each.matches(".group, .between"));
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });
}

if (find("changes")) {
  summaries();
  filtering();
}
readouts();
printing();
