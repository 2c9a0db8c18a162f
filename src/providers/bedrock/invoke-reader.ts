import type { Usage } from "../../domain/usage.ts";
import { anthropicReader } from "../anthropic/messages-reader.ts";
import { asObject } from "../fields.ts";
import { openaiChatReader } from "../openai/chat-reader.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, StreamReader } from "../wire.ts";
import { isException, nothingSeen, takePayload } from "./converse-reader.ts";
import { completedUsage, METRICS_MEMBER, usageInMetrics } from "./invocation-counts.ts";
import { plainBytes, plainUsage } from "./model-answer.ts";
import { servedTier, tierServedInHeaders } from "./service-tier.ts";

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html

/**
 * Each frame's payload is `{"bytes": …}`, the base64 of the model's own event as JSON. Complete: the invocation's metrics
 * were seen, which end every stream, or the terminal event of the model's own format.
 */
export function invokeReader(call: AnsweredCall): StreamReader {
  let own: OwnReader | null = null;
  let metrics: Usage | null = null;
  let ended = false;
  let failed = false;

  return {
    push({ event, data }) {
      if (isException(event)) failed = true;
      const text = textIn(data);
      if (text === null) return "pass";
      if (own === null) {
        const first = parsedEvent(text);
        own = first && readerFor(first);
      }
      own?.push(text);
      // Only one chunk has them, and the others needn't be parsed for it.
      if (text.includes(METRICS_MEMBER)) {
        ended = true;
        metrics = usageInMetrics(parsedEvent(text)) ?? metrics;
      }
      return "pass";
    },
    reading() {
      const seen = own?.reading() ?? NOTHING;
      const serviceTier = servedTier(tierServedInHeaders(call.headers), call);
      return {
        usage: completedUsage(seen.usage, metrics),
        complete: ended || seen.complete,
        failed: failed || seen.failed,
        generatedBytes: seen.generatedBytes,
        ...(seen.further && { further: seen.further }),
        ...(serviceTier !== undefined && { serviceTier }),
      };
    },
  };
}

interface OwnReader {
  push(text: string): void;
  reading(): Pick<
    ReturnType<StreamReader["reading"]>,
    "usage" | "complete" | "failed" | "generatedBytes" | "further"
  >;
}

const NOTHING = { usage: null, complete: false, failed: false, generatedBytes: 0, further: undefined };

/** Whose events these are; the first one tells, for an alias or an application's own profile doesn't name the model. */
function readerFor(first: JsonObject): OwnReader {
  if (typeof first["type"] === "string") return eventsOf(anthropicReader());
  if (Array.isArray(first["choices"]))
    return eventsOf(openaiChatReader({ hideUsage: false, statesCost: false }));
  return NOVA_EVENTS.some((name) => asObject(first[name])) ? novaReader() : plainReader();
}

function eventsOf(reader: StreamReader): OwnReader {
  return { push: (data) => void reader.push({ event: "", data }), reading: () => reader.reading() };
}

const NOVA_EVENTS = [
  "messageStart",
  "contentBlockStart",
  "contentBlockDelta",
  "contentBlockStop",
  "messageStop",
  "metadata",
];

/** Nova's events are Converse's, each under its name. */
function novaReader(): OwnReader {
  const seen = nothingSeen();
  return {
    push(text) {
      const event = parsedEvent(text);
      for (const name of NOVA_EVENTS) takePayload(seen, asObject(event?.[name]));
    },
    reading: () => ({ ...seen, complete: seen.usage !== null, failed: false }),
  };
}

function plainReader(): OwnReader {
  let usage: Usage | null = null;
  let generatedBytes = 0;
  return {
    push(text) {
      const chunk = parsedEvent(text);
      if (!chunk) return;
      generatedBytes += plainBytes(chunk);
      const stated = plainUsage(chunk);
      if (stated) usage = { ...usage, ...stated };
    },
    reading: () => ({ usage, complete: false, failed: false, generatedBytes }),
  };
}

/** The model's event in a frame's payload; null where there is none. */
function textIn(data: string): string | null {
  const base64 = parsedEvent(data)?.["bytes"];
  if (typeof base64 !== "string") return null;
  try {
    return decoder.decode(Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)));
  } catch {
    // Not base64: it says nothing of usage.
    return null;
  }
}

const decoder = new TextDecoder();
