// A sample client in JavaScript with built-in fetch and no packages. It does the task in EVCONFORM_TASK.

const env = process.env;
const BASE = env.EVCONFORM_BASE_URL;
const SCALE = Number(env.SAMPLE_SCALE ?? "1");
const TIMEOUT = 6000; // ms
const SCOPES = { create_user: "user:write" };
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

let token;

async function requestToken() {
  const basic = Buffer.from(`${env.EVCONFORM_CLIENT_ID}:${env.EVCONFORM_CLIENT_SECRET}`).toString("base64");
  const scope = SCOPES[env.EVCONFORM_TASK] ?? "vehicle:read";
  const response = await fetch(env.EVCONFORM_TOKEN_URL, {
    method: "POST",
    headers: { Authorization: `Basic ${basic}`, "User-Agent": "example-node/2.0" },
    body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`token: ${response.status}`);
  return (await response.json()).access_token;
}

function readRetryAfter(response) {
  const text = response.headers.get("retry-after") ?? "1";
  return /^\d+$/.test(text) ? Number(text) + 0.05 : Math.max(0, (Date.parse(text) - Date.now()) / 1000) + 0.1;
}

async function send(method, url, body) {
  let refreshed = false;
  for (let number = 1; ; number++) {
    token ??= await requestToken();
    const ours = url.startsWith(`${BASE}/`);
    let response;
    try {
      const received = await fetch(url, {
        method,
        headers: {
          "User-Agent": "example-node/2.0",
          "EvEnergy-Version": "2",
          ...(ours ? { Authorization: `Bearer ${token}` } : {}),
          ...(body ? { "Content-Type": "application/json" } : {}),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      response = new Response(await received.text(), { status: received.status, headers: received.headers });
    } catch (error) {
      if (method !== "GET" || number >= 5) throw error;
      await sleep(0.05 * 2 ** number);
      continue;
    }
    if (response.status === 401 && !refreshed) {
      refreshed = true;
      token = await requestToken();
    } else if (response.status === 429 && number < 5) {
      await sleep(readRetryAfter(response));
    } else if (response.status >= 502 && method === "GET" && number < 6) {
      await sleep(0.05 * 2 ** number);
    } else if (!response.ok) {
      throw new Error(`refused: ${response.status}`);
    } else if ((response.headers.get("evenergy-version") ?? "2") !== "2") {
      throw new Error("a response of another version");
    } else {
      return response;
    }
  }
}

function findNextLink(response) {
  const header = response.headers.get("link") ?? "";
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^",;\s]+))*)/g)) {
    const plain = parameters.replace(/title="(?:[^"\\]|\\.)*"/g, "");
    const relation = plain.match(/;\s*rel=(?:"([^"]*)"|([^",;\s]+))/) ?? [];
    const names = (relation[1] ?? relation[2] ?? "").split(/\s+/);
    if (names.includes("next")) return target.startsWith("http") ? target : "";
  }
  return "";
}

const TASKS = {
  async list_vehicles() {
    for (let url = `${BASE}/vehicles`; url; ) {
      const response = await send("GET", url);
      for (const vehicle of await response.json()) console.log(vehicle.id);
      url = findNextLink(response);
    }
  },
  async create_user() {
    await send("POST", `${BASE}/users`, { email: "robin@example.com" });
  },
};

try {
  await TASKS[env.EVCONFORM_TASK]();
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
