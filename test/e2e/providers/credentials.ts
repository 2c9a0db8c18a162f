import { expect, test } from "vitest";
import { MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { PROVIDER_SECRETS } from "../../support/e2e-rig.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import { sent, type OwnWorldOf } from "./own-world.ts";

const CHAT = smallChat(10);
const ORGANIZATION = "sk-e2e-of-the-organization-11aa";
const TEAM = "sk-e2e-of-the-team-22bb";
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

export function credentials(world: OwnWorldOf): void {
  test("law 10: goes along from the next call, a team's before it, and no more once it is gone", async () => {
    const { rest } = world();
    const team = await rest.createTeam();
    const ofNobody = await rest.createKey();
    const ofTeam = await rest.createKey([], { team_id: team });
    const credential = async ({ secret }: { secret: string }) => {
      const { answer, deployment } = await sent(world, { secret, body: CHAT });
      expect(answer.status).toBe(200);
      return deployment.map(({ headers }) => headers.authorization);
    };
    const seen = async () => [await credential(ofNobody), await credential(ofTeam)].flat();
    const [deployment, organization, teams] = [PROVIDER_SECRETS.openai, ORGANIZATION, TEAM].map(
      (secret) => `Bearer ${secret}`,
    );

    expect(await seen()).toEqual([deployment, deployment]);
    await rest.setProvider("openai", { api_key: ORGANIZATION });
    expect(await seen()).toEqual([organization, organization]);
    await rest.setProvider("openai", { api_key: TEAM, team_id: team });
    expect(await seen()).toEqual([organization, teams]);
    await rest.setProvider("openai", { api_key: `${ORGANIZATION}-changed` });
    expect(await seen()).toEqual([`${organization}-changed`, teams]);
    await rest.setProvider("openai", null, { team_id: team });
    expect(await seen()).toEqual([`${organization}-changed`, `${organization}-changed`]);
    await rest.setProvider("openai", null);
    expect(await seen()).toEqual([deployment, deployment]);
  });

  test("the deployment's never goes to a base URL of the organization's, on any way there", async () => {
    const { rest, own } = world();
    const { secret } = await rest.createKey();
    await rest.setProvider("openai", { base_url: own.url });
    await rest.setProvider("anthropic", { base_url: `${own.url}/v1`, api_key: ORGANIZATION });
    const CALLS: [path: string, body: object | undefined, credential: object][] = [
      ["/openai/v1/chat/completions", CHAT, {}],
      ["/v1/chat/completions", CHAT, {}],
      ["/openai/v1/moderations", { input: "Hi" }, {}],
      ["/openai/v1/files", { purpose: "x" }, {}],
      ["/v1/moderations", { input: "Hi" }, {}],
      ["/openai/v1/models", undefined, {}],
      [MESSAGES_PATH, { ...CHAT, model: "claude-haiku-4-5" }, { "x-api-key": ORGANIZATION }],
      ["/v1/chat/completions", { ...CHAT, model: "anthropic/claude-haiku-4-5" }, { ...bearer(ORGANIZATION) }],
    ];
    for (const [path, body, credential] of CALLS) {
      const method = body ? "POST" : "GET";
      const { deployment, own: got } = await sent(world, { secret, path, method, body });
      expect([path, deployment.length, got.length]).toEqual([path, 0, 1]);
      const { authorization, "x-api-key": key } = got[0]?.headers ?? {};
      expect({ ...(authorization && { authorization }), ...(key && { "x-api-key": key }) }).toEqual(
        credential,
      );
      expect(got[0]?.path).toBe(path.replace(/^\/(?:openai|anthropic)/, ""));
      expect(JSON.stringify(got[0]?.headers)).not.toContain(PROVIDER_SECRETS.openai);
      expect(JSON.stringify(got[0]?.headers)).not.toContain(PROVIDER_SECRETS.anthropic);
    }
    await rest.setProvider("openai", null);
    await rest.setProvider("anthropic", null);
  });

  test("is never told to the client, by no echo of the provider's", async () => {
    const { rest } = world();
    const { secret } = await rest.createKey();
    await rest.setProvider("openai", { api_key: ORGANIZATION });
    const { answer } = await sent(world, { secret, body: CHAT, scenario: { echoCredential: true } });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain("[redacted]");
    expect(answer.text).not.toContain(ORGANIZATION);
    const other = {
      body: { ok: 1 },
      headers: { "x-echo": ORGANIZATION },
    };
    const headers = [...(await sent(world, { secret, body: CHAT, scenario: other })).answer.headers];
    expect(JSON.stringify(headers)).not.toContain(ORGANIZATION);
    await rest.setProvider("openai", null);
  });

  test("where the key may not use its provider, it isn't used", async () => {
    const { rest } = world();
    const { secret } = await rest.createKey([], { providers: ["anthropic"] });
    await rest.setProvider("openai", { api_key: ORGANIZATION });
    const { answer, deployment } = await sent(world, { secret, body: CHAT });
    expect(refusalOf(answer).tollgate.code).toBe("provider_not_allowed");
    expect(deployment).toEqual([]);
    await rest.setProvider("openai", null);
  });
}
