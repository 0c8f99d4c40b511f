/* Tables: sorted by a click on a heading, walked by the arrow keys, searched all together. */
const keyOf = (row, position) => {
  const cell = row.cells[position];
  if (!cell) return { number: null, text: "" };
  const value = cell.dataset.value;
  return { number: value === undefined || value === "" ? null : value, text: cell.textContent.trim() };
};

const compare = (kind, direction) => (a, b) => {
  if (kind === "text") return direction * collator.compare(a.key.text, b.key.text);
  if (a.key.number === null || b.key.number === null) {
    return (a.key.number === null) - (b.key.number === null);
  }
  if (kind === "date") return direction * collator.compare(a.key.number, b.key.number);
  return direction * (Number(a.key.number) - Number(b.key.number));
};

const sort = (heading) => {
  const titles = heading.parentElement;
  const position = Array.prototype.indexOf.call(titles.cells, heading);
  const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of titles.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  for (const body of heading.closest("table").tBodies) {
    const rows = Array.from(body.rows).filter((row) => !row.classList.contains("group"));
    const keyed = rows.map((row) => ({ row, key: keyOf(row, position) }));
    keyed.sort(compare(heading.dataset.kind, direction));
    for (const { row } of keyed) body.append(row);
  }
  tell("Đã sắp xếp theo " + heading.textContent.trim() + (direction === 1 ? ", tăng dần" : ", giảm dần"));
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("tr.titles button");
  if (button) sort(button.closest("th"));
});

/* One stop of the tab key a table: its figures and links are walked by the arrow keys. */
const STOPS = "td .figure, tbody th a";
const stopAt = (table) => {
  for (const [at, stop] of Array.from(table.querySelectorAll(STOPS)).entries()) {
    stop.tabIndex = at === 0 ? 0 : -1;
  }
};

const shownRows = (table) => Array.from(table.rows).filter((row) => !row.hidden && row.querySelector(STOPS));

const inRow = (row, position, step) => {
  for (let at = position; at >= 0 && at < row.cells.length; at += step) {
    const stop = row.cells[at].querySelector(".figure, a");
    if (stop) return stop;
  }
  return null;
};

const nextStop = (stop, key) => {
  const cell = stop.closest("td, th");
  const rows = shownRows(stop.closest("table"));
  const at = rows.indexOf(cell.parentElement);
  if (key === "ArrowLeft") return inRow(rows[at], cell.cellIndex - 1, -1);
  if (key === "ArrowRight") return inRow(rows[at], cell.cellIndex + 1, 1);
  if (key === "Home") return inRow(rows[at], 0, 1);
  if (key === "End") return inRow(rows[at], rows[at].cells.length - 1, -1);
  const row = rows[at + (key === "ArrowUp" ? -1 : 1)];
  return row ? inRow(row, cell.cellIndex, 1) || inRow(row, cell.cellIndex, -1) : null;
};

document.addEventListener("keydown", (event) => {
  const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
  const stop = event.target.closest(STOPS);
  if (!stop || !keys.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const next = nextStop(stop, event.key);
  if (!next) return;
  stop.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

for (const table of document.querySelectorAll("section.table table")) stopAt(table);

const lines = Array.from(document.querySelectorAll("section.table tbody tr:not(.group)"), (row) => ({
  row,
  text: fold(row.textContent),
}));
find("search").addEventListener("input", (event) => {
  const wanted = fold(event.target.value.trim());
  let found = 0;
  for (const line of lines) {
    line.row.hidden = wanted !== "" && !line.text.includes(wanted);
    found += line.row.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section.table")) {
    section.hidden = wanted !== "" && !section.querySelector("tbody tr:not(.group):not([hidden])");
    for (const body of section.querySelectorAll("tbody")) {
      body.hidden = wanted !== "" && !body.querySelector("tr:not(.group):not([hidden])");
    }
  }
  find("found").textContent = wanted === "" ? "" : count(found) + " dòng";
});
