import type { CallRecord } from "./records.ts";
import type { Scheduler } from "./scheduler.ts";

// The provider: it answers as its call's plan says, and knows what it truly billed.

/** How far an overrun goes beyond what the body and its limit allow. */
const OVERRUN_FACTOR = 3;
const BYTES_PER_TOKEN = 3;
const NOTICED_MS = 10;

interface ReceivedBody {
  model: string;
  max_tokens: number;
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  messages: { content: string }[];
}

/** `received`: told of each call that arrives. */
export function createProvider(
  scheduler: Scheduler,
  records: Map<number, CallRecord>,
  received: (record: CallRecord) => void,
) {
  /** What one Worker's fetch does. */
  return function fetchOf(owner: string): typeof fetch {
    return (_url, init) =>
      new Promise<Response>((resolve, reject) => {
        const text =
          typeof init?.body === "string" ? init.body : new TextDecoder().decode(init?.body as Uint8Array);
        const body = JSON.parse(text) as ReceivedBody;
        const record = records.get(Number(/^call (\d+)/.exec(body.messages[0]?.content ?? "")?.[1]));
        if (!record) throw new Error("the provider got a call that nobody made");
        const { signal } = init ?? {};
        const abandoned = () => {
          // Nobody will hear what it counts.
          if (record.dispatched && record.planned.answer !== "silent") record.bill = "unknown";
          reject(new DOMException("aborted", "AbortError"));
        };
        signal?.addEventListener("abort", abandoned, { once: true });
        scheduler.soon({ owner: `network for ${owner}`, run: arrive });

        function arrive(): void {
          if (signal?.aborted || !record) return;
          record.dispatched = true;
          received(record);
          const { answer, providerMs } = record.planned;
          scheduler.trace.push(`${owner} provider gets call ${record.planned.number} (${answer})`);
          record.counted = billOf(record, body, text.length);
          record.bill = record.counted;
          const fail = () => reject(new TypeError("fetch failed"));
          if (answer === "unreachable") scheduler.after(NOTICED_MS, { owner, run: fail });
          else if (answer !== "silent") scheduler.after(providerMs, { owner, run: respond });
        }
        function respond(): void {
          if (signal?.aborted || !record) return;
          // From now on an abort ends the body, not the head.
          signal?.removeEventListener("abort", abandoned);
          const { answer } = record.planned;
          const status = answer === "error" ? 500 : 200;
          const streamed = body.stream === true && status === 200;
          const chunks = streamed ? eventsOf(record, body) : wholeOf(record, body);
          resolve(
            new Response(bodyOf(chunks, { scheduler, owner, record, signal }), {
              status,
              headers: { "content-type": streamed ? "text/event-stream" : "application/json" },
            }),
          );
        }
      });
  };
}

function billOf({ planned }: CallRecord, body: ReceivedBody, bytes: number): CallRecord["bill"] {
  const { answer, inputShare, outputShare } = planned;
  if (answer === "error" || answer === "silent" || answer === "unreachable") return "nothing";
  if (answer === "cut" || answer === "mute" || answer === "absurd") return "unknown";
  if (answer === "overrun") return { input: bytes * 2, output: body.max_tokens * OVERRUN_FACTOR };
  return {
    input: 1 + Math.floor((inputShare * bytes) / BYTES_PER_TOKEN),
    output: Math.floor(outputShare * body.max_tokens),
  };
}

function usageOf({ bill, planned }: CallRecord) {
  if (planned.answer === "absurd") return { prompt_tokens: -5, completion_tokens: 1e30 };
  if (typeof bill === "string") return undefined;
  return {
    prompt_tokens: bill.input,
    completion_tokens: bill.output,
    total_tokens: bill.input + bill.output,
  };
}

function wholeOf(record: CallRecord, { model }: ReceivedBody): string[] {
  if (record.planned.answer === "error")
    return [JSON.stringify({ error: { message: "broken", type: "server_error" } })];
  const choices = [
    { index: 0, message: { role: "assistant", content: "word ".repeat(8) }, finish_reason: "stop" },
  ];
  const text = JSON.stringify({ id: "x", object: "chat.completion", model, choices, usage: usageOf(record) });
  return [text.slice(0, 40), text.slice(40)];
}

function eventsOf(record: CallRecord, body: ReceivedBody): string[] {
  const event = (choices: unknown[], more: object = {}) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", model: body.model, choices, ...more })}\n\n`;
  const delta = (content: string, finish: string | null = null) =>
    event([{ index: 0, delta: { content }, finish_reason: finish }]);
  const usage = usageOf(record);
  const asked = body.stream_options?.include_usage === true && usage;
  return [
    delta("one "),
    delta("two "),
    delta("", "stop"),
    ...(asked ? [event([], { usage })] : []),
    "data: [DONE]\n\n",
  ];
}

function bodyOf(
  chunks: string[],
  call: {
    scheduler: Scheduler;
    owner: string;
    record: CallRecord;
    signal: AbortSignal | null | undefined;
  },
): ReadableStream<Uint8Array> {
  const { scheduler, owner, record, signal } = call;
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const breakOff = () => {
        if (at > chunks.length) return;
        if (record.bill !== "nothing") record.bill = "unknown";
        controller.error(new Error("aborted"));
      };
      signal?.addEventListener("abort", breakOff, { once: true });
    },
    pull: (controller) =>
      new Promise<void>((resolve) => {
        const run = () => {
          resolve();
          if (signal?.aborted) return;
          const chunk = chunks[at++];
          if (record.planned.answer === "cut" && at === chunks.length) controller.error(new Error("cut"));
          else if (chunk === undefined) controller.close();
          else controller.enqueue(encoder.encode(chunk));
        };
        scheduler.soon({ owner, run });
      }),
  });
}
