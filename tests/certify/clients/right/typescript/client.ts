// A right client on the code that @hey-api/openapi-ts generates from the description. It does the task in EVCONFORM_TASK.
import { client } from "./generated/client.gen.js";
import * as api from "./generated/sdk.gen.js";

const env = process.env as Record<string, string>;
const BASE = env.EVCONFORM_BASE_URL;
const TASK = env.EVCONFORM_TASK;
const USER = env.EVCONFORM_USER;
const AGENT = "example-typescript/2.2";
const TIMEOUT = 6000; // ms
const TRIES = 5;
const SCOPES: Record<string, string> = {
  read_session: "charging_session:read vehicle:read",
  poll_sessions: "charging_session:read",
  create_user: "user:write",
  add_vehicle: "vehicle:read vehicle:write",
  change_vehicle: "vehicle:read vehicle:write",
};
const sleep = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

class Refused extends Error {}

let token: Promise<string> | undefined;
let resumeAt = 0; // no request before it, after a 429

async function requestToken(): Promise<string> {
  const basic = Buffer.from(`${env.EVCONFORM_CLIENT_ID}:${env.EVCONFORM_CLIENT_SECRET}`).toString("base64");
  const response = await fetch(env.EVCONFORM_TOKEN_URL, {
    method: "POST",
    headers: { Authorization: `Basic ${basic}`, "User-Agent": AGENT },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPES[TASK] ?? "vehicle:read" }),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Refused(`no token: ${response.status}`);
  return (await response.json()).access_token;
}

function readWait(response: Response): number {
  const text = response.headers.get("retry-after") ?? "1";
  const wait = /^\d+$/.test(text) ? Number(text) : Math.max(0, (Date.parse(text) - Date.now()) / 1000);
  if (wait > 600) throw new Refused(`the API asks for a wait of ${wait} s`);
  return wait + 0.05;
}

async function slowDown(response: Response): Promise<void> {
  const [limit, left] = ["limit", "remaining"].map((name) => response.headers.get(`x-ratelimit-${name}`));
  if (limit && left && Number(left) < Number(limit) / 3) await sleep(0.3);
}

// What the generated code sends goes through here: token, waits and retries.
const send: typeof fetch = async (input, init) => {
  const original = new Request(input, init);
  const isOurs = original.url.startsWith(`${BASE}/`);
  let isRenewed = false;
  for (let number = 1; ; number++) {
    const used = isOurs ? (token ??= requestToken()) : undefined;
    const request = new Request(original.clone(), { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
    request.headers.set("User-Agent", AGENT);
    request.headers.set("EvEnergy-Version", "2");
    if (used) request.headers.set("Authorization", `Bearer ${await used}`);
    await sleep(Math.max(0, resumeAt - Date.now()) / 1000);
    let response: Response;
    try {
      const received = await fetch(request);
      const body = await received.arrayBuffer(); // here, so that a read whose body breaks off is repeated
      response = new Response(body, { status: received.status, headers: received.headers });
    } catch (error) {
      if (request.method !== "GET" || number >= TRIES) throw error;
      await sleep(0.2 * 2 ** number);
      continue;
    }
    if (response.status === 401 && !isRenewed) {
      isRenewed = true;
      if (token === used) token = requestToken();
    } else if (response.status === 429 && number < TRIES) {
      resumeAt = Math.max(resumeAt, Date.now() + readWait(response) * 1000);
    } else if ([502, 503, 504].includes(response.status) && request.method === "GET" && number < TRIES) {
      await sleep(0.2 * 2 ** number);
    } else if (!response.ok) {
      throw new Refused(`${response.status} ${response.headers.get("content-type")}`);
    } else if ((response.headers.get("evenergy-version") ?? "2") !== "2") {
      throw new Refused("a response of another version");
    } else {
      await slowDown(response);
      return response;
    }
  }
};

client.setConfig({ baseUrl: BASE, fetch: send, throwOnError: true });

function findNext(header: string): string {
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)/g)) {
    const others = parameters.replace(/;\s*(?!rel\b)[\w*-]+\s*=\s*"(?:[^"\\]|\\.)*"/gi, "");
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(others);
    if ((rel?.[1] ?? rel?.[2] ?? "").toLowerCase().split(/\s+/).includes("next")) return target;
  }
  return "about:blank";
}

async function readAll<Item>(first: Promise<{ data: unknown; response: Response }>): Promise<Item[]> {
  let page = await first;
  const items: Item[] = [];
  for (;;) {
    items.push(...(page.data as Item[]));
    const next = findNext(page.response.headers.get("link") ?? "");
    if (next === "about:blank") return items;
    const response = await send(next);
    page = { data: await response.json(), response };
  }
}

type Resource = { id: string; url: string };
const readUrl = async (url: string): Promise<any> => (await send(url)).json();
const readVehicles = () => readAll<Resource>(api.getVehicles() as any);
const readSessions = () => readAll<Resource>(api.getChargingSessions() as any);

const TASKS: Record<string, () => Promise<unknown>> = {
  async list_vehicles() {
    for (const vehicle of await readVehicles()) console.log(vehicle.id);
  },
  async read_vehicles() {
    for (const vehicle of await readVehicles()) console.log((await readUrl(vehicle.url)).id);
  },
  async read_at_once() {
    const vehicles = await readVehicles();
    await Promise.all(vehicles.slice(0, 20).map((vehicle) => readUrl(vehicle.url)));
  },
  async read_session() {
    const { data } = (await api.getChargingSessions()) as any;
    const { vehicle } = await readUrl(`${data[0].url}?expand=vehicle`);
    console.log((typeof vehicle === "string" ? await readUrl(vehicle) : vehicle).id);
  },
  async poll_sessions() {
    const known = new Set((await readSessions()).map((session) => session.id));
    do await sleep(1);
    while ((await readSessions()).every((session) => known.has(session.id)));
  },
  async create_user() {
    console.log(((await api.postUsers({ body: { email: "lin@example.com" } } as any)) as any).data.id);
  },
  async add_vehicle() {
    const { data } = (await api.getVehicleModels()) as any;
    await api.postVehicles({ body: { model: data[0].url, user: USER }, headers: { "EvEnergy-User": USER } } as any);
  },
  async change_vehicle() {
    const { data } = (await api.getVehicles()) as any;
    const path = { vehicle_id: data[0].id };
    await api.patchVehicles({ path, body: { maximum_charge_limit_percentage: 80 } } as any);
  },
  async revoke_token() {
    await api.getVehicles();
    const form = { token: await token!, client_id: env.EVCONFORM_CLIENT_ID, client_secret: env.EVCONFORM_CLIENT_SECRET };
    await fetch(`${env.EVCONFORM_OAUTH_URL}/revoke_token/`, {
      redirect: "manual", // the token is in the form
      method: "POST",
      headers: { "User-Agent": AGENT },
      body: new URLSearchParams(form),
    });
  },
};

try {
  await TASKS[TASK]();
} catch (error) {
  console.error(`${(error as Error).name}: ${(error as Error).message}`);
  process.exit(1);
}
