import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/local/settings.ts";
import { completeProviders, needsDemoProvider } from "../../src/local/worker-bindings.ts";

describe("settings", () => {
  test("without any, the stack listens on 8787, keeps its data in .local and chooses its stores", () => {
    expect(readSettings({})).toEqual({
      settings: { port: 8787, dir: ".local", redis: undefined, postgres: { kind: "embedded" }, bindings: {} },
    });
  });

  test("an empty value counts as absent", () => {
    expect(readSettings({ PORT: "", LOCAL_REDIS: "", ADMIN_KEY: "", OPENAI_BASE_URL: "" })).toEqual(
      readSettings({}),
    );
  });

  test.each([
    [{ LOCAL_REDIS: "embedded" }, { redis: { kind: "embedded" } }],
    [{ LOCAL_REDIS: "redis-server" }, { redis: { kind: "redis-server" } }],
    [{ LOCAL_REDIS: "redis://:x@db:6380/1" }, { redis: { kind: "url", url: "redis://:x@db:6380/1" } }],
    [{ LOCAL_POSTGRES: "embedded" }, { postgres: { kind: "embedded" } }],
    [{ LOCAL_POSTGRES: "postgres://x@db/y" }, { postgres: { kind: "url", url: "postgres://x@db/y" } }],
    [{ LOCAL_POSTGRES: "postgresql://x@db/y" }, { postgres: { kind: "url", url: "postgresql://x@db/y" } }],
    [{ PORT: "0" }, { port: 0 }],
    [{ PORT: "65535" }, { port: 65_535 }],
    [{ LOCAL_DIR: "/tmp/x" }, { dir: "/tmp/x" }],
  ])("%j is taken as it stands", (values, expected) => {
    expect(readSettings(values)).toMatchObject({ settings: expected });
  });

  test.each([
    ["PORT", "abc"],
    ["PORT", "-1"],
    ["PORT", "1.5"],
    ["PORT", "65536"],
    ["LOCAL_REDIS", "foo"],
    ["LOCAL_REDIS", "http://127.0.0.1:6379"],
    ["LOCAL_POSTGRES", "redis-server"],
    ["OPENAI_BASE_URL", "api.openai.com"],
    ["OPENAI_BASE_URL", "ftp://api.openai.com"],
    ["SOME_OTHER_BASE_URL", "nonsense"],
    ["HOLD_LEASE_SECONDS", "soon"],
    ["KEY_SECRET", "short"],
    ["DEFAULT_PROVIDER", "nobody"],
    ["DATABASE_URL", "mysql://x"],
  ])("%s=%s is refused, by its name", (name, value) => {
    const read = readSettings({ [name]: value });
    expect(read).toEqual({ problems: [expect.stringMatching(new RegExp(`^${name} `))] });
  });

  test("every wrong setting is named at once", () => {
    const read = readSettings({ PORT: "abc", LOCAL_REDIS: "foo", OPENAI_BASE_URL: "x" });
    expect("problems" in read && read.problems.map((line) => line.split(" ")[0])).toEqual([
      "PORT",
      "LOCAL_REDIS",
      "OPENAI_BASE_URL",
    ]);
  });

  test("a given Redis needs its URL and its token", () => {
    const restUrl = "https://x.upstash.io";
    const both = { UPSTASH_REDIS_REST_URL: restUrl, UPSTASH_REDIS_REST_TOKEN: "t" };
    expect(readSettings(both)).toMatchObject({ settings: { redis: { kind: "given", restUrl, token: "t" } } });
    expect(readSettings({ UPSTASH_REDIS_REST_URL: restUrl })).toEqual({
      problems: ["UPSTASH_REDIS_REST_TOKEN is not set"],
    });
  });

  test("a store that is asked for by name comes before a service in the environment", () => {
    const read = readSettings({
      LOCAL_REDIS: "embedded",
      UPSTASH_REDIS_REST_URL: "https://x.upstash.io",
      LOCAL_POSTGRES: "embedded",
      DATABASE_URL: "postgres://x@db/y",
    });
    expect(read).toMatchObject({ settings: { redis: { kind: "embedded" }, postgres: { kind: "embedded" } } });
  });

  test("the Worker gets its settings and every provider's, and nothing else of the shell", () => {
    const forWorker = {
      ADMIN_KEY: "x",
      HOLD_LEASE_SECONDS: "5",
      GROQ_API_KEY: "g",
      MY_OWN_BASE_URL: "http://127.0.0.1:1",
      AWS_REGION: "eu-central-1",
    };
    const read = readSettings({ ...forWorker, PATH: "/bin", HOME: "/root", npm_config_x: "y", SECRET: "z" });
    expect(read).toMatchObject({ settings: { bindings: forWorker } });
    expect("settings" in read && Object.keys(read.settings.bindings)).toEqual(Object.keys(forWorker));
  });
});

describe("providers", () => {
  const demo = "http://127.0.0.1:9";

  test("the demo provider stands in for all that it knows where no provider is set", () => {
    expect(needsDemoProvider({})).toBe(true);
    expect(completeProviders({}, demo)).toEqual({
      OPENAI_BASE_URL: demo,
      OPENAI_API_KEY: "local",
      ANTHROPIC_BASE_URL: demo,
      ANTHROPIC_API_KEY: "local",
      GOOGLE_BASE_URL: demo,
      GOOGLE_API_KEY: "local",
    });
  });

  test.each(["OPENAI_API_KEY", "GROQ_API_KEY", "AWS_ACCESS_KEY_ID", "VERTEX_SERVICE_ACCOUNT"])(
    "%s keeps the demo provider away",
    (name) => expect(needsDemoProvider({ [name]: "x" })).toBe(false),
  );

  test("a key that isn't a provider's does not", () => {
    expect(needsDemoProvider({ DATADOG_API_KEY: "x" })).toBe(true);
  });

  test("an own base URL is kept and gets a key, and the demo provider stands in for the others", () => {
    const given = { OPENAI_BASE_URL: "http://127.0.0.1:9001" };
    expect(needsDemoProvider(given)).toBe(true);
    expect(completeProviders(given, demo)).toEqual({
      OPENAI_BASE_URL: "http://127.0.0.1:9001",
      OPENAI_API_KEY: "local",
      ANTHROPIC_BASE_URL: demo,
      ANTHROPIC_API_KEY: "local",
      GOOGLE_BASE_URL: demo,
      GOOGLE_API_KEY: "local",
    });
  });

  test("a real key stays with the real URL", () => {
    expect(completeProviders({ OPENAI_API_KEY: "sk" }, undefined)).toEqual({ OPENAI_API_KEY: "sk" });
  });
});
