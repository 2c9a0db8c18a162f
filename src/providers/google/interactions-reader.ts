import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { maxOutputTokens } from "../prices/output-limits.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { billsEachQuery } from "./grounding.ts";
import { interactionUsage } from "./interactions-usage.ts";

// https://ai.google.dev/gemini-api/docs/interactions/streaming

const MAX_QUERIES = 1_000;
/** At least what an estimate divides bytes by. */
const MAX_BYTES_PER_TOKEN = 4;

/** Complete: the interaction ended, or `[DONE]` was seen. */
export function interactionsReader(_options: { hideUsage: boolean }, call: AnsweredCall): StreamReader {
  const answer = createInteraction(call);
  return {
    push({ event, data }) {
      if (data.startsWith("[DONE]")) answer.end();
      else answer.takeEvent(parsedEvent(data), event);
      return "pass";
    },
    reading: () => answer.reading(),
  };
}

export function readInteraction(status: number, body: unknown, call: AnsweredCall): Reading {
  const answer = createInteraction(call);
  const interaction = asObject(body);
  if (interaction) answer.takeInteraction(interaction);
  const reading = answer.reading();
  return {
    ...reading,
    failed: reading.failed || status >= 400,
    complete: interaction !== null && !answer.goesOn(),
  };
}

function createInteraction({ facts }: AnsweredCall) {
  let usage: Usage | null = null;
  let status: string | undefined;
  let failed = false;
  let ended = false;
  let generatedBytes = 0;
  let queries = 0;
  let model: string | undefined;
  let serviceTier: string | undefined;

  function takeStep(step: JsonObject | null): void {
    if (step?.["type"] === "google_search_call") {
      queries += asArray(asObject(step["arguments"])?.["queries"]).slice(0, MAX_QUERIES).length;
    }
    generatedBytes +=
      textBytes(step) + jsonBytes(step?.["type"] === "function_call" ? step["arguments"] : undefined);
    for (const part of [...asArray(step?.["content"]), ...asArray(step?.["summary"]), step?.["content"]]) {
      generatedBytes += textBytes(asObject(part));
    }
  }

  function takeInteraction(interaction: JsonObject): void {
    usage = interactionUsage(interaction["usage"]) ?? usage;
    status = asText(interaction["status"]) ?? status;
    model = asText(interaction["model"]) ?? model;
    serviceTier = asText(interaction["service_tier"]) ?? serviceTier;
    if (asObject(interaction["error"]) || status === "failed") failed = true;
    for (const step of asArray(interaction["steps"])) takeStep(asObject(step));
  }

  /** It runs in the background: polls would tell its usage, and nobody bills those. */
  const goesOn = () => usage === null && !failed && (status === "in_progress" || status === "queued");

  return {
    takeInteraction,
    goesOn,
    takeEvent(event: JsonObject | null, name: string): void {
      const type = asText(event?.["event_type"]) ?? name;
      if (type === "error" || asObject(event?.["error"])) failed = true;
      takeStep(asObject(event?.["step"]));
      takeStep(asObject(event?.["delta"]));
      const interaction = asObject(event?.["interaction"]);
      if (interaction) takeInteraction({ ...interaction, steps: undefined });
      if (/^interaction\.(?:complete|completed|failed|cancelled|incomplete)$/.test(type)) ended = true;
    },
    end(): void {
      ended = true;
    },
    reading(): Reading {
      const searches = billsEachQuery(model ?? facts.model) ? queries : Math.min(1, queries);
      // What goes on in the background may still write all that it is allowed to.
      const most = (facts.outputLimit ?? maxOutputTokens(facts.model)) * MAX_BYTES_PER_TOKEN;
      return {
        usage: usage && { ...usage, ...(searches > 0 && { tool_calls: { google_search: searches } }) },
        complete: ended && !failed,
        failed,
        generatedBytes: goesOn() && !facts.stream ? most : generatedBytes,
        ...(model !== undefined && { model }),
        ...(serviceTier !== undefined && { serviceTier }),
      };
    },
  };
}

function textBytes(holder: JsonObject | null): number {
  return utf8Bytes(holder?.["text"]);
}

function jsonBytes(value: unknown): number {
  return value === undefined || value === null ? 0 : utf8Bytes(JSON.stringify(value));
}
