import type { AnsweredCall, JsonObject, Wire } from "../../../src/providers/wire.ts";

export const FLASH = "/v1beta/models/gemini-2.5-flash:generateContent";
export const FLASH_STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";

export function factsAt(wire: Wire, path: string, body: JsonObject) {
  const understood = wire.understand(body, path);
  if ("invalid" in understood) throw new Error(understood.invalid.message);
  return understood.facts;
}

export function faultAt(wire: Wire, path: string, body: JsonObject) {
  const understood = wire.understand(body, path);
  if ("facts" in understood) throw new Error("the body was understood");
  return understood.invalid.param;
}

export function extrasAt(wire: Wire, path: string, body: JsonObject) {
  return wire.inputExtras(body, factsAt(wire, path, body));
}

/** A call that an answer can be read for. */
export function callAt(wire: Wire, path: string, body: JsonObject = {}): AnsweredCall {
  return { body, facts: factsAt(wire, path, body), headers: new Headers() };
}
