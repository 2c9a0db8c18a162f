// From a request and its scenario to the script of the answer. Pure.

import * as z from "zod";

import { fingerprint } from "../../src/local/demo/answer.ts";
import { credentialOf, failureReply, familyOf } from "../../src/local/demo/family.ts";
import { parseJson, type DemoRequest } from "../../src/local/demo/reply.ts";
import { answerDemo } from "../../src/local/demo/routes.ts";
import { scriptChat } from "./scripted-provider-chat.ts";
import { scriptMessages } from "./scripted-provider-messages.ts";
import type { Scenario } from "./scripted-provider-scenario.ts";
import { billOf, splitEvenly, type Script, type ScriptedRequest } from "./scripted-provider-script.ts";

const FIRST_ERROR_STATUS = 400;

export function writeScript(request: DemoRequest, scenario: Scenario): Script {
  const script = chooseScript(request, scenario);
  for (const after of ["cutAfter", "hangAfter", "errorEventAfter", "gateAfter"] as const) {
    if ((scenario[after] ?? 0) <= script.chunks.length) continue;
    throw new Error(`${after} is ${scenario[after]}, but the answer has ${script.chunks.length} chunks`);
  }
  return { ...script, headers: { ...script.headers, ...scenario.headers } };
}

function chooseScript(request: DemoRequest, scenario: Scenario): Script {
  const family = familyOf(request);
  const { status, echoCredential } = scenario;
  if (echoCredential === true) {
    const message = `Incorrect API key provided: ${credentialOf(family, request.headers)}.`;
    return wholeScript(
      failureReply(family, { status: status ?? 401, message, code: "invalid_api_key" }),
      scenario,
    );
  }
  if (scenario.body !== undefined || scenario.bodyBase64 !== undefined) return literalScript(scenario);
  if (status !== undefined && status >= FIRST_ERROR_STATUS) {
    return wholeScript(failureReply(family, { status, message: `Scripted ${status}` }), scenario);
  }
  // The suffix alone: OpenAI-compatible providers have prefixes of their own before it.
  if (request.path.endsWith("/chat/completions")) return scriptChat(readRequest(request.body), scenario);
  if (request.path.endsWith("/messages")) return scriptMessages(readRequest(request.body), scenario);
  return wholeScript(answerDemo(request), scenario);
}

function literalScript(scenario: Scenario): Script {
  const { body, bodyBase64, status = 200 } = scenario;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const bytes = bodyBase64 === undefined ? Buffer.from(text) : Buffer.from(bodyBase64, "base64");
  const script = wholeScript(
    { status, headers: { "content-type": "application/json" }, pieces: [] },
    scenario,
  );
  const usage = scenario.usage ?? z.object({ usage: z.looseObject({}) }).safeParse(body).data?.usage;
  const bill = status < FIRST_ERROR_STATUS ? billOf(usage) : script.bill;
  return { ...script, bill, chunks: splitEvenly(bytes, scenario.chunks ?? 1) };
}

/** An answer that is no completion: nothing was generated. */
function wholeScript(
  reply: { status: number; headers: Record<string, string>; pieces: string[] },
  scenario: Scenario,
): Script {
  return {
    status: reply.status,
    headers: reply.headers,
    opening: [],
    chunks: splitEvenly(reply.pieces.join(""), scenario.chunks ?? 1),
    closing: [],
    errorEvent: "",
    bill: billOf(undefined),
    stream: false,
  };
}

const lenientRequest = z.object({
  model: z.string().catch("scripted"),
  messages: z.array(z.unknown()).catch([]),
  stream: z.boolean().catch(false),
  stream_options: z.object({ include_usage: z.boolean() }).catch({ include_usage: false }),
  n: z.int().min(1).catch(1),
  max_tokens: z.int().min(1).optional().catch(undefined),
  max_completion_tokens: z.int().min(1).optional().catch(undefined),
});

function readRequest(body: Uint8Array): ScriptedRequest {
  const { n, stream_options, max_tokens, max_completion_tokens, ...request } = lenientRequest.parse(
    parseJson(body) ?? {},
  );
  return {
    ...request,
    id: fingerprint(body),
    includeUsage: stream_options.include_usage,
    choices: n,
    maxTokens: max_completion_tokens ?? max_tokens,
  };
}
