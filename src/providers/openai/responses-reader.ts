import { asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { noItems, takeItem, toolCallsOf } from "./responses-items.ts";
import { isError, readResponse, withTools, type ResponseRead } from "./responses-object.ts";

// https://platform.openai.com/docs/api-reference/responses-streaming

const TERMINAL = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
  "response.cancelled",
]);

/** Complete: an event that ends the response was seen. Nothing is ever hidden: the usage comes unasked. */
export function responsesReader(call: Pick<AnsweredCall, "body">): StreamReader {
  const items = noItems();
  let last: ResponseRead | null = null;
  let ended: ResponseRead | null = null;
  let failed = false;
  let background = call.body["background"] === true;
  let generatedBytes = 0;

  function read(event: JsonObject, type: string): void {
    const response = asObject(event["response"]);
    if (response) {
      last = readResponse(response, items);
      background ||= response["background"] === true;
      if (TERMINAL.has(type)) ended = last;
      return;
    }
    if (type === "response.output_item.done") takeItem(items, asObject(event["item"]));
    // Spoken answers come as base64 beside their transcript.
    else if (type.endsWith(".delta") && type !== "response.audio.delta")
      generatedBytes += utf8Bytes(event["delta"]);
    else if (type === "error" || isError(event["error"])) failed = true;
  }

  return {
    push({ event, data }) {
      const message = parsedEvent(data);
      if (message) read(message, asText(message["type"]) ?? event);
      else if (event === "error") failed = true;
      return "pass";
    },
    reading() {
      const { id, ended: _, cut, ...stated } = ended ?? last ?? NOTHING;
      const known = background && id !== undefined && { responseId: id };
      return {
        ...stated,
        // Before its end a response states nothing that holds.
        usage: ended ? ended.usage : withTools(null, toolCallsOf(items)),
        complete: ended !== null && !cut,
        failed: failed || stated.failed,
        generatedBytes: Math.max(generatedBytes, stated.generatedBytes),
        ...(known && (ended ? { background: known } : { pending: known })),
      };
    },
  };
}

/**
 * Reads a unary answer: a response, a compaction, or what a response is that somebody asked for later. One that still works
 * in the background has stated nothing yet.
 */
export function readResponsesBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  if (!answer) return { usage: null, complete: false, failed: status >= 400, generatedBytes: 0 };
  const { id, ended, cut, ...stated } = readResponse(answer);
  const failed = status >= 400 || stated.failed;
  const known = id !== undefined && { responseId: id };
  const told = ended && answer["background"] === true;
  return {
    ...stated,
    complete: ended && !cut,
    failed,
    ...(known && !ended && status < 400 && { pending: known }),
    ...(known && told && { background: known }),
  };
}

const NOTHING: ResponseRead = {
  id: undefined,
  ended: false,
  cut: false,
  usage: null,
  failed: false,
  generatedBytes: 0,
};
