import { gate } from "../../src/gate/gate.ts";
import type { Isolate } from "./isolate.ts";
import { ORGANIZATION, type PlannedCall } from "./scenario.ts";
import { holdPrefix, type CallRecord } from "./records.ts";
import type { World } from "./world.ts";

// Clients: a real request to the real gate, whose answer is read to its end, unless the client leaves.

const REFUSED_BY_BUDGET = new Set(["budget_exceeded", "request_too_large", "budget_held", "rate_limited"]);

export async function makeCall(world: World, planned: PlannedCall, isolate: Isolate): Promise<void> {
  const { scheduler } = world;
  const record: CallRecord = {
    planned,
    requestId: `req_${String(world.made.requests + 1).padStart(4, "0")}`,
    servedBy: isolate.name,
    status: null,
    code: null,
    answered: false,
    dispatched: false,
    bill: "nothing",
    counted: "nothing",
    holds: new Map(),
    refusal: null,
  };
  world.records.set(planned.number, record);
  const leaving = new AbortController();
  const request = requestOf(world, planned, leaving.signal);
  if (planned.leavesAfterMs !== null) {
    const leave = () => {
      if (record.answered) return;
      scheduler.trace.push(`client of call ${planned.number} leaves`);
      leaving.abort();
    };
    scheduler.after(planned.leavesAfterMs, { owner: `client ${planned.number}`, run: leave });
  }
  scheduler.trace.push(
    `client calls ${isolate.name} (call ${planned.number}, ${holdPrefix(record.requestId)})`,
  );
  isolate.busy += 1;
  try {
    const response = await gate(isolate.deps, request);
    if (response) await readAnswer(world, record, response, leaving.signal);
  } finally {
    isolate.busy -= 1;
    record.answered = true;
  }
}

function requestOf(world: World, planned: PlannedCall, signal: AbortSignal): Request {
  const key = world.scenario.keys[planned.key];
  const { model, maxTokens, stream, customer, tags } = planned;
  // A header carries Latin-1 only, and no comma or space at its ends.
  const inBody = customer !== null && /[^a-z]/.test(customer);
  const headers = new Headers({ authorization: `Bearer ${world.secrets.get(key?.id ?? "") ?? ""}` });
  if (customer !== null && !inBody) headers.set("x-tollgate-customer", customer);
  if (tags.length > 0) headers.set("x-tollgate-tags", tags.join(", "));
  const body = {
    model,
    messages: [{ role: "user", content: `call ${planned.number}` }],
    max_tokens: maxTokens,
    ...(stream ? { stream: true } : {}),
    ...(inBody ? { user: customer } : {}),
  };
  return new Request("http://gate.invalid/v1/chat/completions", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal,
  });
}

async function readAnswer(
  world: World,
  record: CallRecord,
  response: Response,
  left: AbortSignal,
): Promise<void> {
  const text = await readText(response, left);
  record.status = response.status;
  const code = /"code":"([a-z_]+)","request_id"/.exec(text)?.[1] ?? null;
  record.code = code;
  world.scheduler.trace.push(`client of call ${record.planned.number} gets ${response.status} ${code ?? ""}`);
  if (code === null) return;
  if (REFUSED_BY_BUDGET.has(code)) {
    if (!record.refusal?.due) {
      world.violated(
        "2",
        `call ${record.planned.number} was refused (${code}) with room: ${record.refusal?.why ?? "?"}`,
      );
    }
  }
  const calm = Object.entries(world.scenario.misfortunes).every(
    ([name, value]) => name === "leaps" || !value,
  );
  if (code === "store_unavailable" && calm)
    world.violated("14", `${ORGANIZATION} has its stores, and a call got 503`);
  if (code === "internal_error") world.violated("14", `call ${record.planned.number} failed inside`);
}

async function readText(response: Response, left: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      if (left.aborted) {
        void reader.cancel().catch(() => undefined); // The stream may have broken off already.
        return text;
      }
      const { done, value } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return text; // Broken off: what came is what the client has.
  }
}
