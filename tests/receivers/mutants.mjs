// Receivers with one fault each, as partners make them in JavaScript, without a library: `node mutants.mjs`.
//
// All are served by one process: POST /<number>/webhook, GET /<number>/effects?svix_id=…; 0 is the right one. The first
// line of output is the port and the list of faults: name, requirement, and whether it is only warned of.
import crypto from "node:crypto";
import http from "node:http";

const SECRET = "whsec_cGFydG5lcnMga2VlcCB0aGlzIGtleSB0byB0aGVtc2VsdmVz";
const KEY = Buffer.from(SECRET.slice(6), "base64");
const TOLERANCE = 300;

class Refused extends Error {
  constructor(status = 400, text = "", headers = {}) {
    super(text);
    Object.assign(this, { status, text, headers });
  }
}

// A right receiver, in steps that a fault can replace.
class Receiver {
  constructor() {
    this.seen = new Set();
    this.effects = new Map();
    this.states = new Map();
    this.limit = 2_000_000;
  }

  observe(id) {
    const effect = this.effects.get(id) ?? { effects: 0, type: "", thing: "" };
    return { effects: effect.effects, type: effect.type, state: this.states.get(effect.thing) ?? "" };
  }

  async handle(request) {
    if (request.method !== "POST") throw new Refused(405);
    const body = await this.read(request);
    const message = this.headers(request, body);
    this.verify(message, request);
    const payload = this.parse(body);
    if (await this.isNew(message)) this.act(message, payload, request);
    return 204;
  }

  async read(request) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size > this.limit) throw new Refused(413);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  headers(request, body) {
    const family = Object.keys(request.headers).some((name) => /^svix-(id|timestamp|signature)$/.test(name)) ? "svix" : "webhook";
    const [id, stamp, signatures] = ["id", "timestamp", "signature"].map((part) => this.one(request, `${family}-${part}`));
    return { id, stamp, signatures, body, family };
  }

  one(request, name) {
    const values = request.headersDistinct[name] ?? [];
    if (values.length > 1) throw new Refused();
    return values[0];
  }

  verify(message) {
    this.present(message);
    this.age(message.stamp);
    this.signature(message);
  }

  present({ id, stamp, signatures }) {
    if (!id || !stamp || !signatures) throw new Refused();
  }

  age(stamp) {
    if (Math.abs(this.time(stamp) - Math.floor(Date.now() / 1000)) > TOLERANCE) throw new Refused();
  }

  time(stamp) {
    if (!/^[0-9]{1,12}$/.test(stamp)) throw new Refused();
    return Number(stamp);
  }

  content({ id, stamp, body }) {
    return Buffer.concat([Buffer.from(`${id}.${stamp}.`), body]);
  }

  mac(message, key = KEY) {
    return crypto.createHmac("sha256", key).update(this.content(message)).digest();
  }

  signature(message) {
    const expected = this.mac(message);
    for (const token of this.tokens(message.signatures)) {
      const comma = token.indexOf(",");
      if (comma > 0 && this.label(token.slice(0, comma)) && this.equal(token.slice(comma + 1), expected)) return;
    }
    throw new Refused();
  }

  tokens(signatures) {
    return signatures.split(" ");
  }

  label(label) {
    return label === "v1";
  }

  equal(mac, expected) {
    const [one, other] = [Buffer.from(mac), Buffer.from(expected.toString("base64"))];
    return one.length === other.length && crypto.timingSafeEqual(one, other);
  }

  async isNew({ id }) {
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    return true;
  }

  parse(body) {
    let payload;
    try {
      payload = JSON.parse(body.toString());
    } catch {
      throw new Refused(422);
    }
    if (typeof payload?.type !== "string" || typeof payload.data !== "object" || !payload.data) throw new Refused(422);
    return payload;
  }

  type(payload) {
    return payload.type;
  }

  act(message, payload, request) {
    const type = this.type(payload, request);
    if (!this.known(type)) return;
    const before = this.effects.get(message.id)?.effects ?? 0;
    this.effects.set(message.id, { effects: before + 1, type, thing: payload.data.id });
    this.store(payload.data.id, type.split(".").pop(), payload);
  }

  known(type) {
    return ["charging_sub_session.created", "charging_sub_session.ended"].includes(type);
  }

  store(thing, state) {
    if (this.states.get(thing) !== "ended") this.states.set(thing, state);
  }

  refuse(refused) {
    return refused;
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const FAULTS = [];

// Register a fault: a function of a right receiver that spoils one step of it.
function fault(requirement, name, spoil, warned = false) {
  FAULTS.push({ requirement, name, spoil, warned });
}

fault("W02", "an absent id is the text undefined", (r) => (r.present = ({ stamp, signatures }) => { if (!stamp || !signatures) throw new Refused(); }));
fault("W02", "an absent id is the empty text", (r) => { const headers = r.headers; r.headers = (...a) => { const m = headers.apply(r, a); return { ...m, id: m.id ?? "" }; }; r.present = ({ stamp, signatures }) => { if (!stamp || !signatures) throw new Refused(); }; });
fault("W03", "without a timestamp there is no age", (r) => { r.present = ({ id, signatures }) => { if (!id || !signatures) throw new Refused(); }; const age = r.age; r.age = (stamp) => { if (stamp) age.call(r, stamp); }; });
fault("W04", "what is unsigned is a test", (r) => { const verify = r.verify; r.verify = (m) => { if (m.signatures) verify.call(r, m); }; });
fault("W04", "a known id is answered at once", (r) => { const verify = r.verify; r.verify = (m) => { if (!r.seen.has(m.id)) verify.call(r, m); }; });
fault("W04", "only JSON is verified", (r) => { const verify = r.verify; r.verify = (m, q) => { if ((q.headers["content-type"] ?? "").includes("json")) verify.call(r, m); }; });
fault("W05", "an exception in the comparison is caught and ignored", (r) => (r.equal = (mac, expected) => { try { crypto.timingSafeEqual(Buffer.from(mac), expected); } catch { return true; } return false; }));
fault("W05", "the other family is not verified", (r) => { const verify = r.verify; r.verify = (m) => { if (m.family === "svix") verify.call(r, m); }; });
fault("W05", "forgets to await the verification", (r) => { const verify = r.verify; r.verify = (m) => { Promise.resolve().then(() => verify.call(r, m)).catch(() => {}); }; });
fault("W05", "an empty fallback key", (r) => { const mac = r.mac, equal = r.equal; let message; r.mac = (m) => { message = m; return mac.call(r, m); }; r.equal = (one, expected) => equal.call(r, one, expected) || equal.call(r, one, mac.call(r, message, "")); });
fault("W07", "verifies the first 2 KB", (r) => { const signature = r.signature; r.signature = (m) => { if (m.body.length < 10_000) signature.call(r, m); }; });
fault("W07", "an empty body is a ping", (r) => { const verify = r.verify; r.verify = (m) => { if (m.body.length) verify.call(r, m); }; r.parse = (body) => (body.length ? Receiver.prototype.parse.call(r, body) : { type: "ping", data: {} }); });
fault("W08", "verifies JSON.stringify(JSON.parse(body))", (r) => { const content = r.content; r.content = (m) => { try { return content.call(r, { ...m, body: Buffer.from(JSON.stringify(JSON.parse(m.body))) }); } catch { return content.call(r, m); } }; });
fault("W08", "folds line ends", (r) => { const content = r.content; r.content = (m) => content.call(r, { ...m, body: Buffer.from(m.body.toString("latin1").replaceAll("\r\n", "\n"), "latin1") }); });
fault("W08", "normalises Unicode", (r) => { const content = r.content; r.content = (m) => content.call(r, { ...m, body: Buffer.from(m.body.toString().normalize()) }); });
fault("W09", "trims the body", (r) => { const content = r.content; r.content = (m) => content.call(r, { ...m, body: Buffer.from(m.body.toString().trim()) }); });
fault("W10", "caches by signature alone", (r) => { const cache = new Set(), signature = r.signature; r.signature = (m) => { if (!cache.has(m.signatures)) signature.call(r, m); cache.add(m.signatures); }; });
fault("W12", "compares seconds with milliseconds", (r) => (r.age = (stamp) => { if (r.time(stamp) - Date.now() > TOLERANCE) throw new Refused(); }));
fault("W12", "0 is no timestamp", (r) => { const age = r.age; r.age = (stamp) => { if (Number(stamp) !== 0) age.call(r, stamp); }; });
fault("W13", "only the past is checked", (r) => (r.age = (stamp) => { if (Date.now() / 1000 - r.time(stamp) > TOLERANCE + 0.99) throw new Refused(); }));
fault("W14", "parseInt reads what begins with a number", (r) => (r.time = (stamp) => parseInt(stamp, 10)));
fault("W14", "NaN is within any tolerance", (r) => (r.time = (stamp) => Number(stamp)));
fault("W14", "new Date() reads milliseconds", (r) => (r.time = (stamp) => { const number = Number(stamp); if (Number.isNaN(number)) throw new Refused(); return number > 1e12 ? number / 1000 : number; }));
fault("W15", "the first signature only", (r) => (r.tokens = (signatures) => [signatures.split(" ")[0]]));
fault("W15", "the last signature only", (r) => (r.tokens = (signatures) => [signatures.split(" ").pop()]));
fault("W15", "splits once", (r) => (r.tokens = (signatures) => signatures.split(" ", 2)));
fault("W16", "the label is not compared", (r) => (r.label = () => true));
fault("W16", "the label starts with v1", (r) => (r.label = (label) => label.startsWith("v1")));
fault("W17", "Buffer.from reads any base64", (r) => (r.equal = (mac, expected) => Buffer.from(mac, "base64").equals(expected)));
fault("W17", "compares the common length", (r) => (r.equal = (mac, expected) => { const own = expected.toString("base64"); return own.slice(0, mac.length) === mac; }));
fault("W17", "compares lower-case texts", (r) => (r.equal = (mac, expected) => mac.toLowerCase() === expected.toString("base64").toLowerCase()));
fault("W17", "searches the MAC in the header", (r) => (r.signature = (m) => { if (!m.signatures.includes(r.mac(m).toString("base64"))) throw new Refused(); }));
fault("W18", "verifies one family and records the other", (r) => { const act = r.act; r.act = (m, p, q) => act.call(r, { ...m, id: q.headers["webhook-id"] ?? m.id }, p, q); });
fault("W18", "takes the first of two timestamps for the age", (r) => { r.one = (q, name) => (q.headersDistinct[name] ?? [])[0]; const verify = r.verify; r.verify = (m, q) => { const stamps = q.headersDistinct[`${m.family}-timestamp`] ?? []; if (stamps.length < 2) return verify.call(r, m); r.age(stamps[0]); r.signature({ ...m, stamp: stamps[1] }); }; });
fault("W19", "trusts svix-event-type", (r) => (r.type = (payload, q) => q.headers["svix-event-type"] ?? payload.type));
fault("W19", "ignores an event whose header names another type", (r) => { const act = r.act; r.act = (m, p, q) => { if ((q.headers["svix-event-type"] ?? p.type) === p.type) act.call(r, m, p, q); }; });
fault("W20", "an exception of JSON.parse is a 500", (r) => (r.parse = (body) => { try { return Receiver.prototype.parse.call(r, body); } catch { throw new Refused(500); } }), true);
fault("W21", "a switch without a default throws", (r) => { const type = r.type; r.type = (payload, q) => { if (!r.known(payload.type)) throw new Refused(500); return type.call(r, payload, q); }; });
fault("W21", "else means ended", (r) => { r.known = (type) => type.startsWith("charging_sub_session."); r.store = (thing, state) => { if (r.states.get(thing) !== "ended") r.states.set(thing, state === "created" ? "created" : "ended"); }; });
fault("W22", "a strict schema", (r) => { const parse = r.parse; r.parse = (body) => { const payload = parse.call(r, body); if (Object.keys(payload).some((name) => !["type", "timestamp", "data"].includes(name))) throw new Refused(422); return payload; }; });
fault("W22", "times need milliseconds", (r) => { const parse = r.parse; r.parse = (body) => { const payload = parse.call(r, body); if (payload.timestamp && !/\.\d+Z$/.test(payload.timestamp)) throw new Refused(422); return payload; }; });
fault("W22", "catches its own TypeError about a null and answers 204", (r) => { const act = r.act; r.act = (m, p, q) => { try { for (const [name, value] of Object.entries(p.data)) if (name !== "end") value.toString(); act.call(r, m, p, q); } catch {} }; });
fault("W23", "no memory", (r) => (r.isNew = async () => true));
fault("W23", "remembers the last id", (r) => { let last; r.isNew = async ({ id }) => { const isNew = id !== last; last = id; return isNew; }; });
fault("W23", "remembers before it verifies", (r) => { const verify = r.verify; let known; r.verify = (m, q) => { known = r.seen.has(m.id); r.seen.add(m.id); verify.call(r, m, q); }; r.isNew = async () => !known; });
fault("W24", "remembers fifty ids", (r) => { const ids = []; r.isNew = async ({ id }) => { if (ids.includes(id)) return false; ids.push(id); if (ids.length > 50) ids.shift(); return true; }; });
fault("W24", "remembers id and timestamp", (r) => (r.isNew = async ({ id, stamp }) => { const key = id + stamp; if (r.seen.has(key)) return false; r.seen.add(key); return true; }));
fault("W25", "awaits 1 ms between look-up and insert", (r) => (r.isNew = async ({ id }) => { const isKnown = r.seen.has(id); await pause(1); r.seen.add(id); return !isKnown; }));
fault("W25", "awaits 20 ms between look-up and insert", (r) => (r.isNew = async ({ id }) => { const isKnown = r.seen.has(id); await pause(20); r.seen.add(id); return !isKnown; }));
fault("W26", "remembers data.id", (r) => (r.isNew = async ({ body }) => { const id = JSON.parse(body).data.id; if (r.seen.has(id)) return false; r.seen.add(id); return true; }));
fault("W26", "the last event wins", (r) => (r.store = (thing, state) => r.states.set(thing, state)));
fault("W26", "an end needs a beginning", (r) => (r.store = (thing, state) => { if (state === "created" || r.states.has(thing)) Receiver.prototype.store.call(r, thing, state); }));
fault("W26", "the later timestamp wins, the first at a tie", (r) => { const times = new Map(); r.store = (thing, state, payload) => { if (!(payload.timestamp <= times.get(thing))) { times.set(thing, payload.timestamp); r.states.set(thing, state); } }; });
fault("W28", "what comes in chunks is not verified", (r) => { const verify = r.verify; r.verify = (m, q) => { if (!q.headers["transfer-encoding"]) verify.call(r, m); }; });
fault("W28", "does not verify above 100 KB", (r) => { const verify = r.verify; r.limit = 100_000_000; r.verify = (m, q) => { if (m.body.length < 100_000) verify.call(r, m); }; });
fault("W28", "accepts 20 KB and cannot store it", (r) => { const act = r.act; r.act = (m, p, q) => { if (m.body.length <= 16_384) act.call(r, m, p, q); }; });
fault("W28", "refuses 20 KB", (r) => (r.limit = 16_384));
fault("W30", "answers GET", (r) => { const handle = r.handle; r.handle = async (q) => (q.method === "GET" ? 200 : handle.call(r, q)); }, true);
fault("W31", "shows the stack", (r) => (r.refuse = (refused) => new Refused(refused.status, refused.stack)));
fault("W31", "shows the stack inside JSON", (r) => (r.refuse = (refused) => new Refused(refused.status, JSON.stringify({ stack: refused.stack }))));
fault("W31", "shows the MAC in hex", (r) => { let last; const verify = r.verify; r.verify = (m, q) => { last = m; verify.call(r, m, q); }; r.refuse = (refused) => new Refused(refused.status, last ? r.mac(last).toString("hex") : ""); });
fault("W31", "shows the key as a Buffer", (r) => (r.refuse = (refused) => new Refused(refused.status, JSON.stringify(KEY))));
fault("W31", "logs the key to the response", (r) => (r.refuse = (refused) => new Refused(refused.status, `<Buffer ${KEY.toString("hex").replace(/(..)/g, "$1 ").trim()}>`)));
fault("W32", "redirects to a login", (r) => (r.refuse = () => new Refused(302, "", { location: "/login" })));
fault("W32", "410 for what is too old", (r) => { const age = r.age; r.age = (stamp) => { try { age.call(r, stamp); } catch { throw new Refused(410); } }; });

const receivers = [new Receiver(), ...FAULTS.map(({ spoil }) => { const receiver = new Receiver(); spoil(receiver); return receiver; })];

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const [, number, place] = url.pathname.split("/");
  const receiver = receivers[Number(number)];
  if (place === "effects") {
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify(receiver.observe(url.searchParams.get("svix_id"))));
  }
  try {
    response.statusCode = await receiver.handle(request);
    response.end();
  } catch (error) {
    const refused = receiver.refuse(error instanceof Refused ? error : new Refused(500));
    for (const [name, value] of Object.entries(refused.headers)) response.setHeader(name, value);
    if (!request.complete) response.setHeader("connection", "close");
    response.statusCode = refused.status;
    response.end(refused.text);
  }
});
server.listen(0, "127.0.0.1", () => {
  const faults = FAULTS.map(({ requirement, name, warned }) => ({ requirement, name, is_warned: warned }));
  console.log(JSON.stringify({ port: server.address().port, faults }));
});
