// Long tables: a few rows at first, more on demand. A column that is the same in every row is left out.
const ROWS_AT_FIRST = 20, ROWS_AT_ONCE = 100;

// On a narrow screen a row is a card, and each value stands beside the head of its column.
function labelCells(root) {
  for (const table of root.querySelectorAll('table.tight')) {
    const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent.trim());
    for (const row of table.querySelectorAll('tbody tr')) [...row.cells].forEach((cell, n) => { if (heads[n]) cell.dataset.label = heads[n]; });
  }
}

function longTable(host, { caption, heads, row, noun }) {
  const body = el('tbody');
  const more = el('button', { type: 'button', class: 'more' });
  const count = el('p', { class: 'quiet' });
  host.append(count, el('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': caption },
    el('table', { class: 'tight' }, el('caption', { class: 'hidden' }, caption),
      el('thead', {}, el('tr', {}, heads.map(([text, kind]) => el('th', { scope: 'col', class: kind }, text)))), body)), more);
  let rows = [], shown = 0;
  const extend = (by) => {
    body.append(...rows.slice(shown, shown + by).map(row));
    labelCells(host);
    shown = Math.min(rows.length, shown + by);
    more.hidden = shown >= rows.length;
    more.textContent = `Show ${Math.min(ROWS_AT_ONCE, rows.length - shown)} more of ${(rows.length - shown).toLocaleString('en')}`;
    count.textContent = rows.length ? `${many(rows.length, noun)}` : `No ${noun} matches.`;
  };
  more.addEventListener('click', () => extend(ROWS_AT_ONCE));
  return (matching) => { rows = matching; shown = 0; body.replaceChildren(); extend(ROWS_AT_FIRST); };
}

function casesTable(all) {
  const differ = all.some((entry) => entry.op !== all[0].op);
  return longTable(byId('cases-body'), {
    caption: 'Cases', noun: 'case', heads: [['Verdict'], ['Requirement'], ...(differ ? [['Operation']] : []), ['Reason']],
    row: (entry) => el('tr', {}, el('td', {}, badge(entry.status), entry.unplanned ? el('span', { class: 'quiet' }, ' not planned') : null),
      el('th', { scope: 'row' }, entry.req), differ ? el('td', {}, el('code', {}, entry.op === '*' ? 'the whole API' : entry.op)) : null, el('td', {}, reasonOf(entry))),
  });
}

function exchangesTable(all) {
  const differ = all.some((entry) => entry.identity !== all[0].identity);
  return longTable(byId('exchanges-body'), {
    caption: 'Exchanges', noun: 'exchange', heads: [['After', 'number'], ['Status'], ['Request'], ...(differ ? [['As']] : []), ['Took', 'number'], ['Finding']],
    row: (entry) => el('tr', { class: 'row', onclick: (event) => { if (!event.target.closest('a')) openExchange(entry.n); } },
      el('td', { class: 'number' }, `${(entry.at / 1000).toFixed(2)} s`), el('td', {}, statusMark(entry.code)),
      el('th', { scope: 'row' }, el('a', { href: `#x-${entry.id}`, 'data-exchange': entry.id }, el('code', {}, `${entry.method} ${entry.short}`))),
      differ ? el('td', {}, entry.identity || 'anonymous') : null, el('td', { class: 'number' }, entry.took === null ? '' : `${entry.took} ms`),
      el('td', {}, entry.findings.slice(0, 2).map((finding) => [el('a', { href: `#${finding.id}` }, finding.requirement), ' ']).flat())),
  });
}
