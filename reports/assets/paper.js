// What paper needs: grave findings open, and the matrix in tables that are as wide as a page.
const COLUMNS_A_PAGE = 22;

function watchPrinting(core) {
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details.grave:not([open])')];
    for (const finding of opened) for (let part = finding; part; part = part.parentElement.closest('details')) part.open = true;
    byId('matrix-paper')?.replaceChildren(...matrixPages(core));
  });
  addEventListener('afterprint', () => {
    for (const finding of opened) finding.open = false;
    byId('matrix-paper')?.replaceChildren();
  });
}

function matrixPages(core) {
  const { columns, grid } = matrixGrid(core, caseRows);
  const pages = [];
  for (let from = 0; from < columns.length; from += COLUMNS_A_PAGE) {
    const names = columns.slice(from, from + COLUMNS_A_PAGE);
    const rows = grid.map((line, r) => [core.requirements[r][0], line.slice(from, from + COLUMNS_A_PAGE)]).filter(([, spots]) => spots.some((spot) => spot.cases.length));
    pages.push(el('table', { class: 'heat paper' }, el('caption', {}, `Resources ${from + 1} to ${from + names.length} of ${columns.length}`),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Requirement'), names.map((name) => el('th', { scope: 'col' }, el('span', {}, name))))),
      el('tbody', {}, rows.map(([id, spots]) => el('tr', {}, el('th', { scope: 'row' }, id), spots.map(({ cases }) => {
        const worst = gravest(cases);
        return el('td', { class: worst ? `v-${worst.status.toLowerCase()}` : 'none' }, worst ? GLYPHS[worst.status] : '');
      }))))));
  }
  return pages;
}
