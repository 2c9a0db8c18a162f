import { LIBRARY_IDS } from "./library-price.ts";
import { modelsOf } from "./listed-model.ts";

/** The models that the library lists for our providers, in the order of their names, made once: they don't change. */
export function listedModels(): readonly { provider: string; model: string }[] {
  return (made ??= Object.entries(LIBRARY_IDS)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([provider, providerId]) =>
      modelsOf(providerId)
        .map(({ id }) => id)
        .toSorted()
        .map((model) => ({ provider, model })),
    ));
}

let made: { provider: string; model: string }[] | undefined;
