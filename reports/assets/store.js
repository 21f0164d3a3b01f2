// Evidence inside this file: base64 of raw DEFLATE of JSON, decoded on demand.
const HEADS_A_CHUNK = 100;
const KEPT = 24; // decoded chunks; the oldest is dropped
const decoded = new Map();

function load(id) {
  if (!decoded.has(id)) decoded.set(id, inflate(document.getElementById(id).textContent));
  if (decoded.size > KEPT) decoded.delete([...decoded.keys()].find((key) => key !== 'core' && key !== 'index' && key !== id));
  return decoded.get(id);
}

async function inflate(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).json();
}

async function headOf(number) {
  return (await load(`heads-${Math.floor(number / HEADS_A_CHUNK)}`))[number % HEADS_A_CHUNK];
}

async function bodyOf(number, starts) {
  if (number < 0) return null;
  let chunk = starts.findIndex((start) => start > number) - 1;
  if (chunk < 0) chunk = starts.length - 1;
  return (await load(`bodies-${chunk}`))[number - starts[chunk]];
}
