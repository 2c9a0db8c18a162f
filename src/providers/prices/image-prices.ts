import { usdEach, type OwnPrice } from "./own-price.ts";

const each = (usd: number) => ({ units: { images: usdEach(usd) } });
const perImage = (usd: number) => ({ images: usdEach(usd) });

/** Pictures that are charged by the piece. Those that are charged by tokens (gpt-image, Gemini's) are in the library. */
export const IMAGE_PRICES: OwnPrice[] = [
  // https://platform.openai.com/docs/pricing ("Image generation"); by 2026-07 the page had no DALL-E any more.
  {
    provider: "openai",
    model: /^dall-e-2$/,
    variants: { "256x256": each(0.016), "512x512": each(0.018), "1024x1024": each(0.02) },
  },
  {
    provider: "openai",
    model: /^dall-e-3$/,
    variants: {
      "standard 1024x1024": each(0.04),
      "standard 1024x1792": each(0.08),
      "standard 1792x1024": each(0.08),
      "hd 1024x1024": each(0.08),
      "hd 1024x1792": each(0.12),
      "hd 1792x1024": each(0.12),
    },
  },
  // https://ai.google.dev/gemini-api/docs/pricing ("Imagen"), read 2026-11-30.
  ...["google", "vertex"].flatMap((provider): OwnPrice[] => [
    { provider, model: /^imagen-4\.0-fast-generate/, units: perImage(0.02) },
    { provider, model: /^imagen-4\.0-ultra-generate/, units: perImage(0.06) },
    { provider, model: /^imagen-4\.0-generate/, units: perImage(0.04) },
  ]),
  { provider: "google", model: /^imagen-3\.0-generate-002/, units: perImage(0.03) },
  // https://docs.x.ai/developers/pricing ("Imagine API"), read 2026-11-30: by the resolution. One that is shown costs 0.01 (0.002
  // without "quality"), and counts as one that is drawn: the answer states its cost.
  {
    provider: "xai",
    model: /^grok-imagine-image-quality$/,
    variants: { "1k": each(0.05), "2k": each(0.07) },
  },
  { provider: "xai", model: /^grok-imagine-image-pro$/, variants: { "1k": each(0.07), "2k": each(0.07) } },
  { provider: "xai", model: /^grok-imagine-image$/, variants: { "1k": each(0.02), "2k": each(0.02) } },
];
