// Money as a test computes it: integer nano-USD in BigInt, from decimal texts, by no code of the project's own. Pure.

const NANO_PLACES = 9;
const TOKENS_PER_PRICE = 1_000_000n;

/** "12.5" USD is 12500000000n nano-USD. */
export function nanoUsd(usd: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(usd);
  if (!match) throw new Error(`not an amount of USD: ${usd}`);
  const [, sign = "", whole = "", fraction = ""] = match;
  const amount = BigInt(whole + fraction.padEnd(NANO_PLACES, "0"));
  return sign === "-" ? -amount : amount;
}

export function usdOf(nano: bigint): string {
  const digits = String(nano < 0n ? -nano : nano).padStart(NANO_PLACES + 1, "0");
  return `${nano < 0n ? "-" : ""}${digits.slice(0, -NANO_PLACES)}.${digits.slice(-NANO_PLACES)}`;
}

/** Tokens at prices in USD per million, summed, and rounded to the nearest nano-USD at the end. */
export function priceOf(terms: (readonly [tokens: number, usdPerMillion: string])[]): bigint {
  const sum = terms.reduce((sum, [tokens, price]) => sum + BigInt(tokens) * nanoUsd(price), 0n);
  return (sum + TOKENS_PER_PRICE / 2n) / TOKENS_PER_PRICE;
}

export function sumOf(amounts: bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
