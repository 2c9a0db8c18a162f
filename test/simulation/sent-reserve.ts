// A reserve as Redis gets it: see the header of src/store/scripts/reserve.ts. Pure.

import { parseHoldLines } from "../../src/store/packed.ts";

export interface SentLine {
  counter: string;
  periodStartMs: number;
  /** Null: not hard, so none is sent. */
  limit: number | null;
  amount: string;
  onLapse: string;
}

export interface SentReserve {
  holdId: string;
  nowMs: number;
  least: number;
  /** `name`: the document's, as "key:<digest>" or "scope:<kind>:<id>". */
  policies: { name: string; version: number }[];
  lines: SentLine[];
}

const FIRST_POLICY_KEY = 2;
const HOLD_LINES = 10;
const FIRST_VERSION = 11;
const LINE_LENGTH = 3;

export function readReserve(keys: string[], args: string[]): SentReserve {
  const [, now, , holdId = "", policyCount, lineCount, , , least] = args;
  const policies = Array.from({ length: Number(policyCount) }, (_, i) => ({
    name: /^tg:\{[^}]*\}:(.*)$/s.exec(keys[FIRST_POLICY_KEY + i] ?? "")?.[1] ?? "",
    version: Number(args[FIRST_VERSION + i]?.split(".")[1]),
  }));
  const holdLines = parseHoldLines(args[HOLD_LINES] ?? "-");
  const lines = Array.from({ length: Number(lineCount) }, (_, i) => {
    const at = FIRST_VERSION + policies.length + LINE_LENGTH * i;
    const [period, limit, amount = ""] = args.slice(at, at + LINE_LENGTH);
    return {
      counter: /:budget:(.*)$/s.exec(keys[FIRST_POLICY_KEY + policies.length + i] ?? "")?.[1] ?? "",
      periodStartMs: Number(period),
      limit: limit === "-" ? null : Number(limit),
      amount: amount === "-" ? "usd" : amount,
      onLapse: holdLines[i]?.onLapse ?? "none",
    };
  });
  return { holdId, nowMs: Number(now), least: Number(least), policies, lines };
}
