// Fastify with the library of Standard Webhooks.
import Fastify from "fastify";
import { Webhook } from "standardwebhooks";
import { apply, describe } from "./effects.mjs";

const app = Fastify({ bodyLimit: 1_000_000 });
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => done(null, body));
app.post("/webhook", async (request, reply) => {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.replace("svix-", "webhook-"), value]));
  let payload;
  try {
    payload = new Webhook(process.env.WEBHOOK_SECRET).verify(request.body, headers);
  } catch {
    return reply.code(400).send({});
  }
  apply(headers["webhook-id"], payload);
  return reply.code(204).send();
});
app.get("/effects", async (request) => describe(request.query.svix_id));
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
