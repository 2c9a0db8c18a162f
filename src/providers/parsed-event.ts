import { asObject } from "./fields.ts";
import type { JsonObject } from "./wire.ts";

/** A stream's event as a JSON object; null for anything else, which isn't ours to judge: the client gets it as it is. */
export function parsedEvent(data: string): JsonObject | null {
  if (!data.startsWith("{")) return null;
  try {
    return asObject(JSON.parse(data));
  } catch {
    return null; // Broken JSON says nothing of usage.
  }
}
