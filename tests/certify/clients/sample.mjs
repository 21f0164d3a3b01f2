// A client in another language: built-in fetch, no packages. Does the task that EVCONFORM_TASK names.

const env = process.env;
const BASE = env.EVCONFORM_BASE_URL;
const SCALE = Number(env.SAMPLE_SCALE ?? "1");
const TIMEOUT = 6000; // ms
const SCOPES = { create_user: "user:write" };
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

let token;

async function renewed() {
  const basic = Buffer.from(`${env.EVCONFORM_CLIENT_ID}:${env.EVCONFORM_CLIENT_SECRET}`).toString("base64");
  const scope = SCOPES[env.EVCONFORM_TASK] ?? "vehicle:read";
  const answer = await fetch(env.EVCONFORM_TOKEN_URL, {
    method: "POST",
    headers: { Authorization: `Basic ${basic}`, "User-Agent": "example-node/2.0" },
    body: new URLSearchParams({ grant_type: "client_credentials", scope }),
  });
  if (!answer.ok) throw new Error(`token: ${answer.status}`);
  return (await answer.json()).access_token;
}

function waitOf(answer) {
  const text = answer.headers.get("retry-after") ?? "1";
  return /^\d+$/.test(text) ? Number(text) + 0.05 : Math.max(0, (Date.parse(text) - Date.now()) / 1000) + 0.1;
}

async function send(method, url, body) {
  let refreshed = false;
  for (let number = 1; ; number++) {
    token ??= await renewed();
    const ours = url.startsWith(`${BASE}/`);
    let answer;
    try {
      answer = await fetch(url, {
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
    } catch (fault) {
      if (method !== "GET" || number >= 5) throw fault;
      await sleep(0.05 * 2 ** number);
      continue;
    }
    if (answer.status === 401 && !refreshed) {
      refreshed = true;
      token = await renewed();
    } else if (answer.status === 429 && number < 5) {
      await sleep(waitOf(answer));
    } else if (answer.status >= 502 && method === "GET" && number < 6) {
      await sleep(0.05 * 2 ** number);
    } else if (!answer.ok) {
      throw new Error(`refused: ${answer.status}`);
    } else if ((answer.headers.get("evenergy-version") ?? "2") !== "2") {
      throw new Error("an answer of another version");
    } else {
      return answer;
    }
  }
}

function nextOf(answer) {
  const header = answer.headers.get("link") ?? "";
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^",;\s]+))*)/g)) {
    const plain = parameters.replace(/title="(?:[^"\\]|\\.)*"/g, "");
    if (/rel="?next"?/.test(plain)) return target.startsWith("http") ? target : "";
  }
  return "";
}

const TASKS = {
  async list_vehicles() {
    for (let url = `${BASE}/vehicles`; url; ) {
      const answer = await send("GET", url);
      for (const vehicle of await answer.json()) console.log(vehicle.id);
      url = nextOf(answer);
    }
  },
  async create_user() {
    await send("POST", `${BASE}/users`, { email: "robin@example.com" });
  },
};

try {
  await TASKS[env.EVCONFORM_TASK]();
} catch (fault) {
  console.error(String(fault));
  process.exit(1);
}
