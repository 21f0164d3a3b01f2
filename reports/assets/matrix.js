// Requirement by resource: one grid, every field explained. One tab stop; the arrow keys move inside.
function matrixGrid(core, rows) {
  const columns = [...new Set(core.operations.map(([, column]) => column))].sort((a, b) => (a === 'whole API' ? -1 : b === 'whole API' ? 1 : a.localeCompare(b)));
  const place = new Map(columns.map((name, n) => [name, n]));
  const grid = core.requirements.map(() => columns.map(() => ({ cases: [], left: [] })));
  rows.forEach((row) => grid[row.r][place.get(core.operations[row.o][1])].cases.push(row));
  for (const [r, why, keys] of core.excluded) for (const o of keys) grid[r][place.get(core.operations[o][1])].left.push([o, why]);
  return { columns, grid };
}

// The cells of a row exist while it is in view: a run of the whole suite has 20,000, which no browser scrolls smoothly.
function buildMatrix(core, rows) {
  const { columns, grid } = matrixGrid(core, rows);
  const lines = grid.map((spots, r) => matrixLine(core, r, spots, columns));
  const head = (name, ...inside) => el('th', { scope: 'col', role: 'columnheader', title: name }, ...inside);
  const heads = [head('Requirement', 'Requirement'), ...columns.map((name) => head(name, el('span', {}, name)))];
  const table = el('table', { class: 'heat', role: 'grid', 'aria-label': 'Requirements by resource', 'aria-rowcount': grid.length + 1 },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row', 'aria-rowindex': 1 }, heads)), el('tbody', { role: 'rowgroup' }, lines.map((line) => line.row)));
  table.style.setProperty('--columns', columns.length);
  matrixKeys(table, lines, (r, c) => explain(core, grid[r][c], core.requirements[r], columns[c]));
  const frame = el('div', { class: 'grid-frame' }, table);
  byId('matrix-body').append(frame);
  drawInView(frame, lines);
  return (query) => lines.forEach((line) => line.search(query));
}

// One requirement: `draw` returns its cells, and makes them where it has none.
function matrixLine(core, r, spots, columns) {
  const [id, level, , statement] = core.requirements[r];
  const head = el('th', { scope: 'row', role: 'rowheader', title: statement }, id, el('small', {}, level));
  const row = el('tr', { role: 'row', 'aria-rowindex': r + 2 }, head);
  let cells = [], fits = [];
  const mark = () => cells.forEach((cell, c) => cell.classList.toggle('dim', !fits[c]));
  return {
    row,
    draw() {
      if (!cells.length) {
        cells = spots.map((spot, c) => matrixCell(core, spot, id, columns[c]));
        row.append(...cells);
        mark();
      }
      return cells;
    },
    clear() {
      if (row.querySelector('[tabindex="0"], [aria-selected]')) return; // where the keyboard comes back to
      cells.forEach((cell) => cell.remove());
      cells = [];
    },
    search(query) {
      fits = spots.map((spot) => query === null || spot.cases.some((entry) => matches(query, entry)));
      row.hidden = !fits.includes(true);
      mark();
    },
  };
}

function drawInView(frame, lines) {
  const byRow = new Map(lines.map((line) => [line.row, line]));
  const watcher = new IntersectionObserver((seen) => seen.forEach(({ target, isIntersecting }) => {
    const line = byRow.get(target);
    if (isIntersecting) line.draw(); else line.clear();
  }), { root: frame, rootMargin: '50% 0px' });
  lines.forEach((line) => watcher.observe(line.row));
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

function matrixKeys(table, lines, choose) {
  if (!lines[0]?.draw().length) return;
  let at = [0, 0];
  const cellAt = (r, c) => lines[r]?.draw()[c];
  cellAt(0, 0).tabIndex = 0;
  const move = (r, c) => {
    while (lines[r]?.row.hidden) r += Math.sign(r - at[0]); // past the rows that the search hides
    const cell = cellAt(r, c);
    if (!cell) return;
    cellAt(...at).tabIndex = -1;
    at = [r, c];
    cell.tabIndex = 0;
    cell.focus();
  };
  const select = () => {
    table.querySelector('[aria-selected]')?.removeAttribute('aria-selected');
    cellAt(...at).setAttribute('aria-selected', 'true');
    choose(...at);
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') select();
    else if (event.key === 'Home') move(at[0], 0);
    else if (event.key === 'End') move(at[0], lines[0].draw().length - 1);
    else if (steps[event.key]) move(at[0] + steps[event.key][0], at[1] + steps[event.key][1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  table.addEventListener('click', (event) => {
    const cell = event.target.closest('td');
    if (cell) { move(cell.parentNode.sectionRowIndex, cell.cellIndex - 1); select(); }
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
