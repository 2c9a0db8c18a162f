import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";

// A corpus is a folder with sets of recorded exchanges: `<set>.ndjson.gz`, one case a line. Nothing of it is kept here.

/** Some recorders put several headers into one value: only its first line is what the name says. */
const headers = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((all) =>
    Object.entries(all ?? {}).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, /^[^\r\n]*/.exec(value)?.[0] ?? ""]] : [],
    ),
  );

const recorded = z.object({
  id: z.string(),
  provider: z.string(),
  /** The family of API, as `openai.chat`. */
  kind: z.string(),
  billable: z.boolean(),
  method: z.string(),
  url: z.string(),
  request_headers: headers,
  /** Null where the request wasn't recorded. */
  request_body: z.record(z.string(), z.unknown()).nullable(),
  /** `json-elided`: inline media was left out, so that the body is shorter than what was sent. */
  request_form: z.string(),
  stream: z.boolean(),
  wire: z.string(),
  status: z.number(),
  response_headers: headers,
  response_body: z.string(),
  response_body_encoding: z.enum(["utf8", "base64"]),
  /** How near the recording is to what went over the wire. */
  fidelity: z.enum(["raw", "normalized", "reserialized", "reframed", "body-only"]),
  model: z.string().nullish(),
  expected_usage: z.looseObject({ present: z.boolean(), complete: z.boolean() }),
  tags: z.array(z.string()),
});
export type Case = z.infer<typeof recorded>;

/** `set`: a set's name, or a file of that format. */
export function loadCases(folder: string, set: string): Case[] {
  const file = set.endsWith(".gz") ? set : join(folder, `${set}.ndjson.gz`);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => recorded.parse(JSON.parse(line)));
}

/** The recording is what the provider sent, but for the order of keys: no difference can be the recorder's. */
export const isStrict = ({ fidelity }: Case): boolean => fidelity === "raw" || fidelity === "normalized";

export function responseBytes({
  response_body: body,
  response_body_encoding: encoding,
}: Pick<Case, "response_body" | "response_body_encoding">): Uint8Array {
  return new Uint8Array(Buffer.from(body, encoding));
}

/** How cases are summed: by provider and kind. */
export const groupOf = ({ provider, kind, stream }: Case): string =>
  `${provider} ${kind} ${stream ? "stream" : "unary"}`;
