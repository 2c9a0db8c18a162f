import type { Usage } from "../domain/usage.ts";
import type { InputExtras } from "../domain/estimate.ts";
import type { PriceOptions } from "../domain/price-options.ts";
import type { Envelope } from "../errors.ts";
import type { BodyEdit } from "./framing/json-edit.ts";

// What the gate asks of a wire format. One file a format implements it; all of it is pure.

export type JsonObject = Record<string, unknown>;

/** What the gate must know of a call before it sets money aside. */
export interface CallFacts {
  /** The model as the body names it, before aliases and prefixes. */
  model: string;
  stream: boolean;
  /** How many answers are generated (`n`), at least 1. */
  choices: number;
  /** The greatest output limit that the body states, for one answer, in tokens. */
  outputLimit?: number;
  /** No clamp may go below this (a thinking budget that the provider requires to fit), in tokens. */
  outputFloor?: number;
  /** Other models that may answer in its place, by the provider's own names: the dearest one is held for. */
  alternatives?: string[];
  /** The end user whom the body names. */
  endUser?: string;
  /** Streams only: true where the provider sends usage without being asked, or the client asked for it. */
  usageAsked: boolean;
  /** What else the price depends on. Absent: the members of the body that every JSON format shares are looked at. */
  priceOptions?: PriceOptions;
}

/** What a reader of the answer may need to know of the call that it answers. */
export interface AnsweredCall {
  /** The request's body, and the facts that were read from it. */
  body: JsonObject;
  facts: CallFacts;
  /** The headers of the provider's answer. */
  headers: Headers;
}

export interface InvalidBody {
  /** The body's field at fault, as the provider's own errors name it; null for the body as a whole. */
  param: string | null;
  message: string;
}

/** What a response said about usage, so far or at its end. */
export interface Reading {
  /** The last usage that the provider stated; null where it stated none. */
  usage: Usage | null;
  /** The provider's terminal event (or a whole unary body) was seen. */
  complete: boolean;
  /** The provider reported an error: in place of an answer, or inside a stream. */
  failed: boolean;
  /** Bytes of generated text, reasoning and tool arguments seen, over all choices. */
  generatedBytes: number;
  /** The model that answered, as the provider names it. */
  model?: string;
  /** As the provider states it; where it answers with more than one (a fast answer in one region), joined by a space. */
  serviceTier?: string;
  /** What the call costs by the provider's own word, in integer nano-USD: a known one's is settled at. See statedCostNano. */
  costNanoUsd?: number;
  /**
   * Calls that the provider made inside this one and left out of `usage` (Anthropic's compaction and advisor):
   * each costs its own model's price on top. `model` is absent where it is the call's own.
   */
  further?: { model?: string; usage: Usage }[];
  /** The provider works on in the background, and will tell the usage to who asks for this response. */
  pending?: { responseId: string };
  /** It is the end of a response that was made in the background: every later answer about it says the same (R45). */
  background?: { responseId: string };
}

/** One event of a stream, parsed. `data` joins the event's data lines with "\n". */
export interface StreamEvent {
  event: string;
  data: string;
}

/** Reads usage from the events of one stream. Its memory doesn't grow with the stream. Never throws on any input. */
export interface StreamReader {
  /** Returns whether the client may see the event: "hide" only for what Tollgate itself asked for. */
  push(event: StreamEvent): "pass" | "hide";
  reading(): Reading;
  /** The provider ended the stream by itself: for formats that have no terminal event. */
  ended?(): void;
}

export interface Wire {
  readonly name: string;
  /** The envelope in which this format's clients expect errors. */
  readonly envelope: Envelope;
  /** Its bodies may be `multipart/form-data`: `understand` gets texts, and files as form-file.ts has them. */
  readonly takesForms?: true;
  /** What it names isn't a model, but what its owner calls a deployment of one: only the answer tells the model. */
  readonly namesDeployment?: true;
  /** Its answers are sound: their bytes say nothing of what they cost. */
  readonly answersSound?: true;
  /** Its streams may come as one JSON array. */
  readonly streamsJsonArray?: true;
  /** `path`: the provider's own, for formats that name the model there; `headers`: the request's, for what is asked there. */
  understand(
    body: JsonObject,
    path: string,
    headers?: Headers,
  ): { facts: CallFacts } | { invalid: InvalidBody };
  /** The path with another model in it, for formats that name it there; the others name it in the body's `model`. */
  pathFor?(path: string, model: string): string;
  /** The edits that make the provider report usage in this call; none where it does anyway. */
  usageEdits(body: JsonObject, facts: CallFacts): BodyEdit[];
  /** The edits that lower the output limit of one answer to `outputTokens`. */
  clampEdits(body: JsonObject, facts: CallFacts, outputTokens: number): BodyEdit[];
  /** What the body's bytes don't tell of its cost: media, hidden prompts, cache writes, tools. */
  inputExtras(body: JsonObject, facts: CallFacts): InputExtras;
  /** `hideUsage`: the usage chunk was asked for by the gate alone. */
  streamReader(options: { hideUsage: boolean }, call: AnsweredCall): StreamReader;
  /** Reads a unary answer; `body` is the parsed JSON, or undefined where it was none. Never throws. */
  readBody(status: number, body: unknown, call: AnsweredCall): Reading;
}
