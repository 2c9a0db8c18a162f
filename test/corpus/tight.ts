import type { Bench } from "./bench.ts";
import { groupOf, type Case } from "./cases.ts";
import { holdOf, holdProblems, type Hold } from "./holds.ts";
import { replay, type Replay } from "./replay.ts";
import type { Problem } from "./verdict.ts";

// Most calls state no output limit, or a large one, and a hold for that hides an input that was bounded too low. So the
// call is made again as by a client whose limit is just what was generated: the rest of the hold is then the input's.

/** Null where the call can't be limited so, or has nothing to compare. */
export async function tightHold(
  bench: Bench,
  recorded: Case,
  { booked, request }: Replay,
): Promise<{ hold: Hold; problems: Problem[] } | null> {
  const output = booked?.usage?.output_total;
  if (!booked || booked.estimated || !request.sized || !output) return null;
  const body = limitedBody(recorded, output);
  if (!body) return null;
  const limited = await replay(bench, { ...recorded, request_body: body });
  const hold = limited && holdOf(groupOf(recorded), recorded, limited);
  if (!hold) return null;
  const problems = holdProblems(limited, hold);
  return { hold, problems: problems.map((problem) => Object.assign(problem, { check: "tight" as const })) };
}

function limitedBody({ kind, request_body: body }: Case, output: number): Record<string, unknown> | null {
  if (!body) return null;
  const choices = typeof body["n"] === "number" ? Math.max(1, body["n"]) : 1;
  const limit = Math.ceil(output / choices);
  switch (kind) {
    case "openai.chat":
      // Not every provider knows both.
      return { ...body, max_tokens: limit, max_completion_tokens: limit };
    case "anthropic.messages":
      // A thinking budget must stay below the limit; the calls that think are left as they are.
      return body["thinking"] === undefined ? { ...body, max_tokens: limit } : null;
    case "openai.completions":
    case "cohere.chat":
      return { ...body, max_tokens: limit };
    case "openai.responses":
      return { ...body, max_output_tokens: limit };
    case "gemini.generateContent":
    case "gemini.streamGenerateContent":
      return within(body, "generationConfig", { maxOutputTokens: limit });
    case "bedrock.converse":
    case "bedrock.converse-stream":
      return within(body, "inferenceConfig", { maxTokens: limit });
    case "ollama.chat":
    case "ollama.generate":
      return within(body, "options", { num_predict: limit });
    default:
      return null;
  }
}

function within(body: Record<string, unknown>, name: string, added: object): Record<string, unknown> {
  const old = body[name];
  return { ...body, [name]: { ...(typeof old === "object" ? old : {}), ...added } };
}
