"use strict";
(function () {
  const collator = new Intl.Collator("vi", { numeric: true });
  const marks = /[\u0300-\u036f]/g;
  const fold = (text) => text.toLocaleLowerCase("vi").normalize("NFD").replace(marks, "").replace(/đ/g, "d");

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
    for (const other of titles.cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    for (const body of heading.closest("table").tBodies) {
      const rows = Array.from(body.rows).filter((row) => !row.classList.contains("group"));
      const keyed = rows.map((row) => ({ row, key: keyOf(row, position) }));
      keyed.sort(compare(heading.dataset.kind, direction));
      for (const { row } of keyed) body.append(row);
    }
  };

  for (const heading of document.querySelectorAll("tr.titles th")) {
    heading.querySelector("button").addEventListener("click", () => sort(heading));
  }

  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const lines = Array.from(document.querySelectorAll("tbody tr:not(.group)"), (row) => ({
    row,
    text: fold(row.textContent),
  }));
  input.addEventListener("input", () => {
    const wanted = fold(input.value.trim());
    let count = 0;
    for (const line of lines) {
      const shown = wanted === "" || line.text.includes(wanted);
      line.row.hidden = !shown;
      count += shown ? 1 : 0;
    }
    found.textContent = wanted === "" ? "" : count + " dòng";
  });
})();
