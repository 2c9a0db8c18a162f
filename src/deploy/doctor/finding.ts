// What the doctor found. Pure.

export interface Finding {
  about: string;
  /** `warn`: it works, and isn't as it should be. `fail`: calls would be refused, or money could be lost. */
  level: "ok" | "warn" | "fail";
  says: string;
  /** What to do about it. */
  fix?: string;
}

const MARK = { ok: "ok  ", warn: "WARN", fail: "FAIL" } as const;

export function line({ about, level, says, fix }: Finding): string {
  return `${MARK[level]}  ${about.padEnd(10)}  ${says}${fix === undefined ? "" : `\n${" ".repeat(18)}-> ${fix}`}`;
}

/** The middle one; of an even count the greater of the two. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A gap between two clocks, in milliseconds, beyond which a period may begin noticeably early or late. */
const MAX_CLOCK_GAP_MS = 1_000;

/** `theirsMs`: what the other clock said between the two times of ours. */
export function clockFinding(
  about: string,
  [beforeMs, afterMs]: [number, number],
  theirsMs: number,
): Finding {
  const gap = Math.round(theirsMs - (beforeMs + afterMs) / 2);
  const says = `its clock is ${Math.abs(gap)} ms ${gap < 0 ? "behind" : "ahead of"} this machine's`;
  if (Math.abs(gap) <= MAX_CLOCK_GAP_MS) return { about, level: "ok", says };
  return {
    about,
    level: "warn",
    says,
    fix: "Set this machine's clock (NTP); if it is right, ask the provider",
  };
}
