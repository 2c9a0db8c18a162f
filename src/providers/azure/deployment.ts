import type { JsonObject, Wire } from "../wire.ts";

// Azure's older paths name a deployment, which serves a model that only its owner and the answer know.

/** What stands between a deployment's name and the path of the format. */
export const DEPLOYMENT_PATTERN = "/openai/deployments/([^/]+)";

const IN_PATH = /^\/openai\/deployments\/([^/]+)/;

/**
 * The format with the deployment as its model: Azure doesn't look at the body's.
 * https://learn.microsoft.com/azure/ai-services/openai/reference#rest-api-versioning
 */
export function withDeployment(wire: Wire): Wire {
  return {
    ...wire,
    namesDeployment: true,
    understand(body, path) {
      const model = deploymentIn(path);
      if (model === null) return { invalid: { param: null, message: "The path names no deployment." } };
      return wire.understand({ ...body, model } satisfies JsonObject, path);
    },
    pathFor: (path, model) => path.replace(IN_PATH, () => `/openai/deployments/${encodeURIComponent(model)}`),
  };
}

function deploymentIn(path: string): string | null {
  const [, name = ""] = IN_PATH.exec(path) ?? [];
  try {
    return decodeURIComponent(name) || null;
  } catch {
    return null; // No UTF-8 in its escapes: Azure has no such deployment.
  }
}
