import { expect, test } from "vitest";
import { UPSTREAM } from "./bindings.ts";
import { bytesProblems, type Traffic } from "./bytes.ts";

// What the gate itself never does, so that no call through it can show that it would be found.

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const ANSWER = 'data: {"choices":[{"delta":{}}]}\n\ndata: {"choices":[],"usage":{"prompt_tokens":1}}\n\n';
const SHOWN = 'data: {"choices":[{"delta":{}}]}\n\n';
const JSON_BODY = { model: "m", stream: true };
const recorded = { status: 200, response_body: ANSWER, response_body_encoding: "utf8" } as const;

/** `sent`, `received`: as text. */
function problems({
  sent = JSON_BODY,
  received = SHOWN,
  status = 200,
  url = `${UPSTREAM}/v1/x`,
}: {
  sent?: object;
  received?: string;
  status?: number;
  url?: string;
}): string[] {
  const request = {
    url: "http://gate.invalid/openai/v1/x",
    json: JSON_BODY,
    body: bytesOf(JSON.stringify(JSON_BODY)),
  };
  const replayed: Traffic = {
    status,
    request,
    path: { prefix: "/openai" },
    sent: { url, body: bytesOf(JSON.stringify(sent)) },
    received: bytesOf(received),
  };
  return bytesProblems(recorded, replayed);
}

const ASKED = { ...JSON_BODY, stream_options: { include_usage: true } };

test("the usage chunk is missing where the gate asked for it, and only there", () => {
  expect(problems({ sent: ASKED, received: SHOWN })).toEqual([]);
  expect(problems({ received: ANSWER })).toEqual([]);
  expect(problems({ sent: ASKED, received: ANSWER })).toHaveLength(1);
  expect(problems({ received: SHOWN })).toHaveLength(1);
});

test("a changed byte, status, address or body is found", () => {
  expect(problems({ received: ANSWER.replace("1", "2") })).toHaveLength(1);
  expect(problems({ received: ANSWER, status: 502 })).toHaveLength(1);
  expect(problems({ received: ANSWER, url: `${UPSTREAM}/v1/y` })).toHaveLength(1);
  expect(problems({ sent: { ...ASKED, model: "n" } })).toHaveLength(1);
});
