// Many calls at once, seen while all that were admitted are in flight.

import { heldAt, type Answer } from "./e2e-calls.ts";
import type { Rig } from "./e2e-rig.ts";
import { until } from "./e2e-until.ts";

export interface Burst {
  /** How many are in flight. */
  admitted: number;
  refused: Answer[];
  /** Lets those in flight end, and resolves with their answers. */
  end: () => Promise<Answer[]>;
}

/** `send` makes one call whose scenario names the gate. */
export async function burst(
  rig: Rig,
  { calls, gate, send }: { calls: number; gate: string; send: (call: number) => Promise<Answer> },
): Promise<Burst> {
  const refused: Answer[] = [];
  const answers = Array.from({ length: calls }, async (_, call) => {
    const answer = await send(call);
    if (answer.status !== 200) refused.push(answer);
    return answer;
  });
  await until("every call to be refused or in flight", () =>
    refused.length + heldAt(rig, gate).length === calls ? true : undefined,
  );
  return {
    admitted: calls - refused.length,
    refused: [...refused],
    async end() {
      rig.provider.open(gate);
      const ended = await Promise.all(answers);
      return ended.filter((answer) => !refused.includes(answer));
    },
  };
}

/** The parts of a RateLimit or RateLimit-Policy header, by the budget that each is of. */
export function rateLimitsOf(answer: Pick<Answer, "headers">, name: "ratelimit" | "ratelimit-policy") {
  const items = (answer.headers.get(name) ?? "").split(", ").filter((item) => item !== "");
  return Object.fromEntries(
    items.map((item) => {
      const [budget = "", ...parameters] = item.split(";");
      const entries = parameters.map((text) => text.split("=", 2));
      return [budget.replaceAll('"', ""), Object.fromEntries(entries) as Record<string, string>];
    }),
  );
}
