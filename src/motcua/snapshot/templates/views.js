/* What is chosen by filters, and the sheet of one agency; both are summed from the cube. */
const at = cube ? cube.measures : {};
const COUNTS = [
  "received_in_period_count", "received_count", "resolved_count", "resolved_early_count", "resolved_on_time_count",
  "resolved_overdue_count", "pending_count", "pending_in_due_count", "pending_overdue_count",
];
const RATES = cube ? cube.rates : [];
const NAMES = { agency: "Cơ quan", field: "Lĩnh vực", level: "Cấp", channel: "Kênh tiếp nhận" };

const rateOf = (rate, totals) => [rate.parts.reduce((total, name) => total + totals[at[name]], 0), totals[at[rate.whole]]];
const rateWords = (counts) => percent(counts[0], counts[1]) + (counts[1] ? " (" + countsWords(counts) + ")" : "");

const figureButton = (text, asked) => {
  const button = element("button", text, { type: "button", class: "figure" });
  button.asked = () => asked;
  return button;
};

const countButton = (measure, positions, totals, filter) =>
  figureButton(count(totals[measure]), {
    name: [filterWords(filter), measureName(measure)].filter(Boolean).join(": "),
    value: count(totals[measure]),
    definition: cube.definitions[measure],
    measure: isCarried(measure) ? measure : undefined,
    isOfDossiers: true,
    positions,
  });

const rateButton = (rate, positions, totals, filter) => {
  const counts = rateOf(rate, totals);
  const measure = rate.parts.length === 1 && isCarried(at[rate.parts[0]]) ? at[rate.parts[0]] : undefined;
  return figureButton(rateWords(counts), {
    name: [filterWords(filter), rate.title].filter(Boolean).join(": "),
    value: percent(counts[0], counts[1]),
    counts,
    definition: rate.definition,
    measure,
    positions,
  });
};

/* Headings in two lines: what a count is of, and above it what it is a part of. */
const headRows = (name) => {
  const groups = element("tr", undefined, { class: "groups" });
  const line = element("tr", undefined, { class: "titles" });
  const titles = [["", NAMES[name], "text"]];
  for (const code of COUNTS) titles.push([...cube.titles[at[code]], "count"]);
  for (const rate of RATES) titles.push(["Tỷ lệ (tử số/mẫu số)", rate.title, "share"]);
  for (const [group, title, kind] of titles) {
    const last = groups.lastElementChild;
    if (last && last.textContent === group) last.colSpan += 1;
    else groups.append(element(group ? "th" : "td", group, group ? { scope: "colgroup" } : {}));
    const heading = element("th", undefined, { scope: "col", "data-kind": kind });
    heading.append(element("button", title, { type: "button" }));
    line.append(heading);
  }
  return [groups, line];
};

const bodyRow = (heading, positions, filter) => {
  const totals = sum(positions);
  const line = element("tr");
  line.append(heading);
  for (const code of COUNTS) {
    const cell = element("td", undefined, { class: "count", "data-value": totals[at[code]] });
    cell.append(countButton(at[code], positions, totals, filter));
    line.append(cell);
  }
  for (const rate of RATES) {
    const [part, whole] = rateOf(rate, totals);
    const cell = element("td", undefined, { class: "share", "data-value": whole ? part / whole : "" });
    cell.append(rateButton(rate, positions, totals, filter));
    line.append(cell);
  }
  return line;
};

const rowHeading = (name, member) => {
  const heading = element("th", undefined, { scope: "row" });
  const text = memberName(name, member);
  if (name !== "agency") heading.textContent = text;
  else heading.append(element("a", text, { href: "#agency=" + encodeURIComponent(cube.dimensions.agency[member][0]) }));
  return heading;
};

/* A table of what a filter leaves, a line a member of one dimension, with its total. */
const tableOf = (name, filter, title) => {
  const positions = choose(filter);
  const table = element("table", undefined, { class: "wide" });
  table.append(element("caption", title, { class: "reader" }));
  table.createTHead().append(...headRows(name));
  const body = table.createTBody();
  for (const [member, own] of groupBy(name, positions)) {
    body.append(bodyRow(rowHeading(name, member), own, { ...filter, [name]: member }));
  }
  const total = bodyRow(element("th", "Tổng cộng", { scope: "row" }), positions, filter);
  total.className = "total";
  table.createTFoot().append(total);
  stopAt(table);
  const scroll = element("div", undefined, { class: "scroll", tabindex: "0", role: "group", "aria-label": "Bảng cuộn được: " + title });
  scroll.append(table);
  return scroll;
};

const fillChoices = (select, name) => {
  for (const [code, text] of cube.dimensions[name]) select.append(element("option", text, { value: code }));
};

const everything = data.scope.charAt(0).toLocaleUpperCase("vi") + data.scope.slice(1);
const filters = find("filters");
const chosen = () => {
  const filter = {};
  for (const name of DIMENSIONS) {
    const code = filters.elements[name].value;
    if (code) filter[name] = memberAt(name, code);
  }
  return filter;
};

const showFiltered = () => {
  const filter = chosen();
  const by = filters.elements.by.value;
  const positions = choose(filter);
  const totals = sum(positions);
  const words = filterWords(filter) || everything;
  const resolved = count(totals[at.resolved_count]);
  find("filtered").textContent = positions.length === 0
    ? words + ": " + NOTHING + "."
    : words + ": " + count(groupBy(by, positions).length) + " dòng, đã giải quyết " + resolved
      + " hồ sơ, trước và đúng hạn " + rateWords(rateOf(RATES[0], totals)) + ".";
  const title = "Kết quả giải quyết theo " + NAMES[by].toLocaleLowerCase("vi") + ": " + words;
  find("filtered-table").replaceChildren(...(positions.length ? [tableOf(by, filter, title)] : []));
};

/* The level of an agency is the one that most of its rows stand under. */
const levelOf = (positions) => {
  const levels = groupBy("level", positions).sort((a, b) => b[1].length - a[1].length);
  return levels[0][0];
};

const comparison = (label, rate, filter) =>
  element("p", label + ": " + rateWords(rateOf(rate, sum(choose(filter)))), { class: "change" });

const cardOf = (title, button, more) => {
  const card = element("li", undefined, { class: "card" });
  const result = element("p", undefined, { class: "result" });
  result.append(button);
  card.append(element("h4", title), result, ...more);
  return card;
};

const agencyCards = (filter, positions) => {
  const totals = sum(positions);
  const level = levelOf(positions);
  const cards = element("ul", undefined, { class: "cards" });
  for (const code of ["received_in_period_count", "resolved_count", "resolved_overdue_count", "pending_count"]) {
    cards.append(cardOf(measureName(at[code]), countButton(at[code], positions, totals, filter), []));
  }
  for (const rate of RATES) {
    const more = [
      comparison(memberName("level", level), rate, { level }),
      comparison(everything, rate, {}),
    ];
    cards.append(cardOf(rate.title, rateButton(rate, positions, totals, filter), more));
  }
  return cards;
};

const showAgency = (code) => {
  const sheet = find("agency-sheet");
  const member = memberAt("agency", code);
  find("agency-choice").value = member < 0 ? "" : code;
  find("agency-print").hidden = member < 0;
  sheet.replaceChildren();
  if (member < 0) return;
  const name = memberName("agency", member);
  const filter = { agency: member };
  const positions = choose(filter);
  const frame = Object.entries(data.frame).map(([term, text]) => term + ": " + text).join(" · ");
  sheet.append(element("h3", name), element("p", frame, { class: "note" }), agencyCards(filter, positions));
  for (const by of ["field", "channel"]) {
    const title = name + ": theo " + NAMES[by].toLocaleLowerCase("vi");
    sheet.append(element("h4", title), tableOf(by, filter, title));
  }
  tell("Số liệu của " + name);
};

const followAddress = () => {
  const match = /^#agency=(.*)$/.exec(location.hash);
  if (!match) return;
  showAgency(decodeURIComponent(match[1]));
  find("agency").scrollIntoView();
  find("agency-title").focus({ preventScroll: true });
};

const printAgency = () => {
  document.documentElement.classList.add("one-agency");
  window.print();
};

if (cube) {
  for (const name of DIMENSIONS) fillChoices(filters.elements[name], name);
  fillChoices(find("agency-choice"), "agency");
  filters.addEventListener("change", showFiltered);
  filters.addEventListener("reset", () => setTimeout(showFiltered, 0));
  filters.addEventListener("submit", (event) => event.preventDefault());
  find("agency-choice").addEventListener("change", (event) => {
    location.hash = "agency=" + encodeURIComponent(event.target.value);
  });
  find("agency-print").addEventListener("click", printAgency);
  window.addEventListener("afterprint", () => document.documentElement.classList.remove("one-agency"));
  window.addEventListener("hashchange", followAddress);
  showFiltered();
  followAddress();
}
