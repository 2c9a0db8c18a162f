import { createApp } from "./app.ts";
import { parseEnv, type SettingProblem } from "./env.ts";
import { openStores } from "./wiring.ts";

// env -> services -> app. The bindings are parsed once in an isolate's life.

let app: ReturnType<typeof createApp> | { problems: SettingProblem[] } | undefined;

export default {
  fetch(
    request: Request,
    env: Record<string, unknown>,
    context: ExecutionContext,
  ): Response | Promise<Response> {
    app ??= build(env);
    return "problems" in app ? misconfigured(app.problems) : app.fetch(request, env, context);
  },
};

function build(env: Record<string, unknown>) {
  const parsed = parseEnv(env);
  return "problems" in parsed ? parsed : createApp(parsed.config, openStores(parsed.config));
}

function misconfigured(problems: SettingProblem[]): Response {
  const detail = problems.map(({ setting, detail: what }) => `${setting} ${what}`).join("; ");
  return Response.json(
    { type: "about:blank", title: "Tollgate is misconfigured", status: 503, code: "misconfigured", detail },
    { status: 503, headers: { "content-type": "application/problem+json" } },
  );
}
