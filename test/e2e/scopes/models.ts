import { expect, test } from "vitest";
import { MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];

export function models(world: WorldOf): void {
  test("counts the calls whose model its globs match, after aliases and prefixes (law 8, R20)", async () => {
    const org = await createOrganization(world().rig, { model_aliases: { cheap: "openai/gpt-4o-mini" } });
    const key = await org.createKey({
      model_aliases: { mine: "openai/gpt-4o-mini", claude: "anthropic/claude-haiku-4-5" },
    });
    const scope = { kind: "key", id: key.id } as const;
    const names: Record<string, string[] | null> = {
      all: null,
      exact: ["gpt-4o-mini"],
      full: ["openai/gpt-4o-mini"],
      glob: ["openai/gpt-4o*"],
      anthropic: ["anthropic/*"],
      either: ["*haiku*", "gpt-4o"],
      alias: ["mine", "cheap"],
    };
    const budgets = new Map<string, string>();
    for (const [name, globs] of Object.entries(names)) {
      budgets.set(await org.createBudget(scope, globs ? { models: globs } : {}), name);
    }
    const mini = ["all", "exact", "full", "glob"];
    const calls: [path: string, model: string, charged: string[]][] = [
      ["/openai/v1/chat/completions", "gpt-4o-mini", mini],
      ["/openai/v1/chat/completions", "gpt-4o", ["all", "glob", "either"]],
      ["/openai/v1/chat/completions", "mine", mini],
      ["/openai/v1/chat/completions", "cheap", mini],
      ["/v1/chat/completions", "openai/gpt-4o-mini", mini],
      ["/v1/chat/completions", "gpt-4o-mini", mini],
      ["/v1/chat/completions", "mine", mini],
      ["/v1/chat/completions", "claude", ["all", "anthropic", "either"]],
      ["/v1/chat/completions", "anthropic/claude-haiku-4-5", ["all", "anthropic", "either"]],
      [MESSAGES_PATH, "claude-haiku-4-5", ["all", "anthropic", "either"]],
    ];
    for (const [path, model, charged] of calls) {
      const answer = await org.call(key, { path, body: { model, messages: MESSAGES, max_tokens: 10 } });
      expect([path, model, answer.status]).toEqual([path, model, 200]);
      const { entries } = await org.settled(answer);
      const counted = entries.flatMap((entry) => entry.budgets.map(({ id }) => budgets.get(id) ?? id));
      expect([path, model, counted.toSorted()]).toEqual([path, model, charged.toSorted()]);
    }
  });

  test("refuses by whatever name its model is asked for, and lets other models pass (R20)", async () => {
    const org = await createOrganization(world().rig);
    const key = await org.createKey({ model_aliases: { innocent: "openai/gpt-4o-mini" } });
    const budget = await org.createBudget(
      { kind: "key", id: key.id },
      { limit: "0", models: ["openai/gpt-4o-mini"] },
    );
    for (const [path, model] of [
      ["/openai/v1/chat/completions", "gpt-4o-mini"],
      ["/openai/v1/chat/completions", "innocent"],
      ["/v1/chat/completions", "openai/gpt-4o-mini"],
      ["/v1/chat/completions", "innocent"],
    ] as const) {
      const answer = await org.call(key, { path, body: { ...smallChat(10), model } });
      expect([path, model, answer.status]).toEqual([path, model, 402]);
      expect(refusalOf(answer).tollgate.budget?.id).toBe(budget);
    }
    expect((await org.call(key, { body: { ...smallChat(10), model: "gpt-4o" } })).status).toBe(200);
    // Changed on the fly: it holds for the next call.
    await org.changeBudget(budget, { models: ["openai/gpt-4o"] });
    expect((await org.call(key, { body: smallChat(10) })).status).toBe(200);
    expect((await org.call(key, { body: { ...smallChat(10), model: "gpt-4o" } })).status).toBe(402);
  });
}
