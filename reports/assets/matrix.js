// Requirement by resource: one grid, every field explained. One tab stop; the arrow keys move inside.
function matrixGrid(core, rows) {
  const columns = [...new Set(core.operations.map(([, column]) => column))].sort((a, b) => (a === 'whole API' ? -1 : b === 'whole API' ? 1 : a.localeCompare(b)));
  const place = new Map(columns.map((name, n) => [name, n]));
  const grid = core.requirements.map(() => columns.map(() => ({ cases: [], left: [] })));
  rows.forEach((row) => grid[row.r][place.get(core.operations[row.o][1])].cases.push(row));
  for (const [r, why, keys] of core.excluded) for (const o of keys) grid[r][place.get(core.operations[o][1])].left.push([o, why]);
  return { columns, grid };
}

function buildMatrix(core, rows) {
  const { columns, grid } = matrixGrid(core, rows);
  const body = el('tbody');
  const heads = columns.map((name) => el('th', { scope: 'col', title: name }, el('span', {}, name)));
  const table = el('table', { class: 'heat', role: 'grid', 'aria-label': 'Requirements by resource' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Requirement'), heads)), body);
  const cells = [];
  grid.forEach((line, r) => {
    const [id, level, , statement] = core.requirements[r];
    const made = line.map((spot, c) => matrixCell(core, spot, id, columns[c]));
    cells.push(made);
    body.append(el('tr', {}, el('th', { scope: 'row', title: statement }, id, el('small', {}, level)), made));
  });
  matrixKeys(table, cells, (r, c) => explain(core, grid[r][c], core.requirements[r], columns[c]));
  byId('matrix-body').append(el('div', { class: 'grid-frame' }, table));
  return (query) => cells.forEach((line, r) => {
    const fits = line.map((_, c) => query === null || grid[r][c].cases.some((row) => matches(query, row)));
    line.forEach((cell, c) => cell.classList.toggle('dim', !fits[c]));
    line[0].parentNode.hidden = !fits.includes(true);
  });
}

function gravest(cases) {
  return cases.reduce((worst, row) => (worst === null || row.v < worst.v ? row : worst), null);
}

function matrixCell(core, spot, id, column) {
  const worst = gravest(spot.cases);
  const label = `${id}, ${column}: `;
  if (!worst) {
    const text = spot.left.length ? 'left out of the plan' : 'no operation';
    return el('td', { role: 'gridcell', tabindex: '-1', class: spot.left.length ? 'v-left_out' : 'none', 'aria-label': label + text });
  }
  const count = spot.cases.filter((row) => row.v === worst.v).length;
  const text = `${many(count, 'case')} ${words(worst.status)} of ${spot.cases.length}`;
  const shown = count > 1 && !['PASS', 'NOT_APPLICABLE'].includes(worst.status) && count < 100 ? String(count) : GLYPHS[worst.status];
  const mark = shown === GLYPHS[worst.status] ? shown : [el('span', { 'aria-hidden': 'true' }, shown)];
  return el('td', { role: 'gridcell', tabindex: '-1', class: `v-${worst.status.toLowerCase()}`, 'aria-label': label + text, title: label + text }, mark);
}

function matrixKeys(table, cells, choose) {
  if (!cells.length || !cells[0].length) return;
  let at = [0, 0];
  cells[0][0].tabIndex = 0;
  const where = new Map(cells.flatMap((line, r) => line.map((cell, c) => [cell, [r, c]])));
  const move = (r, c) => {
    while (cells[r]?.[0].parentNode.hidden) r += Math.sign(r - at[0]); // past the rows that the search hides
    if (!cells[r]?.[c]) return;
    cells[at[0]][at[1]].tabIndex = -1;
    at = [r, c];
    cells[r][c].tabIndex = 0;
    cells[r][c].focus();
  };
  const select = () => {
    table.querySelector('[aria-selected]')?.removeAttribute('aria-selected');
    cells[at[0]][at[1]].setAttribute('aria-selected', 'true');
    choose(...at);
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') select();
    else if (event.key === 'Home') move(at[0], 0);
    else if (event.key === 'End') move(at[0], cells[0].length - 1);
    else if (steps[event.key]) move(at[0] + steps[event.key][0], at[1] + steps[event.key][1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  table.addEventListener('click', (event) => {
    const spot = where.get(event.target.closest('td'));
    if (spot) { move(...spot); select(); }
  });
}

function explain(core, spot, [id, level, , statement, seen, notTested], column) {
  const cases = [...spot.cases].sort((a, b) => a.v - b.v).map((row) => el('tr', {},
    el('td', {}, badge(row.status)), el('th', { scope: 'row' }, el('code', {}, row.op)), el('td', {}, reasonOf(row))));
  const left = spot.left.map(([o, why]) => el('tr', {},
    el('td', { class: 'quiet' }, 'left out'), el('th', { scope: 'row' }, el('code', {}, core.operations[o][0])), el('td', {}, core.reasons[why])));
  const panel = byId('cell');
  panel.replaceChildren(el('div', {}, el('h3', {}, `${id} on ${column}`),
    el('p', {}, ticked(statement), ' ', el('span', { class: 'quiet' }, level)),
    seen ? el('p', { class: 'quiet' }, `How it is tested: ${seen}`) : null, notTested ? el('p', { class: 'quiet' }, `Why it is not tested: ${notTested}`) : null,
    cases.length + left.length ? el('table', { class: 'tight' }, el('tbody', {}, cases, left)) : el('p', { class: 'quiet' }, 'The description has no operation here.')));
  panel.hidden = false;
}

function reasonOf(row) {
  const links = row.findings.slice(0, 3).map((id, n) => [' ', el('a', { href: `#${id}` }, n ? `finding ${n + 1}` : 'the finding')]);
  const text = row.reason || (row.status === 'PASS' ? `seen ${row.seen === 1 ? 'once' : `${row.seen} times`}` : '');
  const sample = row.known ? `${text ? ', ' : ''}${row.tried} of ${row.known} ways tried` : '';
  return [text, sample, ...links.flat()];
}
