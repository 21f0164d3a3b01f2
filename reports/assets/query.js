// The search grammar: key:value pairs and plain words. Terms of one key are alternatives, different keys must all hold.
// A value with `!` in front excludes; commas separate alternatives; quotes keep spaces together.
const KEYS = ['level', 'status', 'req', 'family', 'op', 'code', 'method', 'identity', 'text'];

function parseQuery(source) {
  const included = new Map(), excluded = [], unknown = [];
  for (const [, key = 'text', raw] of source.matchAll(/(?:([a-z]+):)?((?:!?"[^"]*"?|[^\s"])+)/gi)) {
    const address = raw.startsWith('//'); // a word such as `https://…` has no key
    const name = address ? 'text' : key.toLowerCase();
    if (!KEYS.includes(name)) { unknown.push(key); continue; }
    const negative = raw.startsWith('!');
    const text = (address ? `${key}:${raw}` : negative ? raw.slice(1) : raw).replaceAll('"', '').toLowerCase();
    if (!text) continue;
    const values = name === 'op' || name === 'text' ? [text] : text.split(',').filter(Boolean);
    if (negative) excluded.push([name, values]);
    else if (name === 'text') included.set(`text ${included.size}`, values); // every word must occur
    else included.set(name, [...(included.get(name) ?? []), ...values]);
  }
  return { included: [...included].map(([name, values]) => [name.split(' ')[0], values]), excluded, unknown };
}

const plain = (word) => word.toLowerCase().replace(/[\s_-]/g, '');

const TESTS = {
  level: (own, value) => plain(own) === plain(value),
  status: (own, value) => plain(own) === plain(value),
  family: (own, value) => own.toLowerCase() === value,
  req: (own, value) => own.toLowerCase().startsWith(value.replace(/\*$/, '')),
  op: (own, value) => own.toLowerCase().includes(value),
  code: (own, value) => (/^\dxx$/.test(value) ? String(own)[0] === value[0] : String(own) === value),
  method: (own, value) => own.toLowerCase() === value,
  identity: (own, value) => (own || 'anonymous').toLowerCase() === value,
  text: (own, value) => own.toLowerCase().includes(value),
};

function matches(query, row) {
  const holds = ([name, values]) => {
    const own = row[name] === undefined ? [] : Array.isArray(row[name]) ? row[name] : [row[name]];
    return own.some((actual) => values.some((value) => TESTS[name](actual, value)));
  };
  return query.included.every(holds) && !query.excluded.some(holds);
}
