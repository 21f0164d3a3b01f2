// Express with the library of Svix.
import express from "express";
import { Webhook } from "svix";
import { apply, describe } from "./effects.mjs";

const app = express();
app.post("/webhook", express.raw({ type: "application/json" }), (request, response) => {
  let payload;
  try {
    payload = new Webhook(process.env.WEBHOOK_SECRET).verify(request.body, request.headers);
  } catch {
    return response.status(400).json({});
  }
  apply(request.headers["svix-id"] ?? request.headers["webhook-id"], payload);
  response.status(200).json({});
});
app.get("/effects", (request, response) => response.json(describe(request.query.svix_id)));
app.listen(Number(process.env.PORT), "127.0.0.1");
