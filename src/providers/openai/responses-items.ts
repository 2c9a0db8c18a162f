import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";
import { imageOutputTokens } from "./image-tokens.ts";

// What the items of a response's output tell: the uses of the provider's own tools, and the bytes that the model wrote.
// https://platform.openai.com/docs/api-reference/responses/object#responses/object-output

/** More kinds of tools, or containers, than these are a fault of the report. */
const MAX_TOOL_NAMES = 32;
const MAX_CONTAINERS = 128;
const MAX_TOOL_NAME_LENGTH = 64;

/** What the client runs itself: these cost their tokens only. */
const RUN_BY_CLIENT = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "apply_patch_call",
  "computer_call",
]);

/** What a response's items have shown so far. Its memory doesn't grow with the response. */
export interface ItemsSeen {
  toolCalls: Map<string, number>;
  containers: Set<string>;
  /** The pictures that the image tool drew, in output tokens of its model, and the bytes of what it was told. */
  images: { count: number; outputTokens: number; promptBytes: number };
}

export function noItems(): ItemsSeen {
  return {
    toolCalls: new Map(),
    containers: new Set(),
    images: { count: 0, outputTokens: 0, promptBytes: 0 },
  };
}

export function takeItem(seen: ItemsSeen, item: JsonObject | null): void {
  const type = asText(item?.["type"]);
  if (!item || type === undefined || !type.endsWith("_call") || RUN_BY_CLIENT.has(type)) return;
  const name = type.slice(0, -"_call".length).slice(0, MAX_TOOL_NAME_LENGTH);
  switch (name) {
    case "web_search": {
      // Only searches are charged, not the pages that they open. https://platform.openai.com/docs/guides/tools-web-search
      const action = asText(asObject(item["action"])?.["type"]) ?? "search";
      if (action === "search") add(seen, name);
      return;
    }
    case "code_interpreter":
    case "shell": {
      // A container is charged, not what runs in it. https://platform.openai.com/docs/pricing#built-in-tools
      const container =
        asText(item["container_id"]) ?? asText(asObject(item["environment"])?.["container_id"]);
      if (container === undefined && name === "shell") return;
      if (seen.containers.size >= MAX_CONTAINERS || seen.containers.has(container ?? "")) return;
      seen.containers.add(container ?? "");
      add(seen, "code_interpreter");
      return;
    }
    case "image_generation":
      seen.images.count++;
      seen.images.outputTokens += imageOutputTokens(item["quality"], item["size"]);
      seen.images.promptBytes += utf8Bytes(item["revised_prompt"]);
      add(seen, name);
      return;
    default:
      add(seen, name);
  }
}

/** The uses by name; undefined where there were none. */
export function toolCallsOf({ toolCalls }: ItemsSeen): Usage["tool_calls"] {
  return toolCalls.size > 0 ? Object.fromEntries(toolCalls) : undefined;
}

/** The bytes of an item that the model wrote: text, reasoning, what it called a tool with. */
export function itemBytes(item: JsonObject | null): number {
  if (!item) return 0;
  let bytes = utf8Bytes(item["arguments"]) + utf8Bytes(item["input"]) + utf8Bytes(item["code"]);
  const type = asText(item["type"]);
  if (type === "function_call" || type === "custom_tool_call" || type === "mcp_call")
    bytes += utf8Bytes(item["name"]);
  for (const part of [...asArray(item["content"]), ...asArray(item["summary"])]) {
    const { text, refusal, transcript } = asObject(part) ?? {};
    bytes += utf8Bytes(text) + utf8Bytes(refusal) + utf8Bytes(transcript);
  }
  return bytes;
}

function add({ toolCalls }: ItemsSeen, name: string): void {
  if (toolCalls.has(name) || toolCalls.size < MAX_TOOL_NAMES)
    toolCalls.set(name, (toolCalls.get(name) ?? 0) + 1);
}
