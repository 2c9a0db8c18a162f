/** What texts are sealed and keys are signed under: the current secret first, then the one before it, where that still counts. */
export type KeySecrets = readonly [current: string, ...previous: string[]];

/** The secrets of a deployment. KEY_SECRET_PREVIOUS is set while KEY_SECRET is being replaced. */
export function keySecretsOf({
  KEY_SECRET: current,
  KEY_SECRET_PREVIOUS: previous,
}: {
  KEY_SECRET: string;
  KEY_SECRET_PREVIOUS?: string | undefined;
}): KeySecrets {
  return previous === undefined || previous === current ? [current] : [current, previous];
}
