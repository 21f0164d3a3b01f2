// One exchange in full, in a dialog at the side.
let exchangeRows = [];
let openNumber = -1;
let isPushed = false; // whether the address before the open exchange is in the history

async function openExchange(number, pointer = '', anchor = '') {
  const row = exchangeRows[number];
  if (!row) return;
  openNumber = number;
  const { starts } = await load('index');
  const head = await headOf(number);
  const [sent, got] = await Promise.all([bodyOf(head.body, starts), bodyOf(head.answer, starts)]);
  const drawer = byId('drawer');
  drawer.replaceChildren(drawerHead(row), el('div', { class: 'drawer-body' },
    row.findings.length ? el('p', {}, 'Evidence for ', uniqueFindings(row.findings).slice(0, 6).flatMap((finding) => [el('a', { href: `#${finding.id}` }, `${finding.requirement} ${finding.operation}`), ' '])) : null,
    el('h3', {}, 'Request'), headerTable(head.sent, 'Request headers'), sent ? bodyView(sent, 'Request body') : null,
    el('h3', {}, 'Response'), head.failure ? el('p', { class: 'note' }, `No response: ${head.failure}`) : null,
    headerTable(head.got, 'Response headers'), head.cut ? el('p', { class: 'note' }, 'The harness read this body only up to its limit.') : null,
    got ? bodyView(got, 'Response body', pointer) : head.failure ? null : el('p', { class: 'quiet' }, 'The body is empty.'),
    ...(head.curl ? [el('h3', {}, 'Send it again')] : []), head.set.map(([name, meaning]) => el('p', { class: 'quiet' }, el('code', {}, name), ` is ${meaning}.`)), head.curl ? copyable('curl', head.curl) : null, head.python ? copyable('Python', head.python) : null));
  const wasOpen = drawer.open;
  if (!wasOpen) drawer.showModal();
  drawer.scrollTop = 0;
  drawer.querySelector('.body-line.target')?.scrollIntoView({ block: 'center' });
  drawer.querySelector('h2').focus();
  if (address.write({ anchor: anchor || nameExchange(row), query: byId('query').value }, { push: !wasOpen })) isPushed = isPushed || !wasOpen;
}

// By the finding that it is evidence for, since the ids of findings are those of the next run too.
function nameExchange(row) {
  const finding = row.findings[0];
  return finding ? `${finding.id}.${finding.exchanges.indexOf(row.id) + 1}` : `x-${row.id}`;
}

// Several places of one response are several findings; one link is enough.
function uniqueFindings(findings) {
  const same = (a, b) => a.requirement === b.requirement && a.operation === b.operation;
  return findings.filter((finding, n) => findings.findIndex((candidate) => same(finding, candidate)) === n);
}

function drawerHead(row) {
  const step = (by, label, text) => el('button', { type: 'button', 'aria-label': label, disabled: !exchangeRows[row.n + by], onclick: () => openExchange(row.n + by) }, text);
  const link = el('button', { type: 'button' }, 'Copy link');
  link.addEventListener('click', () => copy(link, location.href));
  return el('header', { class: 'drawer-head' },
    el('div', { class: 'drawer-tools' }, step(-1, 'Previous exchange', '← Previous'), step(1, 'Next exchange', 'Next →'), link,
      el('button', { type: 'button', class: 'close', onclick: () => byId('drawer').close() }, 'Close')),
    el('h2', { id: 'drawer-title', tabindex: '-1' }, statusMark(row.code), ` ${row.method} ${row.url}`),
    el('p', { class: 'quiet' }, `${row.op} · as ${row.identity || 'anonymous'} · ${(row.at / 1000).toFixed(2)} s after the first request · ${row.took === null ? 'no response' : `took ${row.took} ms`}`));
}

function headerTable(headers, label) {
  if (!headers.length) return el('p', { class: 'quiet' }, 'No additional headers.');
  return el('table', { class: 'headers', 'aria-label': label }, el('tbody', {}, headers.map(([name, value]) =>
    el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value)))));
}

function bodyView(body, label, pointer = '') {
  const raw = body.text ?? `base64: ${body.base64}`;
  const pretty = body.sha256 ? null : prettyLines(raw, pointer);
  const pre = el('pre', { tabindex: '0', role: 'group', 'aria-label': label });
  const show = (formatted) => pre.replaceChildren(formatted && pretty ? el('code', {}, pretty()) : el('code', {}, raw));
  const toggle = el('button', { type: 'button', 'aria-pressed': 'false', hidden: !pretty, onclick: () => {
    const now = toggle.getAttribute('aria-pressed') !== 'true';
    toggle.setAttribute('aria-pressed', String(now));
    show(!now);
  } }, 'Raw');
  const copyButton = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${label}` }, 'Copy');
  copyButton.addEventListener('click', () => copy(copyButton, raw));
  show(true);
  const note = body.sha256 ? el('p', { class: 'quiet' }, `Cut: ${many(body.size, 'byte')} in all; the complete body is ${body.sha256}.body in report-bodies.zip.`) : null;
  return el('div', {}, el('div', { class: 'code' }, el('div', { class: 'code-head' }, el('span', {}, label), el('span', {}, toggle, ' ', copyButton)), pre), note);
}

// Indented JSON, one element a line, the value at the pointer marked. Null where the text is not JSON.
function prettyLines(text, pointer) {
  let value;
  try { value = JSON.parse(text); } catch { return null; }
  return () => {
    const lines = [];
    const put = (here, line) => lines.push(el('span', { class: pointer && (here === pointer || here.startsWith(`${pointer}/`)) ? 'body-line target' : 'body-line' }, `${line}\n`));
    const walk = (node, here, indent, name, comma) => {
      const array = Array.isArray(node);
      const keys = node !== null && typeof node === 'object' ? Object.keys(node) : [];
      if (!keys.length) { put(here, indent + name + JSON.stringify(node) + comma); return; }
      put(here, indent + name + (array ? '[' : '{'));
      keys.forEach((key, n) => walk(node[key], `${here}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, `${indent}  `, array ? '' : `${JSON.stringify(key)}: `, n < keys.length - 1 ? ',' : ''));
      put(here, indent + (array ? ']' : '}') + comma);
    };
    walk(value, '', '', '', '');
    return lines;
  };
}
