// Bedrock names the model in the path: /model/{modelId}/converse. Pure.

const MODEL_PATH = /^(\/model\/)(.+)(\/[^/]+)$/;
/** What AWS names by an ARN and prices as the model whose id it ends in. */
const PRICED_ARN =
  /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(?:foundation-model|inference-profile)\/([a-z0-9.:-]+)$/;

/**
 * The model that a path names, or null where it is none. A foundation model or one of AWS's own inference profiles that
 * is named by its ARN is named by its id, so that budgets and lists of models can't be evaded (R20). Any other ARN (an
 * application's own profile, a provisioned or imported model, a router, a stored prompt) says nothing of its model, and
 * stays as it is. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
 */
export function modelInPath(path: string): string | null {
  const encoded = MODEL_PATH.exec(path)?.[2];
  const model = encoded === undefined ? null : decoded(encoded);
  return model === null || model === "" ? null : (PRICED_ARN.exec(model)?.[1] ?? model);
}

/** The path with another model in it. */
export function pathForModel(path: string, model: string): string {
  return path.replace(
    MODEL_PATH,
    (_whole, before: string, _model, after: string) => `${before}${encodeURIComponent(model)}${after}`,
  );
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // No model is written so: the caller answers 400.
  }
}
