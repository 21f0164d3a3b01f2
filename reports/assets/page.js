// Helpers for all parts of the page. Text is always inserted as text, never as markup.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

// Words between backticks are code.
const ticked = (text) => text.split('`').map((part, n) => (n % 2 ? el('code', {}, part) : part));
const byId = (id) => document.getElementById(id);
const words = (verdict) => verdict.replaceAll('_', ' ').toLowerCase();
const many = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
const GLYPHS = { ERROR: '‼', FAIL: '✕', INCONCLUSIVE: '?', REVIEW: '◆', WARN: '▲', PASS: '✓', NOT_OBSERVABLE: '◌', NOT_TESTED: '○', NOT_APPLICABLE: '–' };

const glyph = (verdict) => el('span', { class: `glyph v-${verdict.toLowerCase()}`, 'aria-hidden': 'true' }, GLYPHS[verdict]);
const badge = (verdict) => el('span', { class: `badge v-${verdict.toLowerCase()}` }, el('span', { 'aria-hidden': 'true' }, `${GLYPHS[verdict]} `), words(verdict));
const statusMark = (status) => el('span', { class: `status s${Math.floor(status / 100)}` }, status ? String(status) : 'none');

async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or an old browser
    const area = el('textarea', { class: 'hidden', 'aria-hidden': 'true' });
    area.value = text;
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = label; }, 1200);
}

function copyable(label, text) {
  const button = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', () => copy(button, text));
  return el('div', { class: 'code' }, el('div', { class: 'code-head' }, el('span', {}, label), button),
    el('pre', { tabindex: '0', role: 'group', 'aria-label': label }, el('code', {}, text)));
}

// The address: `#anchor&q=query`, either part alone too. It survives a reload and can be sent to somebody.
const address = {
  read() {
    const parts = location.hash.slice(1).split('&');
    const query = parts.find((part) => part.startsWith('q='));
    const anchor = parts.find((part) => part && !part.startsWith('q=')) ?? '';
    return { anchor: decode(anchor), query: query ? decode(query.slice(2)) : '' };
  },
  write({ anchor = '', query = '' }, { push = false } = {}) {
    const hash = [anchor && encodeURI(anchor), query && `q=${encodeURIComponent(query)}`].filter(Boolean).join('&');
    if (`#${hash}` === location.hash || (!hash && !location.hash)) return false;
    history[push ? 'pushState' : 'replaceState'](null, '', `#${hash}`);
    return true;
  },
};

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

const THEMES = ['auto', 'light', 'dark'];
function theme(step) {
  let kept = 'auto';
  try { kept = localStorage.getItem('evconform-theme') ?? 'auto'; } catch { /* storage is off */ }
  const now = step ? THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length] : kept;
  document.documentElement.dataset.theme = now;
  byId('theme-name').textContent = now;
  try { localStorage.setItem('evconform-theme', now); } catch { /* storage is off */ }
}
