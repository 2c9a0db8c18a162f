// A reserve as Redis gets it: see the header of src/store/scripts/reserve.ts. Pure.

export interface SentLine {
  counter: string;
  periodStartMs: number;
  limit: number;
  hard: boolean;
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
const FIRST_VERSION = 10;
const LINE_LENGTH = 6;

export function readReserve(keys: string[], args: string[]): SentReserve {
  const [, now, , holdId = "", policyCount, lineCount, , , least] = args;
  const policies = Array.from({ length: Number(policyCount) }, (_, i) => ({
    name: /^tg:\{[^}]*\}:(.*)$/s.exec(keys[FIRST_POLICY_KEY + i] ?? "")?.[1] ?? "",
    version: Number(args[FIRST_VERSION + i]),
  }));
  const lines = Array.from({ length: Number(lineCount) }, (_, i) => {
    const at = FIRST_VERSION + policies.length + LINE_LENGTH * i;
    const [counter = "", period, limit, hard, amount = "", onLapse = ""] = args.slice(at, at + LINE_LENGTH);
    return {
      counter,
      periodStartMs: Number(period),
      limit: Number(limit),
      hard: hard === "1",
      amount,
      onLapse,
    };
  });
  return { holdId, nowMs: Number(now), least: Number(least), policies, lines };
}
