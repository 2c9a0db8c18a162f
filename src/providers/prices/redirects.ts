// Names that their provider answers by another model, at that one's price.

interface Redirect {
  provider: string;
  model: RegExp;
  to: string;
  fromMs: number;
}

const REDIRECTS: Redirect[] = [
  // https://docs.x.ai/developers/migration/may-15-retirement, 2026-05: from noon in California on. grok-3-mini isn't named
  // there, and was seen to be answered so, too.
  {
    provider: "xai",
    model: /^grok-(?:3|4-0709|4$|4-latest|4-(?:1-)?fast|code-fast)/,
    to: "grok-4.3",
    fromMs: Date.UTC(2026, 4, 15, 19),
  },
  {
    provider: "xai",
    model: /^grok-imagine-image-pro$/,
    to: "grok-imagine-image-quality",
    fromMs: Date.UTC(2026, 4, 15, 19),
  },
];

/** The models that may answer in a model's place, unasked. */
export function redirectsOf({
  provider,
  model,
  atMs,
}: {
  provider: string;
  model: string;
  atMs: number;
}): string[] {
  return REDIRECTS.filter(
    (row) => row.provider === provider && row.fromMs <= atMs && row.model.test(model),
  ).map(({ to }) => to);
}
