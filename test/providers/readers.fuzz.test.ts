import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isAmount } from "../../src/domain/money.ts";
import { costOf } from "../../src/domain/pricing.ts";
import { settledUsage } from "../../src/domain/estimate.ts";
import { customNamed, PROVIDERS } from "../../src/providers/registry.ts";
import type { JsonObject, Reading, Wire } from "../../src/providers/wire.ts";
import { extrasOf, readBodyOf, streamReaderOf } from "./support.ts";

// Whatever a provider or a client sends: nothing throws, and nothing mints credit (law 13).

/** Every format that a path of any provider is metered by; the dialects of one are fuzzed less. */
const WIRES: [name: string, wire: Wire, numRuns: number][] = [];
for (const provider of [...PROVIDERS, customNamed("acme")]) {
  for (const { metering } of provider?.routes ?? []) {
    if (metering === "free" || WIRES.some(([, wire]) => wire === metering)) continue;
    const dialect = WIRES.some(([, { name }]) => name === metering.name);
    WIRES.push([`${provider?.name} ${metering.name}`, metering, dialect ? 50 : 1_000]);
  }
}

/** For the formats that name the model there. */
const PATH = "/v1beta/models/imagen-4:generateContent";

/** The names that the formats give meaning to, so that the fuzz reaches past the first look. */
const KEYS = [
  "billed_units tokens cached_tokens image_tokens search_units images meta response is_finished event_type documents query texts",
  "prompt_eval_count eval_count done options num_predict prompt_audio_seconds audio_tokens agent_id document_url inputs parameters",
  "type message usage choices delta content index error model finish_reason service_tier text thinking input name",
  "input_tokens output_tokens prompt_tokens completion_tokens total_tokens prompt_tokens_details cached_tokens",
  "cache_read_input_tokens cache_creation_input_tokens cache_creation ephemeral_1h_input_tokens iterations tool_calls",
  "function arguments messages tools source data image_url url file file_data input_audio max_tokens thinking n stream",
  "candidates finishReason promptFeedback blockReason modelVersion usageMetadata promptTokenCount candidatesTokenCount",
  "thoughtsTokenCount toolUsePromptTokenCount totalTokenCount cachedContentTokenCount promptTokensDetails modality tokenCount",
  "parts functionCall args functionResponse inlineData inline_data fileData mimeType groundingMetadata webSearchQueries queries",
  "contents requests generationConfig generation_config maxOutputTokens max_output_tokens candidateCount thinkingConfig",
  "thinkingBudget videoMetadata fps googleSearch functionDeclarations responseModalities cachedContent serviceTier input",
  "interaction steps step event_type status total_input_tokens total_output_tokens total_thought_tokens arguments background",
  "predictions embeddings statistics token_count metadata billableCharacterCount instances parameters sampleCount previous_interaction_id",
  "cost is_byok cost_details upstream_inference_cost total_cost cost_in_usd_ticks models plugins id max_results parameters",
  "server_tool_use web_search_requests cache_control ttl max_uses metadata user_id prediction budget_tokens system",
  "response output status id background tool_usage image_gen web_search num_requests item action quality size revised_prompt",
  "input_tokens_details output_tokens_details cost cost_in_usd_ticks is_byok cost_details max_output_tokens max_tool_calls",
  "prompt best_of echo data bytes seconds duration prompt_audio_seconds segments image images mask file partial_images",
  "inputTokens outputTokens cacheReadInputTokens cacheWriteInputTokenCount cacheDetails stopReason metadata output",
  "contentBlockDelta toolUse reasoningContent inferenceConfig maxTokens additionalModelRequestFields toolConfig image",
  "document video bytes s3Location cachePoint toolResult systemTool generation prompt_token_count results tokenCount",
  "fallbacks thread advisor container search_parameters max_search_results data_sources web_search_options search_context_size",
  "extra_body google cached_content routingConfig reasoning effort reasoning_effort deferred speed resolution context_management",
  "embedding amazon-bedrock-invocationMetrics inputTokenCount outputTokenCount completion outputs documents query images",
].flatMap((words) => words.split(" "));
const TYPES = [
  "message_start",
  "message_delta",
  "message_stop",
  "content_block_delta",
  "error",
  "image",
  "base64",
  "message",
  "response.completed",
  "image_edit.completed",
  "image_generation.partial_image",
  "speech.audio.done",
  "transcript.text.done",
  "response.failed",
  "response.output_item.done",
  "response.output_text.delta",
  "image_generation_call",
  "web_search_call",
  "image_generation",
  "queued",
  "1024x1024",
  "AUDIO",
  "google_search_call",
  "interaction.completed",
  "video/mp4",
  "fallback_message",
  "advisor_20260301",
  "browser_search",
  "cancelled",
];

const counts = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(-1, 0, 1e308, -0, Number.MAX_SAFE_INTEGER, 12),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    counts,
    fc.constantFrom(null, true, "", "x", "data:image/png;base64,AAAA", ...TYPES),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 6 }),
  ),
}));
const object = fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 8 });

const PRICE = {
  version: "fuzz",
  rates: { input: 3_000_000_000, output: 15_000_000_000, cache_read: 300_000_000 },
  tiers: [],
  per_request: 0,
  tool_calls: { web_search: 10_000_000 },
  units: { images: 40_000_000, seconds: 100_000, characters: 15_000, search_units: 2_000_000 },
};

/** What is wrong with a reading's money, or null. */
function faultOf(reading: Reading): string | null {
  if (!Number.isSafeInteger(reading.generatedBytes) || reading.generatedBytes < 0) return "generatedBytes";
  const settled = settledUsage(reading, { inputTokens: 10, model: "m" });
  for (const usage of [settled?.usage, ...(reading.further ?? []).map(({ usage }) => usage)]) {
    if (!usage) continue;
    const cost = costOf({ input_total: 0, output_total: 0, ...usage }, PRICE);
    if ("refused" in cost) return `${cost.refused} ${cost.field}`;
    if (!isAmount(cost.costNanoUsd)) return "cost";
  }
  return null;
}

test.each(WIRES)(
  "law 13, R32: %s reads any stream without throwing, and never below zero",
  (_name, wire, numRuns) => {
    const data = fc.oneof(
      object.map((event) => JSON.stringify(event)),
      // As Bedrock frames a model's own events.
      object.map((event) => JSON.stringify({ bytes: btoa(JSON.stringify(event)) })),
      fc.string(),
      fc.constant("[DONE]"),
    );
    fc.assert(
      fc.property(fc.array(data, { maxLength: 12 }), fc.boolean(), (events, hideUsage) => {
        const reader = streamReaderOf(wire, { hideUsage });
        for (const event of events) reader.push({ event: "", data: event });
        expect(faultOf(reader.reading())).toBeNull();
      }),
      { numRuns },
    );
  },
);

test.each(WIRES)(
  "law 13, R32: %s reads any body without throwing, and never below zero",
  (_name, wire, numRuns) => {
    fc.assert(
      fc.property(
        fc.constantFrom(200, 400, 500),
        fc.oneof(object, value, fc.constant(undefined)),
        (status, body) => {
          expect(faultOf(readBodyOf(wire, status, body))).toBeNull();
        },
      ),
      { numRuns },
    );
  },
);

test.each(WIRES)(
  "law 13: %s understands or refuses any request, and bounds it with whole counts",
  (name, wire, numRuns) => {
    const known = fc.record({ model: fc.constant("m"), messages: fc.array(object, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.tuple(object, fc.option(known)), ([any, base]) => {
        const body: JsonObject = { ...any, ...base };
        const path = name.startsWith("bedrock") ? "/model/us.anthropic.claude-x/converse" : PATH;
        const understood = wire.understand(body, path);
        const facts = "facts" in understood ? [understood.facts] : [];
        const edits = facts.flatMap((known) =>
          wire.usageEdits(body, known).concat(wire.clampEdits(body, known, 5)),
        );
        expect(edits.every(({ path }) => path.length > 0 && !path.includes(""))).toBe(true);
        const { mediaBytes, tokens, readings, resultTokens, audioTokens, outputTokens } = extrasOf(
          wire,
          body,
        );
        for (const count of [mediaBytes, tokens, readings, resultTokens, audioTokens, outputTokens]) {
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
        }
      }),
      { numRuns },
    );
  },
);
