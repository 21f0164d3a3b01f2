// The receiver that the documentation of Svix shows for Express: https://docs.svix.com/receiving/verifying-payloads/how
import express from "express";
import { Webhook } from "svix";

const app = express();

app.post("/webhook", express.raw({ type: "application/json" }), (request, response) => {
  const webhook = new Webhook(process.env.WEBHOOK_SECRET);
  try {
    webhook.verify(request.body, request.headers);
  } catch (error) {
    return response.status(400).json({});
  }
  response.json({});
});

const server = app.listen(0, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
