// Long tables: a few rows at first, more on demand.
const ROWS_AT_FIRST = 20, ROWS_AT_ONCE = 100;

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
    shown = Math.min(rows.length, shown + by);
    more.hidden = shown >= rows.length;
    more.textContent = `Show ${Math.min(ROWS_AT_ONCE, rows.length - shown)} more of ${(rows.length - shown).toLocaleString('en')}`;
    count.textContent = rows.length ? `${many(rows.length, noun)}` : `No ${noun} matches.`;
  };
  more.addEventListener('click', () => extend(ROWS_AT_ONCE));
  return (found) => { rows = found; shown = 0; body.replaceChildren(); extend(ROWS_AT_FIRST); };
}

function casesTable() {
  return longTable(byId('cases-body'), {
    caption: 'Cases', noun: 'case', heads: [['Verdict'], ['Requirement'], ['Operation'], ['Reason']],
    row: (each) => el('tr', {}, el('td', {}, badge(each.status), each.unplanned ? el('span', { class: 'quiet' }, ' besides the plan') : null),
      el('th', { scope: 'row' }, each.req), el('td', {}, el('code', {}, each.op === '*' ? 'the whole API' : each.op)), el('td', {}, reasonOf(each))),
  });
}

function exchangesTable() {
  return longTable(byId('exchanges-body'), {
    caption: 'Exchanges', noun: 'exchange', heads: [['After', 'number'], ['Status'], ['Request'], ['As'], ['Took', 'number'], ['Finding']],
    row: (each) => el('tr', { class: 'row', onclick: (event) => { if (!event.target.closest('a')) openExchange(each.n); } },
      el('td', { class: 'number' }, `${(each.at / 1000).toFixed(2)} s`), el('td', {}, statusMark(each.code)),
      el('th', { scope: 'row' }, el('a', { href: `#x-${each.id}`, 'data-exchange': each.id }, el('code', {}, `${each.method} ${each.short}`))),
      el('td', {}, each.identity || 'anonymous'), el('td', { class: 'number' }, each.took === null ? '' : `${each.took} ms`),
      el('td', {}, each.findings.slice(0, 2).map((finding) => [el('a', { href: `#${finding.id}` }, finding.requirement), ' ']).flat())),
  });
}
