/* The panel that says what a figure is: definition, both counts, rule, as-of, its dossiers. */
const panel = find("panel");
const LISTED = 200;

const row = (list, term, text) => {
  if (!text) return;
  list.append(element("dt", term), element("dd", text));
};

const countsWords = (counts) => count(counts[0]) + "/" + count(counts[1]);

const listDossiers = (asked) => {
  const place = find("panel-dossiers");
  place.replaceChildren();
  if (asked.measure === undefined) {
    const where = "Trang này chỉ mang mã hồ sơ quá hạn. Mã hồ sơ đứng sau số khác có trong bản niêm phong (dossiers.parquet).";
    if (cube && asked.isOfDossiers) place.append(element("p", where, { class: "note" }));
    return;
  }
  const codes = dossiersOf(asked.measure, asked.positions);
  const wanted = asked.positions.reduce((total, at) => total + cube.rows[at][width + asked.measure], 0);
  place.append(element("h3", "Hồ sơ: " + count(wanted)));
  if (codes.length < wanted) {
    const text = "Trang mang " + count(codes.length) + " mã trong số này (giới hạn " + count(cube.limit) + " mã của cả trang, quá hạn lâu nhất trước).";
    place.append(element("p", text, { class: "note" }));
  }
  if (codes.length > LISTED) {
    const text = "Liệt kê " + count(LISTED) + " mã quá hạn lâu nhất trong " + count(codes.length) + " mã; lọc hẹp hơn để xem các mã còn lại.";
    place.append(element("p", text, { class: "note" }));
  }
  const list = element("ol", undefined, { class: "dossiers" });
  for (const code of codes.slice(0, LISTED)) list.append(element("li", code));
  if (codes.length) place.append(list);
};

/* asked: name, value, counts, definition, formula, where, notes, code, measure, positions. */
const open = (asked) => {
  find("panel-title").textContent = asked.name;
  find("panel-value").textContent = asked.value;
  const said = find("panel-said");
  said.replaceChildren();
  row(said, "Tử số/Mẫu số", asked.counts && countsWords(asked.counts));
  row(said, "Định nghĩa", asked.definition || (asked.notes || []).join(" ") || "Xem mục «Định nghĩa chỉ tiêu và quy tắc đếm».");
  row(said, "Công thức của biểu", asked.formula);
  row(said, "Ở bảng", asked.where);
  for (const [term, text] of Object.entries(data.frame)) row(said, term, text);
  row(said, "Mã số liệu", asked.code);
  listDossiers(asked);
  panel.showModal();
  find("panel-title").focus();
};

const ofSentence = (button) => {
  const figure = data.figures[button.dataset.figure];
  const positions = figure.measure === undefined ? undefined : choose({});
  return { ...figure, value: button.textContent, code: button.dataset.figure, positions };
};

const filterOf = (line) => {
  const filter = {};
  for (const name of DIMENSIONS) {
    if (name in line.dataset) filter[name] = memberAt(name, line.dataset[name]);
  }
  return filter;
};

const ofTable = (button) => {
  const cell = button.closest("td");
  const line = cell.parentElement;
  const table = data.tables[button.closest("section").id];
  const column = table.columns[cell.cellIndex];
  const label = line.cells[1].textContent;
  return {
    ...column,
    name: label + ": " + column.name,
    definition: table.lines[label] || column.definition,
    value: button.textContent,
    counts: button.dataset.counts && button.dataset.counts.split("/").map(Number),
    where: table.title + " (" + table.unit + ")",
    notes: table.notes,
    code: button.dataset.code,
    positions: column.measure === undefined ? undefined : choose(filterOf(line)),
  };
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".figure");
  if (!button) return;
  if (button.asked) open(button.asked());
  else open(button.dataset.figure ? ofSentence(button) : ofTable(button));
});
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
