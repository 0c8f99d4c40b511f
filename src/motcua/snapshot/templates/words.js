/* How words are compared and numbers written: as everywhere else in the pack. */
const collator = new Intl.Collator("vi", { numeric: true });
const marks = /[\u0300-\u036f]/g;
const fold = (text) => text.toLocaleLowerCase("vi").normalize("NFD").replace(marks, "").replace(/đ/g, "d");
const NOTHING = "không phát sinh";

const count = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ".");

/* Rounded half up from whole numbers, as the pack rounds: 899364 of 901402 is 99,77 %. */
const percent = (part, whole) => {
  if (whole === 0) return NOTHING;
  const hundredths = (BigInt(part) * 20000n + BigInt(whole)) / (2n * BigInt(whole));
  return count(hundredths / 100n) + "," + String(hundredths % 100n).padStart(2, "0") + " %";
};

const find = (id) => document.getElementById(id);

const element = (name, text, attributes) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  return made;
};

const tell = (text) => {
  find("told").textContent = text;
};

const data = JSON.parse(find("data").textContent);
