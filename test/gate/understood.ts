import type { Understood } from "../../src/gate/understand.ts";
import { parseBody } from "../../src/gate/body.ts";
import type { JsonObject, Wire } from "../../src/providers/wire.ts";

/** A call as the gate understands it. */
export function understoodOf(wire: Wire, members: JsonObject, path = "/"): Understood {
  const bytes = new Uint8Array(new TextEncoder().encode(JSON.stringify(members)));
  const parsed = parseBody(bytes, "application/json");
  const understood = wire.understand(members, path);
  if ("invalid" in parsed) throw new Error(parsed.invalid.message);
  if ("invalid" in understood) throw new Error(understood.invalid.message);
  return { facts: understood.facts, body: members, bytes, edited: parsed.body.edited };
}
