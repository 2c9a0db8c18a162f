// Numbers as Redis reads and writes them. Pure.

import { CommandError } from "./value.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** C's `%.17g` changes to an exponent at this power of ten. */
const G17_EXPONENT_FROM = 17;

export function parseInt64(text: string): bigint {
  const value = /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || !isInt64(value)) {
    throw new CommandError("ERR value is not an integer or out of range");
  }
  return value;
}

export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** For indexes, counts and times: beyond 2^53 the exact value no longer matters. */
export function parseInteger(text: string): number {
  return Number(parseInt64(text));
}

export function parseFloatOr(text: string, refusal: string): number {
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new CommandError(refusal);
  return Number(text);
}

/** Shortest text that reads back as the same double, as Redis does from 7.2 on (7.0 prints 17 digits). */
export function formatScore(score: number): string {
  if (score === Infinity) return "inf";
  if (score === -Infinity) return "-inf";
  return Object.is(score, -0) ? "-0" : String(score);
}

/** `%.17g`, by which Redis turns a Lua number into an argument of redis.call. */
export function formatG17(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return formatScore(value);
  if (Number.isSafeInteger(value)) return formatScore(value);
  const [digits = "", power = "0"] = value.toExponential(G17_EXPONENT_FROM - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < G17_EXPONENT_FROM) {
    return withoutTrailingZeros(value.toFixed(G17_EXPONENT_FROM - 1 - exponent));
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${withoutTrailingZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutTrailingZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
