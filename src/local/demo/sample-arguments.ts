// The smallest arguments that a tool's JSON Schema accepts, so that clients which validate what a model
// called them with (the AI SDK does) accept a demo tool call. Pure; covers what tools use in practice.

import * as z from "zod";

const MAX_DEPTH = 8;

const schemaNode = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

export function sampleArguments(schema: unknown): unknown {
  return sampleObject(schema, 0);
}

function sampleObject(schema: unknown, depth: number): Record<string, unknown> {
  const node = schemaNode.safeParse(schema);
  if (!node.success || depth >= MAX_DEPTH) return {};
  const properties = node.data.properties ?? {};
  return Object.fromEntries(
    (node.data.required ?? []).map((name) => [name, sampleValue(properties[name], depth + 1)]),
  );
}

function sampleValue(schema: unknown, depth: number): unknown {
  const node = schemaNode.safeParse(schema);
  if (!node.success) return "demo";
  if (node.data.const !== undefined) return node.data.const;
  if (node.data.enum !== undefined && node.data.enum.length > 0) return node.data.enum[0];
  const type = Array.isArray(node.data.type) ? node.data.type[0] : node.data.type;
  if (type === "object") return sampleObject(schema, depth);
  if (type === "array") return [];
  if (type === "number" || type === "integer") return 1;
  if (type === "boolean") return true;
  if (type === "null") return null;
  return "demo";
}
