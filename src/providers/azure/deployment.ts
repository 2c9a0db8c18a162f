import type { Wire } from "../wire.ts";

const DEPLOYMENT = /^(\/openai\/deployments\/)([^/]+)(\/.+)$/;

/**
 * A format of OpenAI's at a deployment, which the path names: a model that the body may name beside it counts for nothing.
 * The deployment's name is the model's in prices and budgets, as it is for whoever named it; where the two differ, an
 * operator's price says what it costs.
 */
export function withDeployment(wire: Wire): Wire {
  return {
    ...wire,
    understand(body, path) {
      const model = deploymentIn(path);
      if (model === null) return { invalid: { param: null, message: "The path names no deployment." } };
      return wire.understand({ ...body, model }, path);
    },
    pathFor: (path, model) =>
      path.replace(DEPLOYMENT, (_path, before: string, _old, after: string) => {
        return before + encodeURIComponent(model) + after;
      }),
  };
}

function deploymentIn(path: string): string | null {
  const [, , name = ""] = DEPLOYMENT.exec(path) ?? [];
  try {
    return decodeURIComponent(name) || null;
  } catch {
    return null; // No UTF-8: no deployment has such a name.
  }
}
