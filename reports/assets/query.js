// The search grammar: key:value pairs and plain words. Terms of one key are alternatives, different keys must all hold.
// A value with `!` in front excludes; commas separate alternatives; quotes keep spaces together; OR separates whole searches.
const KEYS = ['level', 'status', 'req', 'family', 'op', 'code', 'method', 'identity', 'text'];
const VALUES = {
  level: ['must', 'should', 'may'],
  status: ['error', 'fail', 'inconclusive', 'review', 'warn', 'pass', 'not-observable', 'not-tested', 'not-applicable'],
};

// `unknown` are keys that do not exist, `problems` say in words which values mean nothing.
function parseQuery(source) {
  const unknown = [], problems = [];
  const alternatives = source.split(/\s+OR\s+/).map((part) => parsePart(part, unknown, problems)).filter((part) => part.included.length + part.excluded.length);
  return { alternatives, unknown, problems, words: alternatives.flatMap((part) => part.included.filter(([name]) => name === 'text').flatMap(([, values]) => values)) };
}

function parsePart(source, unknown, problems) {
  const included = new Map(), excluded = [];
  for (const [, key = 'text', raw] of source.matchAll(/(?:([a-z]+):)?((?:!?"[^"]*"?|[^\s"])+|(?<=[a-z]:)(?=\s|$))/gi)) {
    const address = raw.startsWith('//'); // a word such as `https://…` has no key
    const name = address ? 'text' : key.toLowerCase();
    if (!KEYS.includes(name)) { unknown.push(key); continue; }
    const negative = raw.startsWith('!');
    const text = (address ? `${key}:${raw}` : negative ? raw.slice(1) : raw).replaceAll('"', '').toLowerCase();
    const values = name === 'op' || name === 'text' ? [text].filter(Boolean) : text.split(',').filter(Boolean);
    if (!values.length) { problems.push(`“${name}:” has no value`); continue; }
    for (const value of VALUES[name] ? values : []) {
      if (!VALUES[name].some((allowed) => plain(allowed) === plain(value))) problems.push(`“${value}” is no ${name}: one of ${VALUES[name].join(', ')}`);
    }
    if (negative) excluded.push([name, values]);
    else if (name === 'text') included.set(`text ${included.size}`, values); // every word must occur
    else included.set(name, [...(included.get(name) ?? []), ...values]);
  }
  return { included: [...included].map(([name, values]) => [name.split(' ')[0], values]), excluded };
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

// `inside` holds, by word, the numbers of exchanges whose headers or bodies contain it, as far as they were looked at.
function matches(query, row, inside = new Map()) {
  const holds = ([name, values]) => {
    const own = row[name] === undefined ? [] : Array.isArray(row[name]) ? row[name] : [row[name]];
    const isInside = name === 'text' && values.some((value) => inside.get(value)?.has(row.n));
    return isInside || own.some((actual) => values.some((value) => TESTS[name](actual, value)));
  };
  const fits = (part) => part.included.every(holds) && !part.excluded.some(holds);
  return query.alternatives.length ? query.alternatives.some(fits) : !query.unknown.length;
}
