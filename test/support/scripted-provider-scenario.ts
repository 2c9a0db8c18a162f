// What a test may ask of the scripted provider, in the request header `x-scenario`.

import * as z from "zod";

export const SCENARIO_HEADER = "x-scenario";

const count = z.int().min(0);

// "Chunks" are the text deltas of a stream: what stands before the first of them (the role chunk, message_start)
// is sent with the headers, what stands after the last (finish, usage, [DONE]) closes. The chunks of a unary
// answer, or of `body`, are equal parts of its bytes, one unless `chunks` says more.
const scenarioSchema = z.strictObject({
  /** The usage object to report, as it is. Default: computed, four bytes a token. */
  usage: z.looseObject({}).optional(),
  /** Anthropic streams: the usage of message_start, where it differs from the last one. */
  startUsage: z.looseObject({}).optional(),
  /** What to say. It isn't cut at the request's limit: a provider may overrun. */
  text: z.string().optional(),
  /** Say as much as the request's output limit allows, to the token. */
  fill: z.boolean().optional(),
  /** Into how many chunks the text is cut; with no text, how many tokens of text there are, one a chunk. */
  chunks: z.int().min(1).optional(),
  chunkDelayMs: count.optional(),

  status: z.int().min(200).max(599).optional(),
  /** Sent in place of an answer: text as it is (a stream of any wire format, say), anything else as JSON. */
  body: z.unknown().optional(),
  /** As `body`, for binary formats. */
  bodyBase64: z.base64().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** An error (401, or `status`) whose message repeats the credential that the provider was sent. */
  echoCredential: z.boolean().optional(),

  /** Report no usage anywhere. What was generated still stands in `billed`. */
  noUsage: z.boolean().optional(),
  /** A cumulative usage in every chunk, asked for or not. */
  usageInEveryChunk: z.boolean().optional(),
  /** OpenAI streams: a chunk with `usage: null` after the one that has it. */
  nullUsageAfter: z.boolean().optional(),

  /** After n chunks, an error event; the stream then ends in good order. */
  errorEventAfter: count.optional(),
  /** After n chunks, the socket is destroyed. */
  cutAfter: count.optional(),
  /** After n chunks, silence until the peer leaves. */
  hangAfter: count.optional(),
  /** No answer at all until the peer leaves. */
  hangBefore: z.boolean().optional(),
  destroyBeforeHeaders: z.boolean().optional(),

  /** OpenAI streams: no [DONE] at the end. */
  noDone: z.boolean().optional(),
  crlf: z.boolean().optional(),
  /** Write the answer in pieces of n bytes, wherever that cuts an event or a character. */
  splitBytes: z.int().min(1).optional(),

  /** Hold the answer until the test calls `provider.open(name)`. */
  gate: z.string().optional(),
  /** Hold it after n chunks, in place of before the headers. */
  gateAfter: count.optional(),
});

export type Scenario = z.infer<typeof scenarioSchema>;

/** Headers that carry a scenario, through the gate too. Not latin-1 is escaped: headers are bytes. */
export function withScenario(scenario: Scenario): Record<string, string> {
  const json = JSON.stringify(scenario);
  const escaped = json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return { [SCENARIO_HEADER]: escaped };
}

/** No header is the empty scenario. A misspelt one throws: it must not pass for a plain answer. */
export function parseScenario(header: string | string[] | undefined): Scenario {
  if (header === undefined) return {};
  return scenarioSchema.parse(JSON.parse(String(header)));
}
