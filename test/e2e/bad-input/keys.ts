import Anthropic, { AuthenticationError as AnthropicAuthentication } from "@anthropic-ai/sdk";
import OpenAI, { AuthenticationError } from "openai";
import { expect, test } from "vitest";
import { mintSecret } from "../../../src/gate/secret.ts";
import { call, CHAT_PATH, heldAt, MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { PROVIDER_SECRETS } from "../../support/e2e-rig.ts";
import { smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const CHAT = smallChat(10);
const MESSAGE = { model: "claude-haiku-4-5", max_tokens: 10, messages: [{ role: "user", content: "Hello" }] };
const APIS = [
  [CHAT_PATH, CHAT],
  [MESSAGES_PATH, MESSAGE],
] as const;

/** Another character at this place. */
function altered(secret: string, at: number): string {
  const place = at < 0 ? secret.length + at : at;
  return secret.slice(0, place) + (secret[place] === "0" ? "1" : "0") + secret.slice(place + 1);
}

export function keys(world: WorldOf, redisRequests: () => Promise<number>): void {
  /** The code with which both APIs refuse the key, in their own envelopes and without sending anything. */
  async function refusalFor(secret: string | undefined): Promise<string> {
    const { rig } = world();
    const before = rig.provider.requests.length;
    const codes: string[] = [];
    for (const [path, body] of APIS) {
      const answer = await call(rig, { ...(secret === undefined ? {} : { secret }), path, body });
      expect(answer.status).toBe(401);
      const { error, type, tollgate } = refusalOf(answer);
      const { code } = tollgate;
      expect(tollgate).toEqual({ code, request_id: answer.requestId });
      const isChat = path === CHAT_PATH;
      expect([error.type, error.code, type]).toEqual(
        isChat ? ["authentication_error", code, undefined] : ["authentication_error", undefined, "error"],
      );
      expect(answer.text.includes(secret || "no secret")).toBe(false);
      codes.push(code);
    }
    expect(rig.provider.requests).toHaveLength(before);
    expect(new Set(codes).size).toBe(1);
    return codes[0] ?? "";
  }

  test("that is missing, or none of ours, is a 401", async () => {
    const { rig } = world();
    expect(await refusalFor(undefined)).toBe("invalid_key");
    for (const secret of [
      "",
      "sk-somebody-elses",
      "tg_",
      "tg_default",
      PROVIDER_SECRETS.openai,
      rig.stack.adminKey,
    ]) {
      expect(await refusalFor(secret)).toBe("invalid_key");
    }
  });

  test("that is forged is refused with no I/O at all", async () => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey([{ limit: "10" }]);
    const before = await redisRequests();
    // Were Postgres asked, the answer would be a 503.
    rig.stack.failPostgres("drop");
    try {
      for (const at of [3, 15, -30, -1]) expect(await refusalFor(altered(secret, at))).toBe("invalid_key");
      expect(await refusalFor(secret.replace("tg_default_", "tg_other_"))).toBe("invalid_key");
      expect(await refusalFor(secret.toUpperCase().replace("TG_", "tg_"))).toBe("invalid_key");
    } finally {
      rig.stack.failPostgres(undefined);
    }
    expect(await redisRequests()).toBe(before);
    const genuine = await call(rig, { secret, body: CHAT });
    expect(genuine.status).toBe(200);
    expect(await redisRequests()).toBeGreaterThan(before);
  });

  test("that is genuine but in no store is a 401", async () => {
    const { rig } = world();
    const keySecret = rig.stack.bindings["KEY_SECRET"] ?? "";
    expect(await refusalFor((await mintSecret(keySecret, "org_default")).secret)).toBe("invalid_key");
    expect(await refusalFor((await mintSecret(keySecret, "org_elsewhere")).secret)).toBe("invalid_key");
    expect(await refusalFor((await mintSecret("another deployment's secret", "org_default")).secret)).toBe(
      "invalid_key",
    );
  });

  test("law 10: that is revoked is refused from the first call after the answer; what is in flight settles", async () => {
    const { rig, rest } = world();
    const key = await rest.createKey([{ limit: "10" }]);
    expect((await call(rig, { secret: key.secret, body: CHAT })).status).toBe(200);
    const gate = "revoked-meanwhile";
    const inFlight = call(rig, { secret: key.secret, body: CHAT, scenario: { gate, usage: usageOf(5, 5) } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);

    await rest.revokeKey(key.id);
    expect(await refusalFor(key.secret)).toBe("key_revoked");
    rig.provider.open(gate);
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(await rest.settledRequest(answer.requestId)).toMatchObject({ outcome: "completed" });
    expect(await rest.key(key.id)).toMatchObject({ status: "revoked", budgets: [{ held: 0n }] });
  });

  test("that nobody has used yet is refused for what it is: revoked, disabled, expired, not allowed", async () => {
    const { rest } = world();
    const never = () => rest.createKey([{ limit: "10" }]);
    const [revoked, disabled, expired] = [await never(), await never(), await never()];
    await rest.revokeKey(revoked.id);
    expect(await refusalFor(revoked.secret)).toBe("key_revoked");
    await rest.changeKey(disabled.id, { enabled: false });
    expect(await refusalFor(disabled.secret)).toBe("key_disabled");
    await rest.changeKey(expired.id, { expires_at: new Date(Date.now() - 1_000).toISOString() });
    expect(await refusalFor(expired.secret)).toBe("key_expired");
  });

  test("law 10: that is disabled, or expired, and enabled again, is so at once", async () => {
    const { rig, rest } = world();
    const { id, secret } = await rest.createKey([{ limit: "10" }]);
    const status = async () => (await call(rig, { secret, body: CHAT })).status;
    for (let turn = 0; turn < 3; turn++) {
      expect(await status()).toBe(200);
      await rest.changeKey(id, { enabled: false });
      expect(await refusalFor(secret)).toBe("key_disabled");
      await rest.changeKey(id, { enabled: true, expires_at: new Date(Date.now() - 1).toISOString() });
      expect(await refusalFor(secret)).toBe("key_expired");
      await rest.changeKey(id, { expires_at: null });
    }
    expect(await status()).toBe(200);
  });

  test("expires by itself", async () => {
    const { rig, rest } = world();
    const expiresAtMs = Date.now() + 2_000;
    const { secret } = await rest.createKey([{ limit: "10" }], {
      expires_at: new Date(expiresAtMs).toISOString(),
    });
    const code = await until("the key to expire", async () => {
      const answer = await call(rig, { secret, body: CHAT });
      return answer.status === 200 ? undefined : refusalOf(answer).tollgate.code;
    });
    expect(code).toBe("key_expired");
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAtMs);
  });

  test("at fault is raised as the SDKs' own exception", async () => {
    const { rig } = world();
    const apiKey = "tg_default_nothing";
    const openai = new OpenAI({ baseURL: `${rig.url}/openai/v1`, apiKey, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: `${rig.url}/anthropic`, apiKey, maxRetries: 0 });
    await expect(openai.models.list()).rejects.toThrow(AuthenticationError);
    await expect(anthropic.models.list()).rejects.toThrow(AnthropicAuthentication);
  });
}
