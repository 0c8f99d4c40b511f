/* The handling of the period: chosen by agency, field, level and channel, summed from its counts. */
const cube = data.cube;
const DIMENSIONS = cube ? Object.keys(cube.dimensions) : [];
const width = DIMENSIONS.length;

/* A filter names, for some dimensions, the position of the member that is wanted. */
const choose = (filter) => {
  const wanted = Object.entries(filter).map(([name, at]) => [DIMENSIONS.indexOf(name), at]);
  const found = [];
  for (const [position, row] of cube.rows.entries()) {
    if (wanted.every(([dimension, at]) => row[dimension] === at)) found.push(position);
  }
  return found;
};

const sum = (positions) => {
  const totals = new Array(cube.titles.length).fill(0);
  for (const position of positions) {
    const row = cube.rows[position];
    for (let at = 0; at < totals.length; at += 1) totals[at] += row[width + at];
  }
  return totals;
};

/* Positions of rows by member, in the Vietnamese order of the members. */
const groupBy = (name, positions) => {
  const dimension = DIMENSIONS.indexOf(name);
  const groups = new Map();
  for (const position of positions) {
    const member = cube.rows[position][dimension];
    if (!groups.has(member)) groups.set(member, []);
    groups.get(member).push(position);
  }
  return Array.from(groups).sort(([a], [b]) => a - b);
};

const measureName = (measure) => cube.titles[measure].filter(Boolean).join(": ");
const memberAt = (name, code) => cube.dimensions[name].findIndex(([own]) => own === code);
const memberName = (name, at) => cube.dimensions[name][at][1];

/* Codes of the dossiers that a measure counts in some rows; only those overdue are carried. */
const dossiersOf = (measure, positions) => {
  const wanted = new Set(positions);
  return cube.dossiers.filter(([row, own]) => own === measure && wanted.has(row)).map((dossier) => dossier[2]);
};
const isCarried = (measure) => cube.listed.includes(measure);

const filterWords = (filter) =>
  DIMENSIONS.filter((name) => name in filter).map((name) => memberName(name, filter[name])).join("; ");
