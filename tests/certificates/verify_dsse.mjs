// Verifies a DSSE envelope with Ed25519 and prints the result of its statement: `node verify_dsse.mjs FILE PUBLIC_KEY`.

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [file, keyFile] = process.argv.slice(2);
const envelope = JSON.parse(readFileSync(file, "utf8"));
const payload = Buffer.from(envelope.payload, "base64");
const type = envelope.payloadType;
const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
const signature = Buffer.from(envelope.signatures[0].sig, "base64");
if (!verify(null, encoded, createPublicKey(readFileSync(keyFile)), signature)) process.exit(1);
console.log(JSON.parse(payload.toString("utf8")).predicate.result);
