import { decodedBytes } from "../utf8.ts";

// Upper bounds of the tokens that media cost a model of Bedrock, by its id.

/** The words that a model's template sets around the messages, beside what the body's own bytes allow for. */
export const TOKENS_AROUND_TEXT = 64;

/**
 * Claude sees 5,000 tokens at most (2,576 x 1,456 pixels, at 750 a token), Nova about 2,400 in its guide's largest example.
 * https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html, 2026-11.
 */
const CLAUDE_OR_NOVA_IMAGE_TOKENS = 5_000;
/** Qwen's: 28 x 28 pixels a token, 16,384 of them; Llama's tiles and Pixtral's patches are fewer. */
const OTHER_IMAGE_TOKENS = 16_384;

/** Mostly pictures are smaller than the largest that a model sees. */
export const LIKELY_IMAGE_TOKENS = 1_000;

export function imageTokens(model: string): number {
  return /anthropic|amazon/.test(model) ? CLAUDE_OR_NOVA_IMAGE_TOKENS : OTHER_IMAGE_TOKENS;
}

/**
 * Nova reads 288 tokens a frame, of 960 frames, or of 3,200 where its window is a million. A film's length can't be told
 * from its bytes. https://docs.aws.amazon.com/nova/latest/userguide/modalities-video.html, 2026-11.
 */
const TOKENS_PER_FRAME = 288;
const FRAMES = 960;
const FRAMES_OF_LARGE_WINDOW = 3_200;

export function videoTokens(model: string): number {
  const frames = /nova-(?:lite|pro|micro)/.test(model) ? FRAMES : FRAMES_OF_LARGE_WINDOW;
  return frames * TOKENS_PER_FRAME;
}

/** A film of common quality: a frame a second is read, of a megabit. */
const LIKELY_BYTES_PER_FRAME = 125_000;

export function likelyVideoTokens(base64: string): number {
  return Math.ceil(decodedBytes(base64) / LIKELY_BYTES_PER_FRAME) * TOKENS_PER_FRAME;
}
