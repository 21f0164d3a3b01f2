// What the right receivers in JavaScript share: effects by message, and states by resource.
const messages = new Map();
const states = new Map();

export function apply(id, payload) {
  const kind = payload?.type;
  if (!["charging_sub_session.created", "charging_sub_session.ended"].includes(kind) || messages.has(id)) return;
  messages.set(id, { kind, thing: payload.data?.id });
  if (states.get(payload.data?.id) !== "ended") states.set(payload.data?.id, kind.split(".").pop());
}

export function describe(id) {
  const message = messages.get(id);
  return { effects: message ? 1 : 0, type: message?.kind ?? "", state: states.get(message?.thing) ?? "" };
}
