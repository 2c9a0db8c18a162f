import { firstInvalid, modelField, valueOf } from "./fields.ts";
import { noStream } from "./no-stream.ts";
import type { JsonObject, Wire } from "./wire.ts";

/** What formats share whose body says nothing of the call but its model: nothing is written, so nothing is streamed or clamped. */
export const modelOnly: Pick<Wire, "understand" | "usageEdits" | "clampEdits" | "streamReader"> = {
  understand(body: JsonObject) {
    const model = modelField(body);
    const fault = firstInvalid([model]);
    if (fault) return { invalid: fault };
    const none = { outputLimit: 0, outputFloor: 0 };
    return { facts: { model: valueOf(model) ?? "", stream: false, choices: 1, ...none, usageAsked: true } };
  },
  usageEdits: () => [],
  clampEdits: () => [],
  streamReader: noStream,
};
