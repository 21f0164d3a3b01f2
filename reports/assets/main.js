// Wiring: rows from the stored columns, the search over all of them, keys, links.
const sections = {};
let caseRows = [], findingRows = [], current = -1;

function caseRowsOf(core, findings) {
  const byCase = new Map();
  for (const finding of findings) {
    const key = `${finding.requirement} ${finding.operation}`;
    byCase.set(key, [...(byCase.get(key) ?? []), finding]);
  }
  const { requirement, operation, verdict, reason, seen, tried, known } = core.results;
  return requirement.map((r, n) => {
    const [id, level, family] = core.requirements[r];
    const op = core.operations[operation[n]][0];
    const caseFindings = byCase.get(`${id} ${op}`) ?? [];
    return { r, o: operation[n], v: verdict[n], seen: seen[n], tried: tried[n], known: known[n], reason: core.reasons[reason[n]], unplanned: n >= core.unplannedFrom, findings: caseFindings.map((finding) => finding.id),
      level, family, req: id, op, status: core.verdicts[verdict[n]], method: op.split(' ')[0], text: `${id} ${op} ${core.reasons[reason[n]]}` };
  });
}

// Cases that were not tested come before those that passed.
const ATTENTION = ['ERROR', 'FAIL', 'INCONCLUSIVE', 'REVIEW', 'WARN', 'NOT_TESTED', 'NOT_OBSERVABLE', 'PASS', 'NOT_APPLICABLE'];
const attention = (verdict) => ATTENTION.indexOf(verdict);

function exchangeRowsOf(index, findings) {
  const cited = new Map();
  for (const finding of findings) for (const id of finding.exchanges) cited.set(id, [...(cited.get(id) ?? []), finding]);
  return index.id.map((id, n) => {
    const evidenceFor = cited.get(id) ?? [];
    return { n, id, findings: evidenceFor, op: index.operations[index.operation[n]], identity: index.identities[index.identity[n]], method: index.method[n], url: index.url[n],
      short: index.url[n].replace(/^[a-z]+:\/\/[^/]+/, ''), code: index.status[n], at: index.at[n], took: index.took[n],
      level: evidenceFor.map((finding) => finding.level), status: evidenceFor.map((finding) => finding.verdict), req: evidenceFor.map((finding) => finding.requirement), family: evidenceFor.map((finding) => finding.requirement.split('-')[0]), text: `${index.url[n]} ${id}` };
  });
}

function findingRowsOf(findings, byExchange) {
  return findings.map((finding) => {
    const sent = finding.exchanges.map((id) => byExchange.get(id)).filter(Boolean);
    return { id: finding.id, exchanges: finding.exchanges, node: byId(finding.id), level: finding.level, status: finding.verdict, req: finding.requirement, family: finding.requirement.split('-')[0], op: finding.operation,
      method: finding.operation.split(' ')[0], code: sent.map((x) => x.code), identity: sent.map((x) => x.identity), text: `${finding.text} ${finding.requirement} ${finding.operation}` };
  });
}

function search(source) {
  const query = parseQuery(source);
  const empty = !source.trim();
  const problems = [...query.unknown.map((key) => `Unknown key “${key}:”`), ...query.problems];
  byId('query').setAttribute('aria-invalid', String(problems.length > 0));
  let seen = 0;
  for (const row of findingRows) {
    const fits = empty || matches(query, row);
    row.node.hidden = !fits;
    seen += fits;
  }
  for (const part of document.querySelectorAll('.cause, .rest')) part.hidden = !part.querySelector('.finding:not([hidden])');
  for (const rest of document.querySelectorAll('.rest')) rest.open = !empty;
  byId('nothing').hidden = seen > 0 || !findingRows.length;
  const cases = empty ? caseRows : caseRows.filter((row) => matches(query, row));
  sections.matrix(empty ? null : query);
  sections.cases(cases);
  const show = (share, inside) => {
    const exchanges = empty ? exchangeRows : exchangeRows.filter((row) => matches(query, row, inside));
    if (inside || !share) sections.exchanges(exchanges);
    const looking = share > 0 && share < 1 ? `, looking into bodies: ${Math.round(share * 100)} %` : '';
    const counts = [['findings', many(seen, 'finding')], ['cases', many(cases.length, 'case')], ['exchanges', many(exchanges.length, 'exchange')]];
    byId('found').replaceChildren(...(empty ? [] : [problems.map((text) => `${text}; `).join(''), ...counts.flatMap(([id, text], n) => [n ? ', ' : '', el('a', { href: `#${id}` }, text)]), looking]));
  };
  show(0);
  searchInside(query.words, show);
}

// Where the results are: the first section that has any.
function showResults() {
  const first = ['findings', 'cases', 'exchanges'].find((id) => byId(id).querySelector(id === 'findings' ? '.finding:not([hidden])' : 'tbody tr'));
  byId(first ?? 'findings').scrollIntoView();
}

async function follow() {
  const { anchor, query } = address.read();
  if (byId('query').value !== query) { byId('query').value = query; search(query); }
  const row = findExchange(anchor);
  if (row) {
    if (openNumber !== row.n) await openExchange(row.n, '', anchor);
    return;
  }
  isPushed = false;
  if (byId('drawer').open) byId('drawer').close();
  const node = anchor && byId(anchor);
  if (anchor && !node) byId('found').textContent = `This report has no “${anchor}”: a finding may be fixed, an exchange may be of another run.`;
  if (anchor && !node) byId('search').scrollIntoView();
  if (!node) return;
  if (node.matches('details')) await unfold(node);
  document.querySelectorAll('.here').forEach((marked) => marked.classList.remove('here'));
  if (node.matches('.finding, .cause')) node.classList.add('here');
  startOf(node).scrollIntoView();
}

// `x-ID` is an exchange; `f-ID.2` is the second one of a finding, a name that the next run has too.
function findExchange(anchor) {
  const [, finding, place] = /^(f-\w+)\.(\d+)$/.exec(anchor) ?? [];
  const id = finding ? findingRows.find((row) => row.id === finding)?.exchanges[place - 1] : anchor.startsWith('x-') ? anchor.slice(2) : null;
  return id ? exchangeRows.find((row) => row.id === id) : undefined;
}

// The first finding of a cause is shown with the cause's title and statement above it.
function startOf(node) {
  const cause = node.closest('.cause');
  return cause?.querySelector('.finding') === node ? cause : node;
}

async function unfold(finding) {
  const { late } = finding.dataset;
  if (late) {
    delete finding.dataset.late;
    const [chunk, number] = late.split(':').map(Number);
    const made = new DOMParser().parseFromString((await load(`late-${chunk}`))[number], 'text/html'); // escaped by our own template
    finding.querySelector('.late')?.replaceWith(...made.body.childNodes);
    reveal(finding);
  }
  for (let part = finding; part; part = part.parentElement.closest('details')) part.open = true;
}

function reveal(root) {
  for (const node of root.querySelectorAll('.script-only')) node.hidden = false;
}

function visibleFindings() {
  return findingRows.map((row) => row.node).filter((node) => node.checkVisibility()).sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
}

function step(by) {
  const list = visibleFindings();
  if (!list.length) return;
  current = Math.min(list.length - 1, Math.max(0, current + by));
  list[current].querySelector('summary').focus();
  list[current].scrollIntoView({ block: 'nearest' });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest('input, textarea');
  const drawer = byId('drawer');
  if (event.key === 'Enter' && typing === byId('query')) { showResults(); return; }
  if (event.key === 'Escape' && typing) { typing.value = ''; onType(); typing.blur(); return; }
  if (typing) return;
  if (drawer.open) {
    if (event.key === 'ArrowLeft') openExchange(openNumber - 1);
    if (event.key === 'ArrowRight') openExchange(openNumber + 1);
    return;
  }
  const open = visibleFindings()[current];
  const actions = {
    '/': () => byId('query').focus(), '?': () => byId('help').showModal(), t: () => theme(true), j: () => step(1), k: () => step(-1),
    o: async () => { if (open?.open) open.open = false; else if (open) await unfold(open); },
    e: async () => { if (open) { await unfold(open); open.querySelector('[data-exchange]')?.click(); } },
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

function onType() {
  const { anchor } = address.read();
  address.write({ anchor: findExchange(anchor) ? '' : anchor, query: byId('query').value });
  search(byId('query').value);
}

function onClick(event) {
  const copied = event.target.closest('[data-copy], [data-text]');
  if (copied) copy(copied, copied.dataset.text ?? byId(copied.dataset.copy).textContent);
  const link = event.target.closest('[data-exchange]');
  if (link) {
    event.preventDefault();
    const row = exchangeRows.find((candidate) => candidate.id === link.dataset.exchange);
    if (row) openExchange(row.n, link.dataset.pointer, link.hash.slice(1));
    return;
  }
  const anchor = event.target.closest('a[href^="#"]');
  if (anchor && !anchor.getAttribute('href').includes('q=')) {
    event.preventDefault();
    address.write({ anchor: decode(anchor.getAttribute('href').slice(1)), query: byId('query').value }, { push: true });
    follow();
  }
}

function focusPicture() {
  const svg = byId('picture');
  if (!svg) return;
  const mark = (name) => {
    svg.classList.toggle('focused', Boolean(name));
    const near = new Set([name]);
    for (const arc of svg.querySelectorAll('.arc')) {
      const on = arc.dataset.from === name || arc.dataset.to === name;
      arc.classList.toggle('on', on);
      if (on) near.add(arc.dataset.from).add(arc.dataset.to);
    }
    for (const node of svg.querySelectorAll('.node')) node.classList.toggle('on', near.has(node.dataset.name));
  };
  svg.addEventListener('pointerover', (event) => mark(event.target.closest('.node')?.dataset.name));
  svg.addEventListener('pointerleave', () => mark(null));
}

function watchSections() {
  const links = new Map([...document.querySelectorAll('.contents a')].map((a) => [a.hash.slice(1), a]));
  const watcher = new IntersectionObserver((seen) => seen.forEach(({ target, isIntersecting }) => {
    if (isIntersecting) links.forEach((link, id) => (id === target.id ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')));
  }), { rootMargin: '-20% 0px -70% 0px' });
  document.querySelectorAll('main > section').forEach((section) => watcher.observe(section));
}

async function start() {
  theme(false);
  reveal(document);
  document.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('toggle', (event) => { if (event.target.dataset?.late && event.target.open) unfold(event.target); }, true);
  byId('theme').addEventListener('click', () => theme(true));
  byId('help-open').addEventListener('click', () => byId('help').showModal());
  byId('drawer').addEventListener('close', () => {
    openNumber = -1;
    if (isPushed) history.back(); // to the finding that the exchange was opened from
    else if (findExchange(address.read().anchor)) address.write({ query: byId('query').value });
    isPushed = false;
  });
  const [core, index] = await Promise.all([load('core'), load('index')]);
  exchangeRows = exchangeRowsOf(index, core.findings);
  caseRows = caseRowsOf(core, core.findings).sort((a, b) => attention(a.status) - attention(b.status));
  findingRows = findingRowsOf(core.findings, new Map(exchangeRows.map((row) => [row.id, row])));
  Object.assign(sections, { matrix: byId('matrix-body') ? buildMatrix(core, caseRows) : () => {}, cases: casesTable(caseRows), exchanges: exchangesTable(exchangeRows) });
  search('');
  byId('query').addEventListener('input', onType);
  addEventListener('hashchange', follow);
  addEventListener('popstate', follow);
  labelCells(document);
  watchPrinting(core);
  await follow();
  focusPicture();
  watchSections();
  document.documentElement.dataset.ready = 'true';
}

start();
