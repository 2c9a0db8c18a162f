import { arrayField, asObject, asText, firstInvalid, objectField } from "../fields.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { converseExtras } from "./converse-extras.ts";
import { converseClamp, converseLimits } from "./converse-limits.ts";
import { converseReader, readConverseBody } from "./converse-reader.ts";
import { modelInPath, pathForModel } from "./model-path.ts";
import { tierAskedInBody } from "./service-tier.ts";

/** Bedrock's one format for all of its chat models. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const converse: Wire = wire("bedrock-converse", { stream: false });
/** The same body, answered as an event stream. */
export const converseStream: Wire = wire("bedrock-converse-stream", { stream: true });

function wire(name: string, { stream }: { stream: boolean }): Wire {
  return {
    name,
    envelope: "message",
    understand: (body, path) => understand(body, path, stream),
    pathFor: pathForModel,
    // Usage comes unasked, streamed or not.
    usageEdits: () => [],
    clampEdits: (body, _facts, outputTokens) => converseClamp(body, outputTokens),
    inputExtras: converseExtras,
    streamReader: (_options, call) => converseReader(call),
    readBody: readConverseBody,
  };
}

function understand(
  body: JsonObject,
  path: string,
  stream: boolean,
): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelInPath(path);
  if (model === null) return { invalid: NO_MODEL };
  const fault = firstInvalid([
    arrayField(body, "messages"),
    arrayField(body, "system"),
    objectField(body, "toolConfig"),
  ]);
  if (fault) return { invalid: fault };
  const limited = converseLimits(body, model);
  if ("invalid" in limited) return limited;
  // Converse has no member of its own for the end user; the model's body may have one.
  const metadata = asObject(asObject(body["additionalModelRequestFields"])?.["metadata"]);
  const endUser = asText(metadata?.["user_id"]);
  return {
    facts: {
      model,
      stream,
      choices: 1,
      ...limited.limits,
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
      priceOptions: tierAskedInBody(body),
    },
  };
}

export const NO_MODEL: InvalidBody = { param: "modelId", message: "The path names no model." };
