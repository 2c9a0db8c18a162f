// Where a path of Vertex's is answered: each location has a host. Pure.

/** "us-central1", "europe-west4"; "us" and "eu" are several regions, and "global" is any. */
const LOCATION = /^\/[a-z0-9]+\/projects\/[^/]+\/locations\/([a-z]{2,20}(?:-[a-z]{2,20}\d{1,2})?)\//;
const NO_LOCATION = /^\/[a-z0-9]+\/publishers\//;
const GLOBAL = "https://aiplatform.googleapis.com";

/**
 * The base of a path, or null where it names no location that Google could have: the client chooses the path, and our
 * token goes wherever this leads. https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
 */
export function vertexBaseUrl(path: string): string | null {
  const location = LOCATION.exec(path)?.[1];
  if (location === undefined) return NO_LOCATION.test(path) ? GLOBAL : null;
  if (location === "global") return GLOBAL;
  if (location === "us" || location === "eu") return `https://aiplatform.${location}.rep.googleapis.com`;
  return location.includes("-") ? `https://${location}-aiplatform.googleapis.com` : null;
}
