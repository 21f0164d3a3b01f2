// The search in headers and bodies: they are stored compressed, so that it takes its time and stops for a newer one.
const SHORTEST_WORD = 3;
let searchNumber = 0;

async function searchInside(words, report) {
  const number = ++searchNumber;
  const wanted = [...new Set(words)].filter((word) => word.length >= SHORTEST_WORD);
  if (!wanted.length) return;
  const found = new Map(wanted.map((word) => [word, new Set()]));
  const bodies = await bodiesWith(wanted, () => number === searchNumber, report);
  for (let at = 0; at < exchangeRows.length && number === searchNumber; at += HEADS_A_CHUNK) {
    const heads = await load(`heads-${at / HEADS_A_CHUNK}`);
    heads.forEach((head, n) => {
      const text = [...head.sent, ...head.got].map((pair) => pair.join(': ')).join('\n').toLowerCase();
      for (const word of wanted) {
        if (text.includes(word) || bodies.get(word).has(head.body) || bodies.get(word).has(head.answer)) found.get(word).add(at + n);
      }
    });
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  if (number === searchNumber) report(1, found);
}

async function bodiesWith(words, isWanted, report) {
  const { starts } = await load('index');
  const numbers = new Map(words.map((word) => [word, new Set()]));
  for (let chunk = 0; chunk < starts.length && isWanted(); chunk++) {
    (await load(`bodies-${chunk}`)).forEach((body, n) => {
      const text = (body.text ?? '').toLowerCase();
      for (const word of words) if (text.includes(word)) numbers.get(word).add(starts[chunk] + n);
    });
    report(chunk / starts.length);
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  return numbers;
}
