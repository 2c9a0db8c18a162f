// What pictures cost the models that draw them, in output tokens.

/**
 * Pixels a token, by quality, a little below those of the published table (1,024 x 1,024 costs 272, 1,056 or 4,160 tokens),
 * so that a count is never too low. https://platform.openai.com/docs/guides/image-generation#cost-and-latency, 2026-11.
 */
const PIXELS_PER_TOKEN: Record<string, number> = { low: 3_855, medium: 992, high: 252 };
/** The largest of the usual sizes: what "auto" may choose. */
const AUTO_PIXELS = 1_536 * 1_024;
/** Larger pictures are sold by nobody. */
const MAX_PIXELS = 4_096 * 4_096;

/** At most, rounded up. A quality or a size that isn't stated, or is "auto", counts as the dearest. */
export function imageOutputTokens(quality: unknown, size: unknown): number {
  const named = typeof quality === "string" && Object.hasOwn(PIXELS_PER_TOKEN, quality) ? quality : "high";
  return Math.ceil(pixelsOf(size) / (PIXELS_PER_TOKEN[named] ?? 1));
}

function pixelsOf(size: unknown): number {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(typeof size === "string" ? size : "") ?? [];
  if (width === undefined || height === undefined) return AUTO_PIXELS;
  return Math.min(MAX_PIXELS, Number(width) * Number(height));
}
