// The part of a generateContent request that the demo provider understands, and what Google says of the rest.

import * as z from "zod";

import type { DemoTool } from "./answer.ts";
import { geminiError } from "./gemini-wire.ts";
import { jsonReply, parseJson, type DemoReply } from "./reply.ts";

const part = z.looseObject({ text: z.string().optional() });
const content = z.looseObject({ role: z.string().optional(), parts: z.union([part, z.array(part)]) });
const declaration = z.looseObject({
  name: z.string(),
  parameters: z.unknown().optional(),
  parametersJsonSchema: z.unknown().optional(),
});

const countRequest = z.looseObject({ contents: z.union([content, z.array(content).min(1)]) });

const generateRequest = countRequest.extend({
  systemInstruction: z.unknown().optional(),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(declaration).optional() })).optional(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({ mode: z.string().optional(), allowedFunctionNames: z.array(z.string()).optional() })
        .optional(),
    })
    .optional(),
  generationConfig: z.looseObject({ maxOutputTokens: z.int().min(1).optional() }).optional(),
});

type CountRequest = z.infer<typeof countRequest>;
export type GenerateRequest = z.infer<typeof generateRequest>;
export type Parsed<T> = { ok: true; request: T } | { ok: false; refusal: DemoReply };

export function parseGenerateRequest(body: Uint8Array): Parsed<GenerateRequest> {
  return parse(generateRequest, body);
}

/** SDKs wrap what is to be counted. */
export function parseCountTokensRequest(body: Uint8Array): Parsed<CountRequest> {
  return parse(countRequest, body);
}

export function lastUserText({ contents }: CountRequest): string {
  const all = Array.isArray(contents) ? contents : [contents];
  const parts = all.findLast(({ role = "user" }) => role === "user")?.parts ?? [];
  return [parts]
    .flat()
    .map(({ text = "" }) => text)
    .join("");
}

/** The demo provider calls a function only where the mode leaves a model no other way. */
export function forcedFunction({ tools = [], toolConfig }: GenerateRequest): DemoTool | null {
  const { mode, allowedFunctionNames: allowed } = toolConfig?.functionCallingConfig ?? {};
  if (mode !== "ANY") return null;
  const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
  const chosen = declared.find(({ name }) => allowed === undefined || allowed.includes(name));
  return chosen ? { name: chosen.name, schema: chosen.parametersJsonSchema ?? chosen.parameters } : null;
}

function parse<T>(schema: z.ZodType<T>, body: Uint8Array): Parsed<T> {
  const json = parseJson(body);
  if (json === undefined) return refuse("Invalid JSON payload received.");
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  return refuse(`Invalid value at '${issue?.path.join(".")}': ${issue?.message}`);
}

function refuse<T>(message: string): Parsed<T> {
  return { ok: false, refusal: jsonReply(400, geminiError({ status: 400, message })) };
}
